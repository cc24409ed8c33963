//! SQL of jobs.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::model::{JobKind, JobRow, JobState, KeptProblem};
use crate::values::{Instant, JobId};

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: JobId,
    kind: JobKind,
    subject_id: Uuid,
    client_id: Uuid,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into job (id, kind, subject_id, client_id, created_at) values ($1, $2, $3, $4, $5)",
        id.0,
        kind as JobKind,
        subject_id,
        client_id,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A job of one's own: another key's job is not there.
pub(super) async fn find_own(
    conn: &mut PgConnection,
    client_id: Uuid,
    id: JobId,
) -> sqlx::Result<Option<JobRow>> {
    sqlx::query_as!(
        JobRow,
        r#"select id, kind as "kind: JobKind", state, subject_id, done, total,
                  problem as "problem: Json<KeptProblem>", created_at, started_at, finished_at,
                  version
             from job
            where id = $1 and client_id = $2"#,
        id.0,
        client_id,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock_own(
    conn: &mut PgConnection,
    client_id: Uuid,
    id: JobId,
) -> sqlx::Result<Option<JobRow>> {
    sqlx::query_as!(
        JobRow,
        r#"select id, kind as "kind: JobKind", state, subject_id, done, total,
                  problem as "problem: Json<KeptProblem>", created_at, started_at, finished_at,
                  version
             from job
            where id = $1 and client_id = $2
              for update"#,
        id.0,
        client_id,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn cancel(conn: &mut PgConnection, id: JobId, at: Instant) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update job set state = 'cancelled', finished_at = $2, lease_until = null,
                        version = version + 1
          where id = $1
         returning version",
        id.0,
        at,
    )
    .fetch_one(conn)
    .await
}

/// A job that a worker has for itself; the attempt tells its lease from every other one.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) id: JobId,
    pub(super) kind: JobKind,
    pub(super) subject_id: Uuid,
    pub(super) attempts: i32,
}

/// Takes the oldest job that waits, or whose worker has not been heard of.
pub(super) async fn claim(
    conn: &mut PgConnection,
    now: Instant,
    lease_until: Instant,
) -> sqlx::Result<Option<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"update job
              set state = 'running', attempts = attempts + 1, lease_until = $2, started_at = $1,
                  not_before = null, done = 0, total = null, version = version + 1
            where id = (select id from job
                         where (state = 'queued' and (not_before is null or not_before <= $1))
                            or (state = 'running' and lease_until < $1)
                         order by created_at, id
                         limit 1
                           for update skip locked)
           returning id, kind as "kind: JobKind", subject_id, attempts"#,
        now,
        lease_until,
    )
    .fetch_optional(conn)
    .await
}

/// Whether the lease was still ours.
pub(super) async fn renew(
    conn: &mut PgConnection,
    job: &Claimed,
    lease_until: Instant,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update job set lease_until = $3 where id = $1 and attempts = $2 and state = 'running'",
        job.id.0,
        job.attempts,
        lease_until,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the job is still to be done by who holds this lease.
pub(super) async fn is_ours(conn: &mut PgConnection, job: &Claimed) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        "select id from job where id = $1 and attempts = $2 and state = 'running'",
        job.id.0,
        job.attempts,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn advance(
    conn: &mut PgConnection,
    id: JobId,
    attempts: i32,
    done: i64,
    total: Option<i64>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update job set done = $3, total = $4, version = version + 1
          where id = $1 and attempts = $2 and state = 'running'",
        id.0,
        attempts,
        done,
        total,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a job; whether the lease was still ours.
pub(super) async fn finish(
    conn: &mut PgConnection,
    job: &Claimed,
    state: JobState,
    done: Option<i64>,
    problem: Option<&KeptProblem>,
    at: Instant,
) -> sqlx::Result<bool> {
    let ended = sqlx::query!(
        "update job
            set state = $3, finished_at = $4, lease_until = null, problem = $5,
                done = coalesce($6, done), total = coalesce($6, total), version = version + 1
          where id = $1 and attempts = $2 and state = 'running'",
        job.id.0,
        job.attempts,
        state,
        at,
        problem.map(Json) as _,
        done,
    )
    .execute(conn)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Gives a job back to the queue. One that failed has an instant before which it is not tried
/// again; a stop of the process does not count as an attempt.
pub(super) async fn give_back(
    conn: &mut PgConnection,
    job: &Claimed,
    failed_until: Option<Instant>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update job
            set state = 'queued', lease_until = null, not_before = $3, version = version + 1,
                attempts = case when $3::timestamptz is null then attempts - 1 else attempts end
          where id = $1 and attempts = $2 and state = 'running'",
        job.id.0,
        job.attempts,
        failed_until,
    )
    .execute(conn)
    .await?;
    Ok(())
}
