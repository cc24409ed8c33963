//! The second factor: setting it up, using it, losing it.

use anju::staff::Role;
use serde_json::json;

use super::{
    PASSWORD, administrator, bearer, choose_password, code_at, enrol, knock, member, now, settled,
    wait,
};
use crate::support::Town;

#[tokio::test]
async fn without_a_second_factor_one_can_only_set_one_up() {
    let town = Town::new().await;
    let zhang = member(&town, "zhang.san", Role::DistrictAdmin).await;
    let opened = knock(&town, "Zhang.San", &zhang.one_time_password, None)
        .send()
        .await
        .ok(201);
    assert_eq!(opened.json["password_change_required"], true);
    assert_eq!(opened.json["second_factor_required"], true);
    let person = bearer(&town, &opened.json);
    let everything = [
        "/v1/me",
        "/v1/roles",
        "/v1/households",
        "/v1/accounts",
        "/v1/org-units",
    ];
    for path in everything {
        person
            .get(path)
            .send()
            .await
            .is_problem(403, "password-change-required");
    }
    choose_password(&person, &zhang.one_time_password).await;
    for path in everything {
        person
            .get(path)
            .send()
            .await
            .is_problem(403, "second-factor-required");
    }
    let programme = json!({"name": "2018", "year": 2018, "target_villages": 1, "target_areas": 1,
        "target_demolition_m2": "1.00"});
    let forbidden = person.post("/v1/programmes", &programme).send().await;
    forbidden.is_problem(403, "second-factor-required");
    person.get("/v1/me/sessions").send().await.ok(200);
    enrol(&town, &person).await;
    for path in everything {
        person.get(path).send().await.ok(200);
    }
}

#[tokio::test]
async fn a_session_opened_before_does_not_count_as_opened_with_it() {
    let town = Town::new().await;
    let zhang = member(&town, "zhang.san", Role::CaseOfficer).await;
    let first = || knock(&town, "zhang.san", &zhang.one_time_password, None).send();
    let desk = bearer(&town, &first().await.ok(201).json);
    let home = bearer(&town, &first().await.ok(201).json);
    enrol(&town, &desk).await;
    home.get("/v1/me/sessions")
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_code_counts_once_and_half_a_minute_early_or_late() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let with = |seconds: i64| {
        let code = code_at(&zhang.secret, now(&town) + seconds);
        knock(&town, "zhang.san", PASSWORD, Some(&code)).send()
    };
    // That of this half minute was used to confirm.
    with(0).await.is_problem(401, "sign-in-failed");
    with(30).await.ok(201);
    with(30).await.is_problem(401, "sign-in-failed");
    wait(&town, 90);
    with(60).await.is_problem(401, "sign-in-failed");
    with(-60).await.is_problem(401, "sign-in-failed");
    with(-30).await.ok(201);
    with(0).await.ok(201);
    // An earlier one, though not used, is over.
    with(-30).await.is_problem(401, "sign-in-failed");
}

#[tokio::test]
async fn a_code_of_another_does_not_count() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let li = settled(&town, "li.si", Role::CaseOfficer).await;
    wait(&town, 60);
    let code = code_at(&li.secret, now(&town));
    let stolen = knock(&town, "zhang.san", PASSWORD, Some(&code))
        .send()
        .await;
    stolen.is_problem(401, "sign-in-failed");
    let own = code_at(&zhang.secret, now(&town));
    knock(&town, "zhang.san", PASSWORD, Some(&own))
        .send()
        .await
        .ok(201);
}

#[tokio::test]
async fn only_a_right_code_confirms_and_only_once() {
    let town = Town::new().await;
    let zhang = member(&town, "zhang.san", Role::CaseOfficer).await;
    let opened = knock(&town, "zhang.san", &zhang.one_time_password, None)
        .send()
        .await
        .ok(201);
    let person = bearer(&town, &opened.json);
    let confirm = |code: &str| {
        let body = json!({"code": code});
        person
            .post("/v1/me/second-factor/confirmations", &body)
            .send()
    };
    confirm("123456")
        .await
        .is_problem(409, "second-factor-not-begun");
    let begin = || person.act("/v1/me/second-factor").send();
    let first = begin().await.ok(201).json;
    let second = begin().await.ok(201).json;
    let secret = second["secret"].as_str().unwrap();
    let url = format!("otpauth://totp/Anju:zhang.san?secret={secret}&issuer=Anju");
    assert_eq!(second["otpauth_url"], url);
    let old = code_at(first["secret"].as_str().unwrap(), now(&town));
    assert_eq!(
        confirm(&old).await.is_problem(422, "code-wrong").pointers(),
        ["/code"]
    );
    confirm(&code_at(secret, now(&town))).await.ok(204);
    confirm(&code_at(secret, now(&town)))
        .await
        .is_problem(409, "second-factor-there");
    begin().await.is_problem(409, "second-factor-there");
}

#[tokio::test]
async fn a_lost_telephone_is_replaced_through_an_administrator() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let reset = async |version: i32, body| {
        let errand = administrator(&town).post(&zhang.account("resets"), &body);
        let issued = errand.if_match(&json!(version)).send().await.ok(201).json;
        issued["one_time_password"].as_str().unwrap().to_owned()
    };
    // A reset of the password alone leaves the second factor as it is.
    let password = reset(3, json!({})).await;
    zhang
        .person
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    knock(&town, "zhang.san", &password, None)
        .send()
        .await
        .is_problem(401, "sign-in-failed");
    wait(&town, 60);
    let code = code_at(&zhang.secret, now(&town));
    let opened = knock(&town, "zhang.san", &password, Some(&code))
        .send()
        .await
        .ok(201)
        .json;
    assert_eq!(opened["second_factor_required"], false);
    let password = reset(4, json!({"second_factor": true})).await;
    let opened = knock(&town, "zhang.san", &password, None)
        .send()
        .await
        .ok(201)
        .json;
    assert_eq!(opened["second_factor_required"], true);
}
