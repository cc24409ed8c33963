//! What stands in a key file: TOML, the version in front.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::key_ring::{KeyRing, Secret};
use super::purpose::Purpose;

/// Version 1 had no number, one active key and the purpose `seal`; it is read, never written.
const VERSION: u8 = 2;

const HEADER: &str = "\
# Keys of this installation of Anju. Whoever has this file and the database can read personal
# data; without this file nobody can. Keep a copy apart from the database backups, mode 0600.
# `anju key rotate` adds keys; never remove an old one.

";

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeyPurpose {
    #[serde(alias = "seal")]
    General,
    Health,
    Schooling,
    Fingerprint,
}

impl KeyPurpose {
    /// `None` for the key of the keyed hashes.
    fn sealing(self) -> Option<Purpose> {
        match self {
            Self::General => Some(Purpose::General),
            Self::Health => Some(Purpose::Health),
            Self::Schooling => Some(Purpose::Schooling),
            Self::Fingerprint => None,
        }
    }
}

impl From<Purpose> for KeyPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::General => Self::General,
            Purpose::Health => Self::Health,
            Purpose::Schooling => Self::Schooling,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: u8,
    purpose: KeyPurpose,
    secret: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// Only what tells the versions apart.
#[derive(Deserialize)]
struct Numbered {
    version: Option<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u8,
    /// The ids of the entries that seal.
    active: Active,
    #[serde(rename = "key")]
    keys: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Active {
    general: u8,
    health: Option<u8>,
    schooling: Option<u8>,
}

/// Version 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstContent {
    active: u8,
    #[serde(rename = "key")]
    keys: Vec<Entry>,
}

/// What a ring is put together from.
pub(super) struct Parts {
    pub(super) sealing: Vec<(u8, Purpose, Secret)>,
    pub(super) active: BTreeMap<Purpose, u8>,
    pub(super) fingerprint: Secret,
}

/// Reads the text of a key file; the reason of a refusal names a place, never a secret.
pub(super) fn read(text: &str) -> Result<Parts, String> {
    let misplaced = |error: toml::de::Error| place(text, &error);
    let numbered: Numbered = toml::from_str(text).map_err(misplaced)?;
    match numbered.version {
        None => {
            let first: FirstContent = toml::from_str(text).map_err(misplaced)?;
            parts(&first.keys, [(Purpose::General, first.active)].into())
        }
        Some(VERSION) => {
            let content: Content = toml::from_str(text).map_err(misplaced)?;
            let Active {
                general,
                health,
                schooling,
            } = content.active;
            let of = |purpose, id: Option<u8>| id.map(|id| (purpose, id));
            let active = [
                Some((Purpose::General, general)),
                of(Purpose::Health, health),
                of(Purpose::Schooling, schooling),
            ];
            parts(&content.keys, active.into_iter().flatten().collect())
        }
        Some(newer) => Err(format!("version {newer} is not known to this program")),
    }
}

/// The text of the key file of a ring.
pub(super) fn write(ring: &KeyRing) -> Zeroizing<String> {
    let entry = |id, purpose, secret: &Secret| Entry {
        id,
        purpose,
        secret: STANDARD.encode(**secret),
    };
    let mut keys: Vec<Entry> = ring
        .sealing_secrets()
        .map(|(id, purpose, secret)| entry(id, purpose.into(), secret))
        .collect();
    // Its id says nothing: there is one key for keyed hashes, because all of them must agree.
    keys.push(entry(0, KeyPurpose::Fingerprint, ring.fingerprint_secret()));
    let of = |purpose| ring.active_keys().get(&purpose).copied();
    let content = Content {
        version: VERSION,
        active: Active {
            general: ring.active(Purpose::General),
            health: of(Purpose::Health),
            schooling: of(Purpose::Schooling),
        },
        keys,
    };
    let body = Zeroizing::new(toml::to_string(&content).expect("plain strings and numbers"));
    Zeroizing::new(format!("{HEADER}{}", *body))
}

/// The line of a mistake. The parser's own message would quote it, and lines hold secrets.
fn place(text: &str, error: &toml::de::Error) -> String {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("see line {line}"),
        None => "it is not TOML of the expected form".to_owned(),
    }
}

fn parts(entries: &[Entry], active: BTreeMap<Purpose, u8>) -> Result<Parts, String> {
    let mut ids = BTreeSet::new();
    let (mut sealing, mut fingerprints) = (Vec::new(), Vec::new());
    for entry in entries {
        let secret = decode(&entry.secret)
            .ok_or_else(|| format!("the secret of key {} is not 32 bytes in base64", entry.id))?;
        match entry.purpose.sealing() {
            Some(_) if entry.id == 0 => return Err("key ids go from 1 to 255".to_owned()),
            Some(_) if !ids.insert(entry.id) => {
                return Err(format!("two keys have the id {}", entry.id));
            }
            Some(purpose) => sealing.push((entry.id, purpose, secret)),
            None => fingerprints.push(secret),
        }
    }
    for (purpose, id) in &active {
        let fits = |(of, for_what, _): &(u8, Purpose, Secret)| of == id && for_what == purpose;
        if !sealing.iter().any(fits) {
            return Err(format!(
                "the active key {id} is not in it, or is for something else"
            ));
        }
    }
    match (fingerprints.pop(), fingerprints.is_empty()) {
        (Some(fingerprint), true) => Ok(Parts {
            sealing,
            active,
            fingerprint,
        }),
        _ => Err("it needs exactly one key with the purpose fingerprint".to_owned()),
    }
}

fn decode(secret: &str) -> Option<Secret> {
    let bytes = Zeroizing::new(STANDARD.decode(secret).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}
