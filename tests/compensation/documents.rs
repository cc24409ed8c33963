//! The form of plan documents: what is refused, where, and that its schema says the same.

use anju::plans::{Document, FaultCode, schema};
use serde_json::json;

use super::support::{codes, document, real_plan, real_plans, refused, small, told};

/// What the text of a plan is refused for.
fn faults_of(text: &str) -> Vec<(String, String)> {
    let faults = refused(text);
    let each = codes(&faults).into_iter();
    each.map(|(code, pointer)| (code.to_owned(), pointer.to_owned()))
        .collect()
}

fn first(text: &str) -> (String, String) {
    let found = faults_of(text);
    found.into_iter().next().unwrap_or_default()
}

fn pair(code: &str, pointer: &str) -> (String, String) {
    (code.to_owned(), pointer.to_owned())
}

#[test]
fn toml_and_json_are_the_same_document() {
    for (name, text) in real_plans() {
        let from_toml = document(&text);
        let json = from_toml.to_json();
        let from_json = Document::from_json(&json).unwrap();
        assert_eq!(from_json, from_toml, "{name}");
        let again = Document::from_json_text(&json.to_string()).unwrap();
        assert_eq!(again.digest(), from_toml.digest(), "{name}");
    }
}

#[test]
fn the_digest_changes_with_every_figure_and_not_with_the_layout() {
    let text = real_plan("p15-");
    let digest = |text: &str| document(text).digest();
    assert_eq!(digest(&text), digest(&format!("# 说明\n\n{text}")));
    assert_ne!(
        digest(&text),
        digest(&text.replace("rate = 18", "rate = 18.5"))
    );
    assert_ne!(digest(&text), digest(&text.replace("第三条", "第四条")));
}

#[test]
fn every_mistake_of_form_is_told_with_the_line_of_the_file() {
    let text = real_plan("p15-")
        .replace("decimals = 0", "decimal = 0")
        .replace("kind = \"monthly\"", "kind = \"weekly\"")
        .replace("formula = \"6 * monthly_fee\"", "");
    let faults = refused(&text);
    let line = |wanted: &str| {
        let before = text.lines().position(|line| line == wanted).unwrap();
        u32::try_from(before).unwrap() + 1
    };
    let found: Vec<_> = faults
        .iter()
        .map(|fault| {
            (
                fault.code.as_str(),
                fault.pointer.as_str(),
                fault.source_line,
            )
        })
        .collect();
    assert!(
        found.contains(&(
            "unknown-field",
            "/inputs/0/decimal",
            Some(line("decimal = 0"))
        )),
        "{}",
        told(&faults)
    );
    assert!(
        found.contains(&(
            "not-one-of",
            "/lines/0/kind",
            Some(line("kind = \"weekly\""))
        )),
        "{}",
        told(&faults)
    );
    let missing = faults
        .iter()
        .find(|fault| fault.pointer == "/lines/2/formula")
        .unwrap();
    assert_eq!(missing.code, FaultCode::Required);
    // What is missing has no line; the entry that lacks it has.
    assert_eq!(missing.source_line, Some(line("id = \"lump\"") - 1));
}

#[test]
fn a_number_in_json_is_a_string() {
    let mut json = document(&real_plan("p15-")).to_json();
    json["tables"][0]["rows"][0]["rate"] = json!(18.1);
    let faults = Document::from_json(&json).unwrap_err();
    assert_eq!(codes(&faults), [("wrong-type", "/tables/0/rows/0/rate")]);
    assert!(faults[0].zh.contains("字符串"), "{}", faults[0].zh);
    json["tables"][0]["rows"][0]["rate"] = json!(null);
    assert_eq!(Document::from_json(&json).unwrap_err().len(), 1);
    assert_eq!(
        codes(&Document::from_json_text("{").unwrap_err()),
        [("not-json", "")]
    );
    assert_eq!(first("format = ").0, "not-toml");
    assert_eq!(first(&"#".repeat(600_000)).0, "document-too-large");
}

