//! Writing the whole database into one file.
//!
//! The file is PostgreSQL's own custom format, so `pg_restore` reads it with or without Anju. It
//! holds everything in the database and nothing else: the keys that personal data is encrypted
//! with are files beside the database, and must be kept apart from the backups.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::error::About;
use super::tools::{Client, offline, run};
use super::{Binaries, PostgresError, Result};

/// A backup that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Writes the database that `owner_url` names, as it is at one moment, to `file`, while others
/// work in it. The file is readable by its owner only and appears under its name when it is
/// complete; a file that exists is not overwritten.
pub async fn backup(owner_url: &str, binaries: &Binaries, file: &Path) -> Result<Backup> {
    let client = Client::new(owner_url)?;
    refuse_existing(file)?;
    let mut name = OsString::from(file);
    name.push(".part");
    let part = PathBuf::from(name);
    let written = open_part(&part)?;
    let done = write(&client, binaries, &part, &written, file).await;
    if done.is_err() {
        let _left = fs::remove_file(&part);
    }
    let backup = done?;
    tracing::info!(bytes = backup.bytes, "the backup is complete");
    Ok(backup)
}

async fn write(
    client: &Client,
    binaries: &Binaries,
    part: &Path,
    written: &File,
    file: &Path,
) -> Result<Backup> {
    tracing::info!(file = %file.display(), "writing a backup");
    let output = written.try_clone().about("write", part)?;
    let mut dump = client.command(binaries, "pg_dump", client.database())?;
    dump.args(["--format=custom", "--lock-wait-timeout=60000"])
        .stdout(output);
    run("pg_dump", &mut dump).await?;
    check_archive(binaries, part).await?;
    written.sync_all().about("write down", part)?;
    refuse_existing(file)?;
    fs::rename(part, file).about("rename", part)?;
    let directory = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .about("write down", directory)?;
    let bytes = written.metadata().about("look at", file)?.len();
    Ok(Backup {
        file: file.to_owned(),
        bytes,
    })
}

/// Makes sure that the file is an archive `pg_restore` can read.
pub(super) async fn check_archive(binaries: &Binaries, file: &Path) -> Result<()> {
    let mut list = offline(binaries, "pg_restore")?;
    list.arg("--list").arg(file).stdout(Stdio::null());
    run("pg_restore", &mut list)
        .await
        .map_err(|error| match error {
            PostgresError::ToolFailed { output, .. } => PostgresError::NotABackup {
                file: file.to_owned(),
                reason: output,
            },
            other => other,
        })
}

fn refuse_existing(file: &Path) -> Result<()> {
    // A dangling link counts as existing: what it points to may only be away for now.
    match fs::symlink_metadata(file) {
        Ok(_) => Err(PostgresError::BackupExists(file.to_owned())),
        Err(_) => Ok(()),
    }
}

/// The unfinished file, perhaps left by a backup that was killed.
fn open_part(part: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(part)
        .about("write", part)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(PostgresError::BackupRunning(part.to_owned()));
        }
        Err(TryLockError::Error(source)) => {
            return Err(PostgresError::Io {
                action: "lock",
                path: part.to_owned(),
                source,
            });
        }
    }
    file.set_len(0).about("write", part)?;
    Ok(file)
}
