//! Where a command works: the database of `DATABASE_URL`, or the private one.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use sqlx::{Connection as _, PgConnection};

use crate::{
    App, Clock, Entropy,
    config::Config,
    database, organisation,
    postgres::{Binaries, Cluster, ClusterOptions, DATABASE},
    privacy::KeyRing,
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

    /// Brings the schema up to date, and enters the district of the settings into a new one.
    pub(super) async fn prepare(&self, config: &Config) -> anyhow::Result<()> {
        database::migrate(&self.owner_url).await?;
        let mut owner = PgConnection::connect(&self.owner_url).await?;
        if organisation::district(&mut owner).await?.is_none() {
            let chance = (&Clock::system(config.timezone), &Entropy::system());
            let district = (config.district_code.as_str(), config.district_name.as_str());
            organisation::found_district(&mut owner, chance, district, false).await?;
        }
        owner.close().await?;
        Ok(())
    }

    /// The state of the service over this database.
    pub(super) fn app(&self, config: Config) -> anyhow::Result<App> {
        let entropy = Entropy::system();
        let keys = key_ring(&config, &entropy)?;
        let db = database::connect(&self.service_url, config.db_connections)?;
        let clock = Clock::system(config.timezone);
        Ok(App::new(db, clock, entropy, keys, config))
    }

    pub(super) async fn close(self) -> anyhow::Result<()> {
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// Does some work over an up-to-date database and leaves it in order, whatever comes of the work.
pub(super) async fn at_home(
    config: Config,
    work: impl AsyncFnOnce(&App, &Home) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let home = Home::open(&config).await?;
    let outcome = async {
        home.prepare(&config).await?;
        let app = home.app(config)?;
        let outcome = work(&app, &home).await;
        app.db.close().await;
        outcome
    }
    .await;
    home.close().await?;
    outcome
}

/// The key ring; made at the first start with a private database, demanded with any other.
fn key_ring(config: &Config, entropy: &Entropy) -> anyhow::Result<KeyRing> {
    let file = &config.key_file;
    if !file.exists() {
        if config.database_url.is_some() {
            bail!(
                "the key ring {} is missing. Personal data cannot be read or written without it: \
                 put the ring of this database there (mode 0600), or set ANJU_KEY_FILE. \
                 For a new database make one with `anju key ring`",
                file.display()
            );
        }
        KeyRing::generate(&mut |bytes| entropy.fill(bytes)).create_file(file)?;
        tracing::info!(file = %file.display(), "made a key ring: keep a copy apart from backups");
    }
    Ok(KeyRing::load(file)?)
}

/// Makes the ring of a new database.
pub(super) fn make_ring(config: &Config) -> anyhow::Result<()> {
    let entropy = Entropy::system();
    KeyRing::generate(&mut |bytes| entropy.fill(bytes)).create_file(&config.key_file)?;
    println!("{}", config.key_file.display());
    Ok(())
}

pub(super) async fn migrate(config: &Config) -> anyhow::Result<()> {
    let home = Home::open(config).await?;
    let migrated = home.prepare(config).await;
    home.close().await?;
    migrated?;
    println!("the schema is at {}", database::newest_known());
    Ok(())
}
