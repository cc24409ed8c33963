//! `anju demo`

use indicatif::ProgressBar;
use tokio_util::sync::CancellationToken;

use super::{
    home::at_home,
    keys::{demo_keys, ensure_demo_keys},
    out::say,
    stopping::Stopping,
};
use crate::{App, config::Config, demo};

pub(super) async fn demo(config: Config) -> anyhow::Result<()> {
    at_home(config, async |app| {
        let told = Stopping::on_signal(app).told;
        ensure_demo_keys(app).await?;
        if demo::is_loaded(app).await? {
            say!("The demo programme is loaded already.");
            return Ok(());
        }
        load(app, &told).await
    })
    .await
}

/// Loads the demo unless it is there whole: what `serve --demo` does at its start. What an
/// interrupted load left is completed.
pub(super) async fn ensure_loaded(app: &App, stop: &CancellationToken) -> anyhow::Result<()> {
    if demo::is_loaded(app).await? {
        Ok(())
    } else {
        load(app, stop).await
    }
}

async fn load(app: &App, stop: &CancellationToken) -> anyhow::Result<()> {
    // On anything but a terminal the bar stays silent by itself.
    let progress = ProgressBar::new(0);
    let loaded = demo::load(app, demo_keys(app)?, &progress, stop).await?;
    say!(
        "Loaded the demo programme: {} households, {} signed agreements, all synthetic.",
        loaded.households,
        loaded.agreements
    );
    Ok(())
}
