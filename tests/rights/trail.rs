//! The trail after an erasure: whole, and unreadable where it told of the erased.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Home,
    erasure::{erased, full},
};
use crate::support::homes::text;

/// A record of the trail past every right, as an auditor with the database has it.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
struct Record {
    id: uuid::Uuid,
    action: String,
    object_id: uuid::Uuid,
    commitment: Vec<u8>,
    whole: String,
}

async fn trail(home: &Home) -> Vec<Record> {
    let sql = "select id, action, object_id, commitment, e::text as whole
                 from audit_event e order by id";
    let owner = home.town.owner().await;
    sqlx::query_as(sql).fetch_all(&owner).await.unwrap()
}

async fn salt(home: &Home, object: uuid::Uuid) -> Option<Vec<u8>> {
    sqlx::query_scalar("select salt from audit_salt where subject_id = $1")
        .bind(object)
        .fetch_optional(&home.town.owner().await)
        .await
        .unwrap()
}

/// Whether a commitment opens with these fields.
fn opens(salt: &[u8], fields: &Value, commitment: &[u8]) -> bool {
    let canonical = serde_json_canonicalizer::to_vec(fields).unwrap();
    Sha256::digest([salt, &canonical].concat()).as_slice() == commitment
}

/// The first disclosure of a household.
async fn disclosure_of(home: &Home, household: uuid::Uuid) -> String {
    let id: uuid::Uuid = sqlx::query_scalar(
        "select id from disclosure where household_id = $1 order by disclosed_at limit 1",
    )
    .bind(household)
    .fetch_one(&home.town.owner().await)
    .await
    .unwrap();
    id.to_string()
}

#[tokio::test]
async fn the_trail_stays_whole_and_only_what_was_committed_to_is_unreadable() {
    let home = full().await;
    let other = home.town.household(&home.parcel, "H-2").await;
    let path = format!("/v1/households/{}/disclosures", text(&other["id"]));
    let why = json!({"reason": "dispute"});
    home.lead().post(&path, &why).send().await.ok(201);
    let before = trail(&home).await;
    let household: uuid::Uuid = text(&home.household["id"]).parse().unwrap();
    let old_salt = salt(&home, household).await.unwrap();
    let request = erased(&home, 0).await;
    let after = trail(&home).await;
    let changed = before.iter().find(|record| !after.contains(record));
    assert_eq!(changed, None, "not a byte of it is another");
    let salted = |id: uuid::Uuid| salt(&home, id);
    let new_salt = salted(household).await.unwrap();
    assert_ne!(old_salt, new_salt, "later records have a salt of their own");
    // What an auditor can do with a record whose content they know: open it, of the neighbour as
    // before, of the erased with the salt that is gone.
    let neighbour: uuid::Uuid = text(&other["id"]).parse().unwrap();
    let its_salt = salted(neighbour).await.unwrap();
    for (object, salt, opening) in [
        (neighbour, &its_salt, true),
        (household, &old_salt, true),
        (household, &new_salt, false),
    ] {
        let seen = before
            .iter()
            .find(|r| r.action == "household.disclosed" && r.object_id == object);
        let fields = json!({"disclosure_id": disclosure_of(&home, object).await,
            "extent": "everything"});
        let opened = opens(salt, &fields, &seen.unwrap().commitment);
        assert_eq!(opened, opening, "{object}");
    }
    let everything = home.town.whole_database().await;
    assert!(
        !everything.contains(&hex::encode(&old_salt)),
        "the old salt is gone for good"
    );
    // The record of the erasure itself can be opened: what was done, for which request.
    let done = after
        .iter()
        .find(|record| record.action == "household.person_erased");
    let done = done.unwrap();
    let (mut found, person) = (false, &home.household["persons"][0]["id"]);
    for (salts, answers) in (0..20).flat_map(|a| (0..20).map(move |b| (a, b))) {
        let fields = json!({"data_request_id": request["id"], "person_id": person,
            "nobody_left": false, "needs": 1, "salts": salts, "answers": answers});
        found |= opens(&new_salt, &fields, &done.commitment);
    }
    assert!(found, "its commitment opens with its salt");
}
