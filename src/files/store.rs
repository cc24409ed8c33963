//! SQL of files.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::values::Instant;

/// Size and digest follow when the last piece is in.
pub(super) async fn insert(
    conn: &mut PgConnection,
    id: Uuid,
    name: &str,
    media_type: &str,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into file (id, name, media_type, size, sha256, created_at)
         values ($1, $2, $3, 0, '', $4)",
        id,
        name,
        media_type,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert_piece(
    conn: &mut PgConnection,
    id: Uuid,
    seq: i32,
    bytes: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into file_chunk (file_id, seq, bytes) values ($1, $2, $3)",
        id,
        seq,
        bytes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn complete(
    conn: &mut PgConnection,
    id: Uuid,
    size: u64,
    sha256: &[u8],
) -> sqlx::Result<()> {
    let size = i64::try_from(size).expect("limits are far below");
    sqlx::query!(
        "update file set size = $2, sha256 = $3 where id = $1",
        id,
        size,
        sha256
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn find_piece(
    conn: &mut PgConnection,
    id: Uuid,
    seq: i32,
) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        "select bytes from file_chunk where file_id = $1 and seq = $2",
        id,
        seq
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn find_size(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select size from file where id = $1", id)
        .fetch_optional(conn)
        .await
}

pub(super) async fn delete_pieces(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from file_chunk where file_id = $1", id)
        .execute(conn)
        .await?;
    Ok(())
}

/// The file after the given one that has pieces.
pub(super) async fn next_with_pieces(
    conn: &mut PgConnection,
    after: Option<Uuid>,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select file_id from file_chunk
          where seq = 0 and ($1::uuid is null or file_id > $1)
          order by file_id limit 1",
        after,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn replace_piece(
    conn: &mut PgConnection,
    id: Uuid,
    seq: i32,
    bytes: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update file_chunk set bytes = $3 where file_id = $1 and seq = $2",
        id,
        seq,
        bytes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn give_to(conn: &mut PgConnection, id: Uuid, unit: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update file set org_unit_id = $2 where id = $1", id, unit)
        .execute(conn)
        .await?;
    Ok(())
}
