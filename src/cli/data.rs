//! Commands about what is kept: the contract, backups.

use std::path::Path;

use anyhow::Context as _;
use sqlx::Connection as _;

use super::{
    home::Home,
    out::{print, say},
    ring,
};
use crate::{
    App, Clock, Entropy,
    config::Config,
    database,
    postgres::{self, Binaries},
    privacy::KeyRing,
};

/// Where the contract is committed, from the root of the repository.
const CONTRACT_FILE: &str = "openapi/anju-v1.json";

/// The contract needs no database: nothing is connected to.
pub(super) fn openapi(write: bool) -> anyhow::Result<()> {
    let config = Config::read(&[("ANJU_DATA_DIR".to_owned(), "/nonexistent".to_owned())].into())?;
    let db = database::connect("postgres://localhost/none", 1)?;
    let entropy = Entropy::system();
    let keys = KeyRing::generate(&mut |bytes| entropy.fill(bytes));
    let app = App::new(db, Clock::system(config.timezone), entropy, keys, config);
    let text = crate::contract(&app).text;
    if write {
        std::fs::write(CONTRACT_FILE, text)
            .with_context(|| format!("cannot write {CONTRACT_FILE}; run this in the repository"))?;
    } else {
        print(format_args!("{text}"))?;
    }
    Ok(())
}

pub(super) async fn backup(config: &Config, file: &Path) -> anyhow::Result<()> {
    let binaries = Binaries::find_tools(config.pg_bin.as_deref())?;
    let home = Home::open(config).await?;
    let made = postgres::backup(&home.owner_url, &binaries, file).await;
    let closed = home.close().await;
    let made = made?;
    say!("{} ({} bytes)", made.file.display(), made.bytes);
    say!(
        "The key ring is not in it; keep {} apart.",
        config.key_file.display()
    );
    closed
}

pub(super) async fn restore(config: &Config, file: &Path) -> anyhow::Result<()> {
    let binaries = Binaries::find_tools(config.pg_bin.as_deref())?;
    let home = Home::open(config).await?;
    let restored = replace(config, &home.owner_url, &binaries, file).await;
    let closed = home.close().await;
    restored.and(closed)
}

/// Puts the backup in place and brings its schema up to this program.
async fn replace(
    config: &Config,
    owner_url: &str,
    binaries: &Binaries,
    file: &Path,
) -> anyhow::Result<()> {
    let now = Clock::system(config.timezone).now().as_datetime();
    let known = database::newest_known();
    let restored = postgres::restore(owner_url, binaries, file, known, now).await?;
    database::migrate(owner_url).await?;
    match restored.kept_as {
        Some(name) => say!("restored; what was there before is kept as database {name}"),
        None => say!("restored"),
    }
    let mut owner = database::connect_owner(owner_url).await?;
    ring::advise(config, &mut owner).await?;
    owner.close().await?;
    Ok(())
}
