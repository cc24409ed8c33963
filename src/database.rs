//! The database: applying migrations as its owner, connecting as the service.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::{sync::Mutex, time::timeout};

use crate::postgres::{
    PostgresError, SERVICE, newest_migration,
    service_role::{give_service_role, grant_to, major, make_service_role, quoted},
};

/// How long a request waits for a connection before it is told to try again.
const ACQUIRE_TIME_MAX: Duration = Duration::from_secs(4);

/// A statement slower than this is noted at the level `debug`: reports may take longer by right,
/// and every request is logged with its duration anyway.
const SLOW: Duration = Duration::from_secs(1);

/// What the server itself puts an end to, in milliseconds.
const SESSION_LIMITS: [(&str, &str); 3] = [
    ("statement_timeout", "20000"),
    ("lock_timeout", "8000"),
    ("idle_in_transaction_session_timeout", "60000"),
];

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    #[error("the migrations could not be applied")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("the database cannot be reached")]
    Connect(#[from] sqlx::Error),
    #[error("the database does not let Anju serve: {remedy}")]
    Service { remedy: String, source: sqlx::Error },
}

/// The newest migration this program knows.
pub fn newest_known() -> i64 {
    crate::MIGRATOR
        .iter()
        .map(|m| m.version)
        .max()
        .unwrap_or_default()
}

/// A connection as the owner of the tables.
pub async fn connect_owner(owner_url: &str) -> sqlx::Result<PgConnection> {
    // That something exists already is no news to anybody.
    let quiet = [("client_min_messages", "warning")];
    let options = quietly(PgConnectOptions::from_str(owner_url)?).options(quiet);
    options.application_name("anju").connect().await
}

/// Refuses a schema that a newer program wrote.
pub async fn refuse_newer(owner: &mut PgConnection) -> Result<(), DatabaseError> {
    let known = newest_known();
    match newest_migration(owner).await? {
        Some(found) if found > known => Err(DatabaseError::Postgres(PostgresError::NewerSchema {
            what: "database",
            found,
            known,
        })),
        _ => Ok(()),
    }
}

/// Applies what is missing, as the owner; refuses a schema of a newer program.
pub async fn migrate(owner_url: &str) -> Result<(), DatabaseError> {
    let mut owner = connect_owner(owner_url).await?;
    refuse_newer(&mut owner).await?;
    make_service_role(&mut owner).await?;
    crate::MIGRATOR.run(&mut owner).await?;
    owner.close().await?;
    Ok(())
}

/// Makes sure that the service can work: with a URL of its own it must be let in; without one the
/// owner must be able to take its role on. A trial connection proves it.
pub async fn admit_service(owner_url: &str, service_url: &str) -> Result<(), DatabaseError> {
    let mut owner = connect_owner(owner_url).await?;
    if service_url == owner_url {
        give_service_role(&mut owner).await?;
    }
    let options = service_options(service_url)?;
    let trial = async {
        let mut service = options.connect().await?;
        sqlx::query("select from api_key limit 1")
            .execute(&mut service)
            .await?;
        service.close().await
    };
    if let Err(source) = trial.await {
        let remedy = remedy(&source, options.get_username(), major(&mut owner).await?);
        return Err(DatabaseError::Service { remedy, source });
    }
    owner.close().await?;
    Ok(())
}

/// What to do about a trial connection that failed.
fn remedy(error: &sqlx::Error, login: &str, major: i32) -> String {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    let (role, grant) = (quoted(login), grant_to(&quoted(login), major));
    match code.as_deref() {
        Some("28000" | "28P01") => format!(
            "the role of ANJU_SERVICE_DATABASE_URL must be able to log in. Run this as a superuser, \
             and put the password into the URL:\n  alter role {role} login password '…';"
        ),
        Some("42501") if login != SERVICE => format!(
            "{login} may not take on the role anju_service. Run this as a superuser:\n  {grant}"
        ),
        Some("42P01") => "the tables are not where the service looks: \
             ANJU_SERVICE_DATABASE_URL must name the database and schema of DATABASE_URL"
            .to_owned(),
        Some("42501") => "anju_service has not the rights the migrations gave it. Run this as the \
             owner of the schema:\n  grant usage on schema public to anju_service;"
            .to_owned(),
        _ => "a trial connection as the service failed; see ANJU_SERVICE_DATABASE_URL".to_owned(),
    }
}

fn quietly(options: PgConnectOptions) -> PgConnectOptions {
    let level = "debug".parse().expect("the name of a level");
    options.log_slow_statements(level, SLOW)
}

/// With the owner's URL the connections take on the role `anju_service` as they start, so that the
/// service never owns what it works on.
fn service_options(url: &str) -> sqlx::Result<PgConnectOptions> {
    let options = quietly(PgConnectOptions::from_str(url)?).application_name("anju");
    let options = options.options(SESSION_LIMITS);
    if options.get_username() == SERVICE {
        Ok(options)
    } else {
        Ok(options.options([("role", SERVICE)]))
    }
}

/// Connections of the service; none is opened before it is needed.
pub fn connect(url: &str, connections: u32) -> sqlx::Result<PgPool> {
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIME_MAX)
        // A ping on every acquire would double the round trips of a read.
        .test_before_acquire(false)
        .connect_lazy_with(service_options(url)?))
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
