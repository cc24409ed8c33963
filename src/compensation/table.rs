//! Tables, sorted once so that a row is found at once.

use std::{cmp::Ordering, sync::Arc};

use super::value::{Base, Value};
use crate::plans::Match;

/// A table of a plan, ready to look into.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: Arc<str>,
    pub(crate) title: Arc<str>,
    pub(crate) title_en: Option<Arc<str>>,
    pub(crate) rule: Option<Arc<str>>,
    pub(crate) keys: Vec<TableKey>,
    pub(crate) columns: Vec<TableColumn>,
    /// Sorted by the exact keys, then by the ranged one.
    pub(crate) rows: Vec<Row>,
    pub(crate) otherwise: Option<Row>,
}

#[derive(Debug)]
pub(crate) struct TableKey {
    pub(crate) name: Arc<str>,
    pub(crate) base: Base,
    pub(crate) matching: Match,
}

#[derive(Debug)]
pub(crate) struct TableColumn {
    pub(crate) name: Arc<str>,
    pub(crate) base: Base,
    pub(crate) unit: Option<Arc<str>>,
}

#[derive(Debug)]
pub(crate) struct Row {
    /// In the order of the keys.
    pub(crate) keys: Vec<Value>,
    /// In the order of the columns.
    pub(crate) cells: Vec<Value>,
    /// What the statement calls the row: `use = home, day ≥ 21`.
    pub(crate) label: Arc<str>,
}

/// The order of values of one type.
pub(crate) fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

impl Table {
    /// The order of rows: by the exact keys first, then by the ranged one.
    pub(crate) fn order(keys: &[TableKey], a: &[Value], b: &[Value]) -> Ordering {
        Self::order_exact(keys, a, b).then_with(|| {
            let ranged = keys.iter().position(|key| !key.matching.is_exact());
            ranged.map_or(Ordering::Equal, |at| order(&a[at], &b[at]))
        })
    }

    fn order_exact(keys: &[TableKey], a: &[Value], b: &[Value]) -> Ordering {
        let exact = keys.iter().zip(a.iter().zip(b));
        exact
            .filter(|(key, _)| key.matching.is_exact())
            .map(|(_, (a, b))| order(a, b))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// The row that fits, else what the table says for the rest.
    pub(crate) fn find(&self, wanted: &[Value]) -> Option<&Row> {
        let matching = self
            .keys
            .iter()
            .map(|key| key.matching)
            .find(|m| !m.is_exact());
        let before = |row: &Row| Self::order(&self.keys, &row.keys, wanted);
        let at = match matching.unwrap_or_default() {
            Match::From => self
                .rows
                .partition_point(|row| before(row).is_le())
                .checked_sub(1),
            Match::UpTo | Match::Exact => {
                Some(self.rows.partition_point(|row| before(row).is_lt()))
            }
        };
        at.and_then(|at| self.rows.get(at))
            .filter(|row| match matching {
                Some(_) => Self::order_exact(&self.keys, &row.keys, wanted).is_eq(),
                None => before(row).is_eq(),
            })
            .or(self.otherwise.as_ref())
    }

    /// How a formula reads it.
    pub(crate) fn spelled(&self) -> String {
        let mut text = self.name.to_string();
        for key in &self.keys {
            text.push('[');
            text.push_str(&key.name);
            text.push(']');
        }
        if let [first, _, ..] = &self.columns[..] {
            text.push('.');
            text.push_str(&first.name);
        }
        text
    }

    /// Keys in words: `zone = 1, use = 住宅`.
    pub(crate) fn told(&self, wanted: &[Value]) -> String {
        let each = self.keys.iter().zip(wanted);
        let each = each.map(|(key, value)| format!("{} = {value}", key.name));
        each.collect::<Vec<_>>().join(", ")
    }

    /// The values at which a ranged key changes what is found.
    pub(crate) fn thresholds(&self) -> impl Iterator<Item = &Value> {
        let ranged = self.keys.iter().position(|key| !key.matching.is_exact());
        self.rows
            .iter()
            .filter_map(move |row| Some(&row.keys[ranged?]))
    }
}
