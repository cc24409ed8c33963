//! The directory of a cluster: its parts, its lock, and where its socket is.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process;

use sha2::{Digest as _, Sha256};

use super::account::Account;
use super::address::is_short_enough;
use super::error::About;
use super::{Binaries, PostgresError, Result};

/// A server log larger than this, in bytes, is set aside at the next start.
const LARGEST_LOG: u64 = 1_000_000;

/// How the names of data directories begin that are not finished.
const UNFINISHED: &str = "data.new-";

/// Where the parts of a cluster are.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Absolute, without symbolic links.
    pub(super) root: PathBuf,
}

impl Layout {
    pub(super) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// Named by our process: an `initdb` of an Anju that was killed may still be writing to its.
    pub(super) fn unfinished_data(&self) -> PathBuf {
        self.root.join(format!("{UNFINISHED}{}", process::id()))
    }

    /// Removes what killed processes left, as far as nobody is writing there any more.
    pub(super) fn remove_unfinished_data(&self) -> Result<()> {
        for entry in fs::read_dir(&self.root).about("read", &self.root)? {
            let entry = entry.about("read", &self.root)?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                let _left = fs::remove_dir_all(entry.path());
            }
        }
        Ok(())
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("server.log")
    }

    /// What PostgreSQL writes about itself while it runs.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }

    /// The socket directory of the server that runs or ran last, as it wrote down itself.
    pub(super) fn last_socket_directory(&self) -> Option<PathBuf> {
        let text = fs::read_to_string(self.pid_file()).ok()?;
        text.lines()
            .nth(4)
            .filter(|line| line.starts_with('/'))
            .map(PathBuf::from)
    }

    /// Opens the log for the next server, which may go on in the old one.
    pub(super) fn open_log(&self, account: &Account) -> Result<File> {
        let log = self.log();
        if fs::metadata(&log).is_ok_and(|log| log.len() > LARGEST_LOG) {
            let aside = self.root.join("server.log.1");
            fs::rename(&log, &aside).about("set aside", &log)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .about("open", &log)?;
        file.set_permissions(Permissions::from_mode(0o600))
            .about("close to others", &log)?;
        account.give(&log)?;
        Ok(file)
    }

    /// Refuses a data directory that another major version of PostgreSQL made.
    pub(super) fn check_version(&self, binaries: &Binaries) -> Result<()> {
        let file = self.data().join("PG_VERSION");
        let found = match fs::read_to_string(&file) {
            Ok(text) => text.trim().to_owned(),
            Err(missing) if missing.kind() == ErrorKind::NotFound => return Ok(()),
            Err(source) => {
                return Err(PostgresError::Io {
                    action: "read",
                    path: file,
                    source,
                });
            }
        };
        if found == binaries.major().to_string() {
            return Ok(());
        }
        Err(PostgresError::OtherMajor {
            directory: self.root.clone(),
            found,
            programs: binaries.directory().to_owned(),
            have: binaries.major(),
        })
    }
}

/// The directory of a cluster, held by this process alone for as long as this value lives.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) layout: Layout,
    pub(super) account: Account,
    /// The socket directory.
    pub(super) run: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes the directory if it is missing, takes its lock, gives it to the account that will run
    /// the server and checks that this account can work there.
    pub(super) fn take(directory: &Path, throw_away: bool, binaries: &Binaries) -> Result<Self> {
        fs::create_dir_all(directory).about("create", directory)?;
        let root = fs::canonicalize(directory).about("find", directory)?;
        if throw_away && fs::read_dir(&root).about("read", &root)?.next().is_some() {
            return Err(PostgresError::ThrowAwayNotEmpty(root));
        }
        let lock = lock(&root)?;
        let layout = Layout { root };
        let account = Account::choose(&layout.root, &layout.data())?;
        account.give(&layout.root)?;
        account.give(&layout.root.join("lock"))?;
        close(&layout.root)?;
        layout.check_version(binaries)?;
        let run = make_socket_directory(&layout.root, &account)?;
        account.check_access(&[&layout.root, &run], binaries)?;
        Ok(Self {
            layout,
            account,
            run,
            _lock: lock,
        })
    }
}

/// Takes the exclusive lock, which the operating system gives back when this process ends.
fn lock(root: &Path) -> Result<File> {
    let path = root.join("lock");
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .about("open", &path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            file.read_to_string(&mut text).about("read", &path)?;
            let pid = text.trim().parse().ok();
            return Err(PostgresError::DataDirectoryInUse {
                directory: root.to_owned(),
                pid,
            });
        }
        Err(TryLockError::Error(source)) => {
            return Err(PostgresError::Io {
                action: "lock",
                path,
                source,
            });
        }
    }
    file.set_len(0).about("write", &path)?;
    writeln!(file, "{}", process::id()).about("write", &path)?;
    Ok(file)
}

/// The socket directory: `run` in the cluster's directory, or a private one in a shorter place.
fn make_socket_directory(root: &Path, account: &Account) -> Result<PathBuf> {
    let inside = root.join("run");
    let run = if is_short_enough(&inside) {
        inside
    } else {
        let digest = Sha256::digest(root.as_os_str().as_bytes());
        let name = format!("anju-{}", hex::encode(&digest[..8]));
        let near = env::temp_dir().join(&name);
        if is_short_enough(&near) {
            near
        } else {
            Path::new("/tmp").join(name)
        }
    };
    match DirBuilder::new().mode(0o700).create(&run) {
        Err(exists) if exists.kind() == ErrorKind::AlreadyExists => {
            // In a shared place somebody else may have made it first, to listen in our name.
            let found = fs::symlink_metadata(&run).about("look at", &run)?;
            if !found.is_dir() || !account.owns(found.uid()) {
                return Err(PostgresError::SocketDirectoryTaken(run));
            }
        }
        made => made.about("create", &run)?,
    }
    account.give(&run)?;
    close(&run)?;
    Ok(run)
}

fn close(directory: &Path) -> Result<()> {
    fs::set_permissions(directory, Permissions::from_mode(0o700))
        .about("close to others", directory)
}
