//! Opening a session: who can, and what it is worth.

use poem::http::StatusCode;
use serde_json::{Value, json};

use super::{
    CHILD, PASSPORT, Settled, asking, case, family, id, issue, last_six, open, run, settled,
};
use crate::support::Person;

#[tokio::test]
async fn any_adult_opens_the_case_with_any_document() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    for six in [
        six.as_str(),
        &six.to_lowercase(),
        last_six(PASSPORT),
        "34567a",
        "３４５６７ａ",
        " 345\u{A0}67\u{2212}A\n",
    ] {
        asking(&town, &code, six).send().await.ok(201);
    }
    // The child is of age on its eighteenth birthday.
    asking(&town, &code, last_six(CHILD))
        .send()
        .await
        .is_problem(401, "lookup-failed");
    town.set_clock("2027-12-31T15:59:59Z");
    asking(&town, &code, last_six(CHILD))
        .send()
        .await
        .is_problem(401, "lookup-failed");
    town.set_clock("2027-12-31T16:00:00Z");
    asking(&town, &code, last_six(CHILD)).send().await.ok(201);
}

#[tokio::test]
async fn who_was_born_on_no_known_day_counts_as_an_adult() {
    let Settled {
        town,
        code,
        household,
        ..
    } = settled().await;
    let owner = town.owner().await;
    let forget = "update person set birth_on = null where household_id = '{}'";
    run(&owner, forget.replace("{}", id(&household))).await;
    asking(&town, &code, last_six(CHILD)).send().await.ok(201);
}

#[tokio::test]
async fn no_refusal_says_what_was_wrong() {
    let Settled {
        town,
        parcel,
        code,
        six,
        ..
    } = settled().await;
    let (neighbour, neighbour_six) = family(&town, &parcel, "H-2").await;
    let revoked = issue(&town, &neighbour).await["lookup_code"].clone();
    issue(&town, &neighbour).await;
    let none = "0000-0000-0000";
    let mut bodies = vec![];
    for (code, six) in [
        (none, six.as_str()),
        (revoked.as_str().unwrap(), &neighbour_six),
        (&code, "000000"),
        (&code, last_six(CHILD)),
        (&code, &neighbour_six),
    ] {
        let reply = asking(&town, code, six)
            .send()
            .await
            .is_problem(401, "lookup-failed");
        let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        let mut body = reply.json;
        body["request_id"] = Value::Null;
        bodies.push((body, names));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(town.count("resident_session").await, 0);
    let trail = town
        .auditor()
        .get("/v1/audit-events?action=lookup.opened")
        .send()
        .await
        .ok(200);
    assert!(trail.items().is_empty());
}

#[tokio::test]
async fn a_session_lasts_half_an_hour_or_until_it_is_ended() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    let resident = open(&town, &code, &six).await;
    let status = |resident: &Person| {
        let read = resident.get("/v1/resident/case");
        async { read.send().await.status }
    };
    town.set_clock("2018-03-05T02:29:59Z");
    assert_eq!(status(&resident).await, StatusCode::OK);
    town.set_clock("2018-03-05T02:30:00Z");
    assert_eq!(status(&resident).await, StatusCode::UNAUTHORIZED);
    let end = |resident: &Person| resident.delete("/v1/resident/sessions/current").send();
    end(&resident).await.is_problem(401, "unauthenticated");

    let resident = open(&town, &code, &six).await;
    end(&resident).await.ok(204);
    assert_eq!(status(&resident).await, StatusCode::UNAUTHORIZED);
    end(&resident).await.is_problem(401, "unauthenticated");
    // A staff key is no resident, and a resident no staff.
    let officer = town.officer().get("/v1/resident/case").send().await;
    officer.is_problem(401, "unauthenticated");
    let resident = open(&town, &code, &six).await;
    resident
        .get("/v1/households")
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_grid_worker_is_on_record_and_the_name_is_not_in_the_trail() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let send = |channel: &str, assistant: Option<&str>| {
        let mut body = json!({"lookup_code": code, "id_last_six": six, "channel": channel});
        if let Some(name) = assistant {
            body["assistant"] = name.into();
        }
        town.anonymous().post("/v1/resident/sessions", &body).send()
    };
    for (channel, assistant) in [("grid_worker", None), ("self", Some("张网格"))] {
        let refused = send(channel, assistant)
            .await
            .is_problem(400, "assistant-mismatch");
        assert_eq!(refused.pointers(), ["/assistant"]);
    }
    send("self", None).await.ok(201);
    town.set_clock("2018-03-05T02:05:00Z");
    let opened = send("grid_worker", Some("张网格 / 东一网格"))
        .await
        .ok(201)
        .json;
    let case = case(&town.bearer(opened["token"].as_str().unwrap())).await;
    let lookups = json!([{"at": "2018-03-05T02:05:00Z", "channel": "grid_worker",
            "assistant": "张网格 / 东一网格"},
        {"at": "2018-03-05T02:00:00Z", "channel": "self"}]);
    assert_eq!(case["lookups"], lookups);

    let owner = town.owner().await;
    let (session, kept): (sqlx::types::Uuid, String) =
        sqlx::query_as("select id, assistant from resident_session where channel = 'grid_worker'")
            .fetch_one(&owner)
            .await
            .unwrap();
    assert_eq!(kept, "张网格 / 东一网格");
    let trail = town
        .auditor()
        .get("/v1/audit-events?action=lookup.opened")
        .send()
        .await
        .ok(200);
    let last = &trail.items()[0];
    assert_eq!(last["client_id"], session.to_string());
    assert_eq!(
        (&last["role"], &last["on_behalf_of"]),
        (&json!("resident"), &json!("resident"))
    );
    assert_eq!(
        (&last["reason"], &last["object_id"]),
        (&json!("grid_worker"), &household["id"])
    );
    assert!(trail.items()[1]["on_behalf_of"].is_null());
    let events: String = sqlx::query_scalar("select string_agg(e::text, ' ') from audit_event e")
        .fetch_one(&owner)
        .await
        .unwrap();
    assert!(!events.contains("张网格"));
}

#[tokio::test]
async fn a_lost_answer_is_not_told_again_and_strangers_never_meet_over_a_key() {
    let Settled {
        town,
        parcel,
        code,
        six,
        ..
    } = settled().await;
    asking(&town, &code, &six).key("k").send().await.ok(201);
    asking(&town, &code, &six)
        .key("k")
        .send()
        .await
        .is_problem(409, "already-done");
    let (other, other_six) = family(&town, &parcel, "H-2").await;
    let other_code = issue(&town, &other).await;
    let other_code = other_code["lookup_code"].as_str().unwrap();
    asking(&town, other_code, &other_six)
        .key("k")
        .send()
        .await
        .ok(201);
    let bare = asking(&town, &code, &six)
        .without("idempotency-key")
        .send()
        .await;
    bare.is_problem(428, "idempotency-key-missing");
}
