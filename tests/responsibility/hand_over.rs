//! Handing over to a successor in one act.

use serde_json::{Value, json};

use super::{Desk, assign, desk, need};
use crate::support::{Person, Reply, Town, homes::text};

async fn hand_over(by: &Person, from: &Value, body: Value) -> Reply {
    let path = format!("/v1/staff/{}/hand-overs", text(&from["id"]));
    by.post(&path, &body).send().await
}

async fn held(town: &Town, member: &Value) -> usize {
    let path = format!("/v1/staff/{}/holdings?limit=200", text(&member["id"]));
    town.admin().get(&path).send().await.ok(200).items().len()
}

#[tokio::test]
async fn everything_in_somebodys_hands_passes_to_the_successor_at_once() {
    let Desk {
        town,
        east,
        parcels: [a, _],
        officer: (li, _),
        ..
    } = desk().await;
    let (wang, _) = town.worker("002", "case_officer", &east).await;
    let lead = town.worker("003", "subdistrict_lead", &east).await.1;
    for number in ["H-1", "H-2"] {
        let household = town.household(&a, number).await;
        town.entrust("households", &household, &li).await;
        let need = need(&town, &household, "2018-04-01").await;
        town.entrust("needs", &need, &li).await;
    }
    let to = |from_on: &str| json!({"to_staff_id": wang["id"], "from_on": from_on});
    let early = hand_over(&lead, &li, to("2018-02-28")).await;
    early.is_problem(409, "responsibility-begun-later");
    let own = json!({"to_staff_id": li["id"], "from_on": "2018-03-05"});
    let own = hand_over(&lead, &li, own).await;
    assert_eq!(
        own.is_problem(422, "hand-over-to-oneself").pointers(),
        ["/to_staff_id"]
    );
    let done = hand_over(&lead, &li, to("2018-03-05")).await.ok(201).json;
    assert_eq!(
        (&done["households"], &done["needs"]),
        (&json!(2), &json!(2))
    );
    assert_eq!((held(&town, &li).await, held(&town, &wang).await), (0, 4));
    let again = hand_over(&lead, &li, to("2018-03-05")).await;
    again.is_problem(409, "nothing-to-hand-over");
    let path = "/v1/audit-events?action=responsibility.handed_over";
    let recorded = town.auditor().get(path).send().await.ok(200);
    assert_eq!(recorded.items().len(), 4, "one record for each object");
}

#[tokio::test]
async fn one_parcel_can_be_handed_over_alone() {
    let Desk {
        town,
        parcels: [a, b],
        ..
    } = desk().await;
    let district = town.district().await;
    let (li, _) = town.worker("002", "case_officer", &district).await;
    let (wang, _) = town.worker("003", "case_officer", &district).await;
    for parcel in [&a, &b] {
        let household = town.household(parcel, "H-1").await;
        town.entrust("households", &household, &li).await;
    }
    let body = json!({"to_staff_id": wang["id"], "from_on": "2018-03-05", "parcel_id": a["id"]});
    let done = hand_over(&town.admin(), &li, body).await.ok(201).json;
    assert_eq!(done["households"], 1);
    assert_eq!((held(&town, &li).await, held(&town, &wang).await), (1, 1));
}

#[tokio::test]
async fn a_successor_without_a_post_for_all_of_it_gets_nothing_of_it() {
    let Desk {
        town,
        east,
        parcels: [a, b],
        ..
    } = desk().await;
    let district = town.district().await;
    let (li, _) = town.worker("002", "case_officer", &district).await;
    let (wang, _) = town.worker("003", "case_officer", &east).await;
    for (parcel, numbers) in [(&a, vec!["H-1"]), (&b, vec!["H-1", "H-2"])] {
        for number in numbers {
            let household = town.household(parcel, number).await;
            town.entrust("households", &household, &li).await;
        }
    }
    let body = json!({"to_staff_id": wang["id"], "from_on": "2018-03-05"});
    let refused = hand_over(&town.admin(), &li, body.clone()).await;
    let refused = refused.is_problem(422, "responsible-out-of-place");
    assert!(text(&refused.json["detail"]).contains("有 2 项"));
    assert_eq!(held(&town, &li).await, 3);
    // A lead hands over what hangs on their own units, and does not learn of the rest.
    let lead = town.worker("004", "subdistrict_lead", &east).await.1;
    let done = hand_over(&lead, &li, body).await.ok(201).json;
    assert_eq!(done["households"], 1);
    assert_eq!((held(&town, &li).await, held(&town, &wang).await), (2, 1));
}

