//! SQL of accounts, as administrators see them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::super::model::Account;
use crate::{
    staff::Scope,
    values::{AccountId, Day, Instant, StaffId},
};

/// An account to be.
pub(in super::super) struct NewRow<'a> {
    pub(in super::super) id: AccountId,
    pub(in super::super) staff_id: StaffId,
    pub(in super::super) login: &'a str,
    pub(in super::super) password_hash: &'a str,
    pub(in super::super) password_expires_at: Instant,
    pub(in super::super) created_at: Instant,
}

pub(in super::super) async fn insert(
    conn: &mut PgConnection,
    new: &NewRow<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into account (id, staff_id, login, password_hash, must_change,
                              password_expires_at, created_at)
         values ($1, $2, $3, $4, true, $5, $6)",
        new.id.0,
        new.staff_id.0,
        new.login,
        new.password_hash,
        new.password_expires_at,
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
) -> sqlx::Result<Vec<Account>> {
    sqlx::query_as!(
        Account,
        r#"select c.id, c.staff_id, s.staff_no, s.name, c.login,
                  c.totp_confirmed_at is not null as "second_factor!", c.must_change,
                  c.disabled_at, c.created_at, c.version
             from account c join staff s on s.id = c.staff_id
            where ($1::timestamptz is null or (c.created_at, c.id) < ($1, $2))
              and ($3::uuid[] is null or (
                    s.org_unit_id = any($3)
                and not exists (select from post p
                                 where p.staff_id = s.id and (p.to_on is null or p.to_on >= $4)
                                   and p.org_unit_id <> all($3))))
            order by c.created_at desc, c.id desc
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
    id: AccountId,
    today: Day,
) -> sqlx::Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        r#"select c.id, c.staff_id, s.staff_no, s.name, c.login,
                  c.totp_confirmed_at is not null as "second_factor!", c.must_change,
                  c.disabled_at, c.created_at, c.version
             from account c join staff s on s.id = c.staff_id
            where c.id = $1
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
pub(super) async fn lock(conn: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        r#"select c.id, c.staff_id, s.staff_no, s.name, c.login,
                  c.totp_confirmed_at is not null as "second_factor!", c.must_change,
                  c.disabled_at, c.created_at, c.version
             from account c join staff s on s.id = c.staff_id
            where c.id = $1
              for update of c"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// A one-time password; the account is open again if it was disabled.
pub(super) async fn reset(
    conn: &mut PgConnection,
    id: AccountId,
    password_hash: &str,
    password_expires_at: Instant,
    second_factor: bool,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update account
            set password_hash = $2, must_change = true, password_expires_at = $3,
                totp_sealed = case when $4 then null else totp_sealed end,
                totp_confirmed_at = case when $4 then null else totp_confirmed_at end,
                last_totp_step = case when $4 then null else last_totp_step end,
                disabled_at = null, version = version + 1
          where id = $1 returning version",
        id.0,
        password_hash,
        password_expires_at,
        second_factor,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn disable(
    conn: &mut PgConnection,
    id: AccountId,
    now: Instant,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update account set disabled_at = $2, version = version + 1
          where id = $1 returning version",
        id.0,
        now,
    )
    .fetch_one(conn)
    .await
}
