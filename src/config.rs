//! Settings: `ANJU_*` and `DATABASE_URL` from the environment, over an optional TOML file.
//!
//! Every mistake is reported at once, and a name nobody knows is a mistake.

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

/// Every setting: its name in the environment, its name in the file, what it is, its default.
pub const SETTINGS: &[(&str, &str, &str, &str)] = &[
    (
        "ANJU_LISTEN",
        "listen",
        "address and port to serve on",
        "127.0.0.1:8080",
    ),
    (
        "ANJU_TRUSTED_PROXIES",
        "trusted_proxies",
        "addresses and networks of reverse proxies whose X-Forwarded-For is believed",
        "none",
    ),
    (
        "ANJU_DATA_DIR",
        "data_dir",
        "keys, credentials and the private database",
        "/var/lib/anju as root, else $XDG_DATA_HOME/anju",
    ),
    (
        "ANJU_TIMEZONE",
        "timezone",
        "zone of legal days",
        "Asia/Shanghai",
    ),
    (
        "DATABASE_URL",
        "database_url",
        "PostgreSQL to use instead of the private one",
        "none",
    ),
    (
        "ANJU_SERVICE_DATABASE_URL",
        "service_database_url",
        "the same database for the service role",
        "none",
    ),
    (
        "ANJU_DISTRICT_CODE",
        "district_code",
        "administrative code of the district (GB/T 2260), used once",
        "370103",
    ),
    (
        "ANJU_DISTRICT_NAME",
        "district_name",
        "name of the district, used once",
        "市中区",
    ),
    (
        "ANJU_PG_BIN",
        "pg_bin",
        "folder of the PostgreSQL programs",
        "searched",
    ),
    (
        "ANJU_KEY_FILE",
        "key_file",
        "key ring for personal data",
        "<data_dir>/keys/ring.toml",
    ),
    (
        "ANJU_DB_CONNECTIONS",
        "db_connections",
        "database connections, 2 to 100",
        "8",
    ),
    (
        "ANJU_UPLOAD_BYTES_MAX",
        "upload_bytes_max",
        "largest file to import in bytes, up to 512 MiB",
        "200000000",
    ),
    (
        "ANJU_OIDC_ISSUER",
        "oidc_issuer",
        "identity provider (OpenID Connect) whose tokens are accepted",
        "none",
    ),
    (
        "ANJU_OIDC_AUDIENCE",
        "oidc_audience",
        "for whom its tokens must be; needed with ANJU_OIDC_ISSUER",
        "none",
    ),
    (
        "ANJU_OIDC_STAFF_CLAIM",
        "oidc_staff_claim",
        "sub, matched with /v1/oidc-identities, or a claim that holds the staff number",
        "sub",
    ),
    ("ANJU_LOG_FORMAT", "log_format", "text or json", "text"),
    ("ANJU_LOG", "log", "which log lines, as in RUST_LOG", "info"),
];

/// Names that are not settings but belong to us.
const OTHER_NAMES: &[&str] = &["ANJU_CONFIG", "ANJU_KEY"];

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

/// An address reached encrypted, or on this machine; without query and fragment.
fn is_issuer(text: &str) -> bool {
    let place = text.strip_prefix("https://").or_else(|| {
        let place = text.strip_prefix("http://")?;
        is_this_machine(place).then_some(place)
    });
    place.is_some_and(|place| {
        !place.is_empty()
            && place
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"?#@".contains(&b))
    })
}

