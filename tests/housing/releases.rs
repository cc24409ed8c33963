//! From assignment to release, and what is told of the days between.

use anju::jobs::run_all;
use serde_json::{Value, json};

use super::{path, release};
use crate::support::{Reply, Town, homes::text};

async fn assign(town: &Town, flat: &Value, household: &Value, on: &str) -> Reply {
    let body = json!({"household_id": household["id"], "assigned_on": on});
    let request = town.officer().post(&path(flat, "assignments"), &body);
    request.if_match(&flat["version"]).send().await
}

/// The households of the ledger of a day that have a flat, with its number.
async fn holders(town: &Town, programme: &Value, on: &str) -> Vec<(String, String)> {
    let body = json!({"programme_id": programme["id"], "kind": "household-ledger", "as_of": on});
    let auditor = town.auditor();
    let ordered = auditor.post("/v1/reports", &body).send().await.ok(202).json;
    assert_eq!(run_all(&town.app).await.unwrap(), 1);
    let path = format!("/v1/reports/{}/json", text(&ordered["id"]));
    let document = auditor.get(&path).send().await.ok(200).json;
    let rows = document["rows"].as_array().unwrap().iter();
    let held = rows.flat_map(|row| {
        let flats = row["flats"].as_array().unwrap().iter();
        let number = text(&row["household_no"]).to_owned();
        flats.map(move |flat| (number.clone(), text(&flat["flat_no"]).to_owned()))
    });
    held.collect()
}

#[tokio::test]
async fn an_assigned_flat_goes_to_nobody_else_until_it_is_given_back() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    let household = json!({"id": flat["household_id"]});
    let refused = assign(&town, &flat, &household, "2018-03-05").await;
    let refused = refused.is_problem(409, "flat-assigned");
    assert_eq!(refused.json["allowed"], json!(["releases", "handovers"]));

    let body = json!({"released_on": "2018-03-05", "reason": "exchanged"});
    let request = || town.officer().post(&path(&flat, "releases"), &body);
    request().send().await.is_problem(428, "if-match-missing");
    let stale = request().if_match(&json!(1)).send().await;
    stale.is_problem(412, "version-stale");
    let early = release(&town.officer(), &flat, "2018-03-01").await;
    let early = early.is_problem(422, "release-before-assignment");
    assert_eq!(early.pointers(), ["/released_on"]);
    let late = release(&town.officer(), &flat, "2018-03-06").await;
    late.is_problem(422, "day-in-future");
    let free = release(&town.officer(), &flat, "2018-03-05").await.ok(200);
    let free = free.json;
    assert_eq!(
        (&free["household_id"], &free["assigned_on"]),
        (&Value::Null, &Value::Null)
    );
    let refused = release(&town.officer(), &free, "2018-03-05").await;
    let refused = refused.is_problem(409, "flat-not-assigned");
    assert_eq!(refused.json["allowed"], json!(["assignments"]));
    assign(&town, &free, &household, "2018-03-05").await.ok(200);
    assert_eq!(
        town.trail(&flat).await,
        [
            "flat.created",
            "flat.assigned",
            "flat.released",
            "flat.assigned"
        ]
    );
    let of_flat = format!("/v1/audit-events?object_id={}", text(&flat["id"]));
    let events = town.auditor().get(&of_flat).send().await.ok(200);
    let released = |e: &&Value| e["action"] == "flat.released";
    let event = events.items().iter().find(released).unwrap();
    assert_eq!(event["reason"], "exchanged");
}

#[tokio::test]
async fn a_flat_is_not_assigned_before_the_household_signed_and_the_day_is_named() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    town.signed(&household, "XY-1", "2018-03-02").await;
    let building = town.building(&programme).await;
    let flat = town.flat(&building, "1-101").await;
    let early = assign(&town, &flat, &household, "2018-03-01").await;
    let early = early.is_problem(422, "assignment-before-signing");
    assert_eq!(early.pointers(), ["/assigned_on"]);
    assert_eq!(early.json["errors"][0]["detail"], "该户于 2018-03-02 签约");
    assign(&town, &flat, &household, "2018-03-02").await.ok(200);
}

#[tokio::test]
async fn an_earlier_day_shows_who_had_the_flat_then() {
    let town = Town::new().await;
    let programme = town.programme().await;
    // Assigned to H-1 on 2 March.
    let flat = town.assigned_flat(&programme).await;
    let before = holders(&town, &programme, "2018-03-03").await;
    assert_eq!(before, [("H-1".to_owned(), "1-101".to_owned())]);
    let free = release(&town.officer(), &flat, "2018-03-04").await.ok(200);
    assert_eq!(holders(&town, &programme, "2018-03-03").await, before);
    assert_eq!(holders(&town, &programme, "2018-03-04").await, []);
    assert_eq!(holders(&town, &programme, "2018-03-01").await, []);

    let parcel = town.parcel(&programme, "DJGX").await;
    let other = town.household(&parcel, "H-2").await;
    town.signed(&other, "XY-2", "2018-03-01").await;
    let early = assign(&town, &free.json, &other, "2018-03-03").await;
    let early = early.is_problem(422, "assignment-before-release");
    assert_eq!(early.pointers(), ["/assigned_on"]);
    assign(&town, &free.json, &other, "2018-03-04")
        .await
        .ok(200);
    assert_eq!(holders(&town, &programme, "2018-03-03").await, before);
    assert_eq!(
        holders(&town, &programme, "2018-03-04").await,
        [("H-2".to_owned(), "1-101".to_owned())]
    );
}
