//! The committed contract is what the service serves, and both keep their own rules.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, json};

use crate::support::{Person, Town, fresh_key};

const COMMITTED: &str = include_str!("../openapi/anju-v1.json");

/// Operations anyone may call; this list may only shrink.
const PUBLIC: &[&str] = &["openResidentSession"];

fn document() -> Value {
    serde_json::from_str(COMMITTED).unwrap()
}

struct Operation {
    method: String,
    path: String,
    value: Value,
}

impl Operation {
    fn id(&self) -> &str {
        self.value["operationId"].as_str().unwrap_or("")
    }

    fn permission(&self) -> Option<&str> {
        self.value["x-required-permission"].as_str()
    }
}

fn operations() -> Vec<Operation> {
    let mut all = vec![];
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, value) in item.as_object().unwrap() {
            let (method, path) = (method.to_uppercase(), path.clone());
            all.push(Operation {
                method,
                path,
                value: value.clone(),
            });
        }
    }
    assert!(all.len() > 10, "the contract has operations");
    all
}

#[tokio::test]
async fn the_committed_contract_is_what_is_served() {
    let town = Town::new().await;
    let served = town
        .anonymous()
        .get("/v1/openapi.json")
        .send()
        .await
        .ok(200);
    assert_eq!(served.header("access-control-allow-origin"), "*");
    assert!(
        served.text() == COMMITTED,
        "openapi/anju-v1.json is out of date: run `cargo openapi` and commit what it wrote"
    );
    let reference = town.anonymous().get("/docs").send().await.ok(200).text();
    assert!(
        reference.contains("\"openapi\":\"3.1.0\""),
        "the reference shows the 3.1 document"
    );
    for outside in ["http://", "https://", "//"] {
        for element in ["src=\"", "href=\"", "@import \""] {
            assert!(
                !reference.contains(&format!("{element}{outside}")),
                "loads {outside}"
            );
        }
    }
}

/// JSON that refuses a member that is there twice: a `Value` would keep the last and hide it.
struct NoTwins;

impl<'de> Deserialize<'de> for NoTwins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = NoTwins;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NoTwins, A::Error> {
                let mut seen = BTreeSet::new();
                while let Some((key, NoTwins)) = map.next_entry::<String, NoTwins>()? {
                    if !seen.insert(key.clone()) {
                        return Err(serde::de::Error::custom(format!("`{key}` is there twice")));
                    }
                }
                Ok(NoTwins)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<NoTwins, A::Error> {
                while seq.next_element::<NoTwins>()?.is_some() {}
                Ok(NoTwins)
            }

            fn visit_str<E>(self, _: &str) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_bool<E>(self, _: bool) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_i64<E>(self, _: i64) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_u64<E>(self, _: u64) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_f64<E>(self, _: f64) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_unit<E>(self) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }
        }
        deserializer.deserialize_any(Walk)
    }
}

#[tokio::test]
async fn two_slices_never_claim_one_path() {
    // poem-openapi writes such a path twice, and readers keep only the last (style.md P4).
    let town = Town::new().await;
    let generated = anju::generated_document(&town.app);
    serde_json::from_str::<NoTwins>(&generated).expect("every path belongs to one slice");
    assert!(serde_json::from_str::<NoTwins>(r#"{"a": {"b": 1, "b": 2}}"#).is_err());
}

#[test]
fn every_operation_is_described() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let (id, value) = (operation.id().to_owned(), &operation.value);
        assert!(
            id.starts_with(char::is_lowercase) && id.chars().all(char::is_alphanumeric),
            "{id}"
        );
        assert!(ids.insert(id.clone()), "{id} is there twice");
        for key in ["summary", "description"] {
            assert!(
                value[key].as_str().is_some_and(|s| !s.is_empty()),
                "{id} has no {key}"
            );
        }
        assert_eq!(
            value["tags"].as_array().map(Vec::len),
            Some(1),
            "{id} has one tag"
        );
        assert!(!operation.path.contains(':'), "{id} shows its route");
        let named: Vec<_> = operation
            .path
            .split('/')
            .filter(|s| s.starts_with('{'))
            .collect();
        assert!(
            named.len() <= 1,
            "{id}: parameters bind by position, so there is at most one"
        );
    }
}

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
            None => assert_eq!(
                operation.value["security"],
                json!([{"ResidentSession": []}]),
                "{id}"
            ),
        }
    }
}

#[test]
fn every_refusal_is_a_problem_document() {
    for operation in operations() {
        let id = operation.id();
        let responses = operation.value["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(s, _)| s.starts_with(['4', '5'])) {
            let content = response["content"].as_object().unwrap();
            let types: Vec<_> = content.keys().map(String::as_str).collect();
            assert_eq!(types, ["application/problem+json"], "{id} {status}");
        }
        for status in ["400", "401", "500", "503"] {
            assert!(
                responses.contains_key(status),
                "{id} does not document {status}"
            );
        }
    }
}

