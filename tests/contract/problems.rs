//! Refusals are problem documents, and each kind is explained.

use std::collections::BTreeSet;

use super::operations;

#[test]
fn every_refusal_is_a_problem_document() {
    for operation in operations() {
        let id = operation.id();
        let responses = operation.value["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(s, _)| s.starts_with(['4', '5'])) {
            let content = response["content"].as_object().unwrap();
            let types: Vec<_> = content.keys().map(String::as_str).collect();
            assert_eq!(types, ["application/problem+json"], "{id} {status}");
        }
        for status in ["400", "401", "500", "503"] {
            assert!(
                responses.contains_key(status),
                "{id} does not document {status}"
            );
        }
    }
}

#[test]
fn problems_md_lists_every_code() {
    let listed: BTreeSet<&str> = include_str!("../../openapi/problems.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let mut used = BTreeSet::new();
    let constructor = [
        "malformed",
        "unauthenticated",
        "forbidden",
        "absent",
        "conflict",
        "too_large",
        "invalid",
        "too_many",
        "unavailable",
        "new",
    ];
    for source in sources(std::path::Path::new("src")) {
        for name in constructor {
            // Inside its own impls a problem is called `Self`.
            let own = source.contains("for Problem {") || source.contains("impl Problem {");
            for prefix in if own {
                vec!["Problem::", "Self::"]
            } else {
                vec!["Problem::"]
            } {
                for part in source.split(&format!("{prefix}{name}(")).skip(1) {
                    // The code is the first text of the call.
                    let Some((head, rest)) = part.split_once('"') else {
                        continue;
                    };
                    let plain = |c: char| {
                        c.is_whitespace()
                            || "StatusCode:_,".contains(c)
                            || c.is_ascii_uppercase()
                            || "status".contains(c)
                    };
                    if head.chars().all(plain) {
                        let code = rest.split('"').next().unwrap();
                        if code.contains('-')
                            && code.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                        {
                            used.insert(code.to_owned());
                        }
                    }
                }
            }
        }
    }
    let listed: BTreeSet<String> = listed.into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = used.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "openapi/problems.md does not explain {missing:?}"
    );
    assert!(used.len() > 15, "the search for codes works: {used:?}");
}

fn sources(folder: &std::path::Path) -> Vec<String> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
    found
}
