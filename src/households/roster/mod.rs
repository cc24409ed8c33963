//! A roster (花名册) coming in: many households at once, one row each, by parcel and number.
//!
//! A row registers a new household with one person, the holder, and one structure, or corrects the
//! one that is there. What a row leaves out stays as it is, and a household that no row names stays
//! too: absence deletes nothing. Who calls has read and checked every value of the rows, and asks
//! [`roster_mistakes`] for what only this slice can tell.

mod batch;
mod compare;
mod store;

use crate::{
    App,
    http::{Act, Problem, Words},
    privacy::KeyRing,
    staff::Scope,
    values::{
        Area, Day, HouseholdId, IdDocument, Number, ParcelId, PersonName, Phone, PlaceName,
        Relation,
    },
};

use self::batch::Batch;
use super::{StructureUse, api::no_parcel, documents, refusals::Wrong, rules};

pub use compare::{FieldChange, RosterVerdict};
pub use store::absent_from;

/// Rows that are compared or written together.
pub const ROSTER_BATCH: usize = 5_000;

/// One row of a roster.
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
    /// The holder's document. Left out is not the same as [`IdDocument::None`], which takes a
    /// document away.
    pub document: Option<IdDocument>,
    /// Residential when a new structure leaves it out.
    pub structure_use: Option<StructureUse>,
    pub certificate_no: Option<Number>,
    pub certificate_area_m2: Option<Area>,
    pub measured_area_m2: Option<Area>,
    pub recognised_area_m2: Option<Area>,
}

impl RosterRow {
    /// Whether the row speaks of a structure at all.
    fn has_structure(&self) -> bool {
        self.structure_use.is_some()
            || self.certificate_no.is_some()
            || self.certificate_area_m2.is_some()
            || self.measured_area_m2.is_some()
            || self.recognised_area_m2.is_some()
    }
}

/// What is wrong with one member of a row; its names are those of [`RosterRow`] and, for the
/// document, `id_number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowMistake {
    pub field: &'static str,
    pub code: &'static str,
    pub words: Words,
}

/// A household of the parcels of a roster that no row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsentHousehold {
    pub household_id: HouseholdId,
    pub parcel_id: ParcelId,
    pub household_no: String,
    pub holder_name: String,
}

/// Everything that a single registration would refuse for the same facts.
pub fn roster_mistakes(row: &RosterRow, today: Day) -> Vec<RowMistake> {
    let mut wrongs: Vec<(&'static str, Wrong)> = vec![];
    let birth_on = row.document.as_ref().and_then(documents::birth_on);
    if birth_on.is_some_and(|birth| birth > today) {
        wrongs.push(("id_number", Wrong::BirthInFuture));
    }
    if row.has_structure() {
        wrongs.extend(rules::wrong_areas([
            ("certificate_area_m2", row.certificate_area_m2),
            ("measured_area_m2", row.measured_area_m2),
            ("recognised_area_m2", row.recognised_area_m2),
        ]));
    }
    let told = wrongs.into_iter().map(|(field, wrong)| RowMistake {
        field: if field.is_empty() {
            "certificate_area_m2"
        } else {
            field
        },
        code: wrong.code(),
        words: wrong.words(),
    });
    told.collect()
}

/// What an import of these rows would do to each, in their order; nothing is written.
pub async fn compare_roster(
    conn: &mut sqlx::PgConnection,
    keys: &KeyRing,
    scope: &Scope,
    rows: &[RosterRow],
) -> Result<Vec<RosterVerdict>, Problem> {
    admit_parcels(conn, scope, rows).await?;
    let mut verdicts = Vec::with_capacity(rows.len());
    for rows in rows.chunks(ROSTER_BATCH) {
        let stored = store::find_stored(conn, rows).await?;
        for (row, stored) in rows.iter().zip(&stored) {
            verdicts.push(compare::verdict(keys, row, stored.as_ref())?);
        }
    }
    Ok(verdicts)
}

/// Registers new households and corrects those that changed, with one record of the trail each;
/// returns what happened to each row, in their order.
///
/// Refuses with `household-no-taken` when two rows name the same new household, and with
/// `person-already-in-household` when a corrected document belongs to another person of the
/// household; the caller's act then fails as a whole.
pub async fn import_roster(
    act: &mut Act,
    app: &App,
    scope: &Scope,
    rows: &[RosterRow],
) -> Result<Vec<RosterVerdict>, Problem> {
    admit_parcels(act, scope, rows).await?;
    let mut verdicts = Vec::with_capacity(rows.len());
    for rows in rows.chunks(ROSTER_BATCH) {
        let stored = store::lock_stored(act, rows).await?;
        let mut batch = Batch::with_capacity(rows.len());
        for (row, stored) in rows.iter().zip(&stored) {
            let verdict = compare::verdict(&app.keys, row, stored.as_ref())?;
            match (&verdict, stored) {
                (RosterVerdict::Changed(_), Some(stored)) => batch.correct(app, row, stored),
                (RosterVerdict::New, _) => batch.register(app, row),
                _ => {}
            }
            verdicts.push(verdict);
        }
        batch.write(app, act).await?;
    }
    Ok(verdicts)
}

/// 404 unless every parcel is one that the caller may see.
async fn admit_parcels(
    conn: &mut sqlx::PgConnection,
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
