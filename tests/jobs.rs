//! Long work: who sees it, who does it, what happens when a worker dies.

use std::{future::Future, time::Duration};

use anju::jobs::{Worker, run_all};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{Person, Town};

/// A roster of so many households.
fn roster(households: usize) -> String {
    let mut lines = vec!["地块编号,户编号,户主姓名,房屋坐落,认定面积".to_owned()];
    lines.extend((1..=households).map(|n| format!("DJGD,{n:05},户主{n},大沟村,80.00")));
    lines.join("\n")
}

/// Queues an import of so many households and answers it.
async fn ordered(town: &Town, households: usize) -> Value {
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    order_file(&town.officer(), &programme, &roster(households)).await
}

async fn order_file(person: &Person, programme: &Value, file: &str) -> Value {
    let id = programme["id"].as_str().unwrap();
    let part = |name: &str, value: &str| {
        format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = [
        part("kind", "roster"),
        part("mode", "commit"),
        part("programme_id", id),
        part("file\"; filename=\"a.csv", file),
        "--b--\r\n".to_owned(),
    ];
    let errand = person
        .act("/v1/imports")
        .body("multipart/form-data; boundary=b", body.concat());
    errand.send().await.ok(202).json
}

fn address(import: &Value) -> String {
    format!("/v1/jobs/{}", import["job_id"].as_str().unwrap())
}

/// Looks at the job until it is as wanted.
async fn until(town: &Town, import: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
    let path = address(import);
    let looking = async {
        loop {
            let job = town.officer().get(&path).send().await.ok(200).json;
            if wanted(&job) {
                return job;
            }
            tokio::task::yield_now().await;
        }
    };
    within_a_minute(looking).await
}

async fn within_a_minute<T>(work: impl Future<Output = T>) -> T {
    let limit = Duration::from_mins(1);
    tokio::time::timeout(limit, work)
        .await
        .expect("it comes to pass")
}

async fn set(town: &Town, sql: &'static str) {
    sqlx::query(sql).execute(&town.owner().await).await.unwrap();
}

#[tokio::test]
async fn a_job_is_seen_by_its_own_key_only() {
    let town = Town::new().await;
    let import = ordered(&town, 1).await;
    let path = address(&import);
    let job = town.officer().get(&path).send().await.ok(200).json;
    assert_eq!(
        (&job["state"], &job["kind"]),
        (&json!("queued"), &json!("import"))
    );
    for person in [town.admin(), town.auditor()] {
        person.get(&path).send().await.is_problem(404, "not-found");
        let act = person.act(&format!("{path}/cancellations"));
        act.send().await.is_problem(404, "not-found");
    }
    town.anonymous()
        .get(&path)
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_killed_workers_job_is_taken_again_after_its_lease_and_not_before() {
    let town = Town::new().await;
    let import = ordered(&town, 3).await;
    // What a worker leaves behind that was killed right after it took the job.
    set(
        &town,
        "update job set state = 'running', attempts = 1, lease_until = '2018-03-05T02:01:00Z'",
    )
    .await;
    assert_eq!(run_all(&town.app).await.unwrap(), 0);
    town.set_clock("2018-03-05T02:01:01Z");
    assert_eq!(run_all(&town.app).await.unwrap(), 1);
    let job = until(&town, &import, |_| true).await;
    assert_eq!(
        (&job["state"], &job["done"]),
        (&json!("succeeded"), &json!(3))
    );
    assert_eq!(town.count("household").await, 3);
    assert_eq!(town.count("job where attempts = 2").await, 1);
}

#[tokio::test]
async fn a_job_whose_workers_keep_dying_is_given_up() {
    let town = Town::new().await;
    let import = ordered(&town, 1).await;
    set(
        &town,
        "update job set state = 'running', attempts = 3, lease_until = '2018-03-05T01:00:00Z'",
    )
    .await;
    assert_eq!(run_all(&town.app).await.unwrap(), 1);
    let job = until(&town, &import, |_| true).await;
    assert_eq!(job["state"], "failed");
    assert_eq!(job["problem"]["code"], "job-given-up");
    assert_eq!(town.count("household").await, 0);
    assert_eq!(town.count("file_chunk").await, 0);
}

#[tokio::test]
async fn a_failure_of_the_system_is_tried_three_times_and_then_told_without_its_cause() {
    let town = Town::new().await;
    let import = ordered(&town, 1).await;
    set(&town, "revoke insert on household from anju_service").await;
    // At once, ten seconds later, a minute after that; never two in a row.
    for (before, at) in [
        (None, "2018-03-05T02:00:00Z"),
        (Some("2018-03-05T02:00:09Z"), "2018-03-05T02:00:10Z"),
        (Some("2018-03-05T02:01:09Z"), "2018-03-05T02:01:10Z"),
    ] {
        if let Some(before) = before {
            town.set_clock(before);
            assert_eq!(
                run_all(&town.app).await.unwrap(),
                0,
                "{before} is too early"
            );
        }
        town.set_clock(at);
        assert_eq!(run_all(&town.app).await.unwrap(), 1, "{at}");
    }
    let job = until(&town, &import, |_| true).await;
    assert_eq!(job["state"], "failed");
    assert_eq!(
        job["problem"],
        json!({"code": "internal-error", "title": "系统内部错误"})
    );
    assert_eq!(town.count("person").await, 0);
}

#[tokio::test]
async fn a_job_that_failed_for_good_reasons_says_them_in_the_callers_language() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let mut file = roster(600);
    file.push_str("\nDJGD,9999,\"没有结束的引号,大沟村,80.00");
    let import = order_file(&town.officer(), &programme, &file).await;
    assert_eq!(
        run_all(&town.app).await.unwrap(),
        1,
        "it is not tried again"
    );
    let job = town
        .officer()
        .get(&address(&import))
        .english()
        .send()
        .await
        .ok(200)
        .json;
    assert_eq!(job["problem"]["code"], "table-unreadable");
    assert_eq!(
        job["problem"]["title"],
        "The file cannot be read as a table"
    );
    assert_eq!(job["problem"]["errors"][0]["code"], "quote-unclosed");
    assert_eq!(job["problem"]["errors"][0]["pointer"], "/file/rows/602");
    assert_eq!(town.count("household").await, 0);
}

#[tokio::test]
async fn a_queued_job_can_be_cancelled_and_is_never_done() {
    let town = Town::new().await;
    let import = ordered(&town, 1).await;
    let path = format!("{}/cancellations", address(&import));
    let officer = town.officer();
    let job = officer.act(&path).send().await.ok(200).json;
    assert_eq!(job["state"], "cancelled");
    assert_eq!(run_all(&town.app).await.unwrap(), 0);
    let again = officer.act(&path).send().await;
    again.is_problem(409, "job-ended");
    assert_eq!(town.count("household").await, 0);
    assert_eq!(town.count("file_chunk").await, 0);
    assert_eq!(
        town.count("audit_event where action = 'job.cancelled'")
            .await,
        1
    );
}

/// Holds up whatever writes households, until it is rolled back.
async fn households_held(town: &Town) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut holding = town.owner().await.begin().await.unwrap();
    sqlx::query("lock table household in exclusive mode")
        .execute(&mut *holding)
        .await
        .unwrap();
    holding
}

