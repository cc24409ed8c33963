//! Worked examples: the plan must give what was worked out by hand.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    document::{Document, Example, Expect},
    fault::{Fault, FaultCode},
    words::{Id, Number},
};
use crate::{
    compensation::{Fact, Facts, Plan, Statement},
    plans::Direction,
};

/// The household of an example, or why it has none.
pub(super) type Household = Result<Facts, Fault>;

/// The households of all examples, in order.
pub(super) fn households(document: &Document) -> Vec<Household> {
    let mut found: Vec<Household> = vec![];
    for (n, example) in document.examples.iter().enumerate() {
        let facts = household(document, n, example, &found);
        found.push(facts);
    }
    found
}

fn household(document: &Document, n: usize, example: &Example, before: &[Household]) -> Household {
    let mut facts = Facts::of(example.option.as_str());
    if let Some(like) = &example.like {
        let earlier = document.examples[..n]
            .iter()
            .position(|other| other.id == *like);
        match earlier.map(|at| &before[at]) {
            Some(Ok(other)) => facts.facts.clone_from(&other.facts),
            Some(Err(fault)) => return Err(fault.clone()),
            None => {
                return Err(Fault::new(
                    FaultCode::NameUnknown,
                    format!("/examples/{n}/like"),
                    format!("前面没有算例 {like}"),
                    format!("there is no example `{like}` above"),
                )
                .of(example.id.as_str()));
            }
        }
    }
    for (name, given) in &example.facts {
        facts
            .facts
            .insert(name.to_string(), Fact::from(given.clone()));
    }
    for fact in facts.facts.values_mut() {
        fact.provisional = false;
    }
    for name in &example.provisional {
        if let Some(fact) = facts.facts.get_mut(name.as_str()) {
            fact.provisional = true;
        }
    }
    Ok(facts)
}

/// Everything by which the examples depart from what the plan gives.
pub(super) fn run(
    document: &Document,
    plan: &Plan,
    households: &[Household],
    steps: &mut u32,
) -> Vec<Fault> {
    let each = document.examples.iter().zip(households).enumerate();
    each.flat_map(|(n, (example, household))| {
        let found = match household {
            Ok(facts) => run_one(plan, &format!("/examples/{n}"), example, facts, steps),
            Err(fault) => vec![fault.clone()],
        };
        found.into_iter().map(|mut fault| {
            // Whoever reads of a mistake in a formula wants to know with which household.
            fault.item = Some(match fault.item.take() {
                Some(item) if *item != *example.id.as_str() => {
                    format!("{}: {item}", example.id).into()
                }
                _ => example.id.as_str().into(),
            });
            fault
        })
    })
    .collect()
}

/// The readings of an example that are not the chosen ones.
pub(super) fn readings(example: &Example) -> BTreeMap<String, String> {
    let each = example.under.iter();
    each.map(|(choice, answer)| (choice.to_string(), answer.to_string()))
        .collect()
}

fn run_one(
    plan: &Plan,
    pointer: &str,
    example: &Example,
    facts: &Facts,
    steps: &mut u32,
) -> Vec<Fault> {
    let expect = &example.expect;
    if *expect == Expect::default() {
        return vec![Fault::new(
            FaultCode::ExampleExpectsNothing,
            format!("{pointer}/expect"),
            "算例没有写明任何应得的结果",
            "the example does not say what must come out",
        )];
    }
    match (
        plan.evaluate_within(facts, &readings(example), steps),
        &expect.refused,
    ) {
        (Ok(statement), None) => Comparison {
            pointer,
            statement: &statement,
        }
        .all(expect),
        (Ok(_), Some(code)) => vec![Fault::new(
            FaultCode::ExampleDiffers,
            format!("{pointer}/expect/refused"),
            format!("应当拒绝（{code}），却算出了结果"),
            format!("it must be refused with `{code}`, but it was computed"),
        )],
        (Err(faults), Some(code)) => {
            if faults
                .iter()
                .any(|fault| fault.code.as_str() == code.as_str())
            {
                return vec![];
            }
            let found: Vec<&str> = faults.iter().map(|fault| fault.code.as_str()).collect();
            let found = found.join(", ");
            vec![Fault::new(
                FaultCode::ExampleDiffers,
                format!("{pointer}/expect/refused"),
                format!("应当以 {code} 拒绝，实际为 {found}"),
                format!("it must be refused with `{code}`, and was with {found}"),
            )]
        }
        (Err(faults), None) => faults
            .into_iter()
            .map(|fault| Fault {
                code: FaultCode::ExampleRefused,
                zh: format!(
                    "无法计算（{}，{}）：{}",
                    fault.pointer, fault.code, fault.zh
                )
                .into(),
                en: format!(
                    "cannot be computed ({}, {}): {}",
                    fault.pointer, fault.code, fault.en
                )
                .into(),
                pointer: pointer.to_owned(),
                ..fault
            })
            .collect(),
    }
}

