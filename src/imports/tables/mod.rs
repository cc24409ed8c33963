//! What each kind of file means: how a row is read, and the verb of the slice it is for.

mod agreements;
mod flats;
mod inspection_points;
mod needs;
mod roster;

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use super::{
    cells::{Cells, spelt},
    model::Finding,
};
use crate::{
    App,
    bulk::RowOutcome,
    http::{Act, FieldError, Problem},
    staff::Scope,
    values::{ParcelId, ProgrammeId, ValueError},
};

pub(super) use agreements::Agreements;
pub(super) use flats::Flats;
pub(super) use inspection_points::InspectionPoints;
pub(super) use needs::Needs;
pub(super) use roster::{Roster, word_of};

/// What an import works on.
pub(super) struct Ground {
    pub(super) app: App,
    pub(super) scope: Scope,
    pub(super) programme_id: ProgrammeId,
}

/// The parcels of the programme by their codes.
pub(super) type Parcels = Arc<HashMap<String, ParcelId>>;

/// What becomes of a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    New,
    Changed(Vec<Finding>),
    Unchanged,
    Refused(Vec<Finding>),
}

/// One kind of file.
pub(super) trait Table: Send + 'static {
    /// A row whose cells were all read.
    type Row: Send + 'static;
    /// What reading needs to know.
    type Known: Send + 'static;

    /// Sets of columns that together may stand in a file once; the first one names the row.
    const ONCE: &'static [&'static [&'static str]];
    /// Columns: neighbours in the file that agree in them go into one batch.
    const TOGETHER: &'static [&'static str] = &[];
    /// Whether a validation lists the households that the file does not have.
    const COUNTS_ABSENT: bool = false;

    fn read(cells: &mut Cells<'_>, known: &Self::Known) -> Option<Self::Row>;

    /// The one spelling of a cell that names a row.
    fn spelt<'a>(_field: &str, text: &'a str) -> Cow<'a, str> {
        spelt(text)
    }

    /// How the name of a row is shown and kept.
    fn shown(key: &str) -> String {
        key.to_owned()
    }

    /// Tells what the rows mean, in their order, and writes them when asked to.
    fn judge(
        &mut self,
        act: &mut Act,
        ground: &Ground,
        rows: Vec<Self::Row>,
        write: bool,
    ) -> impl Future<Output = Result<Vec<Outcome>, Problem>> + Send;
}

/// The parcel a row names.
fn parcel(cells: &mut Cells<'_>, parcels: &Parcels) -> Option<ParcelId> {
    cells.required("parcel_code", |code| {
        parcels.get(spelt(code).as_ref()).copied().ok_or_else(|| {
            ValueError::new(
                "parcel-unknown",
                "计划内没有该地块",
                "the programme has no such parcel",
            )
        })
    })
}

/// What a slice finds wrong with a row; its pointers are names of columns.
fn refused(mistakes: Vec<FieldError>) -> Outcome {
    let told = mistakes.into_iter().map(|mistake| {
        let field = mistake.pointer.trim_start_matches('/').to_owned();
        let words = mistake.detail;
        Finding {
            field: Some(field).filter(|field| !field.is_empty()),
            ..Finding::of_row(&mistake.code, words.zh, words.en)
        }
    });
    Outcome::Refused(told.collect())
}

/// What a slice makes of a row.
fn outcome(outcome: RowOutcome) -> Outcome {
    match outcome {
        RowOutcome::New => Outcome::New,
        RowOutcome::Unchanged => Outcome::Unchanged,
        RowOutcome::Refused(mistakes) => refused(mistakes),
        RowOutcome::Changed(changes) => {
            let told = changes.into_iter().map(Finding::from);
            Outcome::Changed(told.collect())
        }
    }
}
