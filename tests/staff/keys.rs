//! Keys: of whom, for what, from where.

use serde_json::json;

use crate::support::{Town, homes::text};

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
