//! What a session reaches: what the posts of its person reach, no less and no more.

use anju::staff::{PERMISSIONS, Role};
use serde_json::{Value, json};

use super::{account, settle, settled, trail};
use crate::{
    contract::operations,
    scope::{
        Subdistrict, Twins, id,
        paths::{filled, ids},
    },
    support::{Person, Town},
};

/// Whoever signs in as a member of staff.
async fn session(town: &Town, member: &Value, login: &str) -> Person {
    settle(town, account(town, id(member), login).await)
        .await
        .person
}

/// Somebody with a post at a subdistrict, with a key of it and in a session.
async fn twice(town: &Town, role: Role, at: &Subdistrict) -> [Person; 2] {
    let number = format!("G-{}", role.key());
    let member = town.member(&at.unit, &number).await;
    let post = town.appoint(&member, role.key(), &at.unit).await;
    if role == Role::Appraiser {
        let path = format!("/v1/posts/{}/parcels", id(&post));
        let body = json!({"parcel_id": at.parcel["id"], "from_on": "2018-03-01"});
        town.admin().post(&path, &body).send().await.ok(201);
    }
    let key = town.key_of(&member, role.key(), &at.unit).await;
    let login = role.key().replace('_', ".");
    [key, session(town, &member, &login).await]
}

/// What somebody is answered, without what differs from request to request or tells the credential.
async fn answer(person: &Person, path: &str) -> (u16, Value) {
    let reply = person.get(path).send().await;
    let mut body = reply.json;
    for member in ["request_id", "key_id", "session_id", "next"] {
        if let Some(members) = body.as_object_mut() {
            members.remove(member);
        }
    }
    (reply.status.as_u16(), body)
}

/// Every question to which the answer does not change anything, once about each subdistrict.
fn questions(twins: &Twins) -> Vec<(&'static [Role], String)> {
    let mut questions = vec![];
    for operation in operations() {
        if operation.method != "GET" || operation.path.ends_with("/export") {
            continue;
        }
        let permission = operation.permission().unwrap_or_default();
        let Some(row) = PERMISSIONS.iter().find(|row| row.key == permission) else {
            continue;
        };
        if !operation.path.contains('{') {
            let mut path = operation.path.clone();
            if path.ends_with("/features") {
                path = format!("{path}?programme_id={}", id(&twins.programme));
            }
            questions.push((row.roles, path));
            continue;
        }
        for of in [&twins.west, &twins.east] {
            if let Some(path) = filled(&operation, &ids(of)) {
                questions.push((row.roles, path));
            }
        }
    }
    questions
}

#[tokio::test]
async fn a_session_is_answered_as_a_key_of_the_same_post_is() {
    let twins = Twins::new().await;
    let questions = questions(&twins);
    let mut seen = 0;
    for role in Role::ALL.iter().copied() {
        if role == Role::ApiClient {
            continue;
        }
        let [key, session] = twice(&twins.town, role, &twins.west).await;
        for (_, path) in questions.iter().filter(|(roles, _)| roles.contains(&role)) {
            let by_key = answer(&key, path).await;
            let by_session = answer(&session, path).await;
            assert_eq!(by_key, by_session, "{path} as {}", role.key());
            seen += usize::from(by_key.0 == 200);
        }
    }
    assert!(seen > 200, "only {seen} answers");
}

