//! SQL of identities.

use sqlx::PgConnection;
use uuid::Uuid;

use super::OidcIdentity;
use crate::{
    staff::Scope,
    values::{Day, Instant, OidcIdentityId},
};

pub(super) async fn insert(conn: &mut PgConnection, new: &OidcIdentity) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into oidc_identity (id, issuer, subject, staff_id, created_at)
         values ($1, $2, $3, $4, $5)",
        new.id.0,
        new.issuer,
        new.subject,
        new.staff_id.0,
        new.created_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Of those whom these units employ and who work nowhere else, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    today: Day,
    after: Option<Instant>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<OidcIdentity>> {
    sqlx::query_as!(
        OidcIdentity,
        r#"select i.id, i.issuer, i.subject, i.staff_id, s.staff_no, i.created_at, i.removed_at,
                  i.version
             from oidc_identity i join staff s on s.id = i.staff_id
            where ($1::timestamptz is null or (i.created_at, i.id) < ($1, $2))
              and ($3::uuid[] is null or (
                    s.org_unit_id = any($3)
                and not exists (select from post p
                                 where p.staff_id = s.id and (p.to_on is null or p.to_on >= $4)
                                   and p.org_unit_id <> all($3))))
            order by i.created_at desc, i.id desc
            limit $5"#,
        after,
        after_id,
        scope.units(),
        today,
        take,
    )
    .fetch_all(conn)
    .await
}

/// One of those that are listed.
pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: OidcIdentityId,
    today: Day,
) -> sqlx::Result<Option<OidcIdentity>> {
    sqlx::query_as!(
        OidcIdentity,
        r#"select i.id, i.issuer, i.subject, i.staff_id, s.staff_no, i.created_at, i.removed_at,
                  i.version
             from oidc_identity i join staff s on s.id = i.staff_id
            where i.id = $1
              and ($2::uuid[] is null or (
                    s.org_unit_id = any($2)
                and not exists (select from post p
                                 where p.staff_id = s.id and (p.to_on is null or p.to_on >= $3)
                                   and p.org_unit_id <> all($2))))"#,
        id.0,
        scope.units(),
        today,
    )
    .fetch_optional(conn)
    .await
}

/// Held against other acts on it until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: OidcIdentityId,
) -> sqlx::Result<Option<OidcIdentity>> {
    sqlx::query_as!(
        OidcIdentity,
        r#"select i.id, i.issuer, i.subject, i.staff_id, s.staff_no, i.created_at, i.removed_at,
                  i.version
             from oidc_identity i join staff s on s.id = i.staff_id
            where i.id = $1
              for update of i"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn remove(
    conn: &mut PgConnection,
    id: OidcIdentityId,
    now: Instant,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update oidc_identity set removed_at = $2, version = version + 1
          where id = $1 returning version",
        id.0,
        now,
    )
    .fetch_one(conn)
    .await
}
