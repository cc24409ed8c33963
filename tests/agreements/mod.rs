//! Agreements, rosters and the signing rate.

mod bulk;
mod lifecycle;
mod races;
mod recount;
mod refusals;
mod rosters;
mod signing_rate;
mod voiding;

use anju::{
    agreements::bulk::{self as files, AgreementRow},
    bulk::RowOutcome,
    http::{Act, NoContent, RequestId},
    staff::Scope,
    values::{Area, Money, Number, ParcelId},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Person, Reply, Town, day};

/// Households `H-0001` … with one measured structure each; past the API, because many are needed.
async fn households(
    town: &Town,
    parcel: &Value,
    numbers: std::ops::RangeInclusive<i32>,
    area: &str,
) {
    let owner = town.owner().await;
    sqlx::query(
        "with new as (
             insert into household (id, parcel_id, org_unit_id, household_no, holder_name, address,
                                    created_at)
             select gen_random_uuid(), $1, (select org_unit_id from parcel where id = $1), 'H-' || lpad(i::text, 4, '0'), '张小三', '大沟村 12 号',
                    now()
               from generate_series($2, $3) as i
             returning id)
         insert into structure (id, household_id, seq, use, measured_area_m2)
         select gen_random_uuid(), id, 1, 'residential', $4::numeric from new",
    )
    .bind(id(parcel))
    .bind(numbers.start())
    .bind(numbers.end())
    .bind(area)
    .execute(&owner)
    .await
    .unwrap();
}

/// A household of 100.00 m², as the answers of the API would name it.
async fn household(town: &Town, parcel: &Value, number: i32) -> Value {
    households(town, parcel, number..=number, "100.00").await;
    household_no(town, parcel, &format!("H-{number:04}")).await
}

async fn household_no(town: &Town, parcel: &Value, number: &str) -> Value {
    let owner = town.owner().await;
    let id: Uuid =
        sqlx::query_scalar("select id from household where parcel_id = $1 and household_no = $2")
            .bind(self::id(parcel))
            .bind(number)
            .fetch_one(&owner)
            .await
            .unwrap();
    json!({"id": id, "household_no": number})
}

fn id(object: &Value) -> Uuid {
    text(object).parse().unwrap()
}

fn text(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

async fn freeze(town: &Town, parcel: &Value) -> Reply {
    let path = format!("/v1/parcels/{}/rosters", text(parcel));
    town.admin().act(&path).send().await
}

async fn sign(town: &Town, agreement: &Value, on: &str) -> Reply {
    let path = format!("/v1/agreements/{}/signatures", text(agreement));
    let request = town.officer().post(&path, &json!({"signed_on": on}));
    request.if_match(&agreement["version"]).send().await
}

async fn void(town: &Town, agreement: &Value, on: &str) -> Reply {
    let path = format!("/v1/agreements/{}/voidings", text(agreement));
    let body = json!({"voided_on": on, "reason": "wrong_facts", "note": "面积有误"});
    let request = town.officer().post(&path, &body);
    request.if_match(&agreement["version"]).send().await
}

async fn rate(person: &Person, parcel: &Value, query: &str) -> Reply {
    let path = format!("/v1/parcels/{}/signing-rate{query}", text(parcel));
    person.get(&path).send().await
}

/// Signed households on a day.
async fn signed(town: &Town, parcel: &Value, on: &str) -> i64 {
    let reply = rate(&town.auditor(), parcel, &format!("?as_of={on}")).await;
    reply.ok(200).json["households"]["signed"].as_i64().unwrap()
}

/// A row of a file over 120.50 m² and 1,250,000 yuan.
fn row(parcel: &Value, household: &str, number: &str, signed_on: Option<&str>) -> AgreementRow {
    AgreementRow {
        parcel_id: ParcelId(id(parcel)),
        household_no: Number::parse(household).unwrap(),
        agreement_no: Number::parse(number).unwrap(),
        floor_area_m2: Area::parse("120.50").unwrap(),
        amount: Money::parse("1250000").unwrap(),
        signed_on: signed_on.map(day),
    }
}

fn everything() -> Scope {
    Scope::everything()
}

/// Writes rows as an import does: all of them in one act.
async fn write(town: &Town, scope: &Scope, rows: &[AgreementRow]) -> Vec<RowOutcome> {
    let caller = crate::support::machine(Uuid::from_u128(7), "case_officer");
    let mut act = Act::begin_conditional(&town.app, &caller, RequestId(Uuid::from_u128(8)))
        .await
        .unwrap();
    let outcomes = files::write(&mut act, &town.app, scope, rows)
        .await
        .unwrap();
    act.commit(NoContent)
        .await
        .map_err(poem::Error::from)
        .unwrap();
    outcomes
}
