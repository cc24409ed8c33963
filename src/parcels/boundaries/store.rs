//! SQL of boundaries.

use serde_json::Value;
use sqlx::PgConnection;

use super::{
    model::{ParcelFeature, ParcelProperties},
    shape::Geometry,
};
use crate::{
    staff::Scope,
    values::{Area, ParcelId, ProgrammeId},
};

pub(super) async fn find_boundary(
    conn: &mut PgConnection,
    scope: &Scope,
    id: ParcelId,
) -> sqlx::Result<Option<(Option<Value>, i32)>> {
    let row = sqlx::query!(
        "select p.boundary, p.version
           from parcel p join programme g on g.id = p.programme_id
          where p.id = $1 and ($2::uuid[] is null or p.org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.boundary, row.version)))
}

pub(super) async fn save_boundary(
    conn: &mut PgConnection,
    id: ParcelId,
    boundary: &Value,
    area: Area,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update parcel set boundary = $2, boundary_area_m2 = $3, version = version + 1
          where id = $1 returning version",
        id.0,
        boundary,
        area,
    )
    .fetch_one(conn)
    .await
}

/// Boundaries of a programme, for a map; at most 10,000, the most a programme can hold.
pub(super) async fn list_features(
    conn: &mut PgConnection,
    scope: &Scope,
    programme: ProgrammeId,
) -> sqlx::Result<Vec<ParcelFeature>> {
    let rows = sqlx::query!(
        r#"select p.id, p.code, p.name, p.kind, p.stage, p.boundary as "boundary!"
             from parcel p join programme g on g.id = p.programme_id
            where p.programme_id = $1 and p.boundary is not null and ($2::uuid[] is null or p.org_unit_id = any($2))
            order by p.code
            limit 10000"#,
        programme.0,
        scope.within_sight(),
    )
    .fetch_all(conn)
    .await?;
    let features = rows.into_iter().map(|row| ParcelFeature {
        kind: "Feature".into(),
        id: row.id,
        geometry: Geometry(row.boundary),
        properties: ParcelProperties {
            code: row.code,
            name: row.name,
            kind: row.kind,
            stage: row.stage,
        },
    });
    Ok(features.collect())
}
