//! Inspections whose result is computed, and defects that another person re-checks.

mod defects;
mod import;

use anju::staff::Role;
use serde_json::{Value, json};

use crate::support::{
    Person, Reply, Town,
    homes::{defect, text},
};

/// A flat that nobody has.
async fn free_flat(town: &Town) -> Value {
    let programme = town.programme().await;
    let building = town.building(&programme).await;
    town.flat(&building, "1-101").await
}

fn form(flat: &Value, items: &Value) -> Value {
    json!({"flat_id": flat["id"], "inspected_on": "2018-03-05", "inspector": "李验房",
        "items": items})
}

async fn record(town: &Town, body: &Value) -> Reply {
    town.inspector().post("/v1/inspections", body).send().await
}

#[tokio::test]
async fn the_result_is_computed_from_the_points_with_limits_included() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let item = |name: &str, points: Value| {
        json!({"item": name, "unit": "mm", "lower": "-15", "upper": "15.00", "range_max": "20",
            "points": points})
    };
    let good = form(
        &flat,
        &json!([
            item("开间", json!(["-5", "15"])),
            item("进深", json!(["-15", "5.00"]))
        ]),
    );
    let passed = record(&town, &good).await.ok(201);
    assert_eq!(passed.json["result"], "passed");
    let place = passed.header("location").to_owned();
    let read = town.auditor().get(&place).send().await.ok(200);
    assert_eq!(read.json, passed.json);
    assert_eq!(read.header("etag"), "\"1\"");

    let bad = form(
        &flat,
        &json!([
            item("开间", json!(["15.01", "0", "-15.01"])),
            item("进深", json!(["-10", "10.01"])),
            item("净高", json!(["0"])),
        ]),
    );
    let failed = record(&town, &bad).await.ok(201).json;
    assert_eq!(failed["result"], "failed");
    let judged = |at: usize| {
        let item = &failed["items"][at];
        (
            item["passed"].clone(),
            item["failed_points"].clone(),
            item["range_passed"].clone(),
        )
    };
    assert_eq!(judged(0), (json!(false), json!([1, 3]), json!(false)));
    assert_eq!(judged(1), (json!(false), json!([]), json!(false)));
    assert_eq!(judged(2), (json!(true), json!([]), json!(true)));
    assert_eq!(
        failed["items"][0]["points"],
        json!(["15.01", "0.00", "-15.01"])
    );
    assert_eq!(failed["items"][0]["item"], "开间");
    assert_eq!(failed["items"][0]["standard"], Value::Null);
    assert_eq!(town.trail(&failed).await, ["inspection.recorded"]);
}

#[tokio::test]
async fn nobody_can_type_the_result_or_a_number() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let item = json!({"item": "净高", "unit": "mm", "lower": "2785", "points": ["2780"]});
    let mut typed = form(&flat, &json!([item]));
    typed["result"] = json!("passed");
    let refused = record(&town, &typed).await.is_problem(400, "body-mismatch");
    assert_eq!(refused.pointers(), ["/result"]);
    assert_eq!(refused.json["errors"][0]["code"], "unknown-field");

    let wrong = json!({"item": "净高", "unit": "mm", "lower": 2785, "upper": "2815.005",
        "points": ["2800", 2800.5, "1e3"], "passed": true});
    let refused = record(&town, &form(&flat, &json!([wrong]))).await;
    let refused = refused.is_problem(400, "body-mismatch");
    let expected = [
        "/items/0/lower",
        "/items/0/passed",
        "/items/0/points/1",
        "/items/0/points/2",
        "/items/0/upper",
    ];
    let mut found = refused.pointers();
    found.dedup();
    assert_eq!(found, expected);

    let empty = json!({"item": "净高", "unit": "mm", "lower": "1", "points": []});
    let refused = record(&town, &form(&flat, &json!([empty]))).await;
    let refused = refused.is_problem(400, "body-mismatch");
    assert_eq!(refused.pointers(), ["/items/0/points"]);
    let many = vec!["1"; 201];
    let long = json!({"item": "净高", "unit": "mm", "lower": "1", "points": many});
    let refused = record(&town, &form(&flat, &json!([long]))).await;
    assert_eq!(
        refused.is_problem(400, "body-mismatch").pointers(),
        ["/items/0/points"]
    );
    let refused = record(&town, &form(&flat, &json!([]))).await;
    assert_eq!(
        refused.is_problem(400, "body-mismatch").pointers(),
        ["/items"]
    );
    assert_eq!(town.count("inspection").await, 0);
}

