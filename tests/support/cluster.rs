//! One throw-away PostgreSQL for the whole run, and one database per test copied from a template.
//!
//! The server lives as long as this process: it is held by a thread that never ends, and its
//! supervisor removes it when the process is gone.

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
};

use anju::{
    Clock, Entropy,
    postgres::{Binaries, Cluster, ClusterOptions},
    privacy::KeyRing,
    staff::{NewKey, Role, create_key},
    values::OrgUnitId,
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::Mutex;

/// What the template holds and every test may use.
pub struct Ground {
    pub owner_url: Box<dyn Fn(&str) -> String + Send + Sync>,
    pub service_url: Box<dyn Fn(&str) -> String + Send + Sync>,
    pub ring: String,
    pub secrets: Vec<(Role, bool, String)>,
    /// The real district and the invented one.
    pub districts: [OrgUnitId; 2],
    copying: Mutex<()>,
}

const TEMPLATE: &str = "anju";

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// Starts the server and makes the template, once.
pub fn ground() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(|| {
        super::watch::begin();
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let (cluster, ground) = prepare().await;
                send.send(ground).unwrap();
                std::future::pending::<()>().await;
                drop(cluster);
            });
        });
        receive
            .recv()
            .expect("the test cluster starts; see the panic above")
    })
}

/// A real district and an invented one.
async fn found_districts(cluster: &Cluster) -> [OrgUnitId; 2] {
    let mut owner = PgConnection::connect(&cluster.owner_url()).await.unwrap();
    let clock = Clock::from_fn(super::town::first_moment, chrono_tz::Asia::Shanghai);
    let entropy = Entropy::system();
    let mut found = async |name, synthetic| {
        anju::organisation::found_district(&mut owner, (&clock, &entropy), name, synthetic)
            .await
            .unwrap()
    };
    let real = found(("370103", "市中区"), false).await;
    [real, found(("DEMO-370103", "市中区（演示）"), true).await]
}

async fn prepare() -> (Cluster, Ground) {
    let explicit = std::env::var_os("ANJU_PG_BIN").map(PathBuf::from);
    let binaries = Binaries::find(explicit.as_deref()).unwrap();
    let data_dir = std::env::temp_dir().join(format!("anju-test-{}", std::process::id()));
    let options = ClusterOptions {
        data_dir,
        binaries,
        throw_away: true,
        database: TEMPLATE.to_owned(),
    };
    let cluster = Cluster::start(options).await.unwrap();
    anju::database::migrate(&cluster.owner_url()).await.unwrap();
    let district = found_districts(&cluster).await;

    let entropy = Entropy::system();
    let ring = KeyRing::generate(&mut |bytes| entropy.fill(bytes));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("keys").join("ring.toml");
    ring.create_file(&file).unwrap();
    let ring = std::fs::read_to_string(&file).unwrap();

    let mut owner = PgConnection::connect(&cluster.owner_url()).await.unwrap();
    let mut secrets = vec![];
    let clock = Clock::from_fn(super::town::first_moment, chrono_tz::Asia::Shanghai);
    for synthetic_only in [false, true] {
        for role in Role::ALL.iter().copied() {
            let expires_at = anju::values::Instant::parse("2100-01-01T00:00:00Z").unwrap();
            let label = format!("test {}", role.key());
            let new = NewKey {
                label,
                role,
                org_unit_id: district[usize::from(synthetic_only)],
                expires_at,
            };
            let (_, secret) = create_key(&mut owner, &clock, &entropy, &new)
                .await
                .unwrap();
            secrets.push((role, synthetic_only, secret));
        }
    }
    owner.close().await.unwrap();

    let address = cluster.address().clone();
    let service = cluster.address().clone();
    let ground = Ground {
        owner_url: Box::new(move |database| address.url_for(anju::postgres::OWNER, database)),
        service_url: Box::new(move |database| service.url_for(anju::postgres::SERVICE, database)),
        ring,
        secrets,
        districts: district,
        copying: Mutex::new(()),
    };
    (cluster, ground)
}

/// A fresh database of its own for one test.
pub async fn fresh_database() -> String {
    copy_of(TEMPLATE).await
}

/// A database without anything in it.
pub async fn empty_database() -> String {
    copy_of("template0").await
}

async fn copy_of(template: &str) -> String {
    let ground = ground();
    let name = format!("town_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
    // PostgreSQL copies a template for one at a time.
    let _turn = ground.copying.lock().await;
    let mut owner = PgConnection::connect(&(ground.owner_url)("postgres"))
        .await
        .unwrap();
    let copy = format!("create database {name} template {template}");
    sqlx::query(AssertSqlSafe(copy))
        .execute(&mut owner)
        .await
        .unwrap();
    owner.close().await.unwrap();
    name
}
