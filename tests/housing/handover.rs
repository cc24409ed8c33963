//! The hand-over of a flat, and everything that can be in its way.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::{path, release};
use crate::support::{
    Person, Reply, Town,
    homes::{defect, text, until_waiting},
};

pub(super) async fn hand_over(person: &Person, flat: &Value, on: &str) -> Reply {
    let body = json!({"handed_over_on": on, "keys": 3});
    let request = person.post(&path(flat, "handovers"), &body);
    request.if_match(&flat["version"]).send().await
}

/// The blockers a problem or a readiness names: pointer and code.
fn blockers(list: &Value) -> Vec<(String, String)> {
    let each = list.as_array().unwrap().iter();
    let pair = |b: &Value| (text(&b["pointer"]).to_owned(), text(&b["code"]).to_owned());
    each.map(pair).collect()
}

fn at(kind: &str, object: &Value, code: &str) -> (String, String) {
    (
        format!("/v1/{kind}/{}", text(&object["id"])),
        code.to_owned(),
    )
}

#[tokio::test]
async fn a_hand_over_names_each_blocker_and_happens_when_none_is_left() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    let officer = town.officer();
    let read = path(&flat, "handover-blockers");
    let refused = hand_over(&officer, &flat, "2018-03-05").await;
    let refused = refused.is_problem(409, "handover-blocked");
    assert_eq!(
        blockers(&refused.json["errors"]),
        [at("flats", &flat, "no-inspection")]
    );

    let failed = town.inspection(&flat, "2018-03-03", "2815.01").await;
    let severe = town.defect(&flat, "severe", "2018-03-03").await;
    town.defect(&flat, "general", "2018-03-03").await;
    let expected = [
        at("inspections", &failed, "inspection-failed"),
        at("defects", &severe, "severe-defect-open"),
    ];
    let refused = hand_over(&officer, &flat, "2018-03-05").await;
    let refused = refused.is_problem(409, "handover-blocked");
    assert_eq!(blockers(&refused.json["errors"]), expected);
    let told = officer.get(&read).english().send().await.ok(200).json;
    assert_eq!(blockers(&told["blockers"]), expected);
    assert_eq!(told["ready"], false);
    let sentence = "the latest inspection, of 2018-03-03, failed";
    assert_eq!(told["blockers"][0]["detail"], sentence);
    let chinese = officer.get(&read).send().await.ok(200).json;
    assert_eq!(
        chinese["blockers"][0]["detail"],
        refused.json["errors"][0]["detail"]
    );

    town.inspection(&flat, "2018-03-04", "2815").await;
    let refused = hand_over(&officer, &flat, "2018-03-05").await;
    let refused = refused.is_problem(409, "handover-blocked");
    assert_eq!(blockers(&refused.json["errors"]), expected[1..]);
    town.close_defect(&severe).await;
    let ready = officer.get(&read).send().await.ok(200).json;
    let nothing = json!({"flat_id": flat["id"], "on": "2018-03-05", "ready": true, "blockers": []});
    assert_eq!(ready, nothing);
    let handed = hand_over(&officer, &flat, "2018-03-05").await.ok(200).json;
    assert_eq!(
        (&handed["handed_over_on"], &handed["keys"]),
        (&json!("2018-03-05"), &json!(3))
    );

    let refused = hand_over(&officer, &handed, "2018-03-05").await;
    let refused = refused.is_problem(409, "handover-blocked");
    assert_eq!(
        blockers(&refused.json["errors"]),
        [at("flats", &flat, "already-handed-over")]
    );
    let refused = release(&officer, &handed, "2018-03-05").await;
    refused.is_problem(409, "flat-handed-over");
    let trail = town.trail(&flat).await;
    assert_eq!(trail, ["flat.created", "flat.assigned", "flat.handed_over"]);
}

#[tokio::test]
async fn a_flat_nobody_has_is_not_handed_over_and_no_day_before_its_assignment_either() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    let free = town
        .flat(&json!({"id": flat["building_id"]}), "1-102")
        .await;
    let refused = hand_over(&town.officer(), &free, "2018-03-05").await;
    let refused = refused.is_problem(409, "handover-blocked");
    let expected = [
        at("flats", &free, "not-assigned"),
        at("flats", &free, "no-inspection"),
    ];
    assert_eq!(blockers(&refused.json["errors"]), expected);

    town.inspection(&flat, "2018-02-20", "2800").await;
    let early = hand_over(&town.officer(), &flat, "2018-03-01").await;
    let early = early.is_problem(422, "handover-before-assignment");
    assert_eq!(early.pointers(), ["/handed_over_on"]);
    let late = hand_over(&town.officer(), &flat, "2018-03-06").await;
    late.is_problem(422, "day-in-future");
    let body = json!({"handed_over_on": "2018-03-05", "keys": 21});
    let request = town.officer().post(&path(&flat, "handovers"), &body);
    let refused = request.if_match(&flat["version"]).send().await;
    assert_eq!(
        refused.is_problem(400, "body-mismatch").pointers(),
        ["/keys"]
    );
    hand_over(&town.officer(), &flat, "2018-03-02")
        .await
        .ok(200);
}

