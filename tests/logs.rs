//! What the log tells: who asked for what and how it ended, and nothing about whom.

use std::{
    io::Write,
    process::Command,
    sync::{Arc, Mutex, OnceLock},
};

use anju::{
    config::{Config, LogFormat},
    staff::Role,
    telemetry,
};
use serde_json::{Value, json};
use tracing::{Dispatch, subscriber::NoSubscriber};

use crate::{
    sign_in::{PASSWORD, settled},
    support::{Town, citizen_number},
};

/// Logs of this thread, where a test and everything it asks for runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn listen(&self, format: LogFormat) -> tracing::subscriber::DefaultGuard {
        // With one listener alone a line that another test comes to first would be decided by that
        // test's thread, which has none, for all threads.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(NoSubscriber::new()));
        let log = self.clone();
        let logs = telemetry::subscriber(format, "trace", false, move || log.clone());
        tracing::subscriber::set_default(logs)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The line of the request that was sent with this id.
    fn request(&self, id: &str) -> Value {
        let text = self.text();
        let line = text
            .lines()
            .find(|line| line.contains("request done") && line.contains(id));
        let line: Value = serde_json::from_str(line.unwrap()).unwrap();
        line["fields"].clone()
    }
}

const CANARIES: [&str; 7] = [
    "金丝雀",
    "canary-address",
    "0531-77665544",
    "canary-certificate",
    "canary-path",
    "canary-query",
    "canary-body",
];

#[tokio::test]
async fn no_name_number_token_query_or_body_is_in_the_log_at_any_level() {
    let log = Log::default();
    let listening = log.listen(LogFormat::Text);
    let town = Town::new().await;
    let parcel = town.parcel(&town.programme().await, "JC-01").await;
    let number = citizen_number("canary");
    let mut body = Town::household_body(&parcel, "H-1");
    body["holder_name"] = json!("金丝雀");
    body["address"] = json!("canary-address 1");
    body["phone"] = json!("0531-77665544");
    body["persons"][0]["name"] = json!("金丝雀");
    body["persons"][0]["document"]["number"] = json!(number);
    body["structures"][0]["certificate_no"] = json!("canary-certificate");
    let officer = town.officer();
    let made = officer.post("/v1/households", &body).send().await.ok(201);
    // Refused by a rule and by a constraint, by the contract, by nobody being there, by nobody
    // being asked.
    officer.post("/v1/households", &body).send().await;
    body["persons"][0]["document"]["number"] = json!("canary-body");
    officer.post("/v1/households", &body).send().await;
    let text = officer.post("/v1/households", &json!({}));
    let text = text.body("application/json", "{\"canary-body\": ");
    text.send().await.is_problem(400, "not-json");
    officer.get("/v1/households/canary-path").send().await;
    officer.get("/v1/canary-path").send().await;
    let search = "/v1/households?q=canary-query";
    officer.get(search).send().await;
    let key = format!("anju_deadbeef_{}", "canary-body".repeat(4));
    town.bearer(&key).get("/v1/me").send().await;
    let mut gone = made.json["id"].as_str().unwrap().to_owned();
    gone.insert_str(0, "/v1/households/");
    officer.get(&gone).send().await.ok(200);
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let credentials = zhang.credentials(&town);
    let opened = town.anonymous().post("/v1/sessions", &credentials);
    let opened = opened.send().await.ok(201).json;
    let token = opened["token"].as_str().unwrap();
    town.bearer(token).get("/v1/me").send().await.ok(200);
    let mistyped = json!({"login": "canary-body", "password": PASSWORD});
    let mistyped = town.anonymous().post("/v1/sessions", &mistyped);
    mistyped.send().await.is_problem(401, "sign-in-failed");
    drop(listening);

    let secrets = [number.as_str(), PASSWORD, &zhang.secret, token];
    let text = log.text();
    assert!(text.matches("request done").count() >= 9, "{text}");
    for canary in CANARIES.into_iter().chain(secrets) {
        let found = text.lines().find(|line| line.contains(canary));
        assert_eq!(found, None, "{canary}");
    }
    assert!(!text.contains('\u{1b}'), "no colours but on a terminal");
}

/// The line of a request that is done, with its moment.
fn done(log: &Log, id: &str) -> Value {
    let text = log.text();
    let mut lines = text.lines();
    let line = lines.find(|line| line.contains(id) && line.contains("request done"));
    let event: Value = serde_json::from_str(line.unwrap()).unwrap();
    let at = event["timestamp"].as_str().unwrap();
    assert!(chrono::DateTime::parse_from_rfc3339(at).is_ok(), "{event}");
    event
}

