//! The keys of an identity provider: how often they are fetched, and what happens when they are not.

use serde_json::json;

use super::{
    now,
    provider::Provider,
    tokens::{trusting, with},
    wait,
};

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_a_token_names_a_new_one() {
    let t = trusting().await;
    let p = &t.provider;
    let token = |kid: &str| {
        let header = with(Provider::header("EdDSA"), &json!({"kid": kid}));
        p.signed(&header, &p.claims("zhang@id", now(&t.town)))
    };
    assert_eq!(p.asked(), 0);
    for _ in 0..3 {
        assert_eq!(t.status(&token("ed-1")).await, 200);
    }
    assert_eq!(p.asked(), 1);
    p.publish("2");
    // Made-up names are not asked for more often than every half minute, real ones wait as long.
    for n in 0..50 {
        assert_eq!(t.status(&token(&format!("made-up-{n}"))).await, 401);
    }
    assert_eq!(t.status(&token("ed-2")).await, 401);
    assert_eq!(p.asked(), 1);
    wait(&t.town, 30);
    assert_eq!(t.status(&token("ed-2")).await, 200);
    assert_eq!(p.asked(), 2);
    assert_eq!(t.status(&token("ed-1")).await, 401, "the old key is gone");
    wait(&t.town, 600);
    assert_eq!(t.status(&token("ed-2")).await, 200);
    assert_eq!(p.asked(), 3, "old keys are fetched again");
}

#[tokio::test]
async fn while_the_provider_does_not_answer_its_last_keys_count_for_an_hour() {
    let t = trusting().await;
    let p = &t.provider;
    let token = || p.token("zhang@id", now(&t.town));
    p.answers(false);
    let first = t.town.bearer(&token()).get("/v1/me").send().await;
    let first = first.is_problem(503, "identity-provider-unavailable");
    assert_eq!(first.header("retry-after"), "30");
    t.town
        .bearer(&token())
        .get("/v1/me")
        .send()
        .await
        .is_problem(503, "identity-provider-unavailable");
    assert_eq!(p.asked(), 1);
    wait(&t.town, 30);
    p.answers(true);
    assert_eq!(t.status(&token()).await, 200);
    p.answers(false);
    wait(&t.town, 3600);
    assert_eq!(t.status(&token()).await, 200);
    wait(&t.town, 600);
    assert_eq!(t.status(&token()).await, 503);
    // Whoever has another credential is not concerned.
    t.town.officer().get("/v1/me").send().await.ok(200);
}
