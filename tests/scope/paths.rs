//! Whatever the path: who works in the west does not learn that the east exists.

use std::collections::BTreeMap;

use anju::staff::{PERMISSIONS, Role};
use serde_json::{Value, json};

use super::{Subdistrict, Twins, id};
use crate::{
    contract::{Operation, operations},
    support::{Person, fresh_key},
};

/// What the parameters of paths name in a subdistrict; what all share is not among them.
pub fn ids(of: &Subdistrict) -> BTreeMap<&'static str, String> {
    let own = |value: &Value| id(value).to_owned();
    BTreeMap::from([
        ("parcel_id", own(&of.parcel)),
        ("household_id", own(&of.household)),
        ("person_id", own(&of.household["persons"][0])),
        ("structure_id", own(&of.household["structures"][0])),
        ("agreement_id", own(&of.agreement)),
        ("need_id", own(&of.need)),
        ("break_glass_access_id", own(&of.access)),
        ("lookup_code_id", own(&of.code)),
        ("flat_id", own(&of.flat)),
        ("inspection_id", own(&of.inspection)),
        ("defect_id", own(&of.defect)),
        ("report_id", own(&of.report)),
        ("import_id", own(&of.import)),
        ("personal_data_request_id", own(&of.data_request)),
        ("job_id", of.import["job_id"].as_str().unwrap().to_owned()),
        ("org_unit_id", own(&of.village)),
        ("staff_id", own(&of.officer)),
        ("post_id", own(&of.post)),
        ("account_id", own(&of.account)),
        ("oidc_identity_id", own(&of.identity)),
    ])
}

/// The path with every parameter filled in, if all of them are among the given.
pub fn filled(operation: &Operation, ids: &BTreeMap<&str, String>) -> Option<String> {
    let mut found = false;
    let parts: Option<Vec<_>> = operation
        .path
        .split('/')
        .map(|part| match part.strip_prefix('{') {
            None => Some(part.to_owned()),
            Some(name) => {
                found = true;
                ids.get(name.trim_end_matches('}')).cloned()
            }
        })
        .collect();
    let path = parts?.join("/");
    let required = operation.value["parameters"]
        .as_array()
        .into_iter()
        .flatten();
    let query: Vec<_> = required
        .filter(|p| p["in"] == "query" && p["required"] == true)
        .map(|p| {
            let value = p["example"].to_string();
            format!(
                "{}={}",
                p["name"].as_str().unwrap(),
                value.trim_matches('"')
            )
        })
        .collect();
    let ask = if query.is_empty() { "" } else { "?" };
    found.then(|| format!("{path}{ask}{}", query.join("&")))
}

async fn ask(person: &Person, operation: &Operation, path: &str) -> (u16, Value) {
    let method = operation.method.parse().unwrap();
    let mut errand = person.errand(method, path).key(&fresh_key());
    errand = errand.if_match(&json!(1));
    if let Some(media) = operation.value["requestBody"]["content"].get("application/json") {
        errand = errand.json(&media["example"]);
    }
    let reply = errand.send().await;
    (reply.status.as_u16(), reply.json)
}

fn roles_with(permission: &str) -> Vec<Role> {
    let row = PERMISSIONS.iter().find(|row| row.key == permission);
    row.map(|row| row.roles.to_vec()).unwrap_or_default()
}

#[tokio::test]
async fn what_hangs_in_the_east_is_not_found_from_the_west_by_any_path() {
    let twins = Twins::new().await;
    let (town, theirs, own) = (&twins.town, ids(&twins.east), ids(&twins.west));
    let mut asked = 0;
    for operation in operations() {
        let Some(path) = filled(&operation, &theirs) else {
            continue;
        };
        for role in roles_with(operation.permission().unwrap_or("")) {
            let person = twins.west.person(town, role).await;
            let (status, body) = ask(&person, &operation, &path).await;
            let who = format!("{} as {}: {body}", operation.id(), role.key());
            if operation.method == "GET" {
                assert_eq!((status, &body["code"]), (404, &json!("not-found")), "{who}");
            } else {
                // The form may be refused first: that tells nothing about the object.
                assert!([400, 404, 422].contains(&status), "{who}");
            }
            asked += 1;
        }
        // The same question about one's own is answered, so that the refusal means something.
        if operation.method == "GET"
            && ![
                "report_id",
                "job_id",
                "import_id",
                "/boundary",
                "access_id}/household",
            ]
            .iter()
            .any(|p| operation.path.contains(p))
        {
            let lead = twins.west.person(town, Role::SubdistrictLead).await;
            let path = filled(&operation, &own).unwrap();
            let (status, body) = ask(&lead, &operation, &path).await;
            let allowed = roles_with(operation.permission().unwrap_or(""));
            if allowed.contains(&Role::SubdistrictLead) {
                assert_eq!(status, 200, "{}: {body}", operation.id());
            }
        }
    }
    assert!(asked > 100, "only {asked} questions");
}

