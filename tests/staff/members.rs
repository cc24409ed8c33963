//! Entering people and letting them go.

use anju::staff::Role;
use serde_json::{Value, json};

use crate::support::{Person, Reply, Town, citizen_number, homes::text};

async fn depart(person: &Person, member: &Value, body: Value) -> Reply {
    let path = format!("/v1/staff/{}/departures", text(&member["id"]));
    let request = person.post(&path, &body).if_match(&member["version"]);
    request.send().await
}

#[tokio::test]
async fn a_person_is_entered_once_whatever_number_the_badge_has() {
    let town = Town::new().await;
    let number = citizen_number("li");
    let enter = async |staff_no: &str, citizen_number: Option<&str>| {
        let mut body = json!({"staff_no": staff_no, "name": "李四"});
        if let Some(number) = citizen_number {
            body["citizen_number"] = json!(number);
        }
        town.admin().post("/v1/staff", &body).send().await
    };
    let first = enter("001", Some(&number)).await.ok(201);
    assert_eq!(first.json["identified"], true);
    assert!(!first.text().contains(&number), "the number is not shown");
    let again = enter("002", Some(&number)).await;
    again.is_problem(409, "staff-person-known");
    let taken = enter("001", None).await;
    taken.is_problem(409, "staff-no-taken");
    let second = enter("002", Some(&citizen_number("wang"))).await.ok(201);
    enter("003", None).await.ok(201);
    let wrong = enter("004", Some("370103198001010000")).await;
    wrong.is_problem(400, "body-mismatch");

    let read = town.admin().get(second.header("location")).send().await;
    assert_eq!(read.ok(200).json, second.json);
    let stored: Vec<Option<Vec<u8>>> =
        sqlx::query_scalar("select fingerprint from staff order by staff_no")
            .fetch_all(&town.owner().await)
            .await
            .unwrap();
    assert!(stored[0].is_some() && stored[0] != stored[1] && stored[2].is_none());
}

#[tokio::test]
async fn staff_are_seen_by_who_covers_their_employer_or_one_of_their_posts() {
    let town = Town::new().await;
    let district = town.district().await;
    let (east, west) = (
        town.unit(&district, "E", "subdistrict").await,
        town.unit(&district, "W", "subdistrict").await,
    );
    let ours = town.member(&east, "001").await;
    let theirs = town.member(&west, "002").await;
    let lent = town.member(&west, "003").await;
    town.appoint(&lent, "case_officer", &east).await;
    let (_, lead) = town.worker("004", "subdistrict_lead", &east).await;
    let list = lead.get("/v1/staff").send().await.ok(200);
    let numbers: Vec<_> = list.items().iter().map(|s| text(&s["staff_no"])).collect();
    assert_eq!(numbers, ["001", "003", "004"]);
    for (member, status) in [(&ours, 200), (&lent, 200), (&theirs, 404)] {
        for below in ["", "/posts", "/holdings"] {
            let path = format!("/v1/staff/{}{below}", text(&member["id"]));
            lead.get(&path).send().await.ok(status);
        }
    }
    let filtered = async |query: &str| {
        let list = town.admin().get(&format!("/v1/staff?{query}")).send().await;
        list.ok(200).items().len()
    };
    assert_eq!(filtered("role=case_officer").await, 1);
    let at_west = format!("org_unit_id={}", text(&west["id"]));
    assert_eq!(filtered(&at_west).await, 2);
    assert_eq!(filtered("left=true").await, 0);
    let file = lead.get("/v1/staff/export").send().await.ok(200);
    assert!(file.header("content-disposition").contains("xlsx"));

    // A system administrator of one subdistrict changes nobody of the other.
    let (_, keeper) = town.worker("005", "system_administrator", &east).await;
    let body = json!({"name": "王五", "org_unit_id": east["id"]});
    let put = async |member: &Value, body: &Value| {
        let path = format!("/v1/staff/{}", text(&member["id"]));
        keeper
            .put(&path, body)
            .if_match(&member["version"])
            .send()
            .await
    };
    put(&lent, &body).await.is_problem(404, "not-found");
    let away = json!({"name": "王五", "org_unit_id": west["id"]});
    put(&ours, &away).await.is_problem(404, "not-found");
    let changed = put(&ours, &body).await.ok(200).json;
    assert_eq!(
        (&changed["name"], &changed["version"]),
        (&json!("王五"), &json!(2))
    );
    put(&ours, &body).await.is_problem(412, "version-stale");
    let gone = depart(&keeper, &theirs, json!({"left_on": "2018-03-05"})).await;
    gone.is_problem(404, "not-found");
}

#[tokio::test]
async fn who_leaves_has_no_posts_and_no_keys_with_the_next_request() {
    let town = Town::new().await;
    let district = town.district().await;
    let (member, officer) = town.worker("001", "case_officer", &district).await;
    officer.get("/v1/households").send().await.ok(200);
    let ahead = depart(&town.admin(), &member, json!({"left_on": "2018-03-06"})).await;
    ahead.is_problem(422, "day-in-future");
    let refused = depart(&town.officer(), &member, json!({"left_on": "2018-03-05"})).await;
    refused.is_problem(403, "permission-missing");

    let left = depart(&town.admin(), &member, json!({"left_on": "2018-03-05"})).await;
    assert_eq!(left.ok(200).json["left_on"], "2018-03-05");
    let again = officer.get("/v1/households").send().await;
    again.is_problem(401, "unauthenticated");
    let path = format!("/v1/staff/{}/posts", text(&member["id"]));
    let posts = town.admin().get(&path).send().await.ok(200).json;
    assert_eq!(posts[0]["to_on"], "2018-03-04");
    let keys = town.admin().get("/v1/api-keys").send().await.ok(200);
    let key = keys.items().iter().find(|k| k["staff_id"] == member["id"]);
    assert!(key.unwrap()["revoked_at"].is_string());
    let twice = json!({"left_on": "2018-03-05"});
    let version = json!({"id": member["id"], "version": 2});
    let twice = depart(&town.admin(), &version, twice).await;
    twice.is_problem(409, "staff-left");
    let body = json!({"role": "inspector", "org_unit_id": district["id"], "from_on": "2018-03-05"});
    let back = town.admin().post(&path, &body).send().await;
    back.is_problem(409, "staff-left");
    let gone = town.admin().get("/v1/staff?left=true").send().await.ok(200);
    assert_eq!(gone.items().len(), 1);
}

#[tokio::test]
async fn who_is_still_responsible_leaves_only_when_that_is_said() {
    let town = Town::new().await;
    let district = town.district().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let (member, _) = town.worker("001", "case_officer", &district).await;
    for number in ["H-1", "H-2"] {
        let household = town.household(&parcel, number).await;
        town.entrust("households", &household, &member).await;
    }
    let keeper = town.person(Role::SystemAdministrator, false);
    let refused = depart(&keeper, &member, json!({"left_on": "2018-03-05"})).await;
    let refused = refused.is_problem(409, "staff-still-responsible");
    assert!(text(&refused.json["detail"]).contains("还有 2 项"));
    let body = json!({"left_on": "2018-03-05", "leave_open": true});
    depart(&keeper, &member, body).await.ok(200);
    let path = format!("/v1/staff/{}/holdings", text(&member["id"]));
    let held = town.admin().get(&path).send().await.ok(200);
    assert_eq!(held.items().len(), 2, "what a leaver holds stays listed");
    let refused = keeper.get(&path).send().await;
    refused.is_problem(403, "permission-missing");
}
