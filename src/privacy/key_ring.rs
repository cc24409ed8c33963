//! The keys and what is done with them. No file and no randomness of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::error::{OpenError, WeakKey};

/// The layout: version, key id, nonce, ciphertext with its tag.
const VERSION: u8 = 1;
const NONCE: usize = 12;

/// Thirty-two random bytes have this many different ones at least, but for one chance in 10²⁰.
const DISTINCT_BYTES: usize = 12;

pub(super) type Secret = Zeroizing<[u8; 32]>;

struct SealingKey {
    secret: Secret,
    cipher: Aes256Gcm,
}

/// The keys of one installation: one seals, every one opens, another makes keyed hashes.
pub struct KeyRing {
    sealing: BTreeMap<u8, SealingKey>,
    active: u8,
    fingerprint_secret: Secret,
    fingerprint: Hmac<Sha256>,
}

impl KeyRing {
    /// A ring with one sealing key, numbered 1, and one key for keyed hashes.
    ///
    /// `random` fills what it is given from a cryptographic source.
    ///
    /// # Panics
    /// When `random` yields something that is not random, such as zeros.
    pub fn generate(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let (sealing, fingerprint) = (draw(random), draw(random));
        Self::from_secrets(vec![(1, sealing)], 1, fingerprint).expect("the source is random")
    }

    /// Puts a ring together; `active` is one of the ids, the ids are distinct.
    pub(super) fn from_secrets(
        keys: Vec<(u8, Secret)>,
        active: u8,
        fingerprint_secret: Secret,
    ) -> Result<Self, WeakKey> {
        let mut seen = BTreeSet::new();
        for secret in keys
            .iter()
            .map(|(_, secret)| secret)
            .chain([&fingerprint_secret])
        {
            if !looks_random(secret) {
                return Err(WeakKey::NotRandom);
            }
            if !seen.insert(**secret) {
                return Err(WeakKey::Repeated);
            }
        }
        let fingerprint =
            Hmac::new_from_slice(&*fingerprint_secret).expect("HMAC takes keys of any length");
        let sealing: BTreeMap<u8, SealingKey> = keys
            .into_iter()
            .map(|(id, secret)| {
                (
                    id,
                    SealingKey {
                        cipher: Aes256Gcm::new(&(*secret).into()),
                        secret,
                    },
                )
            })
            .collect();
        assert!(
            sealing.contains_key(&active),
            "the caller checked that the active key exists"
        );
        Ok(Self {
            sealing,
            active,
            fingerprint_secret,
            fingerprint,
        })
    }

    /// The id of the key that seals.
    pub fn active(&self) -> u8 {
        self.active
    }

    /// Encrypts a value for one column (`table.column`) of one row with the active key.
    ///
    /// The nonce must be random and used once: two values under one nonce betray each other.
    /// The result has thirty bytes more than the clear value.
    ///
    /// # Panics
    /// When the value exceeds what AES-GCM can encrypt (64 GB).
    pub fn seal(
        &self,
        column: &'static str,
        row: Uuid,
        clear: &[u8],
        nonce: [u8; NONCE],
    ) -> Vec<u8> {
        let key = self
            .sealing
            .get(&self.active)
            .expect("checked when the ring was put together");
        let aad = belonging(column, row, self.active);
        let ciphertext = key
            .cipher
            .encrypt(
                &nonce.into(),
                Payload {
                    msg: clear,
                    aad: &aad,
                },
            )
            .expect("values are far smaller than the limit of AES-GCM");
        [&[VERSION, self.active], nonce.as_slice(), &ciphertext].concat()
    }

