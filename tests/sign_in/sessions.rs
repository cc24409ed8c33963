//! Opening, using and ending sessions.

use anju::staff::Role;
use serde_json::json;

use super::{
    ELSEWHERE, PASSWORD, administrator, bearer, code_at, knock, member, now, run, settled, trail,
    wait,
};
use crate::support::Town;

#[tokio::test]
async fn who_signed_in_works_with_the_posts_held_today() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let opened = zhang.knock(&town).send().await.ok(201);
    assert_eq!(opened.json["expires_at"], "2018-03-05T14:00:30Z");
    assert_eq!(opened.json["second_factor_required"], false);
    assert_eq!(opened.json["password_change_required"], false);
    let person = bearer(&town, &opened.json);
    let me = person.get("/v1/me").send().await.ok(200).json;
    assert_eq!(me["staff_id"], zhang.member.staff_id.as_str());
    assert_eq!(me["session_id"], opened.json["session_id"]);
    assert_eq!(me.get("key_id"), None);
    assert_eq!(me["posts"][0]["role"], "case_officer");
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let body = Town::household_body(&parcel, "H-1");
    person.post("/v1/households", &body).send().await.ok(201);
    person
        .post("/v1/programmes", &json!({"name": "x"}))
        .send()
        .await
        .is_problem(403, "permission-missing");
}

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

#[tokio::test]
async fn a_refusal_says_the_same_whatever_is_wrong() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let disabled = settled(&town, "li.si", Role::CaseOfficer).await;
    let stop = administrator(&town).act(&disabled.account("disablements"));
    stop.if_match(&json!(3)).send().await.ok(200);
    let left = settled(&town, "wang.wu", Role::CaseOfficer).await;
    let gone = &left.member.staff_id;
    run(
        &town,
        format!("update staff set left_on = '2018-03-05' where id = '{gone}'"),
    )
    .await;
    let late = member(&town, "zhao.liu", Role::CaseOfficer).await;
    wait(&town, 8 * 86_400);
    let code = |secret: &str| Some(code_at(secret, now(&town)));
    let attempts = [
        ("nobody", PASSWORD, None, "unknown-login"),
        (
            "zhang.san",
            "Kiefer-28-Wald",
            code(&zhang.secret),
            "wrong-password",
        ),
        (
            "zhang.san",
            PASSWORD,
            Some("000000".to_owned()),
            "wrong-code",
        ),
        ("zhang.san", PASSWORD, None, "wrong-code"),
        (
            "li.si",
            PASSWORD,
            code(&disabled.secret),
            "account-disabled",
        ),
        ("wang.wu", PASSWORD, code(&left.secret), "staff-left"),
        (
            "zhao.liu",
            late.one_time_password.as_str(),
            None,
            "password-expired",
        ),
    ];
    let mut told = vec![];
    for (n, (login, password, code, why)) in attempts.iter().enumerate() {
        let from = format!("192.0.2.{n}:9");
        let attempt = knock(&town, login, password, code.as_deref()).from(&from);
        let refused = attempt.send().await.is_problem(401, "sign-in-failed");
        let mut body = refused.json.clone();
        body["request_id"] = json!(null);
        let mut names: Vec<_> = refused.headers.keys().map(ToString::to_string).collect();
        names.sort();
        told.push((body, names, refused.header("ratelimit").to_owned()));
        let newest = trail(&town).await.swap_remove(0);
        let refusal = ("session.refused".to_owned(), "refused".to_owned());
        assert_eq!((newest.0, newest.1), refusal);
        assert_eq!(newest.2.as_deref(), Some(*why));
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
    knock(&town, "Sommer-2018-Nacht", "x", None)
        .send()
        .await
        .is_problem(401, "sign-in-failed");
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

#[tokio::test]
async fn a_session_ends_after_half_an_hour_unused_and_after_twelve_in_any_case() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let person = zhang.again(&town).await;
    wait(&town, 30 * 60 - 1);
    person.get(ELSEWHERE).send().await.ok(200);
    wait(&town, 30 * 60);
    person
        .get(ELSEWHERE)
        .send()
        .await
        .is_problem(401, "unauthenticated");
    let person = zhang.again(&town).await;
    for _ in 0..35 {
        wait(&town, 20 * 60);
        person.get(ELSEWHERE).send().await.ok(200);
    }
    wait(&town, 20 * 60 - 1);
    person.get(ELSEWHERE).send().await.ok(200);
    wait(&town, 1);
    person
        .get(ELSEWHERE)
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn that_a_session_is_used_is_written_once_a_minute() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let person = zhang.again(&town).await;
    let seen = async || {
        person.get(ELSEWHERE).send().await.ok(200);
        let owner = town.owner().await;
        sqlx::query_scalar::<_, chrono::DateTime<chrono::Utc>>(
            "select max(seen_at) from staff_session",
        )
        .fetch_one(&owner)
        .await
        .unwrap()
    };
    let first = seen().await;
    wait(&town, 59);
    assert_eq!(seen().await, first);
    wait(&town, 1);
    assert_eq!((seen().await - first).num_seconds(), 60);
}

