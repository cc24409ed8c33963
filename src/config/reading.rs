//! Reading the settings one by one, and what is wrong with each.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{OidcSettings, SETTINGS, Secret, names::OTHER_NAMES};
use crate::http::TrustedProxies;

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

/// What was given, and what is wrong with it.
pub(super) struct Reading {
    pub(super) values: BTreeMap<&'static str, String>,
    pub(super) mistakes: Vec<String>,
}

impl Reading {
    pub(super) fn take_file(&mut self, path: &Path) {
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

    pub(super) fn take_environment(&mut self, environment: &BTreeMap<String, String>) {
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

    pub(super) fn parse<T>(
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

    pub(super) fn oidc(&mut self) -> Option<OidcSettings> {
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

    pub(super) fn trusted_proxies(&mut self) -> TrustedProxies {
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
    pub(super) fn database_url(&mut self, key: &'static str) -> Option<Secret> {
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

    pub(super) fn data_dir(&mut self, environment: &BTreeMap<String, String>) -> PathBuf {
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
