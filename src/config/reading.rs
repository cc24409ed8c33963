//! Reading the settings and collecting what is wrong with them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use super::{Config, LogFormat, OTHER_NAMES, SETTINGS, Secret, settings};
use crate::{
    http::TrustedProxies,
    values::{Label, Number},
};

/// What the settings are read from, apart from the file.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    pub(super) environment: BTreeMap<String, String>,
    /// Names whose value is not UTF-8.
    pub(super) unreadable: BTreeSet<String>,
    pub(super) is_root: bool,
}

impl Surroundings {
    /// A variable that says something.
    fn get(&self, name: &str) -> Option<&str> {
        let value = self.environment.get(name)?;
        (!value.is_empty()).then_some(value)
    }
}

/// The settings as texts, and what is wrong with them.
pub(super) struct Reading {
    pub(super) values: BTreeMap<&'static str, String>,
    pub(super) mistakes: Vec<String>,
}

impl Reading {
    /// The file first; the environment goes over it.
    pub(super) fn of(surroundings: &Surroundings) -> Self {
        let mut reading = Self {
            values: BTreeMap::new(),
            mistakes: vec![],
        };
        if let Some(file) = surroundings.get("ANJU_CONFIG") {
            reading.take_file(Path::new(file));
        }
        reading.take_environment(surroundings);
        reading
    }

    /// Everything that is wrong.
    pub(super) fn mistakes(self) -> Vec<String> {
        self.mistakes
    }

    pub(super) fn key_file(&self, data_dir: &Path) -> PathBuf {
        let given = self.values.get("ANJU_KEY_FILE").map(PathBuf::from);
        given.unwrap_or_else(|| data_dir.join("keys").join("ring.toml"))
    }

    /// The settings, as far as they do not depend on each other.
    pub(super) fn settings(&mut self) -> Config {
        Config {
            listen: self.parse("ANJU_LISTEN", "127.0.0.1:8080", |v| v.parse().ok()),
            trusted_proxies: self.trusted_proxies(),
            data_dir: PathBuf::new(),
            district_code: self.parse("ANJU_DISTRICT_CODE", "370103", |v| {
                Number::parse(v).ok().map(Number::into_string)
            }),
            district_name: self.parse("ANJU_DISTRICT_NAME", "市中区", |v| {
                Label::parse(v).ok().map(Label::into_string)
            }),
            timezone: self.parse("ANJU_TIMEZONE", "Asia/Shanghai", |v| v.parse().ok()),
            database_url: self.database_url("DATABASE_URL"),
            service_database_url: self.database_url("ANJU_SERVICE_DATABASE_URL"),
            pg_bin: self.values.get("ANJU_PG_BIN").map(PathBuf::from),
            key_file: PathBuf::new(),
            db_connections: self.parse("ANJU_DB_CONNECTIONS", "16", |v| {
                v.parse().ok().filter(|n| (8..=200).contains(n))
            }),
            drain_seconds: self.parse("ANJU_DRAIN_SECONDS", "0", |v| {
                v.parse().ok().filter(|n| *n <= 30)
            }),
            job_workers: self.parse("ANJU_JOB_WORKERS", "2", |v| {
                v.parse().ok().filter(|n| (1..=8).contains(n))
            }),
            upload_bytes_max: self.parse("ANJU_UPLOAD_BYTES_MAX", "200000000", |v| {
                v.parse()
                    .ok()
                    .filter(|n| (1..=crate::sheets::MAX_FILE_BYTES).contains(n))
            }),
            oidc: self.oidc(),
            authority: self.parse("ANJU_AUTHORITY", settings::AUTHORITY, |v| v.parse().ok()),
            authority_phone: self.parse("ANJU_AUTHORITY_PHONE", "12345", |v| v.parse().ok()),
            log_format: self.parse("ANJU_LOG_FORMAT", "text", |v| match v {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            }),
            log_filter: self.parse("ANJU_LOG", "info", |v| {
                v.parse::<tracing_subscriber::EnvFilter>()
                    .ok()
                    .map(|_| v.to_owned())
            }),
        }
    }

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

    fn take_environment(&mut self, surroundings: &Surroundings) {
        for (name, value) in &surroundings.environment {
            if let Some((key, ..)) = SETTINGS.iter().find(|(key, ..)| key == name) {
                if !value.is_empty() {
                    self.values.insert(key, value.clone());
                }
            } else if name.starts_with("ANJU_") && !OTHER_NAMES.contains(&name.as_str()) {
                self.mistakes.push(format!("{name}: unknown setting"));
            }
        }
        for name in &surroundings.unreadable {
            if name.starts_with("ANJU_") || name == "DATABASE_URL" {
                self.mistakes
                    .push(format!("{name}: its value is not UTF-8"));
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

    pub(super) fn data_dir(&mut self, surroundings: &Surroundings) -> PathBuf {
        if let Some(given) = self.values.get("ANJU_DATA_DIR") {
            let given = PathBuf::from(given);
            return std::path::absolute(&given).unwrap_or(given);
        }
        // The database of root runs as another user, who cannot look into the home of root.
        let shared = || PathBuf::from("/var/lib/anju");
        if surroundings.is_root {
            return shared();
        }
        if let Some(home) = ["XDG_DATA_HOME", "HOME"]
            .into_iter()
            .find(|name| surroundings.unreadable.contains(*name))
        {
            self.mistakes
                .push(format!("{home}: its value is not UTF-8: set ANJU_DATA_DIR"));
        }
        let at = |name: &str| surroundings.get(name).map(PathBuf::from);
        match at("XDG_DATA_HOME").or_else(|| at("HOME").map(|home| home.join(".local/share"))) {
            Some(share) => share.join("anju"),
            None => shared(),
        }
    }
}
