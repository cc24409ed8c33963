//! SQL of flats.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    blockers::{LatestInspection, SevereDefect},
    model::{Flat, NewAssignment, NewFlat, NewHandover, NewRelease},
};
use crate::{
    staff::Scope,
    values::{BuildingId, Day, EstateId, FlatId, HouseholdId, Instant, ParcelId, ProgrammeId},
};

pub(super) async fn insert_flat(
    conn: &mut PgConnection,
    id: FlatId,
    building: BuildingId,
    new: &NewFlat,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into flat (id, building_id, flat_no, area_m2, created_at)
         values ($1, $2, $3, $4, $5)",
        id.0,
        building.0,
        new.flat_no.as_str(),
        new.area_m2,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Flats with the building and the estate they are in; what follows the head says which.
macro_rules! flats {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            Flat,
            "select f.id, e.programme_id, b.estate_id, e.name as estate_name, f.building_id,
                    b.name as building_name, f.flat_no, f.area_m2, f.household_id, f.assigned_on,
                    f.handed_over_on, f.keys, f.version
               from flat f
               join building b on b.id = f.building_id
               join estate e on e.id = b.estate_id
               join programme g on g.id = e.programme_id " + $which,
            $($given),+
        )
    };
}

pub async fn find_flat(
    conn: &mut PgConnection,
    scope: &Scope,
    id: FlatId,
) -> sqlx::Result<Option<Flat>> {
    flats!(
        "where f.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// Locks the flat: whoever changes something a hand-over looks at goes through here.
pub async fn lock_flat(
    conn: &mut PgConnection,
    scope: &Scope,
    id: FlatId,
) -> sqlx::Result<Option<Flat>> {
    flats!(
        "where f.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))
           for update of f",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// What to list.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(super) struct FlatFilter {
    pub(super) estate_id: Option<EstateId>,
    pub(super) building_id: Option<BuildingId>,
    pub(super) household_id: Option<HouseholdId>,
    pub(super) assigned: Option<bool>,
    pub(super) handed_over: Option<bool>,
}

/// Building by building, by number: the order of the index behind `flat_no_once`.
pub(super) async fn list_flats(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &FlatFilter,
    after: Option<&(Uuid, String)>,
    take: i64,
) -> sqlx::Result<Vec<Flat>> {
    flats!(
        "where ($1::uuid[] is null or g.org_unit_id = any($1))
           and ($2::uuid is null or b.estate_id = $2)
           and ($3::uuid is null or f.building_id = $3)
           and ($4::uuid is null or f.household_id = $4)
           and ($5::boolean is null or (f.household_id is not null) = $5)
           and ($6::boolean is null or (f.handed_over_on is not null) = $6)
           and ($7::uuid is null or (f.building_id, f.flat_no) > ($7, $8))
         order by f.building_id, f.flat_no
         limit $9",
        scope.within_sight(),
        filter.estate_id.map(|id| id.0),
        filter.building_id.map(|id| id.0),
        filter.household_id.map(|id| id.0),
        filter.assigned,
        filter.handed_over,
        after.map(|(building, _)| *building),
        after.map(|(_, flat_no)| flat_no.as_str()),
        take,
    )
    .fetch_all(conn)
    .await
}

/// The parcel of the household a flat is assigned to: where its records in the trail belong.
pub(super) async fn parcel_of(
    conn: &mut PgConnection,
    flat: &Flat,
) -> sqlx::Result<Option<ParcelId>> {
    sqlx::query_scalar!(
        "select h.parcel_id from household h where h.id = $1",
        flat.household_id.map(|id| id.0),
    )
    .fetch_optional(conn)
    .await
}

/// Where a household belongs, if the caller may see it.
pub(super) async fn find_home(
    conn: &mut PgConnection,
    scope: &Scope,
    household: HouseholdId,
) -> sqlx::Result<Option<(ProgrammeId, ParcelId)>> {
    let row = sqlx::query!(
        "select p.programme_id, h.parcel_id
           from household h
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where h.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))",
        household.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.programme_id, row.parcel_id)))
}

/// The day the household signed the agreement that stands, if it has one.
pub(super) async fn signed_on(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Option<Day>> {
    let signed = sqlx::query_scalar!(
        "select signed_on from agreement where household_id = $1 and status = 'signed'",
        household.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(signed.flatten())
}

/// Like [`signed_on`]; the agreement then stays so until the transaction ends: who voids it waits.
pub(super) async fn hold_signature(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Option<Day>> {
    let held = sqlx::query_scalar!(
        "select signed_on from agreement where household_id = $1 and status = 'signed' for share",
        household.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(held.flatten())
}

/// The day the flat was last given back, if it ever was.
pub(super) async fn last_released_on(
    conn: &mut PgConnection,
    flat: FlatId,
) -> sqlx::Result<Option<Day>> {
    sqlx::query_scalar!(
        "select max(released_on) from flat_release where flat_id = $1",
        flat.0,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn assign(
    conn: &mut PgConnection,
    flat: FlatId,
    new: &NewAssignment,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update flat set household_id = $2, assigned_on = $3, version = version + 1
          where id = $1 returning version",
        flat.0,
        new.household_id.0,
        new.assigned_on,
    )
    .fetch_one(conn)
    .await
}

/// Ends the assignment and keeps it: whose the flat was, and from when to when.
pub(super) async fn release(
    conn: &mut PgConnection,
    flat: FlatId,
    (household, assigned_on): (HouseholdId, Day),
    new: &NewRelease,
    at: Instant,
) -> sqlx::Result<i32> {
    let version = sqlx::query_scalar!(
        "update flat set household_id = null, assigned_on = null, version = version + 1
          where id = $1 returning version",
        flat.0,
    )
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into flat_release (flat_id, seq, household_id, assigned_on, released_on, reason,
                                   released_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        flat.0,
        version,
        household.0,
        assigned_on,
        new.released_on,
        new.reason,
        at,
    )
    .execute(conn)
    .await?;
    Ok(version)
}

pub(super) async fn hand_over(
    conn: &mut PgConnection,
    flat: FlatId,
    new: &NewHandover,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update flat set handed_over_on = $2, keys = $3, version = version + 1
          where id = $1 returning version",
        flat.0,
        new.handed_over_on,
        new.keys,
    )
    .fetch_one(conn)
    .await
}

/// The latest inspection up to a day, or the newest there is.
pub(super) async fn latest_inspection(
    conn: &mut PgConnection,
    flat: FlatId,
    up_to: Option<Day>,
) -> sqlx::Result<Option<LatestInspection>> {
    sqlx::query_as!(
        LatestInspection,
        r#"select id, inspected_on, result = 'passed' as "passed!"
             from inspection
            where flat_id = $1 and ($2::date is null or inspected_on <= $2)
            order by inspected_on desc, id desc
            limit 1"#,
        flat.0,
        up_to as Option<Day>,
    )
    .fetch_optional(conn)
    .await
}

/// The severe defects of a flat, at most 200: more than a problem document would name.
pub(super) async fn list_severe_defects(
    conn: &mut PgConnection,
    flat: FlatId,
) -> sqlx::Result<Vec<SevereDefect>> {
    sqlx::query_as!(
        SevereDefect,
        "select id, found_on, closed_on
           from defect
          where flat_id = $1 and severity = 'severe'
          order by closed_on desc nulls first, found_on, id
          limit 200",
        flat.0,
    )
    .fetch_all(conn)
    .await
}
