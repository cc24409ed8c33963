//! From draft to signed to void, and nothing else.

use anju::{bulk::RowOutcome, staff::Role};
use serde_json::{Value, json};

use super::{everything, household, household_no, households, row, sign, text, void, write};
use crate::support::Town;

#[tokio::test]
async fn an_agreement_is_drafted_signed_and_voided() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    let body = json!({"household_id": household["id"], "agreement_no": "A-1",
        "floor_area_m2": "120.5", "amount": "1250000"});
    let made = town.officer().post("/v1/agreements", &body).send().await;
    let made = made.ok(201);
    let path = format!("/v1/agreements/{}", text(&made.json));
    assert_eq!(made.header("location"), path);
    assert_eq!(made.header("etag"), "\"1\"");
    let mut expected = json!({"id": made.json["id"], "parcel_id": parcel["id"],
        "household_id": household["id"], "household_no": "H-0001", "agreement_no": "A-1",
        "status": "draft", "floor_area_m2": "120.50", "amount": "1250000.00",
        "created_at": "2018-03-05T02:00:00Z", "version": 1});
    assert_eq!(made.json, expected);

    town.set_clock("2018-03-06T02:00:00Z");
    let signed = sign(&town, &made.json, "2018-03-05").await.ok(200);
    assert_eq!(signed.header("etag"), "\"2\"");
    expected["status"] = "signed".into();
    expected["signed_on"] = "2018-03-05".into();
    expected["signed_at"] = "2018-03-06T02:00:00Z".into();
    expected["version"] = 2.into();
    assert_eq!(signed.json, expected);

    town.set_clock("2018-03-06T02:00:01Z");
    let voided = void(&town, &signed.json, "2018-03-06").await.ok(200);
    expected["status"] = "void".into();
    expected["voided_on"] = "2018-03-06".into();
    expected["void_reason"] = "wrong_facts".into();
    expected["void_note"] = "面积有误".into();
    expected["version"] = 3.into();
    assert_eq!(voided.json, expected);
    let read = town.auditor().get(&path).send().await.ok(200);
    assert_eq!(read.json, expected);
    let known = town.auditor().get(&path).header("if-none-match", "\"3\"");
    assert!(known.send().await.ok(304).bytes.is_empty());

    let trail = format!("/v1/audit-events?object_id={}", text(&made.json));
    let trail = town.auditor().get(&trail).send().await.ok(200);
    let told = |e: &Value| (e["action"].clone(), e["version_after"].clone());
    let told: Vec<_> = trail.items().iter().map(told).collect();
    let event = |action: &str, version: i32| (json!(action), json!(version));
    assert_eq!(
        told,
        [
            event("agreement.voided", 3),
            event("agreement.signed", 2),
            event("agreement.drafted", 1)
        ]
    );
    assert_eq!(trail.items()[0]["reason"], "wrong_facts");
}

#[tokio::test]
async fn a_draft_is_replaced_with_its_version_and_may_be_given_up() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    let draft = town.draft(&household, "A-1").await;
    let path = format!("/v1/agreements/{}", text(&draft));
    let fields = json!({"agreement_no": "A-1b", "floor_area_m2": "99", "amount": "0.10"});
    let put = || town.officer().put(&path, &fields);
    put().send().await.is_problem(428, "if-match-missing");
    let stale = put().if_match(&json!(2)).send().await;
    stale.is_problem(412, "version-stale");
    let replaced = put().if_match(&json!(1)).send().await.ok(200);
    assert_eq!(replaced.json["agreement_no"], "A-1b");
    assert_eq!(replaced.json["amount"], "0.10");
    assert_eq!(replaced.json["version"], 2);
    sign(&town, &draft, "2018-03-05")
        .await
        .is_problem(412, "version-stale");
    void(&town, &draft, "2018-03-05")
        .await
        .is_problem(412, "version-stale");
    let given_up = void(&town, &replaced.json, "2018-03-05").await.ok(200);
    assert_eq!(given_up.json["status"], "void");
    assert!(given_up.json["signed_on"].is_null());
}

