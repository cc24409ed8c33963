//! `anju key …`

use std::{io::Write as _, path::Path};

use anyhow::Context as _;
use serde_json::json;

use super::{home::at_home, operator, out::say, report::told, role_name};
use crate::{
    App,
    audit::{self, Entry},
    config::Config,
    demo::Keys,
    http::{Act, RequestId},
    organisation,
    privacy::KeyRing,
    rotation,
    staff::{NewKey, Role, create_key},
    values::{Instant, Label},
};

/// How long demo keys live, in days.
const DEMO_KEY_DAYS: i64 = 730;

fn in_days(app: &App, days: i64) -> Instant {
    Instant::new(app.clock.now().as_datetime() + chrono::Duration::days(days))
}

fn request(app: &App) -> RequestId {
    RequestId(app.fresh_id())
}

/// Creates a key and its record in the trail; returns the key in clear.
async fn issue(app: &App, act: &mut Act, new: &NewKey) -> anyhow::Result<String> {
    let (id, secret) = create_key(act, &app.clock, &app.entropy, new).await?;
    let changed = json!({"role": new.role, "org_unit_id": new.org_unit_id.to_string()});
    let entry = Entry::new("api_key.created", "api_key", id.0)
        .became(1)
        .changed(changed);
    audit::record(app, act, &entry).await?;
    Ok(secret)
}

pub(super) async fn create(
    config: Config,
    role: Role,
    label: Label,
    days: i64,
    unit: Option<String>,
) -> anyhow::Result<()> {
    at_home(config, async |app| {
        let act = Act::begin_conditional(app, &operator(), request(app)).await;
        let mut act = act.map_err(told)?;
        let org_unit_id = match &unit {
            None => organisation::district(&mut act).await?,
            Some(code) => organisation::unit_of_code(&mut act, code).await?,
        };
        let org_unit_id = org_unit_id.with_context(|| {
            let code = unit.as_deref().unwrap_or("the district");
            format!("there is no organisation unit {code}")
        })?;
        let new = NewKey {
            label: label.clone().into_string(),
            role,
            org_unit_id,
            expires_at: in_days(app, days),
        };
        let secret = issue(app, &mut act, &new).await?;
        act.conclude(()).await.map_err(told)?;
        say!("{secret}");
        Ok(())
    })
    .await
}

/// Adds keys to the ring and writes the rotation down, the ring first: what is written down without
/// its keys could never be done, keys without a rotation are merely used.
pub(super) async fn rotate(config: Config) -> anyhow::Result<()> {
    at_home(config, async |app| {
        let file = &app.config.key_file;
        let rotated = app.keys.rotated(&mut |bytes| app.entropy.fill(bytes));
        let rotated = rotated.context("the ring has used all its 255 numbers")?;
        let kept = rotated.replace_file(file)?;
        let newer = App {
            keys: std::sync::Arc::new(KeyRing::load(file)?),
            ..app.clone()
        };
        rotation::begin(&newer).await?;
        say!(
            "New keys are in {}; what it was is kept in {}.",
            file.display(),
            kept.display()
        );
        say!("Copy the new ring to every machine of this database and to its safe place.");
        say!("Then restart `anju serve` everywhere: it seals everything anew and goes on serving.");
        Ok(())
    })
    .await
}

/// The code of the invented district in which the demo keys work.
const DEMO_DISTRICT: &str = "DEMO-370103";

/// The file of demo keys: one per role, of the invented district, readable by its owner.
pub(super) const DEMO_KEYS: &str = "demo-keys.json";

/// Makes the demo keys of this data directory, unless the database knows those in the file.
pub(super) async fn ensure_demo_keys(app: &App) -> anyhow::Result<()> {
    if let Ok(keys) = demo_keys(app)
        && all_live(app, &keys).await?
    {
        return Ok(());
    }
    let mut keys = serde_json::Map::new();
    let act = Act::begin_conditional(app, &operator(), request(app)).await;
    let mut act = act.map_err(told)?;
    let known = organisation::unit_of_code(&mut act, DEMO_DISTRICT).await?;
    let org_unit_id = if let Some(known) = known {
        known
    } else {
        let chance = (&app.clock, &app.entropy);
        let district = (DEMO_DISTRICT, "市中区（演示）");
        organisation::found_district(&mut act, chance, district, true).await?
    };
    for role in Role::ALL.iter().copied() {
        let new = NewKey {
            label: format!("demo {}", role.key()),
            role,
            org_unit_id,
            expires_at: in_days(app, DEMO_KEY_DAYS),
        };
        let secret = issue(app, &mut act, &new).await?;
        keys.insert(role_name(role), secret.into());
    }
    // The file first: keys in it that the database does not know are replaced at the next start,
    // while keys in the database that nobody has would stay for good.
    let file = app.config.data_dir.join(DEMO_KEYS);
    write_private(&file, &serde_json::to_string_pretty(&keys)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    act.conclude(()).await.map_err(told)
}

/// Whether the database knows all of them, by their visible parts, and none has expired.
async fn all_live(app: &App, keys: &Keys) -> anyhow::Result<bool> {
    let prefixes: Vec<String> = keys
        .values()
        .filter_map(|key| key.split('_').nth(1).map(str::to_owned))
        .collect();
    let live = sqlx::query_scalar!(
        r#"select count(*) as "live!" from api_key
            where prefix = any($1) and revoked_at is null and expires_at > $2"#,
        &prefixes,
        app.clock.now(),
    )
    .fetch_one(&app.db)
    .await?;
    Ok(usize::try_from(live) == Ok(Role::ALL.len()))
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

/// Whole or not at all, in the place of what was there.
fn write_private(file: &Path, text: &str) -> anyhow::Result<()> {
    let directory = file.parent().context("it lies in a directory")?;
    std::fs::create_dir_all(directory)?;
    // Made with mode 0600; complete on disk before it gets its name.
    let mut written = tempfile::NamedTempFile::new_in(directory)?;
    written.write_all(text.as_bytes())?;
    written.as_file().sync_all()?;
    written.persist(file)?;
    Ok(())
}
