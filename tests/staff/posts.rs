//! Appointing people, and what a post lets them see.

use serde_json::{Value, json};

use crate::support::{Person, Reply, Town, homes::text};

async fn appoint(by: &Person, member: &Value, role: &str, unit: &Value) -> Reply {
    let path = format!("/v1/staff/{}/posts", text(&member["id"]));
    let body = json!({"role": role, "org_unit_id": unit["id"], "from_on": "2018-03-01"});
    by.post(&path, &body).send().await
}

async fn end(by: &Person, post: &Value, to_on: &str) -> Reply {
    let path = format!("/v1/posts/{}/endings", text(&post["id"]));
    let request = by.post(&path, &json!({"to_on": to_on}));
    request.if_match(&post["version"]).send().await
}

#[tokio::test]
async fn nobody_appoints_themselves_or_gives_a_role_that_gives_roles_without_having_it() {
    let town = Town::new().await;
    let district = town.district().await;
    let (admin, key) = town.worker("001", "district_admin", &district).await;
    let own = appoint(&key, &admin, "case_officer", &district).await;
    own.is_problem(403, "appointment-of-oneself");
    let other = town.member(&district, "002").await;
    let high = appoint(&key, &other, "system_administrator", &district).await;
    high.is_problem(403, "role-beyond-own");
    let body = json!({"label": "x", "role": "system_administrator"});
    let high = key.post("/v1/api-keys", &body).send().await;
    high.is_problem(403, "role-beyond-own");
    appoint(&key, &other, "district_admin", &district)
        .await
        .ok(201);
    let program = appoint(&key, &other, "api_client", &district).await;
    assert_eq!(
        program.is_problem(422, "role-for-programs").pointers(),
        ["/role"]
    );
    let twice = appoint(&key, &other, "district_admin", &district).await;
    twice.is_problem(409, "post-already-held");
}

#[tokio::test]
async fn appointments_stay_within_the_units_of_who_makes_them() {
    let town = Town::new().await;
    let district = town.district().await;
    let east = town.unit(&district, "E", "subdistrict").await;
    let west = town.unit(&district, "W", "subdistrict").await;
    let village = town.unit(&east, "EV", "village").await;
    let (_, keeper) = town.worker("001", "system_administrator", &east).await;
    let member = town.member(&east, "002").await;
    for unit in [&district, &west] {
        let refused = appoint(&keeper, &member, "case_officer", unit).await;
        refused.is_problem(404, "not-found");
    }
    let post = appoint(&keeper, &member, "case_officer", &village).await;
    let post = post.ok(201);
    let read = keeper.get(post.header("location")).send().await.ok(200);
    assert_eq!(read.json, post.json);
    let elsewhere = town.member(&west, "003").await;
    let refused = appoint(&keeper, &elsewhere, "case_officer", &east).await;
    refused.is_problem(404, "not-found");
    let theirs = town.appoint(&elsewhere, "case_officer", &west).await;
    end(&keeper, &theirs, "2018-03-05")
        .await
        .is_problem(404, "not-found");
    let path = format!("/v1/posts/{}", text(&theirs["id"]));
    keeper.get(&path).send().await.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_post_that_ends_takes_its_keys_with_it_and_no_day_longer() {
    let town = Town::new().await;
    let district = town.district().await;
    let member = town.member(&district, "001").await;
    let post = town.appoint(&member, "case_officer", &district).await;
    let officer = town.key_of(&member, "case_officer", &district).await;
    let early = end(&town.admin(), &post, "2017-12-31").await;
    assert_eq!(
        early.is_problem(422, "period-ends-first").pointers(),
        ["/to_on"]
    );
    let ended = end(&town.admin(), &post, "2018-03-05").await.ok(200).json;
    officer.get("/v1/households").send().await.ok(200);
    let later = end(&town.admin(), &ended, "2018-03-06").await;
    later.is_problem(409, "post-ended");
    town.set_clock("2018-03-05T16:00:00Z"); // 2018-03-06 in Shanghai
    let over = officer.get("/v1/households").send().await;
    over.is_problem(401, "unauthenticated");
    town.set_clock("2018-03-05T02:00:00Z");
    officer.get("/v1/households").send().await.ok(200);
    end(&town.admin(), &ended, "2018-03-04").await.ok(200);
    let over = officer.get("/v1/households").send().await;
    over.is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_appraiser_is_nothing_else_and_sees_the_parcels_given_to_them_alone() {
    let town = Town::new().await;
    let district = town.district().await;
    let programme = town.programme().await;
    let (a, b) = (
        town.parcel(&programme, "A").await,
        town.parcel(&programme, "B").await,
    );
    let mine = town.household(&a, "H-1").await;
    let other = town.household(&b, "H-2").await;
    let member = town.member(&district, "001").await;
    let post = town.appoint(&member, "appraiser", &district).await;
    let combined = appoint(&town.admin(), &member, "case_officer", &district).await;
    combined.is_problem(409, "appraiser-post-combined");
    let appraiser = town.key_of(&member, "appraiser", &district).await;
    let sees = async || {
        let list = appraiser.get("/v1/households").send().await.ok(200);
        let numbers = list
            .items()
            .iter()
            .map(|h| text(&h["household_no"]).to_owned());
        numbers.collect::<Vec<_>>()
    };
    assert!(sees().await.is_empty(), "without a parcel there is nothing");
    let path = format!("/v1/posts/{}/parcels", text(&post["id"]));
    let body = json!({"parcel_id": a["id"], "from_on": "2018-03-01"});
    town.admin().post(&path, &body).send().await.ok(201);
    let twice = town.admin().post(&path, &body).send().await;
    twice.is_problem(409, "parcel-already-given");
    assert_eq!(sees().await, ["H-1"]);
    for (household, status) in [(&mine, 200), (&other, 404)] {
        let path = format!("/v1/households/{}", text(&household["id"]));
        appraiser.get(&path).send().await.ok(status);
    }
    let given = town.admin().get(&path).send().await.ok(200).json;
    assert_eq!(given[0]["parcel_id"], a["id"]);

    let path = format!("/v1/posts/{}/parcel-endings", text(&post["id"]));
    let body = json!({"parcel_id": a["id"], "to_on": "2018-03-04"});
    town.admin().post(&path, &body).send().await.ok(201);
    assert!(sees().await.is_empty(), "effective with the next request");
    let again = town.admin().post(&path, &body).send().await;
    again.is_problem(409, "parcel-not-given");
}

#[tokio::test]
async fn only_appraisers_are_given_parcels_and_a_key_of_nobody_sees_none() {
    let town = Town::new().await;
    let district = town.district().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "A").await;
    town.household(&parcel, "H-1").await;
    let member = town.member(&district, "001").await;
    let post = town.appoint(&member, "inspector", &district).await;
    let path = format!("/v1/posts/{}/parcels", text(&post["id"]));
    let body = json!({"parcel_id": parcel["id"], "from_on": "2018-03-01"});
    let refused = town.admin().post(&path, &body).send().await;
    refused.is_problem(409, "post-not-appraiser");
    let anonymous = town.person(anju::staff::Role::Appraiser, false);
    let list = anonymous.get("/v1/households").send().await.ok(200);
    assert!(list.items().is_empty());
}
