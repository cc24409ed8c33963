//! Tariffs, tiers, floor differences and size lists.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    limits,
    rules::ScalarType,
    words::{Id, Remark, Scalar, Title, Unit},
};

/// A table (标准表). A formula reads a cell as `table[key]` or `table[key][key].column`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What formulas call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// The paragraph of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Title>,
    /// What a row is found by, in the order in which formulas give it.
    #[schemars(length(min = 1, max = limits::MEMBERS))]
    pub keys: Vec<Key>,
    /// What a row gives. A formula may leave `.column` out when there is only one.
    #[schemars(length(min = 1, max = limits::MEMBERS))]
    pub columns: Vec<Column>,
    /// The rows; each has every key and every column.
    #[schemars(length(min = 1, max = limits::TABLE_ROWS))]
    pub rows: Vec<BTreeMap<Id, Scalar>>,
    /// What applies when no row fits. Left out, computing is refused then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<BTreeMap<Id, Scalar>>,
    /// What a reader should know besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
}

/// What a row is found by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// What the rows call it.
    pub id: Id,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ScalarType,
    /// Which row fits. Left out, `exact`. At most one key of a table is not exact.
    #[serde(default, rename = "match", skip_serializing_if = "Match::is_exact")]
    pub matching: Match,
    /// The unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
}

/// Which row fits a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum Match {
    /// The row with the same value.
    #[default]
    Exact,
    /// The row with the largest value that is not above: "from day 21 on", "from 2017-05-26 on".
    From,
    /// The row with the smallest value that is not below: "up to day 20", "the next larger size".
    UpTo,
}

impl Match {
    /// Whether a row must have the very value.
    pub fn is_exact(&self) -> bool {
        *self == Self::Exact
    }
}

/// What a row gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What rows and formulas call it.
    pub id: Id,
    /// What it is. Left out, a number.
    #[serde(default = "number", rename = "type", skip_serializing_if = "is_number")]
    pub kind: ScalarType,
    /// The unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
}

fn number() -> ScalarType {
    ScalarType::Number
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_number(kind: &ScalarType) -> bool {
    *kind == ScalarType::Number
}
