//! Words for parameters and members that have none of their own, from one place.

use std::sync::LazyLock;

use serde_json::{Value, json};

static TOLD: LazyLock<toml::Table> = LazyLock::new(|| {
    include_str!("descriptions.toml")
        .parse()
        .expect("the descriptions are TOML")
});

fn told(path: &[&str]) -> Option<&'static str> {
    let (name, tables) = path.split_last()?;
    let table = tables
        .iter()
        .try_fold(&*TOLD, |table, name| table.get(*name)?.as_table())?;
    table.get(*name)?.as_str()
}

/// Describes a parameter by where it is and what it is called.
pub(super) fn parameter(parameter: &mut Value) {
    if parameter["description"].is_string() {
        return;
    }
    let (Some(place), Some(name)) = (parameter["in"].as_str(), parameter["name"].as_str()) else {
        return;
    };
    if let Some(words) = told(&[place, name]) {
        parameter["description"] = json!(words);
    }
}

/// Describes the members of a schema, unless they or what they refer to say what they are.
pub(super) fn members(name: &str, schema: &mut Value, described: impl Fn(&str) -> bool) {
    let properties = schema.get_mut("properties");
    let properties = properties.and_then(Value::as_object_mut);
    for (member, property) in properties.into_iter().flatten() {
        let elsewhere = property["$ref"]
            .as_str()
            .and_then(|reference| reference.rsplit('/').next())
            .is_some_and(&described);
        if property["description"].is_string() || elsewhere {
            continue;
        }
        let words = told(&["members", name, member]).or_else(|| told(&["members", member]));
        if let (Some(words), Some(property)) = (words, property.as_object_mut()) {
            property.insert("description".into(), json!(words));
        }
    }
}
