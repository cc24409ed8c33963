//! An example for every body: one synthetic household and what belongs to it, everywhere the same.
//!
//! `examples.json` holds what was thought of: whole bodies by the name of their schema, members by
//! name (`Schema.member` before `member`). What nobody thought of is put together from the schema.
//! The requests among them are sent to the service by `tests/contract`.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

const DEPTH_MAX: usize = 8;

static GIVEN: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("examples.json")).expect("the examples are JSON")
});

/// The code of the refusal that is shown for an operation under a status, if one was chosen.
pub(super) fn chosen_code(operation_id: &str, status: &str) -> Option<&'static str> {
    GIVEN["problems"][operation_id][status].as_str()
}

/// An example of what a parameter holds.
pub(super) fn of_parameter(name: &str, schema: &Value, components: &Value) -> Option<Value> {
    let given = GIVEN["members"].get(name);
    // A name may mean something else in a query than in a body.
    let given = given.filter(|value| schema["type"] == "string" && value.is_string());
    given.cloned().or_else(|| example(schema, components, 0))
}

/// An example of `schema`; `None` for files and for what nests too deeply.
pub(super) fn example(schema: &Value, components: &Value, depth: usize) -> Option<Value> {
    of(schema, "", components, depth)
}

/// `name` is that of the schema, or empty where it has none.
fn of(schema: &Value, name: &str, components: &Value, depth: usize) -> Option<Value> {
    if depth > DEPTH_MAX {
        return None;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next()?;
        if let Some(body) = GIVEN["bodies"].get(name) {
            return Some(body.clone());
        }
        return of(&components["schemas"][name], name, components, depth + 1);
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
            return of(first, name, components, depth + 1);
        }
    }
    match schema["type"].as_str()? {
        "object" => object(schema, name, components, depth),
        "array" => {
            let item = of(&schema["items"], "", components, depth + 1)?;
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

fn object(schema: &Value, name: &str, components: &Value, depth: usize) -> Option<Value> {
    let mut members = Map::new();
    for (member, property) in schema["properties"].as_object().into_iter().flatten() {
        let given = GIVEN["members"]
            .get(format!("{name}.{member}"))
            .or_else(|| GIVEN["members"].get(member));
        let shown = given
            .cloned()
            .or_else(|| of(property, "", components, depth + 1));
        match shown {
            Some(value) => drop(members.insert(member.clone(), value)),
            None if required(schema, member) => return None,
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
