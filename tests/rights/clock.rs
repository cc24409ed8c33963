//! The clock of a request, its states, and who may do what.

use anju::staff::Role;
use serde_json::json;

use super::{Home, PATH, decision};
use crate::support::homes::text;

#[tokio::test]
async fn a_request_is_due_on_the_fifteenth_day_and_overdue_with_the_next_one_in_shanghai() {
    let home = Home::new().await;
    let town = &home.town;
    let district = town.district().await;
    let (member, officer) = town.worker("001", "case_officer", &district).await;
    town.entrust("households", &home.household, &member).await;
    let more = json!({"received_on": "2018-03-01"});
    let request = home.enter("export", 0, &more).await;
    assert_eq!(request["due_on"], "2018-03-16");
    assert_eq!(request["responsible_staff_id"], member["id"]);
    for (now, overdue) in [
        ("2018-03-16T15:59:59Z", false),
        ("2018-03-16T16:00:00Z", true),
    ] {
        town.set_clock(now);
        let path = format!("{PATH}?overdue={overdue}");
        let listed = town.auditor().get(&path).send().await.ok(200);
        assert_eq!(listed.items()[0]["id"], request["id"], "{now}");
        let work = officer.get("/v1/me/work?kind=answer_data_request");
        let work = work.send().await.ok(200);
        let items = work.items();
        assert_eq!(items.len(), 1, "{now}");
        assert_eq!(items[0]["object_id"], request["id"]);
        assert_eq!(items[0]["due_on"], "2018-03-16");
        assert_eq!(items[0]["overdue"], overdue, "{now}");
    }
    // Beside what else there is to do, soonest first.
    let work = officer.get("/v1/me/work").send().await.ok(200);
    let kinds: Vec<&str> = work.items().iter().map(|i| text(&i["kind"])).collect();
    assert_eq!(kinds, ["answer_data_request", "sign"]);
    home.copied(&request).await;
    let work = officer.get("/v1/me/work?overdue=true").send().await.ok(200);
    assert!(work.items().is_empty(), "it was answered");
    let listed = town.auditor().get(&format!("{PATH}?overdue=true"));
    assert!(listed.send().await.ok(200).items().is_empty());
}

#[tokio::test]
async fn what_cannot_follow_is_refused_with_what_can() {
    let home = Home::new().await;
    let (town, officer) = (&home.town, home.town.officer());
    let request = home.enter("export", 0, &json!({})).await;
    let twice = officer.post(PATH, &home.asking("export", 0, &json!({})));
    let twice = twice.send().await;
    twice.is_problem(409, "data-request-open-already");
    home.enter("export", 1, &json!({})).await;
    let path = format!("{PATH}/{}/withdrawals", text(&request["id"]));
    let withdrawn = officer.act(&path).if_match(&request["version"]);
    let withdrawn = withdrawn.send().await.ok(200).json;
    assert_eq!(withdrawn["state"], "withdrawn");
    let again = officer.act(&path).if_match(&withdrawn["version"]);
    let again = again.send().await.is_problem(409, "data-request-not-open");
    assert_eq!(again.json["allowed"], json!([]));
    let late = decision(&home.lead(), &withdrawn, &json!({"accepted": true}));
    late.send().await.is_problem(409, "data-request-not-open");
    // It can be asked for anew.
    let request = home.enter("export", 0, &json!({})).await;
    let accepted = home.accept(&request).await;
    assert_eq!(accepted["state"], "accepted");
    let again = decision(&home.lead(), &accepted, &json!({"accepted": true}));
    let again = again.send().await.is_problem(409, "data-request-not-open");
    assert_eq!(again.json["allowed"], json!(["done"]));
    let stale = decision(&home.lead(), &request, &json!({"accepted": true}));
    stale.send().await.is_problem(412, "version-stale");
    assert_eq!(
        town.trail(&request).await,
        ["received", "accepted"].map(|act| format!("personal_data_request.{act}"))
    );
}

#[tokio::test]
async fn who_asks_proves_it_and_a_refusal_says_why() {
    let home = Home::new().await;
    let officer = home.town.officer();
    for (more, code, pointer) in [
        (json!({"asked_by": "agent"}), "proof-mismatch", "/proof"),
        (
            json!({"proof": "lookup_session"}),
            "proof-mismatch",
            "/proof",
        ),
        (
            json!({"received_on": "2018-03-06"}),
            "day-in-future",
            "/received_on",
        ),
        (
            json!({"person_id": null}),
            "data-request-incomplete",
            "/person_id",
        ),
        (
            json!({"correction": {"name": "李四"}}),
            "data-request-incomplete",
            "/correction",
        ),
    ] {
        let mut body = home.asking("export", 0, &more);
        body.as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let refused = officer.post(PATH, &body).send().await;
        assert_eq!(
            refused.is_problem(422, code).pointers(),
            [pointer],
            "{body}"
        );
    }
    let request = home.enter("export", 0, &json!({})).await;
    for body in [
        json!({"accepted": false}),
        json!({"accepted": false, "refusal": "other"}),
        json!({"accepted": true, "refusal": "secrecy"}),
        json!({"accepted": true, "note": "同意"}),
        json!({"accepted": false, "refusal": "record_is_right"}),
    ] {
        let refused = decision(&home.lead(), &request, &body).send().await;
        refused.is_problem(422, "refusal-mismatch");
    }
    let body = json!({"accepted": false, "refusal": "other", "note": "非本区住户"});
    let refused = decision(&home.lead(), &request, &body).send().await;
    let refused = refused.ok(200).json;
    assert_eq!(
        (&refused["state"], &refused["refusal"]),
        (&json!("refused"), &json!("other"))
    );
    assert!(!refused.to_string().contains("非本区住户"));
}

#[tokio::test]
async fn officers_enter_leads_decide_and_auditors_read() {
    let home = Home::new().await;
    let town = &home.town;
    let request = home.enter("export", 0, &json!({})).await;
    let accepted = json!({"accepted": true});
    for role in [Role::CaseOfficer, Role::Auditor, Role::GridWorker] {
        let decided = decision(&town.person(role, false), &request, &accepted);
        decided.send().await.is_problem(403, "permission-missing");
    }
    for role in [Role::SubdistrictLead, Role::Auditor, Role::HealthDesk] {
        let body = home.asking("export", 1, &json!({}));
        let entered = town.person(role, false).post(PATH, &body).send().await;
        entered.is_problem(403, "permission-missing");
    }
    let done = home.copied(&request).await;
    for role in [Role::CaseOfficer, Role::Auditor] {
        let path = format!("{PATH}/{}/json", text(&done["id"]));
        let fetched = town.person(role, false).get(&path).send().await;
        fetched.is_problem(403, "permission-missing");
    }
    let elsewhere = town.person(Role::SubdistrictLead, true);
    for path in ["", "/json", "/xlsx"] {
        let path = format!("{PATH}/{}{path}", text(&done["id"]));
        elsewhere
            .get(&path)
            .send()
            .await
            .is_problem(404, "not-found");
    }
}
