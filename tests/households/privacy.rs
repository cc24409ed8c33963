//! Numbers of documents: sealed, masked, and on no record.

use anju::values::HouseholdId;
use serde_json::json;
use sqlx::Row as _;

use super::{parcel, path, person};
use crate::support::{Town, citizen_number};

#[tokio::test]
async fn a_document_number_is_nowhere_in_clear() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let (first, second) = (citizen_number("H-1"), citizen_number("someone else"));
    let passport = "E87654321";
    let mut household = town.household(&parcel, "H-1").await;
    let mut answers = household.to_string();

    let place = path("households", &household);
    let added = town
        .officer()
        .post(&format!("{place}/persons"), &person("李四", "12", &second));
    household = added
        .if_match(&household["version"])
        .send()
        .await
        .ok(200)
        .json;
    answers += &household.to_string();
    let wife = path("persons", &household["persons"][1]);
    let fields = json!({"name": "李四", "relation": "12",
        "document": {"kind": "passport", "number": passport}});
    let replaced = town
        .officer()
        .put(&wife, &fields)
        .if_match(&json!(2))
        .send()
        .await
        .ok(200);
    answers += &replaced.text();
    for read in [
        place.as_str(),
        "/v1/households",
        "/v1/households?household_no=H-1",
    ] {
        answers += &town.auditor().get(read).send().await.ok(200).text();
    }
    answers += &town
        .auditor()
        .get("/v1/audit-events")
        .send()
        .await
        .ok(200)
        .text();
    // A refusal does not repeat what was sent either.
    let again = town
        .officer()
        .post(&format!("{place}/persons"), &person("李四", "12", &first));
    answers += &again.if_match(&json!(3)).send().await.text();

    let database = town.whole_database().await;
    for number in [first.as_str(), second.as_str(), passport] {
        for clear in [number.to_owned(), number.to_lowercase()] {
            assert!(!answers.contains(&clear), "{clear} in an answer");
            assert!(!database.contains(&clear), "{clear} in the database");
            let bytes = hex::encode(&clear);
            assert!(
                !database.contains(&bytes),
                "{clear} as bytes in the database"
            );
        }
    }
    assert!(database.contains("张小三"), "the whole database was read");
}

#[tokio::test]
async fn every_change_is_on_record_without_personal_data() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let household = town.household(&parcel, "H-1").await;
    let place = path("households", &household);
    let fields =
        json!({"holder_name": "张大三", "address": "大沟村 13 号", "phone": "13900009999"});
    town.officer()
        .put(&place, &fields)
        .if_match(&json!(1))
        .send()
        .await
        .ok(200);
    let wife = person("李四", "12", &citizen_number("wife"));
    let persons = format!("{place}/persons");
    town.officer()
        .post(&persons, &wife)
        .if_match(&json!(2))
        .send()
        .await
        .ok(200);

    let expected = [
        "household.registered",
        "household.replaced",
        "household.person_added",
    ];
    assert_eq!(town.trail(&household).await, expected);
    let owner = town.owner().await;
    let rows = sqlx::query("select e::text as record, parcel_id from audit_event e")
        .fetch_all(&owner)
        .await
        .unwrap();
    let parcel_id: uuid::Uuid = parcel["id"].as_str().unwrap().parse().unwrap();
    let mut within = 0;
    for row in rows {
        let record: String = row.get("record");
        for personal in [
            "张",
            "李四",
            "大沟村",
            "0531-12345678",
            "13900009999",
            "济房权证",
        ] {
            assert!(!record.contains(personal), "{personal} in {record}");
        }
        within += u32::from(row.get::<Option<uuid::Uuid>, _>("parcel_id") == Some(parcel_id));
    }
    assert_eq!(within, 4, "the parcel and three acts on its household");
}

#[tokio::test]
async fn the_last_six_are_hashed_per_household_and_case_is_forgiven() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let mut body = Town::household_body(&parcel, "H-1");
    body["persons"] = json!([{"name": "ANNA LI", "relation": "02",
        "document": {"kind": "passport", "number": "e12345abc"}}]);
    let household = town
        .officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201)
        .json;
    let id = HouseholdId::parse(household["id"].as_str().unwrap()).unwrap();
    let owner = town.owner().await;
    let stored: Vec<u8> = sqlx::query_scalar("select last_six_hash from person")
        .fetch_one(&owner)
        .await
        .unwrap();
    let hash = |household, text| anju::households::last_six_hash(&town.app.keys, household, text);
    assert_eq!(stored, hash(id, "345ABC"));
    assert_eq!(stored, hash(id, "345abc"));
    assert_ne!(stored, hash(HouseholdId(uuid::Uuid::nil()), "345ABC"));
}
