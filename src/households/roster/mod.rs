//! A roster (花名册) coming in: many households at once, one row each, by parcel and number.
//!
//! A row registers a new household with one person, the holder, and one structure, or corrects the
//! one that is there. What a row leaves out stays as it is, and a household that no row names stays
//! too: absence deletes nothing.

mod batch;
mod compare;
mod store;

use sqlx::PgConnection;

use self::{
    batch::Batch,
    compare::{AREAS, Judge},
};
use super::StructureUse;
use crate::{
    App,
    bulk::{ROWS_MAX, RowOutcome},
    http::{Act, Problem},
    parcels::no_parcel,
    staff::Scope,
    values::{
        Area, HouseholdId, IdDocument, Label, Number, ParcelId, PersonName, Phone, PlaceName,
        Relation,
    },
};

pub use store::absent_from;

/// One row of a roster. The fields of its document are called `id_kind` and `id_number` where a
/// row is judged, the others as here.
#[derive(Debug, Clone)]
pub struct RosterRow {
    pub parcel_id: ParcelId,
    pub household_no: Number,
    /// The holder, who is a person of the household too.
    pub holder_name: PersonName,
    pub address: PlaceName,
    pub phone: Option<Phone>,
    /// The holder's relation to the head; the head when a new household leaves it out.
    pub relation: Option<Relation>,
    /// The holder's document. To leave it out is not the same as [`IdDocument::None`], which takes
    /// a document away.
    pub document: Option<IdDocument>,
    /// Residential when a new structure leaves it out.
    pub structure_use: Option<StructureUse>,
    pub certificate_no: Option<Label>,
    pub certificate_area_m2: Option<Area>,
    pub measured_area_m2: Option<Area>,
    pub recognised_area_m2: Option<Area>,
}

impl RosterRow {
    /// Whether the row speaks of a structure at all.
    fn has_structure(&self) -> bool {
        self.structure_use.is_some()
            || self.certificate_no.is_some()
            || self.areas().iter().any(|(_, area)| area.is_some())
    }

    fn areas(&self) -> [(&'static str, Option<Area>); 3] {
        let [certificate, measured, recognised] = AREAS;
        [
            (certificate, self.certificate_area_m2),
            (measured, self.measured_area_m2),
            (recognised, self.recognised_area_m2),
        ]
    }
}

/// A household of the parcels of a roster that no row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentHousehold {
    pub household_id: HouseholdId,
    pub parcel_id: ParcelId,
    pub household_no: String,
    pub holder_name: String,
}

/// Tells what writing the rows would do, in their order; writes nothing. 404 when a parcel is not
/// one that the caller may see.
pub async fn compare(
    conn: &mut PgConnection,
    app: &App,
    scope: &Scope,
    rows: &[RosterRow],
) -> Result<Vec<RowOutcome>, Problem> {
    admit_parcels(conn, scope, rows).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    for rows in rows.chunks(ROWS_MAX) {
        let stored = store::find_stored(conn, &app.keys, rows).await?;
        let mut judge = Judge::new(&app.keys, app.today(), rows.len());
        for (row, stored) in rows.iter().zip(&stored) {
            outcomes.push(judge.outcome(row, stored.as_ref())?);
        }
    }
    Ok(outcomes)
}

/// Writes the rows that are not refused, with one record of the trail each; tells what happened.
/// 404 when a parcel is not one that the caller may see.
pub async fn write(
    act: &mut Act,
    app: &App,
    scope: &Scope,
    rows: &[RosterRow],
) -> Result<Vec<RowOutcome>, Problem> {
    admit_parcels(act, scope, rows).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    for rows in rows.chunks(ROWS_MAX) {
        let stored = store::lock_stored(act, &app.keys, rows).await?;
        let mut judge = Judge::new(&app.keys, app.today(), rows.len());
        let mut batch = Batch::with_capacity(rows.len());
        for (row, stored) in rows.iter().zip(&stored) {
            let outcome = judge.outcome(row, stored.as_ref())?;
            match (&outcome, stored) {
                (RowOutcome::New, _) => batch.register(app, row),
                (RowOutcome::Changed(_), Some(stored)) => batch.correct(app, row, stored),
                _ => {}
            }
            outcomes.push(outcome);
        }
        batch.write(app, act).await?;
    }
    Ok(outcomes)
}

async fn admit_parcels(
    conn: &mut PgConnection,
    scope: &Scope,
    rows: &[RosterRow],
) -> Result<(), Problem> {
    let mut parcels: Vec<ParcelId> = rows.iter().map(|row| row.parcel_id).collect();
    parcels.sort_unstable();
    parcels.dedup();
    if store::are_visible(conn, scope, &parcels).await? {
        Ok(())
    } else {
        Err(no_parcel())
    }
}
