//! The database: applying migrations as its owner, connecting as the service.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use sqlx::{
    Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Mutex, time::timeout};

/// How long a request waits for a connection before it is told to try again.
const ACQUIRE_TIME_MAX: Duration = Duration::from_secs(4);

/// What the server itself puts an end to, in milliseconds.
const SESSION_LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "20000"),
    ("lock_timeout", "8000"),
    ("idle_in_transaction_session_timeout", "60000"),
];

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(
        "the database has migration {found}, this program knows up to {known}: \
         start the version of Anju that wrote it, or a newer one"
    )]
    NewerSchema { found: i64, known: i64 },
    #[error("the migrations could not be applied: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("the database cannot be reached: {0}")]
    Connect(#[from] sqlx::Error),
}

/// The newest migration this program knows.
pub fn newest_known() -> i64 {
    crate::MIGRATOR
        .iter()
        .map(|m| m.version)
        .max()
        .unwrap_or_default()
}

/// Applies what is missing, as the owner; refuses a schema of a newer program.
pub async fn migrate(owner_url: &str) -> Result<(), DatabaseError> {
    let mut owner = PgConnection::connect(owner_url).await?;
    let applied: Option<i64> = match newest_applied(&mut owner).await {
        Ok(applied) => applied,
        Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("42P01") => None,
        Err(other) => return Err(other.into()),
    };
    let known = newest_known();
    if let Some(found) = applied.filter(|found| *found > known) {
        return Err(DatabaseError::NewerSchema { found, known });
    }
    ensure_service_role(&mut owner).await?;
    crate::MIGRATOR.run(&mut owner).await?;
    owner.close().await?;
    Ok(())
}

async fn newest_applied(owner: &mut PgConnection) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("select max(version) from _sqlx_migrations")
        .fetch_one(owner)
        .await
}

/// Prepares a server for a restore: the rights in a backup are granted to the service role.
pub async fn ensure_service_role_at(owner_url: &str) -> Result<(), DatabaseError> {
    let mut owner = PgConnection::connect(owner_url).await?;
    ensure_service_role(&mut owner).await?;
    owner.close().await?;
    Ok(())
}

/// The role the service works as must exist before rights are granted to it.
async fn ensure_service_role(owner: &mut PgConnection) -> sqlx::Result<()> {
    let exists: bool =
        sqlx::query_scalar("select exists (select from pg_roles where rolname = 'anju_service')")
            .fetch_one(&mut *owner)
            .await?;
    if !exists {
        sqlx::query("create role anju_service nologin")
            .execute(&mut *owner)
            .await?;
    }
    Ok(())
}

/// Connections of the service; none is opened before it is needed.
///
/// With the owner's URL the connections take on the role `anju_service` as they start, so that the
/// service never owns what it works on.
pub fn connect(url: &str, connections: u32) -> sqlx::Result<PgPool> {
    let mut options = PgConnectOptions::from_str(url)?.application_name("anju");
    options = options.options(SESSION_LIMITS);
    if options.get_username() != "anju_service" {
        options = options.options([("role", "anju_service")]);
    }
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIME_MAX)
        // A ping on every acquire would double the round trips of a read.
        .test_before_acquire(false)
        .connect_lazy_with(options))
}

/// How long the database may take to say that it is there.
const PROBE_TIME_MAX: Duration = Duration::from_secs(2);

/// Asks whether the database answers, on a connection of its own: a pool whose connections are all
/// in use is busy, not broken.
#[derive(Debug, Clone)]
pub struct Probe {
    options: Arc<PgConnectOptions>,
    kept: Arc<Mutex<Option<PgConnection>>>,
}

impl Probe {
    /// It is opened when it is first asked.
    pub fn beside(db: &PgPool) -> Self {
        Self {
            options: db.connect_options(),
            kept: Arc::default(),
        }
    }

    /// Whether the database answered in time.
    pub async fn answers(&self) -> bool {
        let asked = timeout(PROBE_TIME_MAX, self.ask()).await;
        matches!(asked, Ok(Ok(())))
    }

    /// Whatever goes wrong, the connection is not kept.
    async fn ask(&self) -> sqlx::Result<()> {
        let mut kept = self.kept.lock().await;
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => PgConnection::connect_with(&self.options).await?,
        };
        connection.ping().await?;
        *kept = Some(connection);
        Ok(())
    }
}
