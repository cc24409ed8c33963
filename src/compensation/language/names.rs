//! What a formula can name.

use std::{collections::HashMap, sync::Arc};

use super::super::{
    table::Table,
    value::{Base, Kind},
};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Constant,
    Input,
    Choice,
    Option,
    Value,
    Entitlement,
    Line,
}

/// A place for a value of the whole statement.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) name: Arc<str>,
    pub(crate) title: Arc<str>,
    pub(crate) title_en: Option<Arc<str>>,
    pub(crate) unit: Option<Arc<str>>,
    pub(crate) decimals: Option<u32>,
    /// The paragraph of the plan.
    pub(crate) rule: Option<Arc<str>>,
    pub(crate) kind: Kind,
    /// The texts it may be; none when any.
    pub(crate) words: Vec<Arc<str>>,
    pub(crate) origin: Origin,
}

/// What the items of a list look like.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// What the statement calls the list.
    pub(crate) list: Arc<str>,
    pub(crate) fields: Vec<ShapeField>,
}

/// A field of an item.
#[derive(Debug, Clone)]
pub(crate) struct ShapeField {
    pub(crate) name: Arc<str>,
    pub(crate) title: Arc<str>,
    pub(crate) title_en: Option<Arc<str>>,
    pub(crate) unit: Option<Arc<str>>,
    pub(crate) decimals: Option<u32>,
    pub(crate) kind: Kind,
    /// The texts it may be; none when any.
    pub(crate) words: Vec<Arc<str>>,
}

/// An item at hand while a formula is computed.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// What the formula calls it, besides `#`.
    pub(crate) alias: Option<String>,
    pub(crate) shape: usize,
}

/// Words that have a meaning of their own.
const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "as",
    "true",
    "false",
    "null",
    "choice",
    "option",
    "min",
    "max",
    "sum",
    "round",
    "floor",
    "ceil",
    "abs",
    "map",
    "filter",
    "count",
    "len",
    "some",
    "all",
    "household",
    "rounding_of_total",
];

/// The names a formula may use, growing as the plan is read from top to bottom.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) slots: Vec<Slot>,
    pub(crate) tables: Vec<Table>,
    pub(crate) shapes: Vec<Shape>,
    by_name: HashMap<Arc<str>, usize>,
    choices: HashMap<Arc<str>, usize>,
    table_by_name: HashMap<Arc<str>, usize>,
    /// Everything the plan declares, with the place where it does.
    declared: HashMap<String, String>,
}

impl Names {
    /// Whether a name has a meaning of its own already.
    pub(crate) fn is_reserved(name: &str) -> bool {
        RESERVED.contains(&name)
    }

    /// Notes that the plan declares a name; the place of an earlier declaration of the same name.
    pub(crate) fn declare(&mut self, name: &str, pointer: &str) -> Option<String> {
        self.declared.insert(name.to_owned(), pointer.to_owned())
    }

    pub(crate) fn declared_at(&self, name: &str) -> Option<&str> {
        self.declared.get(name).map(String::as_str)
    }

    pub(crate) fn add(&mut self, slot: Slot) -> usize {
        let place = self.slots.len();
        self.by_name.insert(slot.name.clone(), place);
        self.slots.push(slot);
        place
    }

    pub(crate) fn add_choice(&mut self, slot: Slot) -> usize {
        let place = self.slots.len();
        self.choices.insert(slot.name.clone(), place);
        self.slots.push(slot);
        place
    }

    pub(crate) fn add_table(&mut self, table: Table) {
        let place = self.tables.len();
        self.table_by_name.insert(table.name.clone(), place);
        self.tables.push(table);
    }

    pub(crate) fn add_shape(&mut self, shape: Shape) -> usize {
        self.shapes.push(shape);
        self.shapes.len() - 1
    }

    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn choice(&self, name: &str) -> Option<usize> {
        self.choices.get(name).copied()
    }

    pub(crate) fn table(&self, name: &str) -> Option<usize> {
        self.table_by_name.get(name).copied()
    }

    /// The list of that name, and the shape of its items.
    pub(crate) fn list(&self, name: &str) -> Option<(usize, usize)> {
        let slot = self.slot(name)?;
        match self.slots[slot].kind.base {
            Base::List(shape) => Some((slot, shape)),
            _ => None,
        }
    }
}
