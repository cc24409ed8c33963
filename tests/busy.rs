//! A service that has much to do still does the rest.

use crate::support::{Town, homes::until_waiting};

#[tokio::test]
async fn downloads_leave_connections_for_everybody_else() {
    let town = Town::new().await;
    let owner = town.owner().await;
    let mut holding = owner.begin().await.unwrap();
    sqlx::query("lock table parcel in access exclusive mode")
        .execute(&mut *holding)
        .await
        .unwrap();
    // A quarter of the six connections of a town: one download.
    let auditor = town.auditor();
    let first = tokio::spawn(async move { auditor.get("/v1/parcels/export").send().await });
    until_waiting(&owner, 1).await;
    for path in ["/v1/parcels/export", "/v1/needs/export"] {
        let refused = town.auditor().get(path).send().await;
        let refused = refused.is_problem(503, "export-busy");
        assert_eq!(refused.header("retry-after"), "5");
    }
    town.auditor().get("/v1/programmes").send().await.ok(200);
    town.anonymous().get("/readyz").send().await.ok(200);
    holding.rollback().await.unwrap();
    first.await.unwrap().ok(200);
    town.auditor()
        .get("/v1/parcels/export")
        .send()
        .await
        .ok(200);
}

#[tokio::test]
async fn a_pool_that_is_in_use_to_the_last_connection_is_busy_and_not_broken() {
    let town = Town::new().await;
    let mut taken = vec![];
    for _ in 0..town.app.db.options().get_max_connections() {
        taken.push(town.app.db.acquire().await.unwrap());
    }
    assert!(town.app.db.try_acquire().is_none());
    for _ in 0..2 {
        town.anonymous().get("/readyz").send().await.ok(200);
    }
}
