//! What an inspector reads off an instrument.

use std::fmt;

use poem_openapi::registry::MetaSchema;
use rust_decimal::Decimal;

use super::ValueError;
use super::quantity::{self, Words};
use super::wire::string_schema;

/// A measured value or a limit of one (实测值), in the unit that stands beside it: signed, at most
/// eight integer digits and two decimals.
///
/// The wire form is a string with exactly two decimals; the column is `numeric(12,2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Measure(Decimal);

impl Measure {
    /// Neither above nor below.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "measure";
    /// What the contract lets through.
    pub const PATTERN: &'static str = "^-?(0|[1-9][0-9]{0,7})([.][0-9]{1,2})?$";

    const DIGITS: u32 = 8;
    /// Only the size is looked at with these, so the second code is never told.
    const WORDS: Words = Words {
        zh: "测量值",
        en: "a measured value",
        codes: [
            "measure-not-a-number",
            "measure-not-a-number",
            "measure-decimals",
            "measure-too-large",
        ],
    };

    /// Reads a plain decimal, with a minus sign or without; a third decimal is refused.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let size = text.strip_prefix('-').unwrap_or(text);
        if size.starts_with('-') {
            return Err(Self::WORDS.not_a_number());
        }
        let exact = quantity::parse(size, Self::DIGITS, &Self::WORDS)?;
        Ok(Self::signed(exact, size.len() < text.len()))
    }

    /// Takes a computed decimal that already is a legal value; never rounds.
    pub fn from_decimal(value: Decimal) -> Result<Self, ValueError> {
        let exact = quantity::check(value.abs(), Self::DIGITS, &Self::WORDS)?;
        Ok(Self::signed(exact, value.is_sign_negative()))
    }

    /// There is one zero.
    fn signed(size: Decimal, negative: bool) -> Self {
        Self(if negative && !size.is_zero() {
            -size
        } else {
            size
        })
    }

    /// The exact number.
    pub fn as_decimal(self) -> Decimal {
        self.0
    }
}

/// Exactly two decimals, no grouping.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}", self.0)
    }
}

read_from_string!(
    Measure,
    MetaSchema {
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "2803.50")
    }
);
write_as_string!(Measure);
store_as!(Measure => Decimal, to: |it| &it.0, from: Self::from_decimal);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> &'static str {
        Measure::parse(text).expect_err(text).code
    }

    #[test]
    fn a_deviation_may_lie_below_zero() {
        for (read, printed) in [
            ("-3", "-3.00"),
            ("-0.5", "-0.50"),
            ("2800.25", "2800.25"),
            ("-99999999.99", "-99999999.99"),
        ] {
            assert_eq!(Measure::parse(read).unwrap().to_string(), printed);
        }
        assert!(Measure::parse("-3").unwrap() < Measure::parse("-2.99").unwrap());
    }

    #[test]
    fn there_is_one_zero() {
        for text in ["0", "-0", "-0.00"] {
            let zero = Measure::parse(text).unwrap();
            assert_eq!((zero, zero.to_string().as_str()), (Measure::ZERO, "0.00"));
        }
        let computed = Measure::from_decimal(-Decimal::ZERO).unwrap();
        assert_eq!(computed.to_string(), "0.00");
    }

    #[test]
    fn a_third_decimal_is_refused_not_rounded() {
        assert_eq!(refused("-1.005"), "measure-decimals");
        let computed = Measure::from_decimal(Decimal::new(-1_005, 3));
        assert_eq!(computed.unwrap_err().code, "measure-decimals");
    }

    #[test]
    fn the_ninth_integer_digit_is_refused() {
        assert_eq!(refused("100000000"), "measure-too-large");
        assert_eq!(refused("-100000000"), "measure-too-large");
    }

    #[test]
    fn other_spellings_of_numbers_are_refused() {
        for text in [
            "", "-", "--1", "+1", "- 1", "01", "-01", ".5", "5.", "1e3", "１", "1,5",
        ] {
            assert_eq!(refused(text), "measure-not-a-number", "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_a_measure_gives_it_back(hundredths in -9_999_999_999_i64..=9_999_999_999) {
            let measure = Measure::from_decimal(Decimal::new(hundredths, 2)).unwrap();
            prop_assert_eq!(Measure::parse(&measure.to_string()), Ok(measure));
        }
    }
}
