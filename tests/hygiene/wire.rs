//! HTTP as it should not be spoken.

use std::{net::SocketAddr, time::Duration};

use anju::http::{Patience, serve};
use poem::http::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{Crowd, errand, example, nowhere, with_bodies};
use crate::{contract::operations, support::Town};

/// Nothing here takes as long.
const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_method_that_an_address_does_not_have_is_405_with_those_it_has() {
    let town = Town::new().await;
    let all = operations();
    let mut refused = 0;
    for operation in &all {
        let at = |method: &&str| {
            all.iter()
                .any(|other| other.path == operation.path && other.method == **method)
        };
        let methods = ["GET", "POST", "PUT", "DELETE"];
        let mut allowed: Vec<&str> = methods.into_iter().filter(at).collect();
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW",
        ] {
            if allowed.contains(&method) {
                continue;
            }
            let path = nowhere(operation);
            let path = path.split('?').next().unwrap();
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let reply = town.anonymous().errand(method, path).send().await;
            let reply = reply.is_problem(405, "method-not-allowed");
            let mut told: Vec<_> = reply.header("allow").split(", ").collect();
            told.sort_unstable();
            let mut expected = allowed.clone();
            expected.sort_unstable();
            assert_eq!(told, expected, "{path}");
            refused += 1;
        }
    }
    assert!(refused > 500, "{refused}");
}

#[tokio::test]
async fn a_body_of_another_kind_is_415_for_every_operation() {
    let crowd = Crowd::gather().await;
    for operation in with_bodies() {
        let person = crowd.entitled(&operation);
        let body = example(&operation).unwrap().to_string();
        let send = || errand(&person, &operation, &nowhere(&operation));
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/jsonp",
            "text/json",
            "json",
            ";",
        ] {
            let reply = send().body(kind, body.clone()).send().await;
            reply.is_problem(415, "media-type-unsupported");
        }
        let bare = send().body("x/x", body.clone()).without("content-type");
        bare.send().await.is_problem(415, "media-type-unsupported");
    }
    let form = crowd.town.officer().act("/v1/imports").json(&json!({}));
    form.send().await.is_problem(415, "media-type-unsupported");
    crowd.has_done_nothing().await;
}

struct Served {
    address: SocketAddr,
    stop: CancellationToken,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The service on a socket of its own.
async fn served(town: &Town) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let service = anju::service(town.app.clone());
    tokio::spawn(serve(listener, service, Patience::default(), stop.clone()));
    Served { address, stop }
}

/// All that comes back until the service closes the connection.
async fn said(served: &Served, sent: &str) -> String {
    let mut client = TcpStream::connect(served.address).await.unwrap();
    client.write_all(sent.as_bytes()).await.unwrap();
    let mut answer = vec![];
    let closed = timeout(LONG, client.read_to_end(&mut answer)).await;
    let _reset = closed.unwrap_or_else(|_| panic!("still open after {sent:?}"));
    String::from_utf8_lossy(&answer).into_owned()
}

fn answers(said: &str) -> usize {
    said.matches("HTTP/1.1 ").count()
}

