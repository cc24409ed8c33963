//! Defects: found, rectified by one person, re-checked by another.

use serde_json::{Value, json};

use super::{free_flat, step};
use crate::support::{
    Town,
    homes::{defect, text},
};

#[tokio::test]
async fn a_defect_is_closed_by_another_person_than_the_one_who_reported_it_rectified() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let (doer, checker) = (town.inspector(), town.second_inspector().await);
    let open = town.defect(&flat, "severe", "2018-03-02").await;
    assert_eq!(
        (&open["status"], &open["version"]),
        (&json!("open"), &json!(1))
    );
    let early = step(&checker, &open, "rechecks", json!({"passed": true})).await;
    let early = early.is_problem(409, "defect-not-rectified");
    assert_eq!(early.json["allowed"], json!(["rectified"]));
    let done = json!({"rectified_on": "2018-03-04"});
    let rectified = step(&doer, &open, "rectifications", done.clone())
        .await
        .ok(200)
        .json;
    assert_eq!(rectified["status"], "rectified");
    let stale = step(&doer, &open, "rectifications", done.clone()).await;
    stale.is_problem(412, "version-stale");
    let again = step(&doer, &rectified, "rectifications", done.clone()).await;
    let again = again.is_problem(409, "defect-not-open");
    assert_eq!(again.json["allowed"], json!(["closed", "open"]));
    for passed in [true, false] {
        let own = step(&doer, &rectified, "rechecks", json!({"passed": passed})).await;
        own.is_problem(409, "recheck-by-same-person");
    }

    let reopened = step(&checker, &rectified, "rechecks", json!({"passed": false})).await;
    let reopened = reopened.ok(200).json;
    assert_eq!(reopened["status"], "open");
    assert_eq!(reopened["rectified_on"], Value::Null);
    let rectified = step(&checker, &reopened, "rectifications", done)
        .await
        .ok(200)
        .json;
    let closed = step(&doer, &rectified, "rechecks", json!({"passed": true})).await;
    let closed = closed.ok(200).json;
    assert_eq!(
        (&closed["status"], &closed["closed_on"]),
        (&json!("closed"), &json!("2018-03-05"))
    );
    assert_ne!(closed["rechecked_by"], closed["rectified_by"]);
    let late = step(&checker, &closed, "rechecks", json!({"passed": false})).await;
    let late = late.is_problem(409, "defect-not-rectified");
    assert_eq!(late.json["allowed"], json!([]));
    let expected = [
        "defect.recorded",
        "defect.rectified",
        "defect.reopened",
        "defect.rectified",
        "defect.closed",
    ];
    assert_eq!(town.trail(&open).await, expected);
}

#[tokio::test]
async fn a_defect_is_rectified_after_it_was_found_and_not_in_the_future() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let open = town.defect(&flat, "severe", "2018-03-02").await;
    for (day, code) in [
        ("2018-03-01", "rectified-before-found"),
        ("2018-03-06", "day-in-future"),
    ] {
        let body = json!({"rectified_on": day});
        let refused = step(&town.inspector(), &open, "rectifications", body).await;
        let refused = refused.is_problem(422, code);
        assert_eq!(refused.pointers(), ["/rectified_on"]);
    }
}

#[tokio::test]
async fn a_defect_belongs_to_the_inspected_flat_and_is_due_after_it_was_found() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let other = town
        .flat(&json!({"id": flat["building_id"]}), "1-102")
        .await;
    let inspection = town.inspection(&flat, "2018-03-03", "2700").await;
    let mut body = defect(&other, "severe", "2018-03-03");
    body["inspection_id"] = inspection["id"].clone();
    let report = async |body: &Value| town.inspector().post("/v1/defects", body).send().await;
    let refused = report(&body)
        .await
        .is_problem(422, "inspection-of-another-flat");
    assert_eq!(refused.pointers(), ["/inspection_id"]);
    body["flat_id"] = flat["id"].clone();
    body["rectify_by"] = json!("2018-03-02");
    let refused = report(&body).await.is_problem(422, "due-before-found");
    assert_eq!(refused.pointers(), ["/rectify_by"]);
    body["rectify_by"] = json!("2018-03-03");
    let created = report(&body).await.ok(201);
    assert_eq!(created.json["inspection_id"], inspection["id"]);
    let read = town.officer().get(created.header("location")).send().await;
    assert_eq!(read.ok(200).json, created.json);
    body["found_on"] = json!("2018-03-06");
    body["rectify_by"] = Value::Null;
    body.as_object_mut().unwrap().remove("rectify_by");
    report(&body).await.is_problem(422, "day-in-future");
    assert_eq!(town.count("defect").await, 1);
}

#[tokio::test]
async fn overdue_is_what_is_still_open_after_its_day() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let report = async |severity: &str, due: Option<&str>| {
        let mut body = defect(&flat, severity, "2018-03-01");
        if let Some(due) = due {
            body["rectify_by"] = json!(due);
        }
        town.inspector()
            .post("/v1/defects", &body)
            .send()
            .await
            .ok(201)
            .json
    };
    let due_today = report("severe", Some("2018-03-05")).await;
    report("general", Some("2018-03-10")).await;
    report("general", None).await;
    let found = async |query: &str| {
        let list = town.officer().get(&format!("/v1/defects?{query}"));
        list.send().await.ok(200).items().len()
    };
    assert_eq!(found("overdue=true").await, 0, "the day itself is in time");
    town.set_clock("2018-03-05T16:00:00Z"); // 2018-03-06 in Shanghai
    assert_eq!(found("overdue=true").await, 1);
    assert_eq!(found("overdue=false").await, 2);
    assert_eq!(found("severity=general").await, 2);
    assert_eq!(found("status=open").await, 3);
    assert_eq!(found("limit=2").await, 2);
    let done = json!({"rectified_on": "2018-03-06"});
    step(&town.inspector(), &due_today, "rectifications", done)
        .await
        .ok(200);
    assert_eq!(found("overdue=true").await, 0);
    assert_eq!(found("status=rectified&severity=severe").await, 1);
    assert_eq!(found(&format!("flat_id={}", text(&flat["id"]))).await, 3);
}
