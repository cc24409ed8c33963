//! Plans as documents: all results of real plans, to the fen.

mod plans;

use anju::{
    compensation::Plan,
    plans::{Document, Fault},
};

/// The documents of real plans beside this file.
pub fn real_plans() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compensation");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

/// Reads and publishes a plan, and tells every mistake with its place.
pub fn published(name: &str, text: &str) -> (Document, Plan) {
    let source = Document::from_toml(text).unwrap_or_else(|faults| told(name, &faults));
    let plan = anju::plans::publish(&source.document);
    let plan = plan.unwrap_or_else(|faults| told(name, &source.locate(faults)));
    (source.document, plan)
}

fn told(name: &str, faults: &[Fault]) -> ! {
    let each: Vec<String> = faults.iter().map(ToString::to_string).collect();
    panic!("{name}:\n{}", each.join("\n"))
}
