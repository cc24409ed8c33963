//! Who reads and lists households, and which version they may change.

use anju::staff::Role;
use serde_json::{Value, json};

use super::{parcel, path, person};
use crate::support::{Person, Reply, Town, citizen_number};

#[tokio::test]
async fn versions_decide_who_may_change_a_household() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let household = town.household(&parcel, "H-1").await;
    let place = path("households", &household);
    let known = town.officer().get(&place).header("if-none-match", "\"1\"");
    let known = known.send().await.ok(304);
    assert!(known.bytes.is_empty());
    assert_eq!(known.header("etag"), "\"1\"");

    let fields = json!({"holder_name": "张大三", "address": "大沟村 13 号"});
    let put = |fields: &Value| town.officer().put(&place, fields);
    put(&fields)
        .send()
        .await
        .is_problem(428, "if-match-missing");
    put(&fields)
        .if_match(&json!(7))
        .send()
        .await
        .is_problem(412, "version-stale");
    let replaced = put(&fields).if_match(&json!(1)).send().await.ok(200);
    assert_eq!(replaced.header("etag"), "\"2\"");
    assert_eq!(replaced.json["holder_name"], "张*三");
    assert_eq!(
        replaced.json["phone"], household["phone"],
        "left out, it stays"
    );
    put(&fields)
        .if_match(&json!(1))
        .send()
        .await
        .is_problem(412, "version-stale");
    let known = town.officer().get(&place).header("if-none-match", "\"1\"");
    assert_eq!(known.send().await.ok(200).json, replaced.json);

    let renumbered = json!({"household_no": "H-9", "holder_name": "张", "address": "村"});
    let refused = put(&renumbered).if_match(&json!(2)).send().await;
    assert_eq!(
        refused.is_problem(400, "body-mismatch").pointers(),
        ["/household_no"]
    );
    let shown = json!({"holder_name": replaced.json["holder_name"]});
    let refused = put(&shown).if_match(&json!(2)).send().await;
    let refused = refused.is_problem(400, "body-mismatch");
    let pointers = refused.pointers();
    assert!(
        pointers.iter().all(|p| *p == "/holder_name"),
        "{pointers:?}"
    );
    let both =
        json!({"holder_name": "张", "address": "村", "phone": "12345", "remove_phone": true});
    put(&both)
        .if_match(&json!(2))
        .send()
        .await
        .is_problem(422, "phone-both-ways");
    let without = json!({"remove_phone": true});
    let without = put(&without).if_match(&json!(2)).send().await.ok(200);
    assert!(without.json.get("phone").is_none(), "{}", without.text());
    let back = json!({"holder_name": "张", "address": "村", "phone": "13800001234"});
    let back = put(&back).if_match(&json!(3)).send().await.ok(200);
    assert_eq!(back.json["phone"], "138****1234");
}

/// Three households here, one there in the same programme, one in another programme.
async fn settled(town: &Town) -> (Value, Value, Value) {
    let programme = town.programme().await;
    let here = town.parcel(&programme, "DJGD").await;
    let there = town.parcel(&programme, "DJGX").await;
    for number in ["H-3", "H-1", "H-2"] {
        town.household(&here, number).await;
    }
    town.household(&there, "H-2").await;
    let other = town.programme_named("另一个计划", false).await;
    let elsewhere = town.parcel(&other, "LJZ").await;
    town.household(&elsewhere, "H-1").await;
    (programme, here, there)
}

async fn list(town: &Town, query: &str) -> Reply {
    let path = format!("/v1/households{query}");
    town.auditor().get(&path).send().await.ok(200)
}

fn of(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[tokio::test]
async fn lists_are_ordered_by_number_and_narrowed_by_each_filter() {
    let town = Town::new().await;
    let (programme, here, there) = settled(&town).await;
    let numbers = async |query: &str| -> Vec<String> {
        let list = list(&town, query).await;
        let numbers = list.items().iter().map(|h| h["household_no"].as_str());
        numbers.map(|number| number.unwrap().to_owned()).collect()
    };
    assert_eq!(numbers("").await, ["H-1", "H-1", "H-2", "H-2", "H-3"]);
    let of_parcel = format!("?parcel_id={}", of(&here));
    assert_eq!(numbers(&of_parcel).await, ["H-1", "H-2", "H-3"]);
    let of_programme = format!("?programme_id={}", of(&programme));
    assert_eq!(numbers(&of_programme).await, ["H-1", "H-2", "H-2", "H-3"]);
    assert_eq!(numbers("?household_no=H-2").await, ["H-2", "H-2"]);
    let of_both = format!("?parcel_id={}&household_no=H-2", of(&there));
    assert_eq!(numbers(&of_both).await, ["H-2"]);
    assert!(
        numbers("?household_no=H").await.is_empty(),
        "the whole number, not a part"
    );
    let misspelt = town.auditor().get("/v1/households?signed=true");
    let misspelt = misspelt.send().await;
    misspelt.is_problem(400, "unknown-parameter");
}

#[tokio::test]
async fn pages_of_a_list_show_every_household_once() {
    let town = Town::new().await;
    settled(&town).await;
    let mut seen = vec![];
    let mut query = "?limit=2".to_owned();
    loop {
        let page = list(&town, &query).await;
        seen.extend(page.items().iter().map(|h| h["id"].clone()));
        let Some(next) = page.json["next"].as_str() else {
            break;
        };
        query = format!("?limit=2&cursor={next}");
    }
    let mut distinct = seen.clone();
    distinct.sort_by_key(Value::to_string);
    distinct.dedup();
    assert_eq!((seen.len(), distinct.len()), (5, 5), "every household once");
}

#[tokio::test]
async fn a_list_masks_the_telephone_and_names_the_parcel() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    town.household(&parcel, "H-1").await;
    let list = list(&town, "").await;
    let item = &list.items()[0];
    assert_eq!(item["phone"], "053*****5678");
    assert_eq!(
        (&item["floor_area_m2"], &item["parcel_name"]),
        (&json!("120.50"), &json!("DJGD村"))
    );
}

