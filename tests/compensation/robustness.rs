//! Documents and formulas nobody would write: never a panic, never without end.

use std::time::{Duration, Instant};

use anju::{
    compensation::{Facts, Plan},
    plans::{Document, publish},
};
use proptest::{prelude::*, sample::Index};
use serde_json::Value;

use super::support::{computed, document, real_plans, small};

/// Far more than the budget of a publication takes in an unoptimised build.
const PATIENCE: Duration = Duration::from_mins(1);

/// Something to put in the place of a part of a document.
fn piece() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z_]{0,12}".prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        formula_text().prop_map(Value::from),
        prop_oneof![
            Just("0"),
            Just("-1"),
            Just("999999999999999.99"),
            Just("0.0000000001"),
            Just("2023-04-31")
        ]
        .prop_map(Value::from),
        Just(Value::Array(vec![])),
        Just(Value::Object(serde_json::Map::new())),
    ]
}

/// Words and signs of formulas, in no order.
fn formula_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,3}",
        "[0-9]{1,30}",
        "[0-9]{1,3}[.][0-9]{0,30}",
        Just("area".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just("max([".to_owned()),
        Just("sum(map(".to_owned()),
        Just("])".to_owned()),
        Just("#.".to_owned()),
        Just("#".to_owned()),
        Just("..".to_owned()),
        Just(",".to_owned()),
        Just("?".to_owned()),
        Just("??".to_owned()),
        Just(":".to_owned()),
        Just("+".to_owned()),
        Just("-".to_owned()),
        Just("*".to_owned()),
        Just("/".to_owned()),
        Just("not".to_owned()),
        Just("and".to_owned()),
        Just("in".to_owned()),
        Just("==".to_owned()),
        Just("=".to_owned()),
        Just(";".to_owned()),
        Just("'".to_owned()),
        Just("'住宅'".to_owned()),
        Just("`".to_owned()),
        Just("${".to_owned()),
        Just("}".to_owned()),
        Just("$root".to_owned()),
        Just("null".to_owned()),
        Just("d()".to_owned()),
        Just("rand(1)".to_owned()),
        Just("，".to_owned()),
        Just("as x".to_owned()),
        Just(".".to_owned()),
        Just("!".to_owned()),
        Just("1e".to_owned()),
        Just("\n".to_owned()),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

/// All places of a document.
fn pointers(at: &str, value: &Value, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                pointers(&format!("{at}/{name}"), member, found);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                pointers(&format!("{at}/{n}"), item, found);
            }
        }
        _ => {}
    }
}

fn documents() -> &'static [Value] {
    static DOCUMENTS: std::sync::OnceLock<Vec<Value>> = std::sync::OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        real_plans()
            .iter()
            .map(|(_, text)| document(text).to_json())
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_document_with_any_part_exchanged_is_read_or_refused(
        which in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), piece()), 1..4),
    ) {
        let mut json = which.get(documents()).clone();
        for (place, piece) in changes {
            let mut places = vec![];
            pointers("", &json, &mut places);
            let at = place.get(&places).clone();
            *json.pointer_mut(&at).unwrap() = piece;
        }
        let start = Instant::now();
        if let Ok(document) = Document::from_json(&json) {
            // Drafts can be tried before they are published.
            if let (Ok(plan), Some(option)) = (Plan::compile(&document), document.options.first()) {
                let _ = plan.evaluate(&Facts::of(option.id.as_str()));
            }
            let _ = publish(&document);
        }
        prop_assert!(start.elapsed() < PATIENCE);
    }

    #[test]
    fn a_file_with_any_bytes_exchanged_is_read_or_refused(
        which in any::<Index>(),
        cuts in prop::collection::vec((any::<Index>(), 0_usize..40, "\\PC{0,12}"), 1..6),
    ) {
        let plans = real_plans();
        let mut text: Vec<char> = which.get(&plans).1.chars().collect();
        for (at, length, piece) in cuts {
            let at = at.index(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, piece.chars());
        }
        let text: String = text.into_iter().collect();
        if let Ok(source) = Document::from_toml(&text)
            && let Err(faults) = publish(&source.document)
        {
            for fault in source.locate(faults) {
                prop_assert!(fault.source_line.is_some() || fault.pointer.is_empty() || fault.pointer == "/examples", "{fault}");
            }
        }
    }

    #[test]
    fn any_words_in_a_formula_are_computed_or_refused(formula in formula_text()) {
        let input = "[[inputs]]\nid = \"area\"\ntitle = \"面积\"\ntype = \"number\"\n";
        let formula = if formula.is_empty() { " ".to_owned() } else { formula };
        let text = small(input, &formula);
        if Document::from_toml(&text).is_ok() {
            let _ = computed(&text, &Facts::of("money").with("area", "68.50", ""));
        }
    }
}

#[test]
fn brackets_ranges_and_conditions_without_end_are_refused_at_once() {
    let start = Instant::now();
    for formula in [
        "(".repeat(900),
        "[".repeat(900),
        "([".repeat(400),
        "(1..".repeat(200),
        "-".repeat(900),
        "not ".repeat(200),
        "1 ? ".repeat(200),
        "1 ?? ".repeat(180),
        "map(map(".repeat(100),
        "#.a[".repeat(200),
        "1 + (".repeat(180),
    ] {
        let text = small("", &formula);
        assert!(computed(&text, &Facts::of("money")).is_err(), "{formula}");
    }
    assert!(start.elapsed() < Duration::from_secs(20));
    let nested = format!("x = {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(Document::from_toml(&nested).is_err());
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(Document::from_json_text(&nested).is_err());
}