#[tokio::test]
async fn what_is_not_a_draft_is_neither_changed_nor_signed() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    let signed = town.signed(&household, "A-1", "2018-03-01").await;
    let path = format!("/v1/agreements/{}", text(&signed));
    let fields = json!({"agreement_no": "A-2", "floor_area_m2": "99", "amount": "1"});
    let put = |version: &Value| town.officer().put(&path, &fields).if_match(version);

    let refused = put(&signed["version"]).send().await;
    let refused = refused.is_problem(409, "agreement-not-a-draft");
    assert_eq!(refused.json["allowed"], json!(["void"]));
    let refused = sign(&town, &signed, "2018-03-02").await;
    let refused = refused.is_problem(409, "agreement-not-a-draft");
    assert_eq!(refused.json["allowed"], json!(["void"]));

    let voided = void(&town, &signed, "2018-03-05").await.ok(200).json;
    let refused = put(&voided["version"]).send().await;
    let refused = refused.is_problem(409, "agreement-not-a-draft");
    assert_eq!(refused.json["allowed"], json!([]));
    let refused = sign(&town, &voided, "2018-03-05").await;
    refused.is_problem(409, "agreement-not-a-draft");
    let refused = void(&town, &voided, "2018-03-05").await;
    let refused = refused.is_problem(409, "agreement-void-already");
    assert_eq!(refused.json["allowed"], json!([]));
    let read = town.officer().get(&path).send().await.ok(200);
    assert_eq!(read.json, voided, "refusals change nothing");
}

#[tokio::test]
async fn a_household_has_one_live_agreement_and_a_number_is_used_once() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let first = household(&town, &parcel, 1).await;
    let second = household(&town, &parcel, 2).await;
    let draft = |household: &Value, number: &str| {
        let body = json!({"household_id": household["id"], "agreement_no": number,
            "floor_area_m2": "100", "amount": "1"});
        town.officer().post("/v1/agreements", &body).english()
    };
    let live = draft(&first, "A-1").send().await.ok(201).json;
    let refused = draft(&first, "A-2").send().await;
    let refused = refused.is_problem(409, "agreement-live-exists");
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(detail.contains("A-1"), "names the live one: {detail}");
    let refused = draft(&second, "A-1").send().await;
    refused.is_problem(409, "agreement-no-taken");

    void(&town, &live, "2018-03-05").await.ok(200);
    let refused = draft(&first, "A-1").send().await;
    refused.is_problem(409, "agreement-no-taken");
    let next = draft(&first, "A-2").send().await.ok(201).json;
    draft(&second, "A-3").send().await.ok(201);
    let path = format!("/v1/agreements/{}", text(&next));
    let taken = json!({"agreement_no": "A-3", "floor_area_m2": "100", "amount": "1"});
    let refused = town.officer().put(&path, &taken).if_match(&json!(1));
    refused.send().await.is_problem(409, "agreement-no-taken");
}

#[tokio::test]
async fn agreements_are_listed_by_number_and_filtered() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let east = town.parcel(&programme, "DJGD").await;
    let west = town.parcel(&programme, "DJGX").await;
    households(&town, &east, 1..=3, "100").await;
    households(&town, &west, 1..=1, "100").await;
    let of = async |parcel, number: &str| household_no(&town, parcel, number).await;
    let first = of(&east, "H-0001").await;
    town.signed(&first, "A-4", "2018-03-01").await;
    town.signed(&of(&east, "H-0002").await, "A-2", "2018-03-03")
        .await;
    town.draft(&of(&east, "H-0003").await, "A-3").await;
    let gone = town
        .signed(&of(&west, "H-0001").await, "A-1", "2018-03-02")
        .await;
    void(&town, &gone, "2018-03-05").await.ok(200);

    let list = async |query: &str| {
        let path = format!("/v1/agreements?{query}");
        let reply = town.auditor().get(&path).send().await.ok(200);
        let number = |a: &Value| a["agreement_no"].as_str().unwrap().to_owned();
        let numbers: Vec<_> = reply.items().iter().map(number).collect();
        let next = reply.json["next"].as_str().map(str::to_owned);
        (numbers.join(" "), next)
    };
    let of_parcel = format!("parcel_id={}", text(&east));
    let of_programme = format!("programme_id={}", text(&programme));
    let of_household = format!("household_id={}", text(&first));
    for (query, numbers) in [
        ("", "A-1 A-2 A-3 A-4"),
        (&of_programme, "A-1 A-2 A-3 A-4"),
        (&of_parcel, "A-2 A-3 A-4"),
        (&of_household, "A-4"),
        ("status=void", "A-1"),
        ("status=draft", "A-3"),
        ("signed_from=2018-03-02", "A-1 A-2"),
        ("signed_to=2018-03-02", "A-1 A-4"),
        ("signed_from=2018-03-02&signed_to=2018-03-02", "A-1"),
        ("agreement_no=A-3", "A-3"),
        ("agreement_no=A", ""),
    ] {
        assert_eq!(list(query).await, (numbers.to_owned(), None), "{query}");
    }
    let (page, next) = list("limit=3").await;
    assert_eq!(page, "A-1 A-2 A-3");
    let next = format!("limit=3&cursor={}", next.unwrap());
    assert_eq!(list(&next).await, ("A-4".to_owned(), None));
}