#[tokio::test]
async fn a_demo_key_sees_households_of_synthetic_programmes_only() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let real = town.household(&parcel, "H-1").await;
    let invented = town.programme_named("演示", true).await;
    let demo_parcel = town.parcel(&invented, "YS").await;
    let demo = town.person(Role::CaseOfficer, true);
    let shown = demo.post("/v1/households", &Town::household_body(&demo_parcel, "H-1"));
    let shown = shown.send().await.ok(201).json;
    assert_eq!(shown["synthetic"], true);
    demo.get(&path("households", &shown)).send().await.ok(200);
    town.officer()
        .get(&path("households", &shown))
        .send()
        .await
        .ok(200);

    let list = demo.get("/v1/households").send().await.ok(200);
    assert_eq!(list.items().len(), 1);
    assert_eq!(list.items()[0]["id"], shown["id"]);
    let hidden = [
        demo.get(&path("households", &real)),
        demo.put(
            &path("households", &real),
            &json!({"holder_name": "张", "address": "村"}),
        ),
        demo.post("/v1/households", &Town::household_body(&parcel, "H-2")),
        demo.post(
            &format!("{}/persons", path("households", &real)),
            &person("李四", "12", &citizen_number("wife")),
        ),
        demo.delete(&path("persons", &real["persons"][0])),
        demo.delete(&path("structures", &real["structures"][0])),
    ];
    for errand in hidden {
        let refused = errand.if_match(&json!(1)).send().await;
        refused.is_problem(404, "not-found");
    }
    assert_eq!(town.count("household").await, 2);
}

#[tokio::test]
async fn who_may_not_read_households_is_told_before_anything_is_shown() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let household = town.household(&parcel, "H-1").await;
    let place = path("households", &household);
    let stranger = format!("anju_{}_{}", "abcdefgh", "0".repeat(64));
    let get = |who: Person| async move { who.get(&place).send().await };
    let place = path("households", &household);
    get(town.anonymous())
        .await
        .is_problem(401, "unauthenticated");
    let unknown = town.bearer(&stranger).get(&place).send().await;
    unknown.is_problem(401, "unauthenticated");
    let inspector = town.inspector().get(&place).send().await;
    let inspector = inspector.is_problem(403, "permission-missing");
    assert!(!inspector.text().contains("张小三"));
    town.needs_officer().get(&place).send().await.ok(200);
    let nowhere = "/v1/households/018f4e2a-5b7c-7d3e-9f10-2b3c4d5e6f70";
    town.auditor()
        .get(nowhere)
        .send()
        .await
        .is_problem(404, "not-found");
    let write = town
        .auditor()
        .post("/v1/households", &Town::household_body(&parcel, "H-2"));
    write.send().await.is_problem(403, "permission-missing");
}

#[tokio::test]
async fn numbers_sort_as_people_count_and_pages_go_on_where_they_stopped() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    for number in ["10", "1", "A-10", "A-9", "002"] {
        town.household(&parcel, number).await;
    }
    let roster = format!("/v1/parcels/{}/rosters", parcel["id"].as_str().unwrap());
    town.admin().act(&roster).send().await.ok(201);
    let unsigned = format!(
        "/v1/parcels/{}/unsigned-households",
        parcel["id"].as_str().unwrap()
    );
    for list in ["/v1/households", &unsigned] {
        let (mut numbers, mut next) = (vec![], String::new());
        loop {
            let page = town
                .auditor()
                .get(&format!("{list}?limit=2{next}"))
                .send()
                .await
                .ok(200);
            let shown = page.items().iter();
            numbers.extend(shown.map(|h| h["household_no"].as_str().unwrap().to_owned()));
            match page.json["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(numbers, ["1", "002", "10", "A-9", "A-10"], "{list}");
    }
}
