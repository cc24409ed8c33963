//! Many at once: the database decides, exactly one wins.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::json;
use tokio::{sync::Barrier, task::JoinSet};

use super::{household, text};
use crate::support::{Reply, Town, homes::until_waiting};

const RIVALS: usize = 50;

/// Starts all requests at one moment and counts the answers by status and code.
///
/// What they compete for is held until several of them wait for it: none can win before the others
/// have come.
async fn race(
    town: &Town,
    held: &'static str,
    rivals: impl Iterator<Item = impl Future<Output = Reply> + Send + 'static>,
) -> BTreeMap<(u16, String), usize> {
    let owner = town.owner().await;
    let mut holding = owner.begin().await.unwrap();
    sqlx::query(held).execute(&mut *holding).await.unwrap();
    let barrier = Arc::new(Barrier::new(RIVALS));
    let mut running = JoinSet::new();
    for request in rivals {
        let barrier = Arc::clone(&barrier);
        running.spawn(async move {
            barrier.wait().await;
            request.await
        });
    }
    until_waiting(&owner, 2).await;
    holding.rollback().await.unwrap();
    let mut answers = BTreeMap::new();
    while let Some(reply) = running.join_next().await {
        let reply = reply.unwrap();
        let code = reply.json["code"].as_str().unwrap_or("done").to_owned();
        *answers.entry((reply.status.as_u16(), code)).or_insert(0) += 1;
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_drafts_for_one_household_make_one_live_agreement() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    let held = "select id from household for update";
    let rivals = (0..RIVALS).map(|n| {
        let body = json!({"household_id": household["id"], "agreement_no": format!("A-{n}"),
            "floor_area_m2": "100.00", "amount": "1.00"});
        town.officer().post("/v1/agreements", &body).send()
    });
    let answers = race(&town, held, rivals).await;
    let expected = [
        ((201, "done".to_owned()), 1),
        ((409, "agreement-live-exists".to_owned()), RIVALS - 1),
    ];
    assert_eq!(answers, expected.into());
    assert_eq!(town.count("agreement").await, 1);
    let drafted = town
        .count("audit_event where action = 'agreement.drafted'")
        .await;
    assert_eq!(drafted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_signatures_of_one_draft_sign_it_once() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = household(&town, &parcel, 1).await;
    let draft = town.draft(&household, "A-1").await;
    let path = format!("/v1/agreements/{}/signatures", text(&draft));
    let held = "select id from household for update";
    let rivals = (0..RIVALS).map(|n| {
        let day = format!("2018-03-0{}", 1 + n % 5);
        let request = town.officer().post(&path, &json!({"signed_on": day}));
        request.if_match(&json!(1)).send()
    });
    let answers = race(&town, held, rivals).await;
    let expected = [
        ((200, "done".to_owned()), 1),
        ((412, "version-stale".to_owned()), RIVALS - 1),
    ];
    assert_eq!(answers, expected.into());
    let signed = town
        .count("audit_event where action = 'agreement.signed'")
        .await;
    assert_eq!(signed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_frozen_by_many_at_once_is_frozen_once() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    household(&town, &parcel, 1).await;
    let path = format!("/v1/parcels/{}/rosters", text(&parcel));
    let held = "select id from parcel for update";
    let rivals = (0..RIVALS).map(|_| town.admin().act(&path).send());
    let answers = race(&town, held, rivals).await;
    let expected = [
        ((201, "done".to_owned()), 1),
        ((409, "roster-frozen-already".to_owned()), RIVALS - 1),
    ];
    assert_eq!(answers, expected.into());
    assert_eq!(town.count("roster_entry").await, 1);
}
