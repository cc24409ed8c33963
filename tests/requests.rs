//! What is refused before anybody is asked, and in which words.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use anju::http::{self, Problem, TimeLimits};
use poem::{EndpointExt as _, Route, endpoint::make, http::Method};
use serde_json::{Value, json};

use crate::support::{Person, Town};

fn programme(year: &Value) -> Value {
    json!({"name": "x", "year": year, "target_villages": 1, "target_areas": 1,
        "target_demolition_m2": "1.00"})
}

#[tokio::test]
async fn a_whole_number_is_an_integer_however_it_is_written() {
    let town = Town::new().await;
    let body = programme(&json!(2018.0));
    assert!(
        body.to_string().contains("2018.0"),
        "it is sent with its fraction"
    );
    let made = town
        .admin()
        .post("/v1/programmes", &body)
        .send()
        .await
        .ok(201);
    assert_eq!(made.json["year"], json!(2018));
    let body = programme(&json!(2018.5));
    let refused = town
        .admin()
        .post("/v1/programmes", &body)
        .english()
        .send()
        .await;
    let refused = refused.is_problem(400, "body-mismatch");
    assert_eq!(refused.pointers(), ["/year"]);
    assert_eq!(
        refused.json["errors"][0]["detail"],
        "must be of type integer"
    );
    let body = programme(&json!(3000));
    let refused = town
        .admin()
        .post("/v1/programmes", &body)
        .english()
        .send()
        .await;
    assert_eq!(
        refused.json["errors"],
        json!([{"pointer": "/year", "code": "too-large", "detail": "must be at most 2200"}])
    );
}

#[tokio::test]
async fn a_parameter_that_does_not_fit_is_told_in_the_callers_language() {
    let town = Town::new().await;
    let path = "/v1/households?parcel_id=zz&limit=999";
    let refused = town.officer().get(path).send().await;
    let refused = refused.is_problem(400, "parameter-invalid");
    assert_eq!(
        refused.json["errors"],
        json!([
            {"pointer": "query:parcel_id", "code": "not-a-uuid", "detail": "不是有效的标识符（UUID）"},
            {"pointer": "query:limit", "code": "too-large", "detail": "不得大于 200"},
        ])
    );
    let refused = town.officer().get(path).english().send().await;
    assert_eq!(
        refused.json["errors"][0]["detail"],
        "must be a UUID with hyphens"
    );
    for (path, pointer, code) in [
        ("/v1/households?limit=abc", "query:limit", "wrong-type"),
        ("/v1/flats?assigned=maybe", "query:assigned", "wrong-type"),
        ("/v1/agreements?status=lost", "query:status", "not-one-of"),
        (
            "/v1/agreements?signed_from=2018-02-30",
            "query:signed_from",
            "date-form",
        ),
        ("/v1/parcels/features", "query:programme_id", "required"),
    ] {
        let refused = town.officer().get(path).english().send().await;
        let refused = refused.is_problem(400, "parameter-invalid");
        assert_eq!(refused.pointers(), [pointer], "{path}");
        let detail = refused.json["errors"][0]["detail"].as_str().unwrap();
        assert!(
            !detail.contains("parse") && detail.is_ascii(),
            "{path}: {detail}"
        );
        if code != "date-form" {
            assert_eq!(refused.json["errors"][0]["code"], code, "{path}");
        }
    }
}

#[tokio::test]
async fn every_mistake_of_a_query_is_told_at_once_and_names_are_read_as_they_are_meant() {
    let town = Town::new().await;
    let officer = town.officer();
    let one = officer.get("/v1/parcels?li%6Dit=1").send().await.ok(200);
    assert!(one.items().is_empty());
    let both = officer.get("/v1/parcels?limit=abc&foo=1").send().await;
    let both = both.is_problem(400, "unknown-parameter");
    assert_eq!(both.pointers(), ["query:foo", "query:limit"]);
    let twice = officer.get("/v1/parcels?limit=1&limit=2").send().await;
    let twice = twice.is_problem(400, "parameter-invalid");
    assert_eq!(twice.pointers(), ["query:limit"]);
    assert_eq!(twice.json["errors"][0]["code"], "duplicate-parameter");
    let head = officer
        .errand(Method::HEAD, "/v1/parcels?foo=1")
        .send()
        .await;
    assert_eq!(head.status, 400);
}

