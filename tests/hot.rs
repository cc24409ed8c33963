//! Connections of hot reads are handed on, or closed.

use anju::hot::{HotConnection, HotConnections};
use futures_util::FutureExt as _;

use crate::support::Town;

async fn backend(connection: &mut HotConnection) -> i32 {
    sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(&mut **connection)
        .await
        .unwrap()
}

/// Which server process serves the next read, which goes well.
async fn next_backend(hot: &HotConnections) -> i32 {
    let mut connection = hot.acquire().await.unwrap();
    let process = backend(&mut connection).await;
    connection.hand_on();
    process
}

#[tokio::test]
async fn a_read_that_went_well_hands_its_connection_on() {
    let hot = Town::new().await.app.hot;
    let first = next_backend(&hot).await;
    assert_eq!(next_backend(&hot).await, first);
}

#[tokio::test]
async fn a_read_that_failed_or_was_given_up_hands_nothing_on() {
    let hot = Town::new().await.app.hot;
    let first = next_backend(&hot).await;
    let mut failing = hot.acquire().await.unwrap();
    let failed = sqlx::query("select 1 / 0").fetch_one(&mut *failing).await;
    assert!(failed.is_err());
    drop(failing);
    let second = next_backend(&hot).await;
    assert_ne!(second, first);

    let mut given_up = hot.acquire().await.unwrap();
    let slow = sqlx::query("select pg_sleep(60)").fetch_one(&mut *given_up);
    assert!(slow.now_or_never().is_none(), "it is under way");
    drop(given_up);
    assert_ne!(next_backend(&hot).await, second);
}

#[tokio::test]
async fn with_those_of_the_pool_there_are_as_many_as_configured_and_who_comes_later_waits() {
    let town = Town::new().await;
    let (config, pool) = (&town.app.config, town.app.db.options());
    let probe = 1;
    let count = config.db_connections - pool.get_max_connections() - probe;
    let mut held = vec![];
    for _ in 0..count {
        held.push(town.app.hot.acquire().await.unwrap());
    }
    let mut later = Box::pin(town.app.hot.acquire());
    assert!(later.as_mut().now_or_never().is_none());
    let mut last = held.pop().unwrap();
    let process = backend(&mut last).await;
    last.hand_on();
    assert_eq!(backend(&mut later.await.unwrap()).await, process);
}
