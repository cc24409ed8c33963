//! SQL of lists of flats: one statement per table and batch.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{FlatRow, Known, rules::BuildingName};
use crate::{
    bulk::ROWS_MAX,
    http::Act,
    values::{Area, ParcelId, ProgrammeId},
};

/// Whoever adds a list of flats to the programme waits for the others.
pub(super) async fn lock_programme(
    conn: &mut PgConnection,
    programme: ProgrammeId,
) -> sqlx::Result<()> {
    sqlx::query_scalar!(
        "select id from programme where id = $1 for no key update",
        programme.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(())
}

/// What is known of each row, in their order.
pub(super) async fn find_known(
    conn: &mut PgConnection,
    programme: ProgrammeId,
    rows: &[FlatRow],
) -> sqlx::Result<Vec<Known>> {
    let mut known = Vec::with_capacity(rows.len());
    for batch in rows.chunks(ROWS_MAX) {
        known.extend(find_batch(conn, programme, batch).await?);
    }
    Ok(known)
}

async fn find_batch(
    conn: &mut PgConnection,
    programme: ProgrammeId,
    rows: &[FlatRow],
) -> sqlx::Result<Vec<Known>> {
    let column =
        |of: fn(&FlatRow) -> &str| rows.iter().map(|r| of(r).to_owned()).collect::<Vec<_>>();
    let estates = column(|row| row.estate_name.as_str());
    let buildings = column(|row| row.building_name.as_str());
    let flat_nos = column(|row| row.flat_no.as_str());
    let found = sqlx::query!(
        r#"select e.id as "estate_id?", b.id as "building_id?", b.floors as "floors?",
                  f.id as "flat_id?", f.area_m2 as "area_m2?"
             from unnest($2::text[], $3::text[], $4::text[]) with ordinality
                  as k(estate, building, flat_no, place)
             left join estate e on e.programme_id = $1 and e.name = k.estate
             left join building b on b.estate_id = e.id and b.name = k.building
             left join flat f on f.building_id = b.id and f.flat_no = k.flat_no
            order by k.place"#,
        programme.0,
        &estates[..],
        &buildings[..],
        &flat_nos[..],
    )
    .fetch_all(conn)
    .await?;
    let known = found.into_iter().map(|row| Known {
        estate_id: row.estate_id.map(|id| id.0),
        building_id: row.building_id.map(|id| id.0),
        floors: row.floors,
        flat_id: row.flat_id.map(|id| id.0),
        area_m2: row.area_m2,
    });
    Ok(known.collect())
}

pub(super) async fn insert_estates(
    act: &mut Act,
    programme: ProgrammeId,
    estates: &BTreeMap<&str, Uuid>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = estates.values().copied().collect();
    let names: Vec<String> = estates.keys().map(|name| (*name).to_owned()).collect();
    let at = act.at;
    sqlx::query!(
        "insert into estate (id, programme_id, name, created_at)
         select k.id, $1, k.name, $2 from unnest($3::uuid[], $4::text[]) as k(id, name)",
        programme.0,
        at,
        &ids[..],
        &names[..],
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}

pub(super) async fn insert_buildings(
    act: &mut Act,
    programme: ProgrammeId,
    buildings: &BTreeMap<BuildingName<'_>, (Uuid, i32)>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = buildings.values().map(|(id, _)| *id).collect();
    let floors: Vec<i32> = buildings.values().map(|(_, floors)| *floors).collect();
    let estates: Vec<String> = buildings
        .keys()
        .map(|(estate, _)| (*estate).to_owned())
        .collect();
    let names: Vec<String> = buildings
        .keys()
        .map(|(_, name)| (*name).to_owned())
        .collect();
    let at = act.at;
    sqlx::query!(
        "insert into building (id, estate_id, name, floors, created_at)
         select k.id, e.id, k.name, k.floors, $2
           from unnest($3::uuid[], $4::text[], $5::text[], $6::int[])
                as k(id, estate, name, floors)
           join estate e on e.programme_id = $1 and e.name = k.estate",
        programme.0,
        at,
        &ids[..],
        &estates[..],
        &names[..],
        &floors[..],
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}

/// The buildings whose floors were changed, with their new version.
pub(super) async fn correct_buildings(
    conn: &mut PgConnection,
    floors: &BTreeMap<Uuid, i32>,
) -> sqlx::Result<Vec<(Uuid, i32)>> {
    let ids: Vec<Uuid> = floors.keys().copied().collect();
    let floors: Vec<i32> = floors.values().copied().collect();
    let rows = sqlx::query!(
        "update building b set floors = k.floors, version = b.version + 1
           from unnest($1::uuid[], $2::int[]) as k(id, floors)
          where b.id = k.id
         returning b.id, b.version",
        &ids[..],
        &floors[..],
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id.0, row.version))
        .collect())
}

pub(super) async fn insert_flats(
    act: &mut Act,
    programme: ProgrammeId,
    flats: &[(Uuid, &FlatRow)],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = flats.iter().map(|(id, _)| *id).collect();
    let column = |of: fn(&FlatRow) -> &str| {
        flats
            .iter()
            .map(|(_, r)| of(r).to_owned())
            .collect::<Vec<_>>()
    };
    let estates = column(|row| row.estate_name.as_str());
    let buildings = column(|row| row.building_name.as_str());
    let flat_nos = column(|row| row.flat_no.as_str());
    let areas: Vec<Area> = flats.iter().map(|(_, row)| row.area_m2).collect();
    let at = act.at;
    sqlx::query!(
        "insert into flat (id, building_id, flat_no, area_m2, created_at)
         select k.id, b.id, k.flat_no, k.area_m2, $2
           from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::area_m2[])
                as k(id, estate, building, flat_no, area_m2)
           join estate e on e.programme_id = $1 and e.name = k.estate
           join building b on b.estate_id = e.id and b.name = k.building",
        programme.0,
        at,
        &ids[..],
        &estates[..],
        &buildings[..],
        &flat_nos[..],
        &areas,
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}

/// The flats whose area was changed, with their new version and the parcel of their household.
pub(super) async fn correct_flats(
    conn: &mut PgConnection,
    areas: &BTreeMap<Uuid, Area>,
) -> sqlx::Result<Vec<(Uuid, i32, Option<ParcelId>)>> {
    let ids: Vec<Uuid> = areas.keys().copied().collect();
    let areas: Vec<Area> = areas.values().copied().collect();
    let rows = sqlx::query!(
        r#"update flat f set area_m2 = k.area_m2, version = f.version + 1
             from unnest($1::uuid[], $2::area_m2[]) as k(id, area_m2)
            where f.id = k.id
           returning f.id, f.version,
                     (select h.parcel_id from household h where h.id = f.household_id)
                     as "parcel_id: ParcelId""#,
        &ids[..],
        &areas,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id.0, row.version, row.parcel_id))
        .collect())
}
