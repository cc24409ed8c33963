//! What is sent is a value and never a part of a statement, a pattern or a page.

use serde_json::{Value, json};

use super::{Crowd, Parts, encoded, errand, example, nowhere, put, refuses, resolved, with_bodies};
use crate::{
    contract::{
        document,
        examples::{COURSE, Course, EMPLOYMENT},
        operations,
    },
    sign_in::PROVIDER,
    support::{Town, fresh_key, homes::text},
};

const HOSTILE: [&str; 26] = [
    "'",
    "\"",
    "' or '1'='1",
    "'; drop table household; --",
    "\"; drop table household; --",
    "1); delete from parcel; --",
    "' union select secret_hash from api_key --",
    "$1",
    "$$;select 1;$$",
    "%",
    "_",
    "%_%",
    "\\",
    "\\'; select 1; --",
    "/* no */ --",
    "\0",
    "a\0b",
    "‘ or ’1’=’1",
    "＇ or ＇1＇=＇1",
    "ʼ; drop table need",
    "{1,2}",
    "{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "null",
    "-1 or 1=1",
];

/// Free texts take nearly anything; what is asked for in them is another matter.
const FREE: [&str; 4] = ["person-name", "place-name", "label", "note"];
/// Labels whose text is a network or an address.
const NOT_FREE: [&str; 2] = ["/networks/0", "/page_address"];

fn taken_by(format: &str, hostile: &str) -> bool {
    !refuses(&json!({"format": format}), hostile)
}

/// All that every free text takes, in a few texts of at most sixty characters.
fn together() -> Vec<String> {
    let mut texts = vec![String::new()];
    for hostile in HOSTILE {
        if !FREE.iter().all(|format| taken_by(format, hostile)) {
            continue;
        }
        let last = texts.last_mut().unwrap();
        if last.chars().count() + hostile.chars().count() > 58 {
            texts.push(hostile.to_owned());
        } else {
            last.push_str(hostile);
        }
    }
    assert!(texts.concat().len() > 200, "{texts:?}");
    texts
}

/// The course of the examples with this text wherever the contract takes any.
async fn course_of(hostile: &str) -> Course {
    let mut course = Course::begin_in(Town::with(&PROVIDER).await);
    let district = crate::scope::district(&course.town).await;
    let district = text(&district["id"]).to_owned();
    course.ids.insert("parent_id".to_owned(), district);
    let (document, hostile) = (document(), hostile.to_owned());
    course.change = Box::new(move |operation, body| {
        for field in Parts::of(&document, operation).fields {
            let free = FREE.contains(&field.format()) && !NOT_FREE.contains(&&*field.pointer);
            if free && body.pointer(&field.pointer).is_some_and(Value::is_string) {
                put(body, &field.pointer, json!(hostile));
            }
        }
    });
    for (id, name) in EMPLOYMENT.iter().chain(COURSE) {
        let reply = course.send(id).await;
        course.learn(&reply, *name);
    }
    course
}

#[tokio::test]
async fn whatever_a_text_says_it_is_kept_as_it_was_sent_and_does_nothing() {
    for hostile in together() {
        let course = course_of(&hostile).await;
        let town = &course.town;
        let path = format!("/v1/programmes/{}", course.ids["programme_id"]);
        let programme = town.admin().get(&path).send().await.ok(200);
        assert_eq!(programme.json["name"], hostile.trim(), "{hostile}");
        let mut read = 0;
        for operation in operations() {
            let list = operation.method == "GET" && !operation.path.contains('{');
            if !list || operation.permission().is_none() {
                continue;
            }
            let reply = course
                .caller(&operation)
                .await
                .get(&nowhere(&operation))
                .send()
                .await;
            // Work is of a person, which no key of the tests is.
            let own = ["listMyWork", "exportMyWork"].contains(&operation.id());
            assert!(
                own || reply.status.is_success(),
                "{}: {}",
                operation.id(),
                reply.text()
            );
            read += 1;
        }
        assert!(read > 30, "{read}");
        assert_eq!(town.count("household").await, 1);
        assert_eq!(town.count("programme").await, 1);
    }
}

