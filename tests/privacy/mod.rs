//! Personal data: what is shown, to whom, and what a copy of the database gives away.

mod break_glass;
mod children;
mod disclosures;
mod dump;
mod masking;
mod rotation;
mod search;

use serde_json::{Value, json};

use crate::{
    imports::Sending,
    support::{Town, citizen_number, citizen_number_of},
};

const HOLDER: &str = "欧阳秀兰";
const ADDRESS: &str = "舜耕路 5 号 3 号楼 2 单元 501 室";
const PHONE: &str = "13800001234";
const CHILD: &str = "欧阳小满";

fn child_number() -> String {
    citizen_number_of("37010320100601002")
}

/// A household of a holder and a child of seven, with everything that can be known of them.
async fn family(town: &Town) -> Value {
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    family_in(town, &parcel, "H-1").await
}

async fn family_in(town: &Town, parcel: &Value, number: &str) -> Value {
    let mut body = Town::household_body(parcel, number);
    body["holder_name"] = json!(HOLDER);
    body["address"] = json!(ADDRESS);
    body["phone"] = json!(PHONE);
    body["persons"] = json!([
        {"name": HOLDER, "relation": "02", "holder": true,
            "document": {"kind": "citizen_number", "number": citizen_number(number)}},
        {"name": CHILD, "relation": "20",
            "document": {"kind": "citizen_number", "number": child_number()}},
    ]);
    let request = town.officer().post("/v1/households", &body);
    request.send().await.ok(201).json
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// A file on its way to a programme.
fn sending<'a>(town: &'a Town, programme: &'a Value, kind: &'a str) -> Sending<'a> {
    Sending {
        town,
        person: town.officer(),
        programme,
        kind,
        name: "清单.csv",
    }
}

/// The case as its resident reads it.
async fn resident_case(town: &Town, household: &Value) -> Value {
    let path = format!("/v1/households/{}/lookup-codes", id(household));
    let issued = town.officer().act(&path).send().await.ok(201).json;
    let number = citizen_number("H-1");
    let body = json!({"lookup_code": issued["lookup_code"], "id_last_six": number[12..],
        "channel": "self"});
    let opening = town.anonymous().post("/v1/resident/sessions", &body);
    let opened = opening.send().await.ok(201).json;
    let resident = town.bearer(opened["token"].as_str().unwrap());
    let case = resident.get("/v1/resident/case").send().await;
    case.ok(200).json
}
