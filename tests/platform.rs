//! What holds for every operation: refusals of the framework, panics, headers, languages.

use anju::{Clock, Entropy, config::Config, http, privacy::KeyRing};
use poem::{EndpointExt as _, Route, endpoint::make, http::Method};
use serde_json::json;

use crate::support::{Person, Town};

#[tokio::test]
async fn what_the_framework_refuses_is_a_problem_too() {
    let town = Town::new().await;
    let admin = town.admin();
    for (path, code) in [
        ("/nowhere", "route-unknown"),
        ("/v1/nowhere", "route-unknown"),
        ("/v1/programmes/", "route-unknown"),
        ("/v1/programmes/no-uuid", "not-found"),
    ] {
        admin.get(path).send().await.is_problem(404, code);
    }
    let wrong = admin.delete("/v1/programmes").send().await;
    let wrong = wrong.is_problem(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), "GET, POST, HEAD");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_changes_nothing() {
    let town = Town::new().await;
    let admin = town.admin();
    let post = || admin.post("/v1/programmes", &json!({}));
    let text = post().body("text/plain", "{}").send().await;
    text.is_problem(415, "media-type-unsupported");
    let none = post().without("content-type").send().await;
    none.is_problem(415, "media-type-unsupported");
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in [b"{\"a\": ".as_slice(), b"\"\xff\"", b""] {
        let refused = post().body("application/json", body).send().await;
        refused.is_problem(400, "not-json");
    }
    let deep = post().body("application/json", deep).send().await;
    deep.is_problem(400, "json-too-deep");
    let large = format!("\"{}\"", "x".repeat(20_000_000));
    let large = post().body("application/json", large).send().await;
    large.is_problem(413, "body-too-large");
    let money = json!({"name": "x", "year": 2018, "target_villages": 1, "target_areas": 1,
        "target_demolition_m2": 0.1});
    let float = admin.post("/v1/programmes", &money).send().await;
    let float = float.is_problem(400, "body-mismatch");
    assert_eq!(float.pointers(), ["/target_demolition_m2"]);
    assert_eq!(town.count("programme").await, 0);
    assert_eq!(town.count("audit_event").await, 0);
}

#[tokio::test]
async fn a_panic_answers_500_without_its_text() {
    let town = Town::new().await;
    let contract = std::sync::Arc::new(anju::contract(&town.app));
    let panics = Route::new()
        .at(
            "/v1/panic",
            make(|_| async { panic!("secret of the house") as poem::Result<()> }),
        )
        .around(|next, request| async move { http::envelope(next, request).await })
        .data(contract)
        .data(town.app.clone());
    let service = std::sync::Arc::new(panics.map_to_response().boxed());
    let reply = Person::new(service, None).get("/v1/panic").send().await;
    let reply = reply.is_problem(500, "internal-error");
    assert!(!reply.text().contains("secret"));
}

#[tokio::test]
async fn a_database_that_is_down_is_503_with_retry_after() {
    let entropy = Entropy::system();
    let keys = KeyRing::generate(&mut |bytes| entropy.fill(bytes));
    let config = Config::read(&[("ANJU_DATA_DIR".into(), "/nonexistent".into())].into()).unwrap();
    let db = anju::database::connect("postgres://nobody@localhost:1/none", 2).unwrap();
    let clock = Clock::system(chrono_tz::Asia::Shanghai);
    let service = anju::service(anju::App::new(db, clock, entropy, keys, config));
    let service = std::sync::Arc::new(service.map_to_response().boxed());
    let key = format!("anju_00000000_{}", "x".repeat(43));
    let person = Person::new(service, Some(key));
    let (reply, ready) = tokio::join!(
        person.get("/v1/programmes").send(),
        person.get("/readyz").send()
    );
    let reply = reply.is_problem(503, "database-unavailable");
    assert_eq!(reply.header("retry-after"), "5");
    assert!(!reply.text().contains("localhost"));
    assert_eq!(ready.status, 503);
    assert_eq!(person.get("/livez").send().await.status, 200);
}

