//! Computing a stored statement again, to see that it is still what the plan gives.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{plan::Plan, statement::Statement};
use crate::plans::Fault;

/// What computing again gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// Whether every figure and every word is the same.
    pub equal: bool,
    /// Where it is not.
    pub differences: Vec<Departure>,
}

/// A place at which a stored statement and a computed one differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Departure {
    /// JSON pointer into the statement.
    pub pointer: String,
    /// The line it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// What is stored; nothing when it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
    /// What is computed; nothing when it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<String>,
}

/// The most places that are told.
const DEPARTURES: usize = 1_000;

impl Plan {
    /// Computes a stored statement again from its own facts. The plan must be the version it was
    /// computed under: another one shows as a difference of `/plan/digest`.
    pub fn replay(&self, stored: &Statement) -> Result<Replay, Vec<Fault>> {
        let computed = self.evaluate(&stored.facts)?;
        let (stored, computed) = (as_json(stored), as_json(&computed));
        let mut differences = vec![];
        compare(String::new(), None, &stored, &computed, &mut differences);
        Ok(Replay {
            equal: differences.is_empty(),
            differences,
        })
    }
}

fn as_json(statement: &Statement) -> Value {
    serde_json::to_value(statement).expect("a statement has only texts as keys")
}

fn compare(
    at: String,
    line: Option<&str>,
    stored: &Value,
    computed: &Value,
    found: &mut Vec<Departure>,
) {
    if found.len() >= DEPARTURES || stored == computed {
        return;
    }
    let null = &Value::Null;
    match (stored, computed) {
        (Value::Object(a), Value::Object(b)) => {
            let line = a
                .get("line")
                .or(b.get("line"))
                .and_then(Value::as_str)
                .or(line);
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names {
                let (a, b) = (a.get(name).unwrap_or(null), b.get(name).unwrap_or(null));
                let name = name.replace('~', "~0").replace('/', "~1");
                compare(format!("{at}/{name}"), line, a, b, found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for n in 0..a.len().max(b.len()) {
                let (a, b) = (a.get(n).unwrap_or(null), b.get(n).unwrap_or(null));
                compare(format!("{at}/{n}"), line, a, b, found);
            }
        }
        (a, b) => found.push(Departure {
            pointer: at,
            line: line.map(str::to_owned),
            stored: told(a),
            computed: told(b),
        }),
    }
}

fn told(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
