//! What formulas give; where the language of zen-expression says something, the same as it says.

use anju::compensation::Facts;
use proptest::prelude::*;
use rust_decimal::Decimal;
use zen_expression::{Isolate, Variable};

use super::support::{computed, document, small};

const REST: &str = r#"
[[inputs]]
id = "a"
title = "甲"
type = "number"
[[inputs]]
id = "b"
title = "乙"
type = "number"
[[inputs]]
id = "none"
title = "无"
type = "number"
optional = true
[[inputs]]
id = "start"
title = "起"
type = "date"
[[inputs]]
id = "end"
title = "止"
type = "date"
[[inputs]]
id = "rooms"
title = "房间"
type = "list"
fields = [
  { id = "area", title = "面积", type = "number" },
  { id = "use", title = "用途", type = "text" },
]
[[tables]]
id = "size"
title = "户型"
keys = [{ id = "area", type = "number", match = "up_to" }]
columns = [{ id = "flat" }]
rows = [{ area = 60, flat = 60 }, { area = 90, flat = 90 }, { area = 120, flat = 120 }]
[[tables]]
id = "tariff"
title = "标准"
keys = [
  { id = "zone", type = "number" },
  { id = "from", type = "date", match = "from" },
]
columns = [{ id = "rate" }]
rows = [
  { zone = 2, from = 2018-01-01, rate = 22 },
  { zone = 1, from = 2017-05-26, rate = 30 },
  { zone = 1, from = 2010-01-01, rate = 15 },
]
otherwise = { rate = 1 }
"#;

fn facts(a: &str, b: &str) -> Facts {
    let rooms = r#"[{"area":"20","use":"卧"},{"area":"10.5","use":"厨"},{"area":"30","use":"卧"}]"#;
    let mut facts = Facts::of("money")
        .with("a", a, "")
        .with("b", b, "")
        .with("start", "2018-02-27", "")
        .with("end", "2018-03-02", "")
        .with("rooms", "", "");
    facts.facts.get_mut("rooms").unwrap().value = serde_json::from_str(rooms).unwrap();
    facts
}

/// What a formula gives, exactly.
fn gives(formula: &str, a: &str, b: &str) -> Result<String, String> {
    let step =
        format!("{REST}\n[[values]]\nid = \"step\"\ntitle = \"步\"\nformula = {formula:?}\n");
    let statement = computed(&small(&step, "step == step ? 0 : 1"), &facts(a, b));
    let result = statement.map(|it| it.values[0].value.clone());
    result.map_err(|faults| faults[0].code.to_string())
}

#[test]
fn the_language_is_what_its_description_says() {
    for (formula, result) in [
        ("0.1 + 0.2", "0.3"),
        ("10.055 * 3", "30.165"),
        ("123456789012345.67 * 1.01", "124691356902469.1267"),
        ("round(2.675, 2)", "2.68"),
        ("round(2.5)", "3"),
        ("floor(7.3) + ceil(7.3)", "15"),
        ("2 + 3 * 4 - 6 / 4", "12.5"),
        ("(2 + 3) * 4", "20"),
        ("none ?? a * 2", "14"),
        ("(none ?? a) * 2", "14"),
        ("none == null ? 1 : 2", "1"),
        ("none != null and a > 3 ? 1 : 2", "2"),
        ("not (a > 3) or b < 3 ? 1 : 2", "1"),
        ("a in [5, 6, 7] ? 1 : 2", "1"),
        ("a not in [5, 6, 7] ? 1 : 2", "2"),
        ("a > 9 ? 1 : a > 6 ? 2 : 3", "2"),
        ("max([a, b, 3])", "7"),
        ("min([a, b, 3])", "2"),
        ("sum([a, b, 3])", "12"),
        ("end - start", "3"),
        ("end - start + 1", "4"),
        ("start + 3 == end ? 1 : 2", "1"),
        ("max([start, end]) - start", "3"),
        ("sum(map(rooms, #.area))", "60.5"),
        ("sum(map(filter(rooms, #.use == '卧'), #.area * 2))", "100"),
        ("sum(map(rooms as room, room.area))", "60.5"),
        ("max(map(rooms, #.area))", "30"),
        ("len(rooms) + count(rooms, #.use == '厨')", "4"),
        ("len(filter(rooms, #.area > 15))", "2"),
        (
            "all(rooms, #.area > 10) and some(rooms, #.area > 29) ? 1 : 2",
            "1",
        ),
        (
            "sum(map(rooms as big, count(rooms as small, small.area < big.area)))",
            "3",
        ),
        ("size[a * 10]", "90"),
        ("size[60]", "60"),
        ("size[60.01]", "90"),
        ("tariff[1][start]", "30"),
        ("tariff[2][start]", "22"),
        ("tariff[3][start]", "1"),
        ("tariff[1][start - 300]", "15"),
        ("tariff[2][start - 300].rate", "1"),
    ] {
        assert_eq!(gives(formula, "7", "2").as_deref(), Ok(result), "{formula}");
    }
    assert_eq!(
        gives("size[120.01]", "7", "2"),
        Err("row-missing".to_owned())
    );
    assert_eq!(
        gives("max(map(filter(rooms, #.area > 99), #.area))", "7", "2"),
        Err("list-empty".to_owned())
    );
}

