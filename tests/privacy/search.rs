//! Finding a household: within one's scope, masked, on record without the value.

use anju::staff::Role;
use serde_json::{Value, json};

use super::{HOLDER, PHONE, child_number, family_in, id};
use crate::support::{Reply, Town, citizen_number};

async fn ask(town: &Town, role: Role, what: &Value) -> Reply {
    let path = "/v1/households/search";
    town.person(role, false).post(path, what).send().await
}

async fn numbers(town: &Town, what: Value) -> Vec<String> {
    let found = ask(town, Role::CaseOfficer, &what).await.ok(200);
    let numbers = found
        .items()
        .iter()
        .map(|h| h["household_no"].as_str().unwrap().to_owned())
        .collect();
    assert!(!found.text().contains(HOLDER) && !found.text().contains("张小三"));
    numbers
}

/// A family and three others, of which one agreed.
async fn street(town: &Town) -> (Value, Value) {
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let other = town.parcel(&programme, "DJGX").await;
    family_in(town, &parcel, "H-1").await;
    let household = town.household(&parcel, "H-2").await;
    town.draft(&household, "XY-2018-2").await;
    town.household(&other, "H-2").await;
    (parcel, other)
}

#[tokio::test]
async fn each_criterion_finds_its_households() {
    let town = Town::new().await;
    let (_, other) = street(&town).await;
    for (what, found) in [
        (
            json!({"citizen_number": citizen_number("H-1")}),
            vec!["H-1"],
        ),
        (json!({"citizen_number": child_number()}), vec!["H-1"]),
        (json!({"phone": "+86 138-0000-1234"}), vec!["H-1"]),
        (json!({"phone": "0531 12345678"}), vec!["H-2", "H-2"]),
        (json!({"phone_last4": "1234"}), vec!["H-1"]),
        (json!({"name": "欧阳"}), vec!["H-1"]),
        (json!({"name": "秀兰"}), vec!["H-1"]),
        (json!({"name": "小三"}), vec!["H-2", "H-2"]),
        (
            json!({"name": "小三", "parcel_id": other["id"]}),
            vec!["H-2"],
        ),
        (json!({"pinyin_initials": "ZXS"}), vec!["H-2", "H-2"]),
        (json!({"pinyin_initials": "oy"}), vec!["H-1"]),
        (json!({"household_no": "H-2"}), vec!["H-2", "H-2"]),
        (json!({"agreement_no": "XY-2018-2"}), vec!["H-2"]),
        (json!({"name": "小四"}), vec![]),
        (json!({"phone": "13800001235"}), vec![]),
    ] {
        assert_eq!(numbers(&town, what.clone()).await, found, "{what}");
    }
}

#[tokio::test]
async fn a_child_is_not_found_by_name() {
    let town = Town::new().await;
    street(&town).await;
    assert_eq!(numbers(&town, json!({"name": "小满"})).await, [""; 0]);
    assert_eq!(numbers(&town, json!({"name": "阳小"})).await, [""; 0]);
    assert_eq!(
        numbers(&town, json!({"pinyin_initials": "oyxm"})).await,
        [""; 0]
    );
}

#[tokio::test]
async fn keys_follow_names_and_telephones_as_they_change() {
    let town = Town::new().await;
    let (parcel, _) = street(&town).await;
    let household = town.household(&parcel, "H-3").await;
    let place = format!("/v1/households/{}", id(&household));
    let fields = json!({"holder_name": "司马青", "phone": "13900009999"});
    town.officer()
        .put(&place, &fields)
        .if_match(&json!(1))
        .send()
        .await
        .ok(200);
    assert_eq!(numbers(&town, json!({"name": "司马青"})).await, ["H-3"]);
    assert_eq!(
        numbers(&town, json!({"phone_last4": "9999"})).await,
        ["H-3"]
    );
    let gone = json!({"remove_phone": true});
    town.officer()
        .put(&place, &gone)
        .if_match(&json!(2))
        .send()
        .await
        .ok(200);
    assert_eq!(
        numbers(&town, json!({"phone_last4": "9999"})).await,
        [""; 0]
    );
    let wife = json!({"name": "诸葛兰", "relation": "12", "document": {"kind": "none"}});
    let add = town.officer().post(&format!("{place}/persons"), &wife);
    let added = add.if_match(&json!(3)).send().await.ok(200).json;
    assert_eq!(
        numbers(&town, json!({"pinyin_initials": "zgl"})).await,
        ["H-3"]
    );
    let wife = added["persons"]
        .as_array()
        .unwrap()
        .iter()
        .find(|p| p["name"] == "诸葛*");
    let remove = town
        .officer()
        .delete(&format!("/v1/persons/{}", id(wife.unwrap())));
    remove.if_match(&json!(4)).send().await.ok(200);
    assert_eq!(numbers(&town, json!({"name": "诸葛"})).await, [""; 0]);
}

