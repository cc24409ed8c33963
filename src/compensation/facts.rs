//! The facts of a household, as they were found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plans::{Given, Scalar};

/// What is known of a household, and what it chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// An option of the plan.
    pub option: String,
    /// The facts, by input. What no formula needs may be left out.
    #[serde(default)]
    pub facts: BTreeMap<String, Fact>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What was found. Numbers and dates are strings.
    pub value: Given,
    /// Who says so: a survey, a report, a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Of a collective fact: whether it may still change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}

impl Facts {
    /// Nothing known but the option.
    pub fn of(option: &str) -> Self {
        Self {
            option: option.to_owned(),
            facts: BTreeMap::new(),
        }
    }

    /// Adds a fact and who says so.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Given>, source: &str) -> Self {
        let fact = Fact {
            value: value.into(),
            source: Some(source.to_owned()),
            provisional: false,
        };
        self.facts.insert(name.to_owned(), fact);
        self
    }
}

impl From<Given> for Fact {
    fn from(value: Given) -> Self {
        Self {
            value,
            source: None,
            provisional: false,
        }
    }
}

impl From<bool> for Given {
    fn from(flag: bool) -> Self {
        Self::One(Scalar::Flag(flag))
    }
}
