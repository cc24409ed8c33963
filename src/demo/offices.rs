//! The offices of the demo: eight subdistricts with their villages, and an officer in each.

use std::collections::HashMap;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{client::Client, files::Settled, load::id_of};
use crate::staff::Role;

/// Since when the officers hold their posts.
const SINCE: &str = "2018-01-01";

/// Their invented names, one for each subdistrict.
const OFFICERS: [&str; 8] = [
    "周晓东",
    "吴玉兰",
    "郑建国",
    "冯秀珍",
    "陈志远",
    "褚文静",
    "卫国强",
    "蒋春梅",
];

/// Where parcels hang, and who is responsible for what hangs there.
pub(super) struct Offices {
    /// The unit of each parcel, by the parcel's code.
    villages: HashMap<String, String>,
    /// The officer of each subdistrict, by its name.
    officers: HashMap<&'static str, String>,
}

impl Offices {
    pub(super) fn village_of(&self, parcel_code: &str) -> &str {
        &self.villages[parcel_code]
    }

    pub(super) fn officer_of(&self, subdistrict: &str) -> &str {
        &self.officers[subdistrict]
    }

    /// Makes what is missing of them.
    ///
    /// They stay when a programme is set aside, so they are looked for first: requests are
    /// remembered for two days only.
    pub(super) async fn open(client: &Client<'_>, town: &[Settled]) -> anyhow::Result<Self> {
        let units = client.list("/v1/org-units").await?;
        let district = units.iter().find(|unit| unit["level"] == "district");
        let district = id_of(district.context("the demo has its district")?)?;
        let staff = client.list("/v1/staff").await?;
        let (mut villages, mut officers) = (HashMap::new(), HashMap::new());
        let mut subdistricts: HashMap<&str, String> = HashMap::new();
        for settled in town {
            let parcel = &settled.parcel;
            let at = subdistricts.len();
            if !subdistricts.contains_key(parcel.subdistrict) {
                let code = format!("DEMO-370103-{:02}", at + 1);
                let unit = [&code, parcel.subdistrict, "subdistrict", &district];
                let id = unit_of(client, &units, unit).await?;
                let number = format!("DEMO-{:03}", at + 1);
                let officer = officer_of(client, &staff, &number, OFFICERS[at], &id).await?;
                subdistricts.insert(parcel.subdistrict, id);
                officers.insert(parcel.subdistrict, officer);
            }
            let above = &subdistricts[parcel.subdistrict];
            let code = format!("DEMO-{}", parcel.code);
            let unit = [&code, parcel.name, "village", above];
            villages.insert(parcel.code.clone(), unit_of(client, &units, unit).await?);
        }
        Ok(Self { villages, officers })
    }
}

async fn unit_of(
    client: &Client<'_>,
    known: &[Value],
    [code, name, level, parent]: [&str; 4],
) -> anyhow::Result<String> {
    if let Some(unit) = known.iter().find(|unit| unit["code"] == code) {
        return id_of(unit);
    }
    let body = json!({"code": code, "name": name, "level": level, "parent_id": parent});
    let made = client.post(Role::DistrictAdmin, "/v1/org-units", None, &body);
    id_of(&made.await?)
}

async fn officer_of(
    client: &Client<'_>,
    known: &[Value],
    number: &str,
    name: &str,
    unit: &str,
) -> anyhow::Result<String> {
    let admin = Role::SystemAdministrator;
    let member = if let Some(member) = known.iter().find(|member| member["staff_no"] == number) {
        id_of(member)?
    } else {
        let body = json!({"staff_no": number, "name": name, "org_unit_id": unit});
        id_of(&client.post(admin, "/v1/staff", None, &body).await?)?
    };
    let path = format!("/v1/staff/{member}/posts");
    let held = client.get(admin, &path).await?;
    if held.as_array().is_none_or(Vec::is_empty) {
        let body = json!({"role": "case_officer", "org_unit_id": unit, "from_on": SINCE});
        client.post(admin, &path, None, &body).await?;
    }
    Ok(member)
}