#[tokio::test]
async fn a_demo_key_sees_and_writes_agreements_of_synthetic_programmes_only() {
    let town = Town::new().await;
    let real = town.programme().await;
    let real = town.parcel(&real, "DJGD").await;
    let real = household(&town, &real, 1).await;
    let hidden = town.draft(&real, "A-1").await;
    let invented = town.programme_named("演示", true).await;
    let invented = town.parcel(&invented, "DEMO").await;
    let invented = household(&town, &invented, 1).await;
    let seen = town.draft(&invented, "A-2").await;

    let demo = town.person(Role::CaseOfficer, true);
    let listed = demo.get("/v1/agreements").send().await.ok(200);
    assert_eq!(listed.items(), std::slice::from_ref(&seen));
    let path = |agreement: &Value| format!("/v1/agreements/{}", text(agreement));
    demo.get(&path(&seen)).send().await.ok(200);
    let refused = demo.get(&path(&hidden)).send().await;
    refused.is_problem(404, "not-found");
    let fields = json!({"agreement_no": "A-9", "floor_area_m2": "1", "amount": "1"});
    let refused = demo.put(&path(&hidden), &fields).if_match(&json!(1));
    refused.send().await.is_problem(404, "not-found");
    for (act, body) in [
        ("signatures", json!({"signed_on": "2018-03-05"})),
        (
            "voidings",
            json!({"voided_on": "2018-03-05", "reason": "duplicate"}),
        ),
    ] {
        let refused = demo.post(&format!("{}/{act}", path(&hidden)), &body);
        let refused = refused.if_match(&json!(1)).send().await;
        refused.is_problem(404, "not-found");
    }
    let draft = json!({"household_id": real["id"], "agreement_no": "A-9",
        "floor_area_m2": "1", "amount": "1"});
    let refused = demo.post("/v1/agreements", &draft).send().await;
    refused.is_problem(404, "not-found");
    assert_eq!(town.count("agreement").await, 2);
}

#[tokio::test]
async fn on_no_day_has_a_household_two_agreements() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    let first = town.signed(&household, "A-1", "2018-02-20").await;
    void(&town, &first, "2018-03-02").await.ok(200);
    let second = town.draft(&household, "A-2").await;
    for early in ["2018-03-01", "2018-02-20", "2018-02-01"] {
        let refused = sign(&town, &second, early).await;
        let refused = refused.is_problem(422, "agreement-live-on-day");
        assert_eq!(refused.pointers(), ["/signed_on"]);
        assert_eq!(
            refused.json["errors"][0]["detail"],
            "协议 A-1 自 2018-03-02 起才作废，签约日不得早于该日"
        );
    }
    let rows = [row(&parcel, "H-1", "A-2", Some("2018-03-01"))];
    let told = write(&town, &everything(), &rows).await;
    assert!(
        matches!(&told[0], RowOutcome::Refused(m) if m[0].code == "agreement-live-on-day"),
        "{told:?}"
    );
    let rows = [row(&parcel, "H-1", "A-2", Some("2018-03-02"))];
    let told = write(&town, &everything(), &rows).await;
    assert!(matches!(told[0], RowOutcome::Changed(_)), "{told:?}");
}

#[tokio::test]
async fn an_agreement_that_never_counted_is_in_nobodys_way() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    let first = town.signed(&household, "A-1", "2018-03-02").await;
    void(&town, &first, "2018-03-02").await.ok(200);
    let second = town.draft(&household, "A-2").await;
    sign(&town, &second, "2018-03-01").await.ok(200);
}
