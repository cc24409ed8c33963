//! What can go wrong, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::OLDEST_MAJOR;

/// Why the database could not be found, started, reached, copied or brought back.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "no PostgreSQL {OLDEST_MAJOR} or newer was found (looked in {searched}). Install it with \
         `apt-get install postgresql`, or set ANJU_PG_BIN to the directory that holds its \
         programs, or set DATABASE_URL to use a server you already run"
    )]
    NotFound { searched: String },

    #[error(
        "{} (ANJU_PG_BIN) does not hold the PostgreSQL program `{missing}`: set it to the \
         directory that does, for example /usr/lib/postgresql/15/bin", directory.display()
    )]
    NotABinDirectory {
        directory: PathBuf,
        missing: &'static str,
    },

    #[error(
        "the PostgreSQL in {} is version {major}, Anju needs {OLDEST_MAJOR} or newer: install a \
         newer one, or set ANJU_PG_BIN or DATABASE_URL", directory.display()
    )]
    TooOld { directory: PathBuf, major: u32 },

    #[error(
        "the program `{tool}` is missing in {}: install the PostgreSQL client programs \
         (`apt-get install postgresql-client`) or set ANJU_PG_BIN to a directory that has them",
        directory.display()
    )]
    MissingTool {
        tool: &'static str,
        directory: PathBuf,
    },

    #[error(
        "the data directory {} is in use by {}: stop that Anju first, or set ANJU_DATA_DIR to \
         another directory", directory.display(), process(*.pid)
    )]
    DataDirectoryInUse {
        directory: PathBuf,
        pid: Option<u32>,
    },

    #[error(
        "the data directory {} was made by PostgreSQL {found}, the programs in {} are version \
         {have}. Either set ANJU_PG_BIN to the programs of PostgreSQL {found}; or move to version \
         {have}: `anju backup FILE` with ANJU_PG_BIN set to version {found}, then set this \
         directory aside and `anju restore FILE` with version {have}",
        directory.display(), programs.display()
    )]
    OtherMajor {
        directory: PathBuf,
        found: String,
        programs: PathBuf,
        have: u32,
    },

    #[error(
        "the account `{account}`, which runs PostgreSQL, cannot enter or write {}: open the way \
         with `chmod a+x {0}`, or set ANJU_DATA_DIR to a directory it can reach, such as \
         /var/lib/anju", closed.display()
    )]
    Unreachable { account: String, closed: PathBuf },

    #[error(
        "the account `{account}`, which runs PostgreSQL, cannot run {}: set ANJU_PG_BIN to \
         programs that every account may run", program.display()
    )]
    ProgramClosed { account: String, program: PathBuf },

    #[error(
        "Anju runs as root and found no account to run PostgreSQL as (looked for `postgres` and \
         `nobody` in /etc/passwd): run Anju as an ordinary user, or create the account `postgres`"
    )]
    NoAccount,

    #[error(
        "{} is not empty: a throw-away database takes only a new or empty directory, because the \
         directory is removed when it ends", .0.display()
    )]
    ThrowAwayNotEmpty(PathBuf),

    #[error(
        "the socket directory {} belongs to somebody else: remove it, or set TMPDIR to a directory \
         of your own", .0.display()
    )]
    SocketDirectoryTaken(PathBuf),

    #[error("PostgreSQL could not make its data directory:\n{0}")]
    InitFailed(String),

    #[error("PostgreSQL did not start. The end of {}:\n{tail}", log.display())]
    StartFailed { log: PathBuf, tail: String },

    #[error(
        "PostgreSQL was not ready after {seconds} s; it may still be recovering, so start again. \
         The end of {}:\n{tail}", log.display()
    )]
    StartTooSlow {
        log: PathBuf,
        seconds: u64,
        tail: String,
    },

    #[error(
        "another PostgreSQL still serves {} and did not stop when asked: stop it with \
         `pg_ctl stop -m fast -D {0}`", data.display()
    )]
    StillServing { data: PathBuf },

    #[error("PostgreSQL had not stopped after {seconds} s; no data is lost, it will recover")]
    StopTooSlow { seconds: u64 },

    #[error("`{0}` cannot name a database here: use at most 32 of a-z, A-Z, 0-9, `_` and `-`")]
    DatabaseName(String),

    #[error(
        "{} exists already and is not overwritten: name another file, or remove it first",
        .0.display()
    )]
    BackupExists(PathBuf),

    #[error("another backup is being written to {}: wait for it, or name another file", .0.display())]
    BackupRunning(PathBuf),

    #[error("{} is not a backup made by `anju backup`: {reason}", file.display())]
    NotABackup { file: PathBuf, reason: String },

    #[error(
        "the {what} comes from a newer Anju (its newest migration is {found}, this program knows \
         up to {known}): use that version of Anju or a newer one. Nothing was changed"
    )]
    NewerSchema {
        /// What was looked at: the backup, or the database.
        what: &'static str,
        found: i64,
        known: i64,
    },

    #[error(
        "Anju serves as the role anju_service, and the owner that DATABASE_URL names may not make \
         it or give it to itself. Have a superuser of the server run this, then start again:\n  {sql}"
    )]
    ServiceRoleForbidden { sql: String },

    #[error("another restore is running on this server: wait for it, then try again")]
    RestoreRunning,

    #[error("`{tool}` failed:\n{output}")]
    ToolFailed { tool: &'static str, output: String },

    #[error("cannot {action} {}", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },

    #[error("the database refused")]
    Sql(#[from] sqlx::Error),
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

/// Gives an input/output error the path it is about.
pub(super) trait About<T> {
    fn about(self, action: &'static str, path: &Path) -> Result<T, PostgresError>;
}

impl<T> About<T> for io::Result<T> {
    fn about(self, action: &'static str, path: &Path) -> Result<T, PostgresError> {
        self.map_err(|source| PostgresError::Io {
            action,
            path: path.to_owned(),
            source,
        })
    }
}
