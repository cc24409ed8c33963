//! What money and areas share: exact, never negative, at most two decimals, a string on the wire.

use rust_decimal::Decimal;

use super::ValueError;

/// How one quantity speaks about itself.
pub(super) struct Words {
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    /// Codes: not a number, negative, too many decimals, too large.
    pub(super) codes: [&'static str; 4],
}

impl Words {
    pub(super) fn not_a_number(&self) -> ValueError {
        ValueError::new(
            self.codes[0],
            format!("{}应为普通小数，例如 1234.50", self.zh),
            format!("{} must be a plain decimal such as 1234.50", self.en),
        )
    }

    fn negative(&self) -> ValueError {
        ValueError::new(
            self.codes[1],
            format!("{}不能为负数", self.zh),
            format!("{} must not be negative", self.en),
        )
    }

    fn decimals(&self) -> ValueError {
        ValueError::new(
            self.codes[2],
            format!("{}最多两位小数", self.zh),
            format!("{} has at most two decimals", self.en),
        )
    }

    fn too_large(&self, digits: u32) -> ValueError {
        ValueError::new(
            self.codes[3],
            format!("{}最多 {digits} 位整数", self.zh),
            format!("{} has at most {digits} digits before the point", self.en),
        )
    }
}

/// Reads `(0|[1-9][0-9]*)([.][0-9]{1,2})?` with at most `digits` integer digits.
pub(super) fn parse(text: &str, digits: u32, words: &Words) -> Result<Decimal, ValueError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole) || !all_digits(fraction) || leading_zero {
        return Err(words.not_a_number());
    }
    if unsigned.len() < text.len() {
        return Err(words.negative());
    }
    if fraction.len() > 2 {
        return Err(words.decimals());
    }
    if whole.len() > digits as usize {
        return Err(words.too_large(digits));
    }
    let exact = Decimal::from_str_exact(unsigned).map_err(|_| words.not_a_number())?;
    check(exact, digits, words)
}

/// Checks sign, scale and size; a third decimal is refused even where rounding would hide it.
pub(super) fn check(value: Decimal, digits: u32, words: &Words) -> Result<Decimal, ValueError> {
    if value.is_sign_negative() && !value.is_zero() {
        return Err(words.negative());
    }
    if value.normalize().scale() > 2 {
        return Err(words.decimals());
    }
    if value >= Decimal::from(10_u64.pow(digits)) {
        return Err(words.too_large(digits));
    }
    let mut two_places = value.abs();
    two_places.rescale(2);
    Ok(two_places)
}

/// A quantity type: invariants in `parse` and `from_decimal`, no way around them.
macro_rules! quantity {
    (
        $(#[$doc:meta])* $name:ident,
        digits: $digits:literal, format: $format:literal, pattern: $pattern:literal,
        example: $example:literal, words: $words:expr
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(rust_decimal::Decimal);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);
            /// The name of its format in the contract.
            pub const FORMAT: &'static str = $format;
            /// What the contract lets through.
            pub const PATTERN: &'static str = $pattern;

            const WORDS: $crate::values::quantity::Words = $words;

            /// Reads a plain decimal with at most two decimals; a third one is refused.
            pub fn parse(text: &str) -> Result<Self, $crate::values::ValueError> {
                $crate::values::quantity::parse(text, $digits, &Self::WORDS).map(Self)
            }

            /// Takes a computed decimal that already is a legal value; never rounds.
            pub fn from_decimal(
                value: rust_decimal::Decimal,
            ) -> Result<Self, $crate::values::ValueError> {
                $crate::values::quantity::check(value, $digits, &Self::WORDS).map(Self)
            }

            /// The exact number.
            pub fn as_decimal(self) -> rust_decimal::Decimal {
                self.0
            }

            /// Whether it is nothing.
            pub fn is_zero(self) -> bool {
                self.0.is_zero()
            }

            /// The exact sum; refused when it has too many digits.
            pub fn checked_add(self, other: Self) -> Result<Self, $crate::values::ValueError> {
                Self::from_decimal(self.0 + other.0)
            }

            /// The exact sum of many; refused when it has too many digits.
            pub fn sum(
                many: impl IntoIterator<Item = Self>,
            ) -> Result<Self, $crate::values::ValueError> {
                many.into_iter().try_fold(Self::ZERO, Self::checked_add)
            }
        }

        /// Exactly two decimals, no grouping.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:.2}", self.0)
            }
        }

        read_from_string!($name, poem_openapi::registry::MetaSchema {
            pattern: Some($pattern.to_owned()),
            ..$crate::values::wire::string_schema($format, $example)
        });
        write_as_string!($name);
        store_as!($name => rust_decimal::Decimal, to: |it| &it.0, from: Self::from_decimal);
    };
}