#[tokio::test]
async fn what_a_leaver_left_open_is_handed_over_afterwards_and_nothing_goes_to_a_leaver() {
    let Desk {
        town,
        east,
        parcels: [a, _],
        officer: (li, _),
        ..
    } = desk().await;
    let household = town.household(&a, "H-1").await;
    town.entrust("households", &household, &li).await;
    let (wang, _) = town.worker("002", "case_officer", &east).await;
    let path = format!("/v1/staff/{}/departures", text(&li["id"]));
    let body = json!({"left_on": "2018-03-05", "leave_open": true});
    let left = town.admin().post(&path, &body).if_match(&li["version"]);
    left.send().await.ok(200);
    let lead = town.worker("003", "subdistrict_lead", &east).await.1;
    let place = format!("households/{}", text(&household["id"]));
    let to_wang = json!({"to_staff_id": wang["id"], "from_on": "2018-03-05"});
    hand_over(&lead, &li, to_wang).await.ok(201);
    let to_li = json!({"to_staff_id": li["id"], "from_on": "2018-03-05"});
    let back = hand_over(&lead, &wang, to_li).await;
    back.is_problem(409, "staff-left");
    assign(&lead, &place, &li, "2018-03-05")
        .await
        .is_problem(409, "staff-left");
}

#[tokio::test]
async fn of_two_hand_overs_at_once_exactly_one_moves_everything() {
    let Desk {
        town,
        east,
        parcels: [a, _],
        officer: (li, _),
        ..
    } = desk().await;
    let successors = [
        town.worker("002", "case_officer", &east).await.0,
        town.worker("003", "case_officer", &east).await.0,
    ];
    for n in 0..5 {
        let household = town.household(&a, &format!("H-{n}")).await;
        town.entrust("households", &household, &li).await;
    }
    let admin = town.admin();
    let to = |member: &Value| json!({"to_staff_id": member["id"], "from_on": "2018-03-05"});
    let (one, other) = tokio::join!(
        hand_over(&admin, &li, to(&successors[0])),
        hand_over(&admin, &li, to(&successors[1])),
    );
    let statuses = [one.status.as_u16(), other.status.as_u16()];
    assert!(
        statuses == [201, 409] || statuses == [409, 201],
        "{statuses:?}"
    );
    let after = [
        held(&town, &successors[0]).await,
        held(&town, &successors[1]).await,
    ];
    assert!(after == [5, 0] || after == [0, 5], "{after:?}");
    assert_eq!(held(&town, &li).await, 0);
}

#[tokio::test]
async fn a_household_given_away_during_a_hand_over_is_in_one_persons_hands() {
    let Desk {
        town,
        east,
        parcels: [a, _],
        officer: (li, _),
        ..
    } = desk().await;
    let (wang, _) = town.worker("002", "case_officer", &east).await;
    let (zhao, _) = town.worker("003", "case_officer", &east).await;
    let household = town.household(&a, "H-1").await;
    town.entrust("households", &household, &li).await;
    let admin = town.admin();
    let place = format!("households/{}", text(&household["id"]));
    let body = json!({"to_staff_id": wang["id"], "from_on": "2018-03-05"});
    let (moved, given) = tokio::join!(
        hand_over(&admin, &li, body),
        assign(&admin, &place, &zhao, "2018-03-05"),
    );
    assert!(moved.status == 201 || given.status == 201);
    let open: i64 = sqlx::query_scalar("select count(*) from responsibility where to_on is null")
        .fetch_one(&town.owner().await)
        .await
        .unwrap();
    assert_eq!(open, 1);
}

#[tokio::test]
async fn who_leaves_at_the_moment_of_an_assignment_leaves_or_gets_it_and_never_both() {
    let Desk {
        town,
        parcels: [a, _],
        officer: (li, _),
        ..
    } = desk().await;
    let household = town.household(&a, "H-1").await;
    let place = format!("households/{}", text(&household["id"]));
    let admin = town.admin();
    let path = format!("/v1/staff/{}/departures", text(&li["id"]));
    let body = json!({"left_on": "2018-03-05"});
    let (given, left) = tokio::join!(
        assign(&admin, &place, &li, "2018-03-05"),
        admin.post(&path, &body).if_match(&li["version"]).send(),
    );
    let codes = (given.json["code"].as_str(), left.json["code"].as_str());
    let outcomes = [
        (None, Some("staff-still-responsible")),
        (Some("staff-left"), None),
    ];
    assert!(outcomes.contains(&codes), "{codes:?}");
}
