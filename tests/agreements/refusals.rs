//! What is refused before anything is written, and what is repeated.

use serde_json::{Value, json};

use super::{household, sign, text, void};
use crate::support::Town;

#[tokio::test]
async fn money_and_areas_that_are_not_exact_are_refused_by_name() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    for (floor_area_m2, amount, pointers) in [
        (json!("120.50"), json!(1_250_000.5), vec!["/amount"]),
        (json!("120.50"), json!("-1.00"), vec!["/amount"]),
        (json!("120.50"), json!("1.005"), vec!["/amount"]),
        (json!("120.505"), json!("1.00"), vec!["/floor_area_m2"]),
        (json!(120), json!(1), vec!["/amount", "/floor_area_m2"]),
    ] {
        let body = json!({"household_id": household["id"], "agreement_no": "A-1",
            "floor_area_m2": floor_area_m2, "amount": amount});
        let reply = town.officer().post("/v1/agreements", &body).send().await;
        let reply = reply.is_problem(400, "body-mismatch");
        let mut found = reply.pointers();
        found.dedup();
        assert_eq!(found, pointers, "{body}");
    }
    assert_eq!(town.count("agreement").await, 0);
    assert_eq!(
        town.count("idempotency_key where fingerprint is null")
            .await,
        0
    );
}

#[tokio::test]
async fn an_act_is_never_dated_in_the_future_nor_before_anything_of_ours() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    let draft = town.draft(&household, "A-1").await;
    let refused = sign(&town, &draft, "2018-03-06").await;
    let refused = refused.is_problem(422, "day-in-future");
    assert_eq!(refused.pointers(), ["/signed_on"]);
    let refused = sign(&town, &draft, "1989-12-31").await;
    let refused = refused.is_problem(422, "day-too-early");
    assert_eq!(refused.pointers(), ["/signed_on"]);
    let refused = void(&town, &draft, "2018-03-06").await;
    let refused = refused.is_problem(422, "day-in-future");
    assert_eq!(refused.pointers(), ["/voided_on"]);
    let refused = void(&town, &draft, "1989-12-31").await;
    refused.is_problem(422, "day-too-early");

    // In Shanghai it is the sixth already, in London still the fifth.
    town.set_clock("2018-03-05T16:30:00Z");
    let signed = sign(&town, &draft, "2018-03-06").await.ok(200).json;
    assert_eq!(signed["version"], 2, "nothing was written before");
    let refused = void(&town, &signed, "2018-03-05").await;
    let refused = refused.is_problem(422, "void-before-signing");
    assert_eq!(refused.pointers(), ["/voided_on"]);
    void(&town, &signed, "2018-03-06").await.ok(200);
}

#[tokio::test]
async fn a_signature_before_the_signing_period_is_recorded_as_it_is() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    assert_eq!(parcel["signing_from"], "2018-03-01");
    let household = household(&town, &parcel, 1).await;
    let signed = town.signed(&household, "A-1", "2018-02-27").await;
    assert_eq!(signed["signed_on"], "2018-02-27");
}

#[tokio::test]
async fn a_repeated_request_is_answered_alike_and_done_once() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    let body = json!({"household_id": household["id"], "agreement_no": "A-1",
        "floor_area_m2": "100.00", "amount": "1.00"});
    let draft = |body: &Value| town.officer().post("/v1/agreements", body).key("draft-1");
    let first = draft(&body).send().await.ok(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = draft(&body).send().await.ok(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json, first.json);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("etag"), first.header("etag"));

    let mut other = body.clone();
    other["amount"] = "2.00".into();
    let refused = draft(&other).send().await;
    refused.is_problem(422, "idempotency-key-reused");
    let missing = draft(&body).without("idempotency-key").send().await;
    missing.is_problem(428, "idempotency-key-missing");
    assert_eq!(town.count("agreement").await, 1);

    let path = format!("/v1/agreements/{}/signatures", text(&first.json));
    let sign = |on: &str| {
        let request = town.officer().post(&path, &json!({"signed_on": on}));
        request.key("sign-1").if_match(&json!(1))
    };
    let signed = sign("2018-03-05").send().await.ok(200);
    let again = sign("2018-03-05").send().await.ok(200);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json, signed.json);
    assert_eq!(again.header("etag"), "\"2\"");
    let refused = sign("2018-03-04").send().await;
    refused.is_problem(422, "idempotency-key-reused");
    let missing = sign("2018-03-05")
        .without("if-match")
        .key("sign-2")
        .send()
        .await;
    missing.is_problem(428, "if-match-missing");
    let signings = town
        .count("audit_event where action = 'agreement.signed'")
        .await;
    assert_eq!(signings, 1);
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let town = Town::new().await;
    let nowhere = "01890a5d-ac96-774b-bcce-b302099a8057";
    let body = json!({"household_id": nowhere, "agreement_no": "A-1",
        "floor_area_m2": "1", "amount": "1"});
    let refused = town.officer().post("/v1/agreements", &body).send().await;
    refused.is_problem(404, "not-found");
    let nothing = json!({"id": nowhere, "version": 1});
    let refused = sign(&town, &nothing, "2018-03-05").await;
    refused.is_problem(404, "not-found");
    let refused = void(&town, &nothing, "2018-03-05").await;
    refused.is_problem(404, "not-found");
    for path in [
        "signing-rate",
        "unsigned-households",
        "rosters",
        "signing-rate/series?from=2018-03-01",
    ] {
        let path = format!("/v1/parcels/{nowhere}/{path}");
        let refused = town.admin().get(&path).send().await;
        refused.is_problem(404, "not-found");
    }
    let path = format!("/v1/programmes/{nowhere}/signing-rates");
    let refused = town.admin().get(&path).send().await;
    refused.is_problem(404, "not-found");
}