/// Every schema with its place.
fn schemas(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            if members.contains_key("type") && !members.contains_key("in") {
                found.push((at.to_owned(), value.clone()));
            }
            for (key, member) in members {
                schemas(member, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                schemas(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn amounts_and_areas_are_never_numbers_and_days_are_dates() {
    let mut found = vec![];
    schemas(&document()["components"]["schemas"], "", &mut found);
    for (at, schema) in found {
        assert_ne!(
            schema["type"], "number",
            "{at}: exact decimals travel as strings"
        );
        assert_ne!(schema["format"], "naive-date", "{at}");
        let name = at.rsplit('/').next().unwrap();
        if name.ends_with("_m2") || name == "amount" {
            assert_eq!(schema["type"], "string", "{at}");
        }
        if name.ends_with("_on") {
            assert_eq!(schema["format"], "date", "{at}");
        }
        if name.ends_with("_at") {
            assert_eq!(schema["format"], "date-time", "{at}");
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = document();
    let mut checked = 0;
    for operation in operations() {
        let id = operation.id();
        let request = operation.value["requestBody"]["content"].as_object();
        let responses = operation.value["responses"].as_object().unwrap();
        let answers = responses.values().filter_map(|r| r["content"].as_object());
        for (media_type, media) in request.into_iter().chain(answers).flatten() {
            if !media_type.ends_with("json") {
                continue;
            }
            let mut schema = media["schema"].clone();
            schema["components"] = document["components"].clone();
            let validator = jsonschema::validator_for(&schema).unwrap();
            let example = &media["example"];
            assert!(!example.is_null(), "{id} {media_type} has no example");
            let flaws: Vec<_> = validator
                .iter_errors(example)
                .map(|e| e.to_string())
                .collect();
            assert!(flaws.is_empty(), "{id}: {example} {flaws:?}");
            checked += 1;
        }
    }
    assert!(checked > 20);
}

#[test]
fn problems_md_lists_every_code() {
    let listed: BTreeSet<&str> = include_str!("../openapi/problems.md")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let mut used = BTreeSet::new();
    let constructor = [
        "malformed",
        "unauthenticated",
        "forbidden",
        "absent",
        "conflict",
        "too_large",
        "invalid",
        "too_many",
        "unavailable",
        "new",
    ];
    for source in sources(std::path::Path::new("src")) {
        for name in constructor {
            // Inside its own impls a problem is called `Self`.
            let own = source.contains("for Problem {") || source.contains("impl Problem {");
            for prefix in if own {
                vec!["Problem::", "Self::"]
            } else {
                vec!["Problem::"]
            } {
                for part in source.split(&format!("{prefix}{name}(")).skip(1) {
                    // The code is the first text of the call.
                    let Some((head, rest)) = part.split_once('"') else {
                        continue;
                    };
                    let plain = |c: char| {
                        c.is_whitespace()
                            || "StatusCode:_,".contains(c)
                            || c.is_ascii_uppercase()
                            || "status".contains(c)
                    };
                    if head.chars().all(plain) {
                        let code = rest.split('"').next().unwrap();
                        if code.contains('-')
                            && code.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                        {
                            used.insert(code.to_owned());
                        }
                    }
                }
            }
        }
    }
    let listed: BTreeSet<String> = listed.into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = used.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "openapi/problems.md does not explain {missing:?}"
    );
    assert!(used.len() > 15, "the search for codes works: {used:?}");
}

fn sources(folder: &std::path::Path) -> Vec<String> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
    found
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

#[tokio::test]
async fn every_cell_of_operations_and_roles_is_decided() {
    use anju::staff::{PERMISSIONS, Role};
    let town = Town::new().await;
    let stranger = town.bearer(&format!("anju_00000000_{}", "x".repeat(43)));
    for operation in operations() {
        let id = operation.id().to_owned();
        if PUBLIC.contains(&id.as_str()) {
            continue;
        }
        for nobody in [town.anonymous(), stranger.clone()] {
            let (status, body) = knock(&nobody, &operation).await;
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
        for role in Role::ALL {
            let (status, body) = knock(&town.person(role, false), &operation).await;
            if row.roles.contains(&role) {
                assert_ne!(status, 401, "{id} as {}", role.key());
                assert_ne!(body["code"], "permission-missing", "{id} as {}", role.key());
                assert!(status < 500, "{id} as {}: {body}", role.key());
            } else {
                let code = &body["code"];
                assert_eq!(
                    (status, code),
                    (403, &json!("permission-missing")),
                    "{id} as {}",
                    role.key()
                );
            }
        }
    }
}
