//! SQL of responsibility.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Holding, Responsibility};
use crate::{
    staff::{Permission as _, Role, Scope, may},
    values::{Day, HouseholdId, Instant, NeedId, ParcelId, ResponsibilityId, StaffId},
};

/// What is in somebody's hands: a household, or one need of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Household(HouseholdId),
    Need(NeedId),
}

/// Where an object hangs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) household_id: HouseholdId,
    pub(super) need_id: Option<NeedId>,
    pub(super) parcel_id: ParcelId,
    pub(super) unit: Uuid,
}

/// Whose hands an object is in now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Present {
    pub(super) staff_id: StaffId,
    pub(super) from_on: Day,
}

/// Something in somebody's hands, and whether their successor's posts cover it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: ResponsibilityId,
    pub(super) household_id: HouseholdId,
    pub(super) need_id: Option<NeedId>,
    pub(super) parcel_id: ParcelId,
    pub(super) from_on: Day,
    pub(super) fits: bool,
}

/// The roles that can be responsible: those that have a work list.
fn responsible_roles() -> &'static [Role] {
    may::ReadWork::ROLES
}

/// How much is in somebody's hands, wherever the transaction sees.
pub async fn open_of(conn: &mut PgConnection, staff: StaffId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from responsibility where staff_id = $1 and to_on is null"#,
        staff.0,
    )
    .fetch_one(conn)
    .await
}

/// Where an object in scope hangs.
pub(super) async fn find_place(
    conn: &mut PgConnection,
    scope: &Scope,
    object: Object,
) -> sqlx::Result<Option<Place>> {
    let (household, need) = match object {
        Object::Household(id) => (Some(id.0), None),
        Object::Need(id) => (None, Some(id.0)),
    };
    sqlx::query_as!(
        Place,
        r#"select h.id as household_id, n.id as "need_id?", h.parcel_id,
                  h.org_unit_id as "unit: Uuid"
             from household h
             left join need n on n.household_id = h.id and n.id = $2
            where (h.id = $1 or n.id = $2) and ($3::uuid[] is null or h.org_unit_id = any($3))"#,
        household,
        need,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// The periods of an object, the last begun first, at most 200.
pub(super) async fn history(
    conn: &mut PgConnection,
    place: &Place,
) -> sqlx::Result<Vec<Responsibility>> {
    sqlx::query_as!(
        Responsibility,
        "select r.id, r.household_id, r.need_id, r.staff_id, s.name as staff_name, r.from_on, r.to_on
           from responsibility r
           join staff s on s.id = r.staff_id
          where r.household_id = $1 and r.need_id is not distinct from $2
          order by r.from_on desc, r.id desc
          limit 200",
        place.household_id.0,
        place.need_id.map(|id| id.0),
    )
    .fetch_all(conn)
    .await
}

/// Whether somebody has a post today from which they can be responsible for what hangs on a unit.
pub(super) async fn covers(
    conn: &mut PgConnection,
    staff: StaffId,
    unit: Uuid,
    today: Day,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"with recursive upwards as (
               select $2::uuid as id
               union all
               select n.parent_id from upwards w
                 join org_unit_place n on n.unit_id = w.id and n.to_on is null
                where n.parent_id is not null
           )
           select exists (
               select from post o join upwards w on w.id = o.org_unit_id
                where o.staff_id = $1 and o.role = any($3) and o.from_on <= $4
                  and (o.to_on is null or o.to_on >= $4)) as "covers!""#,
        staff.0,
        unit,
        responsible_roles() as &[Role],
        today,
    )
    .fetch_one(conn)
    .await
}

/// Whose hands an object is in, held until the transaction ends.
pub(super) async fn lock_present(
    conn: &mut PgConnection,
    place: &Place,
) -> sqlx::Result<Option<Present>> {
    sqlx::query_as!(
        Present,
        "select staff_id, from_on from responsibility
          where household_id = $1 and need_id is not distinct from $2 and to_on is null
            for update",
        place.household_id.0,
        place.need_id.map(|id| id.0),
    )
    .fetch_optional(conn)
    .await
}