#[tokio::test]
async fn what_a_member_does_not_take_is_named_and_nothing_is_done() {
    let crowd = Crowd::gather().await;
    let document = document();
    let mut refused = 0;
    for operation in with_bodies() {
        let person = crowd.entitled(&operation);
        let fields = Parts::of(&document, &operation).fields;
        for hostile in HOSTILE {
            let mut body = example(&operation).unwrap();
            for field in &fields {
                put(&mut body, &field.pointer, json!(hostile));
            }
            let sent = errand(&person, &operation, &nowhere(&operation)).json(&body);
            let reply = sent.send().await;
            let who = format!("{} with {hostile:?}: {}", operation.id(), reply.text());
            let expected = fields.iter().filter(|field| field.refuses(hostile));
            let mut expected: Vec<_> = expected.map(|field| &*field.pointer).collect();
            expected.sort_unstable();
            if expected.is_empty() {
                assert!(reply.status.as_u16() < 500, "{who}");
            } else {
                assert_eq!(reply.status, 400, "{who}");
                assert_eq!(reply.pointers(), expected, "{who}");
                refused += expected.len();
            }
        }
    }
    assert!(refused > 2_000, "only {refused}");
    assert_eq!(crowd.town.count("household").await, 1, "the resident's");
}

#[tokio::test]
async fn no_filter_finds_more_than_it_names() {
    let mut course = Course::begin().await;
    for (id, name) in COURSE {
        let reply = course.send(id).await;
        course.learn(&reply, *name);
    }
    let document = document();
    let (mut asked, mut found_nothing) = (0, 0);
    for operation in operations() {
        let parameters = operation.value["parameters"].as_array();
        let queries = parameters
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "query");
        for parameter in queries {
            let (name, schema) = (text(&parameter["name"]), &parameter["schema"]);
            let schema = resolved(&document, schema);
            if schema["type"] != "string" {
                continue;
            }
            for hostile in HOSTILE {
                let path = operation.path.clone();
                let path = course.ids.iter().fold(path, |path, (name, id)| {
                    path.replace(&format!("{{{name}}}"), id)
                });
                let required = format!("programme_id={}", course.ids["programme_id"]);
                let all = if operation.path.ends_with("/features") && name != "programme_id" {
                    format!("{path}?{required}&{name}={}", encoded(hostile))
                } else {
                    format!("{path}?{name}={}", encoded(hostile))
                };
                let person = course.caller(&operation).await;
                let reply = person.get(&all).send().await;
                let who = format!("{} ?{name}={hostile:?}: {}", operation.id(), reply.text());
                if operation.path.starts_with("/v1/me/work") {
                    // Work is of a person, which no key of the tests is.
                    assert!([400, 422].contains(&reply.status.as_u16()), "{who}");
                } else if name == "cursor" {
                    assert!([400, 404].contains(&reply.status.as_u16()), "{who}");
                } else if refuses(&schema, hostile) {
                    assert_eq!(reply.status, 400, "{who}");
                } else {
                    assert_eq!(reply.status, 200, "{who}");
                    let items = reply.json["items"].as_array();
                    assert!(items.is_none_or(Vec::is_empty), "{who}");
                    found_nothing += 1;
                }
                asked += 1;
            }
        }
    }
    assert!(
        asked > 1_000 && found_nothing > 5,
        "{asked} {found_nothing}"
    );
}

#[tokio::test]
async fn what_stands_in_an_address_or_a_header_is_not_found_or_refused() {
    let crowd = Crowd::gather().await;
    for operation in operations() {
        let person = crowd.entitled(&operation);
        for hostile in HOSTILE {
            let path = nowhere(&operation);
            let strange: Vec<_> = operation.path.split('/').collect();
            if strange.iter().any(|part| part.starts_with('{')) {
                let path: Vec<_> = strange
                    .into_iter()
                    .map(|part| {
                        if part.starts_with('{') {
                            encoded(hostile)
                        } else {
                            part.to_owned()
                        }
                    })
                    .collect();
                let mut sent = errand(&person, &operation, &path.join("/"));
                if let Some(body) = example(&operation) {
                    sent = sent.json(&body);
                }
                let reply = sent.send().await;
                let status = reply.status.as_u16();
                let who = format!("{} with {hostile:?}: {}", operation.id(), reply.text());
                assert!([400, 401, 404, 415].contains(&status), "{who}");
            }
            if !hostile
                .bytes()
                .all(|byte| byte.is_ascii_graphic() || byte == b' ')
            {
                continue;
            }
            let mut sent = errand(&person, &operation, &path).key(&fresh_key());
            for header in [
                "if-match",
                "if-none-match",
                "accept-language",
                "x-request-id",
            ] {
                sent = sent.header(header, hostile);
            }
            if operation.takes("Idempotency-Key") {
                sent = sent.key(hostile);
            }
            if let Some(body) = example(&operation) {
                sent = sent.json(&body);
            }
            let reply = sent.send().await;
            assert!(
                reply.status.as_u16() < 500,
                "{}: {}",
                operation.id(),
                reply.text()
            );
        }
    }
}
