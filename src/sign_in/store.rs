//! SQL of sessions, and of the account that somebody signs in to.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::MySession;
use crate::{
    staff::SESSION_IDLE,
    values::{AccountId, Day, Instant, StaffId, StaffSessionId},
};

/// What is known of a login before its password is looked at.
pub(super) struct Attempt {
    pub(super) account_id: AccountId,
    pub(super) password_hash: String,
    /// The account was opened from there before.
    pub(super) familiar: bool,
    /// Where its owner works, if anywhere today.
    pub(super) home: Option<Uuid>,
}

pub(super) async fn find_attempt(
    conn: &mut PgConnection,
    login: &str,
    source_hash: &[u8; 32],
    familiar_since: Instant,
    today: Day,
) -> sqlx::Result<Option<Attempt>> {
    sqlx::query_as!(
        Attempt,
        r#"select c.id as account_id, c.password_hash,
                  exists (select from staff_session e
                           where e.account_id = c.id and e.source_hash = $2 and e.second_factor
                             and e.opened_at > $3) as "familiar!",
                  (select p.org_unit_id from post p
                    where p.staff_id = c.staff_id and p.from_on <= $4
                      and (p.to_on is null or p.to_on >= $4)
                    order by p.from_on, p.id limit 1) as "home: Uuid"
             from account c
            where c.login = $1"#,
        login,
        source_hash.as_slice(),
        familiar_since,
        today,
    )
    .fetch_optional(conn)
    .await
}

/// An account with what decides whether it opens.
pub(super) struct Opening {
    pub(super) id: AccountId,
    pub(super) staff_id: StaffId,
    pub(super) staff_no: String,
    pub(super) login: String,
    pub(super) password_hash: String,
    pub(super) must_change: bool,
    pub(super) password_expires_at: Option<Instant>,
    pub(super) totp_sealed: Option<Vec<u8>>,
    pub(super) totp_confirmed_at: Option<Instant>,
    pub(super) last_totp_step: Option<i64>,
    pub(super) disabled_at: Option<Instant>,
    pub(super) left_on: Option<Day>,
    pub(super) version: i32,
}

impl Opening {
    pub(super) fn has_second_factor(&self) -> bool {
        self.totp_confirmed_at.is_some()
    }
}

/// Held against every other act on it until the transaction ends.
pub(super) async fn lock(conn: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<Opening>> {
    sqlx::query_as!(
        Opening,
        r#"select c.id, c.staff_id, s.staff_no, c.login, c.password_hash, c.must_change,
                  c.password_expires_at, c.totp_sealed, c.totp_confirmed_at, c.last_totp_step,
                  c.disabled_at, s.left_on, c.version
             from account c join staff s on s.id = c.staff_id
            where c.id = $1
              for update of c"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

/// A session to be.
pub(super) struct NewSession<'a> {
    pub(super) id: StaffSessionId,
    pub(super) account_id: AccountId,
    pub(super) token_hash: &'a [u8; 32],
    pub(super) source_hash: &'a [u8; 32],
    pub(super) second_factor: bool,
    pub(super) opened_at: Instant,
    pub(super) expires_at: Instant,
}

pub(super) async fn insert_session(
    conn: &mut PgConnection,
    new: &NewSession<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into staff_session (id, account_id, token_hash, source_hash, second_factor,
                                    opened_at, seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        new.id.0,
        new.account_id.0,
        new.token_hash.as_slice(),
        new.source_hash.as_slice(),
        new.second_factor,
        new.opened_at,
        new.expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// That a session is used is written down.
pub(crate) async fn note_use(
    conn: &mut PgConnection,
    id: StaffSessionId,
    now: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update staff_session set seen_at = $2 where id = $1 and seen_at < $2",
        id.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The code of this step and all before are used up.
pub(super) async fn use_step(
    conn: &mut PgConnection,
    id: AccountId,
    step: i64,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update account set last_totp_step = $2 where id = $1",
        id.0,
        step,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn set_password(
    conn: &mut PgConnection,
    id: AccountId,
    hash: &str,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update account set password_hash = $2, must_change = false, password_expires_at = null,
                            version = version + 1
          where id = $1 returning version",
        id.0,
        hash,
    )
    .fetch_one(conn)
    .await
}

/// A second factor that is not confirmed yet, in place of another such.
pub(super) async fn begin_factor(
    conn: &mut PgConnection,
    id: AccountId,
    sealed: &[u8],
) -> sqlx::Result<()> {
    sqlx::query!(
        "update account set totp_sealed = $2, last_totp_step = null where id = $1",
        id.0,
        sealed,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The second factor counts from now on, and for this session.
pub(super) async fn confirm_factor(
    conn: &mut PgConnection,
    id: AccountId,
    session: StaffSessionId,
    step: i64,
    now: Instant,
) -> sqlx::Result<i32> {
    sqlx::query!(
        "update staff_session set second_factor = true where id = $1",
        session.0,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query_scalar!(
        "update account set totp_confirmed_at = $2, last_totp_step = $3, version = version + 1
          where id = $1 returning version",
        id.0,
        now,
        step,
    )
    .fetch_one(conn)
    .await
}

/// Ends the open sessions of an account, but for one.
pub(super) async fn end_sessions(
    conn: &mut PgConnection,
    account: AccountId,
    but: Option<StaffSessionId>,
    now: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update staff_session set ended_at = $3
          where account_id = $1 and ended_at is null and id is distinct from $2",
        account.0,
        but.map(|id| id.0),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends an open session of an account; whether there was one.
pub(super) async fn end_session(
    conn: &mut PgConnection,
    account: AccountId,
    id: StaffSessionId,
    now: Instant,
) -> sqlx::Result<bool> {
    let ended = sqlx::query!(
        "update staff_session set ended_at = $3
          where id = $2 and account_id = $1 and ended_at is null and expires_at > $3",
        account.0,
        id.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// The sessions of an account that are open, newest first, at most 200.
pub(super) async fn open_sessions(
    conn: &mut PgConnection,
    account: AccountId,
    current: StaffSessionId,
    now: Instant,
) -> sqlx::Result<Vec<MySession>> {
    let idle_since = Instant::new(now.as_datetime() - SESSION_IDLE);
    sqlx::query_as!(
        MySession,
        r#"select id, opened_at, seen_at, expires_at, id = $2 as "current!"
             from staff_session
            where account_id = $1 and ended_at is null and expires_at > $3 and seen_at > $4
            order by opened_at desc, id desc
            limit 200"#,
        account.0,
        current.0,
        now,
        idle_since,
    )
    .fetch_all(conn)
    .await
}
