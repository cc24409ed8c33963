//! The committed contract is what the service serves, and both keep their own rules.

pub mod examples;
mod problems;
mod roles;
mod served;
mod wording;

use serde_json::Value;

const COMMITTED: &str = include_str!("../../openapi/anju-v1.json");

/// Operations anyone may call; this list may only shrink.
const PUBLIC: &[&str] = &["openResidentSession", "openSession"];

pub fn document() -> Value {
    serde_json::from_str(COMMITTED).unwrap()
}

pub struct Operation {
    pub method: String,
    pub path: String,
    pub value: Value,
}

impl Operation {
    pub fn id(&self) -> &str {
        self.value["operationId"].as_str().unwrap_or("")
    }

    /// Whether it has a parameter of this name.
    pub fn takes(&self, name: &str) -> bool {
        let parameters = self.value["parameters"].as_array().into_iter().flatten();
        parameters.into_iter().any(|p| p["name"] == name)
    }

    pub fn permission(&self) -> Option<&str> {
        self.value["x-required-permission"].as_str()
    }
}

pub fn operations() -> Vec<Operation> {
    let mut all = vec![];
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, value) in item.as_object().unwrap() {
            let (method, path) = (method.to_uppercase(), path.clone());
            all.push(Operation {
                method,
                path,
                value: value.clone(),
            });
        }
    }
    assert!(all.len() > 10, "the contract has operations");
    all
}