#[test]
fn names_are_there_once_and_known() {
    let line = |more: &str| {
        small("", "1").replace("rule = \"第一条\"", &format!("rule = \"第一条\"\n{more}"))
    };
    let constant = |id: &str| {
        small(
            &format!(
                "[[constants]]\nid = \"{id}\"\ntitle = \"数\"\ntype = \"number\"\nvalue = 1\n"
            ),
            "1",
        )
    };
    assert_eq!(
        first(&constant("amount")),
        pair("name-taken", "/lines/0/id")
    );
    assert_eq!(
        first(&constant("option")),
        pair("name-reserved", "/constants/0/id")
    );
    assert_eq!(
        first(&constant("面积")),
        pair("wrong-pattern", "/constants/0/id")
    );
    assert_eq!(
        first(&line("options = [\"cash\"]")),
        pair("name-unknown", "/lines/0/options/0")
    );
    assert_eq!(
        first(&line("payee = \"tenant\"")),
        pair("name-unknown", "/lines/0/payee")
    );
    assert_eq!(
        first(&line("split = \"half\"")),
        pair("name-unknown", "/lines/0/split")
    );
    assert_eq!(
        first(&line("for_each = { list = \"rooms\", as = \"room\" }")),
        pair("name-unknown", "/lines/0/for_each/list")
    );
    assert_eq!(
        first(&line("for_each = { as = \"room\" }")),
        pair("exactly-one-of", "/lines/0/for_each")
    );
    assert_eq!(
        first(&line("round = { to = 0.03, mode = \"up\" }")),
        pair("rounding-step", "/lines/0/round/to")
    );
    assert_eq!(
        first(&line("round = { to = 0.001, mode = \"up\" }")),
        pair("rounding-step", "/lines/0/round/to")
    );
    let balance = "[balance]\ntitle = \"差价\"\nrule = \"一\"\nlines = [\"amount\", \"amonut\"]\n";
    assert_eq!(
        first(&small("", "1").replace("[[options]]", &format!("{balance}[[options]]"))),
        pair("name-unknown", "/balance/lines/1")
    );
}

const ZONE: &str = "{ id = \"zone\", type = \"number\" }";
const DAY: &str = "{ id = \"day\", type = \"date\", match = \"from\" }";
const NAME: &str = "{ id = \"name\", type = \"text\", match = \"up_to\" }";

/// Keys, rows, and what is wrong with them where.
#[rustfmt::skip]
const TABLES: &[(&str, &str, &str, &str)] = &[
    (ZONE, "{ zone = 1, rate = \"x\" }", "not-a-number", "/tables/0/rows/0/rate"),
    (ZONE, "{ zone = 1, rate = 2 }, { zone = 2 }", "cell-missing", "/tables/0/rows/1/rate"),
    (ZONE, "{ zone = 1, rate = 2, rat = 3 }", "cell-unknown", "/tables/0/rows/0/rat"),
    (ZONE, "{ zone = 1, rate = 2 }, { zone = 1.0, rate = 3 }", "row-twice", "/tables/0/rows/1"),
    (ZONE, "{ zone = true, rate = 2 }", "not-a-number", "/tables/0/rows/0/zone"),
    (ZONE, "", "too-few", "/tables/0/rows"),
    (DAY, "{ day = 2018-02-29, rate = 2 }", "not-toml", ""),
    (DAY, "{ day = \"2018-02-29\", rate = 2 }", "not-a-date", "/tables/0/rows/0/day"),
    (DAY, "{ day = 2018-02-28T00:00:00, rate = 2 }", "not-a-date", "/tables/0/rows/0/day"),
    (NAME, "{ name = \"a\", rate = 2 }", "ranged-keys", "/tables/0/keys/0/match"),
];