#[tokio::test]
async fn posts_reach_together_and_one_that_ends_takes_its_cases_away_with_the_next_request() {
    let twins = Twins::new().await;
    let (town, west, east) = (&twins.town, &twins.west, &twins.east);
    let zhang = town.member(&west.unit, "G-1").await;
    town.appoint(&zhang, "case_officer", &west.unit).await;
    let person = session(town, &zhang, "zhang.san").await;
    let look = async |at: &Subdistrict| {
        let path = format!("/v1/households/{}", id(&at.household));
        person.get(&path).send().await.status.as_u16()
    };
    let numbers = async || {
        let list = person.get("/v1/households").send().await.ok(200);
        list.items().len()
    };
    assert_eq!((look(west).await, look(east).await), (200, 404));
    let post = town.appoint(&zhang, "case_officer", &east.unit).await;
    assert_eq!((look(west).await, look(east).await), (200, 200));
    assert_eq!(numbers().await, 2);
    let path = format!("/v1/posts/{}/endings", id(&post));
    let end = town.admin().post(&path, &json!({"to_on": "2018-03-04"}));
    end.if_match(&post["version"]).send().await.ok(200);
    assert_eq!((look(west).await, look(east).await), (200, 404));
    assert_eq!(numbers().await, 1);
    // A village that moves takes its cases along, for sessions too.
    let moves = format!("/v1/org-units/{}/moves", id(&east.village));
    let body = json!({"parent_id": west.unit["id"]});
    town.set_clock("2018-03-05T02:00:30Z");
    let moving = town.admin().post(&moves, &body);
    moving
        .if_match(&east.village["version"])
        .send()
        .await
        .ok(200);
    assert_eq!(look(east).await, 200);
    // Who leaves is nobody with the next request.
    let version = town.admin().get(&format!("/v1/staff/{}", id(&zhang)));
    let version = version.send().await.ok(200).json["version"].clone();
    let leave = format!("/v1/staff/{}/departures", id(&zhang));
    let leave = town.admin().post(&leave, &json!({"left_on": "2018-03-05"}));
    leave.if_match(&version).send().await.ok(200);
    assert_eq!(look(west).await, 401);
}

#[tokio::test]
async fn a_right_here_is_no_right_there() {
    let twins = Twins::new().await;
    let (town, west, east) = (&twins.town, &twins.west, &twins.east);
    let zhang = town.member(&west.unit, "G-1").await;
    town.appoint(&zhang, "case_officer", &west.unit).await;
    town.appoint(&zhang, "inspector", &east.unit).await;
    let person = session(town, &zhang, "zhang.san").await;
    let code = async |at: &Subdistrict| {
        let path = format!("/v1/households/{}/lookup-codes", id(&at.household));
        person.act(&path).send().await.status.as_u16()
    };
    let defect = async |at: &Subdistrict| {
        let body = json!({"flat_id": at.flat["id"], "description": "裂缝", "severity": "general",
            "found_on": "2018-03-04"});
        person
            .post("/v1/defects", &body)
            .send()
            .await
            .status
            .as_u16()
    };
    assert_eq!((defect(west).await, defect(east).await), (404, 201));
    assert_eq!((code(west).await, code(east).await), (201, 404));
}

#[tokio::test]
async fn a_desk_beside_another_post_learns_of_no_other_kind_of_need_and_no_detail_elsewhere() {
    let twins = Twins::new().await;
    let (town, west, east) = (&twins.town, &twins.west, &twins.east);
    let need = async |person: &Person, at: &Subdistrict| {
        let path = format!("/v1/needs/{}", id(&at.need));
        let reply = person.get(&path).send().await;
        (reply.status.as_u16(), reply.json["detail"].clone())
    };
    // The needs are medical: a school desk does not hear of them, not even as an officer elsewhere.
    let zhang = town.member(&west.unit, "G-1").await;
    town.appoint(&zhang, "school_desk", &west.unit).await;
    town.appoint(&zhang, "case_officer", &east.unit).await;
    let school = session(town, &zhang, "zhang.san").await;
    assert_eq!(need(&school, west).await.0, 404);
    assert_eq!(need(&school, east).await.0, 404);
    for at in [west, east] {
        let path = format!("/v1/households/{}", id(&at.household));
        school.get(&path).send().await.ok(200);
    }
    // Their own desk is told what is needed where it is the desk, and there alone.
    let li = town.member(&west.unit, "G-2").await;
    town.appoint(&li, "health_desk", &west.unit).await;
    town.appoint(&li, "case_officer", &east.unit).await;
    let health = session(town, &li, "li.si").await;
    assert_eq!(need(&health, west).await, (200, json!("透析")));
    assert_eq!(need(&health, east).await, (200, Value::Null));
    // A desk that is an officer for the same cases anyway is not narrowed by it.
    let wang = town.member(&west.unit, "G-3").await;
    town.appoint(&wang, "school_desk", &west.unit).await;
    town.appoint(&wang, "case_officer", &west.unit).await;
    let both = session(town, &wang, "wang.wu").await;
    assert_eq!(need(&both, west).await, (200, Value::Null));
}

