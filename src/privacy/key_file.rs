//! The key file: TOML, readable by its owner only, never overwritten.

use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::KeyFileError;
use super::key_content;
use super::key_ring::KeyRing;
use super::purpose::Purpose;

/// Room for all 255 keys with comments.
const SIZE_MAX: u64 = 64 * 1024;

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
        let parts = key_content::read(&text).map_err(malformed)?;
        Self::from_secrets(parts.sealing, parts.active, parts.fingerprint).map_err(|weak| {
            KeyFileError::Weak {
                path: path.to_owned(),
                weak,
            }
        })
    }

    /// Puts a ring with more keys in the place of the file it was made from; what was there is
    /// kept beside it (`ring.toml.before-4`), because losing a key loses what it sealed.
    pub fn replace_file(&self, path: &Path) -> Result<PathBuf, KeyFileError> {
        let before = Self::load(path)?;
        let newest = self.active(Purpose::General);
        let mut kept = path.as_os_str().to_owned();
        kept.push(format!(".before-{newest}"));
        let kept = PathBuf::from(kept);
        before.create_file(&kept)?;
        let file = self.written_beside(path)?;
        file.persist(path).map_err(|refused| KeyFileError::Io {
            path: path.to_owned(),
            source: refused.error,
        })?;
        sync_directory(path)?;
        Ok(kept)
    }

    /// Writes a new key file (mode 0600), whole or not at all, and makes its directory (0700)
    /// where there is none. An existing file is never overwritten.
    pub fn create_file(&self, path: &Path) -> Result<(), KeyFileError> {
        let file = self.written_beside(path)?;
        file.persist_noclobber(path)
            .map_err(|refused| match refused.error.kind() {
                io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
                _ => KeyFileError::Io {
                    path: path.to_owned(),
                    source: refused.error,
                },
            })?;
        sync_directory(path)
    }

    /// The whole ring on disk in a file that has no name yet.
    fn written_beside(&self, path: &Path) -> Result<tempfile::NamedTempFile, KeyFileError> {
        let directory = directory_of(path);
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
        file.write_all(key_content::write(self).as_bytes())
            .map_err(io)?;
        file.as_file().sync_all().map_err(io)?;
        Ok(file)
    }
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// The name of the file lasts, too.
fn sync_directory(path: &Path) -> Result<(), KeyFileError> {
    let directory = directory_of(path);
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| KeyFileError::Io {
            path: directory.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use uuid::Uuid;

    use super::*;
    use crate::privacy::{key_ring::Secret, tests::seeded};

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
        let ring = ring().rotated(&mut seeded(2)).unwrap();
        ring.create_file(&path).unwrap();
        let read = KeyRing::load(&path).unwrap();
        assert_eq!(read.active(Purpose::Health), 5);
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
    fn a_ring_of_the_first_version_seals_everything_with_its_one_key_until_it_is_rotated() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.toml");
        let secrets = [1, 2].map(|seed| {
            let mut secret = [0; 32];
            seeded(seed)(&mut secret);
            STANDARD.encode(secret)
        });
        let text = format!(
            "active = 1\n[[key]]\nid = 1\npurpose = \"seal\"\nsecret = \"{}\"\n\
             [[key]]\nid = 0\npurpose = \"fingerprint\"\nsecret = \"{}\"\n",
            secrets[0], secrets[1],
        );
        fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
        let old = KeyRing::load(&path).unwrap();
        assert_eq!(Purpose::ALL.map(|purpose| old.active(purpose)), [1, 1, 1]);
        let sealed = old.seal_for(Purpose::Health, COLUMN, Uuid::nil(), b"secret", [3; 12]);
        let new = old.rotated(&mut seeded(3)).unwrap();
        let kept = new.replace_file(&path).unwrap();
        assert_eq!(kept.extension().unwrap(), "before-2");
        let read = KeyRing::load(&path).unwrap();
        assert_eq!(Purpose::ALL.map(|purpose| read.active(purpose)), [2, 3, 4]);
        assert!(read.open(COLUMN, Uuid::nil(), &sealed).is_ok());
        assert_eq!(KeyRing::load(&kept).unwrap().active(Purpose::General), 1);
        assert_eq!((mode(&path), mode(&kept)), (0o600, 0o600));
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
                changed(|text| text.replace("general = 1", "general = 9")),
            ),
            (
                "see line 8",
                changed(|text| text.replace("general = 1", "general = \"x\"")),
            ),
            (
                "not a valid key file",
                changed(|text| format!("{text}colour = \"red\"\n")),
            ),
            (
                "exactly one key",
                changed(|text| {
                    text.replace("\"fingerprint\"", "\"general\"")
                        .replace("id = 0", "id = 9")
                }),
            ),
            (
                "two keys have the id 1",
                changed(|text| {
                    text.replace("\"fingerprint\"", "\"general\"")
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
        ring.sealing_secrets().next().expect("one key").2.clone()
    }
}
