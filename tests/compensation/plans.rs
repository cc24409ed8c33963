//! Seven real plans: every published and every worked result, to the fen.

use std::collections::BTreeSet;

use super::support::{published, real_plans};

/// The results that the plans must give, by file. A result may be shown by several examples.
const RESULTS: &[(&str, &[&str])] = &[
    (
        "p1-jinan-state-land",
        &[
            "P1-E0",
            "P1-E0b",
            "P1-E0c",
            "P1-E1",
            "P1-E2",
            "P1-E2 R2",
            "P1-E3",
            "P1-E3b",
            "P1-E4 day 1",
            "P1-E4 day 20",
            "P1-E4 day 21",
            "P1-E4 day 25",
            "P1-E4 day 30",
            "P1-E4 day 31",
            "P1-E5",
            "P1-E5b least",
            "P1-E5b most",
            "P1-E6 simple",
            "P1-E6 storeyed",
        ],
    ),
    (
        "p10-shanghai-changqiao",
        &[
            "P10-E1",
            "P10-E2",
            "P10-E3 90 %",
            "P10-E3 99 %",
            "P10-E3 100 %",
        ],
    ),
    ("p12-putian-hanjiang", &["P12-E1", "P12-E2"]),
    ("p15-tongling-yian", &["P15-E1", "P15-E2", "P15-E3"]),
    (
        "p17-zhoushan-guanyantou",
        &[
            "P17-E1 04-05",
            "P17-E1 04-12",
            "P17-E1 04-13",
            "P17-E1 04-26",
            "P17-E1 04-27",
        ],
    ),
    (
        "p2-jinan-collective-land",
        &["P2-E0", "P2-E1", "P2-E2", "P2-E3", "P2-E4"],
    ),
    (
        "p5-shijiazhuang-qiema",
        &[
            "P5-E1",
            "P5-E2 180 m2",
            "P5-E2 230 m2",
            "P5-E3 per month",
            "P5-E3 money",
            "P5-E4",
            "P5-E5 R1",
            "P5-E5 R2",
        ],
    ),
];

#[test]
fn every_real_plan_gives_its_results_to_the_fen() {
    let plans = real_plans();
    let names: Vec<&str> = plans.iter().map(|(name, _)| name.as_str()).collect();
    let wanted: Vec<&str> = RESULTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, wanted);
    for ((_, text), (_, results)) in plans.iter().zip(RESULTS) {
        // Publication computes every example and refuses the first fen of difference.
        let (document, _) = published(text);
        let shown: BTreeSet<&str> = document.examples.iter().map(|it| it.id.as_str()).collect();
        for result in *results {
            assert!(shown.contains(result), "{result}");
        }
    }
}

#[test]
fn a_fen_more_in_any_worked_amount_is_noticed() {
    for (name, text) in real_plans() {
        let (document, _) = published(&text);
        for at in 0..document.examples.len() {
            let fen = anju::plans::Number::parse("0.01").unwrap().0;
            let mut wrong = document.clone();
            let expect = &mut wrong.examples[at].expect;
            let lines = expect
                .lines
                .values_mut()
                .chain(expect.entitlements.values_mut());
            let totals = [&mut expect.total, &mut expect.balance, &mut expect.monthly];
            let payees = expect.payees.values_mut();
            let amount = lines
                .chain(totals.into_iter().flatten())
                .chain(payees)
                .next();
            let Some(amount) = amount else { continue };
            amount.0 += fen;
            let faults = anju::plans::publish(&wrong).unwrap_err();
            let example = &document.examples[at].id;
            assert_eq!(
                faults[0].code.as_str(),
                "example-differs",
                "{name} {example}"
            );
            assert!(
                faults[0]
                    .pointer
                    .starts_with(&format!("/examples/{at}/expect/"))
            );
        }
    }
}
