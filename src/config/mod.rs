//! Settings: `ANJU_*` and `DATABASE_URL` from the environment, over an optional TOML file.
//!
//! Every mistake is reported at once, and a name nobody knows is a mistake.

mod oidc;
mod reading;
mod settings;

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};

use chrono_tz::Tz;

use crate::{
    http::TrustedProxies,
    postgres,
    values::{Phone, PlaceName},
};
pub use oidc::OidcSettings;
pub(crate) use oidc::is_this_machine;
use reading::{Reading, Surroundings};
use settings::OTHER_NAMES;
pub use settings::SETTINGS;

/// The settings of one process.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to serve HTTP.
    pub listen: SocketAddr,
    /// The reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Keys, demo credentials and, without `DATABASE_URL`, the private database.
    pub data_dir: PathBuf,
    /// The zone of legal days.
    pub timezone: Tz,
    /// The database to use instead of a private one; as its owner, for migrations.
    pub database_url: Option<Secret>,
    /// The same database as the service sees it; otherwise the owner takes on `anju_service`.
    pub service_database_url: Option<Secret>,
    /// Where to look for the PostgreSQL programs first.
    pub pg_bin: Option<PathBuf>,
    /// The key ring; `keys/ring.toml` in the data directory when not said.
    pub key_file: PathBuf,
    /// Connections to the database, all in all.
    pub db_connections: u32,
    /// How long `/readyz` says no before connections are refused, after the signal to stop.
    pub drain_seconds: u64,
    /// How many imports and reports are worked on at a time.
    pub job_workers: usize,
    /// The administrative code of the district, entered once into a new database.
    pub district_code: String,
    pub district_name: String,
    /// The largest file to import, in bytes.
    pub upload_bytes_max: u64,
    /// The identity provider whose tokens are accepted.
    pub oidc: Option<OidcSettings>,
    /// The authority that residents are told stands behind the lookup (主管部门).
    pub authority: PlaceName,
    /// Where that authority answers.
    pub authority_phone: Phone,
    pub log_format: LogFormat,
    /// Which log lines, in the syntax of `RUST_LOG`.
    pub log_filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// A setting that must not appear in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Everything that is wrong with the settings.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the configuration has {} mistake(s):\n{}", .0.len(), .0.iter().map(|m| format!("  - {m}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigMistakes(pub Vec<String>);

/// The probe of the database has one of its own.
const PROBE_CONNECTIONS: u32 = 1;

impl Config {
    /// Reads the environment of the process and the file named by `ANJU_CONFIG`.
    pub fn from_process() -> Result<Self, ConfigMistakes> {
        let mut surroundings = Surroundings {
            is_root: postgres::own_uid(&std::env::temp_dir()).is_ok_and(|uid| uid == 0),
            ..Surroundings::default()
        };
        for (name, value) in std::env::vars_os() {
            // A name that is not UTF-8 is none of ours.
            let Ok(name) = name.into_string() else {
                continue;
            };
            match value.into_string() {
                Ok(value) => drop(surroundings.environment.insert(name, value)),
                Err(_) => drop(surroundings.unreadable.insert(name)),
            }
        }
        Self::read_from(&surroundings)
    }

    /// Reads the settings; separate from the process so that it can be tested.
    pub fn read(environment: &BTreeMap<String, String>) -> Result<Self, ConfigMistakes> {
        Self::read_from(&Surroundings {
            environment: environment.clone(),
            ..Surroundings::default()
        })
    }

    fn read_from(surroundings: &Surroundings) -> Result<Self, ConfigMistakes> {
        let mut reading = Reading::of(surroundings);
        let config = Self {
            data_dir: reading.data_dir(surroundings),
            ..reading.settings()
        };
        let key_file = reading.key_file(&config.data_dir);
        let mistakes = reading.mistakes();
        if mistakes.is_empty() {
            Ok(Self { key_file, ..config })
        } else {
            Err(ConfigMistakes(mistakes))
        }
    }

    /// How many connections the pool has: what hot reads and the probe leave.
    pub fn pool_connections(&self) -> u32 {
        self.db_connections - self.hot_connections() - PROBE_CONNECTIONS
    }

