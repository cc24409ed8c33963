//! Homes: estates, buildings, flats and what is measured in them.

use anju::{
    http::{Act, RequestId},
    staff::Role,
};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{Person, Town};

impl Town {
    /// A building of eighteen floors in the estate 安居苑 of a programme.
    pub async fn building(&self, programme: &Value) -> Value {
        let body = json!({"programme_id": programme["id"], "name": "安居苑",
            "address": "七贤街道安居路 1 号"});
        let estate = self.admin().post("/v1/estates", &body).send().await.ok(201);
        let path = format!("/v1/estates/{}/buildings", text(&estate.json["id"]));
        let body = json!({"name": "1号楼", "floors": 18});
        self.admin().post(&path, &body).send().await.ok(201).json
    }

    /// A flat of 88.60 m².
    pub async fn flat(&self, building: &Value, flat_no: &str) -> Value {
        let path = format!("/v1/buildings/{}/flats", text(&building["id"]));
        let body = json!({"flat_no": flat_no, "area_m2": "88.60"});
        self.admin().post(&path, &body).send().await.ok(201).json
    }

    /// A flat assigned on 2018-03-02 to a household that signed.
    pub async fn assigned_flat(&self, programme: &Value) -> Value {
        let parcel = self.parcel(programme, "DJGD").await;
        let household = self.household(&parcel, "H-1").await;
        self.signed(&household, "XY-1", "2018-03-01").await;
        let building = self.building(programme).await;
        let flat = self.flat(&building, "1-101").await;
        self.assign(&flat, &household).await
    }

    pub async fn assign(&self, flat: &Value, household: &Value) -> Value {
        let path = format!("/v1/flats/{}/assignments", text(&flat["id"]));
        let body = json!({"household_id": household["id"], "assigned_on": "2018-03-02"});
        let request = self.officer().post(&path, &body).if_match(&flat["version"]);
        request.send().await.ok(200).json
    }

    /// An inspection of the net height of one room, 2785 to 2815 mm, measured at one point.
    pub async fn inspection(&self, flat: &Value, on: &str, point: &str) -> Value {
        let body = json!({"flat_id": flat["id"], "inspected_on": on, "inspector": "李验房",
            "items": [{"item": "客厅净高", "standard": "建质〔2009〕291号", "unit": "mm",
                "lower": "2785", "upper": "2815", "points": [point]}]});
        let request = self.inspector().post("/v1/inspections", &body);
        request.send().await.ok(201).json
    }

    pub async fn defect(&self, flat: &Value, severity: &str, found_on: &str) -> Value {
        let request = self
            .inspector()
            .post("/v1/defects", &defect(flat, severity, found_on));
        request.send().await.ok(201).json
    }

    /// Another inspector, with a key of their own.
    pub async fn second_inspector(&self) -> Person {
        let body = json!({"label": "复查", "role": "inspector"});
        let key = self
            .admin()
            .post("/v1/api-keys", &body)
            .send()
            .await
            .ok(201);
        self.bearer(key.json["secret"].as_str().unwrap())
    }

    /// Takes a defect from open to closed on the day the clock stands at.
    pub async fn close_defect(&self, defect: &Value) -> Value {
        let path = format!("/v1/defects/{}", text(&defect["id"]));
        let body = json!({"rectified_on": defect["found_on"]});
        let request = self
            .inspector()
            .post(&format!("{path}/rectifications"), &body);
        let rectified = request
            .if_match(&defect["version"])
            .send()
            .await
            .ok(200)
            .json;
        let checker = self.second_inspector().await;
        let request = checker.post(&format!("{path}/rechecks"), &json!({"passed": true}));
        request
            .if_match(&rectified["version"])
            .send()
            .await
            .ok(200)
            .json
    }

    /// A write as a job would begin it.
    pub async fn bulk_act(&self) -> Act {
        let caller = crate::support::machine(self.app.fresh_id(), Role::DistrictAdmin.key());
        let request_id = RequestId(self.app.fresh_id());
        Act::begin_conditional(&self.app, &caller, request_id)
            .await
            .unwrap()
    }

    /// The actions of the trail on one object, in their order.
    pub async fn trail(&self, object: &Value) -> Vec<String> {
        let path = format!("/v1/audit-events?object_id={}", text(&object["id"]));
        let events = self.auditor().get(&path).send().await.ok(200);
        // By version: while the clock stands, the trail itself has no order.
        let mut steps: Vec<(i64, String)> = events
            .items()
            .iter()
            .map(|e| {
                (
                    e["version_after"].as_i64().unwrap(),
                    text(&e["action"]).to_owned(),
                )
            })
            .collect();
        steps.sort();
        steps.into_iter().map(|(_, action)| action).collect()
    }
}

pub fn defect(flat: &Value, severity: &str, found_on: &str) -> Value {
    json!({"flat_id": flat["id"], "description": "卫生间地面渗水", "severity": severity,
        "found_on": found_on})
}

/// The text of a JSON string.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

/// Returns as soon as `count` requests or more wait for a lock.
pub async fn until_waiting(owner: &PgPool, count: i64) {
    let waiting = async {
        loop {
            let now: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity
                  where datname = current_database() and wait_event_type = 'Lock'",
            )
            .fetch_one(owner)
            .await
            .unwrap();
            if now >= count {
                return;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), waiting)
        .await
        .expect("the requests come to wait for the lock");
}
