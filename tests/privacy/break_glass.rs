//! An emergency: a household beyond one's units, for a while, examined by another person.

use serde_json::{Value, json};

use super::{ADDRESS, HOLDER, PHONE, family_in, id};
use crate::support::{Person, Reply, Town, citizen_number};

const PATH: &str = "/v1/break-glass-accesses";

/// A household in the east, and a grid worker of the west.
struct Emergency {
    town: Town,
    east: Value,
    west: Value,
    household: Value,
    worker: Value,
    key: Person,
}

impl Emergency {
    async fn new() -> Self {
        let town = Town::new().await;
        let district = town.district().await;
        let east = town.unit(&district, "370103021", "subdistrict").await;
        let west = town.unit(&district, "370103022", "subdistrict").await;
        let programme = town.programme().await;
        let parcel = town.parcel_at(&programme, &east, "DJGD").await;
        let household = family_in(&town, &parcel, "H-1").await;
        let (worker, key) = town.worker("3701", "grid_worker", &west).await;
        Self {
            town,
            east,
            west,
            household,
            worker,
            key,
        }
    }

    fn by_number() -> Value {
        json!({"parcel_code": "DJGD", "household_no": "H-1", "reason": "disaster",
            "note": "楼道起火，屋内可能有人", "minutes": 30})
    }

    async fn open(&self, body: &Value) -> Reply {
        self.key.post(PATH, body).send().await
    }

    async fn read(&self, access: &Value) -> Reply {
        let path = format!("{PATH}/{}/household", id(access));
        self.key.get(&path).send().await
    }
}

#[tokio::test]
async fn a_household_beyond_ones_units_is_seen_until_the_time_is_up() {
    let of = Emergency::new().await;
    let path = format!("/v1/households/{}", id(&of.household));
    of.key.get(&path).send().await.is_problem(404, "not-found");
    let access = of.open(&Emergency::by_number()).await.ok(201).json;
    assert_eq!(access["expires_at"], "2018-03-05T02:30:00Z");
    assert!(access["note"].is_null(), "told to whoever examines it");
    of.town.set_clock("2018-03-05T02:29:59Z");
    let seen = of.read(&access).await.ok(200).json;
    let told = [&seen["holder_name"], &seen["address"], &seen["phone"]];
    assert_eq!(told, [HOLDER, ADDRESS, PHONE]);
    assert!(!seen.to_string().contains(&citizen_number("H-1")));
    of.key.get(&path).send().await.is_problem(404, "not-found");
    of.town.set_clock("2018-03-05T02:30:00Z");
    of.read(&access)
        .await
        .is_problem(403, "break-glass-expired");
    let accesses = of.town.auditor().get(PATH).send().await.ok(200);
    assert_eq!(accesses.items()[0]["readings"], 1);
}

#[tokio::test]
async fn the_household_is_named_by_its_telephone_as_well() {
    let of = Emergency::new().await;
    let mut body = json!({"phone": "138-0000-1234", "reason": "medical_emergency",
        "note": "老人晕倒", "minutes": 5});
    let access = of.open(&body).await.ok(201).json;
    assert_eq!(access["household_id"], of.household["id"]);
    body["household_no"] = json!("H-1");
    let refused = of.open(&body).await;
    refused.is_problem(422, "break-glass-not-one-mark");
    let mut long = Emergency::by_number();
    long["minutes"] = json!(241);
    let refused = of.open(&long).await;
    let refused = refused.is_problem(422, "break-glass-too-long");
    assert_eq!(refused.pointers(), ["/minutes"]);
}

#[tokio::test]
async fn only_whoever_opened_it_reads_it_and_only_a_person_opens_it() {
    let of = Emergency::new().await;
    let access = of.open(&Emergency::by_number()).await.ok(201).json;
    let (_, colleague) = of.town.worker("3702", "grid_worker", &of.west).await;
    let path = format!("{PATH}/{}/household", id(&access));
    colleague
        .get(&path)
        .send()
        .await
        .is_problem(404, "not-found");
    let nobody = json!({"label": "程序", "role": "grid_worker", "org_unit_id": of.west["id"]});
    let nobody = of.town.key(&nobody).await;
    let refused = nobody.post(PATH, &Emergency::by_number()).send().await;
    refused.is_problem(403, "break-glass-by-nobody");
}