/// Formulas of what both engines know.
fn formula() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        (0_u32..1_000_000, 0_u32..4)
            .prop_map(|(n, scale)| Decimal::new(n.into(), scale).to_string()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (two.clone(), prop_oneof!["\\+", "-", "\\*", "/"])
                .prop_map(|((x, y), op)| format!("{x} {op} {y}")),
            inner.clone().prop_map(|x| format!("({x})")),
            inner.clone().prop_map(|x| format!("-({x})")),
            two.clone().prop_map(|(x, y)| format!("max([{x}, {y}])")),
            two.clone().prop_map(|(x, y)| format!("min([{x}, {y}])")),
            two.clone().prop_map(|(x, y)| format!("sum([{x}, {y}])")),
            (inner.clone(), 0_u32..4).prop_map(|(x, n)| format!("round({x}, {n})")),
            inner.clone().prop_map(|x| format!("floor({x})")),
            inner.clone().prop_map(|x| format!("ceil({x})")),
            (
                two.clone(),
                two,
                prop_oneof!["<", "<=", ">", ">=", "==", "!="],
                any::<bool>()
            )
                .prop_map(|((x, y), (c, d), op, not)| {
                    let condition = format!("{x} {op} {y}");
                    if not {
                        format!("(not ({condition}) ? {c} : {d})")
                    } else {
                        format!("({condition} ? {c} : {d})")
                    }
                }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// zen-expression computes with decimals too; where it gives a number it is ours, and where it
    /// gives nothing (divided by zero, too large) we refuse.
    #[test]
    fn our_engine_agrees_with_the_language_it_borrows(
        formula in formula(),
        a in -100_000_i64..100_000,
        b in 0_i64..5,
    ) {
        let (a, b) = (Decimal::new(a, 2), Decimal::new(b, 0));
        let mut names = zen_expression::variable::VariableMap::new();
        names.insert_str("a", Variable::Number(a));
        names.insert_str("b", Variable::Number(b));
        let theirs = Isolate::with_environment(Variable::from_object(names)).run_standard(&formula);
        let ours = gives(&format!("({formula})"), &a.to_string(), &b.to_string());
        match (theirs, ours) {
            (Ok(Variable::Number(theirs)), Ok(ours)) => {
                prop_assert_eq!(theirs, ours.parse::<Decimal>().unwrap(), "{}", formula);
            }
            (Ok(Variable::Number(theirs)), Err(code)) => {
                // They swallow a division by zero that does not matter in the end.
                prop_assert_eq!(code, "division-by-zero", "{}: {}", formula, theirs);
            }
            (_, Err(_)) => {}
            (theirs, Ok(ours)) => prop_assert!(false, "{formula}: {theirs:?} against {ours}"),
        }
    }

    /// No float on the way: what goes in comes out.
    #[test]
    fn decimals_in_are_decimals_out(fen in 0_i64..9_999_999_999_999_999, more in 0_u64..10_000_000_000) {
        let amount = Decimal::new(fen, 2);
        let statement = computed(&small(REST, "a"), &facts(&amount.to_string(), "0")).unwrap();
        prop_assert_eq!(statement.lines[0].amount.as_decimal(), amount);
        let exact = format!("0.{more:010}");
        let statement = computed(&small(REST, "a * 0 + b"), &facts("1", &exact)).unwrap();
        let found: Decimal = statement.lines[0].calculation.result.parse().unwrap();
        prop_assert_eq!(found, exact.parse::<Decimal>().unwrap());
    }
}

#[test]
fn numbers_keep_every_digit_from_the_file_to_the_hash() {
    let text = small(
        "[[constants]]\nid = \"exact\"\ntitle = \"数\"\ntype = \"number\"\nvalue = 999999999999999.0123456789\n",
        "exact - 999999999999999",
    );
    let json = document(&text).to_json();
    assert_eq!(json["constants"][0]["value"], "999999999999999.0123456789");
    let statement = computed(&text, &Facts::of("money")).unwrap();
    assert_eq!(statement.lines[0].calculation.result, "0.0123456789");
    assert_eq!(statement.lines[0].amount.to_string(), "0.01");
}
