//! Estates, buildings, flats: from the list of flats to the keys.

mod handover;
mod import;
mod releases;

use std::sync::Arc;

use anju::staff::Role;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::support::{
    Person, Reply, Town,
    homes::{text, until_waiting},
};
use handover::hand_over;

fn path(flat: &Value, act: &str) -> String {
    format!("/v1/flats/{}/{act}", text(&flat["id"]))
}

async fn release(person: &Person, flat: &Value, on: &str) -> Reply {
    let body = json!({"released_on": on, "reason": "exchanged"});
    let request = person.post(&path(flat, "releases"), &body);
    request.if_match(&flat["version"]).send().await
}

#[tokio::test]
async fn an_estate_is_created_read_and_replaced_with_its_version() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let body = json!({"programme_id": programme["id"], "name": "安居苑"});
    let estate = town.admin().post("/v1/estates", &body).send().await.ok(201);
    assert_eq!(estate.json["address"], Value::Null);
    let place = estate.header("location").to_owned();
    let twin = town.admin().post("/v1/estates", &body).send().await;
    twin.is_problem(409, "estate-name-taken");

    let fields = json!({"name": "安居苑", "address": "七贤街道安居路 1 号"});
    let put = || town.admin().put(&place, &fields);
    put().send().await.is_problem(428, "if-match-missing");
    let stale = put().if_match(&json!(2)).send().await;
    stale.is_problem(412, "version-stale");
    let replaced = put().if_match(&json!(1)).send().await.ok(200);
    assert_eq!(replaced.json["address"], "七贤街道安居路 1 号");
    assert_eq!(replaced.header("etag"), "\"2\"");
    let read = town.inspector().get(&place).send().await.ok(200);
    assert_eq!(read.json, replaced.json);
    assert_eq!(
        town.trail(&estate.json).await,
        ["estate.created", "estate.replaced"]
    );

    let other = json!({"programme_id": programme["id"], "name": "乐居苑"});
    town.admin()
        .post("/v1/estates", &other)
        .send()
        .await
        .ok(201);
    let renamed = town.admin().put(&place, &json!({"name": "乐居苑"}));
    let refused = renamed.if_match(&json!(2)).send().await;
    refused.is_problem(409, "estate-name-taken");
    let list = format!("/v1/estates?programme_id={}", text(&programme["id"]));
    let estates = town.auditor().get(&list).send().await.ok(200);
    let names: Vec<&str> = estates.items().iter().map(|e| text(&e["name"])).collect();
    assert_eq!(names, ["乐居苑", "安居苑"]);
}

#[tokio::test]
async fn a_building_and_a_flat_stand_once_under_their_name() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let building = town.building(&programme).await;
    let buildings = format!("/v1/estates/{}/buildings", text(&building["estate_id"]));
    let twin = json!({"name": "1号楼", "floors": 6});
    let refused = town.admin().post(&buildings, &twin).send().await;
    refused.is_problem(409, "building-name-taken");
    let sky = json!({"name": "2号楼", "floors": 101});
    let refused = town.admin().post(&buildings, &sky).send().await;
    assert_eq!(
        refused.is_problem(400, "body-mismatch").pointers(),
        ["/floors"]
    );
    let listed = town.officer().get(&buildings).send().await.ok(200);
    assert_eq!(listed.items(), &vec![building.clone()]);
    let place = format!("/v1/buildings/{}", text(&building["id"]));
    assert_eq!(
        town.officer().get(&place).send().await.ok(200).json,
        building
    );

    let flat = town.flat(&building, "1-101").await;
    assert_eq!(flat["estate_name"], "安居苑");
    assert_eq!(flat["building_name"], "1号楼");
    assert_eq!(flat["area_m2"], "88.60");
    assert_eq!(flat["programme_id"], programme["id"]);
    let twin = json!({"flat_no": "1-101", "area_m2": "70.00"});
    let refused = town
        .admin()
        .post(&format!("{place}/flats"), &twin)
        .send()
        .await;
    refused.is_problem(409, "flat-no-taken");
    let listed = town
        .officer()
        .get(&format!("{place}/flats"))
        .send()
        .await
        .ok(200);
    assert_eq!(listed.items(), &vec![flat]);
    let nowhere = "/v1/buildings/01890a5d-ac96-774b-bcce-000000000000/flats";
    town.officer()
        .get(nowhere)
        .send()
        .await
        .is_problem(404, "not-found");
    assert_eq!(town.count("flat").await, 1);
}

