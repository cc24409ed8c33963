//! Accounts, as administrators make and stop them.

use anju::staff::Role;
use serde_json::{Value, json};

use super::{
    PROVIDER, account, administrator, hire, member, run, settle, settled, subdistricts, wait,
};
use crate::support::{Person, Town};

async fn open_account(who: &Person, staff_id: &str, login: &str) -> crate::support::Reply {
    let body = json!({"staff_id": staff_id, "login": login});
    who.post("/v1/accounts", &body).send().await
}

#[tokio::test]
async fn one_person_has_one_account_and_one_login_is_of_one_person() {
    let town = Town::new().await;
    let zhang = member(&town, "zhang.san", Role::CaseOfficer).await;
    let admin = administrator(&town);
    let twice = open_account(&admin, &zhang.staff_id, "zhang.3").await;
    twice.is_problem(409, "account-there");
    let li = hire(&town, "G-2", Role::CaseOfficer, "370103").await;
    let taken = open_account(&admin, &li, "ZHANG.SAN")
        .await
        .is_problem(409, "login-taken");
    assert_eq!(taken.pointers(), ["/login"]);
    run(
        &town,
        format!("update staff set left_on = '2018-03-05' where id = '{li}'"),
    )
    .await;
    open_account(&admin, &li, "li.si")
        .await
        .is_problem(409, "staff-left");
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    open_account(&admin, nobody, "nobody")
        .await
        .is_problem(404, "not-found");
    let list = admin.get("/v1/accounts").send().await.ok(200);
    assert_eq!(list.items().len(), 1);
    assert_eq!(list.items()[0]["login"], "zhang.san");
    assert_eq!(list.items()[0]["must_change"], true);
    assert!(!list.text().contains("argon2"));
}

#[tokio::test]
async fn a_lost_answer_is_not_shown_again() {
    let town = Town::new().await;
    let li = hire(&town, "G-2", Role::CaseOfficer, "370103").await;
    let body = json!({"staff_id": li, "login": "li.si"});
    let once = || {
        administrator(&town)
            .post("/v1/accounts", &body)
            .key("li")
            .send()
    };
    once().await.ok(201);
    once().await.is_problem(409, "already-done");
}

/// A system administrator who works at one unit, in a session.
async fn local_administrator(town: &Town, login: &str, code: &str) -> (String, Person) {
    let staff = hire(town, &format!("G-{login}"), Role::SystemAdministrator, code).await;
    let settled = settle(town, account(town, &staff, login).await).await;
    (settled.member.account_id, settled.person)
}

#[tokio::test]
async fn who_decides_over_one_unit_decides_over_nobody_who_also_works_elsewhere() {
    let town = Town::new().await;
    subdistricts(&town).await;
    let (own_account, here) = local_administrator(&town, "here", "370103001").await;
    let (there_account, _) = local_administrator(&town, "there", "370103002").await;
    let local = hire(&town, "G-1", Role::CaseOfficer, "370103001").await;
    let other = hire(&town, "G-2", Role::CaseOfficer, "370103002").await;
    let chief = hire(&town, "G-3", Role::DistrictAdmin, "370103").await;
    let both = hire(&town, "G-4", Role::CaseOfficer, "370103001").await;
    let district = super::unit(&town, "370103").await;
    let post = town.app.fresh_id();
    // A post at the district from next year on is enough: with it comes more than they have here.
    run(
        &town,
        format!(
            "insert into post (id, staff_id, role, org_unit_id, from_on, created_at)
        values ('{post}', '{both}', 'district_admin', '{district}', '2019-01-01', now())"
        ),
    )
    .await;
    wait(&town, 1);
    open_account(&here, &local, "local").await.ok(201);
    for hidden in [&other, &chief, &both] {
        open_account(&here, hidden, "hidden")
            .await
            .is_problem(404, "not-found");
    }
    let logins = |list: &[Value]| -> Vec<String> {
        list.iter()
            .map(|a| a["login"].as_str().unwrap().to_owned())
            .collect()
    };
    let list = here.get("/v1/accounts").send().await.ok(200);
    assert_eq!(logins(list.items()), ["local", "here"]);
    let reset = |id: &str| {
        let path = format!("/v1/accounts/{id}/resets");
        here.post(&path, &json!({})).if_match(&json!(1)).send()
    };
    reset(&there_account).await.is_problem(404, "not-found");
    let mine = format!("/v1/accounts/{own_account}/disablements");
    let mine = here.act(&mine).if_match(&json!(3)).send().await;
    mine.is_problem(409, "own-account");
}