    /// Decrypts what [`seal`](Self::seal) made for this column and row.
    pub fn open(
        &self,
        column: &'static str,
        row: Uuid,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let Some((&[VERSION, id], rest)) = sealed.split_first_chunk() else {
            return Err(OpenError::Tampered);
        };
        let (nonce, ciphertext) = rest.split_first_chunk().ok_or(OpenError::Tampered)?;
        let nonce: [u8; NONCE] = *nonce;
        let key = self.sealing.get(&id).ok_or(OpenError::UnknownKey(id))?;
        let aad = belonging(column, row, id);
        key.cipher
            .decrypt(
                &nonce.into(),
                Payload {
                    msg: ciphertext,
                    aad: &aad,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Tampered)
    }

    /// A keyed hash (HMAC-SHA256) for finding equal values of one column without opening any.
    ///
    /// The caller brings the value into its one spelling first.
    pub fn fingerprint(&self, column: &'static str, clear: &[u8]) -> [u8; 32] {
        let mut mac = self.fingerprint.clone();
        mac.update(column.as_bytes());
        mac.update(&[0]);
        mac.update(clear);
        mac.finalize().into_bytes().into()
    }

    /// A mark of every key by its id, 0 for the key of the keyed hashes: a keyed hash of the id,
    /// from which nothing follows but whether a key is the same.
    pub(super) fn marks(&self) -> BTreeMap<u8, [u8; 32]> {
        let sealing = self.sealing_secrets();
        let all = sealing.chain([(0, self.fingerprint_secret())]);
        all.map(|(id, secret)| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&**secret).expect("any length will do");
            mac.update(b"ring_key.mark");
            mac.update(&[0, id]);
            (id, mac.finalize().into_bytes().into())
        })
        .collect()
    }

    /// The sealing keys by id, for the key file.
    pub(super) fn sealing_secrets(&self) -> impl Iterator<Item = (u8, &Secret)> {
        self.sealing.iter().map(|(id, key)| (*id, &key.secret))
    }

    /// The key of the keyed hashes, for the key file.
    pub(super) fn fingerprint_secret(&self) -> &Secret {
        &self.fingerprint_secret
    }
}

/// Shows which keys there are, never a secret.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing")
            .field("keys", &self.sealing.keys().collect::<Vec<_>>())
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

fn draw(random: &mut dyn FnMut(&mut [u8])) -> Secret {
    let mut secret = Zeroizing::new([0; 32]);
    random(&mut *secret);
    secret
}

/// What a ciphertext belongs to: the column, closed by a zero, then fixed lengths.
fn belonging(column: &str, row: Uuid, key: u8) -> Vec<u8> {
    let mut aad = Vec::with_capacity(column.len() + 19);
    aad.extend(column.as_bytes());
    aad.push(0);
    aad.extend(row.as_bytes());
    aad.extend([key, VERSION]);
    aad
}

/// Refuses what people write when they make up a key.
fn looks_random(secret: &[u8; 32]) -> bool {
    let distinct: BTreeSet<u8> = secret.iter().copied().collect();
    let step = secret[1].wrapping_sub(secret[0]);
    let is_sequence = secret
        .windows(2)
        .all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    distinct.len() >= DISTINCT_BYTES && !is_sequence
}

