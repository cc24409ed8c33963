//! `anju demo`

use indicatif::ProgressBar;

use super::{
    home::at_home,
    keys::{demo_keys, ensure_demo_keys},
};
use crate::{App, config::Config, demo};

pub(super) async fn demo(config: Config) -> anyhow::Result<()> {
    at_home(config, async |app, home| {
        ensure_demo_keys(app, &home.owner_url).await?;
        load(app).await
    })
    .await
}

/// Loads the demo unless it is there: what `serve --demo` does at the first start.
pub(super) async fn ensure_loaded(app: &App) -> anyhow::Result<()> {
    let there: bool = sqlx::query_scalar("select exists (select from programme where name = $1)")
        .bind(demo::PROGRAMME_NAME)
        .fetch_one(&app.db)
        .await?;
    if there { Ok(()) } else { load(app).await }
}

async fn load(app: &App) -> anyhow::Result<()> {
    // On anything but a terminal the bar stays silent by itself.
    let progress = ProgressBar::new(0);
    let loaded = demo::load(app, demo_keys(app)?, &progress).await?;
    println!(
        "Loaded the demo programme: {} households, {} signed agreements, all synthetic.",
        loaded.households, loaded.agreements
    );
    Ok(())
}