#[tokio::test]
async fn whoever_may_give_a_role_in_one_unit_may_not_in_another() {
    let twins = Twins::new().await;
    let (town, west, east) = (&twins.town, &twins.west, &twins.east);
    let zhang = town.member(&west.unit, "G-1").await;
    town.appoint(&zhang, "system_administrator", &west.unit)
        .await;
    town.appoint(&zhang, "district_admin", &east.unit).await;
    let person = session(town, &zhang, "zhang.san").await;
    let key = async |at: &Subdistrict| {
        let body = json!({"label": "钥匙", "role": "system_administrator",
            "org_unit_id": at.unit["id"]});
        let reply = person.post("/v1/api-keys", &body).send().await;
        (reply.status.as_u16(), reply.json["code"].clone())
    };
    assert_eq!(key(west).await.0, 201);
    assert_eq!(key(east).await, (403, json!("role-beyond-own")));
}

#[tokio::test]
async fn work_that_a_session_ordered_is_the_persons_and_no_more_than_they_may_see_then() {
    let twins = Twins::new().await;
    let (town, west) = (&twins.town, &twins.west);
    let zhang = town.member(&west.unit, "G-1").await;
    let post = town.appoint(&zhang, "subdistrict_lead", &west.unit).await;
    let person = session(town, &zhang, "zhang.san").await;
    let order = json!({"programme_id": twins.programme["id"], "kind": "household-ledger"});
    let ordered = async || {
        let ordered = person.post("/v1/reports", &order).send().await;
        ordered.ok(202).json
    };
    let report = ordered().await;
    anju::jobs::run_all(&town.app).await.unwrap();
    let path = format!("/v1/reports/{}", id(&report));
    let done = person.get(&path).send().await.ok(200).json;
    assert_eq!(done["row_count"], 1, "the west alone: {done}");
    let owner = town.owner().await;
    let by: Vec<Option<uuid::Uuid>> =
        sqlx::query_scalar("select staff_id from audit_event where object_id = $1 order by at, id")
            .bind(uuid::Uuid::parse_str(id(&report)).unwrap())
            .fetch_all(&owner)
            .await
            .unwrap();
    let zhang = uuid::Uuid::parse_str(id(&zhang)).ok();
    assert!(by.len() > 1 && by.iter().all(|who| *who == zhang), "{by:?}");
    // What was ordered before a post ended is not done after it.
    let late = ordered().await;
    let path = format!("/v1/posts/{}/endings", id(&post));
    let end = town.admin().post(&path, &json!({"to_on": "2018-03-04"}));
    end.if_match(&post["version"]).send().await.ok(200);
    anju::jobs::run_all(&town.app).await.unwrap();
    let failed: String = sqlx::query_scalar(
        "select j.state::text from job j join report r on r.job_id = j.id where r.id = $1",
    )
    .bind(uuid::Uuid::parse_str(id(&late)).unwrap())
    .fetch_one(&owner)
    .await
    .unwrap();
    assert_eq!(failed, "failed");
}

#[tokio::test]
async fn a_search_is_on_record_as_the_persons() {
    let town = Town::new().await;
    let zhang = settled(&town, "zhang.san", Role::CaseOfficer).await;
    let body = json!({"name": "张三"});
    zhang
        .person
        .post("/v1/households/search", &body)
        .send()
        .await
        .ok(200);
    let owner = town.owner().await;
    let object: (String, uuid::Uuid) = sqlx::query_as(
        "select object_type, object_id from audit_event where action = 'household.searched'",
    )
    .fetch_one(&owner)
    .await
    .unwrap();
    let staff = uuid::Uuid::parse_str(&zhang.member.staff_id).unwrap();
    assert_eq!(object, ("staff".to_owned(), staff));
    assert!(!trail(&town).await.is_empty());
}
