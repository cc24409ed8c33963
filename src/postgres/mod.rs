//! The private PostgreSQL that `anju serve` keeps when no `DATABASE_URL` is given, the throw-away
//! one the integration tests use, and backup and restore of whatever database is used.
//!
//! A [`Cluster`] is a real PostgreSQL server in its own directory. It listens on a Unix socket
//! only, in a directory nobody but its account and root may enter; it never opens a TCP port. It
//! runs under the account `postgres` (else `nobody`) when Anju runs as root, and it ends with the
//! process that holds it, also when that process is killed.
//!
//! The directory a cluster owns (give it one of its own, not the one that holds the keys):
//!
//! | name | what |
//! |---|---|
//! | `data/` | what `initdb` made; `data.new-<process id>/` while it is being made |
//! | `run/` | the socket; elsewhere when this path is too long for a socket |
//! | `server.log` | what the server says; no statements and no values are written to it |
//! | `lock` | held by the process that owns the cluster, its process id inside |
//!
//! Everything belongs to the superuser [`OWNER`]; Anju itself works as [`SERVICE`], which owns
//! nothing and can only do what the migrations grant it.

mod account;
mod address;
mod backup;
mod binaries;
mod cluster;
mod directory;
mod error;
mod restore;
mod server;
pub(crate) mod service_role;
mod tools;

pub(crate) use account::own_uid;
pub use address::Address;
pub use backup::{Backup, backup};
pub use binaries::Binaries;
pub use cluster::{Cluster, ClusterOptions};
pub use error::PostgresError;
pub use restore::{Restored, newest_migration, restore};

/// The superuser of a cluster: owns the tables, runs migrations, backup and restore.
pub const OWNER: &str = "postgres";

/// The login role Anju serves with: no superuser, creates no databases and no roles.
pub const SERVICE: &str = "anju_service";

/// The database Anju lives in, unless another name is asked for.
pub const DATABASE: &str = "anju";

/// The oldest PostgreSQL that will do.
pub const OLDEST_MAJOR: u32 = 14;

/// What every function here answers.
pub type Result<T> = std::result::Result<T, PostgresError>;
