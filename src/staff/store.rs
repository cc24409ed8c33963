//! SQL of API keys.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{NewKey, Role, api::ApiKey};
use crate::values::{ApiKeyId, Instant};

pub(super) struct LiveKey {
    pub(super) id: ApiKeyId,
    pub(super) role: Role,
    pub(super) synthetic_only: bool,
}

pub(super) async fn find_live(
    conn: &mut PgConnection,
    secret_hash: &[u8],
    now: Instant,
) -> sqlx::Result<Option<LiveKey>> {
    sqlx::query_as!(
        LiveKey,
        "select id, role, synthetic_only
           from api_key
          where secret_hash = $1 and revoked_at is null and expires_at > $2",
        secret_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ApiKeyId,
    prefix: &str,
    secret_hash: &[u8],
    new: &NewKey,
    now: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into api_key (id, prefix, secret_hash, label, role, synthetic_only, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        prefix,
        secret_hash,
        new.label,
        new.role as Role,
        new.synthetic_only,
        now,
        new.expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A demo key sees demo keys only.
pub(super) async fn find(
    conn: &mut PgConnection,
    synthetic_only: bool,
    id: ApiKeyId,
) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        "select id, prefix, label, role, synthetic_only, created_at, expires_at, revoked_at, version
           from api_key
          where id = $1 and (synthetic_only or not $2)",
        id.0,
        synthetic_only,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock(conn: &mut PgConnection, id: ApiKeyId) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        "select id, prefix, label, role, synthetic_only, created_at, expires_at, revoked_at, version
           from api_key where id = $1 for update",
        id.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn revoke(
    conn: &mut PgConnection,
    id: ApiKeyId,
    now: Instant,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update api_key set revoked_at = $2, version = version + 1 where id = $1 returning version",
        id.0,
        now,
    )
    .fetch_one(conn)
    .await
}

/// Newest first. A demo key sees demo keys only.
pub(super) async fn list(
    conn: &mut PgConnection,
    synthetic_only: bool,
    after: Option<Instant>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        "select id, prefix, label, role, synthetic_only, created_at, expires_at, revoked_at, version
           from api_key
          where ($1::timestamptz is null or (created_at, id) < ($1, $2))
            and (synthetic_only or not $3)
          order by created_at desc, id desc
          limit $4",
        after,
        after_id,
        synthetic_only,
        take,
    )
    .fetch_all(conn)
    .await
}
