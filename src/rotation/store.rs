//! SQL of rotations.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::values::Instant;

/// How far a rotation is.
pub(super) struct Standing {
    /// The general key that seals after it.
    pub(super) general_key: i16,
    /// The place of the column in [`super::COLUMNS`].
    pub(super) step: i16,
    /// The last row that was done in it.
    pub(super) after_id: Option<Uuid>,
    pub(super) resealed: i64,
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: Uuid,
    general_key: u8,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into key_rotation (id, general_key, started_at) values ($1, $2, $3)",
        id,
        i16::from(general_key),
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The rotation to these keys that is not at its end and has no job that works on it.
pub(super) async fn find_idle(
    conn: &mut PgConnection,
    general_key: u8,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select r.id from key_rotation r
          where r.general_key = $1 and r.finished_at is null
            and not exists (select from job j
                             where j.subject_id = r.id and j.state in ('queued', 'running'))
            for update of r",
        i16::from(general_key),
    )
    .fetch_optional(conn)
    .await
}

/// Locks a rotation, so that two workers never do the same rows.
pub(super) async fn lock(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Standing>> {
    sqlx::query_as!(
        Standing,
        "select general_key, step, after_id, resealed from key_rotation where id = $1 for update",
        id,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn advance(
    conn: &mut PgConnection,
    id: Uuid,
    standing: &Standing,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update key_rotation set step = $2, after_id = $3, resealed = $4 where id = $1",
        id,
        standing.step,
        standing.after_id,
        standing.resealed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a rotation, and those before it that it has overtaken.
pub(super) async fn finish(
    conn: &mut PgConnection,
    general_key: i16,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update key_rotation set finished_at = $2
          where general_key <= $1 and finished_at is null",
        general_key,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
