//! Schooling and medical needs.

use serde_json::{Value, json};

use crate::support::{Town, homes::text};

/// A need of the holder of a household.
async fn need(town: &Town, household: &Value, due_on: &str) -> Value {
    let body = json!({"person_id": household["persons"][0]["id"], "kind": "medical",
        "due_on": due_on, "detail": "高血压随访"});
    town.needs_officer()
        .post("/v1/needs", &body)
        .send()
        .await
        .ok(201)
        .json
}

async fn household(town: &Town) -> Value {
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    town.household(&parcel, "H-1").await
}

#[tokio::test]
async fn the_detail_is_sealed_and_told_to_the_needs_desk_alone() {
    let town = Town::new().await;
    let household = household(&town).await;
    let need = need(&town, &household, "2018-06-30").await;
    assert_eq!(
        (&need["detail"], &need["person_name"]),
        (&json!("高血压随访"), &json!("张*三"))
    );
    let path = format!("/v1/needs/{}", text(&need["id"]));
    for other in [town.admin(), town.officer(), town.auditor()] {
        let seen = other.get(&path).send().await.ok(200);
        assert!(!seen.text().contains("高血压"));
    }
    town.inspector()
        .get(&path)
        .send()
        .await
        .is_problem(403, "permission-missing");
    let owner = town.owner().await;
    let rows: Vec<String> = sqlx::query_scalar(
        "select t::text from need t union all select t::text from audit_event t",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    assert!(rows.iter().all(|row| !row.contains("高血压")));
    let sealed: Vec<u8> = sqlx::query_scalar("select detail_sealed from need")
        .fetch_one(&owner)
        .await
        .unwrap();
    let clear = "高血压".as_bytes();
    assert!(sealed.windows(clear.len()).all(|window| window != clear));
}

#[tokio::test]
async fn a_need_is_overdue_from_the_day_after_until_it_is_closed() {
    let town = Town::new().await;
    let household = household(&town).await;
    let need = need(&town, &household, "2018-03-05").await;
    let overdue = async || {
        let page = town
            .auditor()
            .get("/v1/needs?overdue=true")
            .send()
            .await
            .ok(200);
        page.items().len()
    };
    assert_eq!(overdue().await, 0, "the day itself still counts");
    town.set_clock("2018-03-05T16:00:00Z"); // midnight in Shanghai
    assert_eq!(overdue().await, 1);
    let path = format!("/v1/needs/{}/closures", text(&need["id"]));
    let body = json!({"outcome": "withdrawn", "closed_on": "2018-03-06"});
    let close = || town.needs_officer().post(&path, &body).if_match(&json!(1));
    close().send().await.ok(200);
    assert_eq!(overdue().await, 0);
    close()
        .if_match(&json!(2))
        .send()
        .await
        .is_problem(409, "need-closed");
}

#[tokio::test]
async fn a_person_has_one_unsettled_need_of_a_kind() {
    let town = Town::new().await;
    let household = household(&town).await;
    need(&town, &household, "2018-06-30").await;
    let body = json!({"person_id": household["persons"][0]["id"], "kind": "medical",
        "due_on": "2018-07-31"});
    let again = town.needs_officer().post("/v1/needs", &body).send().await;
    again.is_problem(409, "need-unsettled-exists");
    let nobody = json!({"person_id": "01890a5d-ac96-774b-bcce-000000000000", "kind": "medical",
        "due_on": "2018-07-31"});
    town.needs_officer()
        .post("/v1/needs", &nobody)
        .send()
        .await
        .is_problem(404, "not-found");
    assert_eq!(town.count("need").await, 1);
}
