//! `anju serve`

use std::{io::ErrorKind, net::SocketAddr};

use anyhow::{Context as _, bail};
use tokio::net::TcpListener;

use super::{
    home::Home,
    keys::{DEMO_KEYS, demo_keys, ensure_demo_keys},
    out::say,
    stopping::Stopping,
};
use crate::{
    App,
    config::Config,
    http::{self, Patience},
    jobs,
    staff::Role,
};

pub(super) async fn serve(config: Config, demo: bool) -> anyhow::Result<()> {
    let listener = listen(config.listen).await?;
    let home = Home::hold(&config).await?;
    let outcome = serve_at(&home, config, demo, listener).await;
    let closed = home.close().await;
    outcome.and(closed)
}

/// Before anything else is done: a second Anju must not touch the database of the first.
async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    let advice = match bound.as_ref().map_err(std::io::Error::kind) {
        Err(ErrorKind::AddrInUse) => {
            "another program, perhaps another Anju, listens there: stop it, or set ANJU_LISTEN to \
             another address"
        }
        Err(ErrorKind::PermissionDenied) => {
            "ports below 1024 are for root: set ANJU_LISTEN to a higher one, with a reverse proxy \
             before it"
        }
        _ => "set ANJU_LISTEN to an address of this machine and a port",
    };
    bound.with_context(|| format!("cannot listen on {address} ({advice})"))
}

async fn serve_at(
    home: &Home,
    config: Config,
    demo: bool,
    listener: TcpListener,
) -> anyhow::Result<()> {
    let app = home.app(config).await?;
    let stopping = Stopping::on_signal(&app);
    let database = home.cluster.as_ref();
    let database =
        database.map(|cluster| tokio::spawn(stopping.clone().with_database(cluster.ended())));
    let outcome = serve_app(&app, demo, listener, &stopping).await;
    stopping.now();
    app.db.close().await;
    if let Some(watch) = database
        && watch.await?
    {
        let log = app.config.data_dir.join("postgres").join("server.log");
        bail!(
            "the private PostgreSQL ended by itself; start Anju again, and see {}",
            log.display()
        );
    }
    outcome
}

async fn serve_app(
    app: &App,
    demo: bool,
    listener: TcpListener,
    stopping: &Stopping,
) -> anyhow::Result<()> {
    if demo {
        ensure_demo_keys(app).await?;
        let loaded = super::demo::ensure_loaded(app, &stopping.told).await;
        if stopping.told.is_cancelled() {
            tracing::info!("stopped while loading the demo; the next start goes on with it");
            return Ok(());
        }
        loaded?;
    }
    // A rotation waits for a process that has the new keys: this one may.
    let resumed = crate::rotation::resume(app).await;
    resumed.map_err(super::report::told)?;
    let worker = jobs::Worker::new(app.clone()).run(stopping.closing.clone());
    let worker = tokio::spawn(worker);
    if let Err(error) = greet(app, listener.local_addr()?, demo) {
        tracing::warn!(cause = %error, "the greeting could not be printed");
    }
    let service = crate::service(app.clone());
    http::serve(
        listener,
        service,
        Patience::default(),
        stopping.closing.clone(),
    )
    .await;
    Ok(worker.await?)
}

fn greet(app: &App, address: SocketAddr, demo: bool) -> anyhow::Result<()> {
    say!(
        "Anju {} is serving on http://{address}",
        env!("CARGO_PKG_VERSION")
    );
    say!("  resident page   http://{address}/");
    say!("  API reference   http://{address}/docs");
    say!("  contract        http://{address}/v1/openapi.json");
    if demo {
        let file = app.config.data_dir.join(DEMO_KEYS);
        say!(
            "  demo keys       {} (synthetic programmes only)",
            file.display()
        );
        say!("Try it:");
        let key = &demo_keys(app)?[Role::DistrictAdmin.key()];
        say!("  curl -s -H 'Authorization: Bearer {key}' http://{address}/v1/programmes");
    }
    Ok(())
}
