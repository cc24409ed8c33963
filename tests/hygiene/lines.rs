//! One event is one line, and the line is the service's own, whatever was sent.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use anju::{config::LogFormat, telemetry};
use poem::http::Method;
use serde_json::{Value, json};

use super::{Crowd, Parts, encoded, errand, example, nowhere, put, with_bodies};
use crate::contract::document;
use crate::support::Town;

/// Ends a line, begins another, colours it, rings, goes back, closes what is open.
const BREAKING: [&str; 10] = [
    "a\r\nb",
    "a\nINFO forged",
    "a\rb",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{9b}31m",
    "\u{7}\u{8}\u{8}",
    "\u{2028}\u{2029}\u{85}",
    "\"},\"level\":\"ERROR\",\"forged\":{\"a\":\"",
    "status=200 request done",
    "%0d%0aforged%1b[31m",
];

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

const HEADERS: [&str; 11] = [
    "authorization",
    "x-request-id",
    "user-agent",
    "x-forwarded-for",
    "accept",
    "accept-language",
    "content-type",
    "idempotency-key",
    "if-match",
    "origin",
    "cookie",
];

/// What is logged of sending all that to every operation, in every header and every member.
async fn logged(format: LogFormat) -> String {
    let crowd = Crowd::gather().await;
    let log = Log::default();
    let writer = log.clone();
    let logs = telemetry::subscriber(format, "anju=trace,poem=trace", false, move || {
        writer.clone()
    });
    let listening = tracing::subscriber::set_default(logs);
    let document = document();
    for operation in with_bodies() {
        let person = crowd.entitled(&operation);
        let fields = Parts::of(&document, &operation).fields;
        for breaking in BREAKING {
            let mut body = example(&operation).unwrap();
            for field in &fields {
                put(&mut body, &field.pointer, json!(breaking));
            }
            let path = nowhere(&operation);
            errand(&person, &operation, &path).json(&body).send().await;
            let again = format!("{path}?{}={}", encoded(breaking), encoded(breaking));
            errand(&person, &operation, &again).json(&body).send().await;
        }
    }
    let printable = BREAKING
        .iter()
        .filter(|text| text.bytes().all(|b| (32..127).contains(&b)));
    for breaking in printable {
        for header in HEADERS {
            let sent = crowd
                .town
                .officer()
                .act("/v1/households")
                .header(header, breaking);
            sent.send().await;
            let scheme = format!("Bearer anju_{breaking}");
            crowd
                .town
                .anonymous()
                .get("/v1/me")
                .header(header, &scheme)
                .send()
                .await;
        }
    }
    let made_up = Method::from_bytes(b"FORGED|13800000000").unwrap();
    crowd
        .town
        .officer()
        .errand(made_up, "/v1/households")
        .send()
        .await
        .is_problem(405, "method-not-allowed");
    drop(listening);
    String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
}

#[tokio::test]
async fn every_line_of_the_log_is_one_event_in_its_form() {
    let text = logged(LogFormat::Json).await;
    let mut requests = 0;
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let members: Vec<_> = event.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            ["fields", "level", "target", "timestamp"],
            "{line}"
        );
        requests += usize::from(event["fields"]["message"] == "request done");
    }
    assert!(requests > 500, "{requests}");
    assert!(
        !text.to_lowercase().contains("forged"),
        "nothing of what was sent"
    );
}

#[tokio::test]
async fn every_line_of_the_plain_log_begins_with_its_moment_and_holds_nothing_but_text() {
    let text = logged(LogFormat::Text).await;
    for line in text.lines() {
        let (moment, rest) = line.split_once(' ').unwrap();
        assert!(
            chrono::DateTime::parse_from_rfc3339(moment).is_ok(),
            "{line}"
        );
        let level = rest.split_whitespace().next().unwrap();
        assert!(
            ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level),
            "{line}"
        );
    }
    let control = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(control, None);
    assert!(
        !text.to_lowercase().contains("forged"),
        "nothing of what was sent"
    );
}

#[tokio::test]
async fn a_file_full_of_line_breaks_leaves_the_log_as_it_was() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let log = Log::default();
    let writer = log.clone();
    let logs = telemetry::subscriber(LogFormat::Json, "anju=trace", false, move || writer.clone());
    let _listening = tracing::subscriber::set_default(logs);
    let sending = crate::imports::Sending {
        town: &town,
        person: town.officer(),
        programme: &programme,
        kind: "roster",
        name: "forged level=ERROR.csv",
    };
    let line = crate::imports::household("\"0001\nforged \u{1b}[31m\"", "张小三", "120.50");
    let bytes = crate::imports::csv(crate::imports::ROSTER, &[line]);
    sending.through("commit", &bytes).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("job ended"), "{text}");
    assert!(
        text.lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok()),
        "{text}"
    );
    assert!(!text.contains("forged"), "{text}");
}
