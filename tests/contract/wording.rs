//! What every operation and every schema says of itself.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{document, operations};

#[test]
fn every_operation_is_described() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let (id, value) = (operation.id().to_owned(), &operation.value);
        assert!(
            id.starts_with(char::is_lowercase) && id.chars().all(char::is_alphanumeric),
            "{id}"
        );
        assert!(ids.insert(id.clone()), "{id} is there twice");
        for key in ["summary", "description"] {
            assert!(
                value[key].as_str().is_some_and(|s| !s.is_empty()),
                "{id} has no {key}"
            );
        }
        assert_eq!(
            value["tags"].as_array().map(Vec::len),
            Some(1),
            "{id} has one tag"
        );
        assert!(!operation.path.contains(':'), "{id} shows its route");
        let named: Vec<_> = operation
            .path
            .split('/')
            .filter(|s| s.starts_with('{'))
            .collect();
        assert!(
            named.len() <= 1,
            "{id}: parameters bind by position, so there is at most one"
        );
    }
}

/// Every schema with its place.
fn schemas(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("type") && !members.contains_key("in") {
                found.push((at.to_owned(), value.clone()));
            }
            for (key, member) in members {
                schemas(member, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                schemas(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn amounts_and_areas_are_never_numbers_and_days_are_dates() {
    let mut found = vec![];
    schemas(&document()["components"]["schemas"], "", &mut found);
    for (at, schema) in found {
        assert_ne!(
            schema["type"], "number",
            "{at}: exact decimals travel as strings"
        );
        assert_ne!(schema["format"], "naive-date", "{at}");
        let name = at.rsplit('/').next().unwrap();
        if name.ends_with("_m2") || name == "amount" {
            assert_eq!(schema["type"], "string", "{at}");
        }
        if name.ends_with("_on") {
            assert_eq!(schema["format"], "date", "{at}");
        }
        if name.ends_with("_at") {
            assert_eq!(schema["format"], "date-time", "{at}");
        }
    }
}

#[test]
fn every_parameter_and_every_member_is_described() {
    let schemas = &document()["components"]["schemas"];
    let described = |value: &Value| {
        let reference = value["$ref"].as_str().and_then(|r| r.rsplit('/').next());
        let referred = reference.map_or(&Value::Null, |name| &schemas[name]["description"]);
        value["description"].is_string() || referred.is_string()
    };
    for operation in operations() {
        let parameters = operation.value["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            let (id, name) = (operation.id(), &parameter["name"]);
            assert!(described(parameter), "{id}: {name} says nothing");
        }
    }
    for (name, schema) in schemas.as_object().unwrap() {
        for (member, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(described(property), "{name}.{member} says nothing");
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    let mut checked = 0;
    for operation in operations() {
        let id = operation.id();
        let request = operation.value["requestBody"]["content"].as_object();
        let responses = operation.value["responses"].as_object().unwrap();
        let answers = responses.values().filter_map(|r| r["content"].as_object());
        for (media_type, media) in request.into_iter().chain(answers).flatten() {
            if !media_type.ends_with("json") {
                continue;
            }
            let mut schema = media["schema"].clone();
            schema["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let example = &media["example"];
            assert!(!example.is_null(), "{id} {media_type} has no example");
            let flaws: Vec<_> = validator
                .iter_errors(example)
                .map(|e| e.to_string())
                .collect();
            assert!(flaws.is_empty(), "{id}: {example} {flaws:?}");
            checked += 1;
        }
    }
    assert!(checked > 20);
}
