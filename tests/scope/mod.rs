//! Who sees what: two subdistricts with the same data, and the two fences between them.

mod fence;
mod organisation;
mod paths;

use anju::staff::{PERMISSIONS, Role};
use serde_json::{Value, json};

use crate::{
    imports::{ROSTER, Sending, csv, household},
    support::{Person, Town},
};

/// A subdistrict with one village, and everything of one household there.
pub struct Subdistrict {
    pub unit: Value,
    pub village: Value,
    pub parcel: Value,
    pub household: Value,
    pub agreement: Value,
    pub need: Value,
    pub code: Value,
    /// A flat the household has, with a defect found in an inspection.
    pub flat: Value,
    pub inspection: Value,
    pub defect: Value,
    pub report: Value,
    pub import: Value,
    /// Who is responsible for the household, and their post.
    pub officer: Value,
    pub post: Value,
    /// Their access to the household in an emergency.
    pub access: Value,
}

/// Two of them under one programme, alike but for their ids and what has to be unique.
pub struct Twins {
    pub town: Town,
    pub programme: Value,
    pub east: Subdistrict,
    pub west: Subdistrict,
}

pub fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// Somebody in a role at a unit.
pub async fn person_at(town: &Town, role: Role, unit: &Value) -> Person {
    let mut body = json!({"label": role.key(), "role": role.key(), "org_unit_id": unit["id"]});
    if role == Role::ApiClient {
        let rows = PERMISSIONS.iter().filter(|row| row.roles.contains(&role));
        body["permissions"] = rows.map(|row| row.key).collect();
    }
    town.key(&body).await
}

pub async fn unit(town: &Town, parent: &Value, level: &str, code: &str) -> Value {
    let body = json!({"code": code, "name": code, "level": level, "parent_id": parent["id"]});
    let admin = town.admin();
    admin.post("/v1/org-units", &body).send().await.ok(201).json
}

pub async fn district(town: &Town) -> Value {
    let list = town
        .admin()
        .get("/v1/org-units?limit=200")
        .send()
        .await
        .ok(200);
    let real = |u: &&Value| u["level"] == "district" && u["synthetic"] == false;
    list.items().iter().find(real).unwrap().clone()
}

/// A parcel that hangs on a unit.
pub async fn parcel_at(town: &Town, programme: &Value, unit: &Value, code: &str) -> Value {
    let body = json!({"programme_id": programme["id"], "org_unit_id": unit["id"], "code": code,
        "name": "大沟村", "kind": "old_village", "legal_track": "agreement_relocation",
        "subdistrict": "街道", "households_planned": 1, "area_planned_m2": "120.50",
        "signing_from": "2018-03-01", "signing_to": "2018-03-31"});
    let admin = town.admin();
    admin.post("/v1/parcels", &body).send().await.ok(201).json
}

impl Subdistrict {
    async fn new(town: &Town, programme: &Value, building: &Value, code: &str) -> Self {
        let district = district(town).await;
        let unit = unit(town, &district, "subdistrict", code).await;
        let village = self::unit(town, &unit, "village", &format!("{code}-1")).await;
        let parcel = parcel_at(town, programme, &village, code).await;
        let household = town.household(&parcel, "H-1").await;
        let lead = person_at(town, Role::SubdistrictLead, &unit).await;
        lead.act(&format!("/v1/parcels/{}/rosters", id(&parcel)))
            .send()
            .await
            .ok(201);
        let agreement = town
            .signed(&household, &format!("{code}-A"), "2018-03-02")
            .await;
        let need = json!({"person_id": household["persons"][0]["id"], "kind": "medical", "due_on": "2018-04-01",
            "detail": "透析"});
        let needs = person_at(town, Role::NeedsOfficer, &unit).await;
        let need = needs.post("/v1/needs", &need).send().await.ok(201).json;
        let path = format!("/v1/households/{}/lookup-codes", id(&household));
        let code_issued = town.officer().act(&path).send().await.ok(201).json;
        let (flat, inspection, defect) = home(town, &household, building, code).await;
        let order = json!({"programme_id": programme["id"], "kind": "household-ledger"});
        let report = lead.post("/v1/reports", &order).send().await.ok(202).json;
        anju::jobs::run_all(&town.app).await.unwrap();
        let import = import(town, programme, &parcel, &unit).await;
        let officer = town.member(&unit, &format!("{code}-001")).await;
        let post = town.appoint(&officer, "case_officer", &unit).await;
        town.entrust("households", &household, &officer).await;
        let access = access(town, &officer, &unit, code).await;
        Self {
            unit,
            village,
            parcel,
            household,
            agreement,
            need,
            code: code_issued,
            flat,
            inspection,
            defect,
            report,
            import,
            officer,
            post,
            access,
        }
    }

