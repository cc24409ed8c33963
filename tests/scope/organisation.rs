//! The tree of units, and what changes in it change for people.

use anju::staff::Role;
use serde_json::json;

use super::{Twins, district, id, person_at, unit};
use crate::support::Town;

#[tokio::test]
async fn a_village_that_moves_takes_its_cases_along_and_keeps_its_history() {
    let twins = Twins::new().await;
    let (town, east, west) = (&twins.town, &twins.east, &twins.west);
    let from = east.person(town, Role::CaseOfficer).await;
    let to = west.person(town, Role::CaseOfficer).await;
    let path = format!("/v1/households/{}", id(&east.household));
    from.get(&path).send().await.ok(200);
    to.get(&path).send().await.is_problem(404, "not-found");
    town.set_clock("2018-03-06T02:00:00Z");
    let moves = format!("/v1/org-units/{}/moves", id(&east.village));
    let body = json!({"parent_id": west.unit["id"]});
    let request = town
        .admin()
        .post(&moves, &body)
        .if_match(&east.village["version"]);
    assert_eq!(
        request.send().await.ok(200).json["parent_id"],
        west.unit["id"]
    );
    // With the very next request, for both.
    from.get(&path).send().await.is_problem(404, "not-found");
    to.get(&path).send().await.ok(200);
    let places = format!("/v1/org-units/{}/places", id(&east.village));
    let places = town.admin().get(&places).send().await.ok(200).json;
    assert_eq!(places[0]["parent_id"], west.unit["id"]);
    assert_eq!(places[0]["from_on"], "2018-03-06");
    assert_eq!(places[1]["parent_id"], east.unit["id"]);
    assert_eq!(places[1]["to_on"], "2018-03-06");
}

#[tokio::test]
async fn a_unit_stands_below_a_higher_one_and_nowhere_else() {
    let town = Town::new().await;
    let district = district(&town).await;
    let street = unit(&town, &district, "subdistrict", "S").await;
    let village = unit(&town, &street, "village", "V").await;
    let admin = town.admin();
    for (level, parent) in [
        ("subdistrict", &village),
        ("village", &village),
        ("district", &district),
    ] {
        let body = json!({"code": "X", "name": "X", "level": level, "parent_id": parent["id"]});
        let refused = admin.post("/v1/org-units", &body).send().await;
        assert_eq!(refused.status, 422, "{level}: {}", refused.json);
    }
    let body = json!({"code": "V", "name": "X", "level": "grid", "parent_id": village["id"]});
    let twice = admin.post("/v1/org-units", &body).send().await;
    twice.is_problem(409, "org-unit-code-taken");
    let moves = format!("/v1/org-units/{}/moves", id(&village));
    let stay = admin.post(&moves, &json!({"parent_id": street["id"]}));
    stay.if_match(&village["version"])
        .send()
        .await
        .is_problem(409, "org-unit-already-there");
}

#[tokio::test]
async fn a_grid_worker_sees_the_households_of_the_grid_and_the_parcel_they_stand_in() {
    let twins = Twins::new().await;
    let (town, east) = (&twins.town, &twins.east);
    let grid = unit(town, &east.village, "grid", "E-1-G1").await;
    let mut body = Town::household_body(&east.parcel, "H-7");
    body["org_unit_id"] = grid["id"].clone();
    let own = town
        .officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201)
        .json;
    let worker = person_at(town, Role::GridWorker, &grid).await;
    let list = worker.get("/v1/households").send().await.ok(200);
    assert_eq!(list.items().len(), 1);
    assert_eq!(list.items()[0]["id"], own["id"]);
    let path = format!("/v1/households/{}", id(&east.household));
    worker.get(&path).send().await.is_problem(404, "not-found");
    worker
        .get(&format!("/v1/parcels/{}", id(&east.parcel)))
        .send()
        .await
        .ok(200);
    // A need is a flag; what it is about is for its desk.
    let lead = person_at(town, Role::GridWorker, &east.village).await;
    let need = lead
        .get(&format!("/v1/needs/{}", id(&east.need)))
        .send()
        .await
        .ok(200)
        .json;
    assert_eq!(need["kind"], "medical");
    assert!(need.get("detail").is_none(), "{need}");
}

#[tokio::test]
async fn a_key_that_is_revoked_stops_with_the_next_request() {
    let town = Town::new().await;
    let district = district(&town).await;
    let body = json!({"label": "x", "role": "case_officer", "org_unit_id": district["id"]});
    let admin = town.admin();
    let issued = admin.post("/v1/api-keys", &body).send().await.ok(201);
    let holder = town.bearer(issued.json["secret"].as_str().unwrap());
    let me = holder.get("/v1/me").send().await.ok(200).json;
    assert_eq!(
        me["posts"],
        json!([{"role": "case_officer", "org_unit_id": district["id"]}])
    );
    let revoke = format!("/v1/api-keys/{}/revocations", id(&issued.json));
    admin.act(&revoke).if_match(&json!(1)).send().await.ok(200);
    holder
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    let hot = "/v1/households/01890a5d-ac96-774b-bcce-000000000000";
    holder
        .get(hot)
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_desk_sees_the_needs_of_its_kind_and_no_other() {
    let twins = Twins::new().await;
    let (town, east) = (&twins.town, &twins.east);
    let school = east.person(town, Role::SchoolDesk).await;
    let health = east.person(town, Role::HealthDesk).await;
    let path = format!("/v1/needs/{}", id(&east.need));
    let own = health.get(&path).send().await.ok(200).json;
    assert_eq!(own["detail"], "透析");
    school.get(&path).send().await.is_problem(404, "not-found");
    let list = school.get("/v1/needs").send().await.ok(200);
    assert!(list.items().is_empty(), "{}", list.json);
    let person = &east.household["persons"][0]["id"];
    let mut body = json!({"person_id": person, "kind": "medical", "due_on": "2018-09-01"});
    let refused = school.post("/v1/needs", &body).send().await;
    refused.is_problem(403, "need-of-another-desk");
    body["kind"] = json!("schooling");
    school.post("/v1/needs", &body).send().await.ok(201);
    let list = school.get("/v1/needs").send().await.ok(200);
    assert_eq!(list.items().len(), 1);
}