#[tokio::test]
async fn items_that_cannot_be_judged_are_named_and_nothing_is_written() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let items = json!([
        {"item": "开间", "unit": "mm", "points": ["1"]},
        {"item": "净高", "unit": "mm", "lower": "2", "upper": "1", "range_max": "-1",
            "points": ["1"]},
        {"item": "净高", "unit": "mm", "lower": "1", "points": ["1"]},
    ]);
    let refused = record(&town, &form(&flat, &items)).await;
    let refused = refused.is_problem(422, "items-not-judgeable");
    let expected = [
        "/items/0/lower",
        "/items/1/upper",
        "/items/1/range_max",
        "/items/2/item",
    ];
    assert_eq!(refused.pointers(), expected);
    let mut early = form(&flat, &json!([items[2]]));
    early["inspected_on"] = json!("2018-03-06");
    let refused = record(&town, &early).await;
    refused.is_problem(422, "day-in-future");
    let nowhere = json!({"id": "01890a5d-ac96-774b-bcce-000000000000"});
    let refused = record(&town, &form(&nowhere, &json!([items[2]]))).await;
    refused.is_problem(404, "not-found");
    assert_eq!(
        town.count("inspection").await + town.count("inspection_item").await,
        0
    );
}

#[tokio::test]
async fn of_one_day_the_inspection_recorded_last_counts_even_while_the_clock_stands() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    let read = format!("/v1/flats/{}/handover-blockers", text(&flat["id"]));
    for round in 0..4 {
        let point = if round % 2 == 0 { "2700" } else { "2800" };
        let last = town.inspection(&flat, "2018-03-05", point).await;
        let told = town.officer().get(&read).send().await.ok(200).text();
        assert_eq!(
            told.contains("inspection-failed"),
            round % 2 == 0,
            "round {round}"
        );
        let all = format!("/v1/inspections?flat_id={}", text(&flat["id"]));
        let listed = town.officer().get(&all).send().await.ok(200);
        assert_eq!(listed.items()[0]["id"], last["id"]);
    }
    // Recorded later, but of an earlier day.
    town.inspection(&flat, "2018-03-04", "2700").await;
    let told = town.officer().get(&read).send().await.ok(200).text();
    assert!(!told.contains("inspection-failed"));
}

#[tokio::test]
async fn inspections_are_listed_latest_first_and_filtered() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    for (on, point) in [
        ("2018-03-01", "2800"),
        ("2018-03-03", "2700"),
        ("2018-03-02", "2800"),
    ] {
        town.inspection(&flat, on, point).await;
    }
    let days = async |query: &str| {
        let list = town.auditor().get(&format!("/v1/inspections?{query}"));
        let page = list.send().await.ok(200);
        let days = page
            .items()
            .iter()
            .map(|i| text(&i["inspected_on"])[8..].to_owned());
        (
            days.collect::<Vec<_>>().join(" "),
            page.json["next"].clone(),
        )
    };
    assert_eq!(days("").await.0, "03 02 01");
    assert_eq!(days("result=passed").await.0, "02 01");
    assert_eq!(days("from=2018-03-02").await.0, "03 02");
    assert_eq!(days("to=2018-03-02").await.0, "02 01");
    assert_eq!(days("from=2018-03-02&to=2018-03-02").await.0, "02");
    let (first, next) = days("limit=2").await;
    let (rest, end) = days(&format!("limit=2&cursor={}", text(&next))).await;
    assert_eq!(
        (first.as_str(), rest.as_str(), end),
        ("03 02", "01", Value::Null)
    );
    assert_eq!(
        days(&format!("flat_id={}", text(&flat["building_id"])))
            .await
            .0,
        ""
    );
}

async fn step(person: &Person, defect: &Value, act: &str, body: Value) -> Reply {
    let path = format!("/v1/defects/{}/{act}", text(&defect["id"]));
    let request = person.post(&path, &body).if_match(&defect["version"]);
    request.send().await
}

#[tokio::test]
async fn a_demo_key_sees_and_records_in_synthetic_programmes_only() {
    let town = Town::new().await;
    let real = free_flat(&town).await;
    let inspection = town.inspection(&real, "2018-03-05", "2800").await;
    let reported = town.defect(&real, "general", "2018-03-05").await;
    let guest = town.person(Role::Inspector, true);
    for list in ["/v1/inspections", "/v1/defects"] {
        assert!(guest.get(list).send().await.ok(200).items().is_empty());
    }
    for (kind, object) in [("inspections", &inspection), ("defects", &reported)] {
        let hidden = format!("/v1/{kind}/{}", text(&object["id"]));
        guest.get(&hidden).send().await.is_problem(404, "not-found");
    }
    let item = json!([{"item": "净高", "unit": "mm", "lower": "1", "points": ["1"]}]);
    let refused = guest
        .post("/v1/inspections", &form(&real, &item))
        .send()
        .await;
    refused.is_problem(404, "not-found");
    let body = defect(&real, "severe", "2018-03-05");
    guest
        .post("/v1/defects", &body)
        .send()
        .await
        .is_problem(404, "not-found");
    let done = json!({"rectified_on": "2018-03-05"});
    let refused = step(&guest, &reported, "rectifications", done).await;
    refused.is_problem(404, "not-found");
    let refused = step(&guest, &reported, "rechecks", json!({"passed": true})).await;
    refused.is_problem(404, "not-found");
}
