//! The key file: TOML, readable by its owner only, never overwritten.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::error::KeyFileError;
use super::key_ring::{KeyRing, Secret};

/// Room for all 255 keys with comments.
const SIZE_MAX: u64 = 64 * 1024;

const HEADER: &str = "\
# Keys of this installation of Anju. Whoever has this file and the database can read personal
# data; without this file nobody can. Keep a copy apart from the database backups, mode 0600.
# To change the sealing key, add an entry and point `active` to it; never remove an old one.

";

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Purpose {
    Seal,
    Fingerprint,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: u8,
    purpose: Purpose,
    secret: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    /// The id of the entry that seals.
    active: u8,
    #[serde(rename = "key")]
    keys: Vec<Entry>,
}

impl KeyRing {
    /// Reads a key file that only its owner can read.
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeyFileError::Missing(path.to_owned()),
            _ => io(source),
        })?;
        // Asked of the open file, so that it cannot be exchanged in between.
        let found = file.metadata().map_err(io)?;
        let malformed = |reason: String| KeyFileError::Malformed {
            path: path.to_owned(),
            reason,
        };
        if !found.is_file() {
            return Err(malformed("it is not a regular file".to_owned()));
        }
        let mode = found.mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::OpenToOthers {
                path: path.to_owned(),
                mode,
            });
        }
        if found.len() > SIZE_MAX {
            return Err(malformed(format!("it is larger than {SIZE_MAX} bytes")));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(SIZE_MAX).read_to_string(&mut text).map_err(io)?;
        let content: Content =
            toml::from_str(&text).map_err(|error| malformed(place(&text, &error)))?;
        let (keys, active, fingerprint) = secrets(&content).map_err(malformed)?;
        Self::from_secrets(keys, active, fingerprint).map_err(|weak| KeyFileError::Weak {
            path: path.to_owned(),
            weak,
        })
    }

    /// Writes a new key file (mode 0600), whole or not at all, and makes its directory (0700)
    /// where there is none. An existing file is never overwritten.
    pub fn create_file(&self, path: &Path) -> Result<(), KeyFileError> {
        let directory = match path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let io = |source| KeyFileError::Io {
            path: directory.to_owned(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(io)?;
        let mode = directory.metadata().map_err(io)?.mode() & 0o7777;
        if mode & 0o022 != 0 {
            return Err(KeyFileError::DirectoryOpenToOthers {
                path: directory.to_owned(),
                mode,
            });
        }
        // Made with mode 0600; complete on disk before it gets its name.
        let mut file = tempfile::NamedTempFile::new_in(directory).map_err(io)?;
        file.write_all(self.to_toml().as_bytes()).map_err(io)?;
        file.as_file().sync_all().map_err(io)?;
        file.persist_noclobber(path)
            .map_err(|refused| match refused.error.kind() {
                io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
                _ => KeyFileError::Io {
                    path: path.to_owned(),
                    source: refused.error,
                },
            })?;
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(io)
    }

    /// The text of the key file.
    fn to_toml(&self) -> Zeroizing<String> {
        let entry = |id, purpose, secret: &Secret| Entry {
            id,
            purpose,
            secret: STANDARD.encode(**secret),
        };
        let mut keys: Vec<Entry> = self
            .sealing_secrets()
            .map(|(id, secret)| entry(id, Purpose::Seal, secret))
            .collect();
        // Its id says nothing: there is one key for keyed hashes, because all of them must agree.
        keys.push(entry(0, Purpose::Fingerprint, self.fingerprint_secret()));
        let content = Content {
            active: self.active(),
            keys,
        };
        let body = Zeroizing::new(toml::to_string(&content).expect("plain strings and numbers"));
        Zeroizing::new(format!("{HEADER}{}", *body))
    }
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

/// The sealing keys, the id of the active one, the key of the keyed hashes.
type Parts = (Vec<(u8, Secret)>, u8, Secret);

fn secrets(content: &Content) -> Result<Parts, String> {
    let mut ids = BTreeSet::new();
    let (mut sealing, mut fingerprints) = (Vec::new(), Vec::new());
    for entry in &content.keys {
        let secret = decode(&entry.secret)
            .ok_or_else(|| format!("the secret of key {} is not 32 bytes in base64", entry.id))?;
        match entry.purpose {
            Purpose::Seal if entry.id == 0 => return Err("key ids go from 1 to 255".to_owned()),
            Purpose::Seal if !ids.insert(entry.id) => {
                return Err(format!("two keys have the id {}", entry.id));
            }
            Purpose::Seal => sealing.push((entry.id, secret)),
            Purpose::Fingerprint => fingerprints.push(secret),
        }
    }
    if !ids.contains(&content.active) {
        return Err(format!("the active key {} is not in it", content.active));
    }
    match (fingerprints.pop(), fingerprints.is_empty()) {
        (Some(fingerprint), true) => Ok((sealing, content.active, fingerprint)),
        _ => Err("it needs exactly one key with the purpose fingerprint".to_owned()),
    }
}

fn decode(secret: &str) -> Option<Secret> {
    let bytes = Zeroizing::new(STANDARD.decode(secret).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use uuid::Uuid;

    use super::*;
    use crate::privacy::key_ring::{rotated, seeded};

    const COLUMN: &str = "person.citizen_number";

    fn ring() -> KeyRing {
        KeyRing::generate(&mut seeded(1))
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// A valid file, changed by `change`, and what loading it says.
    fn changed(change: impl Fn(&str) -> String) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        ring().create_file(&path).unwrap();
        let before = fs::read_to_string(&path).unwrap();
        let after = change(&before);
        assert_ne!(before, after, "the change must change something");
        fs::write(&path, after).unwrap();
        KeyRing::load(&path).expect_err("refused").to_string()
    }

    #[test]
    fn a_written_ring_is_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/keys/anju.toml");
        let ring = rotated(&ring(), &mut seeded(2));
        ring.create_file(&path).unwrap();
        let read = KeyRing::load(&path).unwrap();
        assert_eq!(read.active(), 2);
        let sealed = ring.seal(COLUMN, Uuid::nil(), b"secret", [3; 12]);
        assert_eq!(
            read.open(COLUMN, Uuid::nil(), &sealed).unwrap().as_slice(),
            b"secret"
        );
        assert_eq!(
            read.fingerprint(COLUMN, b"x"),
            ring.fingerprint(COLUMN, b"x")
        );
    }

    #[test]
    fn file_and_directories_belong_to_the_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/keys/anju.toml");
        ring().create_file(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(mode(&directory.path().join("new")), 0o700);
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing is left over"
        );
    }

    #[test]
    fn a_file_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        fs::write(&path, "precious").unwrap();
        let refused = ring().create_file(&path).unwrap_err();
        assert!(matches!(refused, KeyFileError::Exists(_)), "{refused}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            1,
            "nothing is left over"
        );
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_remedy() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        ring().create_file(&path).unwrap();
        for open in [0o640, 0o604, 0o620, 0o601, 0o644] {
            set_mode(&path, open);
            let message = KeyRing::load(&path).unwrap_err().to_string();
            assert!(
                message.contains(&format!("chmod 600 '{}'", path.display())),
                "{message}"
            );
        }
        for closed in [0o600, 0o400] {
            set_mode(&path, closed);
            assert!(KeyRing::load(&path).is_ok());
        }
    }

    #[test]
    fn no_keys_are_put_where_others_can_exchange_them() {
        let directory = tempfile::tempdir().unwrap();
        set_mode(directory.path(), 0o770);
        let message = ring()
            .create_file(&directory.path().join("keys.toml"))
            .unwrap_err()
            .to_string();
        assert!(message.contains("chmod go-w"), "{message}");
    }

    #[test]
    fn a_missing_file_is_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let refused = KeyRing::load(&directory.path().join("keys.toml")).unwrap_err();
        assert!(matches!(refused, KeyFileError::Missing(_)), "{refused}");
    }

    #[test]
    fn mistakes_in_the_file_are_named() {
        let secret_of = |text: &str| text.split('"').nth(3).expect("the first secret").to_owned();
        let cases: [(&str, String); 8] = [
            (
                "active key 9",
                changed(|text| text.replace("active = 1", "active = 9")),
            ),
            (
                "see line 5",
                changed(|text| text.replace("active = 1", "active = \"x\"")),
            ),
            (
                "not a valid key file",
                changed(|text| format!("{text}colour = \"red\"\n")),
            ),
            (
                "exactly one key",
                changed(|text| {
                    text.replace("\"fingerprint\"", "\"seal\"")
                        .replace("id = 0", "id = 2")
                }),
            ),
            (
                "two keys have the id 1",
                changed(|text| {
                    text.replace("\"fingerprint\"", "\"seal\"")
                        .replace("id = 0", "id = 1")
                }),
            ),
            (
                "not 32 bytes",
                changed(|text| text.replace(&secret_of(text), "c2hvcnQ=")),
            ),
            (
                "not random",
                changed(|text| text.replace(&secret_of(text), &STANDARD.encode([0; 32]))),
            ),
            (
                "ids go from 1",
                changed(|text| text.replace("id = 1", "id = 0")),
            ),
        ];
        for (expected, message) in cases {
            assert!(message.contains(expected), "{expected}: {message}");
        }
    }

    #[test]
    fn no_message_quotes_a_secret() {
        let secret = STANDARD.encode(*draw_first());
        let messages = [
            changed(|text| text.replace(&format!("\"{secret}\""), &secret)),
            changed(|text| text.replace(&secret, &format!("{secret}A"))),
        ];
        for message in messages {
            assert!(!message.contains(&secret[..8]), "{message}");
        }
    }

    /// The first secret of the ring above.
    fn draw_first() -> Secret {
        let ring = ring();
        ring.sealing_secrets().next().expect("one key").1.clone()
    }
}
