//! Persons and structures of a registered household.

use serde_json::{Value, json};

use super::{parcel, path, person};
use crate::support::{Town, citizen_number, citizen_number_of};

/// A household with one person, who is its holder, and the path of that person.
async fn one_person(town: &Town) -> (Value, String) {
    let parcel = parcel(town).await;
    let household = town.household(&parcel, "H-1").await;
    let head = path("persons", &household["persons"][0]);
    (household, head)
}

#[tokio::test]
async fn a_person_is_added_to_the_version_of_the_household_that_was_seen() {
    let town = Town::new().await;
    let (household, _) = one_person(&town).await;
    let persons = format!("{}/persons", path("households", &household));
    let new = person("李四", "12", &citizen_number("wife"));
    let add = || town.officer().post(&persons, &new);
    add().send().await.is_problem(428, "if-match-missing");
    let stale = add().if_match(&json!(2)).send().await;
    stale.is_problem(412, "version-stale");
    let once = || add().if_match(&json!(1)).key("add-once").send();
    let added = once().await.ok(200);
    assert_eq!(
        (added.header("etag"), &added.json["version"]),
        ("\"2\"", &json!(2))
    );
    let repeated = once().await.ok(200);
    assert_eq!(repeated.json, added.json);
    assert_eq!(repeated.header("idempotency-replayed"), "true");
    assert_eq!(town.count("person").await, 2);
}

#[tokio::test]
async fn what_is_left_out_of_a_person_stays() {
    let town = Town::new().await;
    let (household, head) = one_person(&town).await;
    let fields = json!({"name": "张小山", "relation": "01", "holder": true});
    let put = |fields: &Value, version: i32| {
        let request = town.officer().put(&head, fields);
        request.if_match(&json!(version)).send()
    };
    let replaced = put(&fields, 1).await.ok(200);
    let before = &household["persons"][0];
    let after = &replaced.json["persons"][0];
    assert_eq!(
        (&after["name"], &after["relation"]),
        (&json!("张*山"), &json!("01"))
    );
    assert_eq!(after["document"], before["document"]);
    assert_eq!(after["birth_year"], before["birth_year"]);
    let mut other_birth = fields.clone();
    other_birth["birth_on"] = json!("1950-01-01");
    let refused = put(&other_birth, 2).await;
    refused.is_problem(422, "birth-contradicts-number");
    let mut without = json!({"relation": "01", "document": {"kind": "none"}});
    let person = put(&without, 2).await.ok(200).json["persons"][0].clone();
    assert_eq!(person["document"], json!({"kind": "none"}));
    assert_eq!(person["name"], "张*山", "left out, it stays");
    assert_eq!(person["birth_year"], before["birth_year"]);
    without["remove_birthday"] = json!(true);
    let person = put(&without, 3).await.ok(200).json["persons"][0].clone();
    assert!(person.get("birth_year").is_none());
    without["birth_on"] = json!("1980-01-01");
    put(&without, 4).await.is_problem(422, "birth-both-ways");
}

#[tokio::test]
async fn nobody_is_twice_in_a_household_and_somebody_is_always_left() {
    let town = Town::new().await;
    let (household, head) = one_person(&town).await;
    let remove = |version: i32| {
        let request = town.officer().delete(&head);
        request.if_match(&json!(version)).send()
    };
    remove(1).await.is_problem(409, "last-person");
    let wife = person("李四", "12", &citizen_number("wife"));
    let persons = format!("{}/persons", path("households", &household));
    let add = town.officer().post(&persons, &wife).if_match(&json!(1));
    add.send().await.ok(200);
    let hers = json!({"name": "张小三", "relation": "02", "holder": true,
        "document": wife["document"]});
    let twice = town.officer().put(&head, &hers).if_match(&json!(2));
    let twice = twice.send().await;
    twice.is_problem(409, "person-already-in-household");
    let removed = remove(2).await.ok(200);
    assert_eq!(removed.json["persons"].as_array().unwrap().len(), 1);
    assert_eq!(removed.json["version"], 3);
    remove(3).await.is_problem(404, "not-found");
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
    let added = add_shed(&town, &household).await;
    assert_eq!(
        added["floor_area_m2"], "142.75",
        "measured before the certificate"
    );
    let remove = async |structure: &Value, version: i32| {
        let request = town.officer().delete(&path("structures", structure));
        request.if_match(&json!(version)).send().await
    };
    let removed = remove(&added["structures"][1], 2).await.ok(200);
    assert_eq!(removed.json["floor_area_m2"], "120.50");
    let first = &household["structures"][0];
    let removed = remove(first, 3).await.ok(200);
    assert_eq!(removed.json["floor_area_m2"], "0.00");
    assert_eq!(removed.json["structures"], json!([]));
    remove(first, 4).await.is_problem(404, "not-found");
}

/// A second structure: 22.25 m² measured, 20 m² by its certificate.
async fn add_shed(town: &Town, household: &Value) -> Value {
    let structures = format!("{}/structures", path("households", household));
    let shed = json!({"seq": 2, "use": "storage", "certificate_area_m2": "20",
        "measured_area_m2": "22.25"});
    let add = |version: i32| {
        let request = town.officer().post(&structures, &shed);
        request.if_match(&json!(version)).send()
    };
    add(9).await.is_problem(412, "version-stale");
    let added = add(1).await.ok(200).json;
    add(2).await.is_problem(409, "structure-seq-taken");
    added
}

#[tokio::test]
async fn a_structure_is_replaced_as_a_whole() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let household = town.household(&parcel, "H-1").await;
    let added = add_shed(&town, &household).await;
    let second = path("structures", &added["structures"][1]);
    let put = |fields: Value| {
        let request = town.officer().put(&second, &fields);
        request.if_match(&json!(2)).send()
    };
    let taken = put(json!({"seq": 1, "use": "other", "measured_area_m2": "1"})).await;
    taken.is_problem(409, "structure-seq-taken");
    let bare = put(json!({"seq": 3, "use": "other"})).await;
    bare.is_problem(422, "structure-without-area");
    let replaced = put(json!({"seq": 3, "use": "mixed", "certificate_area_m2": "20"})).await;
    let replaced = replaced.ok(200).json;
    assert_eq!(replaced["floor_area_m2"], "140.50");
    let kept = &replaced["structures"][1];
    assert_eq!((&kept["seq"], &kept["use"]), (&json!(3), &json!("mixed")));
    assert!(
        kept.get("measured_area_m2").is_none(),
        "what is left out is cleared"
    );
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
