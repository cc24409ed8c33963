//! How often residents may ask, from where that is counted, and what they are told of it.

use serde_json::{Value, json};

use crate::support::{Errand, Reply, Town};

const PROXY: &str = "10.1.0.1:9";

/// Somebody who knows neither code nor number.
fn guess(town: &Town) -> Errand {
    asking(town, "0000-0000-0000", "000000")
}

fn asking(town: &Town, code: &str, six: &str) -> Errand {
    let body = json!({"lookup_code": code, "id_last_six": six, "channel": "self"});
    town.anonymous().post("/v1/resident/sessions", &body)
}

/// What the answer says is left to the address, after a guess with a code of its own.
async fn left_to(town: &Town, peer: &str, forwarded_for: &[&str]) -> usize {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let code = format!("0000-0000-{:04}", NEXT.fetch_add(1, Ordering::Relaxed));
    let errand = asking(town, &code, "000000").from(peer);
    let errand = forwarded_for
        .iter()
        .fold(errand, |errand, line| errand.and("x-forwarded-for", line));
    let reply = errand.send().await.is_problem(401, "lookup-failed");
    let told = reply.header("ratelimit");
    let left = told.strip_prefix("\"address\";r=").unwrap();
    left.split(';').next().unwrap().parse().unwrap()
}

/// A code that works, and the last six characters that go with it.
async fn household(town: &Town) -> (String, String) {
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    let path = format!(
        "/v1/households/{}/lookup-codes",
        household["id"].as_str().unwrap()
    );
    let issued = town.officer().act(&path).send().await.ok(201).json;
    let body = Town::household_body(&parcel, "H-1");
    let number = body["persons"][0]["document"]["number"].as_str().unwrap();
    let code = issued["lookup_code"].as_str().unwrap();
    (code.to_owned(), number[number.len() - 6..].to_owned())
}

#[tokio::test]
async fn an_address_has_twenty_attempts_a_minute_whatever_a_stranger_claims() {
    let proxies = ("ANJU_TRUSTED_PROXIES", "10.1.0.0/16");
    for town in [Town::new().await, Town::with(&[proxies]).await] {
        for n in (0..20).rev() {
            let claim = format!("198.51.100.{n}, 10.1.0.1");
            assert_eq!(left_to(&town, "192.0.2.1:9", &[&claim]).await, n);
        }
        let here = || guess(&town).from("192.0.2.1:10");
        let refused = here().header("x-forwarded-for", "203.0.113.1").send().await;
        let refused = refused.is_problem(429, "too-many-requests");
        assert_eq!(refused.header("retry-after"), "60");
        assert_eq!(refused.header("ratelimit"), "\"address\";r=0;t=60");
        assert_eq!(left_to(&town, "192.0.2.2:9", &[]).await, 19);
        town.set_clock("2018-03-05T02:01:00Z");
        here().send().await.is_problem(401, "lookup-failed");
    }
}

#[tokio::test]
async fn residents_behind_a_proxy_are_counted_one_by_one() {
    let town = Town::with(&[("ANJU_TRUSTED_PROXIES", "10.1.0.0/16, fd00::/8")]).await;
    assert_eq!(left_to(&town, PROXY, &["192.0.2.1"]).await, 19);
    assert_eq!(left_to(&town, PROXY, &["192.0.2.2"]).await, 19);
    // What the resident claims stands to the left of what the proxy wrote.
    assert_eq!(left_to(&town, PROXY, &["203.0.113.5, 192.0.2.1"]).await, 18);
    assert_eq!(
        left_to(&town, PROXY, &["203.0.113.6", "192.0.2.1"]).await,
        17
    );
    // Through two proxies, over either family.
    assert_eq!(
        left_to(&town, PROXY, &["203.0.113.7, 192.0.2.1, 10.1.0.2"]).await,
        16
    );
    assert_eq!(
        left_to(&town, "[fd00::1]:9", &["192.0.2.1", "fd00::2"]).await,
        15
    );
    // One subscriber has all the addresses of a network.
    assert_eq!(left_to(&town, PROXY, &["2001:db8:0:1::1"]).await, 19);
    assert_eq!(left_to(&town, PROXY, &["[2001:db8:0:1::2]:443"]).await, 18);
    // Unreadable is nobody: those are counted with their proxy.
    assert_eq!(left_to(&town, PROXY, &["192.0.2.77, unknown"]).await, 19);
    assert_eq!(left_to(&town, PROXY, &["192.0.2.78, "]).await, 18);
    assert_eq!(left_to(&town, PROXY, &[]).await, 17);
}

