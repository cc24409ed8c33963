//! `anju serve`

use std::{sync::atomic::Ordering, time::Duration};

use anyhow::Context as _;
use poem::{
    Server,
    listener::{Acceptor as _, Listener as _, TcpListener},
};
use tokio_util::sync::CancellationToken;

use super::{
    home::Home,
    keys::{DEMO_KEYS, demo_keys, ensure_demo_keys},
};
use crate::{App, config::Config, jobs, staff::Role};

/// How long answers under way may take after the signal to stop.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(35);

/// How long a connection may stay silent.
const IDLE_TIME_MAX: Duration = Duration::from_secs(75);

pub(super) async fn serve(config: Config, demo: bool) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen);
    let acceptor = listener
        .into_acceptor()
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = acceptor.local_addr().remove(0);
    let home = Home::hold(&config).await?;
    home.prepare(&config).await?;
    let app = home.app(config)?;
    if demo {
        ensure_demo_keys(&app, &home.owner_url).await?;
    }
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone(), app.clone()));
    if let Some(cluster) = &home.cluster {
        tokio::spawn(stop_with_database(stop.clone(), cluster.ended()));
    }
    if demo {
        super::demo::ensure_loaded(&app).await?;
    }
    // A rotation waits for a process that has the new keys: this one may.
    crate::rotation::resume(&app).await?;
    let worker = tokio::spawn(jobs::Worker::new(app.clone()).run(stop.clone()));
    greet(&app, &address.to_string(), demo)?;

    let told = stop.clone();
    Server::new_with_acceptor(acceptor)
        .idle_timeout(IDLE_TIME_MAX)
        .run_with_graceful_shutdown(
            crate::service(app.clone()),
            async move { told.cancelled().await },
            Some(DRAIN_TIME_MAX),
        )
        .await?;
    worker.await?;
    app.db.close().await;
    home.close().await
}

/// The first signal drains, and `/readyz` says so at once.
async fn stop_on_signal(stop: CancellationToken, app: App) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be listened to");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("told to stop: finishing what is under way");
    app.draining.store(true, Ordering::Relaxed);
    stop.cancel();
}

/// Without its private database the service cannot come back by itself: whoever watches over it
/// starts both anew.
async fn stop_with_database(stop: CancellationToken, ended: impl Future<Output = ()>) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = ended => {
            tracing::error!("the private PostgreSQL has ended: stopping");
            stop.cancel();
        }
    }
}

fn greet(app: &App, address: &str, demo: bool) -> anyhow::Result<()> {
    let address = address.trim_start_matches("socket://");
    println!(
        "Anju {} is serving on http://{address}",
        env!("CARGO_PKG_VERSION")
    );
    println!("  resident page   http://{address}/");
    println!("  API reference   http://{address}/docs");
    println!("  contract        http://{address}/v1/openapi.json");
    if demo {
        let file = app.config.data_dir.join(DEMO_KEYS);
        println!(
            "  demo keys       {} (synthetic programmes only)",
            file.display()
        );
        println!("Try it:");
        let key = &demo_keys(app)?[Role::DistrictAdmin.key()];
        println!("  curl -s -H 'Authorization: Bearer {key}' http://{address}/v1/programmes");
    }
    Ok(())
}
