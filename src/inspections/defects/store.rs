//! SQL of defects.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Defect, DefectSeverity, DefectStatus, NewDefect};
use crate::{
    staff::Scope,
    values::{ActorId, Day, DefectId, FlatId},
};

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: DefectId,
    new: &NewDefect,
) -> sqlx::Result<Defect> {
    sqlx::query_as!(
        Defect,
        "insert into defect (id, flat_id, inspection_id, description, severity, found_on, rectify_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         returning id, flat_id, inspection_id, description, severity, status, found_on, rectify_by,
                   rectified_on, rectified_by, closed_on, rechecked_by, version",
        id.0,
        new.flat_id.0,
        new.inspection_id.map(|id| id.0),
        new.description.as_str(),
        new.severity,
        new.found_on,
        new.rectify_by as Option<Day>,
    )
    .fetch_one(conn)
    .await
}

/// Defects, with the programme of their flat in reach; what follows the head says which.
macro_rules! defects {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            Defect,
            "select d.id, d.flat_id, d.inspection_id, d.description, d.severity, d.status,
                    d.found_on, d.rectify_by, d.rectified_on, d.rectified_by, d.closed_on,
                    d.rechecked_by, d.version
               from defect d
               join flat f on f.id = d.flat_id
               join building b on b.id = f.building_id
               join estate e on e.id = b.estate_id
               join programme g on g.id = e.programme_id " + $which,
            $($given),+
        )
    };
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: DefectId,
) -> sqlx::Result<Option<Defect>> {
    defects!(
        "where d.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: DefectId,
) -> sqlx::Result<Option<Defect>> {
    defects!(
        "where d.id = $1 and ($2::uuid[] is null or g.org_unit_id = any($2))
           for update of d",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct DefectFilter {
    pub(super) flat_id: Option<FlatId>,
    pub(super) status: Option<DefectStatus>,
    pub(super) severity: Option<DefectSeverity>,
    pub(super) overdue: Option<bool>,
    /// What overdue is measured by.
    pub(super) today: Day,
}

/// The last found first. Overdue is what nobody has rectified when its day has passed.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &DefectFilter,
    after: Option<Day>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<Defect>> {
    defects!(
        "where ($1::uuid[] is null or g.org_unit_id = any($1))
           and ($2::uuid is null or d.flat_id = $2)
           and ($3::defect_status is null or d.status = $3)
           and ($4::defect_severity is null or d.severity = $4)
           and ($5::boolean is null
                or (d.status = 'open' and coalesce(d.rectify_by < $6, false)) = $5)
           and ($7::date is null or (d.found_on, d.id) < ($7, $8))
         order by d.found_on desc, d.id desc
         limit $9",
        scope.within_sight(),
        filter.flat_id.map(|id| id.0),
        filter.status as Option<DefectStatus>,
        filter.severity as Option<DefectSeverity>,
        filter.overdue,
        filter.today,
        after as Option<Day>,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn rectify(
    conn: &mut PgConnection,
    id: DefectId,
    on: Day,
    by: ActorId,
) -> sqlx::Result<Defect> {
    sqlx::query_as!(
        Defect,
        "update defect
            set status = 'rectified', rectified_on = $2, rectified_by = $3, version = version + 1
          where id = $1
         returning id, flat_id, inspection_id, description, severity, status, found_on, rectify_by,
                   rectified_on, rectified_by, closed_on, rechecked_by, version",
        id.0,
        on,
        by.0,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn close(
    conn: &mut PgConnection,
    id: DefectId,
    on: Day,
    by: ActorId,
) -> sqlx::Result<Defect> {
    sqlx::query_as!(
        Defect,
        "update defect
            set status = 'closed', closed_on = $2, rechecked_by = $3, version = version + 1
          where id = $1
         returning id, flat_id, inspection_id, description, severity, status, found_on, rectify_by,
                   rectified_on, rectified_by, closed_on, rechecked_by, version",
        id.0,
        on,
        by.0,
    )
    .fetch_one(conn)
    .await
}

/// Open again: the rectification did not hold.
pub(super) async fn reopen(conn: &mut PgConnection, id: DefectId) -> sqlx::Result<Defect> {
    sqlx::query_as!(
        Defect,
        "update defect
            set status = 'open', rectified_on = null, rectified_by = null, version = version + 1
          where id = $1
         returning id, flat_id, inspection_id, description, severity, status, found_on, rectify_by,
                   rectified_on, rectified_by, closed_on, rechecked_by, version",
        id.0,
    )
    .fetch_one(conn)
    .await
}