/// Whether what follows `http://` is an address of this machine.
pub(crate) fn is_this_machine(place: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| {
        place
            .strip_prefix(host)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

struct Reading {
    values: BTreeMap<&'static str, String>,
    mistakes: Vec<String>,
}

impl Reading {
    fn take_file(&mut self, path: &Path) {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) => {
                return self
                    .mistakes
                    .push(format!("ANJU_CONFIG: {shown} cannot be read: {e}"));
            }
        };
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(e) => {
                return self
                    .mistakes
                    .push(format!("{shown} is not valid TOML: {}", e.message()));
            }
        };
        for (name, value) in table {
            let Some((key, ..)) = SETTINGS.iter().find(|(_, file, ..)| *file == name) else {
                self.mistakes.push(format!("{shown}: unknown key `{name}`"));
                continue;
            };
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                _ => {
                    self.mistakes.push(format!(
                        "{shown}: `{name}` must be a text or a whole number"
                    ));
                    continue;
                }
            };
            self.values.insert(key, text);
        }
    }

    fn take_environment(&mut self, environment: &BTreeMap<String, String>) {
        for (name, value) in environment {
            if let Some((key, ..)) = SETTINGS.iter().find(|(key, ..)| key == name) {
                if !value.is_empty() {
                    self.values.insert(key, value.clone());
                }
            } else if name.starts_with("ANJU_") && !OTHER_NAMES.contains(&name.as_str()) {
                self.mistakes.push(format!("{name}: unknown setting"));
            }
        }
    }

    fn parse<T>(
        &mut self,
        key: &'static str,
        default: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let given = self
            .values
            .get(key)
            .cloned()
            .unwrap_or_else(|| default.to_owned());
        parse(&given).unwrap_or_else(|| {
            let what = SETTINGS
                .iter()
                .find(|(k, ..)| *k == key)
                .map_or("", |(_, _, what, _)| what);
            self.mistakes.push(format!(
                "{key}: `{given}` is not valid ({what}); for example {default}"
            ));
            parse(default).expect("defaults are valid")
        })
    }

    fn oidc(&mut self) -> Option<OidcSettings> {
        let given = |name| self.values.get(name).cloned();
        let (issuer, audience) = (given("ANJU_OIDC_ISSUER"), given("ANJU_OIDC_AUDIENCE"));
        let claim = given("ANJU_OIDC_STAFF_CLAIM");
        let (Some(issuer), Some(audience)) = (issuer.clone(), audience.clone()) else {
            if issuer.or(audience).or(claim).is_some() {
                self.mistakes.push(
                    "ANJU_OIDC_ISSUER and ANJU_OIDC_AUDIENCE go together: a token must say by \
                     whom and for whom it is"
                        .to_owned(),
                );
            }
            return None;
        };
        if !is_issuer(&issuer) {
            self.mistakes.push(format!(
                "ANJU_OIDC_ISSUER: `{issuer}` is no issuer; for example \
                 https://id.example.org/realms/district"
            ));
        }
        Some(OidcSettings {
            issuer,
            audience,
            staff_claim: claim.unwrap_or_else(|| "sub".to_owned()),
        })
    }

    fn trusted_proxies(&mut self) -> TrustedProxies {
        let Some(given) = self.values.get("ANJU_TRUSTED_PROXIES") else {
            return TrustedProxies::default();
        };
        TrustedProxies::parse(given).unwrap_or_else(|wrong| {
            self.mistakes.push(format!(
                "ANJU_TRUSTED_PROXIES: `{}` is no address and no network to trust; \
                 for example 127.0.0.1,10.1.0.0/16",
                wrong.join("`, `"),
            ));
            TrustedProxies::default()
        })
    }

    /// The value may hold a password, so a mistake does not repeat it.
    fn database_url(&mut self, key: &'static str) -> Option<Secret> {
        let url = self.values.get(key)?.clone();
        if url.parse::<sqlx::postgres::PgConnectOptions>().is_err()
            || !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
        {
            self.mistakes.push(format!(
                "{key}: not a URL of the form postgres://user:password@host/database"
            ));
        }
        Some(Secret(url))
    }

    fn data_dir(&mut self, environment: &BTreeMap<String, String>) -> PathBuf {
        if let Some(given) = self.values.get("ANJU_DATA_DIR") {
            let given = PathBuf::from(given);
            return std::path::absolute(&given).unwrap_or(given);
        }
        let at = |name: &str| {
            environment
                .get(name)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        };
        if at("HOME").as_deref() == Some(Path::new("/root")) {
            // The database runs as another user, who cannot look into the home of root.
            return PathBuf::from("/var/lib/anju");
        }
        match at("XDG_DATA_HOME").or_else(|| at("HOME").map(|home| home.join(".local/share"))) {
            Some(share) => share.join("anju"),
            None => PathBuf::from("/var/lib/anju"),
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
