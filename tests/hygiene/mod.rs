//! Whatever is sent: every operation of the contract is asked what nobody should ask.

mod anonymous;
mod assignment;
mod injection;
mod json;
mod lines;
mod unicode;
mod wire;

use std::collections::BTreeSet;

use anju::staff::{PERMISSIONS, Role};
use serde_json::{Value, json};

use crate::{
    contract::{Operation, operations},
    sign_in::settled,
    support::{Errand, Person, Town, citizen_number, fresh_key, homes::text},
};

/// An id that nothing has.
const NOBODY: &str = "01890a5d-ac96-774b-bcce-000000000000";

/// A string somewhere in a body.
pub struct Field {
    pub pointer: String,
    pub schema: Value,
}

impl Field {
    pub fn format(&self) -> &str {
        self.schema["format"].as_str().unwrap_or("")
    }

    /// Whether the contract refuses a text there.
    pub fn refuses(&self, text: &str) -> bool {
        refuses(&self.schema, text)
    }
}

pub fn refuses(schema: &Value, text: &str) -> bool {
    if let Some(options) = schema["enum"].as_array() {
        return !options.contains(&json!(text));
    }
    let format = schema["format"].as_str().unwrap_or("");
    let known = anju::values::FORMATS
        .iter()
        .find(|(name, _)| *name == format);
    known.is_some_and(|(_, check)| check(text).is_err())
}

/// An object somewhere in a body, with its members.
pub struct Shape {
    pub pointer: String,
    pub members: BTreeSet<String>,
}

/// What a body is made of.
#[derive(Default)]
pub struct Parts {
    pub fields: Vec<Field>,
    pub shapes: Vec<Shape>,
}

/// A schema in the place of a reference to it.
pub fn resolved(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        Some(reference) => {
            let found = document.pointer(reference.trim_start_matches('#'));
            resolved(document, found.unwrap())
        }
        None => schema.clone(),
    }
}

impl Parts {
    /// Of the JSON body of an operation; nothing when it takes none.
    pub fn of(document: &Value, operation: &Operation) -> Self {
        let mut parts = Self::default();
        let content = &operation.value["requestBody"]["content"];
        if let Some(media) = content.get("application/json") {
            parts.walk(document, &media["schema"], "");
        }
        parts
    }

    fn walk(&mut self, document: &Value, schema: &Value, at: &str) {
        let schema = resolved(document, schema);
        for part in ["allOf", "anyOf", "oneOf"] {
            for schema in schema[part].as_array().into_iter().flatten() {
                self.walk(document, schema, at);
            }
        }
        match schema["type"].as_str() {
            Some("string") => self.fields.push(Field {
                pointer: at.to_owned(),
                schema,
            }),
            Some("array") => self.walk(document, &schema["items"], &format!("{at}/0")),
            _ => {
                let Some(properties) = schema["properties"].as_object() else {
                    return;
                };
                self.shapes.push(Shape {
                    pointer: at.to_owned(),
                    members: properties.keys().cloned().collect(),
                });
                for (name, schema) in properties {
                    self.walk(document, schema, &format!("{at}/{name}"));
                }
            }
        }
    }
}

/// Puts a value where the pointer says, making what is not there yet.
pub fn put(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for part in pointer.split('/').skip(1) {
        place = if part == "0" {
            if !place.is_array() {
                *place = json!([]);
            }
            let items = place.as_array_mut().unwrap();
            if items.is_empty() {
                items.push(Value::Null);
            }
            &mut items[0]
        } else {
            if !place.is_object() {
                *place = json!({});
            }
            &mut place[part]
        };
    }
    *place = value;
}

/// The example of the body of an operation that takes JSON.
pub fn example(operation: &Operation) -> Option<Value> {
    let content = &operation.value["requestBody"]["content"];
    Some(content.get("application/json")?["example"].clone())
}

/// Operations that take JSON.
pub fn with_bodies() -> Vec<Operation> {
    let mut all = operations();
    all.retain(|operation| example(operation).is_some());
    assert!(all.len() > 30, "the contract has bodies");
    all
}

/// A town, and somebody for every operation.
pub struct Crowd {
    pub town: Town,
    signed_in: Person,
    resident: Person,
    events: i64,
}

/// Somebody who looked their case up.
async fn resident(town: &Town) -> Person {
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    let path = format!("/v1/households/{}/lookup-codes", text(&household["id"]));
    let issued = town.officer().act(&path).send().await.ok(201).json;
    let number = citizen_number("H-1");
    let body = json!({"lookup_code": issued["lookup_code"], "id_last_six": number[12..],
        "channel": "self"});
    let opening = town.anonymous().post("/v1/resident/sessions", &body);
    town.bearer(text(&opening.send().await.ok(201).json["token"]))
}

impl Crowd {
    pub async fn gather() -> Self {
        let town = Town::new().await;
        let signed_in = settled(&town, "zhang.san", Role::CaseOfficer).await;
        let resident = resident(&town).await;
        let events = town.count("audit_event").await;
        Self {
            town,
            signed_in: signed_in.person,
            resident,
            events,
        }
    }

    /// Somebody who may call it.
    pub fn entitled(&self, operation: &Operation) -> Person {
        if operation.value["security"] == json!([{"Session": []}]) {
            return self.signed_in.clone();
        }
        if operation.value["security"] == json!([{"ResidentSession": []}]) {
            return self.resident.clone();
        }
        let row = PERMISSIONS
            .iter()
            .find(|row| Some(row.key) == operation.permission());
        row.map_or_else(
            || self.town.anonymous(),
            |row| self.town.person(row.roles[0], false),
        )
    }

    /// Fails the test if anything was done since they came together.
    pub async fn has_done_nothing(&self) {
        assert_eq!(self.town.count("audit_event").await, self.events);
    }
}

/// Its path, with ids of nothing; the first of what can be chosen among.
pub fn nowhere(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    let parameters = operation.value["parameters"].as_array();
    let mut query = vec![];
    for parameter in parameters.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let chosen = parameter["schema"]["enum"][0].as_str().unwrap_or(NOBODY);
        if parameter["in"] == "path" {
            path = path.replace(&format!("{{{name}}}"), chosen);
        } else if parameter["in"] == "query" && parameter["required"] == true {
            let value = parameter["example"].to_string();
            query.push(format!("{name}={}", value.trim_matches('"')));
        }
    }
    if query.is_empty() {
        path
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

/// A request to nowhere with everything it needs but a body.
pub fn errand(person: &Person, operation: &Operation, path: &str) -> Errand {
    let method = operation.method.parse().unwrap();
    let errand = person.errand(method, path);
    errand.key(&fresh_key()).if_match(&json!(1))
}

/// A text as it stands in an address.
pub fn encoded(text: &str) -> String {
    let encode = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(encode).collect()
}
