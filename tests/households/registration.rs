//! Registering a household, and what is refused.

use serde_json::{Value, json};

use super::{parcel, path, person};
use crate::support::{Town, citizen_number, citizen_number_of};

#[tokio::test]
async fn a_household_is_registered_with_its_persons_and_structures_and_read_masked() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let mut body = Town::household_body(&parcel, "H-1");
    let child = citizen_number_of("37010320100601002");
    body["persons"].as_array_mut().unwrap().extend([
        person("张小四", "20", &child),
        json!({"name": "ANNA LI", "relation": "12", "birth_on": "1981-05-06",
            "document": {"kind": "passport", "number": "e12345678"}}),
        json!({"name": "张新生", "relation": "29", "document": {"kind": "none"}}),
    ]);
    body["structures"]
        .as_array_mut()
        .unwrap()
        .push(json!({"seq": 2, "use": "storage", "measured_area_m2": "10.5", "built_year": 1986}));
    let made = town.officer().post("/v1/households", &body).send().await;
    let made = made.ok(201);
    assert_eq!(made.header("location"), path("households", &made.json));
    assert_eq!(made.header("etag"), "\"1\"");
    let household = &made.json;
    assert_eq!(household["parcel_name"], "DJGD村");
    assert_eq!(household["floor_area_m2"], "131.00");
    assert_eq!(household["phone"], "053*****5678");
    assert_eq!(household["synthetic"], false);
    let adult = citizen_number("H-1");
    let masked = format!("{}*************{}", &adult[..3], &adult[16..]);
    let head = &household["persons"][0];
    assert_eq!(head["holder"], true);
    assert_eq!(head["document"]["number_masked"], masked);
    assert_eq!(head["birth_year"].to_string(), adult[6..10]);
    let wife = &household["persons"][1];
    assert_eq!(
        (&wife["name"], &wife["relation"]),
        (&json!("A***I"), &json!("12"))
    );
    assert_eq!(
        wife["document"],
        json!({"kind": "passport", "number_masked": "*******78"})
    );
    assert_eq!(wife["birth_year"], 1981);
    assert_eq!(household["persons"][2]["birth_year"], 2010);
    let newborn = &household["persons"][3];
    assert_eq!(newborn["document"], json!({"kind": "none"}));
    assert!(newborn.get("birth_year").is_none(), "{newborn}");
    assert_eq!(household["structures"][1]["measured_area_m2"], "10.50");
    assert!(household["structures"][1].get("certificate_no").is_none());

    let read = town.auditor().get(&path("households", household));
    let read = read.send().await.ok(200);
    assert_eq!(
        &read.json, household,
        "the hot encoding equals the other one"
    );
    assert_eq!(read.header("etag"), "\"1\"");
}

#[tokio::test]
async fn every_wrong_fact_is_told_at_once_with_its_place() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let keys = town.count("idempotency_key").await;
    let number = citizen_number("H-1");
    let wrong = format!(
        "{}{}",
        &number[..17],
        if number.ends_with('0') { "1" } else { "0" }
    );
    let mut body = Town::household_body(&parcel, "H-1");
    body["persons"] = json!([
        person("张三", "02", &wrong),
        person("李四", "12", &number),
        {"name": "王五", "relation": "20", "document": {"kind": "passport"}},
        {"name": "赵六", "relation": "20", "birth_on": "2018-03-06", "document": {"kind": "none"}},
    ]);
    body["persons"][1]["birth_on"] = json!("1979-01-01");
    body["structures"] = json!([
        {"seq": 1, "use": "other"},
        {"seq": 2, "use": "other", "measured_area_m2": "1000000.01", "built_year": 2019},
    ]);
    let refused = town
        .officer()
        .post("/v1/households", &body)
        .english()
        .send()
        .await;
    let refused = refused.is_problem(422, "document-invalid");
    let told: Vec<_> = refused.json["errors"].as_array().unwrap().iter().collect();
    let told: Vec<_> = told
        .iter()
        .map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
        .collect();
    let expected = [
        ("/persons/0/document/number", "citizen-number-check"),
        ("/persons/1/birth_on", "birth-contradicts-number"),
        ("/persons/2/document/number", "id-number-missing"),
        ("/persons/3/birth_on", "day-in-future"),
        ("/structures/0", "structure-without-area"),
        ("/structures/1/measured_area_m2", "area-implausible"),
        ("/structures/1/built_year", "built-in-future"),
    ];
    assert_eq!(told, expected);
    assert!(
        !refused.text().contains(&number[6..14]),
        "{}",
        refused.text()
    );

    body["persons"] = json!([person("李四", "12", &number)]);
    body["persons"][0]["birth_on"] = json!("1979-01-01");
    body["structures"] = json!([]);
    let refused = town.officer().post("/v1/households", &body).send().await;
    refused.is_problem(422, "birth-contradicts-number");
    assert_eq!(town.count("household").await, 0);
    assert_eq!(
        town.count("idempotency_key").await,
        keys,
        "a refusal is not kept"
    );
}

