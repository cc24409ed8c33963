//! Persons and structures of a registered household.

use serde_json::{Value, json};

use super::{parcel, path, person};
use crate::support::{Town, citizen_number, citizen_number_of};

#[tokio::test]
async fn persons_change_with_the_version_of_their_household() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let household = town.household(&parcel, "H-1").await;
    let head = path("persons", &household["persons"][0]);
    let last = town
        .officer()
        .delete(&head)
        .if_match(&json!(1))
        .send()
        .await;
    last.is_problem(409, "last-person");

    let persons = format!("{}/persons", path("households", &household));
    let new = person("李四", "12", &citizen_number("wife"));
    let add = || town.officer().post(&persons, &new);
    add().send().await.is_problem(428, "if-match-missing");
    add()
        .if_match(&json!(2))
        .send()
        .await
        .is_problem(412, "version-stale");
    let added = add()
        .if_match(&json!(1))
        .key("add-once")
        .send()
        .await
        .ok(200);
    assert_eq!(
        (added.header("etag"), &added.json["version"]),
        ("\"2\"", &json!(2))
    );
    let repeated = add()
        .if_match(&json!(1))
        .key("add-once")
        .send()
        .await
        .ok(200);
    assert_eq!(repeated.json, added.json);
    assert_eq!(repeated.header("idempotency-replayed"), "true");
    assert_eq!(town.count("person").await, 2);

    // The document stays when it is left out, and with it the day of birth.
    let fields = json!({"name": "张小山", "relation": "01", "holder": true});
    let put = |fields: &Value, version: i32| {
        town.officer()
            .put(&head, fields)
            .if_match(&json!(version))
            .send()
    };
    let replaced = put(&fields, 2).await.ok(200);
    let before = &household["persons"][0];
    let after = &replaced.json["persons"][0];
    assert_eq!(
        (&after["name"], &after["relation"]),
        (&json!("张小山"), &json!("01"))
    );
    assert_eq!(after["document"], before["document"]);
    assert_eq!(after["birth_on"], before["birth_on"]);
    let mut other_birth = fields.clone();
    other_birth["birth_on"] = json!("1950-01-01");
    put(&other_birth, 3)
        .await
        .is_problem(422, "birth-contradicts-number");
    let mut hers = fields.clone();
    hers["document"] = new["document"].clone();
    put(&hers, 3)
        .await
        .is_problem(409, "person-already-in-household");
    let mut without = fields.clone();
    without["document"] = json!({"kind": "none"});
    let without = put(&without, 3).await.ok(200);
    assert_eq!(
        without.json["persons"][0]["document"],
        json!({"kind": "none"})
    );
    assert!(without.json["persons"][0].get("birth_on").is_none());

    let removed = town
        .officer()
        .delete(&head)
        .if_match(&json!(4))
        .send()
        .await
        .ok(200);
    assert_eq!(removed.json["persons"].as_array().unwrap().len(), 1);
    assert_eq!(removed.json["version"], 5);
    let gone = town
        .officer()
        .delete(&head)
        .if_match(&json!(5))
        .send()
        .await;
    gone.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_person_with_a_need_on_record_stays() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let mut body = Town::household_body(&parcel, "H-1");
    let child = citizen_number_of("37010320100601002");
    body["persons"]
        .as_array_mut()
        .unwrap()
        .push(person("张小四", "20", &child));
    let household = town
        .officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201)
        .json;
    let child = &household["persons"][1];
    let owner = town.owner().await;
    sqlx::query(
        "insert into need (id, household_id, person_id, kind, due_on, created_at)
         values (gen_random_uuid(), $1::uuid, $2::uuid, 'schooling', '2018-09-01', now())",
    )
    .bind(household["id"].as_str().unwrap())
    .bind(child["id"].as_str().unwrap())
    .execute(&owner)
    .await
    .unwrap();
    let remove = town
        .officer()
        .delete(&path("persons", child))
        .if_match(&json!(1));
    remove.send().await.is_problem(409, "person-has-needs");
    assert_eq!(town.count("person").await, 2);
}

#[tokio::test]
async fn the_floor_area_follows_the_structures() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let household = town.household(&parcel, "H-1").await;
    assert_eq!(
        household["floor_area_m2"], "120.50",
        "recognised before measured"
    );
    let place = path("households", &household);
    let shed = json!({"seq": 2, "use": "storage", "certificate_area_m2": "20", "measured_area_m2": "22.25"});
    let structures = format!("{place}/structures");
    let add = |version: i32| {
        town.officer()
            .post(&structures, &shed)
            .if_match(&json!(version))
            .send()
    };
    add(9).await.is_problem(412, "version-stale");
    let added = add(1).await.ok(200);
    assert_eq!(
        added.json["floor_area_m2"], "142.75",
        "measured before the certificate"
    );
    add(2).await.is_problem(409, "structure-seq-taken");

    let second = path("structures", &added.json["structures"][1]);
    let put = |fields: &Value| {
        town.officer()
            .put(&second, fields)
            .if_match(&json!(2))
            .send()
    };
    put(&json!({"seq": 1, "use": "other", "measured_area_m2": "1"}))
        .await
        .is_problem(409, "structure-seq-taken");
    put(&json!({"seq": 3, "use": "other"}))
        .await
        .is_problem(422, "structure-without-area");
    let fields = json!({"seq": 3, "use": "mixed", "certificate_area_m2": "20"});
    let replaced = put(&fields).await.ok(200);
    assert_eq!(replaced.json["floor_area_m2"], "140.50");
    let kept = &replaced.json["structures"][1];
    assert_eq!((&kept["seq"], &kept["use"]), (&json!(3), &json!("mixed")));
    assert!(
        kept.get("measured_area_m2").is_none(),
        "what is left out is cleared"
    );

    let removed = town
        .officer()
        .delete(&second)
        .if_match(&json!(3))
        .send()
        .await
        .ok(200);
    assert_eq!(removed.json["floor_area_m2"], "120.50");
    let first = path("structures", &household["structures"][0]);
    let removed = town
        .officer()
        .delete(&first)
        .if_match(&json!(4))
        .send()
        .await
        .ok(200);
    assert_eq!(removed.json["floor_area_m2"], "0.00");
    assert_eq!(removed.json["structures"], json!([]));
    let gone = town
        .officer()
        .delete(&first)
        .if_match(&json!(5))
        .send()
        .await;
    gone.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_household_has_room_for_fifty_persons_and_structures() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let mut body = Town::household_body(&parcel, "H-1");
    let newborn = json!({"name": "张", "relation": "29", "document": {"kind": "none"}});
    body["persons"] = Value::Array(vec![newborn.clone(); 50]);
    let shed = |seq: i32| json!({"seq": seq, "use": "other", "measured_area_m2": "1000000.00"});
    body["structures"] = (1..=50).map(shed).collect();
    let household = town
        .officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201)
        .json;
    assert_eq!(household["floor_area_m2"], "50000000.00");
    let place = path("households", &household);
    for (members, one_more) in [("persons", newborn), ("structures", shed(51))] {
        let one_more = town
            .officer()
            .post(&format!("{place}/{members}"), &one_more);
        one_more
            .if_match(&json!(1))
            .send()
            .await
            .is_problem(409, "household-full");
    }
}
