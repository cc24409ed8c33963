//! The resident lookup: codes, sessions, the case, the letters, the page.

mod case;
mod codes;
mod letters;
mod limits;
mod page;
mod sessions;

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

use crate::support::{Errand, Person, Town};

const PASSPORT: &str = "E1234567A";

const CHILD: &str = "370103201001011238";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn last_six(number: &str) -> &str {
    &number[number.len() - 6..]
}

/// A household of a holder with a citizen number, a spouse with a passport and a child.
async fn family(town: &Town, parcel: &Value, number: &str) -> (Value, String) {
    let mut body = Town::household_body(parcel, number);
    let holder = body["persons"][0]["document"]["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let others = [
        json!({"name": "Ana Silva", "relation": "10",
            "document": {"kind": "passport", "number": PASSPORT}}),
        json!({"name": "张小四", "relation": "20",
            "document": {"kind": "citizen_number", "number": CHILD}}),
    ];
    body["persons"].as_array_mut().unwrap().extend(others);
    let reply = town.officer().post("/v1/households", &body).send().await;
    (reply.ok(201).json, last_six(&holder).to_owned())
}

/// A town with one family, its code and the last six characters of its holder.
struct Settled {
    town: Town,
    programme: Value,
    parcel: Value,
    household: Value,
    code: String,
    six: String,
}

async fn settled() -> Settled {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let (household, six) = family(&town, &parcel, "H-1").await;
    let code = issue(&town, &household).await["lookup_code"]
        .as_str()
        .unwrap()
        .to_owned();
    Settled {
        town,
        programme,
        parcel,
        household,
        code,
        six,
    }
}

async fn issue(town: &Town, household: &Value) -> Value {
    let path = format!("/v1/households/{}/lookup-codes", id(household));
    town.officer().act(&path).send().await.ok(201).json
}

fn asking(town: &Town, code: &str, six: &str) -> Errand {
    let body = json!({"lookup_code": code, "id_last_six": six, "channel": "self"});
    town.anonymous().post("/v1/resident/sessions", &body)
}

async fn open(town: &Town, code: &str, six: &str) -> Person {
    let opened = asking(town, code, six).send().await.ok(201).json;
    town.bearer(opened["token"].as_str().unwrap())
}

async fn case(resident: &Person) -> Value {
    resident.get("/v1/resident/case").send().await.ok(200).json
}

async fn run(owner: &PgPool, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(owner)
        .await
        .unwrap();
}
