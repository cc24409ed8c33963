//! Formulas that are refused, each at its place.

use anju::compensation::Facts;

use super::support::{codes, computed, refused, small};

const REST: &str = r#"
[[choices]]
id = "base"
question = "基数？"
answers = [{ id = "one", title = "一" }, { id = "two", title = "二" }]
chosen = "one"
[[constants]]
id = "least"
title = "下限"
type = "number"
value = 45
[[inputs]]
id = "area"
title = "面积"
type = "number"
[[inputs]]
id = "certificate_area"
title = "证载面积"
type = "number"
optional = true
[[inputs]]
id = "use"
title = "用途"
type = "text"
one_of = ["住宅", "商业"]
[[inputs]]
id = "sole"
title = "唯一住房"
type = "yes_no"
[[inputs]]
id = "signed_on"
title = "签约日"
type = "date"
[[inputs]]
id = "buildings"
title = "房屋"
type = "list"
fields = [
  { id = "area", title = "面积", type = "number" },
  { id = "kind", title = "结构", type = "text", one_of = ["砖", "木"] },
]
[[tables]]
id = "rate"
title = "标准"
keys = [{ id = "use", type = "text" }]
columns = [{ id = "rate" }]
rows = [{ use = "住宅", rate = 30 }]
[[tables]]
id = "tier"
title = "档次"
keys = [{ id = "use", type = "text" }, { id = "day", type = "number", match = "from" }]
columns = [{ id = "award" }, { id = "percent" }]
rows = [{ use = "住宅", day = 1, award = 9, percent = 1 }]
[[values]]
id = "later_needed"
title = "面积"
formula = "area"
"#;

/// The mistake of a formula: its code and its column.
fn mistake(formula: &str) -> (String, u32) {
    let text = small(REST, formula);
    let faults = match computed(&text, &Facts::of("money")) {
        Err(faults) => faults,
        Ok(statement) => panic!("{formula} gives {:?}", statement.lines),
    };
    let fault = &faults[0];
    assert_eq!(fault.item.as_deref(), Some("amount"), "{fault}");
    assert_eq!(fault.pointer, "/lines/0/formula");
    assert_eq!(fault.expression.as_deref(), Some(formula));
    (fault.code.to_string(), fault.column.unwrap())
}

/// A formula, what is wrong with it, and at which column.
const MISTAKES: &[(&str, &str, u32)] = &[
    // Names.
    ("aera * 30", "name-unknown", 1),
    ("area * raet[use]", "name-unknown", 8),
    ("area * rate[us]", "name-unknown", 13),
    ("area + amount", "name-later", 8),
    ("choice.bases == 'one' ? 1 : 2", "name-unknown", 8),
    ("choice == 'one' ? 1 : 2", "name-unknown", 1),
    ("sum(map(buildings, #.aera))", "name-unknown", 22),
    ("tier[use][3].awards", "name-unknown", 14),
    ("$root.area", "formula-not-allowed", 1),
    ("area.value", "formula-type", 1),
    // Types.
    ("use * 2", "formula-type", 1),
    ("2 * use", "formula-type", 5),
    ("area ? 1 : 2", "formula-type", 1),
    ("sole ? 1 : 'no'", "formula-type", 12),
    ("sole and area", "formula-type", 10),
    ("use", "formula-type", 1),
    ("sole", "formula-type", 1),
    ("rate", "formula-type", 1),
    ("rate[area]", "formula-type", 6),
    ("buildings", "formula-type", 1),
    ("sum(map(area, #.area))", "formula-type", 9),
    ("sum(buildings)", "formula-type", 5),
    ("map(buildings, #.area)", "formula-type", 1),
    ("signed_on + signed_on", "formula-type", 1),
    ("use < '住宅' ? 1 : 2", "formula-type", 1),
    ("area == '住宅' ? 1 : 2", "formula-type", 9),
    // What may be empty.
    ("certificate_area", "formula-may-be-empty", 1),
    ("certificate_area * 30", "formula-may-be-empty", 1),
    ("30 * certificate_area", "formula-may-be-empty", 6),
    ("area ?? 0", "formula-type", 1),
    ("area == null ? 1 : 2", "formula-type", 1),
    ("null", "formula-not-allowed", 1),
    // Words that nothing can be.
    ("use == '住房' ? 1 : 2", "not-one-of", 8),
    ("'zwei' == choice.base ? 1 : 2", "not-one-of", 1),
    ("use in ['住宅', '厂房'] ? 1 : 2", "not-one-of", 15),
    ("count(buildings, #.kind == '石')", "not-one-of", 28),
    ("option == 'swap' ? 1 : 2", "not-one-of", 11),
    ("rate['商业']", "row-missing", 6),
    // Functions.
    ("rand(10)", "function-unknown", 1),
    ("area + now()", "function-unknown", 8),
    ("d() - signed_on", "function-unknown", 1),
    ("d('2018-01-01') - signed_on", "function-unknown", 1),
    ("tariff(area)", "function-unknown", 1),
    ("max(area, 45)", "function-unknown", 1),
    ("round(area, area)", "formula-not-allowed", 13),
    ("round(area, 11)", "formula-not-allowed", 13),
    ("signed_on.add('1d')", "formula-not-allowed", 1),
    // Syntax.
    ("area *", "formula-syntax", 7),
    ("(area * 30", "formula-syntax", 11),
    ("area 30", "formula-syntax", 6),
    ("area × 30", "formula-character", 6),
    ("area * ３０", "formula-character", 8),
    ("max([area，45])", "formula-character", 10),
    ("use == '住宅", "formula-syntax", 8),
    ("area = 30", "formula-not-allowed", 6),
    ("area % 30", "formula-not-allowed", 6),
    ("area ^ 2", "formula-not-allowed", 6),
    ("[1..area]", "formula-not-allowed", 3),
    ("{a: 1}", "formula-not-allowed", 1),
    ("`area`", "formula-character", 1),
    ("area; area", "formula-not-allowed", 5),
    ("[area][0]", "formula-not-allowed", 1),
    ("tier[use].award", "name-unknown", 1),
    ("tier.award", "formula-syntax", 1),
    ("99999999999999999999999999999999", "not-a-number", 1),
];

