//! The work list of who is responsible.

use serde_json::{Value, json};

use super::{Desk, desk, need};
use crate::support::{Person, homes::text};

async fn work(person: &Person, query: &str) -> Vec<Value> {
    let list = person.get(&format!("/v1/me/work{query}")).send().await;
    list.ok(200).items().clone()
}

fn told(items: &[Value]) -> Vec<(&str, &str, bool)> {
    items
        .iter()
        .map(|i| {
            (
                text(&i["kind"]),
                text(&i["due_on"]),
                i["overdue"].as_bool().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn the_work_list_says_soonest_first_what_its_owner_has_to_do() {
    let Desk {
        town,
        parcels: [a, _],
        officer: (li, key),
        ..
    } = desk().await;
    let open = town.household(&a, "H-1").await;
    town.entrust("households", &open, &li).await;
    let late = need(&town, &open, "2018-03-04").await;
    let settled = town.household(&a, "H-2").await;
    town.entrust("households", &settled, &li).await;
    town.signed(&settled, "XY-1", "2018-03-01").await;
    let nobodys = town.household(&a, "H-3").await;
    need(&town, &nobodys, "2018-03-02").await;
    let items = work(&key, "").await;
    assert_eq!(
        told(&items),
        [
            ("settle_need", "2018-03-04", true),
            ("sign", "2018-03-31", false)
        ]
    );
    assert_eq!(items[0]["object_id"], late["id"]);
    assert_eq!(items[1]["household_no"], "H-1");
    assert_eq!(items[1]["what"], "签约期内与该户签订补偿协议");
    let english = key
        .get("/v1/me/work?kind=sign")
        .english()
        .send()
        .await
        .ok(200);
    assert!(text(&english.items()[0]["what"]).contains("signing period"));
    assert_eq!(told(&work(&key, "?overdue=true").await).len(), 1);
    town.set_clock("2018-03-31T16:00:00Z"); // 2018-04-01 in Shanghai
    assert!(told(&work(&key, "").await)[1].2, "past the signing period");
    let file = key.get("/v1/me/work/export").send().await.ok(200);
    assert!(file.header("content-disposition").contains("xlsx"));
}

#[tokio::test]
async fn a_flat_is_work_while_it_has_open_defects_and_when_it_is_ready() {
    let Desk {
        town,
        parcels: [a, _],
        officer: (li, key),
        ..
    } = desk().await;
    let household = town.household(&a, "H-1").await;
    town.entrust("households", &household, &li).await;
    town.signed(&household, "XY-1", "2018-03-01").await;
    let programme = json!({"id": a["programme_id"]});
    let building = town.building(&programme).await;
    let flat = town.flat(&building, "1-101").await;
    let flat = town.assign(&flat, &household).await;
    assert!(work(&key, "").await.is_empty(), "nobody has inspected it");
    town.inspection(&flat, "2018-03-04", "2800").await;
    assert_eq!(
        told(&work(&key, "").await),
        [("hand_over_flat", "2018-03-04", false)]
    );
    let body = json!({"flat_id": flat["id"], "description": "渗水", "severity": "severe",
        "found_on": "2018-03-01", "rectify_by": "2018-03-03"});
    let found = town.inspector().post("/v1/defects", &body).send().await;
    let found = found.ok(201).json;
    let items = work(&key, "").await;
    assert_eq!(told(&items), [("rectify_defect", "2018-03-03", true)]);
    assert_eq!(items[0]["object_id"], found["id"]);
    town.close_defect(&found).await;
    assert_eq!(work(&key, "").await[0]["kind"], "hand_over_flat");
}

#[tokio::test]
async fn a_need_with_a_person_of_its_own_is_on_their_list_and_on_no_other() {
    let Desk {
        town,
        east,
        parcels: [a, _],
        officer: (li, key),
        ..
    } = desk().await;
    let household = town.household(&a, "H-1").await;
    town.entrust("households", &household, &li).await;
    let need = need(&town, &household, "2018-03-20").await;
    assert_eq!(told(&work(&key, "?kind=settle_need").await).len(), 1);
    let (wang, desk) = town.worker("002", "health_desk", &east).await;
    town.entrust("needs", &need, &wang).await;
    assert!(work(&key, "?kind=settle_need").await.is_empty());
    let items = work(&desk, "").await;
    assert_eq!(told(&items), [("settle_need", "2018-03-20", false)]);
}

#[tokio::test]
async fn the_list_is_read_page_by_page_and_ends_where_the_post_ends() {
    let Desk {
        town,
        parcels: [a, b],
        officer: (li, key),
        ..
    } = desk().await;
    for n in 0..5 {
        let household = town.household(&a, &format!("H-{n}")).await;
        town.entrust("households", &household, &li).await;
    }
    let (mut seen, mut query) = (vec![], "?limit=2".to_owned());
    loop {
        let page = key.get(&format!("/v1/me/work{query}")).send().await.ok(200);
        seen.extend(
            page.items()
                .iter()
                .map(|i| text(&i["object_id"]).to_owned()),
        );
        let Some(next) = page.json["next"].as_str() else {
            break;
        };
        query = format!("?limit=2&cursor={next}");
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (5, 5));
    let elsewhere = format!("?parcel_id={}", text(&b["id"]));
    assert!(work(&key, &elsewhere).await.is_empty());
    // A key that is nobody's has no list.
    let nobody = town.officer().get("/v1/me/work").send().await;
    nobody.is_problem(422, "no-person-behind-key");
}
