//! How many statements a second one core computes: `cargo bench --bench compensation`.
//!
//! Plan P2 of the tests, its worked examples in turn, each statement with all its lines and every
//! step of the calculation; the plan is compiled once. `--json` tells the figures to a program.
#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use anju::{
    compensation::{Fact, Facts, Plan, Statement},
    plans::Document,
};

const PLAN: &str = include_str!("../tests/compensation/p2-jinan-collective-land.toml");
const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 5;

fn main() {
    let document = Document::from_toml(PLAN)
        .expect("a plan of the tests")
        .document;
    let plan = Plan::compile(&document).expect("a plan of the tests");
    let households = households(&document);
    let sample = computed(&plan, &households[0]);
    let lines: usize = households
        .iter()
        .map(|household| {
            let statement = computed(&plan, household);
            statement.lines.len() + statement.values.len() + statement.entitlements.len()
        })
        .sum();
    let text = serde_json::to_string(&sample).expect("a statement is JSON");
    let before = resident_kib();
    let mut rates: Vec<u64> = (0..ROUNDS).map(|_| round(&plan, &households)).collect();
    let after = resident_kib();
    let written = round_written(&plan, &households);
    rates.sort_unstable();
    let (least, median, most) = (rates[0], rates[ROUNDS / 2], rates[ROUNDS - 1]);
    if std::env::args().any(|argument| argument == "--json") {
        println!(
            r#"{{"least":{least},"median":{median},"most":{most},"written":{written},"kib_before":{before},"kib_after":{after}}}"#
        );
        return;
    }
    println!("plan P2, {} households in turn", households.len());
    println!(
        "steps, areas and lines a statement  {:>10}",
        lines / households.len()
    );
    println!(
        "a statement as JSON                 {:>10} bytes",
        text.len()
    );
    println!("statements a second, one core       {median:>10} ({least} to {most})");
    println!("the same, written as JSON           {written:>10}");
    println!("memory before and after             {before:>10} KiB, {after} KiB");
}

/// The households of the examples, with a source for every fact.
fn households(document: &Document) -> Vec<Facts> {
    let mut found: Vec<Facts> = vec![];
    for example in &document.examples {
        let mut facts = Facts::of(example.option.as_str());
        if let Some(like) = &example.like {
            let at = document.examples.iter().position(|other| other.id == *like);
            facts
                .facts
                .clone_from(&found[at.expect("an earlier example")].facts);
        }
        for (name, given) in &example.facts {
            let fact = Fact {
                source: Some("入户调查 2018-0316".to_owned()),
                ..Fact::from(given.clone())
            };
            facts.facts.insert(name.to_string(), fact);
        }
        found.push(facts);
    }
    found
}

fn computed(plan: &Plan, household: &Facts) -> Statement {
    plan.evaluate(household).expect("an example of the tests")
}

fn round(plan: &Plan, households: &[Facts]) -> u64 {
    measured(|| {
        for household in households {
            black_box(computed(plan, black_box(household)));
        }
        households.len()
    })
}

fn round_written(plan: &Plan, households: &[Facts]) -> u64 {
    let mut text = Vec::new();
    measured(|| {
        for household in households {
            text.clear();
            serde_json::to_writer(&mut text, &computed(plan, household)).expect("it is JSON");
            black_box(&text);
        }
        households.len()
    })
}

/// How many a second.
fn measured(mut work: impl FnMut() -> usize) -> u64 {
    let start = Instant::now();
    let mut count: u128 = 0;
    while start.elapsed() < ROUND {
        count += work() as u128;
    }
    u64::try_from(count * 1_000_000 / start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// What the process holds in memory; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0)
}
