//! Finding the PostgreSQL programs.

use std::cmp::Reverse;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{OLDEST_MAJOR, PostgresError, Result};

/// What a cluster needs; the tools of backup and restore are looked for when they are used,
/// because some packages of the server come without them.
const SERVER: [&str; 3] = ["postgres", "initdb", "pg_ctl"];
const TOOLS: [&str; 2] = ["pg_dump", "pg_restore"];

/// A directory of PostgreSQL programs and their major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    directory: PathBuf,
    major: u32,
}

impl Binaries {
    /// The programs of a server: in `explicit` (the setting `ANJU_PG_BIN`) if given, else the
    /// newest of the usual places of Debian, Red Hat and Homebrew, else those on `PATH`.
    pub fn find(explicit: Option<&Path>) -> Result<Self> {
        Self::find_with(explicit, &SERVER)
    }

    /// The programs of backup and restore only, for a machine whose database is elsewhere.
    pub fn find_tools(explicit: Option<&Path>) -> Result<Self> {
        Self::find_with(explicit, &TOOLS)
    }

    fn find_with(explicit: Option<&Path>, wanted: &[&'static str]) -> Result<Self> {
        match explicit {
            Some(directory) => Self::named(directory, wanted),
            None => Self::search(Path::new("/"), env::var_os("PATH").as_deref(), wanted),
        }
    }

    /// The major version, such as 15.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The directory the programs are in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The path of one program.
    pub(super) fn program(&self, name: &'static str) -> Result<PathBuf> {
        let path = self.directory.join(name);
        if path.is_file() {
            return Ok(path);
        }
        Err(PostgresError::MissingTool {
            tool: name,
            directory: self.directory.clone(),
        })
    }

    fn named(directory: &Path, wanted: &[&'static str]) -> Result<Self> {
        let below = directory.join("bin");
        let directory = if holds(&below, wanted) {
            below.as_path()
        } else {
            directory
        };
        if let Some(missing) = wanted.iter().find(|name| !directory.join(name).is_file()) {
            return Err(PostgresError::NotABinDirectory {
                directory: directory.into(),
                missing,
            });
        }
        let Some(major) = major_of(&directory.join(wanted[0])) else {
            let missing = wanted[0];
            return Err(PostgresError::NotABinDirectory {
                directory: directory.into(),
                missing,
            });
        };
        if major < OLDEST_MAJOR {
            return Err(PostgresError::TooOld {
                directory: directory.into(),
                major,
            });
        }
        Ok(Self {
            directory: directory.into(),
            major,
        })
    }

    fn search(root: &Path, path: Option<&OsStr>, wanted: &[&'static str]) -> Result<Self> {
        let on_path = path.map(|path| env::split_paths(path).collect::<Vec<_>>());
        installed(root)
            .into_iter()
            .chain(on_path.unwrap_or_default())
            .filter(|directory| holds(directory, wanted))
            .find_map(|directory| Self::named(&directory, wanted).ok())
            .ok_or_else(|| PostgresError::NotFound {
                searched: "/usr/lib/postgresql/*/bin, /usr/pgsql-*/bin, \
                           /opt/homebrew/opt/postgresql@*/bin, \
                           /usr/local/opt/postgresql@*/bin and PATH"
                    .to_owned(),
            })
    }
}

fn holds(directory: &Path, wanted: &[&str]) -> bool {
    wanted.iter().all(|name| directory.join(name).is_file())
}

/// The usual places below `root`, in the order they are preferred: by place, newest first.
fn installed(root: &Path) -> Vec<PathBuf> {
    let places = [
        ("usr/lib/postgresql", ""),
        ("usr", "pgsql-"),
        ("opt/homebrew/opt", "postgresql@"),
        ("usr/local/opt", "postgresql@"),
    ];
    let mut found = Vec::new();
    for (parent, prefix) in places {
        let Ok(entries) = fs::read_dir(root.join(parent)) else {
            continue;
        };
        let mut versions: Vec<(u32, PathBuf)> = entries
            .filter_map(std::result::Result::ok)
            .filter_map(|entry| {
                let name = entry.file_name();
                let version = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
                Some((version, entry.path().join("bin")))
            })
            .collect();
        versions.sort_by_key(|(version, _)| Reverse(*version));
        found.extend(versions.into_iter().map(|(_, directory)| directory));
    }
    found
}

/// Asks a program for its version: `postgres (PostgreSQL) 15.18 (Debian …)`, `… 19devel`.
fn major_of(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = text.split_once("(PostgreSQL) ")?.1;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(directory: &Path, version: &str) {
        fs::create_dir_all(directory).unwrap();
        for name in SERVER {
            // A shell writes it: a file this process has open for writing cannot be run, and a
            // test on another thread may fork at that moment.
            let written = Command::new("/bin/sh")
                .args([
                    "-c",
                    r#"printf '#!/bin/sh\necho "%s"\n' "$2" >"$1" && chmod 755 "$1""#,
                ])
                .args(["sh".as_ref(), directory.join(name).as_os_str()])
                .arg(format!("{name} (PostgreSQL) {version} (Debian)"))
                .status();
            assert!(written.unwrap().success());
        }
    }

    #[test]
    fn the_newest_installed_version_is_taken_and_path_comes_last() {
        let root = tempfile::tempdir().unwrap();
        let on_path = root.path().join("elsewhere");
        install(&root.path().join("usr/lib/postgresql/9/bin"), "9.6.24");
        install(&root.path().join("usr/lib/postgresql/14/bin"), "14.2");
        install(&root.path().join("usr/pgsql-18/bin"), "18beta1");
        install(&on_path, "19devel");

        let found = Binaries::search(root.path(), Some(on_path.as_os_str()), &SERVER).unwrap();
        assert_eq!(
            found.directory(),
            root.path().join("usr/lib/postgresql/14/bin")
        );
        assert_eq!(found.major(), 14);

        fs::remove_dir_all(root.path().join("usr/lib")).unwrap();
        let found = Binaries::search(root.path(), Some(on_path.as_os_str()), &SERVER).unwrap();
        assert_eq!(found.major(), 18);

        fs::remove_dir_all(root.path().join("usr")).unwrap();
        let found = Binaries::search(root.path(), Some(on_path.as_os_str()), &SERVER).unwrap();
        assert_eq!((found.major(), found.directory()), (19, on_path.as_path()));
    }

    #[test]
    fn a_machine_without_a_new_enough_server_is_told_what_to_install() {
        let root = tempfile::tempdir().unwrap();
        install(&root.path().join("usr/lib/postgresql/13/bin"), "13.9");
        let told = Binaries::search(root.path(), None, &SERVER)
            .unwrap_err()
            .to_string();
        assert!(told.contains("apt-get install postgresql"), "{told}");
        assert!(told.contains("DATABASE_URL"), "{told}");
    }

    #[test]
    fn a_directory_named_by_hand_must_hold_a_new_enough_server() {
        let root = tempfile::tempdir().unwrap();
        let told = Binaries::find(Some(root.path())).unwrap_err();
        assert!(matches!(
            told,
            PostgresError::NotABinDirectory {
                missing: "postgres",
                ..
            }
        ));

        install(&root.path().join("bin"), "13.9");
        let told = Binaries::find(Some(root.path())).unwrap_err();
        assert!(
            matches!(told, PostgresError::TooOld { major: 13, .. }),
            "{told}"
        );

        install(&root.path().join("bin"), "16.1");
        let found = Binaries::find(Some(root.path())).unwrap();
        assert_eq!(
            (found.major(), found.directory()),
            (16, root.path().join("bin").as_path())
        );
    }
}