#[test]
fn tables_are_held_against_their_head_cell_by_cell() {
    let table = |keys: &str, rows: &str| {
        let head = "[[tables]]\nid = \"t\"\ntitle = \"表\"\ncolumns = [{ id = \"rate\" }]";
        small(&format!("{head}\nkeys = [{keys}]\nrows = [{rows}]\n"), "1")
    };
    for (keys, rows, code, pointer) in TABLES {
        assert_eq!(first(&table(keys, rows)), pair(code, pointer), "{rows}");
    }
    let two = format!("{DAY}, {}", DAY.replace("day", "end"));
    let rows = "{ day = 2018-01-01, end = 2018-01-01, rate = 2 }";
    let ranged = pair("ranged-keys", "/tables/0/keys/1/match");
    assert_eq!(first(&table(&two, rows)), ranged);
    let same = format!("{ZONE}, {}", ZONE.replace("zone", "rate"));
    let taken = pair("name-taken", "/tables/0/columns/0/id");
    assert_eq!(first(&table(&same, "{ zone = 1, rate = 2 }")), taken);
}

/// Declarations of an input or a value, and what is wrong with them where.
#[rustfmt::skip]
const DECLARATIONS: &[(&str, &str, &str, &str)] = &[
    ("inputs", "type = \"text\"\nunit = \"m2\"", "misplaced", "/unit"),
    ("inputs", "type = \"number\"\none_of = [\"a\"]", "misplaced", "/one_of"),
    ("inputs", "type = \"yes_no\"\nclock = true", "misplaced", "/clock"),
    ("inputs", "type = \"number\"\ndecimals = 11", "misplaced", "/decimals"),
    ("inputs", "type = \"number\"\ndecimals = 0.5", "misplaced", "/decimals"),
    ("inputs", "type = \"list\"", "required", "/fields"),
    ("inputs", "type = \"list\"\nfields = [{ id = \"a\", title = \"甲\", type = \"text\" }, { id = \"a\", title = \"甲\", type = \"text\" }]", "name-taken", "/fields/1/id"),
    ("values", "", "exactly-one-of", ""),
    ("values", "formula = \"1 > 0\"\nat_least = \"0\"", "misplaced", ""),
    ("values", "months = { from = \"1\", to = \"2\", count = \"calendar\" }", "formula-type", "/months/from"),
    ("values", "months = { from = \"1\", to = \"2\" }", "required", "/months/count"),
];

#[test]
fn what_a_declaration_does_not_mean_is_refused() {
    for (section, more, code, pointer) in DECLARATIONS {
        let text = small(
            &format!("[[{section}]]\nid = \"x\"\ntitle = \"某\"\n{more}\n"),
            "1",
        );
        let wanted = pair(code, &format!("/{section}/0{pointer}"));
        assert_eq!(first(&text), wanted, "{more}");
    }
}

#[test]
fn the_committed_schema_is_the_one_documents_are_read_with() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plan.schema.json");
    let made = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("ANJU_WRITE_PLAN_SCHEMA").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == made,
        "docs/plan.schema.json is not what the program reads; ANJU_WRITE_PLAN_SCHEMA=1 cargo test the_committed_schema"
    );
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    for (name, text) in real_plans() {
        assert!(validator.is_valid(&document(&text).to_json()), "{name}");
    }
}

#[test]
fn every_field_of_the_schema_is_described() {
    fn bare(at: &str, schema: &serde_json::Value, found: &mut Vec<String>) {
        if let Some(fields) = schema["properties"].as_object() {
            for (name, field) in fields {
                if field["description"].as_str().is_none_or(str::is_empty) {
                    found.push(format!("{at}/{name}"));
                }
            }
            assert_eq!(schema["additionalProperties"], json!(false), "{at}");
        }
        for (name, inner) in schema["$defs"].as_object().into_iter().flatten() {
            bare(name, inner, found);
        }
    }
    let mut found = vec![];
    bare("", &schema(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}