/// One statement held against one expectation.
struct Comparison<'s> {
    pointer: &'s str,
    statement: &'s Statement,
}

impl Comparison<'_> {
    fn all(&self, expect: &Expect) -> Vec<Fault> {
        let mut faults = vec![];
        for (id, wanted) in &expect.lines {
            faults.extend(self.figure(&format!("lines/{id}"), *wanted, self.line(id)));
        }
        for (id, wanted) in &expect.entitlements {
            faults.extend(self.figure(&format!("entitlements/{id}"), *wanted, self.area(id)));
        }
        for (id, wanted) in &expect.values {
            faults.extend(self.step(id, &wanted.to_string()));
        }
        for (n, id) in expect.left_out.iter().enumerate() {
            let left_out = &self.statement.left_out;
            if !left_out.iter().any(|left| *left.id == *id.as_str()) {
                faults.push(self.differs(&format!("left_out/{n}"), id.as_str(), "", ""));
            }
        }
        for (payee, wanted) in &expect.payees {
            let sum = Some((self.received(payee), String::new()));
            faults.extend(self.figure(&format!("payees/{payee}"), *wanted, sum));
        }
        faults.extend(self.totals(expect));
        faults
    }

    fn totals(&self, expect: &Expect) -> Vec<Fault> {
        let totals = &self.statement.totals;
        let balance = self.statement.balance.as_ref().map(|balance| balance.net);
        let each = [
            ("total", expect.total, Some(totals.fixed.net)),
            (
                "accrued",
                expect.accrued,
                Some(totals.accrued_pending_rate.net),
            ),
            ("monthly", expect.monthly, Some(totals.monthly.net)),
            ("balance", expect.balance, balance),
        ];
        let each = each.into_iter().filter_map(|(name, wanted, found)| {
            let found = found.map(|net| (net.as_decimal(), String::new()));
            self.figure(name, wanted?, found)
        });
        each.collect()
    }

    fn area(&self, id: &Id) -> Option<(Decimal, String)> {
        let mut areas = self.statement.entitlements.iter();
        let area = areas.find(|area| *area.id == *id.as_str())?;
        Some((number(&area.area_m2), area.calculation.worked.clone()))
    }

    fn step(&self, id: &Id, wanted: &str) -> Option<Fault> {
        let mut steps = self.statement.values.iter();
        let step = steps.find(|step| *step.id == *id.as_str());
        let (found, worked) = step.map_or(("", ""), |step| {
            (step.value.as_str(), step.calculation.worked.as_str())
        });
        let at = format!("values/{id}");
        (!same(found, wanted)).then(|| self.differs(&at, wanted, found, worked))
    }

    fn received(&self, payee: &str) -> Decimal {
        let totals = self.statement.payees.iter();
        let received = totals
            .filter(|total| *total.payee == *payee && total.direction == Direction::ToHousehold);
        received.map(|total| total.amount.as_decimal()).sum()
    }

    /// The amount of a line, of all its items together.
    fn line(&self, id: &Id) -> Option<(Decimal, String)> {
        let lines = self
            .statement
            .lines
            .iter()
            .filter(|line| *line.line == *id.as_str());
        let lines: Vec<_> = lines.collect();
        let worked: Vec<&str> = lines
            .iter()
            .map(|line| line.calculation.worked.as_str())
            .collect();
        let sum = lines.iter().map(|line| line.amount.as_decimal()).sum();
        (!lines.is_empty()).then(|| (sum, worked.join("; ")))
    }

    fn figure(&self, at: &str, wanted: Number, found: Option<(Decimal, String)>) -> Option<Fault> {
        match found {
            Some((number, _)) if number == wanted.0 => None,
            Some((number, worked)) => {
                Some(self.differs(at, &wanted.to_string(), &number.to_string(), &worked))
            }
            None => Some(self.differs(at, &wanted.to_string(), "", "")),
        }
    }

    fn differs(&self, at: &str, wanted: &str, found: &str, worked: &str) -> Fault {
        let pointer = format!("{}/expect/{at}", self.pointer);
        let (zh, en) = if found.is_empty() {
            ("没有这一项".to_owned(), "there is none".to_owned())
        } else {
            (format!("算得 {found}"), format!("the plan gives {found}"))
        };
        let worked = if worked.is_empty() {
            String::new()
        } else {
            format!(" = {worked}")
        };
        Fault::new(
            FaultCode::ExampleDiffers,
            pointer,
            format!("算例应为 {wanted}，{zh}{worked}"),
            format!("the example says {wanted}, {en}{worked}"),
        )
    }
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

/// Numbers by value, everything else by letter.
fn same(found: &str, wanted: &str) -> bool {
    match (Number::parse(found), Number::parse(wanted)) {
        (Some(found), Some(wanted)) => found.0 == wanted.0,
        _ => found == wanted,
    }
}
