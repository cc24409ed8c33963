//! Rules of the source that no compiler knows, held by reading it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

fn program() -> Vec<(PathBuf, String)> {
    let mut found = vec![];
    sources(Path::new("src"), &mut found);
    found
}

/// The functions of a file, each from its signature on; rustfmt puts every one on a line of its own.
fn functions(text: &str) -> Vec<String> {
    let mut functions = vec![];
    for line in text.lines() {
        let words = line.trim_start();
        let begins = ["fn ", "async fn ", "pub fn ", "pub async fn "]
            .iter()
            .any(|start| words.starts_with(start))
            || (words.starts_with("pub(") && words.contains("fn "));
        if begins || functions.is_empty() {
            functions.push(String::new());
        }
        let last = functions.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
    }
    functions
}

/// Whether a function that begins a transaction also ends it, or hands it on.
fn ends_what_it_begins(function: &str) -> bool {
    let begins = [
        "Act::begin(",
        "Act::begin_conditional(",
        ".begin().await",
        "begin_with(",
    ]
    .iter()
    .any(|call| function.contains(call));
    let ends = [".commit(", ".commit_secret(", ".conclude(", ".rollback("]
        .iter()
        .any(|call| function.contains(call));
    let signature = function.split('{').next().unwrap_or_default();
    let gives = signature.contains("-> Result<Act,")
        || signature.contains("-> Result<Self,")
        || signature.contains("PgTransaction<");
    let dense: String = function.chars().filter(|c| !c.is_whitespace()).collect();
    let passes = [",act)", "(act)", "(act,", ",act,"]
        .iter()
        .any(|argument| dense.contains(argument));
    !begins || ends || gives || passes
}

#[test]
fn who_begins_a_transaction_ends_it() {
    // Dropped without a commit, the change is gone and the answer says that it is there.
    let mut begun = 0;
    for (path, text) in program() {
        for function in functions(&text) {
            let first = function.lines().next().unwrap_or_default().trim();
            assert!(
                ends_what_it_begins(&function),
                "{}: {first}",
                path.display()
            );
            begun += usize::from(function.contains("Act::begin"));
        }
    }
    assert!(begun > 20, "the search finds transactions: {begun}");
    assert!(!ends_what_it_begins(
        "fn f() {\n let mut act = Act::begin(x).await?;\n}"
    ));
}

/// The tables a text writes to.
fn written<'a>(text: &'a str, tables: &BTreeSet<String>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for verb in ["insert into ", "update ", "delete from "] {
        for rest in text.split(verb).skip(1) {
            let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            let name = &rest[..end.unwrap_or(rest.len())];
            if tables.contains(name) {
                found.insert(name);
            }
        }
    }
    found
}

#[test]
fn a_slice_writes_only_its_own_tables_and_names_them() {
    let mut tables = BTreeSet::new();
    for entry in std::fs::read_dir("migrations").unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let names = text.split("create table ").skip(1);
        tables.extend(names.filter_map(|rest| Some(rest.split_once(' ')?.0.to_owned())));
    }
    let program = program();
    let mut writers: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in &program {
        let slice = path
            .components()
            .nth(1)
            .unwrap()
            .as_os_str()
            .to_string_lossy();
        for table in written(text, &tables) {
            writers
                .entry(table)
                .or_default()
                .insert(slice.clone().into_owned());
        }
    }
    for table in &tables {
        let slices = writers.get(table.as_str()).cloned().unwrap_or_default();
        let Some(slice) = slices.iter().next().filter(|_| slices.len() == 1) else {
            panic!("{table} is written by {slices:?}, not by one slice");
        };
        let folder = Path::new("src").join(slice);
        let named = program.iter().any(|(path, text)| {
            let head = text.lines().take_while(|line| line.starts_with("//!"));
            path.starts_with(&folder)
                && path.ends_with("mod.rs")
                && head
                    .into_iter()
                    .any(|line| line.contains(&format!("`{table}`")))
        });
        assert!(named, "src/{slice}/mod.rs does not name `{table}`");
    }
}
