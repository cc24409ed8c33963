//! Where a cluster can be reached.

use std::fmt::Write as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::{OWNER, SERVICE};

/// The port number is only part of the socket's name: nothing listens on TCP.
const PORT: u16 = 5432;

/// The longest path of a socket that is used: the limit is 107 bytes on Linux, 103 on macOS.
const LONGEST_SOCKET: usize = 80;

/// Where a cluster listens and which database in it is Anju's.
///
/// Whoever may enter the socket directory (the account of the server, and root) is let in under
/// any name, so an address is no secret and holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    run: PathBuf,
    database: String,
}

impl Address {
    pub(super) fn new(run: PathBuf, database: String) -> Self {
        Self { run, database }
    }

    /// The URL of the superuser in Anju's database: for migrations, backup and restore.
    pub fn owner_url(&self) -> String {
        self.url_for(OWNER, &self.database)
    }

    /// The URL Anju serves with.
    pub fn service_url(&self) -> String {
        self.url_for(SERVICE, &self.database)
    }

    /// The URL of any role in any database of the cluster; sqlx and libpq both take it.
    pub fn url_for(&self, user: &str, database: &str) -> String {
        // Port and sslmode are named so that PGPORT and PGSSLMODE of the environment do not count.
        format!(
            "postgres://{}@localhost:{PORT}/{}?host={}&sslmode=disable",
            percent_encode(user),
            percent_encode(database),
            percent_encode(&self.run.to_string_lossy()),
        )
    }

    /// The name of Anju's database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The directory of the socket.
    pub fn socket_directory(&self) -> &Path {
        &self.run
    }

    /// Whether somebody listens. The only honest probe: a process table also shows the dead.
    pub(super) fn answers(&self) -> bool {
        UnixStream::connect(socket_in(&self.run)).is_ok()
    }
}

/// The path of the socket in a directory.
pub(super) fn socket_in(run: &Path) -> PathBuf {
    run.join(format!(".s.PGSQL.{PORT}"))
}

/// Whether a socket in this directory has a path short enough for the operating system.
pub(super) fn is_short_enough(run: &Path) -> bool {
    socket_in(run).as_os_str().len() <= LONGEST_SOCKET
}

fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string does not fail");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::PgConnectOptions;

    use super::super::DATABASE;
    use super::*;

    #[test]
    fn a_url_survives_blanks_plus_signs_and_chinese_in_the_path() {
        let run = PathBuf::from("/srv/安居 data+1/100%/run");
        let address = Address::new(run.clone(), DATABASE.to_owned());
        let options: PgConnectOptions = address.service_url().parse().unwrap();
        assert_eq!(options.get_socket(), Some(&run));
        assert_eq!(options.get_username(), SERVICE);
        assert_eq!(options.get_database(), Some(DATABASE));
        assert_eq!(options.get_port(), PORT);
    }

    #[test]
    fn a_plain_path_is_readable_in_the_url() {
        let address = Address::new(PathBuf::from("/var/lib/anju/run"), "anju".to_owned());
        assert_eq!(
            address.service_url(),
            "postgres://anju_service@localhost:5432/anju?host=/var/lib/anju/run&sslmode=disable"
        );
    }
}
