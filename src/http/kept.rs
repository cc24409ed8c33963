//! Answers kept beside idempotency keys, sealed, until nobody repeats a request any more.
//!
//! An answer may show a household, so it is no clearer here than in its rows.

use std::time::Duration;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Act, Problem, response::Reply};
use crate::{App, privacy::Purpose, staff::Scope, values::Instant};

/// How long a repeated key is answered with what was answered first; C30 asks for a day.
pub const ANSWERS_KEPT_FOR: Duration = Duration::from_hours(48);

/// How many are forgotten in one statement, so that no lock is held for long.
const FORGOTTEN_AT_ONCE: i64 = 1_000;

/// What a body is sealed for.
const COLUMN: &str = "idempotency_key.body_sealed";

/// An answer as it is kept.
pub(super) struct Kept {
    status: i16,
    etag: Option<String>,
    location: Option<String>,
    body: Option<Vec<u8>>,
}

impl Kept {
    pub(super) fn seal(app: &App, client_id: Uuid, key: &str, reply: &Reply) -> Self {
        let row = row_of(app, client_id, key);
        let seal = |body: &String| {
            let nonce = app.entropy.bytes();
            app.keys.seal(COLUMN, row, body.as_bytes(), nonce)
        };
        Self {
            status: reply.status.try_into().expect("statuses are below 600"),
            etag: reply.etag.clone(),
            location: reply.location.clone(),
            body: reply.body.as_ref().map(seal),
        }
    }

    pub(super) fn open(self, app: &App, client_id: Uuid, key: &str) -> Result<Reply, Problem> {
        let row = row_of(app, client_id, key);
        let open = |sealed: Vec<u8>| -> Result<String, Problem> {
            let clear = app
                .keys
                .open(COLUMN, row, &sealed)
                .map_err(Problem::internal)?;
            String::from_utf8(clear.to_vec()).map_err(Problem::internal)
        };
        Ok(Reply {
            status: self.status.try_into().map_err(Problem::internal)?,
            etag: self.etag,
            location: self.location,
            body: self.body.map(open).transpose()?,
        })
    }
}

/// The row an answer is sealed for. Rows are found by caller and key, so this stands for both.
fn row_of(app: &App, client_id: Uuid, key: &str) -> Uuid {
    let place = [client_id.as_bytes(), key.as_bytes()].concat();
    let mark = app.keys.fingerprint("idempotency_key.row", &place);
    let (half, _) = mark.split_first_chunk().expect("a digest has 32 bytes");
    Uuid::from_bytes(*half)
}

/// What is known of a key.
pub(super) enum Claim {
    Free,
    InWork,
    Done([u8; 32], Option<Kept>),
}

pub(super) async fn claim(
    conn: &mut PgConnection,
    client_id: Uuid,
    key: &str,
) -> sqlx::Result<Claim> {
    // The lock, not the row, tells that a twin is in work: it vanishes with its transaction.
    let free = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as "free!""#,
        format!("{client_id} {key}"),
    )
    .fetch_one(&mut *conn)
    .await?;
    if !free {
        return Ok(Claim::InWork);
    }
    let row = sqlx::query!(
        "select fingerprint, status, etag, location, body_sealed
           from idempotency_key
          where client_id = $1 and key = $2",
        client_id,
        key,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map_or(Claim::Free, |row| {
        let kept = row.status.map(|status| Kept {
            status,
            etag: row.etag,
            location: row.location,
            body: row.body_sealed,
        });
        Claim::Done(row.fingerprint.try_into().unwrap_or_default(), kept)
    }))
}