#[tokio::test]
async fn every_answer_carries_its_id_and_the_security_headers() {
    let town = Town::new().await;
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    for path in [
        "/v1/programmes",
        "/v1/nowhere",
        "/livez",
        "/docs",
        "/v1/openapi.json",
    ] {
        let reply = town
            .auditor()
            .get(path)
            .header("x-request-id", id)
            .send()
            .await;
        assert_eq!(reply.header("x-request-id"), id, "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(reply.header(name), value, "{path}");
        }
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!reply.header("api-version").is_empty(), "{path}");
        // What is the same for everyone may be kept, if it is asked for again each time.
        let kept = ["/docs", "/v1/openapi.json"].contains(&path);
        let rule = if kept { "no-cache" } else { "no-store" };
        assert_eq!(reply.header("cache-control"), rule, "{path}");
    }
    let forged = town
        .auditor()
        .get("/livez")
        .header("x-request-id", "no uuid")
        .send()
        .await;
    assert_ne!(forged.header("x-request-id"), "no uuid");
}

#[tokio::test]
async fn problems_speak_the_language_that_is_asked_for() {
    let town = Town::new().await;
    let chinese = town.admin().get("/v1/nowhere").send().await;
    assert_eq!(
        (
            chinese.json["title"].as_str(),
            chinese.header("content-language")
        ),
        (Some("没有这个地址"), "zh-CN")
    );
    let english = town.admin().get("/v1/nowhere").english().send().await;
    assert_eq!(
        (
            english.json["title"].as_str(),
            english.header("content-language")
        ),
        (Some("No such address"), "en")
    );
    let body = json!({"name": "x"});
    let told = town
        .admin()
        .post("/v1/programmes", &body)
        .english()
        .send()
        .await;
    assert!(
        told.json["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .is_ascii()
    );
}

#[tokio::test]
async fn a_revoked_or_expired_key_is_refused_with_the_next_request() {
    let town = Town::new().await;
    let body = json!({"label": "临时", "role": "auditor", "days": 10});
    let made = town
        .admin()
        .post("/v1/api-keys", &body)
        .key("K")
        .send()
        .await
        .ok(201);
    let secret = made.json["secret"].as_str().unwrap();
    let holder = town.bearer(secret);
    holder.get("/v1/me").send().await.ok(200);
    let again = town
        .admin()
        .post("/v1/api-keys", &body)
        .key("K")
        .send()
        .await;
    again.is_problem(409, "already-done");

    town.set_clock("2018-03-16T02:00:00Z");
    holder
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    town.set_clock("2018-03-05T02:00:00Z");
    let path = format!(
        "/v1/api-keys/{}/revocations",
        made.json["id"].as_str().unwrap()
    );
    let revoke = || town.admin().act(&path).if_match(&json!(1));
    revoke().send().await.ok(200);
    holder
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    revoke()
        .if_match(&json!(2))
        .send()
        .await
        .is_problem(409, "api-key-revoked");

    let owner = town.owner().await;
    let dump: Vec<String> = sqlx::query_scalar(
        "select t::text from api_key t union all select t::text from idempotency_key t",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    let tail = &secret[14..];
    assert!(
        dump.iter().all(|row| !row.contains(tail)),
        "no usable key in the database"
    );
}

#[tokio::test]
async fn the_trail_tells_who_did_what_and_nothing_about_whom() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let path = format!(
        "/v1/audit-events?object_id={}",
        programme["id"].as_str().unwrap()
    );
    town.admin()
        .get(&path)
        .send()
        .await
        .is_problem(403, "permission-missing");
    let events = town.auditor().get(&path).send().await.ok(200);
    let event = &events.items()[0];
    assert_eq!(event["action"], "programme.created");
    assert_eq!(event["role"], "district_admin");
    assert_eq!(event["client_label"], "test district_admin");
    assert_eq!(
        (&event["version_before"], &event["version_after"]),
        (&json!(null), &json!(1))
    );
    assert_eq!(event["commitment"].as_str().unwrap().len(), 64);
    assert!(!events.text().contains("更新改造"));
    let none = format!("{path}&action=programme.replaced");
    assert!(
        town.auditor()
            .get(&none)
            .send()
            .await
            .ok(200)
            .items()
            .is_empty()
    );
}

#[tokio::test]
async fn a_head_answers_like_a_get_without_a_body() {
    let town = Town::new().await;
    let reply = town
        .auditor()
        .errand(Method::HEAD, "/v1/programmes")
        .send()
        .await
        .ok(200);
    assert!(reply.bytes.is_empty());
}
