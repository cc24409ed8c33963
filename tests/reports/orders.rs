//! Ordering a report, and who may have it.

use serde_json::json;

use super::{Village, path_of};

#[tokio::test]
async fn a_report_is_not_there_before_its_job_is_done() {
    let village = Village::new().await;
    let auditor = village.town.auditor();
    let body = village.body("signing-progress");
    let reply = auditor.post("/v1/reports", &body).send().await.ok(202);
    let report = &reply.json;
    assert_eq!(report["links"]["job"], reply.header("location"));
    assert_eq!(report["state"], "queued");
    for format in ["json", "xlsx"] {
        let path = format!("{}/{format}", path_of(report));
        auditor
            .get(&path)
            .send()
            .await
            .is_problem(409, "report-not-ready");
    }
    let job = auditor
        .get(reply.header("location"))
        .send()
        .await
        .ok(200)
        .json;
    assert_eq!(job["links"]["result"], path_of(report));
    let cancel = auditor.act(&format!("{}/cancellations", reply.header("location")));
    cancel.if_match(&job["version"]).send().await.ok(200);
    let seen = auditor.get(&path_of(report)).send().await.ok(200);
    assert_eq!(seen.json["state"], "cancelled");
    assert_ne!(
        seen.json["version"], report["version"],
        "the change is seen by its version"
    );
    let path = format!("{}/json", path_of(report));
    auditor
        .get(&path)
        .send()
        .await
        .is_problem(409, "report-not-ready");
}

#[tokio::test]
async fn reports_are_for_headquarters_and_auditors_each_their_own() {
    let village = Village::new().await;
    let (town, body) = (&village.town, village.body("signing-progress"));
    for person in [town.officer(), town.inspector(), town.needs_officer()] {
        let order = person.post("/v1/reports", &body).send().await;
        order.is_problem(403, "permission-missing");
        let list = person.get("/v1/reports").send().await;
        list.is_problem(403, "permission-missing");
    }
    let first = village.report(&body).await;
    town.set_clock("2018-03-05T05:00:00Z");
    let second = village.report(&village.body("household-ledger")).await;
    let list = town.auditor().get("/v1/reports").send().await.ok(200);
    let ids: Vec<_> = list.items().iter().map(|r| &r["id"]).collect();
    assert_eq!(ids, [&second["id"], &first["id"]], "newest first");
    let page = town
        .auditor()
        .get("/v1/reports?limit=1")
        .send()
        .await
        .ok(200);
    let next = page.json["next"].as_str().unwrap();
    let page = town
        .auditor()
        .get(&format!("/v1/reports?limit=1&cursor={next}"));
    assert_eq!(page.send().await.ok(200).items()[0]["id"], first["id"]);
    let narrowed = town.auditor().get("/v1/reports?kind=signing-progress");
    assert_eq!(narrowed.send().await.ok(200).items().len(), 1);
    assert!(
        town.admin()
            .get("/v1/reports")
            .send()
            .await
            .ok(200)
            .items()
            .is_empty()
    );
    for suffix in ["", "/json", "/xlsx"] {
        let path = format!("{}{suffix}", path_of(&first));
        town.admin()
            .get(&path)
            .send()
            .await
            .is_problem(404, "not-found");
    }
}

#[tokio::test]
async fn an_order_names_a_visible_programme_and_a_day_that_has_come() {
    let village = Village::new().await;
    let (town, mut body) = (&village.town, village.body("signing-progress"));
    let demo = town.person(anju::staff::Role::Auditor, true);
    let order = demo.post("/v1/reports", &body).send().await;
    order.is_problem(404, "not-found");
    body["as_of"] = json!("2018-03-06");
    let order = town.auditor().post("/v1/reports", &body).send().await;
    assert_eq!(
        order.is_problem(422, "day-in-future").pointers(),
        ["/as_of"]
    );
    body["as_of"] = json!("2018-03-05");
    body["kind"] = json!("weather");
    let order = town.auditor().post("/v1/reports", &body).send().await;
    order.is_problem(400, "body-mismatch");
    assert_eq!(town.count("report").await, 0);
}
