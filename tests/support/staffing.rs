//! People who work here: units, members of staff, their posts and keys.

use anju::staff::Role;
use serde_json::{Value, json};

use super::{Person, Town, homes::text};

impl Town {
    /// The real district.
    pub async fn district(&self) -> Value {
        let units = self.admin().get("/v1/org-units").send().await.ok(200);
        let district = units.items().iter().find(|u| u["code"] == "370103");
        district.unwrap().clone()
    }

    /// A unit below another one.
    pub async fn unit(&self, parent: &Value, code: &str, level: &str) -> Value {
        let body = json!({"code": code, "name": format!("{code} 单位"), "level": level,
            "parent_id": parent["id"]});
        let made = self.admin().post("/v1/org-units", &body).send().await;
        made.ok(201).json
    }

    /// A parcel that hangs on a unit.
    pub async fn parcel_at(&self, programme: &Value, unit: &Value, code: &str) -> Value {
        let body = json!({"programme_id": programme["id"], "org_unit_id": unit["id"], "code": code,
            "name": format!("{code}村"), "kind": "old_village",
            "legal_track": "agreement_relocation", "subdistrict": "十六里河街道",
            "households_planned": 100, "area_planned_m2": "20000.00",
            "signing_from": "2018-03-01", "signing_to": "2018-03-31"});
        let made = self.admin().post("/v1/parcels", &body).send().await;
        made.ok(201).json
    }

    /// Somebody employed by a unit, without a post.
    pub async fn member(&self, unit: &Value, staff_no: &str) -> Value {
        let body = json!({"staff_no": staff_no, "name": "李四", "org_unit_id": unit["id"]});
        let made = self.admin().post("/v1/staff", &body).send().await;
        made.ok(201).json
    }

    /// A post from 2018-01-01 on.
    pub async fn appoint(&self, member: &Value, role: &str, unit: &Value) -> Value {
        let path = format!("/v1/staff/{}/posts", text(&member["id"]));
        let body = json!({"role": role, "org_unit_id": unit["id"], "from_on": "2018-01-01"});
        let keeper = self.person(Role::SystemAdministrator, false);
        keeper.post(&path, &body).send().await.ok(201).json
    }

    /// Whoever holds a key of somebody's post.
    pub async fn key_of(&self, member: &Value, role: &str, unit: &Value) -> Person {
        let body = json!({"label": "本人", "role": role, "org_unit_id": unit["id"],
            "staff_id": member["id"]});
        self.key(&body).await
    }

    pub async fn key(&self, body: &Value) -> Person {
        let keeper = self.person(Role::SystemAdministrator, false);
        let made = keeper.post("/v1/api-keys", body).send().await;
        self.bearer(text(&made.ok(201).json["secret"]))
    }

    /// Somebody with a post and a key of it.
    pub async fn worker(&self, staff_no: &str, role: &str, unit: &Value) -> (Value, Person) {
        let member = self.member(unit, staff_no).await;
        self.appoint(&member, role, unit).await;
        let key = self.key_of(&member, role, unit).await;
        (member, key)
    }

    /// Puts a household or a need into somebody's hands on 2018-03-01.
    pub async fn entrust(&self, kind: &str, object: &Value, member: &Value) -> Value {
        let path = format!("/v1/{kind}/{}/responsibilities", text(&object["id"]));
        let body = json!({"staff_id": member["id"], "from_on": "2018-03-01"});
        self.admin().post(&path, &body).send().await.ok(201).json
    }
}
