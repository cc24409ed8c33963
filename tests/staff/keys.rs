//! Keys: of whom, for what, from where.

use anju::staff::Role;
use serde_json::{Value, json};

use crate::support::{Person, Town, homes::text};

#[tokio::test]
async fn a_key_is_of_somebody_who_has_the_post_and_acts_as_them() {
    let town = Town::new().await;
    let district = town.district().await;
    let member = town.member(&district, "001").await;
    let body = json!({"label": "本人", "role": "case_officer", "staff_id": member["id"]});
    let refused = town.admin().post("/v1/api-keys", &body).send().await;
    refused.is_problem(409, "post-not-held");
    let mut nobody = body.clone();
    nobody["staff_id"] = json!("01890a5d-ac96-774b-bcce-000000000000");
    let refused = town.admin().post("/v1/api-keys", &nobody).send().await;
    refused.is_problem(404, "not-found");
    town.appoint(&member, "case_officer", &district).await;
    let officer = town.key(&body).await;
    let me = officer.get("/v1/me").send().await.ok(200).json;
    assert_eq!(me["staff_id"], member["id"]);
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let made = officer.post("/v1/households", &Town::household_body(&parcel, "H-1"));
    let household = made.send().await.ok(201).json;
    let path = format!("/v1/audit-events?object_id={}", text(&household["id"]));
    let events = town.auditor().get(&path).send().await.ok(200);
    assert_eq!(events.items()[0]["staff_id"], member["id"]);
}

#[tokio::test]
async fn a_key_has_the_permissions_named_and_no_others() {
    let town = Town::new().await;
    let create = async |body| town.admin().post("/v1/api-keys", &body).send().await;
    let refused = create(json!({"label": "接口", "role": "api_client"})).await;
    let refused = refused.is_problem(422, "key-permissions-missing");
    assert_eq!(refused.pointers(), ["/permissions"]);
    let wrong = json!({"label": "接口", "role": "api_client",
        "permissions": ["household.read", "household.write", "nonsense"]});
    let refused = create(wrong)
        .await
        .is_problem(422, "key-permissions-not-of-role");
    assert_eq!(refused.pointers(), ["/permissions/1", "/permissions/2"]);
    let right = json!({"label": "接口", "role": "api_client", "permissions": ["programme.read"]});
    let program = town.key(&right).await;
    program.get("/v1/parcels").send().await.ok(200);
    let refused = program.get("/v1/households").send().await;
    refused.is_problem(403, "permission-missing");
}

#[tokio::test]
async fn a_key_bound_to_networks_is_refused_from_elsewhere() {
    let town = Town::with(&[("ANJU_TRUSTED_PROXIES", "127.0.0.1")]).await;
    let body =
        json!({"label": "机房", "role": "auditor", "networks": ["10.1.0.0/16", "2001:db8::7"]});
    let bound = town.key(&body).await;
    let from = async |address: &str| bound.get("/v1/parcels").from(address).send().await;
    for allowed in ["10.1.2.3:9", "[2001:db8::7]:9"] {
        from(allowed).await.ok(200);
    }
    for elsewhere in ["10.2.0.1:9", "[2001:db8::8]:9"] {
        from(elsewhere).await.is_problem(403, "network-not-allowed");
    }
    let unknown = bound.get("/v1/parcels").send().await;
    unknown.is_problem(403, "network-not-allowed");
    let proxied = async |from: &str, client: &str| {
        let request = bound.get("/v1/parcels").from(from);
        request.header("x-forwarded-for", client).send().await
    };
    proxied("127.0.0.1:9", "10.1.0.9").await.ok(200);
    let claimed = proxied("10.2.0.1:9", "10.1.0.9").await;
    claimed.is_problem(403, "network-not-allowed");
    let wrong =
        json!({"label": "x", "role": "auditor", "networks": ["10.1.0.1/16", "10.1.0.0/16"]});
    let refused = town.admin().post("/v1/api-keys", &wrong).send().await;
    let refused = refused.is_problem(422, "key-networks-invalid");
    assert_eq!(refused.pointers(), ["/networks/0"]);
}

#[tokio::test]
async fn a_program_that_works_for_somebody_sees_what_both_of_them_see() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let district = town.district().await;
    let east = town.unit(&district, "E", "subdistrict").await;
    let west = town.unit(&district, "W", "subdistrict").await;
    let village = town.unit(&east, "EV", "village").await;
    for (unit, code) in [(&east, "E1"), (&village, "EV1"), (&west, "W1")] {
        let parcel = town.parcel_at(&programme, unit, code).await;
        town.household(&parcel, &format!("H-{code}")).await;
    }
    let permissions = ["household.read", "programme.read", "agreement.read"];
    let program = |unit: &Value, staff: Option<&Value>| {
        let mut body = json!({"label": "接口", "role": "api_client", "org_unit_id": unit["id"],
            "permissions": permissions});
        if let Some(staff) = staff {
            body["staff_id"] = staff["id"].clone();
        }
        body
    };
    let seen = async |key: &Person| {
        let list = key.get("/v1/households").send().await.ok(200);
        let numbers = list
            .items()
            .iter()
            .map(|h| text(&h["household_no"]).to_owned());
        let mut numbers: Vec<_> = numbers.collect();
        numbers.sort();
        numbers
    };
    let everything = town.key(&program(&district, None)).await;
    assert_eq!(seen(&everything).await, ["H-E1", "H-EV1", "H-W1"]);

    // A wide program and somebody with a narrow post; a narrow program and somebody with a wide one.
    let member = town.member(&district, "001").await;
    let post = town.appoint(&member, "case_officer", &village).await;
    let wide = town.key(&program(&district, Some(&member))).await;
    assert_eq!(seen(&wide).await, ["H-EV1"]);
    let lead = town.member(&district, "002").await;
    town.appoint(&lead, "auditor", &district).await;
    let narrow = town.key(&program(&east, Some(&lead))).await;
    assert_eq!(seen(&narrow).await, ["H-E1", "H-EV1"]);
    // Of what both name, nothing is left.
    let apart = town.key(&program(&west, Some(&member))).await;
    assert!(seen(&apart).await.is_empty());
    let programmes = apart.get("/v1/programmes").send().await.ok(200);
    assert!(programmes.items().is_empty());

    // The person's role has to have the permission, and the program has to name it.
    let grid = town.member(&district, "003").await;
    town.appoint(&grid, "grid_worker", &east).await;
    let grid = town.key(&program(&district, Some(&grid))).await;
    let refused = grid.get("/v1/agreements").send().await;
    refused.is_problem(403, "permission-missing");
    let refused = wide.post("/v1/households", &json!({})).send().await;
    refused.is_problem(403, "permission-missing");

    // With the post goes what was seen.
    let nobody = town.member(&district, "004").await;
    let nobody = town.key(&program(&district, Some(&nobody))).await;
    let refused = nobody.get("/v1/households").send().await;
    refused.is_problem(403, "permission-missing");
    let path = format!("/v1/posts/{}/endings", text(&post["id"]));
    let end = town.person(Role::SystemAdministrator, false);
    let end = end.post(&path, &json!({"to_on": "2018-03-04"}));
    end.if_match(&post["version"]).send().await.ok(200);
    let refused = wide.get("/v1/households").send().await;
    refused.is_problem(403, "permission-missing");
}