#[tokio::test]
async fn nobody_comes_to_a_role_by_way_of_the_account_of_who_has_it() {
    let town = Town::with(&PROVIDER).await;
    let chief = hire(&town, "G-1", Role::DistrictAdmin, "370103").await;
    let system = member(&town, "system", Role::SystemAdministrator).await;
    let (headquarters, admin) = (town.admin(), administrator(&town));
    let beyond = |reply: crate::support::Reply| reply.is_problem(403, "role-beyond-own");
    // Headquarters do not give the role of a system administrator, so they do not take it either.
    let spare = hire(&town, "G-2", Role::SystemAdministrator, "370103").await;
    beyond(open_account(&headquarters, &spare, "spare").await);
    let path = format!("/v1/accounts/{}", system.account_id);
    let reset = headquarters.post(&format!("{path}/resets"), &json!({}));
    beyond(reset.if_match(&json!(1)).send().await);
    let stop = headquarters.act(&format!("{path}/disablements"));
    beyond(stop.if_match(&json!(1)).send().await);
    let body = json!({"staff_id": spare, "subject": "intruder"});
    beyond(headquarters.post("/v1/oidc-identities", &body).send().await);
    let made = admin
        .post("/v1/oidc-identities", &body)
        .send()
        .await
        .ok(201);
    let removals = format!(
        "/v1/oidc-identities/{}/removals",
        made.json["id"].as_str().unwrap()
    );
    beyond(headquarters.act(&removals).if_match(&json!(1)).send().await);
    open_account(&headquarters, &chief, "chief").await.ok(201);
    let reset = admin.post(&format!("{path}/resets"), &json!({}));
    reset.if_match(&json!(1)).send().await.ok(201);
}

#[tokio::test]
async fn a_disabled_account_closes_every_way_in_until_it_is_reset() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let body = json!({"label": "接口", "role": "case_officer"});
    let key = town
        .admin()
        .post("/v1/api-keys", &body)
        .send()
        .await
        .ok(201)
        .json;
    let (id, staff) = (key["id"].as_str().unwrap(), &zhang.member.staff_id);
    run(
        &town,
        format!("update api_key set staff_id = '{staff}' where id = '{id}'"),
    )
    .await;
    let program = town.bearer(key["secret"].as_str().unwrap());
    program.get("/v1/me").send().await.ok(200);
    let admin = administrator(&town);
    let stop = |version: i32| {
        admin
            .act(&zhang.account("disablements"))
            .if_match(&json!(version))
            .send()
    };
    stop(2).await.is_problem(412, "version-stale");
    let stopped = stop(3).await.ok(200).json;
    assert_eq!(stopped["disabled_at"], "2018-03-05T02:00:00Z");
    stop(4).await.is_problem(409, "account-disabled");
    zhang
        .person
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    program
        .get("/v1/me")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    zhang
        .knock(&town)
        .send()
        .await
        .is_problem(401, "sign-in-failed");
    let reset = admin.post(&zhang.account("resets"), &json!({"second_factor": true}));
    reset.if_match(&json!(4)).send().await.ok(201);
    program.get("/v1/me").send().await.ok(200);
}

#[tokio::test]
async fn accounts_can_be_downloaded_by_who_may_read_staff() {
    let town = Town::new().await;
    member(&town, "zhang.san", Role::CaseOfficer).await;
    let file = town
        .auditor()
        .get("/v1/accounts/export")
        .send()
        .await
        .ok(200);
    assert!(file.bytes.starts_with(b"PK"));
    let officer = town.officer().get("/v1/accounts/export").send().await;
    officer.is_problem(403, "permission-missing");
}
