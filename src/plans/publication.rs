//! What a plan must stand before it is published.

use std::collections::BTreeSet;

use super::{
    document::Document,
    earlier, examples,
    fault::{Fault, FaultCode, Faults},
    limits,
};
use crate::compensation::Plan;

/// The choices of a plan that are still open.
pub fn open_choices(document: &Document) -> Vec<&super::Choice> {
    let each = document.choices.iter();
    each.filter(|choice| choice.chosen.is_none()).collect()
}

/// Checks a plan as publication does, and gives it compiled.
///
/// In this order: names, types and formulas; open choices; every worked example; that every line
/// and area is held by an example; that no award falls when the household acts a day earlier.
pub fn publish(document: &Document) -> Result<Plan, Vec<Fault>> {
    let plan = Plan::compile(document)?;
    let mut faults = Faults::default();
    for (n, choice) in document.choices.iter().enumerate() {
        if choice.chosen.is_none() {
            faults.push(
                Fault::new(
                    FaultCode::ChoiceOpen,
                    format!("/choices/{n}/chosen"),
                    format!("必须选定一种解释：{}", choice.question),
                    format!(
                        "one reading must be chosen: {}",
                        choice.question_en.as_ref().unwrap_or(&choice.question)
                    ),
                )
                .of(choice.id.as_str()),
            );
        }
    }
    if !faults.is_empty() {
        return Err(faults.into_vec());
    }
    let households = examples::households(document);
    let mut steps = limits::PUBLICATION_STEPS;
    faults.extend(examples::run(document, &plan, &households, &mut steps));
    faults.extend(uncovered(document));
    if faults.is_empty() {
        faults.extend(earlier::lowered(document, &plan, &households, &mut steps));
    }
    faults.or(plan)
}

/// Every line and area must be held by the expectation of an example.
fn uncovered(document: &Document) -> Vec<Fault> {
    if document.examples.is_empty() {
        return vec![Fault::new(
            FaultCode::ExampleMissing,
            "/examples",
            "至少需要一个算例",
            "at least one worked example is needed",
        )];
    }
    let mut held: BTreeSet<&str> = BTreeSet::new();
    for example in &document.examples {
        let expect = &example.expect;
        held.extend(expect.lines.keys().map(super::Id::as_str));
        held.extend(expect.entitlements.keys().map(super::Id::as_str));
    }
    let lines = document
        .lines
        .iter()
        .enumerate()
        .map(|(n, line)| ("lines", n, &line.id));
    let areas = document.entitlements.iter().enumerate();
    let areas = areas.map(|(n, area)| ("entitlements", n, &area.id));
    let bare = lines
        .chain(areas)
        .filter(|(.., id)| !held.contains(id.as_str()));
    let each = bare.map(|(section, n, id)| {
        Fault::new(
            FaultCode::LineWithoutExample,
            format!("/{section}/{n}"),
            format!("没有算例检验 {id} 的金额或面积"),
            format!("no example says what `{id}` must come to"),
        )
        .of(id.as_str())
    });
    each.collect()
}