#[tokio::test]
async fn a_body_beside_the_contract_is_refused_with_every_mistake() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let mut body = Town::household_body(&parcel, "H#1");
    body["income"] = json!("100");
    body["persons"][0]["relation"] = json!("98");
    body["persons"][0]["document"]["colour"] = json!("red");
    body["structures"][0]["measured_area_m2"] = json!("120.555");
    body["structures"][0]["recognised_area_m2"] = json!(120.5);
    let refused = town.officer().post("/v1/households", &body).send().await;
    let refused = refused.is_problem(400, "body-mismatch");
    let mut pointers = refused.pointers();
    pointers.dedup();
    let expected = [
        "/household_no",
        "/income",
        "/persons/0/document/colour",
        "/persons/0/relation",
        "/structures/0/measured_area_m2",
        "/structures/0/recognised_area_m2",
    ];
    assert_eq!(pointers, expected, "{}", refused.text());
    let decimals = refused.json["errors"].as_array().unwrap();
    assert!(
        decimals.iter().any(|e| e["code"] == "area-decimals"),
        "{}",
        refused.text()
    );

    body = Town::household_body(&parcel, "H-1");
    body["persons"] = json!([]);
    let refused = town.officer().post("/v1/households", &body).send().await;
    assert_eq!(
        refused.is_problem(400, "body-mismatch").pointers(),
        ["/persons"]
    );
    body["persons"] = Value::Array(vec![person("张", "02", &citizen_number("H-1")); 51]);
    let refused = town.officer().post("/v1/households", &body).send().await;
    assert_eq!(
        refused.is_problem(400, "body-mismatch").pointers(),
        ["/persons"]
    );
    assert_eq!(town.count("household").await, 0);
}

#[tokio::test]
async fn a_household_number_is_taken_once_in_a_parcel() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let (here, there) = (
        town.parcel(&programme, "DJGD").await,
        town.parcel(&programme, "DJGX").await,
    );
    town.household(&here, "H-1").await;
    town.household(&there, "H-1").await;
    let body = Town::household_body(&here, "H-1");
    let again = town.officer().post("/v1/households", &body).send().await;
    again.is_problem(409, "household-no-taken");

    let body = Town::household_body(&here, "H-2");
    let (officer, admin) = (town.officer(), town.admin());
    let (one, other) = tokio::join!(
        officer.post("/v1/households", &body).send(),
        admin.post("/v1/households", &body).send(),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let lost = if one.status == 409 { one } else { other };
    lost.is_problem(409, "household-no-taken");
    assert_eq!(town.count("household").await, 3);
    assert_eq!(town.count("person").await, 3);
}

#[tokio::test]
async fn a_person_is_registered_once_in_a_household_and_may_stand_in_another() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let number = citizen_number("H-1");
    let mut body = Town::household_body(&parcel, "H-1");
    body["persons"]
        .as_array_mut()
        .unwrap()
        .push(person("张三", "80", &number));
    let twice = town.officer().post("/v1/households", &body).send().await;
    twice.is_problem(409, "person-already-in-household");
    assert_eq!(town.count("household").await, 0);

    let household = town.household(&parcel, "H-1").await;
    let persons = format!("{}/persons", path("households", &household));
    let twice = town
        .officer()
        .post(&persons, &person("张三", "80", &number));
    let twice = twice.if_match(&household["version"]).send().await;
    twice.is_problem(409, "person-already-in-household");

    let mut body = Town::household_body(&parcel, "H-2");
    body["persons"] = json!([person("张小三", "02", &number)]);
    town.officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201);
    let owner = town.owner().await;
    let shared: i64 = sqlx::query_scalar(
        "select count(*) from person group by id_fingerprint having count(*) > 1",
    )
    .fetch_one(&owner)
    .await
    .unwrap();
    assert_eq!(shared, 2, "the fingerprint finds the same person in both");
}
