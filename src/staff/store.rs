//! SQL of API keys, and of how often who may do what was changed.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{KeyTerms, NewKey, Role, api::ApiKey};
use crate::values::{ApiKeyId, Instant, StaffId};

/// How often who may do what was changed.
pub(super) async fn epoch(conn: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!("select epoch from authority")
        .fetch_one(conn)
        .await
}

/// Who may do what has changed: nothing remembered of any caller holds any longer.
pub async fn move_on(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("update authority set epoch = epoch + 1")
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ApiKeyId,
    prefix: &str,
    secret_hash: &[u8],
    (new, terms): (&NewKey, &KeyTerms),
    now: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into api_key (id, prefix, secret_hash, label, role, org_unit_id, created_at,
                              expires_at, staff_id, permissions, networks)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text[]::cidr[])",
        id.0,
        prefix,
        secret_hash,
        new.label,
        new.role as Role,
        new.org_unit_id.0,
        now,
        new.expires_at,
        terms.staff_id.map(|id| id.0),
        terms.permissions.as_deref(),
        terms.networks.as_deref() as Option<&[String]>,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn lock(conn: &mut PgConnection, id: ApiKeyId) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"select k.id, k.prefix, k.label, k.role, k.org_unit_id, u.synthetic as synthetic_only,
                  k.staff_id as "staff_id: StaffId", k.permissions,
                  k.networks::text[] as networks, k.created_at, k.expires_at, k.last_used_on,
                  k.revoked_at, k.version
             from api_key k join org_unit u on u.id = k.org_unit_id
            where k.id = $1
              for update of k"#,
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

/// Newest first: the keys of units in scope.
pub(super) async fn list(
    conn: &mut PgConnection,
    units: Option<&[Uuid]>,
    after: Option<Instant>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"select k.id, k.prefix, k.label, k.role, k.org_unit_id, u.synthetic as synthetic_only,
                  k.staff_id as "staff_id: StaffId", k.permissions,
                  k.networks::text[] as networks, k.created_at, k.expires_at, k.last_used_on,
                  k.revoked_at, k.version
             from api_key k join org_unit u on u.id = k.org_unit_id
            where ($1::timestamptz is null or (k.created_at, k.id) < ($1, $2))
              and ($3::uuid[] is null or k.org_unit_id = any($3))
            order by k.created_at desc, k.id desc
            limit $4"#,
        after,
        after_id,
        units,
        take,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    units: Option<&[Uuid]>,
    id: ApiKeyId,
) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as!(
        ApiKey,
        r#"select k.id, k.prefix, k.label, k.role, k.org_unit_id, u.synthetic as synthetic_only,
                  k.staff_id as "staff_id: StaffId", k.permissions,
                  k.networks::text[] as networks, k.created_at, k.expires_at, k.last_used_on,
                  k.revoked_at, k.version
             from api_key k join org_unit u on u.id = k.org_unit_id
            where k.id = $1 and ($2::uuid[] is null or k.org_unit_id = any($2))"#,
        id.0,
        units,
    )
    .fetch_optional(conn)
    .await
}

/// Revokes every key somebody answers for; says which, with their versions now.
pub(super) async fn revoke_of(
    conn: &mut PgConnection,
    staff: StaffId,
    now: Instant,
) -> sqlx::Result<Vec<(ApiKeyId, i32)>> {
    let revoked = sqlx::query!(
        "update api_key set revoked_at = $2, version = version + 1
          where staff_id = $1 and revoked_at is null
         returning id, version",
        staff.0,
        now,
    );
    let revoked = revoked.fetch_all(conn).await?;
    Ok(revoked.into_iter().map(|k| (k.id, k.version)).collect())
}
