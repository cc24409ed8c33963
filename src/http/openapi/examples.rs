//! An example for every body, put together from the examples of its parts, so that it always fits.

use serde_json::{Map, Value, json};

const DEPTH_MAX: usize = 8;

/// An example of `schema`; `None` for files and for what nests too deeply.
pub(super) fn example(schema: &Value, components: &Value, depth: usize) -> Option<Value> {
    if depth > DEPTH_MAX {
        return None;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next()?;
        return example(&components["schemas"][name], components, depth + 1);
    }
    if let Some(given) = schema["examples"].get(0) {
        return Some(given.clone());
    }
    for key in ["default", "const"] {
        if !schema[key].is_null() {
            return Some(schema[key].clone());
        }
    }
    if let Some(first) = schema["enum"].get(0) {
        return Some(first.clone());
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        if let Some(first) = schema[key].get(0) {
            return example(first, components, depth + 1);
        }
    }
    match schema["type"].as_str()? {
        "object" => object(schema, components, depth),
        "array" => {
            let item = example(&schema["items"], components, depth + 1)?;
            Some(Value::Array(vec![item]))
        }
        "integer" | "number" => Some(if schema["minimum"].is_null() {
            json!(1)
        } else {
            schema["minimum"].clone()
        }),
        "boolean" => Some(json!(true)),
        "string" => string(schema),
        _ => None,
    }
}

fn object(schema: &Value, components: &Value, depth: usize) -> Option<Value> {
    let mut members = Map::new();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        match example(property, components, depth + 1) {
            Some(value) => drop(members.insert(name.clone(), value)),
            None if required(schema, name) => return None,
            None => {}
        }
    }
    Some(Value::Object(members))
}

fn required(schema: &Value, name: &str) -> bool {
    schema["required"]
        .as_array()
        .is_some_and(|names| names.iter().any(|n| n == name))
}

fn string(schema: &Value) -> Option<Value> {
    if schema["pattern"] == "^[0-9a-f]{64}$" {
        return Some(json!("0f".repeat(32))); // a SHA-256 in hexadecimal
    }
    Some(match schema["format"].as_str().unwrap_or_default() {
        "uuid" => json!("01890a5d-ac96-774b-bcce-b302099a8057"),
        "date" => json!("2018-03-04"),
        "date-time" => json!("2018-03-04T01:00:00Z"),
        "binary" => return None,
        _ => json!("text"),
    })
}