    /// How many connections hot reads hand on to each other.
    pub fn hot_connections(&self) -> u32 {
        (self.db_connections - PROBE_CONNECTIONS) / 2
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigMistakes> {
        let pairs = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::read(&pairs.collect())
    }

    #[test]
    fn nothing_said_gives_the_documented_defaults() {
        let config = read(&[("HOME", "/home/li")]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.timezone, chrono_tz::Asia::Shanghai);
        assert_eq!(config.data_dir, Path::new("/home/li/.local/share/anju"));
        assert_eq!(config.authority.as_str(), settings::AUTHORITY);
        assert_eq!(config.authority_phone.as_str(), "12345");
        assert_eq!(
            config.key_file,
            Path::new("/home/li/.local/share/anju/keys/ring.toml")
        );
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let mistakes = read(&[
            ("ANJU_LISTEN", "everywhere"),
            ("ANJU_TIMEZONE", "Moon/Sea"),
            ("ANJU_LSITEN", "127.0.0.1:1"),
            ("ANJU_DB_CONNECTIONS", "7"),
            ("ANJU_DRAIN_SECONDS", "31"),
            ("ANJU_AUTHORITY_PHONE", "call us"),
            ("DATABASE_URL", "mysql://root:geheim@db/x"),
        ])
        .unwrap_err();
        assert_eq!(mistakes.0.len(), 7, "{mistakes}");
        assert!(
            !mistakes.to_string().contains("geheim"),
            "a password must not be repeated"
        );
    }

    #[test]
    fn the_environment_wins_over_the_file_and_unknown_keys_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("anju.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:9\"\ndb_connections = 9\n").unwrap();
        let named = file.to_str().unwrap();
        let config = read(&[("ANJU_CONFIG", named), ("ANJU_LISTEN", "127.0.0.1:10")]).unwrap();
        assert_eq!((config.listen.port(), config.db_connections), (10, 9));

        std::fs::write(&file, "lisen = 1\n").unwrap();
        let mistakes = read(&[("ANJU_CONFIG", named)]).unwrap_err();
        assert!(mistakes.0[0].contains("unknown key `lisen`"), "{mistakes}");
    }

    #[test]
    fn root_is_told_by_its_user_id_and_not_by_its_home() {
        let read = |home: &str, is_root| {
            let environment = [("HOME".to_owned(), home.to_owned())].into();
            let surroundings = Surroundings {
                environment,
                is_root,
                ..Surroundings::default()
            };
            Config::read_from(&surroundings).unwrap().data_dir
        };
        assert_eq!(read("/home/li", true), Path::new("/var/lib/anju"));
        assert_eq!(read("/root", false), Path::new("/root/.local/share/anju"));
    }

    #[test]
    fn only_our_own_variables_have_to_be_text_and_an_empty_one_says_nothing() {
        let read = |unreadable: &[&str]| {
            Config::read_from(&Surroundings {
                environment: [("ANJU_CONFIG".to_owned(), String::new())].into(),
                unreadable: unreadable.iter().map(|&name| name.to_owned()).collect(),
                is_root: true,
            })
        };
        assert!(read(&["LS_COLORS", "HOME"]).is_ok());
        let mistakes = read(&["ANJU_LISTEN", "DATABASE_URL"]).unwrap_err();
        assert_eq!(mistakes.0.len(), 2, "{mistakes}");
    }

    #[test]
    fn the_connections_of_pool_hot_reads_and_probe_are_the_configured_number() {
        for total in ["8", "9", "16"] {
            let config = read(&[("ANJU_DB_CONNECTIONS", total)]).unwrap();
            let sum = config.pool_connections() + config.hot_connections() + 1;
            assert!(config.pool_connections() > 1 && config.hot_connections() > 0);
            assert_eq!(sum.to_string(), total);
        }
    }

    #[test]
    fn nobody_is_a_proxy_unless_named_and_a_wrong_name_is_told() {
        assert_eq!(
            read(&[]).unwrap().trusted_proxies,
            TrustedProxies::default()
        );
        let named = read(&[("ANJU_TRUSTED_PROXIES", "127.0.0.1, fd00::/8")]).unwrap();
        assert_ne!(named.trusted_proxies, TrustedProxies::default());
        let mistakes = read(&[("ANJU_TRUSTED_PROXIES", "nginx, 10.0.0.0/8, 10.1.2.3/8")]);
        let told = mistakes.unwrap_err().to_string();
        assert!(told.contains("`nginx`, `10.1.2.3/8`"), "{told}");
    }

    #[test]
    fn a_database_url_is_never_printed() {
        let config = read(&[("DATABASE_URL", "postgres://anju:geheim@db/anju")]).unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
    }
}
