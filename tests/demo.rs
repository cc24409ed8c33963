//! The demo goes on where its load was interrupted.

use std::time::{Duration, Instant};

use anju::demo::{is_loaded, load};
use indicatif::ProgressBar;
use tokio_util::sync::CancellationToken;

use crate::support::{Town, ground};

/// Loads until the statement finds something, then tells the load to stop; how long that took.
async fn load_until(town: &Town, reached: &'static str) -> Duration {
    let secrets = ground().secrets.iter();
    let keys = secrets
        .filter(|(_, synthetic_only, _)| *synthetic_only)
        .map(|(role, _, secret)| (role.key(), secret.clone()))
        .collect();
    let stop = CancellationToken::new();
    let owner = town.owner().await;
    let watch = async {
        let mut there = false;
        while !there && !stop.is_cancelled() {
            there = sqlx::query_scalar(reached).fetch_one(&owner).await.unwrap();
        }
        stop.cancel();
        Instant::now()
    };
    let bar = ProgressBar::hidden();
    let loading = async {
        let loaded = load(&town.app, keys, &bar, &stop).await;
        stop.cancel();
        loaded
    };
    let (loaded, told) = tokio::join!(loading, watch);
    let stopped = loaded.unwrap_err();
    assert!(stopped.to_string().contains("stopped"), "{stopped:#}");
    told.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_load_stops_promptly_and_the_next_one_repeats_nothing() {
    let town = Town::new().await;
    town.set_clock("2019-06-01T02:00:00Z");
    for reached in [
        "select count(*) >= 7 from parcel",
        "select exists (select from job where state = 'running')",
        "select count(*) > 10 from roster",
    ] {
        let took = load_until(&town, reached).await;
        assert!(took < Duration::from_secs(10), "{took:?} after {reached}");
        assert!(!is_loaded(&town.app).await.unwrap());
        assert_eq!(town.count("job where state = 'running'").await, 0);
    }
    assert_eq!(town.count("programme").await, 1);
    assert_eq!(town.count("parcel").await, 53);
    assert_eq!(town.count("import").await, 1);
    let households = town.count("household").await;
    assert!((15_500..16_500).contains(&households), "{households}");

    // What is no longer remembered cannot be gone on with: it is set aside, and another is begun.
    let owner = town.owner().await;
    let forget = sqlx::query("delete from idempotency_key").execute(&owner);
    forget.await.unwrap();
    load_until(&town, "select count(*) >= 53 + 7 from parcel").await;
    load_until(&town, "select count(*) >= 53 + 30 from parcel").await;
    let names: Vec<String> = sqlx::query_scalar("select name from programme order by created_at")
        .fetch_all(&owner)
        .await
        .unwrap();
    assert_eq!(
        names,
        [
            "2018 市中区更新改造（演示，未装完 1）",
            "2018 市中区更新改造（演示，装载中）"
        ]
    );
}
