//! Plans and households for tests.

use std::collections::BTreeMap;

use anju::{
    compensation::{Fact, Facts, Plan, Statement},
    plans::{Document, Example, Fault, publish},
};

/// The documents of real plans beside this file, by name.
pub fn real_plans() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compensation");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// The text of one real plan, by the beginning of its name.
pub fn real_plan(name: &str) -> String {
    let mut plans = real_plans().into_iter();
    plans.find(|(found, _)| found.starts_with(name)).unwrap().1
}

/// Reads a document that must be readable.
pub fn document(text: &str) -> Document {
    Document::from_toml(text)
        .unwrap_or_else(|faults| panic!("{}", told(&faults)))
        .document
}

/// Reads and publishes a plan that must stand.
pub fn published(text: &str) -> (Document, Plan) {
    let source = Document::from_toml(text).unwrap_or_else(|faults| panic!("{}", told(&faults)));
    let plan = publish(&source.document);
    let plan = plan.unwrap_or_else(|faults| panic!("{}", told(&source.locate(faults))));
    (source.document, plan)
}

/// Everything that reading, and then publishing, has against a plan.
pub fn refused(text: &str) -> Vec<Fault> {
    match Document::from_toml(text) {
        Err(faults) => faults,
        Ok(source) => match publish(&source.document) {
            Ok(_) => vec![],
            Err(faults) => source.locate(faults),
        },
    }
}

/// Mistakes, one a line.
pub fn told(faults: &[Fault]) -> String {
    let each: Vec<String> = faults.iter().map(ToString::to_string).collect();
    each.join("\n")
}

/// The codes of mistakes, each with its place.
pub fn codes(faults: &[Fault]) -> Vec<(&str, &str)> {
    faults
        .iter()
        .map(|fault| (fault.code.as_str(), fault.pointer.as_str()))
        .collect()
}

/// The household of an example.
pub fn household(document: &Document, example: &Example) -> Facts {
    let like = example.like.as_ref().map(|like| {
        let earlier = document.examples.iter().find(|other| other.id == *like);
        household(document, earlier.unwrap())
    });
    let mut facts = Facts {
        option: example.option.to_string(),
        facts: like.map(|like| like.facts).unwrap_or_default(),
    };
    for (name, given) in &example.facts {
        facts
            .facts
            .insert(name.to_string(), Fact::from(given.clone()));
    }
    facts
}

/// The household of the example of that name.
pub fn example(document: &Document, id: &str) -> Facts {
    let found = document
        .examples
        .iter()
        .find(|example| example.id.as_str() == id);
    household(document, found.unwrap())
}

/// Amounts by line, items of a repeated line together.
pub fn amounts(statement: &Statement) -> BTreeMap<String, String> {
    let mut sums: BTreeMap<String, rust_decimal::Decimal> = BTreeMap::new();
    for line in &statement.lines {
        *sums.entry(line.line.to_string()).or_default() += line.amount.as_decimal();
    }
    sums.into_iter()
        .map(|(line, sum)| (line, format!("{sum:.2}")))
        .collect()
}

/// A plan with one option, one line `amount` and whatever else is given, without examples.
pub fn small(rest: &str, formula: &str) -> String {
    format!(
        r#"
format = "anju-plan-1"
[plan]
code = "small"
title = "小方案"
[rounding]
line = {{ to = 0.01, mode = "half_up" }}
[[options]]
id = "money"
kind = "money"
title = "货币补偿"
{rest}
[[lines]]
id = "amount"
title = "金额"
subject = "other"
rule = "第一条"
formula = {formula:?}
"#
    )
}

/// Compiles a plan that must stand, without publishing it.
pub fn compiled(text: &str) -> Plan {
    Plan::compile(&document(text)).unwrap_or_else(|faults| panic!("{}", told(&faults)))
}

/// What compiling, or else computing, has against a small plan with these facts.
pub fn computed(text: &str, facts: &Facts) -> Result<Statement, Vec<Fault>> {
    Plan::compile(&document(text))?.evaluate(facts)
}
