//! At the door: what somebody who is not let in learns, and what is kept of everybody.

use anju::staff::Role;
use serde_json::json;

use super::{PASSWORD, administrator, code_at, knock, member, now, run, settled, trail, wait};
use crate::support::Town;

#[tokio::test]
async fn nothing_in_the_database_opens_anything() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let opened = zhang.knock(&town).send().await.ok(201).json;
    let owner = town.owner().await;
    let dump: String = sqlx::query_scalar(
        "select string_agg(t, '') from (select a::text as t from account a
          union all select e::text from staff_session e
          union all select i::text from idempotency_key i
          union all select v::text from audit_event v) x",
    )
    .fetch_one(&owner)
    .await
    .unwrap();
    let token = opened["token"].as_str().unwrap();
    for secret in [
        token,
        &token[5..],
        PASSWORD,
        &zhang.member.one_time_password,
        &zhang.secret,
    ] {
        assert!(!dump.contains(secret));
        assert!(!dump.contains(&hex::encode(secret)));
    }
    assert!(dump.contains("$argon2id$v=19$m=19456,t=2,p=1$"));
}

/// Accounts that are closed for different reasons, eight days after they were opened; the secrets
/// of the second factors, and the password of the one that was never used.
async fn closed_accounts(town: &Town) -> ([String; 3], String) {
    let zhang = settled(town, "zhang.san", Role::CaseOfficer).await;
    let disabled = settled(town, "li.si", Role::CaseOfficer).await;
    let stop = administrator(town).act(&disabled.account("disablements"));
    stop.if_match(&json!(3)).send().await.ok(200);
    let left = settled(town, "wang.wu", Role::CaseOfficer).await;
    let gone = &left.member.staff_id;
    let leave = format!("update staff set left_on = '2018-03-05' where id = '{gone}'");
    run(town, leave).await;
    let late = member(town, "zhao.liu", Role::CaseOfficer).await;
    wait(town, 8 * 86_400);
    let secrets = [zhang.secret, disabled.secret, left.secret];
    (secrets, late.one_time_password)
}

#[tokio::test]
async fn a_refusal_says_the_same_whatever_is_wrong() {
    let town = Town::new().await;
    let ([zhang, li, wang], late) = closed_accounts(&town).await;
    let code = |secret: &str| Some(code_at(secret, now(&town)));
    let no_code = Some("000000".to_owned());
    let attempts = [
        ("nobody", PASSWORD, None, "unknown-login"),
        (
            "zhang.san",
            "Kiefer-28-Wald",
            code(&zhang),
            "wrong-password",
        ),
        ("zhang.san", PASSWORD, no_code, "wrong-code"),
        ("zhang.san", PASSWORD, None, "wrong-code"),
        ("li.si", PASSWORD, code(&li), "account-disabled"),
        ("wang.wu", PASSWORD, code(&wang), "staff-left"),
        ("zhao.liu", late.as_str(), None, "password-expired"),
    ];
    let mut told = vec![];
    for (n, (login, password, code, why)) in attempts.iter().enumerate() {
        wait(&town, 1);
        let from = format!("192.0.2.{n}:9");
        let attempt = knock(&town, login, password, code.as_deref()).from(&from);
        let refused = attempt.send().await.is_problem(401, "sign-in-failed");
        let mut body = refused.json.clone();
        body["request_id"] = json!(null);
        let mut names: Vec<_> = refused.headers.keys().map(ToString::to_string).collect();
        names.sort();
        told.push((body, names, refused.header("ratelimit").to_owned()));
        let (action, outcome, reason) = trail(&town).await.swap_remove(0);
        let on_record = (action.as_str(), outcome.as_str(), reason.as_deref());
        assert_eq!(on_record, ("session.refused", "refused", Some(*why)));
    }
    for other in &told[1..] {
        assert_eq!(*other, told[0]);
    }
}

#[tokio::test]
async fn the_trail_tells_who_signed_in_and_never_what_was_typed() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let person = zhang.again(&town).await;
    wait(&town, 1);
    knock(&town, "Sommer-2018-Nacht", "x", None)
        .send()
        .await
        .is_problem(401, "sign-in-failed");
    wait(&town, 1);
    person.delete("/v1/sessions/current").send().await.ok(204);
    let owner = town.owner().await;
    let events: Vec<(String, Option<uuid::Uuid>, String)> = sqlx::query_as(
        "select action, staff_id, e::text from audit_event e
          where action like 'session.%' order by at desc, id desc limit 3",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    let staff = uuid::Uuid::parse_str(&zhang.member.staff_id).ok();
    assert_eq!(
        (events[0].0.as_str(), events[0].1),
        ("session.ended", staff)
    );
    assert_eq!(
        (events[1].0.as_str(), events[1].1),
        ("session.refused", None)
    );
    assert_eq!(
        (events[2].0.as_str(), events[2].1),
        ("session.opened", staff)
    );
    assert!(
        events
            .iter()
            .all(|(.., row)| !row.to_lowercase().contains("sommer"))
    );
}

/// Peak memory of this process in KiB.
#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_people_at_the_door_do_not_exhaust_the_memory() {
    let town = Town::new().await;
    let before = peak_kib();
    let knocks = (0..100).map(|n| {
        let from = format!("192.0.2.{n}:9");
        knock(&town, &format!("nobody-{n}"), PASSWORD, None)
            .from(&from)
            .send()
    });
    for reply in futures_util::future::join_all(knocks).await {
        reply.is_problem(401, "sign-in-failed");
    }
    // All at once they would need 1,900 MiB.
    let grown_mib = (peak_kib() - before) / 1024;
    assert!(grown_mib < 900, "{grown_mib} MiB");
}
