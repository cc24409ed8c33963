//! Lists of flats in bulk: compared with what stands, then written in a few statements.

mod rules;
mod store;

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    App,
    audit::{self, Entry},
    bulk::{ROWS_MAX, RowOutcome},
    http::{Act, Problem},
    values::{Area, Label, Number, PlaceName, ProgrammeId},
};

/// One row of a list of flats.
#[derive(Debug, Clone)]
pub struct FlatRow {
    pub estate_name: PlaceName,
    pub building_name: Label,
    pub flat_no: Number,
    /// Floor area, m².
    pub area_m2: Area,
    /// Floors of the building, 1 to 100; one row of a new building must say it.
    pub floors: Option<i32>,
}

/// What importing these rows would do, row by row in their order; writes nothing.
///
/// Rows that repeat a flat, and the floors of a new building, are looked for among all rows of
/// one call.
pub async fn compare_flats(
    conn: &mut PgConnection,
    programme: ProgrammeId,
    rows: &[FlatRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let known = store::find_known(conn, programme, rows).await?;
    Ok(rules::compare(rows, &known))
}

/// Creates and corrects the flats of a programme, with the estates and buildings they stand in.
///
/// Refused rows are left out: who wants all or nothing drops the act when there is one. Rows of
/// one building belong in one call.
pub async fn import_flats(
    act: &mut Act,
    app: &App,
    programme: ProgrammeId,
    rows: &[FlatRow],
) -> Result<Vec<RowOutcome>, Problem> {
    // Two lists at once would both miss an estate and both create it.
    store::lock_programme(act, programme).await?;
    let known = store::find_known(act, programme, rows).await?;
    let outcomes = rules::compare(rows, &known);
    let mut entries = vec![];
    create_estates(act, app, programme, rows, &outcomes, &known, &mut entries).await?;
    create_buildings(act, app, programme, rows, &outcomes, &known, &mut entries).await?;
    correct_buildings(act, rows, &outcomes, &known, &mut entries).await?;
    create_flats(act, app, programme, rows, &outcomes, &mut entries).await?;
    correct_flats(act, rows, &outcomes, &known, &mut entries).await?;
    for batch in entries.chunks(ROWS_MAX) {
        audit::record_all(app, act, batch).await?;
    }
    Ok(outcomes)
}

/// A row with what is known of it, if the row does something.
type Taken<'a> = (&'a FlatRow, &'a RowOutcome, &'a Known);

/// What the database knows of the estate, the building and the flat of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Known {
    estate_id: Option<Uuid>,
    building_id: Option<Uuid>,
    floors: Option<i32>,
    flat_id: Option<Uuid>,
    area_m2: Option<Area>,
}

fn taken<'a>(
    rows: &'a [FlatRow],
    outcomes: &'a [RowOutcome],
    known: &'a [Known],
) -> impl Iterator<Item = Taken<'a>> {
    let rows = rows.iter().zip(outcomes).zip(known);
    rows.map(|((row, outcome), known)| (row, outcome, known))
        .filter(|(_, outcome, _)| matches!(outcome, RowOutcome::New | RowOutcome::Changed(_)))
}

async fn create_estates(
    act: &mut Act,
    app: &App,
    programme: ProgrammeId,
    rows: &[FlatRow],
    outcomes: &[RowOutcome],
    known: &[Known],
    entries: &mut Vec<Entry>,
) -> Result<(), Problem> {
    let missing: BTreeMap<&str, Uuid> = taken(rows, outcomes, known)
        .filter(|(_, _, known)| known.estate_id.is_none())
        .map(|(row, _, _)| (row.estate_name.as_str(), app.fresh_id()))
        .collect();
    for (name, id) in &missing {
        let changed = json!({"programme_id": programme, "name": name});
        entries.push(
            Entry::new("estate.created", "estate", *id)
                .became(1)
                .changed(changed),
        );
    }
    store::insert_estates(act, programme, &missing).await?;
    Ok(())
}

async fn create_buildings(
    act: &mut Act,
    app: &App,
    programme: ProgrammeId,
    rows: &[FlatRow],
    outcomes: &[RowOutcome],
    known: &[Known],
    entries: &mut Vec<Entry>,
) -> Result<(), Problem> {
    let floors = rules::floors_said(rows);
    let mut missing = BTreeMap::new();
    for (row, _, known) in taken(rows, outcomes, known) {
        let name = rules::building_of(row);
        if let (None, Some(floors)) = (known.building_id, floors.get(&name)) {
            missing
                .entry(name)
                .or_insert_with(|| (app.fresh_id(), *floors));
        }
    }
    for ((_, name), (id, floors)) in &missing {
        let changed = json!({"name": name, "floors": floors});
        entries.push(
            Entry::new("building.created", "building", *id)
                .became(1)
                .changed(changed),
        );
    }
    store::insert_buildings(act, programme, &missing).await?;
    Ok(())
}

async fn correct_buildings(
    act: &mut Act,
    rows: &[FlatRow],
    outcomes: &[RowOutcome],
    known: &[Known],
    entries: &mut Vec<Entry>,
) -> Result<(), Problem> {
    let differing: BTreeMap<Uuid, i32> = taken(rows, outcomes, known)
        .filter(|(row, _, known)| row.floors.is_some() && row.floors != known.floors)
        .filter_map(|(row, _, known)| Some((known.building_id?, row.floors?)))
        .collect();
    for (id, version) in store::correct_buildings(act, &differing).await? {
        let entry = Entry::new("building.corrected", "building", id)
            .was(version - 1)
            .became(version)
            .changed(json!({"floors": differing.get(&id)}));
        entries.push(entry);
    }
    Ok(())
}

async fn create_flats(
    act: &mut Act,
    app: &App,
    programme: ProgrammeId,
    rows: &[FlatRow],
    outcomes: &[RowOutcome],
    entries: &mut Vec<Entry>,
) -> Result<(), Problem> {
    let new: Vec<(Uuid, &FlatRow)> = rows
        .iter()
        .zip(outcomes)
        .filter(|(_, outcome)| **outcome == RowOutcome::New)
        .map(|(row, _)| (app.fresh_id(), row))
        .collect();
    for (id, row) in &new {
        let changed = json!({"flat_no": row.flat_no, "area_m2": row.area_m2});
        entries.push(
            Entry::new("flat.created", "flat", *id)
                .became(1)
                .changed(changed),
        );
    }
    for batch in new.chunks(ROWS_MAX) {
        store::insert_flats(act, programme, batch).await?;
    }
    Ok(())
}

async fn correct_flats(
    act: &mut Act,
    rows: &[FlatRow],
    outcomes: &[RowOutcome],
    known: &[Known],
    entries: &mut Vec<Entry>,
) -> Result<(), Problem> {
    let differing: BTreeMap<Uuid, Area> = taken(rows, outcomes, known)
        .filter(|(row, _, known)| known.area_m2.is_some_and(|area| area != row.area_m2))
        .filter_map(|(row, _, known)| Some((known.flat_id?, row.area_m2)))
        .collect();
    for (id, version, parcel) in store::correct_flats(act, &differing).await? {
        let entry = Entry::new("flat.corrected", "flat", id)
            .was(version - 1)
            .became(version)
            .changed(json!({"area_m2": differing.get(&id)}));
        entries.push(match parcel {
            Some(parcel) => entry.within(parcel),
            None => entry,
        });
    }
    Ok(())
}
