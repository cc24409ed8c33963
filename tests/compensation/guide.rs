//! `docs/writing-a-plan.md` says what the program does.

use anju::plans::{Document, FaultCode};

use super::support::{example, published, small, told};

#[test]
fn every_code_is_in_the_guide() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/writing-a-plan.md");
    let guide = std::fs::read_to_string(path).unwrap();
    for code in FaultCode::ALL {
        assert!(
            guide.contains(&format!("| `{code}` |")),
            "docs/writing-a-plan.md has no row for {code}"
        );
    }
}

/// The blocks of the guide that begin with this word.
fn blocks(fence: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/writing-a-plan.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let blocks = guide.split("```").skip(1).step_by(2);
    let wanted = blocks.filter_map(|block| block.strip_prefix(&format!("{fence}\n")));
    wanted.map(str::to_owned).collect()
}

#[test]
fn the_running_example_of_the_guide_can_be_published() {
    let text = blocks("toml").concat();
    let (document, plan) = published(&text);
    assert_eq!(document.examples.len(), 3);
    let statement = plan
        .evaluate(&example(&document, "delivered after 27 months"))
        .unwrap();
    assert_eq!(
        statement.lines[0].calculation.worked,
        "min(27, 24) × 1290 + max(27 − 24, 0) × 2 × 1290"
    );
}

#[test]
fn the_fragments_of_the_guide_have_the_form_of_documents() {
    let fragments = blocks("toml fragment");
    assert!(fragments.len() > 8);
    for fragment in fragments {
        let text = small("", "1");
        let (head, rest) = text.split_once("[rounding]").unwrap();
        let rest = if fragment.starts_with("[rounding]") {
            rest.split_once("[[options]]").unwrap().1
        } else {
            rest
        };
        let text = if fragment.starts_with("[rounding]") {
            format!("{head}{fragment}\n[[options]]{rest}")
        } else {
            format!("{head}{fragment}\n[rounding]{rest}")
        };
        if let Err(faults) = Document::from_toml(&text) {
            panic!("{fragment}\n{}", told(&faults));
        }
    }
}
