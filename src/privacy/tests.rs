//! The ring and what it seals.

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::key_ring::draw;
use super::{KeyRing, OpenError, Purpose, WeakKey};
use uuid::Uuid;
use zeroize::Zeroizing;

const COLUMN: &str = "person.citizen_number";
const ROW: Uuid = Uuid::from_u128(7);

/// A source that yields the same bytes for the same seed.
pub(super) fn seeded(seed: u8) -> impl FnMut(&mut [u8]) {
    let mut calls = 0_u8;
    move |bytes| {
        calls += 1;
        let stream = Sha256::digest([seed, calls]);
        bytes.copy_from_slice(&stream[..bytes.len()]);
    }
}

fn other_ring(seed: u8) -> KeyRing {
    ring(seed)
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
    assert_eq!(KeyRing::key_of(&sealed), Some(1));
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
        other_ring(2).open(COLUMN, ROW, &sealed),
        Err(OpenError::Tampered)
    );
}

#[test]
fn an_unknown_key_is_named() {
    let ring = ring(1);
    let newer = ring.rotated(&mut seeded(3)).unwrap();
    let sealed = newer.seal(COLUMN, ROW, b"secret", [9; 12]);
    assert_eq!(
        ring.open(COLUMN, ROW, &sealed),
        Err(OpenError::UnknownKey(4))
    );
}

#[test]
fn old_keys_still_open_after_rotation_and_the_new_one_seals() {
    let old = ring(1);
    let sealed = old.seal(COLUMN, ROW, b"secret", [9; 12]);
    let new = old.rotated(&mut seeded(3)).unwrap();
    assert_eq!(new.active(Purpose::General), 4);
    assert_eq!(
        new.open(COLUMN, ROW, &sealed).unwrap().as_slice(),
        b"secret"
    );
    assert_eq!(
        KeyRing::key_of(&new.seal(COLUMN, ROW, b"secret", [9; 12])),
        Some(4)
    );
    assert_eq!(new.fingerprint(COLUMN, b"x"), old.fingerprint(COLUMN, b"x"));
}

#[test]
fn health_and_schooling_have_keys_of_their_own() {
    let ring = ring(1);
    let key_of = |purpose| {
        let sealed = ring.seal_for(purpose, COLUMN, ROW, b"secret", [9; 12]);
        assert_eq!(
            ring.open(COLUMN, ROW, &sealed).unwrap().as_slice(),
            b"secret"
        );
        KeyRing::key_of(&sealed).unwrap()
    };
    let keys = [Purpose::General, Purpose::Health, Purpose::Schooling].map(key_of);
    assert_eq!(keys, [1, 2, 3]);
}

#[test]
fn resealing_takes_the_newest_key_once_and_refuses_what_does_not_open() {
    let old = ring(1);
    let sealed = old.seal_for(Purpose::Health, COLUMN, ROW, b"secret", [9; 12]);
    let new = old.rotated(&mut seeded(3)).unwrap();
    let reseal = |sealed: &[u8]| new.reseal(Purpose::Health, COLUMN, ROW, sealed, [8; 12]);
    let resealed = reseal(&sealed).unwrap().expect("it had an old key");
    assert_eq!(KeyRing::key_of(&resealed), Some(5));
    assert_eq!(
        new.open(COLUMN, ROW, &resealed).unwrap().as_slice(),
        b"secret"
    );
    assert_eq!(reseal(&resealed), Ok(None));
    assert_eq!(
        reseal(b"\x01\x01 no ciphertext of ours at all, though long enough"),
        Err(OpenError::Tampered)
    );
}

#[test]
fn the_key_id_cannot_be_exchanged_even_for_the_same_secret() {
    let numbered = |id| {
        let secrets = vec![(id, Purpose::General, draw(&mut seeded(1)))];
        let active = [(Purpose::General, id)].into();
        KeyRing::from_secrets(secrets, active, draw(&mut seeded(2))).unwrap()
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
    assert_ne!(one, other_ring(2).fingerprint(COLUMN, b"a"));
}

#[test]
fn made_up_keys_are_refused() {
    let good = || draw(&mut seeded(1));
    let of = |secret: [u8; 32]| {
        let keys = vec![(1, Purpose::General, Zeroizing::new(secret))];
        KeyRing::from_secrets(keys, [(Purpose::General, 1)].into(), good()).err()
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
    assert_eq!(
        shown,
        "KeyRing { keys: [1, 2, 3], active: {General: 1, Health: 2, Schooling: 3}, .. }"
    );
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