#[cfg(test)]
pub(super) use tests::{rotated, seeded};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::Digest;

    use super::*;

    const COLUMN: &str = "person.citizen_number";
    const ROW: Uuid = Uuid::from_u128(7);

    /// A source that yields the same bytes for the same seed.
    pub(in crate::privacy) fn seeded(seed: u8) -> impl FnMut(&mut [u8]) {
        let mut calls = 0_u8;
        move |bytes| {
            calls += 1;
            let stream = Sha256::digest([seed, calls]);
            bytes.copy_from_slice(&stream[..bytes.len()]);
        }
    }

    /// The same ring with a second sealing key, which seals from now on, as by editing the file.
    pub(in crate::privacy) fn rotated(
        ring: &KeyRing,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> KeyRing {
        let keys = ring.sealing_secrets().map(|(id, key)| (id, key.clone()));
        let keys = keys.chain([(2, draw(random))]).collect();
        KeyRing::from_secrets(keys, 2, ring.fingerprint_secret().clone()).unwrap()
    }

    fn ring(seed: u8) -> KeyRing {
        KeyRing::generate(&mut seeded(seed))
    }

    #[test]
    fn a_sealed_value_has_the_documented_layout() {
        let sealed = ring(1).seal(COLUMN, ROW, b"11010519491231002X", [9; 12]);
        assert_eq!(sealed.len(), 18 + 30);
        assert_eq!(sealed[..2], [1, 1]);
        assert_eq!(sealed[2..14], [9; 12]);
        assert!(!sealed.windows(6).any(|part| part == b"110105"));
    }

    #[test]
    fn another_row_column_or_key_does_not_open_it() {
        let ring = ring(1);
        let sealed = ring.seal(COLUMN, ROW, b"secret", [9; 12]);
        assert_eq!(
            ring.open(COLUMN, ROW, &sealed).unwrap().as_slice(),
            b"secret"
        );
        let other_row = Uuid::from_u128(8);
        assert_eq!(
            ring.open(COLUMN, other_row, &sealed),
            Err(OpenError::Tampered)
        );
        assert_eq!(
            ring.open("person.phone", ROW, &sealed),
            Err(OpenError::Tampered)
        );
        assert_eq!(
            self::ring(2).open(COLUMN, ROW, &sealed),
            Err(OpenError::Tampered)
        );
    }

    #[test]
    fn an_unknown_key_is_named() {
        let ring = ring(1);
        let newer = rotated(&ring, &mut seeded(3));
        let sealed = newer.seal(COLUMN, ROW, b"secret", [9; 12]);
        assert_eq!(
            ring.open(COLUMN, ROW, &sealed),
            Err(OpenError::UnknownKey(2))
        );
    }

    #[test]
    fn old_keys_still_open_after_rotation_and_the_new_one_seals() {
        let old = ring(1);
        let sealed = old.seal(COLUMN, ROW, b"secret", [9; 12]);
        let new = rotated(&old, &mut seeded(3));
        assert_eq!(new.active(), 2);
        assert_eq!(
            new.open(COLUMN, ROW, &sealed).unwrap().as_slice(),
            b"secret"
        );
        assert_eq!(new.seal(COLUMN, ROW, b"secret", [9; 12])[1], 2);
        assert_eq!(new.fingerprint(COLUMN, b"x"), old.fingerprint(COLUMN, b"x"));
    }

    #[test]
    fn the_key_id_cannot_be_exchanged_even_for_the_same_secret() {
        let numbered = |id| {
            let secrets = vec![(id, draw(&mut seeded(1)))];
            KeyRing::from_secrets(secrets, id, draw(&mut seeded(2))).unwrap()
        };
        let mut sealed = numbered(1).seal(COLUMN, ROW, b"secret", [9; 12]);
        assert!(numbered(1).open(COLUMN, ROW, &sealed).is_ok());
        sealed[1] = 2;
        assert_eq!(
            numbered(2).open(COLUMN, ROW, &sealed),
            Err(OpenError::Tampered)
        );
    }

    #[test]
    fn fingerprints_depend_on_column_value_and_key() {
        let ring = ring(1);
        let one = ring.fingerprint(COLUMN, b"a");
        assert_eq!(one, ring.fingerprint(COLUMN, b"a"));
        assert_ne!(one, ring.fingerprint(COLUMN, b"b"));
        assert_ne!(one, ring.fingerprint("person.phone", b"a"));
        assert_ne!(one, self::ring(2).fingerprint(COLUMN, b"a"));
    }

    #[test]
    fn made_up_keys_are_refused() {
        let good = || draw(&mut seeded(1));
        let of = |secret: [u8; 32]| {
            KeyRing::from_secrets(vec![(1, Zeroizing::new(secret))], 1, good()).err()
        };
        let counted = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let pattern = std::array::from_fn(|at| b"0123456789"[at % 10]);
        for secret in [[0; 32], [7; 32], counted, pattern] {
            assert_eq!(of(secret), Some(WeakKey::NotRandom), "{secret:?}");
        }
        assert_eq!(of(*good()), Some(WeakKey::Repeated));
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let shown = format!("{:?}", ring(1));
        assert_eq!(shown, "KeyRing { keys: [1], active: 1, .. }");
    }

    proptest! {
        #[test]
        fn what_was_sealed_opens(clear: Vec<u8>, nonce: [u8; 12], row: u128) {
            let (ring, row) = (ring(1), Uuid::from_u128(row));
            let sealed = ring.seal(COLUMN, row, &clear, nonce);
            let opened = ring.open(COLUMN, row, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), clear.as_slice());
        }

        #[test]
        fn any_flipped_bit_is_noticed(at: prop::sample::Index, bit in 0_u8..8, cut in 1_usize..48) {
            let ring = ring(1);
            let sealed = ring.seal(COLUMN, ROW, b"11010519491231002X", [9; 12]);
            let mut flipped = sealed.clone();
            flipped[at.index(sealed.len())] ^= 1 << bit;
            prop_assert!(ring.open(COLUMN, ROW, &flipped).is_err());
            let shorter = &sealed[..sealed.len() - cut];
            prop_assert_eq!(ring.open(COLUMN, ROW, shorter), Err(OpenError::Tampered));
        }

        #[test]
        fn arbitrary_bytes_never_open(bytes: Vec<u8>) {
            prop_assert!(ring(1).open(COLUMN, ROW, &bytes).is_err());
        }
    }
}