/// Ends the present period of an object, if there is one, on the day the next begins.
pub(super) async fn end(conn: &mut PgConnection, place: &Place, on: Day) -> sqlx::Result<()> {
    sqlx::query!(
        "update responsibility set to_on = $3
          where household_id = $1 and need_id is not distinct from $2 and to_on is null",
        place.household_id.0,
        place.need_id.map(|id| id.0),
        on,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Begins a period of an object.
pub(super) async fn begin(
    conn: &mut PgConnection,
    id: ResponsibilityId,
    place: &Place,
    (staff, from): (StaffId, Day),
    at: Instant,
) -> sqlx::Result<Responsibility> {
    sqlx::query_as!(
        Responsibility,
        r#"with begun as (
               insert into responsibility (id, household_id, need_id, staff_id, from_on, created_at)
               values ($1, $2, $3, $4, $5, $6)
               returning id, household_id, need_id, staff_id, from_on, to_on
           )
           select b.id, b.household_id, b.need_id, b.staff_id, s.name as staff_name, b.from_on,
                  b.to_on
             from begun b
             join staff s on s.id = b.staff_id"#,
        id.0,
        place.household_id.0,
        place.need_id.map(|id| id.0),
        staff.0,
        from,
        at,
    )
    .fetch_one(conn)
    .await
}

/// The households of a parcel that are in nobody's hands, with whether somebody's posts cover them.
///
/// Each household is asked for by itself: as an anti-join, before anything was analysed, the policy
/// would be asked once for every pair of a household and a responsibility.
pub(super) async fn list_unheld(
    conn: &mut PgConnection,
    scope: &Scope,
    parcel: ParcelId,
    (staff, today): (StaffId, Day),
) -> sqlx::Result<Vec<(HouseholdId, bool)>> {
    let rows = sqlx::query!(
        r#"with recursive covered as (
               select o.org_unit_id as id from post o
                where o.staff_id = $3 and o.role = any($4) and o.from_on <= $5
                  and (o.to_on is null or o.to_on >= $5)
               union
               select n.unit_id from covered c
                 join org_unit_place n on n.parent_id = c.id and n.to_on is null
           )
           select h.id, h.org_unit_id in (select id from covered) as "fits!"
             from household h
            where h.parcel_id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))
              and (select r.id from responsibility r
                    where r.household_id = h.id and r.need_id is null and r.to_on is null
                    limit 1) is null
            order by h.household_no, h.id"#,
        parcel.0,
        scope.units(),
        staff.0,
        responsible_roles() as &[Role],
        today,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.fits)).collect())
}

/// Gives households that are in nobody's hands to somebody, in one statement.
pub(super) async fn begin_all(
    conn: &mut PgConnection,
    (ids, households): (&[Uuid], &[Uuid]),
    (staff, from): (StaffId, Day),
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into responsibility (id, household_id, staff_id, from_on, created_at)
         select g.id, g.household_id, $3, $4, $5
           from unnest($1::uuid[], $2::uuid[]) as g(id, household_id)",
        ids,
        households,
        staff.0,
        from,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What is in somebody's hands within a scope, held until the transaction ends, with whether the
/// successor's posts cover it; one more than `take` tells that there is too much.
pub(super) async fn lock_held(
    conn: &mut PgConnection,
    (scope, parcel): (&Scope, Option<ParcelId>),
    (staff, successor): (StaffId, StaffId),
    today: Day,
    take: i64,
) -> sqlx::Result<Vec<Held>> {
    sqlx::query_as!(
        Held,
        r#"with recursive covered as (
               select o.org_unit_id as id from post o
                where o.staff_id = $4 and o.role = any($5) and o.from_on <= $6
                  and (o.to_on is null or o.to_on >= $6)
               union
               select n.unit_id from covered c
                 join org_unit_place n on n.parent_id = c.id and n.to_on is null
           )
           select r.id, r.household_id, r.need_id, h.parcel_id, r.from_on,
                  h.org_unit_id in (select id from covered) as "fits!"
             from responsibility r
             join household h on h.id = r.household_id
            where r.staff_id = $1 and r.to_on is null
              and ($2::uuid[] is null or h.org_unit_id = any($2))
              and ($3::uuid is null or h.parcel_id = $3)
            order by r.id
            limit $7
              for update of r"#,
        staff.0,
        scope.units(),
        parcel.map(|id| id.0),
        successor.0,
        responsible_roles() as &[Role],
        today,
        take,
    )
    .fetch_all(conn)
    .await
}

/// Moves what was locked into other hands: each period ends on the day on which the next begins.
pub(super) async fn move_all(
    conn: &mut PgConnection,
    (ended, begun): (&[Uuid], &[Uuid]),
    (staff, from): (StaffId, Day),
    at: Instant,
) -> sqlx::Result<u64> {
    let moved = sqlx::query!(
        "with pair as (
             select p.ended, p.begun from unnest($1::uuid[], $2::uuid[]) as p(ended, begun)
         ), ended as (
             update responsibility r set to_on = $4
               from pair
              where r.id = pair.ended and r.to_on is null
             returning pair.begun, r.household_id, r.need_id
         )
         insert into responsibility (id, household_id, need_id, staff_id, from_on, created_at)
         select e.begun, e.household_id, e.need_id, $3, $4, $5 from ended e",
        ended,
        begun,
        staff.0,
        from,
        at,
    )
    .execute(conn)
    .await?;
    Ok(moved.rows_affected())
}

/// What is in somebody's hands within a scope, the longest held first.
pub(super) async fn holdings(
    conn: &mut PgConnection,
    scope: &Scope,
    (staff, parcel): (StaffId, Option<ParcelId>),
    (after, after_id): (Option<Day>, Option<Uuid>),
    take: i64,
) -> sqlx::Result<Vec<Holding>> {
    sqlx::query_as!(
        Holding,
        "select r.id, r.household_id, h.household_no, h.parcel_id, p.name as parcel_name, r.need_id,
                r.from_on
           from responsibility r
           join household h on h.id = r.household_id
           join parcel p on p.id = h.parcel_id
          where r.staff_id = $1 and r.to_on is null
            and ($2::uuid[] is null or h.org_unit_id = any($2))
            and ($3::uuid is null or h.parcel_id = $3)
            and ($4::date is null or (r.from_on, r.id) > ($4, $5))
          order by r.from_on, r.id
          limit $6",
        staff.0,
        scope.units(),
        parcel.map(|id| id.0),
        after as Option<Day>,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}
