//! What readers of JSON do not agree on is refused by every operation, and told as what it is.

use super::{Crowd, errand, example, nowhere, with_bodies};
use crate::support::Town;

/// The same body with its first member again, before and after the others.
fn twice(body: &str, first: &str) -> [String; 2] {
    let inside = &body[1..body.len() - 1];
    [
        format!("{{{first},{inside}}}"),
        format!("{{{inside},{first}}}"),
    ]
}

#[tokio::test]
async fn every_body_is_read_in_one_way_or_not_at_all() {
    let crowd = Crowd::gather().await;
    for operation in with_bodies() {
        let person = crowd.entitled(&operation);
        let example = example(&operation).unwrap();
        let body = example.to_string();
        let (name, value) = example.as_object().unwrap().iter().next().unwrap();
        let first = format!("\"{name}\":{value}");
        let escaped = format!(
            "\"\\u{:04x}{}\":null",
            u32::from(name.as_bytes()[0]),
            &name[1..]
        );
        let send = async |body: Vec<u8>| {
            let sent = errand(&person, &operation, &nowhere(&operation));
            sent.body("application/json", body).send().await
        };
        for body in twice(&body, &first)
            .into_iter()
            .chain(twice(&body, &escaped))
        {
            let refused = send(body.into_bytes()).await;
            refused.is_problem(400, "json-member-twice");
        }
        let wide: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for body in [
            format!("{body}{body}"),
            format!("{body}\0"),
            format!("{body},"),
            format!("\u{feff}{body}"),
            body.replacen(':', ":NaN,\"x\":", 1),
            body.replacen(':', ":1e999,\"x\":", 1),
            body.replacen(':', ":-Infinity,\"x\":", 1),
            body.replacen('{', "{/* */", 1),
            body.replace('}', ",}"),
            body.replace('"', "'"),
        ] {
            send(body.into_bytes()).await.is_problem(400, "not-json");
        }
        send(wide).await.is_problem(400, "not-json");
    }
    crowd.has_done_nothing().await;
}

#[tokio::test]
async fn a_number_is_taken_whole_or_refused_by_name() {
    let town = Town::new().await;
    let send = async |year: &str| {
        let body = format!(
            "{{\"name\": \"x{}\", \"year\": {year}, \"target_villages\": 1, \"target_areas\": 1, \
             \"target_demolition_m2\": \"1.00\"}}",
            year.len()
        );
        let sent = town.admin().act("/v1/programmes");
        sent.body("application/json", body).send().await
    };
    for same in ["2018", "2018.0", "2.018e3", "2018.000000000000000000"] {
        assert_eq!(send(same).await.ok(201).json["year"], 2018, "{same}");
    }
    for other in [
        "2018.5",
        "20180",
        "-2018",
        "4294969314",
        "18446744073709553634",
        "2018e30",
        "2018.0000001",
        "\"2018\"",
        "true",
        "[2018]",
    ] {
        let refused = send(other).await.is_problem(400, "body-mismatch");
        assert_eq!(refused.pointers(), ["/year"], "{other}");
    }
}
