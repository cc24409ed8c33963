//! SQL of points in bulk.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{PointsRow, rules::FormKey};
use crate::{
    bulk::ROWS_MAX,
    inspections::model::MeasuredItem,
    values::{Day, FlatId, Label, ParcelId, ProgrammeId},
};

/// The flat a row names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flat {
    pub(super) id: FlatId,
    /// The parcel of the household it is assigned to.
    pub(super) parcel_id: Option<ParcelId>,
}

/// The items of the last inspection of each form, by their order.
pub(super) type Standing = HashMap<FormKey, Vec<MeasuredItem>>;

/// The flat of each row, in their order.
pub(super) async fn find_flats(
    conn: &mut PgConnection,
    programme: ProgrammeId,
    rows: &[PointsRow],
) -> sqlx::Result<Vec<Option<Flat>>> {
    let mut flats = Vec::with_capacity(rows.len());
    for batch in rows.chunks(ROWS_MAX) {
        flats.extend(find_batch(conn, programme, batch).await?);
    }
    Ok(flats)
}

async fn find_batch(
    conn: &mut PgConnection,
    programme: ProgrammeId,
    rows: &[PointsRow],
) -> sqlx::Result<Vec<Option<Flat>>> {
    let column =
        |of: fn(&PointsRow) -> &str| rows.iter().map(|r| of(r).to_owned()).collect::<Vec<_>>();
    let estates = column(|row| row.estate_name.as_str());
    let buildings = column(|row| row.building_name.as_str());
    let flat_nos = column(|row| row.flat_no.as_str());
    let found = sqlx::query!(
        r#"select f.id as "id?", h.parcel_id as "parcel_id?"
             from unnest($2::text[], $3::text[], $4::text[]) with ordinality
                  as k(estate, building, flat_no, place)
             left join estate e on e.programme_id = $1 and e.name = k.estate
             left join building b on b.estate_id = e.id and b.name = k.building
             left join flat f on f.building_id = b.id and f.flat_no = k.flat_no
             left join household h on h.id = f.household_id
            order by k.place"#,
        programme.0,
        &estates[..],
        &buildings[..],
        &flat_nos[..],
    )
    .fetch_all(conn)
    .await?;
    let flats = found.into_iter().map(|row| {
        let parcel_id = row.parcel_id;
        row.id.map(|id| Flat { id, parcel_id })
    });
    Ok(flats.collect())
}

/// Locks the flats, in the order of their ids.
pub(super) async fn lock_flats(
    conn: &mut PgConnection,
    flats: &[Option<Flat>],
) -> sqlx::Result<()> {
    let mut ids: Vec<Uuid> = flats.iter().flatten().map(|flat| flat.id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    sqlx::query_scalar!(
        "select id from flat where id = any($1) order by id for update",
        &ids[..],
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// What stands of each form: the items of the last inspection of the same flat, day, inspector.
pub(super) async fn find_standing(
    conn: &mut PgConnection,
    forms: &[&FormKey],
) -> sqlx::Result<Standing> {
    let mut standing = Standing::new();
    for batch in forms.chunks(ROWS_MAX) {
        let flats: Vec<Uuid> = batch.iter().map(|key| key.flat_id.0).collect();
        let days: Vec<Day> = batch.iter().map(|key| key.inspected_on).collect();
        let inspectors: Vec<String> = batch.iter().map(|key| key.inspector.clone()).collect();
        let rows = sqlx::query!(
            r#"select k.flat_id as "flat_id!: FlatId", k.inspected_on as "inspected_on!",
                      k.inspector as "inspector!", t.item as "item: Label",
                      t.standard as "standard: Label", t.unit as "unit: Label", t.lower, t.upper,
                      t.range_max, t.points
                 from unnest($1::uuid[], $2::date[], $3::text[])
                      as k(flat_id, inspected_on, inspector)
                 join lateral (
                     select i.id from inspection i
                      where i.flat_id = k.flat_id and i.inspected_on = k.inspected_on
                        and i.inspector = k.inspector
                      order by i.id desc limit 1
                 ) as last on true
                 join inspection_item t on t.inspection_id = last.id
                order by t.inspection_id, t.seq"#,
            &flats[..],
            &days as _,
            &inspectors[..],
        )
        .fetch_all(&mut *conn)
        .await?;
        for row in rows {
            let key = FormKey {
                flat_id: row.flat_id,
                inspected_on: row.inspected_on,
                inspector: row.inspector,
            };
            standing.entry(key).or_default().push(MeasuredItem {
                item: row.item,
                standard: row.standard,
                unit: row.unit,
                lower: row.lower,
                upper: row.upper,
                range_max: row.range_max,
                points: row.points,
            });
        }
    }
    Ok(standing)
}
