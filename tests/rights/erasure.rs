//! Erasure: what is known of a person goes, the person stays counted, and the trail stays whole.

use anju::staff::Role;
use serde_json::{Value, json};

use super::{Home, PATH, decision};
use crate::{
    privacy::{ADDRESS, CHILD, HOLDER, PHONE, child_number, dump::spellings},
    support::{citizen_number, homes::text},
};

/// Everything sensitive of a family that never signed, by every way in.
pub async fn full() -> Home {
    let home = Home::new().await;
    let (town, persons) = (&home.town, &home.household["persons"]);
    for (kind, person, detail) in [
        ("medical", 0, "高血压随访"),
        ("schooling", 1, "转入小学三年级"),
    ] {
        let body = json!({"person_id": persons[person]["id"], "kind": kind, "due_on": "2018-08-31",
            "detail": detail});
        let desk = town.needs_officer();
        let need = desk.post("/v1/needs", &body).send().await.ok(201).json;
        let path = format!("/v1/needs/{}", text(&need["id"]));
        let body = json!({"provider": (["区人民医院心内科", "实验小学"])[person], "arranged_on": "2018-03-05"});
        let arranged = desk.post(&format!("{path}/arrangements"), &body);
        let arranged = arranged
            .if_match(&need["version"])
            .send()
            .await
            .ok(200)
            .json;
        let body = json!({"outcome": "met", "closed_on": "2018-03-05"});
        let closed = desk.post(&format!("{path}/closures"), &body);
        closed.if_match(&arranged["version"]).send().await.ok(200);
    }
    let path = format!("/v1/households/{}/disclosures", text(&home.household["id"]));
    let body = json!({"reason": "other", "note": "核对银行账号 6222021602001234567"});
    town.officer().post(&path, &body).send().await.ok(201);
    let copy = home.enter("export", 0, &json!({})).await;
    home.copied(&copy).await;
    let renamed = json!({"correction": {"name": "欧阳秀岚"}});
    let request = home.enter("correction", 0, &renamed).await;
    let body =
        json!({"accepted": false, "refusal": "record_is_right", "note": "本人手机 13911112222"});
    decision(&home.lead(), &request, &body).send().await.ok(200);
    home
}

