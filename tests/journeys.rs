//! One household from the roster to the keys, across all slices, over HTTP.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::{Person, Town, citizen_number, homes::text};

/// The roster of a parcel, as an office keeps it.
fn roster() -> String {
    let mut csv = String::from("地块编号,户编号,户主姓名,房屋坐落,联系电话,证件号码,认定面积\n");
    for (number, area) in [("H-1", "120.50"), ("H-2", "99.50"), ("H-3", "80.00")] {
        let document = citizen_number(number);
        writeln!(
            csv,
            "DJGD,{number},张小三,大沟村 {number} 号,0531-12345678,{document},{area}"
        )
        .unwrap();
    }
    csv
}

async fn import_roster(town: &Town, programme: &Value) {
    let fields = [
        ("kind", "roster"),
        ("mode", "commit"),
        ("programme_id", text(&programme["id"])),
    ];
    let mut form = String::new();
    for (name, value) in fields {
        write!(
            form,
            "--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
        .unwrap();
    }
    write!(
        form,
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"花名册.csv\"\r\n\
         content-type: text/csv\r\n\r\n{}\r\n--x--\r\n",
        roster()
    )
    .unwrap();
    let upload = town.officer().act("/v1/imports");
    let queued = upload
        .body("multipart/form-data; boundary=x", form)
        .send()
        .await
        .ok(202);
    anju::jobs::run_all(&town.app).await.unwrap();
    let path = format!("/v1/imports/{}", text(&queued.json["id"]));
    let done = town.officer().get(&path).send().await.ok(200);
    assert_eq!(done.json["committed"], true, "{}", done.text());
    assert_eq!(done.json["totals"]["new"], 3);
}

async fn signed_households(town: &Town, parcel: &str) -> (Value, Value) {
    let path = format!("/v1/parcels/{parcel}/signing-rate");
    let rate = town.auditor().get(&path).send().await.ok(200).json;
    (
        rate["households"]["signed"].clone(),
        rate["floor_area"]["share"].clone(),
    )
}

async fn transition(person: &Person, path: &str, seen: &Value, body: &Value) -> Value {
    person
        .post(path, body)
        .if_match(&seen["version"])
        .send()
        .await
        .ok(200)
        .json
}

#[tokio::test]
async fn a_household_goes_from_the_roster_to_the_keys() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let parcel_id = text(&parcel["id"]);
    import_roster(&town, &programme).await;

    let path = format!("/v1/households?parcel_id={parcel_id}&household_no=H-1");
    let found = town.officer().get(&path).send().await.ok(200);
    let household = found.items()[0].clone();
    assert_eq!(household["floor_area_m2"], "120.50");

    let freeze = town
        .admin()
        .act(&format!("/v1/parcels/{parcel_id}/rosters"));
    assert_eq!(freeze.send().await.ok(201).json["floor_area_m2"], "300.00");
    assert_eq!(
        signed_households(&town, parcel_id).await,
        (json!(0), json!("0.0000"))
    );
    let agreement = town.signed(&household, "DJGD-2018-001", "2018-03-05").await;
    assert_eq!(agreement["status"], "signed");
    assert_eq!(
        signed_households(&town, parcel_id).await,
        (json!(1), json!("0.4016"))
    );

    let child = settle_the_child(&town, &household).await;
    let flat = move_in(&town, &programme, &household).await;
    look_up(&town, &household, &flat).await;
    report(&town, &programme).await;

    let events = town
        .auditor()
        .get("/v1/audit-events?limit=200")
        .send()
        .await
        .ok(200);
    for object in [
        &household["id"],
        &agreement["id"],
        &child["id"],
        &flat["id"],
    ] {
        let mine = events.items().iter().filter(|e| e["object_id"] == *object);
        assert!(mine.count() >= 1, "{object} left no trace");
    }
    assert!(!events.text().contains("张小三"), "the trail names nobody");
}

/// A child is registered, gets a school place, and the need is closed.
async fn settle_the_child(town: &Town, household: &Value) -> Value {
    let child = register_the_child(town, household).await;
    let desk = town.needs_officer();
    let need = json!({"person_id": child["id"], "kind": "schooling", "due_on": "2018-03-04",
        "detail": "秋季入学"});
    let need = desk.post("/v1/needs", &need).send().await.ok(201).json;
    let overdue = desk.get("/v1/needs?overdue=true").send().await.ok(200);
    assert_eq!(overdue.items().len(), 1, "its day has passed");
    let path = format!("/v1/needs/{}", text(&need["id"]));
    let (arrangements, closures) = (format!("{path}/arrangements"), format!("{path}/closures"));
    let met = json!({"outcome": "met", "closed_on": "2018-03-05"});
    let early = desk.post(&closures, &met).if_match(&need["version"]);
    let early = early.send().await;
    early.is_problem(409, "need-not-arranged");
    let provider = json!({"provider": "大涧沟小学", "arranged_on": "2018-03-05"});
    let need = transition(&desk, &arrangements, &need, &provider).await;
    let need = transition(&desk, &closures, &need, &met).await;
    assert_eq!(
        (&need["status"], &need["detail"]),
        (&json!("closed"), &json!("秋季入学"))
    );
    let seen = town.officer().get(&path).send().await.ok(200);
    assert!(
        seen.json["detail"].is_null(),
        "the detail is for the needs desk alone"
    );
    need
}