#[tokio::test]
async fn whoever_signs_out_is_out_and_may_end_the_others_too() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let li = settled(&town, "li.si", Role::CaseOfficer).await;
    let (desk, home) = (zhang.again(&town).await, zhang.again(&town).await);
    let mine = desk.get("/v1/me/sessions").send().await.ok(200).json;
    let mine = mine.as_array().unwrap();
    assert_eq!(mine.len(), 3);
    let current: Vec<_> = mine
        .iter()
        .map(|session| session["current"] == true)
        .collect();
    assert_eq!(current, [false, true, false]);
    let path = format!(
        "/v1/me/sessions/{}/endings",
        mine[0]["id"].as_str().unwrap()
    );
    li.person
        .act(&path)
        .send()
        .await
        .is_problem(404, "not-found");
    home.get(ELSEWHERE).send().await.ok(200);
    desk.act(&path).key("end").send().await.ok(204);
    home.get(ELSEWHERE)
        .send()
        .await
        .is_problem(401, "unauthenticated");
    desk.act(&path).key("end").send().await.ok(204);
    desk.act(&path).send().await.is_problem(404, "not-found");
    desk.delete("/v1/sessions/current").send().await.ok(204);
    desk.get(ELSEWHERE)
        .send()
        .await
        .is_problem(401, "unauthenticated");
    desk.delete("/v1/sessions/current")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    zhang.person.get(ELSEWHERE).send().await.ok(200);
}

#[tokio::test]
async fn what_takes_a_right_away_does_so_with_the_next_request() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let person = zhang.again(&town).await;
    let household = {
        let programme = town.programme().await;
        let parcel = town.parcel(&programme, "DJGD").await;
        town.household(&parcel, "H-1").await
    };
    let path = format!("/v1/households/{}", household["id"].as_str().unwrap());
    let staff = &zhang.member.staff_id;
    let change = async |sql: &str| {
        // A hot read, so that everything is remembered before it changes.
        person.get(&path).send().await.ok(200);
        run(
            &town,
            format!("{sql}; update authority set epoch = epoch + 1"),
        )
        .await;
    };
    change(&format!(
        "update post set to_on = '2018-03-04' where staff_id = '{staff}'"
    ))
    .await;
    person
        .get(&path)
        .send()
        .await
        .is_problem(403, "permission-missing");
    run(
        &town,
        format!(
            "update post set to_on = null where staff_id = '{staff}';
        update authority set epoch = epoch + 1"
        ),
    )
    .await;
    change(&format!(
        "update staff set left_on = '2018-03-05' where id = '{staff}'"
    ))
    .await;
    person
        .get(&path)
        .send()
        .await
        .is_problem(401, "unauthenticated");
    run(
        &town,
        format!(
            "update staff set left_on = '2018-03-06' where id = '{staff}';
        update authority set epoch = epoch + 1"
        ),
    )
    .await;
    person.get(&path).send().await.ok(200);
    let stop = administrator(&town).act(&zhang.account("disablements"));
    stop.if_match(&json!(3)).send().await.ok(200);
    person
        .get(&path)
        .send()
        .await
        .is_problem(401, "unauthenticated");
    zhang
        .person
        .get(ELSEWHERE)
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn retries_and_pages_belong_to_the_person_and_not_to_one_session() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let li = settled(&town, "li.si", Role::CaseOfficer).await;
    let (desk, home) = (zhang.again(&town).await, zhang.again(&town).await);
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let body = Town::household_body(&parcel, "H-1");
    let first = desk
        .post("/v1/households", &body)
        .key("once")
        .send()
        .await
        .ok(201);
    let again = home
        .post("/v1/households", &body)
        .key("once")
        .send()
        .await
        .ok(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json["id"], first.json["id"]);
    town.household(&parcel, "H-2").await;
    let page = desk.get("/v1/households?limit=1").send().await.ok(200).json;
    let next = format!(
        "/v1/households?limit=1&cursor={}",
        page["next"].as_str().unwrap()
    );
    assert_eq!(home.get(&next).send().await.ok(200).items().len(), 1);
    li.person
        .get(&next)
        .send()
        .await
        .is_problem(404, "cursor-unknown");
}

#[tokio::test]
async fn a_lost_answer_to_signing_in_is_not_shown_again() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    zhang.knock(&town).key("once").send().await.ok(201);
    let code = code_at(&zhang.secret, now(&town));
    let repeat = knock(&town, "zhang.san", PASSWORD, Some(&code)).key("once");
    repeat.send().await.is_problem(409, "already-done");
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
