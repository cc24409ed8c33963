//! Voiding an agreement because of which flats are assigned.

use serde_json::{Value, json};

use super::void;
use crate::support::{
    Person, Reply, Town,
    homes::{text, until_waiting},
};

/// A household that signed, its agreement and a free flat.
async fn signed(town: &Town) -> (Value, Value, Value) {
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    let agreement = town.signed(&household, "A-1", "2018-03-01").await;
    let building = town.building(&programme).await;
    let flat = town.flat(&building, "1-101").await;
    (household, agreement, flat)
}

/// Where the blockers are, and what they are.
fn blockers(refused: &Reply) -> Vec<(&str, &str)> {
    let errors = refused.json["errors"].as_array().unwrap().iter();
    errors
        .map(|e| (text(&e["pointer"]), text(&e["code"])))
        .collect()
}

fn of(flat: &Value) -> String {
    format!("/v1/flats/{}", text(&flat["id"]))
}

async fn change(person: &Person, flat: &Value, act: &str, body: &Value) -> Value {
    let path = format!("{}/{act}", of(flat));
    let request = person.post(&path, body).if_match(&flat["version"]);
    request.send().await.ok(200).json
}

async fn release(town: &Town, flat: &Value) {
    let body = json!({"released_on": "2018-03-05", "reason": "agreement_ends"});
    change(&town.officer(), flat, "releases", &body).await;
}

#[tokio::test]
async fn an_agreement_is_void_when_every_flat_assigned_because_of_it_is_given_back() {
    let town = Town::new().await;
    let (household, agreement, flat) = signed(&town).await;
    let building = json!({"id": flat["building_id"]});
    let first = town.assign(&flat, &household).await;
    let second = town.flat(&building, "1-102").await;
    let second = town.assign(&second, &household).await;
    // Somebody else's flat is in nobody's way.
    let parcel = json!({"id": agreement["parcel_id"]});
    let neighbour = town.household(&parcel, "H-2").await;
    town.signed(&neighbour, "A-2", "2018-03-01").await;
    let third = town.flat(&building, "1-103").await;
    town.assign(&third, &neighbour).await;

    let refused = void(&town, &agreement, "2018-03-05").await;
    let refused = refused.is_problem(409, "agreement-has-flats");
    let (one, two) = (of(&first), of(&second));
    let expected = [
        (one.as_str(), "flat-assigned"),
        (two.as_str(), "flat-assigned"),
    ];
    assert_eq!(blockers(&refused), expected);
    let detail = text(&refused.json["errors"][0]["detail"]);
    assert_eq!(detail, "安居苑 1号楼 1-101 已分配，请先退回");
    let path = format!("/v1/agreements/{}", text(&agreement["id"]));
    let kept = town.auditor().get(&path).send().await.ok(200).json;
    assert_eq!(kept, agreement);

    release(&town, &first).await;
    let refused = void(&town, &agreement, "2018-03-05").await;
    let refused = refused.is_problem(409, "agreement-has-flats");
    assert_eq!(blockers(&refused), expected[1..]);
    release(&town, &second).await;
    void(&town, &agreement, "2018-03-05").await.ok(200);
}

#[tokio::test]
async fn an_agreement_is_never_void_once_the_keys_are_handed_over() {
    let town = Town::new().await;
    let (household, agreement, flat) = signed(&town).await;
    let assigned = town.assign(&flat, &household).await;
    town.inspection(&flat, "2018-03-04", "2800").await;
    let keys = json!({"handed_over_on": "2018-03-05", "keys": 3});
    change(&town.officer(), &assigned, "handovers", &keys).await;
    let refused = void(&town, &agreement, "2018-03-05").await;
    let refused = refused.is_problem(409, "agreement-has-flats");
    let place = of(&flat);
    assert_eq!(blockers(&refused), [(place.as_str(), "flat-handed-over")]);
}

#[tokio::test]
async fn a_voiding_waits_for_an_assignment_under_way_and_then_sees_the_flat() {
    let town = Town::new().await;
    let (household, agreement, flat) = signed(&town).await;
    let owner = town.owner().await;
    let mut assigning = owner.begin().await.unwrap();
    // As the operation does it: the signature is held, then the flat is written.
    sqlx::query("select from agreement where status = 'signed' for share")
        .execute(&mut *assigning)
        .await
        .unwrap();
    sqlx::query("update flat set household_id = $1::uuid, assigned_on = '2018-03-02'")
        .bind(text(&household["id"]))
        .execute(&mut *assigning)
        .await
        .unwrap();

    let path = format!("/v1/agreements/{}/voidings", text(&agreement["id"]));
    let body = json!({"voided_on": "2018-03-05", "reason": "household_withdrew"});
    let request = town.officer().post(&path, &body);
    let voided = tokio::spawn(request.if_match(&agreement["version"]).send());
    until_waiting(&owner, 1).await;
    assigning.commit().await.unwrap();
    let refused = voided.await.unwrap();
    let refused = refused.is_problem(409, "agreement-has-flats");
    let place = of(&flat);
    assert_eq!(blockers(&refused), [(place.as_str(), "flat-assigned")]);
}
