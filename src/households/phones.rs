//! Telephone numbers as they are found again: by keyed hashes of their digits.

use crate::{privacy::KeyRing, values::Phone};

const WHOLE: &str = "household.phone_fingerprint";
const TAIL: &str = "household.phone_tail_fingerprint";

/// How many digits callers name themselves by.
const TAIL_DIGITS: usize = 4;

/// A telephone number as its three columns hold it.
#[derive(Debug, Clone, Default)]
pub(super) struct StoredPhone<'a> {
    pub(super) text: Option<&'a str>,
    pub(super) fingerprint: Option<Vec<u8>>,
    /// Of the last four digits.
    pub(super) tail: Option<Vec<u8>>,
}

impl<'a> StoredPhone<'a> {
    pub(super) fn of(keys: &KeyRing, text: Option<&'a str>) -> Self {
        let Some(number) = text else {
            return Self::default();
        };
        let digits = digits(number);
        let tail_at = digits.len().saturating_sub(TAIL_DIGITS);
        Self {
            text,
            fingerprint: Some(keys.fingerprint(WHOLE, digits.as_bytes()).to_vec()),
            tail: Some(tail(keys, &digits[tail_at..]).to_vec()),
        }
    }
}

/// The keyed hash of a whole number, however it is written.
pub(crate) fn fingerprint(keys: &KeyRing, phone: &Phone) -> [u8; 32] {
    keys.fingerprint(WHOLE, digits(phone.as_str()).as_bytes())
}

/// The keyed hash of the last four digits.
pub(super) fn tail(keys: &KeyRing, digits: &str) -> [u8; 32] {
    keys.fingerprint(TAIL, digits.as_bytes())
}

/// The digits within China, without spacing.
fn digits(phone: &str) -> String {
    let national = phone.strip_prefix("+86").unwrap_or(phone);
    national.chars().filter(char::is_ascii_digit).collect()
}