#[tokio::test]
async fn a_running_job_can_be_cancelled_and_nothing_of_it_remains() {
    let town = Town::new().await;
    let import = ordered(&town, 3).await;
    let holding = households_held(&town).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(town.app.clone()).run(stop.clone()));
    until(&town, &import, |job| job["state"] == "running").await;
    let path = format!("{}/cancellations", address(&import));
    let job = town.officer().act(&path).send().await.ok(200).json;
    assert_eq!(job["state"], "cancelled");
    holding.rollback().await.unwrap();
    // The next job is done by a worker that has let go of this one.
    let programme = json!({"id": town.officer().get("/v1/programmes").send().await.ok(200)
        .items()[0]["id"]});
    let next = order_file(&town.officer(), &programme, &roster(1)).await;
    until(&town, &next, |job| job["state"] == "succeeded").await;
    let busy = "pg_stat_activity where datname = current_database() and state <> 'idle' \
                and pid <> pg_backend_pid()";
    let slow = async {
        while town.count(busy).await > 0 {
            tokio::task::yield_now().await;
        }
    };
    within_a_minute(slow).await;
    stop.cancel();
    within_a_minute(worker).await.unwrap();
    assert_eq!(town.count("household").await, 1, "of the next job alone");
    assert_eq!(town.count("job where state = 'cancelled'").await, 1);
    assert_eq!(town.count("file_chunk").await, 0);
}

