//! SQL of reports as they are kept.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{NewReport, Ordered, ReportKind, ReportLanguage, ReportRow};
use crate::{
    staff::{Role, Scope},
    values::{Day, Instant, JobId, ProgrammeId, ReportId},
};

/// Who orders a report, and what the order hangs on.
pub(super) struct Origin {
    pub(super) job_id: JobId,
    pub(super) client_id: Uuid,
    pub(super) role: Role,
    pub(super) request_id: Uuid,
    pub(super) at: Instant,
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ReportId,
    new: &NewReport,
    as_of: Day,
    origin: &Origin,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into report (id, programme_id, kind, as_of, language, job_id, client_id, role,
                             request_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.0,
        new.programme_id.0,
        new.kind,
        as_of,
        new.language.key(),
        origin.job_id.0,
        origin.client_id,
        origin.role as Role,
        origin.request_id,
        origin.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Reports with their job and their files; what follows the head says which.
macro_rules! reports {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            ReportRow,
            r#"select r.id, r.programme_id, r.kind, r.as_of,
                      r.language as "language: ReportLanguage", r.job_id, j.state, r.definition,
                      r.row_count, r.json_file_id,
                      fj.size as "json_size?", fj.sha256 as "json_sha256?", r.xlsx_file_id,
                      fx.size as "xlsx_size?", fx.sha256 as "xlsx_sha256?", r.created_at,
                      r.finished_at, r.version + j.version - 1 as "version!"
                 from report r
                 join programme g on g.id = r.programme_id
                 join job j on j.id = r.job_id
                 left join file fj on fj.id = r.json_file_id
                 left join file fx on fx.id = r.xlsx_file_id "# + $which,
            $($given),+
        )
    };
}

/// A report of the role, with the state of its job.
pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    role: Role,
    id: ReportId,
) -> sqlx::Result<Option<ReportRow>> {
    reports!(
        "where r.id = $1 and r.role = $2 and ($3::uuid[] is null or r.org_unit_id = any($3))",
        id.0,
        role as Role,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct ReportFilter {
    pub(super) programme_id: Option<ProgrammeId>,
    pub(super) kind: Option<ReportKind>,
}

/// The reports of a role, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    role: Role,
    filter: &ReportFilter,
    after: Option<(Instant, Uuid)>,
    take: i64,
) -> sqlx::Result<Vec<ReportRow>> {
    reports!(
        "where r.role = $1 and ($2::uuid[] is null or r.org_unit_id = any($2))
           and ($3::uuid is null or r.programme_id = $3)
           and ($4::report_kind is null or r.kind = $4)
           and ($5::timestamptz is null or (r.created_at, r.id) < ($5, $6))
         order by r.created_at desc, r.id desc
         limit $7",
        role as Role,
        scope.units(),
        filter.programme_id.map(|id| id.0),
        filter.kind as Option<ReportKind>,
        after.map(|(at, _)| at) as Option<Instant>,
        after.map(|(_, id)| id),
        take,
    )
    .fetch_all(conn)
    .await
}

/// For the job: whether the caller may see it was judged when it was ordered.
pub(super) async fn find_order(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Ordered>> {
    sqlx::query_as!(
        Ordered,
        r#"select r.programme_id, r.kind, r.as_of, r.language as "language: ReportLanguage",
                  r.client_id, coalesce(k.staff_id, s.id) as "staff_id: Uuid", r.role, r.request_id
             from report r
             left join api_key k on k.id = r.client_id
             left join staff s on s.id = r.client_id
            where r.id = $1"#,
        id,
    )
    .fetch_optional(conn)
    .await
}

/// What producing a report leaves behind.
pub(super) struct Finished {
    pub(super) definition: &'static str,
    pub(super) row_count: i64,
    pub(super) json_file_id: Uuid,
    pub(super) xlsx_file_id: Uuid,
    pub(super) at: Instant,
}

pub(super) async fn finish(
    conn: &mut PgConnection,
    id: ReportId,
    finished: &Finished,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update report
            set definition = $2, row_count = $3, json_file_id = $4, xlsx_file_id = $5,
                finished_at = $6, version = version + 1
          where id = $1
         returning version",
        id.0,
        finished.definition,
        finished.row_count,
        finished.json_file_id,
        finished.xlsx_file_id,
        finished.at,
    )
    .fetch_one(conn)
    .await
}

/// Programmes of a name, one per year; for whoever works at the machine itself.
pub async fn programmes_named(
    conn: &mut PgConnection,
    name: &str,
) -> sqlx::Result<Vec<(ProgrammeId, i32)>> {
    let rows = sqlx::query!(
        "select id, year from programme where name = $1 order by year limit 300",
        name
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.year)).collect())
}