    pub async fn person(&self, town: &Town, role: Role) -> Person {
        person_at(town, role, &self.unit).await
    }
}

async fn home(
    town: &Town,
    household: &Value,
    building: &Value,
    code: &str,
) -> (Value, Value, Value) {
    let path = format!("/v1/buildings/{}/flats", id(building));
    let body = json!({"flat_no": code, "area_m2": "90.00"});
    let flat = town.admin().post(&path, &body).send().await.ok(201).json;
    let at = format!("/v1/flats/{}", id(&flat));
    let body = json!({"household_id": household["id"], "assigned_on": "2018-03-03"});
    let assign = town.officer().post(&format!("{at}/assignments"), &body);
    let flat = assign.if_match(&flat["version"]).send().await.ok(200).json;
    let body = json!({"flat_id": flat["id"], "inspected_on": "2018-03-04", "inspector": "李工",
        "items": [{"item": "净高", "unit": "mm", "lower": "2780.00", "points": ["2700.00"]}]});
    let inspector = town.inspector();
    let inspection = inspector
        .post("/v1/inspections", &body)
        .send()
        .await
        .ok(201)
        .json;
    let body = json!({"flat_id": flat["id"], "description": "渗漏", "severity": "severe",
        "found_on": "2018-03-04"});
    let defect = inspector
        .post("/v1/defects", &body)
        .send()
        .await
        .ok(201)
        .json;
    (flat, inspection, defect)
}

async fn access(town: &Town, officer: &Value, unit: &Value, parcel_code: &str) -> Value {
    let key = town.key_of(officer, "case_officer", unit).await;
    let body = json!({"parcel_code": parcel_code, "household_no": "H-1", "reason": "disaster",
        "note": "起火", "minutes": 240});
    let opened = key.post("/v1/break-glass-accesses", &body).send().await;
    opened.ok(201).json
}

/// A roster that was looked at, ordered by an officer of the unit.
async fn import(town: &Town, programme: &Value, parcel: &Value, unit: &Value) -> Value {
    let sending = Sending {
        town,
        person: person_at(town, Role::CaseOfficer, unit).await,
        programme,
        kind: "roster",
        name: "花名册.csv",
    };
    let line = household("H-2", "王五", "99.00");
    let line = line.replace("DJGD", parcel["code"].as_str().unwrap());
    sending.through("validate", &csv(ROSTER, &[line])).await
}

impl Twins {
    pub async fn new() -> Self {
        let town = Town::new().await;
        let programme = town.programme().await;
        let admin = town.admin();
        let body = json!({"programme_id": programme["id"], "name": "安置小区", "address": "某路"});
        let estate = admin.post("/v1/estates", &body).send().await.ok(201).json;
        let path = format!("/v1/estates/{}/buildings", id(&estate));
        let body = json!({"name": "1号楼", "floors": 6});
        let building = admin.post(&path, &body).send().await.ok(201).json;
        let east = Subdistrict::new(&town, &programme, &building, "E").await;
        let west = Subdistrict::new(&town, &programme, &building, "W").await;
        Self {
            town,
            programme,
            east,
            west,
        }
    }
}
