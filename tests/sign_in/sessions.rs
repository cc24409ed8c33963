//! Opening, using and ending sessions.

use anju::staff::Role;
use serde_json::json;

use super::{ELSEWHERE, PASSWORD, administrator, bearer, code_at, knock, now, run, settled, wait};
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
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    // A hot read, so that everything is remembered before it changes.
    let path = format!("/v1/households/{}", household["id"].as_str().unwrap());
    let look = || person.get(&path).send();
    let staff = &zhang.member.staff_id;
    let change = async |what: &str| {
        look().await.ok(200);
        let sql = format!("update {what} = '{staff}'; update authority set epoch = epoch + 1");
        run(&town, sql).await;
    };
    change("post set to_on = '2018-03-04' where staff_id").await;
    look().await.is_problem(403, "permission-missing");
    run(
        &town,
        "update post set to_on = null; update authority set epoch = epoch + 1".into(),
    )
    .await;
    change("staff set left_on = '2018-03-05' where id").await;
    look().await.is_problem(401, "unauthenticated");
    let back = "update staff set left_on = '2018-03-06'; update authority set epoch = epoch + 1";
    run(&town, back.into()).await;
    look().await.ok(200);
    let stop = administrator(&town).act(&zhang.account("disablements"));
    stop.if_match(&json!(3)).send().await.ok(200);
    look().await.is_problem(401, "unauthenticated");
    let other = zhang.person.get(ELSEWHERE).send().await;
    other.is_problem(401, "unauthenticated");
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
