//! Exact shares, cut off after four decimals.

use std::fmt;

use poem_openapi::registry::MetaSchema;
use rust_decimal::Decimal;

use super::ValueError;
use super::wire::string_schema;

/// A part of a whole (比例) in ten-thousandths: `0.7517` is 75.17 %.
///
/// What lies behind the fourth decimal is cut off, never rounded up: `1.0000` means all, and no
/// threshold is reached by rounding. It exceeds one where more was done than planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u64);

impl Share {
    /// None of it.
    pub const NONE: Self = Self(0);
    /// All of it.
    pub const ALL: Self = Self(10_000);
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "share";
    /// Always four decimals.
    pub const PATTERN: &'static str = "^(0|[1-9][0-9]{0,8})[.][0-9]{4}$";

    /// One more than the largest: nine integer digits.
    const LIMIT: u64 = 10_000_000_000_000;

    /// The share of `part` in `whole`; `None` when there is no whole, when one of the two is
    /// negative, or when the share would have more than nine integer digits.
    pub fn of(part: impl Into<Decimal>, whole: impl Into<Decimal>) -> Option<Self> {
        let (part, whole) = (part.into(), whole.into());
        let scale = part.scale().max(whole.scale());
        // Integers of one scale, because a decimal division may round its last digit up.
        let units = |value: Decimal| {
            value
                .mantissa()
                .checked_mul(10_i128.checked_pow(scale - value.scale())?)
        };
        let (part, whole) = (units(part)?, units(whole)?);
        if part < 0 || whole <= 0 {
            return None;
        }
        let share = u64::try_from(part.checked_mul(10_000)? / whole).ok()?;
        (share < Self::LIMIT).then_some(Self(share))
    }

    /// Reads four decimals, such as a threshold.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refused = || {
            ValueError::new(
                "share-form",
                "比例应为四位小数，例如 0.7500",
                "a share has exactly four decimals, such as 0.7500",
            )
        };
        let (whole, fraction) = text.split_once('.').ok_or_else(refused)?;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let well_formed = (1..=9).contains(&whole.len())
            && fraction.len() == 4
            && digits(whole)
            && digits(fraction)
            && (whole.len() == 1 || !whole.starts_with('0'));
        if !well_formed {
            return Err(refused());
        }
        format!("{whole}{fraction}")
            .parse()
            .map(Self)
            .map_err(|_| refused())
    }

    /// The share in ten-thousandths.
    pub fn ten_thousandths(self) -> u64 {
        self.0
    }

    /// The share as an exact decimal.
    pub fn as_decimal(self) -> Decimal {
        Decimal::from_i128_with_scale(i128::from(self.0), 4)
    }
}

/// Always four decimals.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

read_from_string!(
    Share,
    MetaSchema {
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "0.7517")
    }
);
write_as_string!(Share);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(part: i64, whole: i64) -> String {
        Share::of(part, whole)
            .expect("there is a whole")
            .to_string()
    }

    #[test]
    fn the_published_figures_of_bazhong_come_out() {
        assert_eq!(share(742, 987), "0.7517");
        assert_eq!(share(258_100, 310_000), "0.8325");
    }

    #[test]
    fn almost_all_is_not_all() {
        assert_eq!(share(99_999_999, 100_000_000), "0.9999");
        assert_eq!(Share::of(987, 987), Some(Share::ALL));
        assert!(Share::of(986, 987).unwrap() < Share::ALL);
        // A decimal division of these rounds up to one.
        let whole = Decimal::from_i128_with_scale(79_228_162_514_264_337_593_543_950_335, 18);
        let part = whole - Decimal::from_i128_with_scale(1, 18);
        assert_eq!(Share::of(part, whole).unwrap().to_string(), "0.9999");
    }

    #[test]
    fn more_than_planned_is_more_than_one() {
        assert_eq!(share(3, 2), "1.5000");
    }

    #[test]
    fn without_a_whole_there_is_no_share() {
        assert_eq!(Share::of(0, 0), None);
        assert_eq!(Share::of(1, 0), None);
        assert_eq!(Share::of(1, -1), None);
        assert_eq!(Share::of(-1, 2), None);
        assert_eq!(Share::of(0, 5), Some(Share::NONE));
    }

    #[test]
    fn different_scales_are_compared_exactly() {
        let part = Decimal::new(5, 1);
        assert_eq!(Share::of(part, 2).unwrap().to_string(), "0.2500");
    }

    #[test]
    fn only_four_decimals_are_read() {
        for text in [
            "0.75", "0.75000", "1", "", ".7500", "00.7500", "-0.7500", "0,7500", "+1.0000",
        ] {
            assert_eq!(Share::parse(text).unwrap_err().code, "share-form", "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_share_never_claims_more_than_the_part(part in 0_i64..1 << 50, whole in 1_i64..1 << 50) {
            if let Some(share) = Share::of(part, whole) {
                let claimed = i128::from(share.ten_thousandths()) * i128::from(whole);
                let held = i128::from(part) * 10_000;
                prop_assert!(claimed <= held && held < claimed + i128::from(whole));
                prop_assert_eq!(Share::parse(&share.to_string()), Ok(share));
            }
        }
    }
}
