//! `anju key …`

use std::path::Path;

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};

use super::{home::at_home, role_name};
use crate::{
    App,
    config::Config,
    demo::Keys,
    organisation,
    staff::{NewKey, Role, create_key},
    values::Instant,
};

fn in_days(app: &App, days: i64) -> Instant {
    Instant::new(app.clock.now().as_datetime() + chrono::Duration::days(days))
}

pub(super) async fn create(
    config: Config,
    role: Role,
    label: String,
    days: i64,
    unit: Option<String>,
) -> anyhow::Result<()> {
    at_home(config, async |app, home| {
        let expires_at = in_days(app, days);
        let mut owner = PgConnection::connect(&home.owner_url).await?;
        let org_unit_id = match &unit {
            None => organisation::district(&mut owner).await?,
            Some(code) => organisation::unit_of_code(&mut owner, code).await?,
        };
        let org_unit_id = org_unit_id
            .with_context(|| format!("no organisation unit {}", unit.unwrap_or_default()))?;
        let new = NewKey {
            label,
            role,
            org_unit_id,
            expires_at,
        };
        let (_, secret) = create_key(&mut owner, &app.clock, &app.entropy, &new).await?;
        owner.close().await?;
        println!("{secret}");
        Ok(())
    })
    .await
}

/// The code of the invented district in which the demo keys work.
const DEMO_DISTRICT: &str = "DEMO-370103";

/// The file of demo keys: one per role, of the invented district, readable by its owner.
pub(super) const DEMO_KEYS: &str = "demo-keys.json";

/// Makes the demo keys of this data directory, once.
pub(super) async fn ensure_demo_keys(app: &App, owner_url: &str) -> anyhow::Result<()> {
    let file = app.config.data_dir.join(DEMO_KEYS);
    if file.exists() {
        return Ok(());
    }
    let mut keys = serde_json::Map::new();
    let mut owner = PgConnection::connect(owner_url).await?;
    let known = organisation::unit_of_code(&mut owner, DEMO_DISTRICT).await?;
    let org_unit_id = if let Some(known) = known {
        known
    } else {
        let (chance, district) = (
            (&app.clock, &app.entropy),
            (DEMO_DISTRICT, "市中区（演示）"),
        );
        organisation::found_district(&mut owner, chance, district, true).await?
    };
    for role in Role::ALL.iter().copied() {
        let label = format!("demo {}", role.key());
        let new = NewKey {
            label,
            role,
            org_unit_id,
            expires_at: in_days(app, 730),
        };
        let (_, secret) = create_key(&mut owner, &app.clock, &app.entropy, &new).await?;
        keys.insert(role_name(role), secret.into());
    }
    owner.close().await?;
    write_private(&file, &serde_json::to_string_pretty(&keys)?)
}

/// The demo keys of this data directory, by role.
pub(super) fn demo_keys(app: &App) -> anyhow::Result<Keys> {
    let text = std::fs::read_to_string(app.config.data_dir.join(DEMO_KEYS))?;
    let keys: serde_json::Value = serde_json::from_str(&text)?;
    let key = |role: &Role| {
        let role = *role;
        let key = keys[role_name(role)]
            .as_str()
            .context("the demo keys have every role")?;
        Ok((role.key(), key.to_owned()))
    };
    Role::ALL.iter().map(key).collect()
}

fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut opened = options
        .open(file)
        .with_context(|| format!("cannot create {}", file.display()))?;
    opened.write_all(text.as_bytes())?;
    Ok(())
}
