//! Where a command works: the database of `DATABASE_URL`, or the private one.

use std::path::PathBuf;

use anyhow::Context as _;
use sqlx::{Connection as _, PgConnection};

use super::{out::say, ring::ring_of};
use crate::{
    App, Clock, Entropy,
    config::Config,
    database, organisation,
    postgres::{Binaries, Cluster, ClusterOptions, DATABASE},
    privacy::note_ring,
};

/// A database that is reachable for as long as this lives.
pub(super) struct Home {
    pub(super) owner_url: String,
    pub(super) service_url: String,
    /// Held when this process runs the private database itself.
    pub(super) cluster: Option<Cluster>,
}

/// The folder of the private database; the keys lie elsewhere.
fn cluster_dir(config: &Config) -> PathBuf {
    config.data_dir.join("postgres")
}

impl Home {
    /// Uses `DATABASE_URL`, joins the private database another process runs, or starts it.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        if config.database_url.is_none()
            && let Some(address) = Cluster::attach(&cluster_dir(config), DATABASE)?
        {
            let (owner_url, service_url) = (address.owner_url(), address.service_url());
            return Ok(Self {
                owner_url,
                service_url,
                cluster: None,
            });
        }
        Self::hold(config).await
    }

    /// Like [`Home::open`], but refuses to share the private database with another process.
    pub(super) async fn hold(config: &Config) -> anyhow::Result<Self> {
        if let Some(owner) = &config.database_url {
            let owner_url = owner.expose().to_owned();
            let service = config.service_database_url.as_ref();
            let service_url = service.map_or_else(|| owner_url.clone(), |s| s.expose().to_owned());
            return Ok(Self {
                owner_url,
                service_url,
                cluster: None,
            });
        }
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("cannot create {}", config.data_dir.display()))?;
        let cluster = Cluster::start(ClusterOptions {
            data_dir: cluster_dir(config),
            binaries: Binaries::find(config.pg_bin.as_deref())?,
            throw_away: false,
            database: DATABASE.to_owned(),
        })
        .await?;
        let (owner_url, service_url) = (cluster.owner_url(), cluster.service_url());
        Ok(Self {
            owner_url,
            service_url,
            cluster: Some(cluster),
        })
    }

    /// The state of the service over this database, which is brought up to date first; refused
    /// with what to do when the schema, the key ring or the service's login do not fit.
    pub(super) async fn app(&self, config: Config) -> anyhow::Result<App> {
        let (clock, entropy) = (Clock::system(config.timezone), Entropy::system());
        let mut owner = database::connect_owner(&self.owner_url)
            .await
            .context("the database cannot be reached")?;
        database::refuse_newer(&mut owner).await?;
        // Nothing is changed before it is certain that the keys belong to it.
        let keys = ring_of(&config, &mut owner, &entropy).await?;
        database::migrate(&self.owner_url).await?;
        note_ring(&mut owner, &keys, clock.now()).await?;
        ensure_district(&mut owner, &config).await?;
        owner.close().await?;
        database::admit_service(&self.owner_url, &self.service_url).await?;
        let db = database::connect(&self.service_url, config.pool_connections())?;
        Ok(App::new(db, clock, entropy, keys, config))
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// Enters the district of the settings into a new database.
async fn ensure_district(owner: &mut PgConnection, config: &Config) -> anyhow::Result<()> {
    if organisation::district(owner).await?.is_none() {
        let chance = (&Clock::system(config.timezone), &Entropy::system());
        let district = (config.district_code.as_str(), config.district_name.as_str());
        organisation::found_district(owner, chance, district, false).await?;
    }
    Ok(())
}

/// Does some work over an up-to-date database and leaves it in order, whatever comes of the work.
pub(super) async fn at_home(
    config: Config,
    work: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let home = Home::open(&config).await?;
    let outcome = async {
        let app = home.app(config).await?;
        let outcome = work(&app).await;
        app.db.close().await;
        outcome
    }
    .await;
    let closed = home.close().await;
    outcome.and(closed)
}

pub(super) async fn migrate(config: &Config) -> anyhow::Result<()> {
    let home = Home::open(config).await?;
    let migrated = async {
        database::migrate(&home.owner_url).await?;
        let mut owner = database::connect_owner(&home.owner_url).await?;
        ensure_district(&mut owner, config).await?;
        owner.close().await?;
        anyhow::Ok(())
    }
    .await;
    let closed = home.close().await;
    migrated?;
    closed?;
    say!("the schema is at {}", database::newest_known());
    Ok(())
}
