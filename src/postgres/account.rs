//! The account the server runs under: PostgreSQL refuses to run as root.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::About;
use super::{Binaries, PostgresError, Result};

/// Accounts root gives the server to, best first.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// Prints the first of its arguments that cannot be entered; the last must be writable, too.
const FIND_CLOSED: &str = r#"
    for each; do [ -d "$each" ] && [ -x "$each" ] || { printf %s "$each"; exit; }; done
    [ -w "$each" ] || printf %s "$each"
"#;

/// Who runs the server: the user we are, or another one when we are root.
#[derive(Debug, Clone)]
pub(super) struct Account {
    name: String,
    /// Set when we are root: the user and group to become.
    become_ids: Option<(u32, u32)>,
    own_uid: u32,
}

impl Account {
    /// The account for a cluster in `directory`, which exists. A `data` directory that was made
    /// before keeps the account that made it.
    pub(super) fn choose(directory: &Path, data: &Path) -> Result<Self> {
        let own_uid = own_uid(directory).about("create a file in", directory)?;
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        if own_uid != 0 {
            let name = name_of(&accounts, own_uid);
            return Ok(Self {
                name,
                become_ids: None,
                own_uid,
            });
        }
        if let Ok(made) = fs::metadata(data)
            && made.uid() != 0
        {
            let become_ids = Some((made.uid(), made.gid()));
            return Ok(Self {
                name: name_of(&accounts, made.uid()),
                become_ids,
                own_uid,
            });
        }
        UNPRIVILEGED
            .iter()
            .find_map(|name| Some((*name, ids_of(&accounts, name)?)))
            .map(|(name, ids)| Self {
                name: name.to_owned(),
                become_ids: Some(ids),
                own_uid,
            })
            .ok_or(PostgresError::NoAccount)
    }

    /// A command that runs as this account, in English and without settings of the environment
    /// that would reach PostgreSQL.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null());
        quiet(&mut command);
        if let Some((uid, gid)) = self.become_ids {
            command.gid(gid).uid(uid); // this also drops the supplementary groups of root
        }
        command
    }

    /// Makes a file or directory of ours theirs.
    pub(super) fn give(&self, path: &Path) -> Result<()> {
        let Some((uid, gid)) = self.become_ids else {
            return Ok(());
        };
        chown(path, Some(uid), Some(gid)).about("change the owner of", path)
    }

    /// Whether a directory found in a shared place may be trusted as ours.
    pub(super) fn owns(&self, uid: u32) -> bool {
        uid == self.own_uid || self.become_ids.is_some_and(|(theirs, _)| uid == theirs)
    }

    /// Makes sure that the account can write these directories and run the programs.
    pub(super) fn check_access(&self, directories: &[&Path], binaries: &Binaries) -> Result<()> {
        for directory in directories {
            let mut way: Vec<&Path> = directory.ancestors().collect();
            way.reverse();
            let mut probe = self.command(Path::new("/bin/sh"));
            probe.args(["-c", FIND_CLOSED, "sh"]).args(way);
            let closed = probe
                .output()
                .about("run /bin/sh to check", directory)?
                .stdout;
            if !closed.is_empty() {
                let closed = PathBuf::from(String::from_utf8_lossy(&closed).into_owned());
                return Err(PostgresError::Unreachable {
                    account: self.name.clone(),
                    closed,
                });
            }
        }
        let program = binaries.program("postgres")?;
        let ran = self.command(&program).arg("--version").output();
        if ran.is_ok_and(|ran| ran.status.success()) {
            return Ok(());
        }
        Err(PostgresError::ProgramClosed {
            account: self.name.clone(),
            program,
        })
    }
}

/// The user this process works as. Whoever owns a new file is who we are; the standard library
/// cannot say it directly.
pub fn own_uid(directory: &Path) -> io::Result<u32> {
    Ok(tempfile::tempfile_in(directory)?.metadata()?.uid())
}

/// Takes away what would steer PostgreSQL's programs from outside (`PGPORT`, `PGDATA`, …) or
/// translate their messages.
pub(super) fn quiet(command: &mut Command) {
    for (name, _) in env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("PG") || name.starts_with("LC_"))
        {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C");
}

fn fields(accounts: &str) -> impl Iterator<Item = (&str, u32, u32)> {
    accounts.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        Some((name, uid, fields.next()?.parse().ok()?))
    })
}

fn ids_of(accounts: &str, name: &str) -> Option<(u32, u32)> {
    fields(accounts)
        .find(|(each, ..)| *each == name)
        .map(|(_, uid, gid)| (uid, gid))
}

fn name_of(accounts: &str, uid: u32) -> String {
    fields(accounts)
        .find(|(_, each, _)| *each == uid)
        .map_or_else(|| format!("user {uid}"), |(name, ..)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_lines_of_seven_fields() {
        let accounts = "root:x:0:0:root:/root:/bin/bash\n# comment\nnobody:*:-2:-2::/:/no\n\
                        postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(ids_of(accounts, "postgres"), Some((101, 104)));
        assert_eq!(ids_of(accounts, "nobody"), None);
        assert_eq!(name_of(accounts, 0), "root");
        assert_eq!(name_of(accounts, 7), "user 7");
    }
}
