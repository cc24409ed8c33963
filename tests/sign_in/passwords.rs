//! Choosing a password.

use anju::staff::Role;
use serde_json::json;

use super::{PASSWORD, settled, trail};
use crate::support::Town;

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let person = zhang.again(&town).await;
    let change = json!({"current": PASSWORD, "new": "Fichte-28-Wiese"});
    let once = || person.post("/v1/me/password", &change).key("change").send();
    once().await.ok(204);
    assert_eq!(once().await.ok(204).header("idempotency-replayed"), "true");
    person.get("/v1/me").send().await.ok(200);
    zhang
        .person
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    zhang
        .knock(&town)
        .send()
        .await
        .is_problem(401, "sign-in-failed");
}

#[tokio::test]
async fn the_present_password_is_asked_for_and_guesses_at_it_are_counted() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let change = json!({"current": "Kiefer-28-Wald", "new": "Fichte-28-Wiese"});
    let guess = || zhang.person.post("/v1/me/password", &change).send();
    for _ in 0..10 {
        let refused = guess().await.is_problem(422, "password-wrong");
        assert_eq!(refused.pointers(), ["/current"]);
    }
    guess().await.is_problem(429, "too-many-sign-ins");
    let refused = trail(&town).await;
    let refused = refused
        .iter()
        .filter(|(action, ..)| action == "password.refused");
    assert_eq!(refused.count(), 10);
    let same = json!({"current": PASSWORD, "new": PASSWORD});
    town.set_clock("2018-03-05T02:16:00Z");
    let same = zhang.person.post("/v1/me/password", &same).send().await;
    same.is_problem(422, "password-unchanged");
}

#[tokio::test]
async fn every_rule_a_password_breaks_is_named() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    for (new, broken) in [
        ("kurz", &["too-simple", "few-characters"][..]),
        ("nur-kleine-b", &["too-simple"]),
        ("Passw0rd!2018", &["common"]),
        ("ZHANG.SAN-2018", &["holds-login"]),
        (
            "g-zhang.san!",
            &["too-simple", "holds-login", "holds-staff-number"],
        ),
    ] {
        let change = json!({"current": PASSWORD, "new": new});
        let refused = zhang.person.post("/v1/me/password", &change).send().await;
        let refused = refused.is_problem(422, "password-weak");
        let codes: Vec<_> = refused.json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|mistake| {
                (
                    mistake["pointer"].as_str().unwrap(),
                    mistake["code"].as_str().unwrap(),
                )
            })
            .collect();
        let broken: Vec<_> = broken.iter().map(|rule| ("/new", *rule)).collect();
        assert_eq!(codes, broken, "{new}");
    }
}
