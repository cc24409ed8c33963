//! Running `pg_dump` and `pg_restore` against a URL, without showing its password.

use std::process::Stdio;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::process::Command;

use super::account::quiet;
use super::server::tail;
use super::{Binaries, PostgresError, Result};

/// The database every server has, to work on the others from.
pub(super) const MAINTENANCE: &str = "postgres";

/// Longest name of a database that may be restored into: others are made by adding to it, and
/// PostgreSQL cuts names after 63 bytes.
const LONGEST_NAME: usize = 32;

/// The server and role a URL names.
pub(super) struct Client {
    options: PgConnectOptions,
    environment: Vec<(&'static str, String)>,
}

impl Client {
    pub(super) fn new(url: &str) -> Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let host = match options.get_socket() {
            Some(socket) => socket.to_string_lossy().into_owned(),
            None => options.get_host().to_owned(),
        };
        let mut environment = vec![
            ("PGHOST", host),
            ("PGPORT", options.get_port().to_string()),
            ("PGUSER", options.get_username().to_owned()),
            ("PGAPPNAME", "anju".to_owned()),
            ("PGCONNECT_TIMEOUT", "10".to_owned()),
        ];
        // The options do not tell the password and the certificates; their URL does.
        let parts = options.to_url_lossy();
        if let Some(password) = parts.password() {
            environment.push(("PGPASSWORD", percent_decode(password)));
        }
        for (key, value) in parts.query_pairs() {
            let name = match &*key {
                "sslmode" => "PGSSLMODE",
                "sslrootcert" => "PGSSLROOTCERT",
                "sslcert" => "PGSSLCERT",
                "sslkey" => "PGSSLKEY",
                _ => continue,
            };
            environment.push((name, value.trim_start_matches("file: ").to_owned()));
        }
        if let Some(settings) = options.get_options() {
            environment.push(("PGOPTIONS", settings.to_owned()));
        }
        Ok(Self {
            options,
            environment,
        })
    }

    /// The database the URL names; without one PostgreSQL takes the name of the role.
    pub(super) fn database(&self) -> &str {
        self.options
            .get_database()
            .unwrap_or_else(|| self.options.get_username())
    }

    pub(super) async fn connect_to(&self, database: &str) -> Result<PgConnection> {
        Ok(self.options.clone().database(database).connect().await?)
    }

    /// A tool that talks to one database. Everything secret goes by the environment: the list of
    /// processes shows arguments to everybody.
    pub(super) fn command(
        &self,
        binaries: &Binaries,
        tool: &'static str,
        database: &str,
    ) -> Result<Command> {
        let mut command = offline(binaries, tool)?;
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("PGDATABASE", database).arg("--no-password");
        Ok(command)
    }
}

/// A tool that talks to no server.
pub(super) fn offline(binaries: &Binaries, tool: &'static str) -> Result<Command> {
    let mut command = std::process::Command::new(binaries.program(tool)?);
    quiet(&mut command);
    let mut command = Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    Ok(command)
}

/// Runs a tool to its end.
pub(super) async fn run(tool: &'static str, command: &mut Command) -> Result<()> {
    let failed = |output| PostgresError::ToolFailed { tool, output };
    let child = command
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let ran = child
        .wait_with_output()
        .await
        .map_err(|error| failed(error.to_string()))?;
    if ran.status.success() {
        return Ok(());
    }
    Err(failed(complaint(tool, &ran.stderr)))
}

/// What a tool said went wrong, without the lines that quote rows of the tables.
fn complaint(tool: &str, stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with(tool) || line.starts_with("Command was:"))
        .collect();
    if lines.is_empty() {
        tail(&said)
    } else {
        tail(&lines.join("\n"))
    }
}

/// Only names that need no escaping anywhere.
pub(super) fn check_name(database: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let usable = (1..=LONGEST_NAME).contains(&database.len())
        && database.chars().all(plain)
        && database != MAINTENANCE
        && !database.starts_with("template");
    if usable {
        Ok(())
    } else {
        Err(PostgresError::DatabaseName(database.to_owned()))
    }
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let decoded = escaped.and_then(|digits| hex::decode(digits).ok());
        if let Some(decoded) = decoded {
            bytes.extend(decoded);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_url_goes_by_the_environment_unchanged() {
        let url = "postgres://an%20ju:p%40s%2Bs%25%E5%B1%85@db.example:6543/live\
                   ?sslmode=verify-full&sslrootcert=/etc/ca.pem&application_name=x";
        let client = Client::new(url).unwrap();
        let of = |name| {
            let found = client.environment.iter().find(|(each, _)| *each == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(of("PGPASSWORD"), Some("p@s+s%居"));
        assert_eq!(of("PGUSER"), Some("an ju"));
        assert_eq!(
            (of("PGHOST"), of("PGPORT")),
            (Some("db.example"), Some("6543"))
        );
        assert_eq!(of("PGSSLMODE"), Some("verify-full"));
        assert_eq!(of("PGSSLROOTCERT"), Some("/etc/ca.pem"));
        assert_eq!(client.database(), "live");
    }

    #[test]
    fn no_argument_of_a_tool_shows_the_password() {
        let client = Client::new("postgres://anju:gejHfpbLzu@db.example/live").unwrap();
        let binaries = Binaries::find_tools(None).unwrap();
        let dump = client.command(&binaries, "pg_dump", "live").unwrap();
        assert!(!format!("{:?}", dump.as_std().get_args()).contains("gejHfpbLzu"));
    }

    #[test]
    fn a_complaint_does_not_quote_rows() {
        let stderr = b"pg_restore: error: COPY failed for table \"person\": ERROR:  broken\n\
                       DETAIL:  Key (name)=(Zhang San) already exists.\n\
                       CONTEXT:  COPY person, line 3: \"Zhang San\"\n";
        let told = complaint("pg_restore", stderr);
        assert_eq!(
            told,
            "pg_restore: error: COPY failed for table \"person\": ERROR:  broken"
        );
    }

    #[test]
    fn a_database_has_a_plain_name_that_is_not_the_servers_own() {
        for good in ["anju", "Anju-2", "a_b"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "postgres", "template1", "a\"b", "居", &"a".repeat(33)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
