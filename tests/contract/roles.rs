//! Who may call what: every cell of operations and roles.

use std::collections::BTreeMap;

use anju::staff::{PERMISSIONS, Role};
use serde_json::{Value, json};

use super::{Operation, PUBLIC, operations};
use crate::support::{Person, Town, fresh_key};

#[test]
fn every_operation_says_who_may_call_it() {
    let known: BTreeMap<_, _> = anju::staff::PERMISSIONS
        .iter()
        .map(|r| (r.key, r.roles))
        .collect();
    for operation in operations() {
        let id = operation.id();
        match operation.permission() {
            Some(permission) => assert!(known.contains_key(permission), "{id}: {permission}"),
            None if operation.value["security"] == json!([]) => {
                assert!(PUBLIC.contains(&id), "{id} is open to anyone");
            }
            None => {
                let own = [json!([{"ResidentSession": []}]), json!([{"Session": []}])];
                assert!(own.contains(&operation.value["security"]), "{id}");
            }
        }
    }
}

/// Sends the operation's own example, so that only the caller decides.
async fn knock(person: &Person, operation: &Operation) -> (u16, Value) {
    let path: Vec<_> = operation
        .path
        .split('/')
        .map(|s| {
            if s.starts_with('{') {
                "01890a5d-ac96-774b-bcce-000000000000"
            } else {
                s
            }
        })
        .collect();
    let mut path = path.join("/");
    for parameter in operation.value["parameters"]
        .as_array()
        .into_iter()
        .flatten()
    {
        if parameter["in"] == "query" && parameter["required"] == true {
            let value = parameter["example"].to_string();
            path = format!(
                "{path}?{}={}",
                parameter["name"].as_str().unwrap(),
                value.trim_matches('"')
            );
        }
        if parameter["in"] == "path" && parameter["schema"]["enum"].is_array() {
            let first = parameter["schema"]["enum"][0].as_str().unwrap();
            path = path.replace("01890a5d-ac96-774b-bcce-000000000000", first);
        }
    }
    let method = operation.method.parse().unwrap();
    let mut errand = person.errand(method, &path).key(&fresh_key());
    errand = errand.if_match(&json!(1));
    let content = operation.value["requestBody"]["content"].as_object();
    if let Some((media_type, media)) = content.and_then(|c| c.iter().next()) {
        if media_type == "application/json" {
            errand = errand.json(&media["example"]);
        } else {
            errand = errand.body("multipart/form-data; boundary=x", "--x--\r\n");
        }
    }
    let reply = errand.send().await;
    (reply.status.as_u16(), reply.json)
}

/// Whoever can come: every role with a key, and every one a person can have with a session.
async fn everybody(town: &Town) -> Vec<(Role, &'static str, Person)> {
    let mut everybody = vec![];
    for role in Role::ALL.iter().copied() {
        everybody.push((role, "key", town.person(role, false)));
        if role != Role::ApiClient {
            let login = role.key().replace('_', ".");
            let session = crate::sign_in::settled(town, &login, role).await;
            everybody.push((role, "session", session.person));
        }
    }
    everybody
}

#[tokio::test]
async fn every_cell_of_operations_and_roles_is_decided() {
    let town = Town::new().await;
    let secret = "x".repeat(43);
    let nobodies = [
        town.anonymous(),
        town.bearer(&format!("anju_00000000_{secret}")),
        town.bearer(&format!("anjs_{secret}")),
        town.bearer("e30.e30.e30"),
    ];
    let everybody = everybody(&town).await;
    for operation in operations() {
        let id = operation.id().to_owned();
        if PUBLIC.contains(&id.as_str()) {
            continue;
        }
        for nobody in &nobodies {
            let (status, body) = knock(nobody, &operation).await;
            assert_eq!(
                (status, &body["code"]),
                (401, &json!("unauthenticated")),
                "{id}: {body}"
            );
        }
        let Some(permission) = operation.permission() else {
            continue;
        };
        let row = PERMISSIONS
            .iter()
            .find(|row| row.key == permission)
            .unwrap();
        for (role, by, person) in &everybody {
            let (status, body) = knock(person, &operation).await;
            let who = format!("{id} as {} by {by}: {body}", role.key());
            if row.roles.contains(role) {
                assert_ne!(status, 401, "{who}");
                assert_ne!(body["code"], "permission-missing", "{who}");
                assert!(status < 500, "{who}");
            } else {
                let refused = (403, &json!("permission-missing"));
                assert_eq!((status, &body["code"]), refused, "{who}");
            }
        }
    }
}