pub(super) async fn keep(
    conn: &mut PgConnection,
    client_id: Uuid,
    key: &str,
    fingerprint: &[u8],
    answer: Option<Kept>,
    at: Instant,
) -> sqlx::Result<()> {
    let status = answer.as_ref().map(|kept| kept.status);
    let (etag, location, body) = answer.map_or((None, None, None), |kept| {
        (kept.etag, kept.location, kept.body)
    });
    sqlx::query!(
        "insert into idempotency_key (client_id, key, fingerprint, status, etag, location,
                                      body_sealed, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        client_id,
        key,
        fingerprint,
        status,
        etag,
        location,
        body,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets the answers that were kept long enough, a bounded number at a time; how many.
pub async fn forget_answers(app: &App) -> sqlx::Result<u64> {
    let before = Instant::new(app.clock.now().as_datetime() - ANSWERS_KEPT_FOR);
    let mut forgotten = 0;
    loop {
        let mut tx = app.begin(&Scope::everything()).await?;
        let done = sqlx::query!(
            "delete from idempotency_key
              where (client_id, key) in (select client_id, key from idempotency_key
                                          where created_at < $1
                                          order by created_at
                                          limit $2)",
            before,
            FORGOTTEN_AT_ONCE,
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        forgotten += done.rows_affected();
        if done.rows_affected() < FORGOTTEN_AT_ONCE.unsigned_abs() {
            return Ok(forgotten);
        }
    }
}

/// Forgets what was answered to anybody about an object, whose id stands in the answer; a repeat of
/// the request is told that it is done. How many answers there were.
///
/// Nothing says which answer is about what, so each of the last two days is opened and looked at.
pub async fn forget_answers_about(app: &App, act: &mut Act, id: Uuid) -> Result<u64, Problem> {
    let needle = id.to_string();
    let mut forgotten = 0;
    let (mut after_client, mut after_key) = (Uuid::nil(), String::new());
    // Answers are of whoever asked; for these statements the transaction is the machine's.
    act.look_everywhere().await?;
    loop {
        let rows = sqlx::query!(
            r#"select client_id, key, body_sealed as "sealed!" from idempotency_key
                where body_sealed is not null and (client_id, key) > ($1, $2)
                order by client_id, key limit $3"#,
            after_client,
            after_key,
            FORGOTTEN_AT_ONCE,
        )
        .fetch_all(&mut **act)
        .await?;
        let Some(last) = rows.last() else { break };
        (after_client, after_key) = (last.client_id, last.key.clone());
        for row in &rows {
            let place = row_of(app, row.client_id, &row.key);
            let clear = app.keys.open(COLUMN, place, &row.sealed);
            let clear = clear.map_err(Problem::internal)?;
            let about = std::str::from_utf8(&clear).is_ok_and(|body| body.contains(&needle));
            if about {
                forget_answer(act, row.client_id, &row.key).await?;
                forgotten += 1;
            }
        }
    }
    act.look_at_own().await?;
    Ok(forgotten)
}

async fn forget_answer(conn: &mut PgConnection, client_id: Uuid, key: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update idempotency_key
            set status = null, etag = null, location = null, body_sealed = null
          where client_id = $1 and key = $2",
        client_id,
        key,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Seals the answers of the next caller anew; answers which caller that was, and how many got a
/// newer key.
pub async fn reseal_answers(
    conn: &mut PgConnection,
    app: &App,
    after: Option<Uuid>,
) -> Result<(Option<Uuid>, i64), Problem> {
    let next = sqlx::query_scalar!(
        "select client_id from idempotency_key
          where body_sealed is not null and ($1::uuid is null or client_id > $1)
          order by client_id limit 1",
        after,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(client_id) = next else {
        return Ok((None, 0));
    };
    let rows = sqlx::query!(
        r#"select key, body_sealed as "sealed!" from idempotency_key
            where client_id = $1 and body_sealed is not null"#,
        client_id,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut resealed = 0;
    for row in rows {
        let (place, nonce) = (row_of(app, client_id, &row.key), app.entropy.bytes());
        let purpose = Purpose::General;
        let newer = app.keys.reseal(purpose, COLUMN, place, &row.sealed, nonce);
        if let Some(newer) = newer.map_err(Problem::internal)? {
            sqlx::query!(
                "update idempotency_key set body_sealed = $3 where client_id = $1 and key = $2",
                client_id,
                row.key,
                newer,
            )
            .execute(&mut *conn)
            .await?;
            resealed += 1;
        }
    }
    Ok((Some(client_id), resealed))
}
