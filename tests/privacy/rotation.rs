//! Changing the keys: afterwards everything is sealed with the new ones and still reads.

use std::{collections::BTreeSet, sync::Arc};

use anju::{App, jobs::run_all, privacy::KeyRing, rotation};
use poem::EndpointExt as _;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::{dump::write_everything, id};
use crate::support::{Person, Town};

/// The same service, started again with one more key for each purpose.
fn restarted(town: &Town) -> App {
    let entropy = &town.app.entropy;
    let ring = town
        .app
        .keys
        .rotated(&mut |bytes| entropy.fill(bytes))
        .unwrap();
    App {
        keys: Arc::new(ring),
        ..town.app.clone()
    }
}

/// The keys with which the values of every sealed column are sealed.
async fn keys_in_use(town: &Town) -> BTreeSet<(String, u8)> {
    let owner = town.owner().await;
    let mut keys = BTreeSet::new();
    for column in rotation::COLUMNS {
        let (table, column) = column.place();
        let sql = format!("select {column} from {table} where {column} is not null");
        let values: Vec<Vec<u8>> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&owner)
            .await
            .unwrap();
        assert!(
            !values.is_empty(),
            "{table}.{column} has something to seal anew"
        );
        let of = values
            .iter()
            .map(|v| (format!("{table}.{column}"), KeyRing::key_of(v).unwrap()));
        keys.extend(of);
    }
    keys
}

#[tokio::test]
async fn an_interrupted_rotation_goes_on_and_leaves_nothing_under_an_old_key() {
    let town = Town::new().await;
    write_everything(&town).await;
    let programme = town.programme_named("报表", false).await;
    let order = json!({"programme_id": programme["id"], "kind": "signing-progress"});
    town.admin()
        .post("/v1/reports", &order)
        .send()
        .await
        .ok(202);
    run_all(&town.app).await.unwrap();
    assert!(keys_in_use(&town).await.iter().all(|(_, key)| *key <= 3));

    let newer = restarted(&town);
    let rotation = rotation::begin(&newer).await.unwrap();
    for _ in 0..3 {
        rotation::advance(&newer, rotation)
            .await
            .unwrap()
            .expect("there is more to do");
    }
    let half: BTreeSet<u8> = keys_in_use(&town)
        .await
        .into_iter()
        .map(|(_, key)| key)
        .collect();
    assert!(
        half.iter().any(|key| *key <= 3) && half.iter().any(|key| *key > 3),
        "{half:?}"
    );

    let job = rotation::resume(&newer).await.unwrap();
    assert!(job.is_some());
    assert_eq!(
        rotation::resume(&newer).await.unwrap(),
        None,
        "one job at a time"
    );
    assert_eq!(run_all(&newer).await.unwrap(), 1);
    assert_eq!(
        town.count("key_rotation where finished_at is not null")
            .await,
        1
    );
    let keys = keys_in_use(&town).await;
    assert!(keys.iter().all(|(_, key)| *key > 3), "{keys:?}");
    assert!(
        keys.contains(&("need.detail_sealed".to_owned(), 5)),
        "{keys:?}"
    );
    assert!(
        keys.contains(&("need.detail_sealed".to_owned(), 6)),
        "{keys:?}"
    );
    assert_eq!(rotation::resume(&newer).await.unwrap(), None, "it is done");
    everything_reads(newer).await;
}

async fn everything_reads(app: App) {
    let service = Arc::new(anju::service(app).map_to_response().boxed());
    let token = |role| Town::token(role, false);
    let officer = Person::new(
        Arc::clone(&service),
        Some(token(anju::staff::Role::CaseOfficer)),
    );
    let desk = Person::new(service, Some(token(anju::staff::Role::NeedsOfficer)));
    let found = officer
        .get("/v1/households?household_no=H-1")
        .send()
        .await
        .ok(200);
    let path = format!("/v1/households/{}/disclosures", id(&found.items()[0]));
    let body = json!({"reason": "verification"});
    let shown = officer.post(&path, &body).send().await.ok(201).json;
    assert_eq!(shown["persons"][1]["name"], super::CHILD);
    assert_eq!(
        shown["persons"][1]["document"]["number"],
        super::child_number()
    );
    let needs = desk.get("/v1/needs").send().await.ok(200);
    let mut told = String::new();
    for need in needs.items() {
        let path = format!("/v1/needs/{}", id(need));
        told += &desk.get(&path).send().await.ok(200).text();
    }
    assert!(
        told.contains("高血压随访") && told.contains("小学三年级"),
        "{told}"
    );
}

#[tokio::test]
async fn a_process_without_the_new_keys_does_not_rotate() {
    let town = Town::new().await;
    write_everything(&town).await;
    let newer = restarted(&town);
    rotation::begin(&newer).await.unwrap();
    rotation::resume(&newer).await.unwrap().expect("a job");
    run_all(&town.app).await.unwrap();
    assert_eq!(
        town.count("job where problem->>'code' = 'keys-not-loaded'")
            .await,
        1
    );
    assert_eq!(
        rotation::resume(&town.app).await.unwrap(),
        None,
        "none of its keys"
    );
    assert!(
        rotation::resume(&newer).await.unwrap().is_some(),
        "the next start goes on"
    );
}

#[tokio::test]
async fn every_sealed_column_of_the_schema_is_sealed_anew() {
    let town = Town::new().await;
    let sealed: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns
          where table_schema = 'public' and data_type = 'bytea'
            and (column_name like '%sealed%' or (table_name, column_name) = ('file_chunk', 'bytes'))
          order by 1, 2",
    )
    .fetch_all(&town.owner().await)
    .await
    .unwrap();
    let known: BTreeSet<_> = rotation::COLUMNS
        .iter()
        .map(|column| column.place())
        .collect();
    let sealed: BTreeSet<_> = sealed
        .iter()
        .map(|(t, c)| (t.as_str(), c.as_str()))
        .collect();
    assert_eq!(sealed, known);
}