#[tokio::test]
async fn what_stands_beside_the_contract_says_that_it_can_only_be_read() {
    let town = Town::new().await;
    for (method, path) in [
        (Method::DELETE, "/livez"),
        (Method::POST, "/docs"),
        (Method::POST, "/"),
        (Method::POST, "/v1/openapi.json"),
        (Method::PUT, "/problems"),
        (Method::PATCH, "/changelog"),
    ] {
        let refused = town.anonymous().errand(method, path).send().await;
        let refused = refused.is_problem(405, "method-not-allowed");
        assert_eq!(refused.header("allow"), "GET, HEAD", "{path}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_accepted_is_not_made() {
    let town = Town::new().await;
    let programme = json!({"name": "x", "year": 2018, "target_villages": 1, "target_areas": 1,
        "target_demolition_m2": "1.00"});
    let post = || town.admin().post("/v1/programmes", &programme);
    let refused = post().header("accept", "text/html").send().await;
    let refused = refused.is_problem(406, "not-acceptable");
    assert!(
        refused.json["detail"]
            .as_str()
            .unwrap()
            .contains("application/json")
    );
    assert_eq!(town.count("programme").await, 0);
    post()
        .header("accept", "text/html, */*;q=0.1")
        .send()
        .await
        .ok(201);

    let sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let file = |accept: &str| {
        town.admin()
            .get("/v1/programmes/export")
            .header("accept", accept)
    };
    for accept in [sheet, "*/*", "application/*"] {
        file(accept).send().await.ok(200);
    }
    file("application/json")
        .send()
        .await
        .is_problem(406, "not-acceptable");
    let page = town.anonymous().get("/").header("accept", "text/html");
    page.send().await.ok(200);
}

/// A service whose only operation is this one.
fn service_of<E: poem::Endpoint + 'static>(town: &Town, operation: E) -> Person {
    let contract = Arc::new(anju::contract(&town.app));
    let service = Route::new()
        .at("/v1/only", operation)
        .around(|next, request| async move { http::envelope(next, request).await })
        .data(contract)
        .data(town.app.clone());
    let limits = TimeLimits {
        request: Duration::ZERO,
        upload: Duration::MAX,
    };
    let service = service.data(limits).map_to_response().boxed();
    Person::new(Arc::new(service), None)
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_503_and_may_be_sent_again() {
    let town = Town::new().await;
    let never = make(|_| std::future::pending::<poem::Result<()>>());
    let slow = service_of(&town, never);
    let reply = slow.get("/v1/only").send().await.is_problem(503, "timeout");
    assert_eq!(reply.header("retry-after"), "5");
    assert!(
        reply.json["detail"]
            .as_str()
            .unwrap()
            .contains("Idempotency-Key")
    );
}

/// What was logged, line by line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_refusal_of_the_database_is_no_error_of_ours() {
    let town = Town::new().await;
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let refused = || Problem::conflict("already-exists", "", "").caused_by("a duplicate");
    let conflict = service_of(
        &town,
        make(move |_| async move { Err::<(), poem::Error>(refused().into()) }),
    );
    conflict
        .get("/v1/only")
        .send()
        .await
        .is_problem(409, "already-exists");
    let broken = || Problem::internal("a defect");
    let failure = service_of(
        &town,
        make(move |_| async move { Err::<(), poem::Error>(broken().into()) }),
    );
    failure
        .get("/v1/only")
        .send()
        .await
        .is_problem(500, "internal-error");
    let told = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let level = |cause: &str| {
        let line = told.lines().find(|line| line.contains(cause)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!(level("a duplicate"), "INFO", "{told}");
    assert_eq!(level("a defect"), "ERROR", "{told}");
}