#[tokio::test]
async fn lists_hold_what_a_single_read_would_show_and_nothing_else() {
    let twins = Twins::new().await;
    let theirs = ids(&twins.east);
    let mut asked = 0;
    for operation in operations() {
        let list = operation.method == "GET" && !operation.path.contains('{');
        if !list || operation.path.ends_with("/export") {
            continue;
        }
        let Some(permission) = operation.permission() else {
            continue;
        };
        for role in roles_with(permission) {
            let person = twins.west.person(&twins.town, role).await;
            let mut path = operation.path.clone();
            if path.ends_with("/features") {
                path = format!("{path}?programme_id={}", id(&twins.programme));
            }
            let reply = person.get(&path).send().await;
            let text = reply.json.to_string();
            for (name, foreign) in &theirs {
                let who = format!("{} as {}", operation.id(), role.key());
                assert!(
                    !text.contains(foreign.as_str()),
                    "{who} shows {name}: {text}"
                );
            }
            asked += 1;
        }
    }
    assert!(asked > 50, "only {asked} lists");
}

#[tokio::test]
async fn what_names_the_east_in_a_body_is_refused_as_if_it_were_not_there() {
    let twins = Twins::new().await;
    let (town, east) = (&twins.town, &twins.east);
    let officer = twins.west.person(town, Role::CaseOfficer).await;
    let admin = twins.west.person(town, Role::DistrictAdmin).await;
    let inspector = twins.west.person(town, Role::Inspector).await;
    let needs = twins.west.person(town, Role::NeedsOfficer).await;
    let mut household = crate::support::Town::household_body(&east.parcel, "H-9");
    let refused = officer.post("/v1/households", &household).send().await;
    refused.is_problem(404, "not-found");
    // A household of one's own parcel cannot be hung on somebody else's grid.
    household["parcel_id"] = twins.west.parcel["id"].clone();
    household["org_unit_id"] = east.village["id"].clone();
    let refused = officer.post("/v1/households", &household).send().await;
    refused.is_problem(404, "not-found");
    let body = json!({"household_id": east.household["id"], "agreement_no": "X-1",
        "floor_area_m2": "1.00", "amount": "1.00"});
    let refused = officer.post("/v1/agreements", &body).send().await;
    refused.is_problem(404, "not-found");
    let body = json!({"person_id": east.household["persons"][0]["id"], "kind": "schooling",
        "due_on": "2018-09-01", "detail": "一年级"});
    needs
        .post("/v1/needs", &body)
        .send()
        .await
        .is_problem(404, "not-found");
    let body = json!({"household_id": east.household["id"],
        "person_id": east.household["persons"][0]["id"], "kind": "erasure", "asked_by": "person",
        "proof": "document_seen", "received_on": "2018-03-05"});
    let refused = officer.post("/v1/personal-data-requests", &body).send();
    refused.await.is_problem(404, "not-found");
    let body = json!({"flat_id": east.flat["id"], "description": "裂缝", "severity": "general",
        "found_on": "2018-03-04"});
    let refused = inspector.post("/v1/defects", &body).send().await;
    refused.is_problem(404, "not-found");
    let body = json!({"label": "x", "role": "case_officer", "org_unit_id": east.unit["id"]});
    admin
        .post("/v1/api-keys", &body)
        .send()
        .await
        .is_problem(404, "not-found");
    for (path, body) in [
        (
            "/v1/accounts",
            json!({"staff_id": east.officer["id"], "login": "x.y"}),
        ),
        (
            "/v1/oidc-identities",
            json!({"staff_id": east.officer["id"], "subject": "x"}),
        ),
    ] {
        let refused = admin.post(path, &body).send().await;
        refused.is_problem(404, "not-found");
    }
    let body = json!({"code": "X", "name": "X", "level": "grid", "parent_id": east.village["id"]});
    admin
        .post("/v1/org-units", &body)
        .send()
        .await
        .is_problem(404, "not-found");
}

#[tokio::test]
async fn a_report_of_the_west_counts_the_west() {
    let twins = Twins::new().await;
    let lead = twins.west.person(&twins.town, Role::SubdistrictLead).await;
    let path = format!("/v1/reports/{}", id(&twins.west.report));
    let report = lead.get(&path).send().await.ok(200).json;
    assert_eq!(report["row_count"], 1, "{report}");
    let document = lead.get(&format!("{path}/json")).send().await.ok(200);
    let text = document.json.to_string();
    assert!(text.contains("W-A") && !text.contains("E-A"), "{text}");
    // The district sees both.
    let order = json!({"programme_id": twins.programme["id"], "kind": "household-ledger"});
    let auditor = twins.town.auditor();
    let ordered = auditor
        .post("/v1/reports", &order)
        .send()
        .await
        .ok(202)
        .json;
    anju::jobs::run_all(&twins.town.app).await.unwrap();
    let whole = auditor.get(&format!("/v1/reports/{}", id(&ordered)));
    assert_eq!(whole.send().await.ok(200).json["row_count"], 2);
}