#[tokio::test]
async fn the_list_of_flats_goes_on_where_it_stopped_and_each_filter_narrows() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let assigned = town.assigned_flat(&programme).await;
    let building = json!({"id": assigned["building_id"]});
    for flat_no in ["1-103", "1-102", "2-101"] {
        town.flat(&building, flat_no).await;
    }
    let mut found = vec![];
    let mut next = String::new();
    loop {
        let list = format!("/v1/flats?limit=2{next}");
        let page = town.officer().get(&list).send().await.ok(200);
        found.extend(page.items().iter().map(|f| text(&f["flat_no"]).to_owned()));
        match page.json["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(found, ["1-101", "1-102", "1-103", "2-101"]);
    let stolen = town.auditor().get(&format!("/v1/flats?limit=2{next}"));
    stolen.send().await.is_problem(404, "cursor-unknown");

    let count = async |filter: &str| {
        let list = town.officer().get(&format!("/v1/flats?{filter}"));
        list.send().await.ok(200).items().len()
    };
    assert_eq!(count("assigned=true").await, 1);
    assert_eq!(count("assigned=false").await, 3);
    assert_eq!(count("handed_over=true").await, 0);
    assert_eq!(count("handed_over=false&assigned=true").await, 1);
    let of = |name: &str, value: &Value| format!("{name}={}", text(value));
    assert_eq!(
        count(&of("household_id", &assigned["household_id"])).await,
        1
    );
    assert_eq!(count(&of("estate_id", &assigned["estate_id"])).await, 4);
    assert_eq!(count(&of("building_id", &assigned["building_id"])).await, 4);
    assert_eq!(count(&of("estate_id", &assigned["building_id"])).await, 0);
}

#[tokio::test]
async fn only_a_household_of_the_programme_that_signed_gets_a_flat() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    let building = town.building(&programme).await;
    let flat = town.flat(&building, "1-101").await;
    let assign = async |household: &Value, on: &str| {
        let body = json!({"household_id": household["id"], "assigned_on": on});
        let request = town.officer().post(&path(&flat, "assignments"), &body);
        request.if_match(&json!(1)).send().await
    };
    let refused = assign(&household, "2018-03-02").await;
    refused.is_problem(409, "household-not-signed");
    town.draft(&household, "XY-1").await;
    let refused = assign(&household, "2018-03-02").await;
    refused.is_problem(409, "household-not-signed");

    let other = town.programme_named("2019 更新改造", false).await;
    let elsewhere = town.parcel(&other, "DJGX").await;
    let stranger = town.household(&elsewhere, "H-9").await;
    town.signed(&stranger, "XY-9", "2018-03-01").await;
    let refused = assign(&stranger, "2018-03-02").await;
    let refused = refused.is_problem(422, "household-of-another-programme");
    assert_eq!(refused.pointers(), ["/household_id"]);
    let nobody = json!({"id": "01890a5d-ac96-774b-bcce-000000000000"});
    assign(&nobody, "2018-03-02")
        .await
        .is_problem(404, "not-found");
    let neighbour = town.household(&parcel, "H-2").await;
    town.signed(&neighbour, "XY-2", "2018-03-01").await;
    let refused = assign(&neighbour, "2018-03-06").await;
    refused.is_problem(422, "day-in-future");
    let taken = assign(&neighbour, "2018-03-05").await.ok(200);
    assert_eq!(taken.json["household_id"], neighbour["id"]);
    assert_eq!(taken.json["assigned_on"], "2018-03-05");
    assert_eq!(town.trail(&flat).await, ["flat.created", "flat.assigned"]);
}

#[tokio::test]
async fn a_repeated_assignment_is_answered_once_more_and_not_done_twice() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    town.signed(&household, "XY-1", "2018-03-01").await;
    let building = town.building(&programme).await;
    let flat = town.flat(&building, "1-101").await;
    let body = json!({"household_id": household["id"], "assigned_on": "2018-03-02"});
    let send = || {
        let request = town.officer().post(&path(&flat, "assignments"), &body);
        request.key("assign-once").if_match(&json!(1)).send()
    };
    let first = send().await.ok(200);
    let second = send().await.ok(200);
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(first.json, second.json);
    assert_eq!(town.trail(&flat).await, ["flat.created", "flat.assigned"]);
}