#[tokio::test]
async fn an_inspection_after_the_day_of_the_hand_over_does_not_count() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    town.inspection(&flat, "2018-03-05", "2800").await;
    let refused = hand_over(&town.officer(), &flat, "2018-03-04").await;
    let refused = refused.is_problem(409, "handover-blocked");
    assert_eq!(
        blockers(&refused.json["errors"]),
        [at("flats", &flat, "no-inspection")]
    );
    let read = async |on: &str| {
        let path = format!("{}?on={on}", path(&flat, "handover-blockers"));
        town.auditor().get(&path).send().await.ok(200).json["ready"].clone()
    };
    assert_eq!(
        (read("2018-03-04").await, read("2018-03-05").await),
        (json!(false), json!(true))
    );
    hand_over(&town.officer(), &flat, "2018-03-05")
        .await
        .ok(200);
}

#[tokio::test]
async fn an_inspection_that_failed_later_is_not_stepped_around_by_an_earlier_day() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    town.inspection(&flat, "2018-03-03", "2800").await;
    let failed = town.inspection(&flat, "2018-03-05", "2815.01").await;
    let expected = [at("inspections", &failed, "inspection-failed")];
    for on in ["2018-03-05", "2018-03-04", "2018-03-03"] {
        let refused = hand_over(&town.officer(), &flat, on).await;
        let refused = refused.is_problem(409, "handover-blocked");
        assert_eq!(blockers(&refused.json["errors"]), expected, "{on}");
        let read = format!("{}?on={on}", path(&flat, "handover-blockers"));
        let told = town.officer().get(&read).send().await.ok(200).json;
        assert_eq!(blockers(&told["blockers"]), expected, "{on}");
    }
    town.inspection(&flat, "2018-03-05", "2800").await;
    hand_over(&town.officer(), &flat, "2018-03-04")
        .await
        .ok(200);
}

#[tokio::test]
async fn no_keys_go_to_a_household_whose_agreement_is_void() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    town.inspection(&flat, "2018-03-03", "2800").await;
    // However it came about: the API itself may refuse to void while a flat is assigned.
    sqlx::query(
        "update agreement set status = 'void', voided_on = '2018-03-04',
                              void_reason = 'court_decision'",
    )
    .execute(&town.owner().await)
    .await
    .unwrap();
    let expected = [(
        format!("/v1/households/{}", text(&flat["household_id"])),
        "agreement-not-live".to_owned(),
    )];
    for on in ["2018-03-05", "2018-03-03"] {
        let refused = hand_over(&town.officer(), &flat, on).await;
        let refused = refused.is_problem(409, "handover-blocked");
        assert_eq!(blockers(&refused.json["errors"]), expected, "{on}");
    }
    let read = path(&flat, "handover-blockers");
    let told = town.officer().get(&read).english().send().await.ok(200);
    assert_eq!(blockers(&told.json["blockers"]), expected);
    assert_eq!(
        told.json["blockers"][0]["detail"],
        "the household has no signed agreement that stands on 2018-03-05"
    );
}

#[tokio::test]
async fn a_hand_over_waits_for_a_defect_under_way_and_is_blocked_by_it() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    town.inspection(&flat, "2018-03-03", "2800").await;
    let owner = town.owner().await;
    let mut door = owner.begin().await.unwrap();
    let lock = "select id from flat for update";
    sqlx::query(lock).execute(&mut *door).await.unwrap();

    let body = defect(&flat, "severe", "2018-03-05");
    let report = tokio::spawn(town.inspector().post("/v1/defects", &body).send());
    until_waiting(&owner, 1).await;
    let (officer, seen) = (town.officer(), flat.clone());
    let keys = tokio::spawn(async move { hand_over(&officer, &seen, "2018-03-05").await });
    until_waiting(&owner, 2).await;
    door.commit().await.unwrap();

    let defect = report.await.unwrap().ok(201).json;
    let refused = keys.await.unwrap().is_problem(409, "handover-blocked");
    assert_eq!(
        blockers(&refused.json["errors"]),
        [at("defects", &defect, "severe-defect-open")]
    );
}

#[tokio::test]
async fn a_severe_defect_at_the_moment_of_the_hand_over_blocks_it_or_comes_after() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let mut flat = town.assigned_flat(&programme).await;
    let household = json!({"id": flat["household_id"]});
    let building = json!({"id": flat["building_id"]});
    for round in 0..6 {
        town.inspection(&flat, "2018-03-03", "2800").await;
        let barrier = Arc::new(Barrier::new(2));
        let body = defect(&flat, "severe", "2018-03-05");
        let request = town.inspector().post("/v1/defects", &body);
        let gate = Arc::clone(&barrier);
        let report = tokio::spawn(async move {
            gate.wait().await;
            request.send().await
        });
        let (officer, seen) = (town.officer(), flat.clone());
        let keys = tokio::spawn(async move {
            barrier.wait().await;
            hand_over(&officer, &seen, "2018-03-05").await
        });
        let defect = report.await.unwrap().ok(201).json;
        let handed = keys.await.unwrap();
        let read = path(&flat, "handover-blockers");
        let now = town.officer().get(&read).send().await.ok(200).json;
        let severe = at("defects", &defect, "severe-defect-open");
        if handed.status == 200 {
            let expected = [at("flats", &flat, "already-handed-over"), severe];
            assert_eq!(blockers(&now["blockers"]), expected);
        } else {
            let refused = handed.is_problem(409, "handover-blocked");
            assert_eq!(
                blockers(&refused.json["errors"]),
                std::slice::from_ref(&severe)
            );
            assert_eq!(blockers(&now["blockers"]), [severe]);
        }
        flat = town.flat(&building, &format!("2-10{round}")).await;
        flat = town.assign(&flat, &household).await;
    }
}
