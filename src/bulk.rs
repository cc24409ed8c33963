//! What a row of a file means to the slice it is for. Every slice that can be fed by a file offers
//! `compare` (tells, writes nothing) and `write` (in one statement per table and batch).

use crate::http::{FieldError, Words};

/// The most rows of one batch: large enough to hide the round trips, small enough to stay flat.
pub const ROWS_MAX: usize = 5_000;

/// What a row means, or meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// There is nothing like it yet.
    New,
    /// It changes what is there.
    Changed(Vec<FieldChange>),
    /// Everything is as the row says.
    Unchanged,
    /// Nothing is written for the row; pointers name fields of the row.
    Refused(Vec<FieldError>),
}

/// A field that a row changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldChange {
    /// The name of the field in the row.
    pub field: &'static str,
    /// As it is printed, masked where it must be; `None` where there was nothing or nothing of it
    /// is shown.
    pub old: Option<String>,
    /// Empty where nothing of it is shown.
    pub new: String,
    /// What is to be known of the change beside the values.
    pub note: Option<Words>,
}

impl FieldChange {
    /// A change of which only this is told.
    pub fn unseen(field: &'static str, note: Words) -> Self {
        Self {
            field,
            note: Some(note),
            ..Self::default()
        }
    }
}