#[tokio::test]
async fn a_small_file_does_not_wait_for_a_large_one() {
    let town = Town::new().await;
    let large = ordered(&town, 5).await;
    let holding = households_held(&town).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(town.app.clone()).run(stop.clone()));
    until(&town, &large, |job| job["state"] == "running").await;
    let programme = town.programme_named("另一计划", false).await;
    let body = json!({"programme_id": programme["id"], "kind": "signing-progress"});
    let auditor = town.auditor();
    let ordered = auditor.post("/v1/reports", &body).send().await.ok(202).json;
    let path = ordered["links"]["job"].as_str().unwrap();
    let done = async {
        while auditor.get(path).send().await.ok(200).json["state"] != "succeeded" {
            tokio::task::yield_now().await;
        }
    };
    within_a_minute(done).await;
    let job = town
        .officer()
        .get(&address(&large))
        .send()
        .await
        .ok(200)
        .json;
    assert_eq!(job["state"], "running");
    holding.rollback().await.unwrap();
    until(&town, &large, |job| job["state"] == "succeeded").await;
    stop.cancel();
    within_a_minute(worker).await.unwrap();
}

#[tokio::test]
async fn a_worker_is_woken_by_a_new_job_and_stops_when_told() {
    let town = Town::new().await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(town.app.clone()).run(stop.clone()));
    let import = ordered(&town, 2).await;
    let job = until(&town, &import, |job| {
        job["state"] != "queued" && job["state"] != "running"
    });
    assert_eq!(job.await["state"], "succeeded");
    stop.cancel();
    within_a_minute(worker).await.unwrap();
}

#[tokio::test]
async fn a_stopped_worker_gives_its_job_back_and_nothing_of_it_remains() {
    let town = Town::new().await;
    let owner = town.owner().await;
    let mut holding = owner.begin().await.unwrap();
    sqlx::query("lock table structure in access exclusive mode")
        .execute(&mut *holding)
        .await
        .unwrap();
    let import = ordered(&town, 2).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(town.app.clone()).run(stop.clone()));
    until(&town, &import, |job| job["state"] == "running").await;
    stop.cancel();
    within_a_minute(worker).await.unwrap();
    holding.rollback().await.unwrap();
    assert_eq!(
        town.count("job where state = 'queued' and attempts = 0")
            .await,
        1
    );
    assert_eq!(town.count("household").await, 0);
    assert_eq!(run_all(&town.app).await.unwrap(), 1);
    assert_eq!(town.count("household").await, 2);
}

#[tokio::test]
async fn progress_is_seen_while_the_work_is_not() {
    let town = Town::new().await;
    let import = ordered(&town, 6_000).await;
    let owner = town.owner().await;
    let mut holding = owner.begin().await.unwrap();
    sqlx::query("select from import for update")
        .execute(&mut *holding)
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(town.app.clone()).run(stop.clone()));
    let job = until(&town, &import, |job| job["done"].as_i64() >= Some(5_000)).await;
    assert_eq!(job["state"], "running");
    assert_eq!(
        town.count("household").await,
        0,
        "nothing is seen before all is done"
    );
    holding.rollback().await.unwrap();
    let job = until(&town, &import, |job| job["state"] == "succeeded").await;
    assert_eq!(
        (&job["done"], &job["total"]),
        (&json!(6_000), &json!(6_000))
    );
    stop.cancel();
    within_a_minute(worker).await.unwrap();
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_cannot_end_the_job() {
    let town = Town::new().await;
    let import = ordered(&town, 1).await;
    let owner = town.owner().await;
    let mut holding = owner.begin().await.unwrap();
    sqlx::query("select from import for update")
        .execute(&mut *holding)
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(town.app.clone()).run(stop.clone()));
    until(&town, &import, |job| job["state"] == "running").await;
    // Another worker took it over meanwhile.
    set(
        &town,
        "update job set attempts = 2, lease_until = '2018-03-05T02:30:00Z'",
    )
    .await;
    holding.rollback().await.unwrap();
    let busy = "pg_stat_activity where datname = current_database() and state <> 'idle' \
                and pid <> pg_backend_pid()";
    let slow = async {
        while town.count(busy).await > 0 {
            tokio::task::yield_now().await;
        }
    };
    within_a_minute(slow).await;
    assert_eq!(
        town.count("household").await,
        0,
        "the slow worker wrote nothing"
    );
    assert_eq!(
        town.count("job where state = 'running' and attempts = 2")
            .await,
        1
    );
    stop.cancel();
    within_a_minute(worker).await.unwrap();
}
