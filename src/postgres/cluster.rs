//! Starting, reaching and stopping a cluster.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use tokio::process::Command;
use tokio::time::sleep;

use super::address::Address;
use super::directory::{Directory, Layout};
use super::error::About;
use super::server::{Server, log_since, remove_stale_marks, tail};
use super::service_role::make_service_role;
use super::tools::{MAINTENANCE, check_name};
use super::{Binaries, OWNER, PostgresError, Result};

/// How long a server may take until it answers, in seconds; recovery after a crash is in it.
const READY_LIMIT_S: u64 = 300;

/// How long to wait for the remains of an earlier server to go away, in seconds.
const REMAINS_LIMIT_S: u64 = 60;

/// How often to look, while a server starts or ends.
const PAUSE: Duration = Duration::from_millis(20);

/// What a server says that finds another one, or what is left of it, in its directory.
const REMAINS: [&str; 3] = ["\" already exists", "\" is empty", "shared memory block"];

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct ClusterOptions {
    /// A directory for this cluster alone; made if it is missing. When Anju runs as root it is
    /// given to the account that runs the server, so it must not be the one that holds the keys.
    pub data_dir: PathBuf,
    /// The programs to run.
    pub binaries: Binaries,
    /// For tests: nothing is made safe against a crash, and the directory is removed when the
    /// server ends. Make it directly in a place where everybody may write, such as `/tmp`: below
    /// a directory of root's only an empty one would be left.
    pub throw_away: bool,
    /// The database to work in, made if it is missing; usually [`DATABASE`](super::DATABASE).
    pub database: String,
}

/// A running PostgreSQL server of our own.
///
/// It ends when this value is dropped or this process ends; [`Cluster::stop`] waits for the end.
#[derive(Debug)]
pub struct Cluster {
    // In this order: the server is told to stop before the lock is given back.
    server: Server,
    address: Address,
    binaries: Binaries,
    throw_away: bool,
    directory: Directory,
}

impl Cluster {
    /// Starts the server, after `initdb` if this is the first time, and makes sure that the
    /// database and the role [`SERVICE`] are there. Recovers what an earlier process or server
    /// left behind when it was killed.
    pub async fn start(options: ClusterOptions) -> Result<Self> {
        let ClusterOptions {
            data_dir,
            binaries,
            throw_away,
            database,
        } = options;
        check_name(&database)?;
        let directory = Directory::take(&data_dir, throw_away, &binaries)?;
        stop_left_over(&directory, &binaries, &database).await?;
        if !directory.layout.data().exists() {
            make_data(&directory, &binaries, throw_away).await?;
        }
        let address = Address::new(directory.run.clone(), database);
        let (server, connection) = launch(&directory, &binaries, throw_away, &address).await?;
        furnish(connection, &address).await?;
        tracing::info!(directory = %directory.layout.root.display(), "PostgreSQL is ready");
        Ok(Self {
            server,
            address,
            binaries,
            throw_away,
            directory,
        })
    }

    /// Where a cluster can be reached that another process serves from this directory, or nothing
    /// when none does. Nothing is started or stopped.
    pub fn attach(data_dir: &Path, database: &str) -> Result<Option<Address>> {
        check_name(database)?;
        let root = match fs::canonicalize(data_dir) {
            Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(None),
            found => found.about("find", data_dir)?,
        };
        // Without the right to look there is no telling whether it runs.
        fs::read_dir(&root).about("read", &root)?;
        Ok(serving(&Layout { root }, database))
    }

    /// Where it can be reached.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The URL of the superuser in Anju's database: for migrations, backup and restore.
    pub fn owner_url(&self) -> String {
        self.address.owner_url()
    }

    /// The URL Anju serves with.
    pub fn service_url(&self) -> String {
        self.address.service_url()
    }

    /// The URL of any role in any database of the cluster.
    pub fn url_for(&self, user: &str, database: &str) -> String {
        self.address.url_for(user, database)
    }

    /// The programs it runs.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Resolves when the server has ended, also if nobody asked it to: serving makes no sense
    /// then. The future does not keep the cluster.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        self.server.ended()
    }

    /// Stops the server (open connections are closed, everything is written down) and waits until
    /// it has ended, at most 80 s.
    pub async fn stop(self) -> Result<()> {
        let Self {
            server,
            throw_away,
            directory,
            ..
        } = self;
        server.stop().await?;
        let Directory { layout, run, .. } = &directory;
        if throw_away {
            // The server's account could not remove it from a directory of root's.
            let _left = fs::remove_dir_all(&layout.root);
        } else if !run.starts_with(&layout.root) {
            let _left = fs::remove_dir(run);
        }
        tracing::info!(directory = %directory.layout.root.display(), "PostgreSQL has stopped");
        Ok(())
    }
}

fn serving(layout: &Layout, database: &str) -> Option<Address> {
    let run = layout.last_socket_directory()?;
    let address = Address::new(run, database.to_owned());
    address.answers().then_some(address)
}

