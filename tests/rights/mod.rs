//! The rights of the person: requests about one's own data, from the desk to the answer.

mod clock;
mod correction;
mod erasure;
mod export;
mod residents;
mod trail;

use anju::staff::Role;
use serde_json::{Value, json};

use crate::support::{Errand, Person, Reply, Town, homes::text};

pub const PATH: &str = "/v1/personal-data-requests";

/// A town with a family of two: an adult who holds the property, and a child of seven.
pub struct Home {
    pub town: Town,
    pub parcel: Value,
    pub household: Value,
}

impl Home {
    pub async fn new() -> Self {
        let town = Town::new().await;
        let programme = town.programme().await;
        let parcel = town.parcel(&programme, "DJGD").await;
        let household = crate::privacy::family_in(&town, &parcel, "H-1").await;
        Self {
            town,
            parcel,
            household,
        }
    }

    /// Somebody who may decide.
    pub fn lead(&self) -> Person {
        self.town.person(Role::SubdistrictLead, false)
    }

    /// A request of the person at this place, entered by a case officer.
    pub fn asking(&self, kind: &str, person: usize, more: &Value) -> Value {
        let mut body = json!({"household_id": self.household["id"],
            "person_id": self.household["persons"][person]["id"], "kind": kind,
            "asked_by": "person", "proof": "document_seen", "received_on": "2018-03-05"});
        for (member, value) in more.as_object().unwrap() {
            body[member] = value.clone();
        }
        body
    }

    pub async fn enter(&self, kind: &str, person: usize, more: &Value) -> Value {
        let body = self.asking(kind, person, more);
        let entered = self.town.officer().post(PATH, &body).send().await;
        entered.ok(201).json
    }

    pub async fn accept(&self, request: &Value) -> Value {
        let accepted = json!({"accepted": true});
        let decided = decision(&self.lead(), request, &accepted).send().await;
        decided.ok(200).json
    }

    /// Accepts a request for a copy and lets the job make it.
    pub async fn copied(&self, request: &Value) -> Value {
        self.accept(request).await;
        anju::jobs::run_all(&self.town.app).await.unwrap();
        let path = format!("{PATH}/{}", text(&request["id"]));
        self.town.auditor().get(&path).send().await.ok(200).json
    }

    /// The household in clear.
    pub async fn shown(&self) -> Value {
        let path = format!("/v1/households/{}/disclosures", text(&self.household["id"]));
        let why = json!({"reason": "verification"});
        self.lead().post(&path, &why).send().await.ok(201).json
    }

    pub async fn fetched(&self, request: &Value, form: &str) -> Reply {
        let path = format!("{PATH}/{}/{form}", text(&request["id"]));
        self.lead().get(&path).send().await
    }
}

/// A decision on a request as it was seen.
pub fn decision(by: &Person, request: &Value, body: &Value) -> Errand {
    let path = format!("{PATH}/{}/decisions", text(&request["id"]));
    by.post(&path, body).if_match(&request["version"])
}
