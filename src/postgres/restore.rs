//! Bringing a backup back, while Anju serves or on a fresh machine.
//!
//! The backup is loaded into a database of its own first. Only when it is whole, and this program
//! knows its schema, do the two databases change names, both or neither; the old one is kept.

use std::path::Path;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::time::sleep;

use super::backup::check_archive;
use super::error::About;
use super::service_role::make_service_role;
use super::tools::{Client, MAINTENANCE, check_name, run};
use super::{Binaries, PostgresError, Result};

/// Held while a restore runs, so that two do not meet: "anju" in ASCII.
const RESTORE_LOCK: i64 = 0x616e_6a75;

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The version of the newest migration in the backup; newer ones are still to be applied.
    pub newest_migration: i64,
    /// The name under which the database that was there before is kept, unless it was empty.
    /// Drop it when it is certain that it is no longer needed.
    pub kept_as: Option<String>,
}

/// Puts the content of `file` in the place of the database that `owner_url` names.
///
/// A backup whose newest migration is above `newest_known` is refused. Until the very end the old
/// database serves on; then its connections are ended and new ones find the restored one under
/// its name. The old one stays as `<name>_before_restore_<time of at>`. Keys are not touched: the
/// key files that belong to the backup must be put in place separately.
pub async fn restore(
    owner_url: &str,
    binaries: &Binaries,
    file: &Path,
    newest_known: i64,
    at: DateTime<Utc>,
) -> Result<Restored> {
    let client = Client::new(owner_url)?;
    let database = client.database();
    check_name(database)?;
    std::fs::metadata(file).about("read", file)?;
    check_archive(binaries, file).await?;
    let mut admin = client.connect_to(MAINTENANCE).await?;
    let alone: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
        .bind(RESTORE_LOCK)
        .fetch_one(&mut admin)
        .await?;
    if !alone {
        return Err(PostgresError::RestoreRunning);
    }
    let names = Names {
        live: database.to_owned(),
        restoring: format!("{database}_restoring"),
        before: format!("{database}_before_restore_{}", at.format("%Y%m%d%H%M%S")),
    };
    drop_database(&mut admin, &names.restoring).await?;
    let source = Source {
        client: &client,
        binaries,
        file,
    };
    let done = source.load_and_swap(&mut admin, &names, newest_known).await;
    if done.is_err() {
        // What went wrong first is what counts; the next restore begins by removing it, too.
        let _left = drop_database(&mut admin, &names.restoring).await;
    }
    admin.close().await?;
    done
}

/// The version of the newest applied migration of a database, if it has any.
pub async fn newest_migration(connection: &mut PgConnection) -> Result<Option<i64>> {
    let table: Option<String> = sqlx::query_scalar("select to_regclass('_sqlx_migrations')::text")
        .fetch_one(&mut *connection)
        .await?;
    if table.is_none() {
        return Ok(None);
    }
    let newest = sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
        .fetch_one(connection)
        .await?;
    Ok(newest)
}

struct Names {
    live: String,
    restoring: String,
    before: String,
}

struct Source<'a> {
    client: &'a Client,
    binaries: &'a Binaries,
    file: &'a Path,
}

impl Source<'_> {
    async fn load_and_swap(
        &self,
        admin: &mut PgConnection,
        names: &Names,
        newest_known: i64,
    ) -> Result<Restored> {
        tracing::info!("loading the backup beside the database in use");
        make_service_role(admin).await?;
        let create = format!(
            "create database \"{}\" template template0 encoding 'UTF8'",
            names.restoring
        );
        sqlx::query(AssertSqlSafe(create))
            .execute(&mut *admin)
            .await?;
        let newest_migration = self.load(&names.restoring, newest_known).await?;
        let had_live = exists(admin, &names.live).await?;
        let was_empty = had_live && is_empty(self.client, &names.live).await?;
        self.swap(admin, names, had_live).await?;
        let kept = had_live && !was_empty;
        if had_live && was_empty {
            drop_database(admin, &names.before).await?;
        }
        tracing::info!("the backup is in place");
        Ok(Restored {
            newest_migration,
            kept_as: kept.then(|| names.before.clone()),
        })
    }

    /// Loads the file; the list of migrations alone first, because a large backup takes minutes.
    async fn load(&self, database: &str, newest_known: i64) -> Result<i64> {
        let mut connection = self.client.connect_to(database).await?;
        self.pg_restore(database, &["--table=_sqlx_migrations"])
            .await?;
        let newest = newest_migration(&mut connection).await?;
        let Some(newest) = newest else {
            let reason = "it has no list of migrations".to_owned();
            return Err(PostgresError::NotABackup {
                file: self.file.to_owned(),
                reason,
            });
        };
        if newest > newest_known {
            return Err(PostgresError::NewerSchema {
                what: "backup",
                found: newest,
                known: newest_known,
            });
        }
        sqlx::query("drop table _sqlx_migrations")
            .execute(&mut connection)
            .await?;
        let jobs = thread::available_parallelism().map_or(1, |all| all.get().min(4));
        self.pg_restore(database, &[&format!("--jobs={jobs}")])
            .await?;
        sqlx::query("analyze").execute(&mut connection).await?;
        connection.close().await?;
        Ok(newest)
    }

    async fn pg_restore(&self, database: &str, arguments: &[&str]) -> Result<()> {
        let mut load = self.client.command(self.binaries, "pg_restore", database)?;
        load.args(["--exit-on-error", "--no-owner", "--dbname", database])
            .args(arguments);
        run("pg_restore", load.arg(self.file)).await
    }

    /// Exchanges the names. The renaming waits until nobody is connected and lets nobody in
    /// meanwhile, so ending the sessions beside it is all it takes.
    async fn swap(&self, admin: &mut PgConnection, names: &Names, had_live: bool) -> Result<()> {
        let renamer = self.client.connect_to(MAINTENANCE).await?;
        let swapped = rename(renamer, names, had_live);
        let failed = async {
            loop {
                let ended =
                    sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where datname in ($1, $2)")
                        .bind(&names.live)
                        .bind(&names.restoring)
                        .execute(&mut *admin)
                        .await;
                if let Err(error) = ended {
                    break error;
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            swapped = swapped => swapped,
            error = failed => Err(error.into()),
        }
    }
}

async fn rename(mut connection: PgConnection, names: &Names, had_live: bool) -> Result<()> {
    let Names {
        live,
        restoring,
        before,
    } = names;
    let mut tx = connection.begin().await?;
    if had_live {
        let aside = format!("alter database \"{live}\" rename to \"{before}\"");
        sqlx::query(AssertSqlSafe(aside)).execute(&mut *tx).await?;
    }
    let in_place = format!("alter database \"{restoring}\" rename to \"{live}\"");
    sqlx::query(AssertSqlSafe(in_place))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

async fn exists(admin: &mut PgConnection, database: &str) -> Result<bool> {
    let found = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(database)
        .fetch_one(admin)
        .await?;
    Ok(found)
}

/// Whether a database has no table, view, sequence or type of its own.
async fn is_empty(client: &Client, database: &str) -> Result<bool> {
    let mut connection = client.connect_to(database).await?;
    let empty = sqlx::query_scalar(
        "select not exists (select from pg_type t join pg_namespace n on n.oid = t.typnamespace
          where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema')",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(empty)
}

/// Removes a database and whoever is connected to it, if it is there.
async fn drop_database(admin: &mut PgConnection, database: &str) -> Result<()> {
    let drop = format!("drop database if exists \"{database}\" with (force)");
    sqlx::query(AssertSqlSafe(drop)).execute(admin).await?;
    Ok(())
}
