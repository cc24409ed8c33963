//! Answers kept for retries: no clearer than the rows they show, and not for ever.

use anju::{http::forget_answers, jobs::Worker};
use sqlx::AssertSqlSafe;
use tokio_util::sync::CancellationToken;

use crate::support::Town;

#[tokio::test]
async fn a_kept_answer_is_sealed_for_its_caller_and_key() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let body = Town::household_body(&parcel, "H-1");
    let register = || town.officer().post("/v1/households", &body).key("K");
    let made = register().send().await.ok(201);
    let again = register().send().await.ok(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((&again.json, again.header("etag")), (&made.json, "\"1\""));

    let owner = town.owner().await;
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("select body_sealed from idempotency_key")
        .fetch_all(&owner)
        .await
        .unwrap();
    let clear = "张*三".as_bytes();
    let shows = |bytes: &Vec<u8>| bytes.windows(clear.len()).any(|part| part == clear);
    assert!(shows(&made.bytes), "the answer itself shows the name");
    assert!(kept.len() == 3 && !kept.iter().any(shows));

    // The same bytes beside another key are nobody's answer.
    sqlx::query("update idempotency_key set key = 'L' where key = 'K'")
        .execute(&owner)
        .await
        .unwrap();
    let moved = register().key("L").send().await;
    moved.is_problem(500, "internal-error");
}

#[tokio::test]
async fn an_answer_is_forgotten_after_two_days_and_not_before() {
    let town = Town::new().await;
    town.programme().await;
    town.set_clock("2018-03-06T02:00:00Z");
    town.programme_named("另一计划", false).await;
    town.set_clock("2018-03-07T02:00:00Z");
    assert_eq!(forget_answers(&town.app).await.unwrap(), 0);
    town.set_clock("2018-03-07T02:00:01Z");
    assert_eq!(forget_answers(&town.app).await.unwrap(), 1);
    assert_eq!(town.count("idempotency_key").await, 1);
    town.set_clock("2018-03-09T02:00:00Z");
    let many = "insert into idempotency_key (client_id, key, fingerprint, created_at)
                select gen_random_uuid(), i, '', '2018-03-01' from generate_series(1, 2500) i";
    sqlx::query(AssertSqlSafe(many))
        .execute(&town.owner().await)
        .await
        .unwrap();
    assert_eq!(forget_answers(&town.app).await.unwrap(), 2_501);
}

#[tokio::test]
async fn the_worker_forgets_old_answers_by_itself() {
    let town = Town::new().await;
    town.programme().await;
    town.set_clock("2018-04-01T02:00:00Z");
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(town.app.clone()).run(stop.clone()));
    let forgotten = async {
        while town.count("idempotency_key").await > 0 {
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_mins(1);
    tokio::time::timeout(limit, forgotten).await.unwrap();
    stop.cancel();
    worker.await.unwrap();
}
