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
use super::purpose::Purpose;

/// The layout: version, key id, nonce, ciphertext with its tag.
const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Thirty-two random bytes have this many different ones at least, but for one chance in 10²⁰.
const DISTINCT_BYTES: usize = 12;

pub(super) type Secret = Zeroizing<[u8; 32]>;

type NewKeys = (Vec<(u8, Purpose, Secret)>, BTreeMap<Purpose, u8>);

struct SealingKey {
    purpose: Purpose,
    secret: Secret,
    cipher: Aes256Gcm,
}

/// The keys of one installation: one for each purpose seals, every one opens, another makes keyed
/// hashes.
pub struct KeyRing {
    sealing: BTreeMap<u8, SealingKey>,
    active: BTreeMap<Purpose, u8>,
    fingerprint_secret: Secret,
    fingerprint: Hmac<Sha256>,
}

impl KeyRing {
    /// A ring with a sealing key for each purpose, numbered from 1, and one key for keyed hashes.
    ///
    /// `random` fills what it is given from a cryptographic source.
    ///
    /// # Panics
    /// When `random` yields something that is not random, such as zeros.
    pub fn generate(random: &mut dyn FnMut(&mut [u8])) -> Self {
        let (keys, active) = one_each(1, random).expect("there are fewer purposes than numbers");
        let fingerprint = draw(random);
        Self::from_secrets(keys, active, fingerprint).expect("the source is random")
    }

    /// The same ring with one more key for each purpose, which seal from now on; `None` when the
    /// 255 numbers are used up. What older keys sealed still opens.
    ///
    /// # Panics
    /// When `random` yields something that is not random, such as zeros.
    pub fn rotated(&self, random: &mut dyn FnMut(&mut [u8])) -> Option<Self> {
        let next = self.sealing.keys().next_back()?.checked_add(1)?;
        let (newer, active) = one_each(next, random)?;
        let mut keys: Vec<_> = self
            .sealing
            .iter()
            .map(|(id, key)| (*id, key.purpose, key.secret.clone()))
            .collect();
        keys.extend(newer);
        let ring = Self::from_secrets(keys, active, self.fingerprint_secret.clone());
        Some(ring.expect("the source is random"))
    }

    /// Puts a ring together; the ids are distinct, each active one is a key of its purpose, and
    /// there is a general one.
    pub(super) fn from_secrets(
        keys: Vec<(u8, Purpose, Secret)>,
        active: BTreeMap<Purpose, u8>,
        fingerprint_secret: Secret,
    ) -> Result<Self, WeakKey> {
        let mut seen = BTreeSet::new();
        for secret in keys
            .iter()
            .map(|(.., secret)| secret)
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
            .map(|(id, purpose, secret)| {
                (
                    id,
                    SealingKey {
                        purpose,
                        cipher: Aes256Gcm::new(&(*secret).into()),
                        secret,
                    },
                )
            })
            .collect();
        let fits = |(purpose, id): (&Purpose, &u8)| {
            sealing.get(id).is_some_and(|key| key.purpose == *purpose)
        };
        assert!(
            active.contains_key(&Purpose::General) && active.iter().all(fits),
            "the caller checked that the active keys exist"
        );
        Ok(Self {
            sealing,
            active,
            fingerprint_secret,
            fingerprint,
        })
    }

    /// The id of the key that seals for a purpose; the general one where an old key file has no
    /// key for it, until the next rotation makes one.
    pub fn active(&self, purpose: Purpose) -> u8 {
        let of = |purpose| self.active.get(&purpose).copied();
        of(purpose)
            .or_else(|| of(Purpose::General))
            .expect("checked when the ring was put together")
    }

    /// The id of the key that sealed a value; `None` when it is no ciphertext of ours.
    pub fn key_of(sealed: &[u8]) -> Option<u8> {
        match sealed {
            [VERSION, id, rest @ ..] if rest.len() >= NONCE + TAG => Some(*id),
            _ => None,
        }
    }

    /// Encrypts a value for one column (`table.column`) of one row with the general key; see
    /// [`seal_for`](Self::seal_for).
    pub fn seal(
        &self,
        column: &'static str,
        row: Uuid,
        clear: &[u8],
        nonce: [u8; NONCE],
    ) -> Vec<u8> {
        self.seal_for(Purpose::General, column, row, clear, nonce)
    }

    /// Encrypts a value for one column (`table.column`) of one row with the active key of a
    /// purpose.
    ///
    /// The nonce must be random and used once: two values under one nonce betray each other.
    /// The result has thirty bytes more than the clear value.
    ///
    /// # Panics
    /// When the value exceeds what AES-GCM can encrypt (64 GB).
    pub fn seal_for(
        &self,
        purpose: Purpose,
        column: &'static str,
        row: Uuid,
        clear: &[u8],
        nonce: [u8; NONCE],
    ) -> Vec<u8> {
        let id = self.active(purpose);
        let key = self
            .sealing
            .get(&id)
            .expect("checked when the ring was put together");
        let aad = belonging(column, row, id);
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
        [&[VERSION, id], nonce.as_slice(), &ciphertext].concat()
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

    /// The same value under the active key of its purpose; `None` when it is under that one
    /// already.
    pub fn reseal(
        &self,
        purpose: Purpose,
        column: &'static str,
        row: Uuid,
        sealed: &[u8],
        nonce: [u8; NONCE],
    ) -> Result<Option<Vec<u8>>, OpenError> {
        if Self::key_of(sealed) == Some(self.active(purpose)) {
            return Ok(None);
        }
        let clear = self.open(column, row, sealed)?;
        Ok(Some(self.seal_for(purpose, column, row, &clear, nonce)))
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
        let all = sealing
            .map(|(id, _, secret)| (id, secret))
            .chain([(0, self.fingerprint_secret())]);
        all.map(|(id, secret)| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&**secret).expect("any length will do");
            mac.update(b"ring_key.mark");
            mac.update(&[0, id]);
            (id, mac.finalize().into_bytes().into())
        })
        .collect()
    }

    /// The sealing keys by id, for the key file.
    pub(super) fn sealing_secrets(&self) -> impl Iterator<Item = (u8, Purpose, &Secret)> {
        let keys = self.sealing.iter();
        keys.map(|(id, key)| (*id, key.purpose, &key.secret))
    }

    /// The keys that seal, for the key file.
    pub(super) fn active_keys(&self) -> &BTreeMap<Purpose, u8> {
        &self.active
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

pub(super) fn draw(random: &mut dyn FnMut(&mut [u8])) -> Secret {
    let mut secret = Zeroizing::new([0; 32]);
    random(&mut *secret);
    secret
}

/// A new key for each purpose, numbered from `first`; `None` when the numbers do not reach.
fn one_each(first: u8, random: &mut dyn FnMut(&mut [u8])) -> Option<NewKeys> {
    let (mut keys, mut active) = (vec![], BTreeMap::new());
    for (offset, purpose) in (0..).zip(Purpose::ALL) {
        let id = first.checked_add(offset)?;
        keys.push((id, purpose, draw(random)));
        active.insert(purpose, id);
    }
    Some((keys, active))
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
