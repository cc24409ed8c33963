//! Who is responsible for which household and need.

mod hand_over;
mod work;

use serde_json::{Value, json};

use crate::support::{Person, Reply, Town, homes::text};

/// Two subdistricts with a village and a parcel each, and an officer in the first.
struct Desk {
    town: Town,
    east: Value,
    west: Value,
    /// Of the east, and of the west.
    parcels: [Value; 2],
    officer: (Value, Person),
}

async fn desk() -> Desk {
    let town = Town::new().await;
    let district = town.district().await;
    let east = town.unit(&district, "E", "subdistrict").await;
    let west = town.unit(&district, "W", "subdistrict").await;
    let village = town.unit(&east, "EV", "village").await;
    let programme = town.programme().await;
    let parcels = [
        town.parcel_at(&programme, &village, "A").await,
        town.parcel_at(&programme, &west, "B").await,
    ];
    let officer = town.worker("001", "case_officer", &east).await;
    Desk {
        town,
        east,
        west,
        parcels,
        officer,
    }
}

async fn assign(by: &Person, what: &str, member: &Value, from_on: &str) -> Reply {
    let body = json!({"staff_id": member["id"], "from_on": from_on});
    by.post(&format!("/v1/{what}/responsibilities"), &body)
        .send()
        .await
}

async fn need(town: &Town, household: &Value, due_on: &str) -> Value {
    let body = json!({"person_id": household["persons"][0]["id"], "kind": "medical",
        "due_on": due_on});
    let made = town.needs_officer().post("/v1/needs", &body).send().await;
    made.ok(201).json
}

#[tokio::test]
async fn a_household_has_one_responsible_person_at_a_time_and_keeps_who_was_before() {
    let Desk {
        town,
        east,
        parcels,
        officer: (li, _),
        ..
    } = desk().await;
    let household = town.household(&parcels[0], "H-1").await;
    let (wang, key) = town.worker("002", "grid_worker", &east).await;
    let place = format!("households/{}", text(&household["id"]));
    let lead = town.worker("003", "subdistrict_lead", &east).await.1;
    let first = assign(&lead, &place, &li, "2018-03-01").await.ok(201);
    assert_eq!(first.json["staff_name"], "李四");
    let same = assign(&lead, &place, &li, "2018-03-02").await;
    same.is_problem(409, "already-responsible");
    let early = assign(&lead, &place, &wang, "2018-02-28").await;
    early.is_problem(409, "responsibility-begun-later");
    let ahead = assign(&lead, &place, &wang, "2018-03-06").await;
    ahead.is_problem(422, "day-in-future");
    assign(&lead, &place, &wang, "2018-03-04").await.ok(201);
    let history = lead.get(first.header("location")).send().await.ok(200).json;
    let periods: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (&r["staff_id"], &r["from_on"], &r["to_on"]))
        .collect();
    let (from, to) = (json!("2018-03-01"), json!("2018-03-04"));
    assert_eq!(
        periods,
        [(&wang["id"], &to, &Value::Null), (&li["id"], &from, &to)]
    );
    let refused = assign(&key, &place, &li, "2018-03-05").await;
    refused.is_problem(403, "permission-missing");
}

#[tokio::test]
async fn who_is_responsible_has_a_post_that_covers_the_case() {
    let Desk {
        town,
        east,
        west,
        parcels,
        officer: (li, _),
    } = desk().await;
    let household = town.household(&parcels[1], "H-1").await;
    let place = format!("households/{}", text(&household["id"]));
    let admin = town.admin();
    let strange = assign(&admin, &place, &li, "2018-03-05").await;
    strange.is_problem(422, "responsible-out-of-place");
    let (inspector, _) = town.worker("002", "inspector", &west).await;
    let unfit = assign(&admin, &place, &inspector, "2018-03-05").await;
    unfit.is_problem(422, "responsible-out-of-place");
    let idle = town.member(&west, "003").await;
    let idle = assign(&admin, &place, &idle, "2018-03-05").await;
    idle.is_problem(422, "responsible-out-of-place");
    let (wang, _) = town.worker("004", "case_officer", &west).await;
    // Out of the scope of the lead next door, household, history and colleague alike.
    let lead = town.worker("005", "subdistrict_lead", &east).await.1;
    assign(&lead, &place, &wang, "2018-03-05")
        .await
        .is_problem(404, "not-found");
    let path = format!("/v1/{place}/responsibilities");
    lead.get(&path).send().await.is_problem(404, "not-found");
    let ours = town.household(&parcels[0], "H-1").await;
    let ours = format!("households/{}", text(&ours["id"]));
    assign(&lead, &ours, &wang, "2018-03-05")
        .await
        .is_problem(404, "not-found");
    assign(&admin, &place, &wang, "2018-03-05").await.ok(201);
}

#[tokio::test]
async fn a_parcel_is_given_to_somebody_as_far_as_nobody_has_it() {
    let Desk {
        town,
        east,
        west,
        parcels: [a, _],
        officer: (li, _),
    } = desk().await;
    let taken = town.household(&a, "H-1").await;
    town.entrust("households", &taken, &li).await;
    for number in ["H-2", "H-3"] {
        town.household(&a, number).await;
    }
    let (wang, _) = town.worker("002", "case_officer", &east).await;
    let (zhao, _) = town.worker("003", "case_officer", &west).await;
    let place = format!("parcels/{}", text(&a["id"]));
    let strange = assign(&town.admin(), &place, &zhao, "2018-03-05").await;
    let strange = strange.is_problem(422, "responsible-out-of-place");
    assert!(text(&strange.json["detail"]).contains("有 2 项"));
    let given = assign(&town.admin(), &place, &wang, "2018-03-05").await;
    assert_eq!(given.ok(201).json, json!({"households": 2, "left": 0}));
    let again = assign(&town.admin(), &place, &li, "2018-03-05").await;
    assert_eq!(again.ok(201).json, json!({"households": 0, "left": 0}));
    let path = "/v1/audit-events?action=responsibility.assigned";
    let recorded = town.auditor().get(path).send().await.ok(200);
    assert_eq!(recorded.items().len(), 3, "one record for each household");
    let outside = town.worker("004", "subdistrict_lead", &west).await.1;
    assign(&outside, &place, &zhao, "2018-03-05")
        .await
        .is_problem(404, "not-found");
}

#[tokio::test]
async fn without_its_scope_a_query_for_responsibility_returns_nothing() {
    let Desk {
        town,
        parcels: [a, _],
        officer: (li, _),
        ..
    } = desk().await;
    let household = town.household(&a, "H-1").await;
    town.entrust("households", &household, &li).await;
    let bare: i64 = sqlx::query_scalar("select count(*) from responsibility")
        .fetch_one(&town.app.db)
        .await
        .unwrap();
    assert_eq!((bare, town.count("responsibility").await), (0, 1));
}