#[tokio::test]
async fn what_says_its_length_in_two_ways_ends_the_connection() {
    let town = Town::new().await;
    let served = served(&town).await;
    // Whoever goes by the length takes the second request for a part of the first, or the other
    // way round: it is not answered, whichever header comes first.
    let hidden = "GET /livez HTTP/1.1\r\nhost: a\r\nx-hidden: 1\r\n\r\n";
    for lengths in [
        "transfer-encoding: chunked\r\ncontent-length: 5",
        "content-length: 5\r\ntransfer-encoding: chunked",
        "Content-Length: 60\r\nTransfer-Encoding: chunked",
        "content-length: 0\r\ntransfer-encoding:\tchunked",
    ] {
        let head = format!("POST /livez HTTP/1.1\r\nhost: a\r\n{lengths}\r\n\r\n");
        let said = said(&served, &format!("{head}0\r\n\r\n{hidden}")).await;
        assert_eq!(answers(&said), 1, "{lengths}: {said}");
        let refused = said.starts_with("HTTP/1.1 405") || said.starts_with("HTTP/1.1 400");
        assert!(refused, "{said}");
        assert!(said.to_lowercase().contains("connection: close"), "{said}");
    }
    // An honest one is answered, and the connection ends all the same.
    let key = Town::token(anju::staff::Role::DistrictAdmin, false);
    let chunk = "{\"name\": \"x\", \"year\": 2018, \"target_villages\": 1, \"target_areas\": 1, \
                 \"target_demolition_m2\": \"1.00\"}";
    let honest = format!(
        "POST /v1/programmes HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {key}\r\n\
         idempotency-key: k\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\
         \r\n{:x}\r\n{chunk}\r\n0\r\n\r\n{hidden}",
        chunk.len()
    );
    let said = said(&served, &honest).await;
    assert!(
        said.starts_with("HTTP/1.1 201") && answers(&said) == 1,
        "{said}"
    );
}

#[tokio::test]
async fn what_is_no_http_is_400_and_nothing_after_it_is_read() {
    let town = Town::new().await;
    let served = served(&town).await;
    let hidden = "GET /livez HTTP/1.1\r\nhost: a\r\n\r\n";
    for head in [
        "content-length: 5\r\ncontent-length: 6",
        "content-length: 5, 6",
        "content-length: +5",
        "content-length: -1",
        "content-length: 0x5",
        "content-length: 5 5",
        "content-length: 99999999999999999999999",
        "content-length : 5",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: gzip",
        "transfer-encoding: xchunked",
        "transfer-encoding : chunked",
        "x-null: a\0b",
        "x-escape: a\u{1b}[31m",
        "x-return: a\rb",
        " folded: 1",
        "no colon",
        "na\u{e9}me: 1",
    ] {
        let sent = format!("POST /livez HTTP/1.1\r\nhost: a\r\n{head}\r\n\r\nhello{hidden}");
        let said = said(&served, &sent).await;
        assert!(said.starts_with("HTTP/1.1 400"), "{head:?}: {said}");
        assert_eq!(answers(&said), 1, "{head:?}: {said}");
    }
    for line in [
        "GET  /livez HTTP/1.1",
        "GET /livez HTTP/9.9",
        "GET /\0 HTTP/1.1",
        "\u{1}\u{2}",
    ] {
        let said = said(&served, &format!("{line}\r\nhost: a\r\n\r\n{hidden}")).await;
        assert!(
            said.starts_with("HTTP/1.1 400") && answers(&said) == 1,
            "{line:?}: {said}"
        );
    }
    let old = "POST /livez HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    assert!(
        said(&served, old).await.starts_with("HTTP/1.1 400"),
        "no chunks in HTTP/1.0"
    );
}

#[tokio::test]
async fn a_client_is_counted_by_its_connection_whatever_it_claims_to_forward() {
    let town = Town::new().await;
    let served = served(&town).await;
    let ask = async |number: usize| {
        let body = format!(
            "{{\"lookup_code\": \"0000-0000-{number:04}\", \"id_last_six\": \"000000\", \
             \"channel\": \"self\"}}"
        );
        let claims = format!(
            "x-forwarded-for: 198.51.100.{number}\r\nforwarded: for=198.51.100.{number}\r\n\
             x-real-ip: 198.51.100.{number}\r\ntrue-client-ip: 198.51.100.{number}\r\n\
             x-forwarded-host: evil.example\r\nx-forwarded-proto: gopher"
        );
        let sent = format!(
            "POST /v1/resident/sessions HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{claims}\r\n\
             idempotency-key: k{number}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        said(&served, &sent).await
    };
    for number in 0..20 {
        let said = ask(number).await;
        assert!(said.starts_with("HTTP/1.1 401"), "{said}");
        assert!(
            !said.contains("evil.example") && !said.contains("gopher"),
            "{said}"
        );
    }
    let said = ask(20).await;
    assert!(said.starts_with("HTTP/1.1 429"), "{said}");
}
