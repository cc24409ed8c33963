//! What the service owns, nobody sends.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Crowd, Parts, errand, example, nowhere, put, with_bodies};
use crate::{
    contract::{document, operations},
    support::Town,
};

/// So many mistakes of one request are listed, and a few stay for what else may be wrong.
const AT_ONCE: usize = 150;

/// Every member of any answer or body, and what others call such things.
fn every_member(document: &Value) -> BTreeSet<String> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let members = schemas.values().filter_map(|s| s["properties"].as_object());
    let mut members: BTreeSet<_> = members.flat_map(|m| m.keys().cloned()).collect();
    for owned in [
        "id",
        "state",
        "status",
        "version",
        "created_at",
        "signed_at",
    ] {
        members.insert(owned.to_owned());
    }
    for guessed in [
        "approved_by",
        "amount_total",
        "is_admin",
        "__proto__",
        "$set",
    ] {
        members.insert(guessed.to_owned());
    }
    assert!(members.len() > 200, "{}", members.len());
    members
}

#[tokio::test]
async fn no_body_takes_a_member_that_is_not_its_own() {
    let crowd = Crowd::gather().await;
    let document = document();
    let members = every_member(&document);
    let mut refused = 0;
    for operation in with_bodies() {
        let person = crowd.entitled(&operation);
        for shape in Parts::of(&document, &operation).shapes {
            let foreign: Vec<_> = members.difference(&shape.members).collect();
            for some in foreign.chunks(AT_ONCE) {
                let mut body = example(&operation).unwrap();
                let mut expected = BTreeSet::new();
                for name in some {
                    let pointer = format!("{}/{name}", shape.pointer);
                    put(&mut body, &pointer, json!("x"));
                    expected.insert(pointer);
                }
                let sent = errand(&person, &operation, &nowhere(&operation)).json(&body);
                let reply = sent.send().await.is_problem(400, "body-mismatch");
                let errors = reply.json["errors"].as_array().unwrap();
                let strange = errors.iter().filter(|e| e["code"] == "unknown-field");
                let strange = strange.map(|e| e["pointer"].as_str().unwrap().to_owned());
                assert_eq!(
                    strange.collect::<BTreeSet<_>>(),
                    expected,
                    "{}",
                    operation.id()
                );
                refused += some.len();
            }
        }
    }
    assert!(refused > 10_000, "only {refused}");
    crowd.has_done_nothing().await;
}

#[tokio::test]
async fn no_address_takes_a_member_either() {
    let crowd = Crowd::gather().await;
    for operation in operations() {
        let path = nowhere(&operation);
        let and = if path.contains('?') { '&' } else { '?' };
        for name in [
            "id", "state", "version", "sort", "order_by", "fields", "expand", "role",
        ] {
            if operation.takes(name) {
                continue;
            }
            let path = format!("{path}{and}{name}=1");
            let sent = errand(&crowd.entitled(&operation), &operation, &path);
            let reply = sent.send().await;
            let reply = reply.is_problem(400, "unknown-parameter");
            let pointer = format!("query:{name}");
            assert!(
                reply.pointers().contains(&pointer.as_str()),
                "{}",
                reply.text()
            );
        }
    }
}

#[tokio::test]
async fn no_form_takes_a_field_that_is_not_its_own() {
    let town = Town::new().await;
    for name in ["id", "status", "totals", "sha256", "kind\"; name=\"mode"] {
        let body =
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n1\r\n--x--\r\n");
        let form = town.officer().act("/v1/imports");
        let form = form.body("multipart/form-data; boundary=x", body);
        let refused = form.send().await.is_problem(400, "body-mismatch");
        let code = &refused.json["errors"][0]["code"];
        assert!(
            code == "unknown-field" || name.starts_with("kind"),
            "{}",
            refused.text()
        );
    }
    assert_eq!(town.count("audit_event").await, 0);
}
