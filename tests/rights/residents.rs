//! What residents ask for from their lookup session, and what their case tells.

use serde_json::{Value, json};

use super::{Home, decision};
use crate::support::{Person, citizen_number, homes::text};

const OWN: &str = "/v1/resident/personal-data-requests";

async fn session(home: &Home) -> Person {
    let (town, number) = (&home.town, citizen_number("H-1"));
    let path = format!(
        "/v1/households/{}/lookup-codes",
        text(&home.household["id"])
    );
    let code = town.officer().act(&path).send().await.ok(201).json["lookup_code"].clone();
    let body = json!({"lookup_code": code, "id_last_six": number[12..], "channel": "self"});
    let opened = town.anonymous().post("/v1/resident/sessions", &body);
    town.bearer(text(&opened.send().await.ok(201).json["token"]))
}

async fn requests(resident: &Person) -> Value {
    let case = resident.get("/v1/resident/case").send().await.ok(200);
    case.json["requests"].clone()
}

#[tokio::test]
async fn a_resident_asks_about_themselves_and_reads_how_far_it_is() {
    let home = Home::new().await;
    let resident = session(&home).await;
    let body = json!({"kind": "correction", "correction": {"name": "欧阳秀岚"}});
    let once = || resident.post(OWN, &body).key("once").send();
    let filed = once().await.ok(204);
    assert!(filed.header("ratelimit").contains("address"));
    once().await.ok(204);
    assert_eq!(
        home.town.count("personal_data_request").await,
        1,
        "a repeat is no second one"
    );
    let open = json!([{"kind": "correction", "field": "name", "person_name": "欧阳*兰",
        "state": "received", "received_on": "2018-03-05", "due_on": "2018-03-20"}]);
    assert_eq!(requests(&resident).await, open);
    let again = resident.post(OWN, &body).send().await;
    again.is_problem(409, "data-request-open-already");
    let listed = home.town.officer().get("/v1/personal-data-requests");
    let listed = listed.send().await.ok(200);
    let request = &listed.items()[0];
    assert_eq!(request["person_id"], home.household["persons"][0]["id"]);
    assert_eq!(request["proof"], "lookup_session");
    home.accept(request).await;
    let told = requests(&resident).await;
    assert_eq!(
        (&told[0]["state"], &told[0]["decided_on"]),
        (&json!("done"), &json!("2018-03-05"))
    );
    assert_eq!(home.shown().await["persons"][0]["name"], "欧阳秀岚");
    resident
        .post(OWN, &json!({"kind": "export"}))
        .send()
        .await
        .ok(204);
    let trail = "/v1/audit-events?action=personal_data_request.received";
    let events = home.town.auditor().get(trail).send().await.ok(200);
    assert!(
        events
            .items()
            .iter()
            .all(|event| event["role"] == "resident")
    );
}

#[tokio::test]
async fn a_resident_is_told_why_a_request_was_refused() {
    let home = Home::new().await;
    let resident = session(&home).await;
    let body = json!({"kind": "correction", "correction": {"phone": "13911112222"}});
    resident.post(OWN, &body).send().await.ok(204);
    let listed = home.town.officer().get("/v1/personal-data-requests");
    let request = listed.send().await.ok(200).items()[0].clone();
    assert_eq!(request["proposed"], "139****2222");
    let body = json!({"accepted": false, "refusal": "identity_not_proven"});
    decision(&home.lead(), &request, &body).send().await.ok(200);
    assert_eq!(
        requests(&resident).await[0]["refusal"],
        "identity_not_proven"
    );
}

#[tokio::test]
async fn a_resident_files_no_erasure_no_two_fields_and_no_more_than_six_a_session() {
    let home = Home::new().await;
    let resident = session(&home).await;
    let erasure = json!({"kind": "erasure"});
    resident
        .post(OWN, &erasure)
        .send()
        .await
        .is_problem(400, "body-mismatch");
    let two = json!({"kind": "correction", "correction": {"name": "李四", "phone": "13911112222"}});
    for _ in 0..6 {
        let refused = resident.post(OWN, &two).send().await;
        refused.is_problem(422, "data-request-incomplete");
    }
    let fields = json!({"kind": "export"});
    let seventh = resident.post(OWN, &fields).send().await;
    seventh.is_problem(429, "too-many-requests");
}

#[tokio::test]
async fn a_session_that_is_over_files_nothing() {
    let home = Home::new().await;
    let resident = session(&home).await;
    resident
        .delete("/v1/resident/sessions/current")
        .send()
        .await
        .ok(204);
    let filed = resident.post(OWN, &json!({"kind": "export"})).send().await;
    filed.is_problem(401, "unauthenticated");
    let expired = session(&home).await;
    home.town.set_clock("2018-03-05T02:30:00Z");
    let filed = expired.post(OWN, &json!({"kind": "export"})).send().await;
    filed.is_problem(401, "unauthenticated");
    assert_eq!(home.town.count("personal_data_request").await, 0);
}

#[tokio::test]
async fn who_of_two_asks_is_not_guessed() {
    let home = Home::new().await;
    // Somebody else of the household with a document that ends alike.
    let number = citizen_number("H-1");
    let passport = format!("E{}", &number[12..]);
    let path = format!("/v1/households/{}/persons", text(&home.household["id"]));
    let body = json!({"name": "李四", "relation": "10",
        "document": {"kind": "passport", "number": passport}});
    let added = home.town.officer().post(&path, &body).if_match(&json!(1));
    added.send().await.ok(200);
    let resident = session(&home).await;
    let filed = resident.post(OWN, &json!({"kind": "export"})).send().await;
    filed.is_problem(409, "session-of-two");
}

#[tokio::test]
async fn who_looked_a_case_up_can_still_be_removed_from_the_household() {
    let home = Home::new().await;
    let path = format!("/v1/households/{}/persons", text(&home.household["id"]));
    let body = json!({"name": "李四", "relation": "10", "holder": true,
        "document": {"kind": "passport", "number": "E7654321"}});
    let officer = home.town.officer();
    let added = officer.post(&path, &body).if_match(&json!(1));
    let persons = added.send().await.ok(200).json["persons"].clone();
    session(&home).await;
    let holder = &home.household["persons"][0]["id"];
    assert!(
        persons
            .as_array()
            .unwrap()
            .iter()
            .any(|p| p["id"] == *holder)
    );
    let path = format!("/v1/persons/{}", text(holder));
    let removed = officer.delete(&path).if_match(&json!(2));
    removed.send().await.ok(200);
    assert_eq!(
        home.town
            .count("resident_session where person_id is null")
            .await,
        1
    );
}
