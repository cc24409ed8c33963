//! Households, persons and structures.

mod members;
mod privacy;
mod reading;
mod registration;
mod roster;

use serde_json::{Value, json};

use crate::support::Town;

/// The path of an object that has an id.
fn path(collection: &str, object: &Value) -> String {
    format!("/v1/{collection}/{}", object["id"].as_str().unwrap())
}

async fn parcel(town: &Town) -> Value {
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await
}

fn person(name: &str, relation: &str, number: &str) -> Value {
    json!({"name": name, "relation": relation,
        "document": {"kind": "citizen_number", "number": number}})
}
