//! Lookup codes that residents type from a letter.

use std::fmt;

use poem_openapi::registry::MetaSchema;
use zeroize::Zeroizing;

use super::wire::string_schema;
use super::{ValueError, typed};

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of five bits each.
const LENGTH: usize = 12;

/// A lookup code (查询码): sixty random bits, printed `XXXX-XXXX-XXXX` on a letter.
///
/// It is shown once and stored hashed. `Debug` hides it, there is no `Display`; JSON and
/// [`LookupCode::printed`] write it in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct LookupCode(Zeroizing<String>);

impl LookupCode {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "lookup-code";
    /// Twelve characters with any spacing; full-width ones come from Chinese keyboards.
    pub const PATTERN: &'static str = concat!(
        "^([",
        spacing!(),
        "]*[0-9A-TV-Za-tv-z０-９Ａ-ＴＶ-Ｚａ-ｔｖ-ｚ",
        crosses!(),
        "]){12}[",
        spacing!(),
        "]*$"
    );

    /// A code from eight random bytes, of which the first four bits are dropped.
    pub fn from_random(random: [u8; 8]) -> Self {
        let bits = u64::from_be_bytes(random);
        let characters = (0..LENGTH).rev().map(|place| {
            let [.., low] = (bits >> (5 * place)).to_be_bytes();
            char::from(ALPHABET[usize::from(low & 31)])
        });
        Self(Zeroizing::new(characters.collect()))
    }

    /// Reads what a person typed: any case, width and spacing, O for 0, I and L for 1.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let mut code = Zeroizing::new(String::with_capacity(LENGTH));
        for typed in typed::characters(text) {
            let read = read(typed)
                .filter(|_| code.len() < LENGTH)
                .ok_or_else(malformed)?;
            code.push(read);
        }
        if code.len() == LENGTH {
            Ok(Self(code))
        } else {
            Err(malformed())
        }
    }

    /// The twelve characters without hyphens: what is hashed.
    pub fn canonical(&self) -> &str {
        &self.0
    }

    /// The code as the letter shows it, `XXXX-XXXX-XXXX`.
    pub fn printed(&self) -> String {
        format!("{}-{}-{}", &self.0[..4], &self.0[4..8], &self.0[8..])
    }
}

fn malformed() -> ValueError {
    ValueError::new(
        "lookup-code-form",
        "查询码应为 12 位字母和数字，形如 XXXX-XXXX-XXXX",
        "a lookup code has twelve letters and digits, like XXXX-XXXX-XXXX",
    )
}

/// The character of the alphabet that a typed one stands for.
fn read(typed: char) -> Option<char> {
    match typed {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        other => ALPHABET
            .iter()
            .map(|&letter| char::from(letter))
            .find(|letter| *letter == other),
    }
}

impl fmt::Debug for LookupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupCode(****-****-****)")
    }
}

read_from_string!(
    LookupCode,
    MetaSchema {
        min_length: Some(LENGTH),
        max_length: Some(typed::LENGTH_MAX),
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "7K3M-9QXD-2R5V")
    }
);

impl poem_openapi::types::ToJSON for LookupCode {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(self.printed().into())
    }
}

impl serde::Serialize for LookupCode {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.serialize_str(&self.printed())
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn sixty_bits_become_three_groups_of_four() {
        assert_eq!(LookupCode::from_random([0; 8]).printed(), "0000-0000-0000");
        assert_eq!(
            LookupCode::from_random([255; 8]).printed(),
            "ZZZZ-ZZZZ-ZZZZ"
        );
        let last_bits = LookupCode::from_random([0, 0, 0, 0, 0, 0, 0, 33]);
        assert_eq!(last_bits.printed(), "0000-0000-0011");
    }

    #[test]
    fn what_people_mistype_is_forgiven() {
        let code = LookupCode::parse("01A1-1BCD-0EFG").unwrap();
        for typed in [
            "01a11bcd0efg",
            "oiAl-lBcD-OeFg",
            "01A1 1BCD 0EFG",
            " 01a1—1bcd–0efg ",
            "０１Ａ１－１ＢＣＤ－０ＥＦＧ",
            "0-1-A-1-1-B-C-D-0-E-F-G",
            "01A1\u{2212}1BCD\u{A0}0EFG\r\n",
        ] {
            assert_eq!(LookupCode::parse(typed), Ok(code.clone()), "{typed}");
        }
        assert_eq!(code.canonical(), "01A11BCD0EFG");
    }

    #[test]
    fn other_lengths_and_letters_are_refused() {
        for typed in [
            "",
            "0000-0000-000",
            "0000-0000-00000",
            "0000-0000-000U",
            "0000_0000_0000",
            "零000-0000-0000",
        ] {
            assert_eq!(
                LookupCode::parse(typed).unwrap_err().code,
                "lookup-code-form",
                "{typed}"
            );
        }
    }

    #[test]
    fn debug_output_hides_it_and_json_shows_it() {
        let code = LookupCode::from_random([255; 8]);
        assert!(!format!("{code:?}").contains('Z'));
        assert_eq!(code.to_json(), Some(json!("ZZZZ-ZZZZ-ZZZZ")));
        assert_eq!(
            serde_json::to_value(&code).unwrap(),
            json!("ZZZZ-ZZZZ-ZZZZ")
        );
    }

    proptest! {
        #[test]
        fn printing_and_reading_a_code_gives_it_back(random: [u8; 8]) {
            let code = LookupCode::from_random(random);
            prop_assert_eq!(LookupCode::parse(&code.printed()), Ok(code.clone()));
            prop_assert_eq!(LookupCode::parse(&code.printed().to_lowercase()), Ok(code.clone()));
            prop_assert_eq!(LookupCode::parse(code.canonical()), Ok(code));
        }

        #[test]
        fn every_bit_of_sixty_counts(random: [u8; 8], bit in 0_u32..60) {
            let flipped = (u64::from_be_bytes(random) ^ (1 << bit)).to_be_bytes();
            prop_assert_ne!(LookupCode::from_random(flipped), LookupCode::from_random(random));
        }
    }
}
