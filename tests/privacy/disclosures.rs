//! A household in clear: for a reason, on record, and told to the resident.

use anju::staff::Role;
use serde_json::{Value, json};

use super::{ADDRESS, CHILD, HOLDER, PHONE, child_number, family, id};
use crate::support::{Reply, Town, citizen_number};

async fn ask(town: &Town, role: Role, household: &Value, body: &Value) -> Reply {
    let path = format!("/v1/households/{}/disclosures", id(household));
    town.person(role, false).post(&path, body).send().await
}

#[tokio::test]
async fn a_case_officer_sees_everything_for_a_reason() {
    let town = Town::new().await;
    let household = family(&town).await;
    let reason = json!({"reason": "verification"});
    let shown = ask(&town, Role::CaseOfficer, &household, &reason)
        .await
        .ok(201)
        .json;
    let expected = json!({
        "household_id": household["id"], "household_no": "H-1", "extent": "everything",
        "disclosed_at": "2018-03-05T02:00:00Z",
        "holder_name": HOLDER, "address": ADDRESS, "phone": PHONE,
        "persons": [
            {"id": household["persons"][0]["id"], "name": HOLDER, "relation": "02",
                "birth_on": shown["persons"][0]["birth_on"],
                "document": {"kind": "citizen_number", "number": citizen_number("H-1")}},
            {"id": household["persons"][1]["id"], "name": CHILD, "relation": "20",
                "birth_on": "2010-06-01",
                "document": {"kind": "citizen_number", "number": child_number()}},
        ],
    });
    assert_eq!(shown, expected);
    let path = format!("/v1/households/{}/disclosures", id(&household));
    let officer = town.officer();
    officer
        .post(&path, &json!({}))
        .send()
        .await
        .is_problem(400, "body-mismatch");
    let vague = officer
        .post(&path, &json!({"reason": "other"}))
        .send()
        .await;
    assert_eq!(
        vague.is_problem(422, "disclosure-note-missing").pointers(),
        ["/note"]
    );
}

#[tokio::test]
async fn each_role_sees_what_its_work_needs() {
    let town = Town::new().await;
    let household = family(&town).await;
    let reason = json!({"reason": "call_back"});
    for role in [
        Role::GridWorker,
        Role::SchoolDesk,
        Role::HealthDesk,
        Role::NeedsOfficer,
    ] {
        let shown = ask(&town, role, &household, &reason).await.ok(201);
        assert_eq!(shown.json["extent"], "contact", "{role:?}");
        assert_eq!(shown.json["persons"][1]["name"], CHILD);
        for more in [citizen_number("H-1").as_str(), "2010-06-01", "document"] {
            assert!(!shown.text().contains(more), "{role:?}: {more}");
        }
    }
    let hotline = ask(&town, Role::HotlineDesk, &household, &reason)
        .await
        .ok(201);
    assert_eq!(hotline.json["phone"], PHONE);
    for more in [HOLDER, CHILD, "舜耕路"] {
        assert!(!hotline.text().contains(more), "{more}");
    }
    for role in [
        Role::Inspector,
        Role::FinanceMaker,
        Role::Appraiser,
        Role::ApiClient,
    ] {
        let refused = ask(&town, role, &household, &reason).await;
        refused.is_problem(403, "permission-missing");
    }
    let elsewhere = town.person(Role::CaseOfficer, true);
    let path = format!("/v1/households/{}/disclosures", id(&household));
    let elsewhere = elsewhere.post(&path, &reason).send().await;
    elsewhere.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_disclosure_is_in_the_trail_and_its_answer_is_kept_nowhere() {
    let town = Town::new().await;
    let household = family(&town).await;
    let path = format!("/v1/households/{}/disclosures", id(&household));
    let body = json!({"reason": "dispute", "note": "邻居投诉张大妈"});
    let once = || town.auditor().post(&path, &body).key("once").send();
    once().await.ok(201);
    once().await.is_problem(409, "already-done");
    let events = town
        .auditor()
        .get("/v1/audit-events?action=household.disclosed");
    let events = events.send().await.ok(200);
    let items = events.items();
    let [event] = &items[..] else {
        panic!("one disclosure: {}", events.text());
    };
    assert_eq!(
        (&event["reason"], &event["role"]),
        (&json!("dispute"), &json!("auditor"))
    );
    assert_eq!(event["object_id"], household["id"]);
    let database = town.whole_database().await;
    assert!(!database.contains("邻居投诉"));
    assert!(!database.contains(&hex::encode("邻居投诉")));
    assert_eq!(
        town.count("disclosure where note_sealed is not null").await,
        1
    );
}

#[tokio::test]
async fn the_resident_reads_who_saw_them_where_and_why() {
    let town = Town::new().await;
    let household = family(&town).await;
    let reason = json!({"reason": "site_visit"});
    ask(&town, Role::GridWorker, &household, &reason)
        .await
        .ok(201);
    town.set_clock("2018-03-05T03:00:00Z");
    ask(
        &town,
        Role::Auditor,
        &household,
        &json!({"reason": "verification"}),
    )
    .await
    .ok(201);
    let case = super::resident_case(&town, &household).await;
    let expected = json!([
        {"at": "2018-03-05T03:00:00Z", "role": "auditor", "unit": "市中区", "reason": "verification"},
        {"at": "2018-03-05T02:00:00Z", "role": "grid_worker", "unit": "市中区", "reason": "site_visit"},
    ]);
    assert_eq!(case["disclosures"], expected);
}
