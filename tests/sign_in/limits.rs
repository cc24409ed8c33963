//! How often one may try, and who is not kept out by the attempts of others.

use anju::staff::Role;

use super::{PASSWORD, code_at, knock, now, settled, wait};
use crate::support::Town;

#[tokio::test]
async fn a_thousand_guesses_from_everywhere_are_stopped_and_the_owner_comes_in() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    zhang
        .knock(&town)
        .from("203.0.113.7:9")
        .send()
        .await
        .ok(201);
    let (mut judged, mut stopped) = (0, 0);
    for n in 0..1000 {
        let guess = format!("Guess-{n}-Guess");
        let from = format!("198.51.{}.{}:9", n / 250, n % 250);
        let reply = knock(&town, "zhang.san", &guess, None)
            .from(&from)
            .send()
            .await;
        match reply.status.as_u16() {
            401 => judged += 1,
            429 => stopped += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((judged, stopped), (10, 990));
    let strange = zhang.knock(&town).from("192.0.2.200:9").send().await;
    let strange = strange.is_problem(429, "too-many-sign-ins");
    assert!(strange.header("ratelimit").starts_with("\"login\";r=0;t="));
    assert!(strange.header("retry-after").parse::<u32>().unwrap() > 800);
    zhang
        .knock(&town)
        .from("203.0.113.7:9")
        .send()
        .await
        .ok(201);
    wait(&town, 15 * 60);
    zhang
        .knock(&town)
        .from("192.0.2.200:9")
        .send()
        .await
        .ok(201);
}

#[tokio::test]
async fn a_login_nobody_has_is_limited_like_any_other() {
    let town = Town::new().await;
    for n in 0..11 {
        let attempt = knock(&town, "nobody", PASSWORD, None).from(&format!("192.0.2.{n}:9"));
        let reply = attempt.send().await;
        match n {
            10 => reply.is_problem(429, "too-many-sign-ins"),
            _ => reply.is_problem(401, "sign-in-failed"),
        };
    }
}

#[tokio::test]
async fn an_address_has_twenty_attempts_a_minute_and_is_told_so() {
    let town = Town::new().await;
    for n in 0..20 {
        let attempt = knock(&town, &format!("nobody-{n}"), PASSWORD, None).from("192.0.2.1:9");
        let refused = attempt.send().await.is_problem(401, "sign-in-failed");
        let left = format!("\"address\";r={};t=60", 19 - n);
        assert_eq!(refused.header("ratelimit"), left);
        assert!(
            refused
                .header("ratelimit-policy")
                .starts_with("\"address\";q=20;w=60, ")
        );
    }
    let attempt = || {
        knock(&town, "nobody", PASSWORD, None)
            .from("192.0.2.1:10")
            .send()
    };
    let stopped = attempt().await.is_problem(429, "too-many-sign-ins");
    assert_eq!(stopped.header("retry-after"), "60");
    wait(&town, 60);
    attempt().await.is_problem(401, "sign-in-failed");
}

#[tokio::test]
async fn success_does_not_count_as_failure() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    for n in 0..12 {
        wait(&town, 30);
        let code = code_at(&zhang.secret, now(&town));
        let attempt = knock(&town, "zhang.san", PASSWORD, Some(&code));
        attempt.from(&format!("192.0.2.{n}:9")).send().await.ok(201);
    }
}
