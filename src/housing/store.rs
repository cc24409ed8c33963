//! SQL of estates and buildings.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Building, Estate, EstateFields, NewBuilding};
use crate::{
    staff::Scope,
    values::{BuildingId, EstateId, Instant, PlaceName, ProgrammeId},
};

pub(super) async fn insert_estate(
    conn: &mut PgConnection,
    id: EstateId,
    programme: ProgrammeId,
    new: &EstateFields,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into estate (id, programme_id, name, address, created_at)
         values ($1, $2, $3, $4, $5)",
        id.0,
        programme.0,
        new.name.as_str(),
        new.address.as_ref().map(PlaceName::as_str),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn replace_estate(
    conn: &mut PgConnection,
    id: EstateId,
    fields: &EstateFields,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update estate set name = $2, address = $3, version = version + 1
          where id = $1 returning version",
        id.0,
        fields.name.as_str(),
        fields.address.as_ref().map(PlaceName::as_str),
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn find_estate(
    conn: &mut PgConnection,
    scope: &Scope,
    id: EstateId,
) -> sqlx::Result<Option<Estate>> {
    sqlx::query_as!(
        Estate,
        "select e.id, e.programme_id, e.name, e.address, g.synthetic, e.version
           from estate e join programme g on g.id = e.programme_id
          where e.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock_estate(
    conn: &mut PgConnection,
    scope: &Scope,
    id: EstateId,
) -> sqlx::Result<Option<Estate>> {
    sqlx::query_as!(
        Estate,
        "select e.id, e.programme_id, e.name, e.address, g.synthetic, e.version
           from estate e join programme g on g.id = e.programme_id
          where e.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))
            for update of e",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// Which estates.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct EstateFilter {
    pub(super) programme_id: Option<ProgrammeId>,
}

/// By name.
pub(super) async fn list_estates(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &EstateFilter,
    after: Option<&str>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<Estate>> {
    sqlx::query_as!(
        Estate,
        "select e.id, e.programme_id, e.name, e.address, g.synthetic, e.version
           from estate e join programme g on g.id = e.programme_id
          where ($1::uuid[] is null or g.org_unit_id = any($1))
            and ($2::uuid is null or e.programme_id = $2)
            and ($3::text is null or (e.name, e.id) > ($3, $4))
          order by e.name, e.id
          limit $5",
        scope.within_sight(),
        filter.programme_id.map(|id| id.0),
        after,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn insert_building(
    conn: &mut PgConnection,
    id: BuildingId,
    estate: EstateId,
    new: &NewBuilding,
    at: Instant,
) -> sqlx::Result<Building> {
    sqlx::query_as!(
        Building,
        "insert into building (id, estate_id, name, floors, created_at)
         values ($1, $2, $3, $4, $5)
         returning id, estate_id, name, floors, version",
        id.0,
        estate.0,
        new.name.as_str(),
        new.floors,
        at,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn find_building(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BuildingId,
) -> sqlx::Result<Option<Building>> {
    sqlx::query_as!(
        Building,
        "select b.id, b.estate_id, b.name, b.floors, b.version
           from building b
           join estate e on e.id = b.estate_id
           join programme g on g.id = e.programme_id
          where b.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// By name. The caller has looked at the estate within its scope.
pub(super) async fn list_buildings(
    conn: &mut PgConnection,
    estate: EstateId,
    after: Option<&str>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<Building>> {
    sqlx::query_as!(
        Building,
        "select id, estate_id, name, floors, version
           from building
          where estate_id = $1
            and ($2::text is null or (name, id) > ($2, $3))
          order by name, id
          limit $4",
        estate.0,
        after,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}