#[tokio::test]
async fn of_two_assignments_at_once_exactly_one_happens() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let mut households = vec![];
    for number in ["1", "2"] {
        let household = town.household(&parcel, &format!("H-{number}")).await;
        town.signed(&household, &format!("XY-{number}"), "2018-03-01")
            .await;
        households.push(household);
    }
    let building = town.building(&programme).await;
    for round in 0..5 {
        let flat = town.flat(&building, &format!("1-10{round}")).await;
        let barrier = Arc::new(Barrier::new(2));
        let rivals = households.iter().map(|household| {
            let body = json!({"household_id": household["id"], "assigned_on": "2018-03-02"});
            let request = town.officer().post(&path(&flat, "assignments"), &body);
            let (request, barrier) = (request.if_match(&json!(1)), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                request.send().await
            })
        });
        let mut done = vec![];
        for rival in rivals.collect::<Vec<_>>() {
            done.push(rival.await.unwrap());
        }
        let (won, lost): (Vec<_>, Vec<_>) = done.into_iter().partition(|r| r.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 1));
        let now = town
            .officer()
            .get(&format!("/v1/flats/{}", text(&flat["id"])));
        assert_eq!(now.send().await.ok(200).json, won[0].json);
        for reply in lost {
            reply.is_problem(412, "version-stale");
        }
        assert_eq!(town.trail(&flat).await, ["flat.created", "flat.assigned"]);
    }
}

#[tokio::test]
async fn an_assignment_waits_for_a_voiding_under_way_and_then_misses_the_signature() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    town.signed(&household, "XY-1", "2018-03-01").await;
    let building = town.building(&programme).await;
    let flat = town.flat(&building, "1-101").await;
    let owner = town.owner().await;
    let mut voiding = owner.begin().await.unwrap();
    let void = "update agreement set status = 'void', voided_on = '2018-03-05',
                       void_reason = 'household_withdrew'";
    sqlx::query(void).execute(&mut *voiding).await.unwrap();

    let body = json!({"household_id": household["id"], "assigned_on": "2018-03-02"});
    let request = town.officer().post(&path(&flat, "assignments"), &body);
    let assigned = tokio::spawn(request.if_match(&json!(1)).send());
    until_waiting(&owner, 1).await;
    voiding.commit().await.unwrap();
    let refused = assigned.await.unwrap();
    refused.is_problem(409, "household-not-signed");
}

#[tokio::test]
async fn a_demo_key_sees_and_changes_homes_of_synthetic_programmes_only() {
    let town = Town::new().await;
    let real = town.programme().await;
    let real = town.assigned_flat(&real).await;
    let invented = town.programme_named("演示", true).await;
    let building = town.building(&invented).await;
    let invented = town.flat(&building, "1-101").await;

    let guest = town.person(Role::DistrictAdmin, true);
    let seen = guest.get("/v1/flats").send().await.ok(200);
    assert_eq!(seen.items(), &vec![invented.clone()]);
    let seen = guest.get("/v1/estates").send().await.ok(200);
    assert_eq!(seen.items().len(), 1);
    assert_eq!(seen.items()[0]["synthetic"], true);
    for hidden in [
        format!("/v1/flats/{}", text(&real["id"])),
        path(&real, "handover-blockers"),
        format!("/v1/estates/{}", text(&real["estate_id"])),
        format!("/v1/estates/{}/buildings", text(&real["estate_id"])),
        format!("/v1/buildings/{}", text(&real["building_id"])),
        format!("/v1/buildings/{}/flats", text(&real["building_id"])),
    ] {
        guest.get(&hidden).send().await.is_problem(404, "not-found");
    }
    let of_real = format!("/v1/flats?building_id={}", text(&real["building_id"]));
    assert!(guest.get(&of_real).send().await.ok(200).items().is_empty());
    hand_over(&guest, &real, "2018-03-05")
        .await
        .is_problem(404, "not-found");
    release(&guest, &real, "2018-03-05")
        .await
        .is_problem(404, "not-found");
    let body = json!({"household_id": real["household_id"], "assigned_on": "2018-03-05"});
    let request = guest.post(&path(&invented, "assignments"), &body);
    let refused = request.if_match(&invented["version"]).send().await;
    refused.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_flat_without_floor_area_is_refused() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let building = town.building(&programme).await;
    let path = format!("/v1/buildings/{}/flats", text(&building["id"]));
    let body = json!({"flat_no": "1-101", "area_m2": "0.00"});
    let refused = town.admin().post(&path, &body).send().await;
    let refused = refused.is_problem(422, "flat-without-area");
    assert_eq!(refused.pointers(), ["/area_m2"]);
}
