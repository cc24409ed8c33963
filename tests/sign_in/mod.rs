//! Signing in: who is let in, for how long, and how it ends.

mod accounts;
mod bootstrap;
mod door;
mod limits;
mod passwords;
mod provider;
mod provider_keys;
mod reach;
mod second_factor;
mod sessions;
mod tokens;

use anju::staff::Role;
use ring::hmac;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::support::{Errand, Person, Town};

/// A provider that nobody asks in these tests.
pub const PROVIDER: [(&str, &str); 2] = [
    ("ANJU_OIDC_ISSUER", "http://127.0.0.1:9"),
    ("ANJU_OIDC_AUDIENCE", "anju"),
];

pub const PASSWORD: &str = "Kiefer-27-Wald";

/// The code of a second factor at a moment (RFC 6238), computed here.
fn code_at(secret: &str, seconds: i64) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut bits, mut held) = (vec![], 0, 0_usize);
    for letter in secret.chars() {
        held = held << 5 | alphabet.find(letter).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 255).unwrap());
        }
    }
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = hmac::sign(&key, &(seconds / 30).to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[19] & 15);
    let word: [u8; 4] = tag[offset..offset + 4].try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    )
}

/// What the second factor of that secret shows now.
pub fn code_now(town: &Town, secret: &str) -> String {
    code_at(secret, now(town))
}

/// A member of staff with an account.
struct Member {
    staff_id: String,
    account_id: String,
    login: String,
    one_time_password: String,
}

/// One who signed in and chose a password and a second factor.
pub struct Settled {
    member: Member,
    pub secret: String,
    /// Working in the session in which all that was done.
    pub person: Person,
}

async fn run(town: &Town, sql: String) {
    let owner = town.owner().await;
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&owner)
        .await
        .unwrap();
}

async fn unit(town: &Town, code: &str) -> Uuid {
    let owner = town.owner().await;
    sqlx::query_scalar("select id from org_unit where code = $1")
        .bind(code)
        .fetch_one(&owner)
        .await
        .unwrap()
}

/// Two subdistricts of the district, `S1` and `S2`.
async fn subdistricts(town: &Town) {
    let district = unit(town, "370103").await;
    for code in ["370103001", "370103002"] {
        let body = json!({"code": code, "name": code, "level": "subdistrict",
            "parent_id": district.to_string()});
        town.admin()
            .post("/v1/org-units", &body)
            .send()
            .await
            .ok(201);
    }
}

/// Somebody who works as `role` at the unit of that code since the beginning of 2018.
async fn hire(town: &Town, staff_no: &str, role: Role, code: &str) -> String {
    let (staff, post) = (town.app.fresh_id(), town.app.fresh_id());
    let (role, unit) = (role.key(), unit(town, code).await);
    run(
        town,
        format!(
            "insert into staff (id, staff_no, name, org_unit_id, created_at)
         values ('{staff}', '{staff_no}', '张经办', '{unit}', '2018-01-01T00:00:00Z');
         insert into post (id, staff_id, role, org_unit_id, from_on, created_at)
         values ('{post}', '{staff}', '{role}', '{unit}', '2018-01-01', '2018-01-01T00:00:00Z');
         update authority set epoch = epoch + 1"
        ),
    )
    .await;
    staff.to_string()
}

fn administrator(town: &Town) -> Person {
    town.person(Role::SystemAdministrator, false)
}

/// An account of somebody who works here, made by the administrator.
async fn account(town: &Town, staff_id: &str, login: &str) -> Member {
    let body = json!({"staff_id": staff_id, "login": login});
    let made = administrator(town)
        .post("/v1/accounts", &body)
        .send()
        .await
        .ok(201)
        .json;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Member {
        staff_id: staff_id.to_owned(),
        account_id: text("id"),
        login: login.to_owned(),
        one_time_password: text("one_time_password"),
    }
}

/// Somebody hired, with an account and its one-time password.
async fn member(town: &Town, login: &str, role: Role) -> Member {
    let staff_id = hire(town, &format!("G-{login}"), role, "370103").await;
    account(town, &staff_id, login).await
}

fn knock(town: &Town, login: &str, password: &str, code: Option<&str>) -> Errand {
    let mut body = json!({"login": login, "password": password});
    if let Some(code) = code {
        body["one_time_code"] = code.into();
    }
    town.anonymous().post("/v1/sessions", &body)
}

fn now(town: &Town) -> i64 {
    town.app.clock.now().as_datetime().timestamp()
}

/// Moves the clock of the town on.
fn wait(town: &Town, seconds: i64) {
    let then = town.app.clock.now().as_datetime() + chrono::TimeDelta::seconds(seconds);
    town.set_clock(&then.to_rfc3339());
}

fn bearer(town: &Town, opened: &Value) -> Person {
    town.bearer(opened["token"].as_str().unwrap())
}

async fn choose_password(person: &Person, current: &str) {
    let change = json!({"current": current, "new": PASSWORD});
    person.post("/v1/me/password", &change).send().await.ok(204);
}

/// Sets up a second factor and gives its secret.
async fn enrol(town: &Town, person: &Person) -> String {
    let begun = person.act("/v1/me/second-factor").send().await.ok(201).json;
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let code = json!({"code": code_at(&secret, now(town))});
    let confirm = person.post("/v1/me/second-factor/confirmations", &code);
    confirm.send().await.ok(204);
    secret
}

pub async fn settled(town: &Town, login: &str, role: Role) -> Settled {
    settle(town, member(town, login, role).await).await
}

/// Signs in for the first time and does what that asks for.
async fn settle(town: &Town, member: Member) -> Settled {
    let opened = knock(town, &member.login, &member.one_time_password, None);
    let person = bearer(town, &opened.send().await.ok(201).json);
    choose_password(&person, &member.one_time_password).await;
    let secret = enrol(town, &person).await;
    Settled {
        member,
        secret,
        person,
    }
}

impl Settled {
    /// What signs in, half a minute later, with a code that was not used yet.
    pub fn credentials(&self, town: &Town) -> Value {
        wait(town, 30);
        let code = code_now(town, &self.secret);
        json!({"login": self.member.login, "password": PASSWORD, "one_time_code": code})
    }

    /// Signs in.
    fn knock(&self, town: &Town) -> Errand {
        town.anonymous()
            .post("/v1/sessions", &self.credentials(town))
    }

    async fn again(&self, town: &Town) -> Person {
        bearer(town, &self.knock(town).send().await.ok(201).json)
    }

    fn account(&self, rest: &str) -> String {
        format!("/v1/accounts/{}/{rest}", self.member.account_id)
    }
}

/// What happened to signing in, newest first: action, outcome and reason.
async fn trail(town: &Town) -> Vec<(String, String, Option<String>)> {
    let owner = town.owner().await;
    sqlx::query_as(
        "select action, outcome, reason from audit_event
          where action ~ '^(session|password|second_factor|account|oidc)' order by at desc, id desc",
    )
    .fetch_all(&owner)
    .await
    .unwrap()
}

/// Refused, and every other account of it would read the same.
const ELSEWHERE: &str = "/v1/roles";

#[test]
fn the_codes_of_these_tests_are_those_of_rfc_6238() {
    // Its secret in base32, and the last six digits of Appendix B.
    let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    assert_eq!(code_at(secret, 59), "287082");
    assert_eq!(code_at(secret, 1_111_111_109), "081804");
}