#[tokio::test]
async fn who_was_let_in_and_who_was_not_is_told_with_what_and_when() {
    let town = Town::new().await;
    let district = town.district().await;
    let (member, officer) = town.worker("001", "case_officer", &district).await;
    let bound = json!({"label": "机房", "role": "auditor", "networks": ["10.1.0.0/16"]});
    let bound = town.key(&bound).await;
    let east = town.unit(&district, "E", "subdistrict").await;
    let west = town.unit(&district, "W", "subdistrict").await;
    let parcel = town.parcel_at(&town.programme().await, &west, "W1").await;
    let household = town.household(&parcel, "H-1").await;
    let (_, elsewhere) = town.worker("002", "case_officer", &east).await;
    let path = format!("/v1/households/{}", household["id"].as_str().unwrap());
    let guess = json!({"lookup_code": "0000-0000-0000", "id_last_six": "000000",
        "channel": "self"});
    let stranger = town.anonymous();
    let (missing, nobody) = (json!("not-found"), json!("unauthenticated"));
    let log = Log::default();
    let _listening = log.listen(LogFormat::Json);
    for (errand, status, code, operation) in [
        (officer.get(&path), 200, Value::Null, "getHousehold"),
        (elsewhere.get(&path), 404, missing, "getHousehold"),
        (
            officer.get("/v1/audit-events"),
            403,
            json!("permission-missing"),
            "listAuditEvents",
        ),
        (
            bound.get("/v1/parcels"),
            403,
            json!("network-not-allowed"),
            "listParcels",
        ),
        (stranger.get(&path), 401, nobody, "getHousehold"),
        (
            stranger.post("/v1/resident/sessions", &guess),
            401,
            json!("lookup-failed"),
            "openResidentSession",
        ),
    ] {
        let id = town.app.fresh_id().to_string();
        errand.header("x-request-id", &id).send().await.ok(status);
        let event = done(&log, &id);
        let told = &event["fields"];
        assert_eq!(told["status"], status, "{event}");
        assert_eq!(
            (&told["code"], &told["operation"]),
            (&code, &json!(operation)),
            "{event}"
        );
        let known = status != 401;
        assert_eq!(told["client_id"].is_string(), known, "{event}");
        assert_eq!(told["role"].is_string(), known, "{event}");
        if operation == "listAuditEvents" {
            assert_eq!(told["staff_id"], member["id"], "{event}");
        }
    }
}

#[tokio::test]
async fn a_refused_request_can_be_traced_to_its_key() {
    let log = Log::default();
    let _listening = log.listen(LogFormat::Json);
    let town = Town::new().await;
    let made = json!({"label": "窗口", "role": "auditor", "days": 1});
    let made = town.admin().post("/v1/api-keys", &made).send().await;
    let secret = made.json["secret"].as_str().unwrap().to_owned();
    let auditor = town.bearer(&secret);
    let ask = async |person: &crate::support::Person, id: &str| {
        let errand = person.post("/v1/programmes", &json!({}));
        let reply = errand.header("x-request-id", id).send().await;
        (reply.status.as_u16(), log.request(id))
    };

    let (status, line) = ask(&auditor, "01890a5d-ac96-774b-bcce-b302099a8001").await;
    assert_eq!(status, 403);
    assert_eq!(line["key"], secret[5..13]);
    assert_eq!(line["client_id"], made.json["id"]);
    assert_eq!(line["role"], Role::Auditor.key());
    assert_eq!(
        (&line["status"], &line["operation"]),
        (&json!(403), &json!("createProgramme"))
    );

    // A key nobody knows is still told apart from another; a caller is not made up for it.
    let unknown = town.bearer(&format!("anju_0badcafe_{}", "x".repeat(43)));
    let (status, line) = ask(&unknown, "01890a5d-ac96-774b-bcce-b302099a8002").await;
    assert_eq!((status, &line["key"]), (401, &json!("0badcafe")));
    assert_eq!(
        (&line["role"], &line["client_id"]),
        (&Value::Null, &Value::Null)
    );

    // What is not a prefix of ours is not repeated.
    let forged = town.bearer(&format!("anju_ab\"}}xyz_{}", "x".repeat(43)));
    let (status, line) = ask(&forged, "01890a5d-ac96-774b-bcce-b302099a8003").await;
    assert_eq!((status, &line["key"]), (401, &Value::Null));
}

/// This test runs itself a second time, as the process that panics.
#[test]
fn a_panic_is_logged_with_its_place_and_without_what_it_was_about() {
    const PANICS: &str = "ANJU_TEST_PANICS";
    let name = "logs::a_panic_is_logged_with_its_place_and_without_what_it_was_about";
    if std::env::var_os(PANICS).is_some() {
        let settings = [("ANJU_LOG_FORMAT".to_owned(), "json".to_owned())];
        telemetry::start(&Config::read(&settings.into()).unwrap());
        let about = "canary-body";
        let _caught = std::panic::catch_unwind(|| panic!("nobody is called {about}"));
        let _caught = std::panic::catch_unwind(|| panic!("it cannot be"));
        return;
    }
    let again = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(PANICS, "1")
        .output();
    let log = String::from_utf8(again.unwrap().stderr).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let [formatted, literal] = lines.as_slice() else {
        panic!("{log}")
    };
    for line in [formatted, literal] {
        let place = line["fields"]["place"].as_str().unwrap();
        assert!(place.starts_with("tests/logs.rs:"), "{log}");
    }
    assert_eq!(literal["fields"]["text"], "it cannot be");
    assert!(!log.contains("canary"), "{log}");
}
