//! SQL of programmes.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Programme, ProgrammeFields, StageCount};
use crate::{
    staff::Scope,
    values::{Day, Instant, OrgUnitId, ProgrammeId},
};

pub(super) async fn insert_programme(
    conn: &mut PgConnection,
    id: ProgrammeId,
    unit: OrgUnitId,
    new: &ProgrammeFields,
    at: Instant,
) -> sqlx::Result<Programme> {
    sqlx::query_as!(
        Programme,
        "insert into programme (id, name, year, target_villages, target_areas,
                                target_demolition_m2, synthetic, created_at, org_unit_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         returning id, org_unit_id, name, year, target_villages, target_areas, target_demolition_m2, synthetic,
                   version",
        id.0,
        new.name.as_str(),
        new.year,
        new.target_villages,
        new.target_areas,
        new.target_demolition_m2,
        new.synthetic,
        at,
        unit.0,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn replace_programme(
    conn: &mut PgConnection,
    id: ProgrammeId,
    fields: &ProgrammeFields,
) -> sqlx::Result<Programme> {
    sqlx::query_as!(
        Programme,
        "update programme
            set name = $2, year = $3, target_villages = $4, target_areas = $5,
                target_demolition_m2 = $6, version = version + 1
          where id = $1
         returning id, org_unit_id, name, year, target_villages, target_areas, target_demolition_m2, synthetic,
                   version",
        id.0,
        fields.name.as_str(),
        fields.year,
        fields.target_villages,
        fields.target_areas,
        fields.target_demolition_m2,
    )
    .fetch_one(conn)
    .await
}

/// Programmes; what follows the head says which.
macro_rules! programmes {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            Programme,
            "select id, org_unit_id, name, year, target_villages, target_areas, target_demolition_m2, synthetic,
                    version
               from programme " + $which,
            $($given),+
        )
    };
}

pub async fn find_programme(
    conn: &mut PgConnection,
    scope: &Scope,
    id: ProgrammeId,
) -> sqlx::Result<Option<Programme>> {
    programmes!(
        "where id = $1 and ($2::uuid[] is null or org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock_programme(
    conn: &mut PgConnection,
    scope: &Scope,
    id: ProgrammeId,
) -> sqlx::Result<Option<Programme>> {
    programmes!(
        "where id = $1 and ($2::uuid[] is null or org_unit_id = any($2))
           for update",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn list_programmes(
    conn: &mut PgConnection,
    scope: &Scope,
    after: Option<&str>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<Programme>> {
    programmes!(
        "where ($1::uuid[] is null or org_unit_id = any($1))
           and ($2::text is null or (name, id) > ($2, $3))
         order by name, id
         limit $4",
        scope.within_sight(),
        after,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

/// Sums over the parcels of a programme.
pub(super) struct ProgressSums {
    pub(super) villages: i64,
    pub(super) villages_started: i64,
    pub(super) areas: i64,
    pub(super) areas_started: i64,
    pub(super) planned_m2: rust_decimal::Decimal,
    pub(super) demolished_m2: rust_decimal::Decimal,
    pub(super) households_planned: i64,
    pub(super) households_registered: i64,
}

pub(super) async fn progress(
    conn: &mut PgConnection,
    programme: ProgrammeId,
    as_of: Day,
) -> sqlx::Result<ProgressSums> {
    sqlx::query_as!(
        ProgressSums,
        r#"select count(*) filter (where kind = 'old_village') as "villages!",
                  count(*) filter (where kind = 'old_village' and stage <> 'plan') as "villages_started!",
                  count(*) filter (where kind = 'shantytown_area') as "areas!",
                  count(*) filter (where kind = 'shantytown_area' and stage <> 'plan') as "areas_started!",
                  coalesce(sum(area_planned_m2), 0) as "planned_m2!",
                  coalesce((select sum(d.area_m2) from demolition d join parcel q on q.id = d.parcel_id
                             where q.programme_id = $1 and d.accepted_on <= $2), 0) as "demolished_m2!",
                  coalesce(sum(households_planned), 0) as "households_planned!",
                  (select count(*) from household h join parcel q on q.id = h.parcel_id
                    where q.programme_id = $1) as "households_registered!"
             from parcel where programme_id = $1"#,
        programme.0,
        as_of,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn count_stages(
    conn: &mut PgConnection,
    programme: ProgrammeId,
) -> sqlx::Result<Vec<StageCount>> {
    sqlx::query_as!(
        StageCount,
        r#"select stage, count(*) as "parcels!" from parcel where programme_id = $1
            group by stage order by stage"#,
        programme.0,
    )
    .fetch_all(conn)
    .await
}
