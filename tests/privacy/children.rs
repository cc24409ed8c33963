//! Children under 14: sealed whatever is written, masked whatever is read.

use serde_json::{Value, json};

use super::{CHILD, HOLDER, child_number, family, family_in, id};
use crate::support::{Town, citizen_number_of};

async fn disclosed(town: &Town, household: &Value) -> Value {
    let path = format!("/v1/households/{}/disclosures", id(household));
    let body = json!({"reason": "verification"});
    town.officer().post(&path, &body).send().await.ok(201).json
}

async fn put(town: &Town, path: &str, fields: &Value, version: i32) -> Value {
    let request = town.officer().put(path, fields).if_match(&json!(version));
    request.send().await.ok(200).json
}

/// Names of persons as the database holds them, and whether a clear one is sealed beside them.
async fn names(town: &Town) -> Vec<(String, bool)> {
    sqlx::query_as("select name, name_sealed is not null from person order by relation")
        .fetch_all(&town.owner().await)
        .await
        .unwrap()
}

fn held(shown: &[(&str, bool)]) -> Vec<(String, bool)> {
    let held = shown
        .iter()
        .map(|(name, sealed)| ((*name).to_owned(), *sealed));
    held.collect()
}

#[tokio::test]
async fn the_name_of_a_child_is_sealed_and_that_of_an_adult_is_not() {
    let town = Town::new().await;
    let household = family(&town).await;
    assert_eq!(
        names(&town).await,
        held(&[(HOLDER, false), ("欧阳*满", true)])
    );
    assert_eq!(household["persons"][1]["name"], "欧阳*满");
    assert_eq!(household["persons"][1]["birth_year"], 2010);
    assert!(household["persons"][1].get("birth_on").is_none());
    assert_eq!(
        disclosed(&town, &household).await["persons"][1]["name"],
        CHILD
    );
}

#[tokio::test]
async fn correcting_a_person_seals_and_opens_the_name_by_the_age() {
    let town = Town::new().await;
    let household = family(&town).await;
    let child = format!("/v1/persons/{}", id(&household["persons"][1]));
    let grown = citizen_number_of("37010320040305002");
    let grown = json!({"relation": "20", "document": {"kind": "citizen_number", "number": grown}});
    put(&town, &child, &grown, 1).await;
    assert_eq!(
        names(&town).await,
        held(&[(HOLDER, false), (CHILD, false)]),
        "fourteen today, and the name was kept"
    );
    let small = json!({"relation": "20", "name": "欧阳小雪",
        "document": {"kind": "citizen_number", "number": child_number()}});
    put(&town, &child, &small, 2).await;
    assert_eq!(
        names(&town).await,
        held(&[(HOLDER, false), ("欧阳*雪", true)])
    );
    put(&town, &child, &json!({"relation": "21"}), 3).await;
    let shown = disclosed(&town, &household).await;
    assert_eq!(
        shown["persons"][1]["name"], "欧阳小雪",
        "left out, it stays"
    );
}

#[tokio::test]
async fn a_child_who_holds_the_property_is_masked_in_the_household_too() {
    let town = Town::new().await;
    let household = family(&town).await;
    let place = format!("/v1/households/{}", id(&household));
    put(&town, &place, &json!({"holder_name": CHILD}), 1).await;
    assert!(!town.whole_database().await.contains(CHILD));
    assert_eq!(disclosed(&town, &household).await["holder_name"], CHILD);
    put(&town, &place, &json!({"holder_name": "欧阳明"}), 2).await;
    assert_eq!(disclosed(&town, &household).await["holder_name"], "欧阳明");
    let brother = json!({"name": "欧阳明", "relation": "21", "birth_on": "2015-01-01",
        "document": {"kind": "none"}});
    let request = town.officer().post(&format!("{place}/persons"), &brother);
    request.if_match(&json!(3)).send().await.ok(200);
    assert!(!town.whole_database().await.contains("欧阳明"));
    assert_eq!(disclosed(&town, &household).await["holder_name"], "欧阳明");
}

#[tokio::test]
async fn a_file_of_needs_finds_a_child_by_name_and_keeps_it_masked() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    family_in(&town, &parcel, "0001").await;
    let sending = super::sending(&town, &programme, "needs");
    let heading = "parcel_code,household_no,person_name,kind,due_on,detail";
    let line = format!("DJGD,0001,{CHILD},入学,2018-08-31,转入三年级");
    let file = format!("{heading}\n{line}\n");
    let validated = sending.through("validate", file.as_bytes()).await;
    assert_eq!(validated["totals"]["new"], 1);
    let rows = sending.rows(&validated, "").await;
    assert_eq!(rows[0]["key"], "DJGD / 0001 / 欧阳*满 / schooling");
    let done = sending.through("commit", file.as_bytes()).await;
    assert_eq!(done["committed"], true);
    let unknown = file.replace(CHILD, "欧阳小雪");
    let refused = sending.through("commit", unknown.as_bytes()).await;
    let rows = sending.rows(&refused, "?verdict=refused").await;
    assert_eq!(rows[0]["findings"][0]["code"], "person-unknown");
    let database = town.whole_database().await;
    assert!(!database.contains(CHILD) && !database.contains("欧阳小雪"));
}

#[tokio::test]
async fn a_roster_whose_holder_is_a_child_says_the_same_twice() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let sending = super::sending(&town, &programme, "roster");
    let heading = "parcel_code,household_no,holder_name,address,id_number,recognised_area_m2";
    let line = format!("DJGD,0001,{CHILD},大沟村 1 号,{},120.50", child_number());
    let file = format!("{heading}\n{line}\n");
    let done = sending.through("commit", file.as_bytes()).await;
    assert_eq!(done["totals"]["new"], 1);
    assert!(!town.whole_database().await.contains(CHILD));
    let again = sending.through("commit", file.as_bytes()).await;
    assert_eq!(again["totals"]["unchanged"], 1);
    let renamed = file.replace(CHILD, "欧阳小雪");
    let renamed = sending.through("commit", renamed.as_bytes()).await;
    assert_eq!(renamed["totals"]["changed"], 1);
    assert_eq!(names(&town).await, held(&[("欧阳*雪", true)]));
    assert!(!town.whole_database().await.contains("欧阳小雪"));
}
