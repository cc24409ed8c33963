//! Measured points in bulk: one row per item, the rows of one form make one inspection.

mod points;
mod rules;
mod store;

use std::collections::HashMap;

use serde_json::json;
use sqlx::PgConnection;

use super::{
    rules::following,
    store::{Recorded, insert, last_of_days},
};
use crate::{
    App,
    audit::{self, Entry},
    bulk::{ROWS_MAX, RowOutcome},
    http::{Act, Problem},
    values::{
        Day, FlatId, InspectionId, Label, Measure, Number, ParcelId, PersonName, PlaceName,
        ProgrammeId,
    },
};

/// The most inspections one statement writes; each holds up to 100 items of 200 points.
const BATCH_INSPECTIONS: usize = 500;

/// One measured item of one flat. Rows of the same flat, day and inspector form one inspection.
#[derive(Debug, Clone)]
pub struct PointsRow {
    pub estate_name: PlaceName,
    pub building_name: Label,
    pub flat_no: Number,
    pub inspected_on: Day,
    pub inspector: PersonName,
    pub item: Label,
    pub standard: Option<Label>,
    pub unit: Label,
    pub lower: Option<Measure>,
    pub upper: Option<Measure>,
    pub range_max: Option<Measure>,
    /// The measured points, separated by semicolons or spaces.
    pub points: String,
}

/// What importing these rows would do, row by row in their order; writes nothing.
pub async fn compare_points(
    conn: &mut PgConnection,
    app: &App,
    programme: ProgrammeId,
    rows: &[PointsRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let flats = store::find_flats(conn, programme, rows).await?;
    let forms = rules::forms(rows, &flats, app.today());
    let standing = store::find_standing(conn, &forms.keys()).await?;
    Ok(forms.compare(rows, &standing))
}

/// Records the inspections of a programme that these rows describe.
///
/// What was recorded is never changed: rows that correct an inspection of the same flat, day and
/// inspector make a new one with the other items of the old, and of one day the later counts.
/// Inspections with a refused row are left out: who wants all or nothing drops the act when there
/// is one. Rows of one inspection belong in one call.
pub async fn import_points(
    act: &mut Act,
    app: &App,
    programme: ProgrammeId,
    rows: &[PointsRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let flats = store::find_flats(act, programme, rows).await?;
    // As a single inspection does: a hand-over sees them or came before.
    store::lock_flats(act, &flats).await?;
    let forms = rules::forms(rows, &flats, app.today());
    let standing = store::find_standing(act, &forms.keys()).await?;
    let outcomes = forms.compare(rows, &standing);
    let written = forms.inspections(rows, &outcomes, &standing);
    let recorded = number(act, app, written).await?;
    for batch in recorded.chunks(BATCH_INSPECTIONS) {
        insert(act, batch).await?;
    }
    let parcels: HashMap<FlatId, ParcelId> = flats
        .iter()
        .flatten()
        .filter_map(|flat| Some((flat.id, flat.parcel_id?)))
        .collect();
    let entries: Vec<Entry> = recorded
        .iter()
        .map(|inspection| {
            let entry = Entry::new("inspection.recorded", "inspection", inspection.id.0)
                .became(1)
                .changed(content(inspection));
            match parcels.get(&inspection.flat_id) {
                Some(parcel) => entry.within(*parcel),
                None => entry,
            }
        })
        .collect();
    for batch in entries.chunks(ROWS_MAX) {
        audit::record_all(app, act, batch).await?;
    }
    Ok(outcomes)
}

/// Gives each inspection its id, in their order, after what stands of the same flat and day.
async fn number(
    act: &mut Act,
    app: &App,
    written: Vec<rules::Written>,
) -> Result<Vec<Recorded>, Problem> {
    let days: Vec<_> = written
        .iter()
        .map(|w| (w.flat_id, w.inspected_on))
        .collect();
    let mut last: HashMap<_, Option<InspectionId>> = days
        .iter()
        .copied()
        .zip(last_of_days(act, &days).await?)
        .collect();
    let recorded = written.into_iter().map(|new| {
        let last = last.entry((new.flat_id, new.inspected_on)).or_default();
        let id = following(app.fresh_id(), *last);
        *last = Some(id);
        Recorded {
            id,
            flat_id: new.flat_id,
            inspected_on: new.inspected_on,
            inspector: new.inspector,
            items: new.items,
        }
    });
    Ok(recorded.collect())
}

/// What the trail commits to: the same members as of an inspection that was sent alone.
fn content(inspection: &Recorded) -> serde_json::Value {
    let items: Vec<_> = inspection.items.iter().map(audit::fields).collect();
    json!({
        "flat_id": inspection.flat_id,
        "inspected_on": inspection.inspected_on,
        "inspector": inspection.inspector,
        "items": items,
    })
}