#[tokio::test]
async fn a_search_has_one_criterion_and_says_more_than_a_surname() {
    let town = Town::new().await;
    for (what, code) in [
        (json!({}), "search-not-one-criterion"),
        (
            json!({"phone_last4": "1234", "name": "张三"}),
            "search-not-one-criterion",
        ),
        (json!({"name": "张"}), "search-name-too-short"),
    ] {
        ask(&town, Role::CaseOfficer, &what)
            .await
            .is_problem(422, code);
    }
    for what in [
        json!({"phone_last4": "12345"}),
        json!({"pinyin_initials": "z"}),
        json!({"name": "张*三"}),
    ] {
        ask(&town, Role::CaseOfficer, &what)
            .await
            .is_problem(400, "body-mismatch");
    }
    let client = ask(&town, Role::ApiClient, &json!({"name": "张三"})).await;
    client.is_problem(403, "permission-missing");
}

#[tokio::test]
async fn a_search_sees_no_further_than_its_scope_by_any_criterion() {
    let town = Town::new().await;
    street(&town).await;
    let elsewhere = town.person(Role::CaseOfficer, true);
    for what in [
        json!({"citizen_number": citizen_number("H-1")}),
        json!({"phone": PHONE}),
        json!({"phone_last4": "1234"}),
        json!({"name": "欧阳"}),
        json!({"pinyin_initials": "zxs"}),
        json!({"household_no": "H-2"}),
        json!({"agreement_no": "XY-2018-2"}),
    ] {
        let found = elsewhere
            .post("/v1/households/search", &what)
            .send()
            .await
            .ok(200);
        assert_eq!(found.json, json!({"items": []}), "{what}");
    }
}

#[tokio::test]
async fn the_trail_knows_how_was_searched_and_not_for_whom() {
    let town = Town::new().await;
    street(&town).await;
    ask(&town, Role::HotlineDesk, &json!({"phone": PHONE}))
        .await
        .ok(200);
    ask(&town, Role::HotlineDesk, &json!({"name": "欧阳秀"}))
        .await
        .ok(200);
    let events = town
        .auditor()
        .get("/v1/audit-events?action=household.searched");
    let events = events.send().await.ok(200);
    let mut reasons: Vec<String> = events
        .items()
        .iter()
        .map(|e| e["reason"].as_str().unwrap().to_owned())
        .collect();
    reasons.sort();
    assert_eq!(reasons, ["by=name rows=1", "by=phone rows=1"]);
    let records: Vec<String> = sqlx::query_scalar("select t::text from audit_event t")
        .fetch_all(&town.owner().await)
        .await
        .unwrap();
    for record in records {
        assert!(
            !record.contains(PHONE) && !record.contains("欧阳"),
            "{record}"
        );
    }
}

#[tokio::test]
async fn pages_of_a_search_hold_every_household_once_and_hide_the_name_in_the_cursor() {
    let town = Town::new().await;
    let (parcel, _) = street(&town).await;
    for number in ["H-3", "H-4", "H-5", "H-6"] {
        let mut body = Town::household_body(&parcel, number);
        body["persons"]
            .as_array_mut()
            .unwrap()
            .push(json!({"name": "张小三丰", "relation": "10", "document": {"kind": "none"}}));
        town.officer()
            .post("/v1/households", &body)
            .send()
            .await
            .ok(201);
    }
    let what = json!({"name": "小三"});
    let (mut seen, mut path) = (vec![], "/v1/households/search?limit=2".to_owned());
    loop {
        let page = town.officer().post(&path, &what).send().await.ok(200);
        seen.extend(
            page.items()
                .iter()
                .map(|h| h["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.json["next"].as_str() else {
            break;
        };
        let other = json!({"name": "小三丰"});
        let stolen = format!("/v1/households/search?limit=2&cursor={next}");
        town.officer()
            .post(&stolen, &other)
            .send()
            .await
            .is_problem(404, "cursor-unknown");
        path = stolen;
    }
    let found = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((found, seen.len()), (6, 6));
}
