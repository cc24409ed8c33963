//! Reports: ordered, produced from one snapshot, kept with their digests.

mod figures;
mod files;
mod orders;

use anju::{jobs::run_all, values::ProgrammeId};
use serde_json::{Value, json};

use crate::support::{Person, Town};

/// A village of four households, its roster frozen, and one whose roster is not.
///
/// H-1 signed on 20 February, H-2 on 1 March; H-3 signed on 25 February and withdrew on 3 March;
/// H-4 has a draft. 500.00 m² in all, of which H-4 has 138.50.
struct Village {
    town: Town,
    programme: Value,
}

impl Village {
    async fn new() -> Self {
        let town = Town::new().await;
        let programme = town.programme().await;
        let east = town.parcel(&programme, "DJG-E").await;
        town.parcel(&programme, "DJG-W").await;
        let mut households = vec![];
        for number in ["H-1", "H-2", "H-3"] {
            households.push(town.household(&east, number).await);
        }
        let mut body = Town::household_body(&east, "H-4");
        body["structures"][0]["recognised_area_m2"] = json!("138.50");
        let request = town.officer().post("/v1/households", &body);
        households.push(request.send().await.ok(201).json);
        let path = format!("/v1/parcels/{}/rosters", east["id"].as_str().unwrap());
        town.admin().act(&path).send().await.ok(201);
        town.signed(&households[0], "A-1", "2018-02-20").await;
        town.signed(&households[1], "A-2", "2018-03-01").await;
        let third = town.signed(&households[2], "A-3", "2018-02-25").await;
        withdraw(&town, &third, "2018-03-03").await;
        town.draft(&households[3], "A-4").await;
        Self { town, programme }
    }

    fn body(&self, kind: &str) -> Value {
        json!({"programme_id": self.programme["id"], "kind": kind})
    }

    /// Orders a report, has it produced and reads it again.
    async fn report(&self, body: &Value) -> Value {
        let auditor = self.town.auditor();
        let ordered = auditor.post("/v1/reports", body).send().await.ok(202).json;
        assert_eq!(run_all(&self.town.app).await.unwrap(), 1);
        read(&auditor, &ordered).await
    }

    async fn document(&self, body: &Value) -> Value {
        let report = self.report(body).await;
        let path = format!("{}/json", path_of(&report));
        self.town.auditor().get(&path).send().await.ok(200).json
    }

    fn programme_id(&self) -> ProgrammeId {
        ProgrammeId::parse(self.programme["id"].as_str().unwrap()).unwrap()
    }
}

async fn withdraw(town: &Town, agreement: &Value, on: &str) {
    let path = format!(
        "/v1/agreements/{}/voidings",
        agreement["id"].as_str().unwrap()
    );
    let body = json!({"voided_on": on, "reason": "household_withdrew"});
    let request = town.officer().post(&path, &body);
    request.if_match(&agreement["version"]).send().await.ok(200);
}

fn path_of(report: &Value) -> String {
    format!("/v1/reports/{}", report["id"].as_str().unwrap())
}

async fn read(person: &Person, report: &Value) -> Value {
    person.get(&path_of(report)).send().await.ok(200).json
}