async fn register_the_child(town: &Town, household: &Value) -> Value {
    let path = format!("/v1/households/{}/persons", text(&household["id"]));
    let child = json!({"name": "张小妹", "relation": "30", "holder": false, "birth_on": "2012-05-01",
        "document": {"kind": "none"}});
    let grown = transition(&town.officer(), &path, household, &child).await;
    let mut persons = grown["persons"].as_array().unwrap().iter();
    persons.find(|p| p["name"] == "张*妹").unwrap().clone()
}

/// A flat is assigned, fails its inspection, is mended, checked again and handed over.
async fn move_in(town: &Town, programme: &Value, household: &Value) -> Value {
    let building = town.building(programme).await;
    let flat = town.flat(&building, "1-101").await;
    let body = json!({"household_id": household["id"], "assigned_on": "2018-03-05"});
    let path = format!("/v1/flats/{}", text(&flat["id"]));
    let flat = transition(
        &town.officer(),
        &format!("{path}/assignments"),
        &flat,
        &body,
    )
    .await;
    let keys = json!({"handed_over_on": "2018-03-05", "keys": 3});
    let hand_over = || {
        town.officer()
            .post(&format!("{path}/handovers"), &keys)
            .if_match(&flat["version"])
    };
    hand_over().send().await.is_problem(409, "handover-blocked");

    let failed = town.inspection(&flat, "2018-03-05", "2700").await;
    assert_eq!(failed["result"], "failed");
    let defect = town.defect(&flat, "severe", "2018-03-05").await;
    let refused = hand_over().send().await.is_problem(409, "handover-blocked");
    let codes: Vec<_> = refused.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["code"].clone())
        .collect();
    assert!(codes.contains(&json!("inspection-failed")), "{codes:?}");
    assert!(codes.contains(&json!("severe-defect-open")), "{codes:?}");

    town.close_defect(&defect).await;
    assert_eq!(
        town.inspection(&flat, "2018-03-05", "2800").await["result"],
        "passed"
    );
    let flat = hand_over().send().await.ok(200).json;
    assert_eq!(flat["handed_over_on"], "2018-03-05");
    flat
}

/// The resident sees the case with the code and six characters.
async fn look_up(town: &Town, household: &Value, flat: &Value) {
    let path = format!("/v1/households/{}/lookup-codes", text(&household["id"]));
    let code = town.officer().act(&path).send().await.ok(201).json;
    let last_six = citizen_number("H-1")[12..].to_owned();
    let body =
        json!({"lookup_code": code["lookup_code"], "id_last_six": last_six, "channel": "self"});
    let opened = town
        .anonymous()
        .post("/v1/resident/sessions", &body)
        .send()
        .await
        .ok(201)
        .json;
    let resident = town.bearer(text(&opened["token"]));
    let case = resident.get("/v1/resident/case").send().await.ok(200);
    assert_eq!(case.json["stage"], "handed_over");
    assert_eq!(case.json["holder"], "张*三");
    assert_eq!(case.json["agreement"]["amount"], "1250000.00");
    assert_eq!(case.json["homes"][0]["flat_no"], flat["flat_no"]);
    assert_eq!(case.json["needs"][0]["status"], "closed");
    resident
        .delete("/v1/resident/sessions/current")
        .send()
        .await
        .ok(204);
    resident
        .get("/v1/resident/case")
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

/// The auditor's report counts the one signature.
async fn report(town: &Town, programme: &Value) {
    let order = json!({"programme_id": programme["id"], "kind": "signing-progress"});
    let report = town
        .auditor()
        .post("/v1/reports", &order)
        .send()
        .await
        .ok(202)
        .json;
    anju::jobs::run_all(&town.app).await.unwrap();
    let path = format!("/v1/reports/{}/json", text(&report["id"]));
    let produced = town.auditor().get(&path).send().await.ok(200).json;
    assert_eq!(produced["totals"]["figures"]["households_signed"], 1);
    assert_eq!(produced["totals"]["figures"]["households_total"], 3);
}