#[test]
fn every_mistake_of_a_formula_is_told_with_its_column() {
    for (formula, code, column) in MISTAKES {
        assert_eq!(mistake(formula), ((*code).to_owned(), *column), "{formula}");
    }
}

#[test]
fn bounds_of_a_formula_are_kept() {
    let long = format!("1{}", "+1".repeat(240));
    assert_eq!(mistake(&long).0, "formula-too-long");
    let deep = format!("{}area{}", "(".repeat(60), ")".repeat(60));
    assert_eq!(mistake(&deep).0, "formula-too-deep");
    let chain = format!("area{}", " + 1".repeat(60));
    assert_eq!(mistake(&chain).0, "formula-too-deep");
    let signs = format!("{}area", "-".repeat(60));
    assert_eq!(mistake(&signs).0, "formula-too-deep");
}

#[test]
fn what_cannot_be_computed_is_refused_at_its_place_and_never_becomes_nothing() {
    let facts = |area: &str| {
        Facts::of("money")
            .with("area", area, "")
            .with("use", "商业", "")
            .with("signed_on", "2200-12-31", "")
    };
    for (formula, area, code, column) in [
        ("100 / (area - 45)", "45", "division-by-zero", 1),
        (
            "100 / (area - 45) == 3 ? 1 : 2",
            "45",
            "division-by-zero",
            1,
        ),
        ("2 + 1 / area ", "0", "division-by-zero", 5),
        ("area * rate[use]", "45", "row-missing", 8),
        (
            "(area * 999999999999999) * 999999999999999",
            "999999999999999",
            "number-too-large",
            2,
        ),
        ("signed_on + area - signed_on", "1", "date-out-of-range", 1),
        (
            "signed_on - area - signed_on",
            "0.5",
            "date-out-of-range",
            1,
        ),
        ("area - 46", "45", "amount-negative", 1),
    ] {
        let faults = computed(&small(REST, formula), &facts(area)).unwrap_err();
        let fault = &faults[0];
        assert_eq!(
            (fault.code.as_str(), fault.column),
            (code, Some(column)),
            "{formula}: {fault}"
        );
        assert_eq!(fault.expression.as_deref(), Some(formula));
    }
    // What is not reached is not computed: the row for 商业 is not needed.
    let lazy = "use == '住宅' ? rate[use] : area";
    let statement = computed(&small(REST, lazy), &facts("45")).unwrap();
    assert_eq!(statement.lines[0].amount.to_string(), "45.00");
    let large = computed(&small(REST, "area"), &facts("100000000000000")).unwrap_err();
    assert_eq!(large[0].code.as_str(), "amount-too-large");
}

#[test]
fn a_reason_in_a_step_is_told_by_the_line_that_needs_it() {
    let text = small(
        r#"
[[inputs]]
id = "months"
title = "月数"
type = "number"
[[values]]
id = "share"
title = "每月份额"
formula = "1 / months"
"#,
        "share * 12",
    );
    let faults = computed(&text, &Facts::of("money").with("months", "0", "")).unwrap_err();
    assert_eq!(codes(&faults), [("division-by-zero", "/values/0/formula")]);
    assert_eq!(faults[0].item.as_deref(), Some("share"));
}

#[test]
fn a_mistake_in_a_formula_is_told_with_the_line_of_the_file() {
    let text = small(REST, "area +");
    let faults = refused(&text);
    let line = text
        .lines()
        .position(|line| line.starts_with("formula = \"area +\""))
        .unwrap()
        + 1;
    assert_eq!(faults[0].source_line, u32::try_from(line).ok());
    let (zh, en) = faults[0].sentences();
    assert_eq!(
        zh,
        format!("amount：公式不完整（公式第 7 列：area +）（文件第 {line} 行）")
    );
    assert!(en.ends_with(&format!("(line {line} of the file)")), "{en}");
}