#[tokio::test]
async fn every_counted_answer_tells_the_limits_and_what_the_address_has_left() {
    let town = Town::new().await;
    let (code, six) = household(&town).await;
    let policy = r#""address";q=20;w=60, "code";q=6;w=900, "everyone";q=600;w=60"#;
    let opened = asking(&town, &code, &six).key("k").send().await.ok(201);
    assert_eq!(opened.header("ratelimit-policy"), policy);
    assert_eq!(opened.header("ratelimit"), "\"address\";r=19;t=60");
    town.set_clock("2018-03-05T02:00:20.5Z");
    let repeated = asking(&town, &code, &six).key("k").send().await;
    let repeated = repeated.is_problem(409, "already-done");
    assert_eq!(repeated.header("ratelimit-policy"), policy);
    assert_eq!(repeated.header("ratelimit"), "\"address\";r=18;t=40");

    let uncounted = asking(&town, "short", &six).send().await;
    let uncounted = uncounted.is_problem(400, "body-mismatch");
    let case = town.anonymous().get("/v1/resident/case").send().await;
    for reply in [uncounted, case] {
        assert_eq!(reply.header("ratelimit"), "");
        assert_eq!(reply.header("ratelimit-policy"), "");
    }
    assert_eq!(left_to(&town, "192.0.2.9:9", &[]).await, 19);
}

#[tokio::test]
async fn the_headers_tell_nothing_of_a_code_until_it_is_closed() {
    let town = Town::new().await;
    let (code, six) = household(&town).await;
    let headers = |reply: &Reply| {
        let told = reply
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id");
        let mut told: Vec<_> = told.map(|(n, v)| (n.clone(), v.clone())).collect();
        told.sort_by_key(|(name, _)| name.to_string());
        told
    };
    let wrong = |n: usize| if six == "000000" { "1" } else { "0" }.repeat(5) + &n.to_string();
    // Elsewhere somebody has tried the code already, and nobody the other.
    let other = asking(&town, &code, &wrong(9)).from("192.0.2.200:9");
    other.send().await.is_problem(401, "lookup-failed");
    for n in 0..5 {
        let from = format!("192.0.2.{n}:9");
        let known = asking(&town, &code, &wrong(n)).from(&from).send().await;
        let known = known.is_problem(401, "lookup-failed");
        let from = format!("198.51.100.{n}:9");
        let unknown = asking(&town, "0000-0000-0000", &six).from(&from);
        let unknown = unknown.send().await.is_problem(401, "lookup-failed");
        assert_eq!(headers(&known), headers(&unknown));
        assert_eq!(known.header("ratelimit"), "\"address\";r=19;t=60");
    }
    guess(&town).send().await.is_problem(401, "lookup-failed");
    let mut bodies = vec![];
    for code in [code.as_str(), "0000-0000-0000"] {
        let closed = asking(&town, code, &six).from("203.0.113.1:9").send().await;
        let closed = closed.is_problem(429, "too-many-requests");
        assert_eq!(closed.header("ratelimit"), "\"code\";r=0;t=900");
        assert_eq!(closed.header("retry-after"), "900");
        let mut body = closed.json.clone();
        body["request_id"] = Value::Null;
        bodies.push((headers(&closed), body));
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn a_caller_asks_so_often_in_ten_seconds_and_no_oftener_whatever_key_it_has() {
    let town = Town::with(&[("ANJU_CLIENT_REQUESTS", "3")]).await;
    let district = town.district().await;
    let (li, first) = town.worker("3701", "case_officer", &district).await;
    let second = town.key_of(&li, "case_officer", &district).await;
    let (_, colleague) = town.worker("3702", "case_officer", &district).await;
    for (person, left) in [(&first, 2), (&second, 1), (&first, 0)] {
        let seen = person
            .get("/v1/me")
            .from("192.0.2.1:9")
            .send()
            .await
            .ok(200);
        assert_eq!(
            seen.header("ratelimit"),
            format!("\"client\";r={left};t=10")
        );
        assert_eq!(seen.header("ratelimit-policy"), "\"client\";q=3;w=10");
    }
    let refused = second
        .get("/v1/households")
        .from("192.0.2.7:9")
        .send()
        .await;
    assert_eq!(refused.header("retry-after"), "10");
    refused.is_problem(429, "client-too-fast");
    colleague
        .get("/v1/me")
        .from("192.0.2.1:9")
        .send()
        .await
        .ok(200);
    town.set_clock("2018-03-05T02:00:10Z");
    second
        .get("/v1/me")
        .from("192.0.2.7:9")
        .send()
        .await
        .ok(200);
}