#[tokio::test]
async fn an_attempt_that_finds_nothing_is_kept_and_five_a_day_are_enough() {
    let of = Emergency::new().await;
    let mut wrong = Emergency::by_number();
    wrong["household_no"] = json!("H-2");
    for _ in 0..5 {
        let access = of.open(&wrong).await.ok(201).json;
        assert!(access["household_id"].is_null());
        of.read(&access).await.is_problem(404, "not-found");
    }
    let refused = of.open(&Emergency::by_number()).await;
    refused.is_problem(409, "break-glass-too-often");
    let kept = of.town.auditor().get(&format!("{PATH}?reviewed=false"));
    assert_eq!(kept.send().await.ok(200).items().len(), 5);
    of.town.set_clock("2018-03-06T02:00:00Z");
    of.open(&Emergency::by_number()).await.ok(201);
}

#[tokio::test]
async fn another_person_of_either_side_examines_it_once() {
    let of = Emergency::new().await;
    let access = of.open(&Emergency::by_number()).await.ok(201).json;
    let path = format!("{PATH}/{}", id(&access));
    let (_, east) = of.town.worker("3703", "subdistrict_lead", &of.east).await;
    let seen = east.get(&path).send().await.ok(200).json;
    assert_eq!(seen["note"], "楼道起火，屋内可能有人");
    of.town
        .appoint(&of.worker, "subdistrict_lead", &of.west)
        .await;
    let own = of
        .town
        .key_of(&of.worker, "subdistrict_lead", &of.west)
        .await;
    let reviews = format!("{path}/reviews");
    let finding = json!({"finding": "justified", "note": "消防记录一致"});
    let refused = own.post(&reviews, &finding).if_match(&json!(1));
    refused
        .send()
        .await
        .is_problem(409, "review-by-same-person");
    let found = east.post(&reviews, &finding).if_match(&json!(1));
    let found = found.send().await.ok(200).json;
    assert_eq!(
        (&found["finding"], &found["finding_note"]),
        (&json!("justified"), &json!("消防记录一致"))
    );
    let again = of
        .town
        .auditor()
        .post(&reviews, &finding)
        .if_match(&json!(2));
    again.send().await.is_problem(409, "break-glass-reviewed");
    assert_eq!(
        of.town.trail(&access).await,
        ["glass.broken", "glass.reviewed"]
    );
    let north = of
        .town
        .unit(&of.town.district().await, "370103023", "subdistrict")
        .await;
    let (_, north) = of.town.worker("3704", "subdistrict_lead", &north).await;
    north.get(&path).send().await.is_problem(404, "not-found");
    assert!(north.get(PATH).send().await.ok(200).items().is_empty());
}

#[tokio::test]
async fn the_resident_reads_of_every_reading_and_a_copy_of_the_database_of_no_note() {
    let of = Emergency::new().await;
    let access = of.open(&Emergency::by_number()).await.ok(201).json;
    for _ in 0..2 {
        of.read(&access).await.ok(200);
    }
    let case = super::resident_case(&of.town, &of.household).await;
    let told: Vec<_> = case["disclosures"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 2);
    for one in told {
        assert_eq!(
            (&one["reason"], &one["role"]),
            (&json!("emergency"), &json!("grid_worker"))
        );
    }
    let database = of.town.whole_database().await;
    assert!(!database.contains("楼道起火") && !database.contains(&hex::encode("楼道起火")));
    let beside = format!("/v1/households/{}/disclosures", id(&of.household));
    let beside = of
        .town
        .officer()
        .post(&beside, &json!({"reason": "emergency"}));
    let refused = beside.send().await;
    refused.is_problem(422, "disclosure-by-breaking-glass");
}