pub async fn erased(home: &Home, person: usize) -> Value {
    let request = home.enter("erasure", person, &json!({})).await;
    let done = home.accept(&request).await;
    assert_eq!(done["state"], "done", "{done}");
    done
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_left_in_a_copy_of_the_database() {
    let home = full().await;
    let number = citizen_number("H-1");
    let theirs = [
        HOLDER,
        PHONE,
        &number,
        "高血压随访",
        "心内科",
        "6222021602001234567",
        "欧阳秀岚",
        "13911112222",
        "欧阳*兰",
        "poyxl",
    ];
    let before = home.town.whole_database().await;
    for stood in [HOLDER, PHONE, "欧阳秀兰", "区人民医院心内科", "poyxl"] {
        assert!(before.contains(stood), "{stood} stood there");
    }
    let [fingerprint, last_six]: [Vec<u8>; 2] = hashes(&home).await;
    erased(&home, 0).await;
    let after = home.town.whole_database().await;
    for value in theirs {
        for spelling in spellings(value) {
            assert!(!after.contains(&spelling), "{value} as {spelling}");
        }
    }
    for hash in [fingerprint, last_six] {
        assert!(
            !after.contains(&hex::encode(hash)),
            "a hash to try numbers against"
        );
    }
}

#[tokio::test]
async fn of_the_others_of_the_household_everything_is_left() {
    let home = full().await;
    erased(&home, 0).await;
    // Nothing sealed of them is left either: the child's alone.
    let count = |table: &'static str| home.town.count(table);
    assert_eq!(count("person where id_sealed is not null").await, 1);
    assert_eq!(count("need where detail_sealed is not null").await, 1);
    assert_eq!(count("disclosure where note_sealed is not null").await, 0);
    assert_eq!(
        count("personal_data_request where proposed_sealed is not null").await,
        0
    );
    assert_eq!(
        count("personal_data_request where refusal_note_sealed is not null").await,
        0
    );
    assert_eq!(count("file_chunk").await, 0, "the copy that was made");
    assert_eq!(
        count("idempotency_key where body_sealed is not null").await,
        kept_elsewhere(&home).await,
        "answers about the household are forgotten, others are not"
    );
    // The child is as they were.
    let shown = home.shown().await;
    let names: Vec<&str> = shown["persons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| text(&p["name"]))
        .collect();
    assert_eq!(names, ["***", CHILD]);
    assert_eq!(shown["persons"][1]["document"]["number"], child_number());
    assert_eq!(
        (&shown["holder_name"], &shown["address"]),
        (&json!("***"), &json!(ADDRESS))
    );
    assert_eq!(
        shown["phone"],
        Value::Null,
        "the telephone of whoever held the property"
    );
}

async fn hashes(home: &Home) -> [Vec<u8>; 2] {
    let (fingerprint, last_six): (Vec<u8>, Vec<u8>) =
        sqlx::query_as("select id_fingerprint, last_six_hash from person where relation = '02'")
            .fetch_one(&home.town.owner().await)
            .await
            .unwrap();
    [fingerprint, last_six]
}

/// Kept answers that say nothing of the household: the programme, the parcel, and the decision.
async fn kept_elsewhere(home: &Home) -> i64 {
    let path = "/v1/audit-events?action=programme.created";
    let made = home.town.auditor().get(path).send().await.ok(200);
    i64::try_from(made.items().len()).unwrap() + 2
}

#[tokio::test]
async fn whoever_entered_an_erasure_does_not_decide_on_it() {
    let home = Home::new().await;
    let town = &home.town;
    let district = town.district().await;
    let (member, first) = town.worker("007", "district_admin", &district).await;
    let second = town.key_of(&member, "district_admin", &district).await;
    let body = home.asking("erasure", 1, &json!({}));
    let request = first.post(PATH, &body).send().await.ok(201).json;
    let accepted = json!({"accepted": true});
    for own in [&first, &second] {
        let decided = decision(own, &request, &accepted).send().await;
        decided.is_problem(409, "decided-by-same-person");
        let refusal = json!({"accepted": false, "refusal": "identity_not_proven"});
        let decided = decision(own, &request, &refusal).send().await;
        decided.is_problem(409, "decided-by-same-person");
    }
    decision(&home.lead(), &request, &accepted)
        .send()
        .await
        .ok(200);
    // A copy may be decided on by whoever entered it.
    let copy = first.post(PATH, &home.asking("export", 0, &json!({})));
    let copy = copy.send().await.ok(201).json;
    decision(&first, &copy, &accepted).send().await.ok(200);
}

#[tokio::test]
async fn what_the_law_wants_kept_is_refused_with_the_reason_that_holds() {
    let home = Home::new().await;
    let town = &home.town;
    let signed = town.signed(&home.household, "XY-1", "2018-03-01").await;
    let request = home.enter("erasure", 0, &json!({})).await;
    let accepted = json!({"accepted": true});
    let kept = decision(&home.lead(), &request, &accepted).send().await;
    let kept = kept.is_problem(409, "data-must-be-kept");
    let reasons: Vec<&str> = kept.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| text(&e["code"]))
        .collect();
    assert_eq!(reasons, ["live_agreement", "retention_period"]);
    let untrue = json!({"accepted": false, "refusal": "open_resettlement"});
    let untrue = decision(&home.lead(), &request, &untrue).send().await;
    untrue.is_problem(409, "refusal-does-not-apply");
    let path = format!("/v1/agreements/{}/voidings", text(&signed["id"]));
    let void = json!({"voided_on": "2018-03-05", "reason": "wrong_facts", "note": "欧阳家退签"});
    let voided = town
        .officer()
        .post(&path, &void)
        .if_match(&signed["version"]);
    voided.send().await.ok(200);
    let kept = decision(&home.lead(), &request, &accepted).send().await;
    let kept = kept.is_problem(409, "data-must-be-kept");
    assert_eq!(kept.json["errors"][0]["code"], "retention_period");
    let refusal = json!({"accepted": false, "refusal": "retention_period"});
    let refused = decision(&home.lead(), &request, &refusal).send().await;
    assert_eq!(refused.ok(200).json["state"], "refused");
    assert_eq!(home.shown().await["persons"][0]["name"], HOLDER);
    // Thirty years later, to the day in Shanghai, the file need not be kept any more.
    for (now, status) in [("2048-03-04T15:59:59Z", 409), ("2048-03-04T16:00:00Z", 200)] {
        town.set_clock(now);
        let open = town.auditor().get(&format!("{PATH}?state=received"));
        let open = open.send().await.ok(200);
        let request = match open.items().first() {
            Some(open) => open.clone(),
            None => home.enter("erasure", 0, &json!({})).await,
        };
        let decided = decision(&home.lead(), &request, &accepted).send().await;
        assert_eq!(decided.status.as_u16(), status, "{now}: {}", decided.text());
    }
}

#[tokio::test]
async fn with_the_last_person_the_household_is_nobodys_and_still_counted() {
    let home = full().await;
    let town = &home.town;
    let district =
        json!({"programme_id": home.household["programme_id"], "kind": "household-ledger"});
    let roster = format!("/v1/parcels/{}/rosters", text(&home.parcel["id"]));
    town.admin().act(&roster).send().await.ok(201);
    let path = format!(
        "/v1/households/{}/lookup-codes",
        text(&home.household["id"])
    );
    let code = town.officer().act(&path).send().await.ok(201).json["lookup_code"].clone();
    let session = json!({"lookup_code": code, "id_last_six": citizen_number("H-1")[12..],
        "channel": "self"});
    let opened = town.anonymous().post("/v1/resident/sessions", &session);
    let resident = town.bearer(text(&opened.send().await.ok(201).json["token"]));
    erased(&home, 0).await;
    let case = resident.get("/v1/resident/case").send().await;
    case.is_problem(401, "unauthenticated");
    erased(&home, 1).await;
    let shown = home.shown().await;
    let expected = json!({"holder_name": "***", "address": "***"});
    assert_eq!(shown["holder_name"], expected["holder_name"]);
    assert_eq!(shown["address"], expected["address"]);
    assert!(!shown.to_string().contains(CHILD));
    assert_eq!(
        town.count("structure where certificate_no is not null")
            .await,
        0
    );
    assert_eq!(town.count("lookup_code where revoked_at is null").await, 0);
    let path = format!("/v1/households/{}", text(&home.household["id"]));
    let household = town.officer().get(&path).send().await.ok(200).json;
    assert_eq!(household["persons"].as_array().unwrap().len(), 2);
    assert_eq!(household["floor_area_m2"], "120.50");
    let rate = format!("/v1/parcels/{}/signing-rate", text(&home.parcel["id"]));
    let rate = town.auditor().get(&rate).send().await.ok(200).json;
    assert_eq!(rate["households"]["total"], 1, "{rate}");
    let ordered = town.auditor().post("/v1/reports", &district).send().await;
    let report = ordered.ok(202).json;
    anju::jobs::run_all(&town.app).await.unwrap();
    let path = format!("/v1/reports/{}", text(&report["id"]));
    let report = town.auditor().get(&path).send().await.ok(200).json;
    assert_eq!(report["row_count"], 1, "{report}");
    for who in [0, 1] {
        let body = home.asking("export", who, &json!({}));
        let again = town.officer().post(PATH, &body).send().await;
        again.is_problem(409, "person-erased");
    }
    let desk = town.person(Role::NeedsOfficer, false);
    let needs = desk.get("/v1/needs").send().await.ok(200);
    assert_eq!(needs.items().len(), 2, "needs stay counted");
    for need in needs.items() {
        let path = format!("/v1/needs/{}", text(&need["id"]));
        let need = desk.get(&path).send().await.ok(200).json;
        assert_eq!(need["detail"], Value::Null, "{need}");
        assert_eq!(need["outcome"], "met");
    }
}

#[tokio::test]
async fn what_an_erased_person_still_waited_for_is_over() {
    let home = Home::new().await;
    let waiting = json!({"correction": {"name": "欧阳秀岚"}});
    let waiting = home.enter("correction", 0, &waiting).await;
    let copy = home.enter("export", 0, &json!({})).await;
    home.accept(&copy).await;
    let child = home.enter("export", 1, &json!({})).await;
    erased(&home, 0).await;
    anju::jobs::run_all(&home.town.app).await.unwrap();
    for (request, state) in [
        (&waiting, "withdrawn"),
        (&copy, "withdrawn"),
        (&child, "received"),
    ] {
        let path = format!("{PATH}/{}", text(&request["id"]));
        let now = home.town.auditor().get(&path).send().await.ok(200).json;
        assert_eq!(now["state"], state, "{now}");
    }
    assert_eq!(home.town.count("file_chunk").await, 0, "nothing was copied");
    let failed = "job where problem->>'code' = 'data-request-not-open'";
    assert_eq!(home.town.count(failed).await, 1);
}

#[tokio::test]
async fn an_erasure_that_fails_erases_nothing() {
    let home = full().await;
    let request = home.enter("erasure", 0, &json!({})).await;
    let salts = home.town.count("audit_salt").await;
    sqlx::raw_sql("revoke delete on audit_salt from anju_service")
        .execute(&home.town.owner().await)
        .await
        .unwrap();
    let decided = decision(&home.lead(), &request, &json!({"accepted": true}));
    assert_eq!(decided.send().await.status.as_u16(), 500);
    assert_eq!(home.town.count("audit_salt").await, salts);
    assert_eq!(home.shown().await["persons"][0]["name"], HOLDER);
    let path = format!("{PATH}/{}", text(&request["id"]));
    let still = home.town.auditor().get(&path).send().await.ok(200).json;
    assert_eq!(still["state"], "received");
}
