//! Settings: `ANJU_*` and `DATABASE_URL` from the environment, over an optional TOML file.
//!
//! Every mistake is reported at once, and a name nobody knows is a mistake.

mod names;
mod reading;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;

use crate::{
    http::TrustedProxies,
    values::{Label, Number},
};

pub use names::SETTINGS;
use reading::Reading;
pub(crate) use reading::is_this_machine;

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
    pub district_code: String,
    pub district_name: String,
    /// The database to use instead of a private one; as its owner, for migrations.
    pub database_url: Option<Secret>,
    /// The same database as the service sees it; otherwise the owner takes on `anju_service`.
    pub service_database_url: Option<Secret>,
    /// Where to look for the PostgreSQL programs first.
    pub pg_bin: Option<PathBuf>,
    /// The key ring; `keys/ring.toml` in the data directory when not said.
    pub key_file: PathBuf,
    /// Connections kept open to the database.
    pub db_connections: u32,
    /// The largest file to import, in bytes.
    pub upload_bytes_max: u64,
    /// The identity provider whose tokens are accepted.
    pub oidc: Option<OidcSettings>,
    pub log_format: LogFormat,
    /// Which log lines, in the syntax of `RUST_LOG`.
    pub log_filter: String,
}

/// Whose tokens are accepted, for whom they must be, and whom they name (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// Exactly as the provider writes it into its tokens.
    pub issuer: String,
    pub audience: String,
    /// `sub`, which is looked up among the identities entered here, or a claim that holds the
    /// staff number.
    pub staff_claim: String,
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

impl Config {
    /// Reads the environment of the process and the file named by `ANJU_CONFIG`.
    pub fn from_process() -> Result<Self, ConfigMistakes> {
        let environment: BTreeMap<String, String> = std::env::vars().collect();
        Self::read(&environment)
    }

    /// Reads the settings; separate from the process so that it can be tested.
    pub fn read(environment: &BTreeMap<String, String>) -> Result<Self, ConfigMistakes> {
        let mut reading = Reading {
            values: BTreeMap::new(),
            mistakes: vec![],
        };
        if let Some(file) = environment.get("ANJU_CONFIG") {
            reading.take_file(Path::new(file));
        }
        reading.take_environment(environment);
        let config = Self {
            listen: reading.parse("ANJU_LISTEN", "127.0.0.1:8080", |v| v.parse().ok()),
            trusted_proxies: reading.trusted_proxies(),
            data_dir: reading.data_dir(environment),
            district_code: reading.parse("ANJU_DISTRICT_CODE", "370103", |v| {
                Number::parse(v).ok().map(Number::into_string)
            }),
            district_name: reading.parse("ANJU_DISTRICT_NAME", "市中区", |v| {
                Label::parse(v).ok().map(Label::into_string)
            }),
            timezone: reading.parse("ANJU_TIMEZONE", "Asia/Shanghai", |v| v.parse().ok()),
            database_url: reading.database_url("DATABASE_URL"),
            service_database_url: reading.database_url("ANJU_SERVICE_DATABASE_URL"),
            pg_bin: reading.values.get("ANJU_PG_BIN").map(PathBuf::from),
            key_file: PathBuf::new(),
            db_connections: reading.parse("ANJU_DB_CONNECTIONS", "8", |v| {
                v.parse().ok().filter(|n| (2..=100).contains(n))
            }),
            upload_bytes_max: reading.parse("ANJU_UPLOAD_BYTES_MAX", "200000000", |v| {
                v.parse()
                    .ok()
                    .filter(|n| (1..=crate::sheets::MAX_FILE_BYTES).contains(n))
            }),
            oidc: reading.oidc(),
            log_format: reading.parse("ANJU_LOG_FORMAT", "text", |v| match v {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            }),
            log_filter: reading.parse("ANJU_LOG", "info", |v| {
                v.parse::<tracing_subscriber::EnvFilter>()
                    .ok()
                    .map(|_| v.to_owned())
            }),
        };
        let key_file = reading.values.get("ANJU_KEY_FILE").map(PathBuf::from);
        let key_file = key_file.unwrap_or_else(|| config.data_dir.join("keys").join("ring.toml"));
        if reading.mistakes.is_empty() {
            Ok(Self { key_file, ..config })
        } else {
            Err(ConfigMistakes(reading.mistakes))
        }
    }
}

#[cfg(test)]
mod tests {
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
            ("ANJU_DB_CONNECTIONS", "1000"),
            ("DATABASE_URL", "mysql://root:geheim@db/x"),
        ])
        .unwrap_err();
        assert_eq!(mistakes.0.len(), 5, "{mistakes}");
        assert!(
            !mistakes.to_string().contains("geheim"),
            "a password must not be repeated"
        );
    }

    #[test]
    fn the_environment_wins_over_the_file_and_unknown_keys_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("anju.toml");
        std::fs::write(&file, "listen = \"127.0.0.1:9\"\ndb_connections = 4\n").unwrap();
        let named = file.to_str().unwrap();
        let config = read(&[("ANJU_CONFIG", named), ("ANJU_LISTEN", "127.0.0.1:10")]).unwrap();
        assert_eq!((config.listen.port(), config.db_connections), (10, 4));

        std::fs::write(&file, "lisen = 1\n").unwrap();
        let mistakes = read(&[("ANJU_CONFIG", named)]).unwrap_err();
        assert!(mistakes.0[0].contains("unknown key `lisen`"), "{mistakes}");
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
