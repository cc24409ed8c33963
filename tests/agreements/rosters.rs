//! The frozen denominator, and who of it has not signed.

use serde_json::{Value, json};

use super::{everything, freeze, household_no, households, rate, row, text, write};
use crate::support::{Reply, Town};

#[tokio::test]
async fn a_roster_is_frozen_once_and_never_moves() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let path = format!("/v1/parcels/{}/rosters", text(&parcel));
    rate(&town.auditor(), &parcel, "")
        .await
        .is_problem(409, "roster-not-frozen");
    freeze(&town, &parcel).await.is_problem(409, "roster-empty");
    let none = town.auditor().get(&path).send().await.ok(200);
    assert_eq!(none.json, json!([]));

    households(&town, &parcel, 1..=3, "100.25").await;
    let owner = town.owner().await;
    // Recognised before measured before certificate, and a household without structures has none.
    for sql in [
        "update structure set recognised_area_m2 = 90, certificate_area_m2 = 110
          where household_id = (select id from household where household_no = 'H-0001')",
        "update structure set measured_area_m2 = null, certificate_area_m2 = 80.5
          where household_id = (select id from household where household_no = 'H-0002')",
        "insert into structure (id, household_id, seq, use, measured_area_m2)
         select gen_random_uuid(), id, 2, 'storage', 10 from household
          where household_no = 'H-0002'",
        "delete from structure
          where household_id = (select id from household where household_no = 'H-0003')",
    ] {
        sqlx::query(sql).execute(&owner).await.unwrap();
    }
    let frozen = freeze(&town, &parcel).await.ok(201);
    assert_eq!(frozen.header("location"), path);
    let expected = json!({"id": frozen.json["id"], "parcel_id": parcel["id"],
        "frozen_on": "2018-03-05", "frozen_at": "2018-03-05T02:00:00Z", "household_count": 3,
        "floor_area_m2": "180.50", "version": 1});
    assert_eq!(frozen.json, expected);

    households(&town, &parcel, 4..=4, "100").await;
    sqlx::query("update structure set recognised_area_m2 = 1")
        .execute(&owner)
        .await
        .unwrap();
    freeze(&town, &parcel)
        .await
        .is_problem(409, "roster-frozen-already");
    let shown = town.auditor().get(&path).send().await.ok(200);
    assert_eq!(shown.json, json!([expected]));
    let stranger = household_no(&town, &parcel, "H-0004").await;
    town.signed(&stranger, "A-4", "2018-03-05").await;
    let first = household_no(&town, &parcel, "H-0001").await;
    town.signed(&first, "A-1", "2018-03-05").await;
    let figures = rate(&town.auditor(), &parcel, "").await.ok(200).json;
    let households = json!({"signed": 1, "total": 3, "share": "0.3333"});
    assert_eq!(figures["households"], households, "strangers do not count");
    assert_eq!(figures["floor_area"]["signed_m2"], "90.00");
    let trail = town
        .count("audit_event where action = 'roster.frozen'")
        .await;
    assert_eq!(trail, 1);
}

#[tokio::test]
async fn households_that_have_not_signed_are_listed_by_number() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    households(&town, &parcel, 1..=5, "100.50").await;
    freeze(&town, &parcel).await.ok(201);
    households(&town, &parcel, 6..=6, "100").await;
    write(
        &town,
        &everything(),
        &[
            row(&parcel, "H-0001", "A-1", Some("2018-03-01")),
            row(&parcel, "H-0002", "A-2", Some("2018-03-04")),
            row(&parcel, "H-0003", "A-3", None),
        ],
    )
    .await;
    let list = async |query: &str| {
        let path = format!("/v1/parcels/{}/unsigned-households{query}", text(&parcel));
        town.officer().get(&path).send().await.ok(200)
    };
    let numbers = |reply: &Reply| {
        let number = |h: &Value| h["household_no"].as_str().unwrap().to_owned();
        reply
            .items()
            .iter()
            .map(number)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let today = list("").await;
    assert_eq!(numbers(&today), "H-0003 H-0004 H-0005");
    let third = household_no(&town, &parcel, "H-0003").await;
    let expected = json!({"household_id": third["id"], "household_no": "H-0003",
        "holder_name": "张*三", "address": "大沟村 12 号", "floor_area_m2": "100.50",
        "has_draft": true});
    assert_eq!(today.items()[0], expected);
    assert_eq!(today.items()[1]["has_draft"], false);
    let earlier = list("?as_of=2018-03-03").await;
    assert_eq!(numbers(&earlier), "H-0002 H-0003 H-0004 H-0005");
    assert_eq!(earlier.items()[0]["has_draft"], false);

    let page = list("?as_of=2018-03-03&limit=2").await;
    assert_eq!(numbers(&page), "H-0002 H-0003");
    let next = page.json["next"].as_str().unwrap();
    let rest = list(&format!("?as_of=2018-03-03&limit=2&cursor={next}")).await;
    assert_eq!(numbers(&rest), "H-0004 H-0005");
    assert!(rest.json["next"].is_null());
    let path = format!(
        "/v1/parcels/{}/unsigned-households?cursor={next}",
        text(&parcel)
    );
    let other_day = town.officer().get(&path).send().await;
    other_day.is_problem(404, "cursor-unknown");
}
