//! What a stranger can fetch is the same whatever the service holds.

use serde_json::json;

use crate::support::{Reply, Town, watch};

/// Everything that is served beside the contract, and what others serve there.
const OPEN: [&str; 13] = [
    "/",
    "/docs",
    "/problems",
    "/changelog",
    "/v1/openapi.json",
    "/resident/page.css",
    "/resident/page.js",
    "/resident/answer.js",
    "/resident/words.js",
    "/livez",
    "/startupz",
    "/readyz",
    "/v1/nowhere",
];
const NOT_THERE: [&str; 16] = [
    "/metrics",
    "/v1/metrics",
    "/health",
    "/healthz",
    "/status",
    "/debug",
    "/debug/pprof/",
    "/actuator",
    "/actuator/env",
    "/server-status",
    "/.env",
    "/.git/config",
    "/v1",
    "/v1/",
    "/swagger.json",
    "/resident/",
];

/// All that is told but the number of the request.
fn told(reply: &Reply) -> (u16, Vec<(String, String)>, String) {
    let headers = reply.headers.iter();
    let headers = headers.filter(|(name, _)| *name != "x-request-id");
    let text = |value: &poem::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
    let mut headers: Vec<_> = headers.map(|(n, v)| (n.to_string(), text(v))).collect();
    headers.sort();
    let id = reply.header("x-request-id");
    (reply.status.as_u16(), headers, reply.text().replace(id, ""))
}

#[tokio::test]
async fn a_stranger_reads_the_same_of_a_full_town_as_of_an_empty_one() {
    let town = Town::new().await;
    let empty = Town::new().await;
    let parcel = town.parcel(&town.programme().await, "CANARY").await;
    let household = town.household(&parcel, "H-1").await;
    town.signed(&household, "XY-1", "2018-03-02").await;
    let order = json!({"programme_id": parcel["programme_id"], "kind": "household-ledger"});
    town.auditor()
        .post("/v1/reports", &order)
        .send()
        .await
        .ok(202);
    for path in OPEN {
        let here = town.anonymous().get(path).send().await;
        let there = empty.anonymous().get(path).send().await;
        assert_eq!(told(&here), told(&there), "{path}");
        assert!(!here.text().contains("CANARY"), "{path}");
    }
    for path in ["/livez", "/startupz", "/readyz"] {
        assert_eq!(town.anonymous().get(path).send().await.ok(200).text(), "ok");
    }
    for path in NOT_THERE {
        let reply = town.anonymous().get(path).send().await;
        reply.is_problem(404, "route-unknown");
    }
    // Whoever may do nothing learns no more from an address that exists than from its absence.
    let known = format!("/v1/households/{}", household["id"].as_str().unwrap());
    let unknown = "/v1/households/01890a5d-ac96-774b-bcce-000000000000";
    let [known, unknown] = [known.as_str(), unknown].map(|path| town.anonymous().get(path));
    let (known, unknown) = (known.send().await, unknown.send().await);
    let known = known.is_problem(401, "unauthenticated");
    let unknown = unknown.is_problem(401, "unauthenticated");
    assert_eq!(known.json["detail"], unknown.json["detail"]);
}

#[tokio::test]
async fn nothing_tells_a_stranger_what_it_is_made_of_or_where_it_stands() {
    let town = Town::new().await;
    for path in OPEN.into_iter().chain(NOT_THERE) {
        let reply = town.anonymous().get(path).send().await;
        for header in ["server", "x-powered-by", "via", "x-runtime", "x-served-by"] {
            assert_eq!(reply.header(header), "", "{path}");
        }
        let text = reply.text().to_lowercase();
        let database = town.database.as_str();
        for word in [
            "poem/",
            "hyper",
            "rustc",
            "/root/",
            "/home/",
            "/cargo/",
            "registry/src",
            "sqlx",
            "postgres://",
            "panicked",
            "backtrace",
            "anju_service",
            database,
        ] {
            assert!(!text.contains(word), "{path} tells {word}");
        }
    }
}

/// No address of the contract has a place for anything of a person.
#[test]
fn nothing_of_a_person_has_a_place_in_an_address() {
    let mut looked = 0;
    for operation in crate::contract::operations() {
        let parameters = operation.value["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            let (name, place) = (&parameter["name"], &parameter["in"]);
            let personal = watch::has_personal_format(&parameter["schema"])
                || watch::personal_members().contains(name.as_str().unwrap());
            let id = operation.id();
            assert!(!personal, "{id}: {name} in {place} is a person's");
            looked += 1;
        }
    }
    assert!(looked > 100, "{looked}");
}
