//! Whole numbers as integers: JSON knows one kind of number, Rust several.

use serde_json::{Number, Value};

/// Writes every whole number of a document as an integer: `minimum: 0.0` is how poem-openapi
/// says 0.
pub(super) fn whole(value: &mut Value) {
    match value {
        Value::Number(number) => make_whole(number),
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(members) => members.values_mut().for_each(whole),
        _ => {}
    }
}

/// Writes whole numbers as integers where the schema of a body asks for integers: `2018.0` is one
/// to JSON Schema. What the schema leaves open stays as it was sent.
pub(super) fn whole_by(schema: &Value, components: &Value, value: &mut Value) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        whole_by(&components["schemas"][name], components, value);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            whole_by(part, components, value);
        }
    }
    match value {
        Value::Number(number) if schema["type"] == "integer" => make_whole(number),
        Value::Array(items) => {
            for item in items {
                whole_by(&schema["items"], components, item);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                whole_by(&schema["properties"][name], components, member);
            }
        }
        _ => {}
    }
}

/// Leaves alone what is an integer already, has a fraction, or is beyond 64 bits.
fn make_whole(number: &mut Number) {
    if !number.is_f64() {
        return;
    }
    let text = number.to_string();
    if let Some(integer) = text.strip_suffix(".0").and_then(|t| t.parse::<i64>().ok()) {
        *number = integer.into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_whole_numbers_become_integers() {
        let mut document = json!({"a": [2018.0, -0.0, 2.5, 1e3, 1e30], "b": {"c": 7}});
        whole(&mut document);
        assert_eq!(
            document.to_string(),
            r#"{"a":[2018,0,2.5,1000,1e+30],"b":{"c":7}}"#
        );
    }

    #[test]
    fn only_where_the_schema_says_integer() {
        let components = json!({"schemas": {
            "Body": {"properties": {
                "year": {"type": "integer"},
                "open": {"type": "object"},
                "seqs": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Seq"}]}},
            }},
            "Seq": {"type": "integer"},
        }});
        let mut body =
            json!({"year": 2018.0, "open": {"at": 117.0}, "seqs": [1.0], "strange": 1.0});
        let schema = json!({"$ref": "#/components/schemas/Body"});
        whole_by(&schema, &components, &mut body);
        assert_eq!(
            body.to_string(),
            r#"{"open":{"at":117.0},"seqs":[1],"strange":1.0,"year":2018}"#
        );
    }
}
