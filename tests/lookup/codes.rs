//! Codes: issued once, shown once, revoked, and nowhere in clear.

use serde_json::{Value, json};

use super::{Settled, asking, id, issue, open, settled};

#[tokio::test]
async fn a_code_is_read_however_it_is_typed() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    let plain = code.replace('-', "");
    let lookalikes = code.replace('0', "o").replace('1', "l");
    let other = code
        .to_lowercase()
        .replace('0', "O")
        .replace('1', "I")
        .replace('-', " ");
    let wide: String = plain
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    let pasted = code.replace('-', "\u{2212}") + "\u{A0}\n";
    for typed in [plain, lookalikes, other, wide, pasted] {
        asking(&town, &typed, &six).send().await.ok(201);
    }
    let short = asking(&town, "ABCD", &six)
        .send()
        .await
        .is_problem(400, "body-mismatch");
    assert!(
        short
            .pointers()
            .iter()
            .all(|pointer| *pointer == "/lookup_code")
    );
}

#[tokio::test]
async fn a_new_code_stops_the_old_one_and_what_it_opened() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let resident = open(&town, &code, &six).await;
    town.set_clock("2018-03-05T02:10:00Z");
    let again = issue(&town, &household).await;
    resident
        .get("/v1/resident/case")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    asking(&town, &code, &six)
        .send()
        .await
        .is_problem(401, "lookup-failed");
    let new = again["lookup_code"].as_str().unwrap();
    assert_ne!(new, code);
    open(&town, new, &six).await;

    let path = format!("/v1/lookup-codes?household_id={}", id(&household));
    let list = town.officer().get(&path).send().await.ok(200);
    let live: Vec<_> = list
        .items()
        .iter()
        .map(|c| c["revoked_at"].is_null())
        .collect();
    assert_eq!(live, [true, false]);
    assert!(!list.text().contains(new) && list.items()[0].get("lookup_code").is_none());
    for action in ["lookup_code.issued", "lookup_code.revoked"] {
        let path = format!("/v1/audit-events?action={action}");
        let trail = town.auditor().get(&path).send().await.ok(200);
        assert_eq!(
            trail.items().len(),
            if action.ends_with("issued") { 2 } else { 1 }
        );
    }
}

#[tokio::test]
async fn a_code_is_issued_once_per_key_and_shown_once() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let path = format!("/v1/households/{}/lookup-codes", id(&household));
    let send = || town.officer().act(&path).key("one").send();
    let first = send().await.ok(201);
    assert_eq!(first.header("etag"), "\"1\"");
    let record = town
        .officer()
        .get(first.header("location"))
        .send()
        .await
        .ok(200);
    assert_eq!(record.json["household_no"], "H-1");
    send().await.is_problem(409, "already-done");
    open(&town, first.json["lookup_code"].as_str().unwrap(), &six).await;
    asking(&town, &code, &six)
        .send()
        .await
        .is_problem(401, "lookup-failed");
}

#[tokio::test]
async fn a_revoked_code_opens_nothing() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let resident = open(&town, &code, &six).await;
    let path = format!("/v1/lookup-codes?household_id={}", id(&household));
    let record = town.officer().get(&path).send().await.ok(200).items()[0].clone();
    let path = format!("/v1/lookup-codes/{}/revocations", id(&record));
    let revoke = |version: Value| town.officer().act(&path).if_match(&version).send();
    town.officer()
        .act(&path)
        .send()
        .await
        .is_problem(428, "if-match-missing");
    revoke(json!(9)).await.is_problem(412, "version-stale");
    let revoked = revoke(json!(1)).await.ok(200);
    assert_eq!(revoked.json["revoked_at"], "2018-03-05T02:00:00Z");
    revoke(json!(2))
        .await
        .is_problem(409, "lookup-code-revoked");
    asking(&town, &code, &six)
        .send()
        .await
        .is_problem(401, "lookup-failed");
    resident
        .get("/v1/resident/case")
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_copy_of_the_database_opens_nothing() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    let opened = asking(&town, &code, &six).send().await.ok(201).json;
    let token = opened["token"].as_str().unwrap();
    let plain = code.replace('-', "");
    let secrets = [
        code.as_str(),
        &plain,
        token,
        token.trim_start_matches("anjr_"),
    ];
    let database = town.whole_database().await;
    for secret in secrets {
        assert!(!database.contains(secret), "{secret}");
        assert!(
            !database.contains(&hex::encode(secret)),
            "{secret} as bytes"
        );
    }
}

#[tokio::test]
async fn a_demo_key_issues_no_code_for_real_households() {
    let Settled {
        town,
        parcel,
        household,
        ..
    } = settled().await;
    let demo = town.person(anju::staff::Role::CaseOfficer, true);
    let path = format!("/v1/households/{}/lookup-codes", id(&household));
    demo.act(&path).send().await.is_problem(404, "not-found");
    let path = format!("/v1/parcels/{}/lookup-letters", id(&parcel));
    demo.post(&path, &json!({}))
        .send()
        .await
        .is_problem(404, "not-found");
    let list = demo.get("/v1/lookup-codes").send().await.ok(200);
    assert!(list.items().is_empty());
}
