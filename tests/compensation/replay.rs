//! Stored statements computed again, and statements under two versions compared.

use anju::{compensation::Statement, values::Money};

use super::support::{compiled, example, household, published, real_plan};

#[test]
fn a_stored_statement_is_computed_again_and_held_against_itself() {
    let (document, plan) = published(&real_plan("p2-"));
    let statement = plan.evaluate(&example(&document, "P2-E2")).unwrap();
    let stored = serde_json::to_string(&statement).unwrap();
    let stored: Statement = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored, statement);
    assert!(plan.replay(&stored).unwrap().equal);

    let mut changed = stored.clone();
    changed.lines[1].amount = Money::parse("24500.01").unwrap();
    let replay = plan.replay(&changed).unwrap();
    assert!(!replay.equal);
    let [difference] = &replay.differences[..] else {
        panic!("{replay:?}")
    };
    assert_eq!(difference.pointer, "/lines/1/amount");
    assert_eq!(difference.line.as_deref(), Some("over_area"));
    assert_eq!(difference.stored.as_deref(), Some("24500.01"));
    assert_eq!(difference.computed.as_deref(), Some("24500.00"));

    // Another version of the plan is told from this one even where the amounts agree.
    let other = compiled(&real_plan("p2-").replace("value = 30\n", "value = 31\n"));
    let replay = other.replay(&stored).unwrap();
    let pointers: Vec<&str> = replay
        .differences
        .iter()
        .map(|it| it.pointer.as_str())
        .collect();
    assert!(pointers.contains(&"/plan/digest"), "{pointers:?}");
    assert!(
        pointers.contains(&"/entitlements/1/area_m2"),
        "{pointers:?}"
    );
}

#[test]
fn another_version_is_compared_line_by_line() {
    let text = real_plan("p5-");
    let (document, plan) = published(&text);
    let facts = example(&document, "P5-E5 R1");
    let later = text.replace("chosen = \"slice\"", "chosen = \"cliff\"");
    let later = compiled(&later.replace(
        "home_available ? 1000 : 2000",
        "home_available ? 1000 : 2500",
    ));
    let facts_before = facts.clone();
    let gone = later.known(&facts.with("a fact of the earlier version", "1", ""));
    let (before, after) = (
        plan.evaluate(&facts_before).unwrap(),
        later.evaluate(&gone).unwrap(),
    );
    let difference = before.difference(&after);
    let lines: Vec<_> = difference
        .lines
        .iter()
        .map(|line| (&*line.line, line.change.to_string()))
        .collect();
    assert_eq!(
        lines,
        [
            ("moving", "500.00".to_owned()),
            ("late_delivery", "5760.00".to_owned())
        ]
    );
    assert_eq!(difference.totals[0].change.to_string(), "6260.00");
    assert!(before.difference(&before).lines.is_empty());
}

#[test]
fn statements_are_the_same_to_the_letter() {
    for name in ["p1-", "p2-", "p10-", "p12-"] {
        let (document, plan) = published(&real_plan(name));
        for wanted in &document.examples {
            let facts = household(&document, wanted);
            let texts: Vec<String> = (0..2)
                .map(|_| serde_json::to_string(&plan.evaluate(&facts).unwrap()).unwrap())
                .collect();
            assert_eq!(texts[0], texts[1]);
        }
    }
}