/// Stops a server whose Anju was killed together with the supervisor. We hold the lock, so no
/// other Anju uses it.
async fn stop_left_over(directory: &Directory, binaries: &Binaries, database: &str) -> Result<()> {
    let layout = &directory.layout;
    let started = Instant::now();
    while serving(layout, database).is_some() {
        if started.elapsed().as_secs() > REMAINS_LIMIT_S {
            return Err(PostgresError::StillServing {
                data: layout.data(),
            });
        }
        tracing::warn!("stopping a PostgreSQL that an earlier Anju left behind");
        let program = binaries.program("pg_ctl")?;
        let mut stop = Command::from(directory.account.command(&program));
        stop.args([
            "stop",
            "--silent",
            "--mode=fast",
            "--timeout=10",
            "--pgdata",
        ]);
        // It fails where the server ends by itself meanwhile; whether it answers is what counts.
        stop.arg(layout.data())
            .kill_on_drop(true)
            .output()
            .await
            .about("run", &program)?;
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Makes the data directory under another name first: half a one is never taken for a whole.
async fn make_data(directory: &Directory, binaries: &Binaries, throw_away: bool) -> Result<()> {
    let layout = &directory.layout;
    let (data, unfinished) = (layout.data(), layout.unfinished_data());
    tracing::info!(directory = %data.display(), "making a PostgreSQL data directory");
    let program = binaries.program("initdb")?;
    let mut output = String::new();
    // C.UTF-8 sorts the same everywhere; macOS and some small systems do not have it.
    for locale in ["C.UTF-8", "C"] {
        layout.remove_unfinished_data()?;
        let mut initdb = Command::from(directory.account.command(&program));
        initdb
            .arg("--pgdata")
            .arg(&unfinished)
            .args(["--username", OWNER, "--auth=trust"]);
        initdb.args(["--encoding=UTF8", "--locale", locale, "--no-instructions"]);
        initdb.arg(if throw_away {
            "--no-sync"
        } else {
            "--data-checksums"
        });
        let ran = initdb
            .kill_on_drop(true)
            .output()
            .await
            .about("run", &program)?;
        if ran.status.success() {
            fs::rename(&unfinished, &data).about("rename", &unfinished)?;
            let parent = File::open(&layout.root).about("open", &layout.root)?;
            return parent.sync_all().about("write down", &layout.root);
        }
        output = String::from_utf8_lossy(&ran.stderr).into_owned();
        if !output.contains("locale") {
            break;
        }
    }
    Err(PostgresError::InitFailed(tail(&output)))
}

/// Starts the server, again and again while the remains of an earlier one are in the way: killed
/// servers leave children that hold the shared memory a moment longer.
async fn launch(
    directory: &Directory,
    binaries: &Binaries,
    throw_away: bool,
    address: &Address,
) -> Result<(Server, PgConnection)> {
    let layout = &directory.layout;
    let owner: PgConnectOptions = address.url_for(OWNER, MAINTENANCE).parse()?;
    let first = Instant::now();
    loop {
        remove_stale_marks(layout, &directory.run);
        let server = Server::spawn(directory, binaries, throw_away)?;
        if let Some(connection) = until_ready(&server, &owner, layout).await? {
            return Ok((server, connection));
        }
        let said = log_since(layout, server.log_start());
        let blocked = REMAINS.iter().any(|sign| said.contains(sign));
        if !blocked || first.elapsed().as_secs() > REMAINS_LIMIT_S {
            return Err(PostgresError::StartFailed {
                log: layout.log(),
                tail: tail(&said),
            });
        }
        tracing::debug!("the remains of an earlier PostgreSQL are still in the way");
        sleep(PAUSE * 5).await;
    }
}

/// Connects as soon as the server lets us in; nothing when it ends before that.
async fn until_ready(
    server: &Server,
    owner: &PgConnectOptions,
    layout: &Layout,
) -> Result<Option<PgConnection>> {
    let started = Instant::now();
    let mut next_word_s = 10;
    loop {
        let waited_s = started.elapsed().as_secs();
        if server.has_ended() {
            return Ok(None);
        }
        match owner.connect().await {
            Ok(connection) => return Ok(Some(connection)),
            Err(error) if is_not_ready_yet(&error) => {}
            Err(error) => return Err(error.into()),
        }
        if waited_s >= next_word_s {
            tracing::info!(
                waited_s,
                "PostgreSQL is not ready yet; after a crash it recovers first"
            );
            next_word_s += 10;
        }
        if waited_s >= READY_LIMIT_S {
            return Err(PostgresError::StartTooSlow {
                log: layout.log(),
                seconds: READY_LIMIT_S,
                tail: tail(&log_since(layout, server.log_start())),
            });
        }
        sleep(PAUSE).await;
    }
}

fn is_not_ready_yet(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != ErrorKind::PermissionDenied,
        // cannot_connect_now: it is starting up or recovering
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57P03"),
        _ => false,
    }
}

/// Makes the role and the database that are missing.
async fn furnish(mut connection: PgConnection, address: &Address) -> Result<()> {
    make_service_role(&mut connection).await?;
    let database = address.database();
    let found: Option<i32> = sqlx::query_scalar("select 1 from pg_database where datname = $1")
        .bind(database)
        .fetch_optional(&mut connection)
        .await?;
    if found.is_none() {
        let create = format!("create database \"{database}\" template template0 encoding 'UTF8'");
        sqlx::query(AssertSqlSafe(create))
            .execute(&mut connection)
            .await?;
    }
    connection.close().await?;
    let mut connection = PgConnection::connect(&address.owner_url()).await?;
    // Up to version 14 everybody may make tables there.
    sqlx::query("revoke create on schema public from public")
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}
