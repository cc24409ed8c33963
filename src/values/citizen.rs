//! The citizen number (公民身份号码), GB 11643-1999.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use poem_openapi::registry::MetaSchema;
use zeroize::Zeroizing;

use super::ValueError;
use super::mask::masked_id;
use super::wire::string_schema;

/// The weights of the first seventeen digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder.
const CHECKS: &[u8; 11] = b"10X98765432";

/// The sex that a citizen number states (性别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 女: an even sequence number.
    Female,
    /// 男: an odd sequence number.
    Male,
}

/// A checked citizen number: six digits of a region, the date of birth, three digits of a
/// sequence, a check character.
///
/// Whether the region exists is not checked, because numbers outlive regions. `Debug` and
/// `Display` are masked, nothing writes it to JSON, and the memory is wiped when it goes.
#[derive(Clone, PartialEq, Eq)]
pub struct CitizenNumber {
    number: Zeroizing<String>,
    birth_on: NaiveDate,
}

impl CitizenNumber {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "citizen-number";
    /// What can be said without the check character and the length of months.
    pub const PATTERN: &'static str = concat!(
        "^[1-9][0-9]{5}(19|20|21)[0-9]{2}(0[1-9]|1[0-2])",
        "(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$"
    );

    /// Reads eighteen characters; a lower-case x is taken for X, full-width digits are not.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let number = Zeroizing::new(text.to_ascii_uppercase());
        let bytes: &[u8; 18] = number.as_bytes().try_into().map_err(|_| malformed())?;
        let (digits, check) = (&bytes[..17], bytes[17]);
        let check_is_possible = check.is_ascii_digit() || check == b'X';
        if !digits.iter().all(u8::is_ascii_digit) || !check_is_possible || digits[0] == b'0' {
            return Err(malformed());
        }
        let birth_on = birth_date(&digits[6..14])?;
        let sum: u32 = digits
            .iter()
            .zip(WEIGHTS)
            .map(|(d, weight)| u32::from(d - b'0') * weight)
            .sum();
        if CHECKS[(sum % 11) as usize] != check {
            return Err(ValueError::new(
                "citizen-number-check",
                "身份证号码校验位不符，请核对是否输错",
                "the check character of the citizen number does not fit; please compare it again",
            ));
        }
        Ok(Self { number, birth_on })
    }

    /// The number in clear. Only for encryption, comparison and the last six characters.
    pub fn expose(&self) -> &str {
        &self.number
    }

    /// The day of birth.
    pub fn birth_on(&self) -> NaiveDate {
        self.birth_on
    }

    /// The sex.
    pub fn sex(&self) -> Sex {
        if self.number.as_bytes()[16] % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// The last six characters, the second secret of a resident's lookup.
    pub fn last_six(&self) -> &str {
        &self.number[12..]
    }

    /// First three and last two characters, as internal screens show it.
    pub fn masked(&self) -> String {
        masked_id(&self.number)
    }
}

fn malformed() -> ValueError {
    ValueError::new(
        "citizen-number-form",
        "身份证号码应为 18 位：17 位半角数字加 1 位校验码（数字或 X）",
        "a citizen number has 18 characters: 17 digits and a digit or X",
    )
}

/// The date in eight digits, of this and the neighbouring centuries.
fn birth_date(digits: &[u8]) -> Result<NaiveDate, ValueError> {
    let number = |range: std::ops::Range<usize>| {
        digits[range]
            .iter()
            .fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'))
    };
    i32::try_from(number(0..4))
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, number(4..6), number(6..8)))
        .filter(|date| (1900..2200).contains(&date.year()))
        .ok_or_else(|| {
            ValueError::new(
                "citizen-number-birth-date",
                "身份证号码中的出生日期不存在",
                "the citizen number holds no real date of birth",
            )
        })
}

impl fmt::Display for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenNumber({self})")
    }
}

// Read only: there is no `write_as_string!` and no column in clear.
read_from_string!(
    CitizenNumber,
    MetaSchema {
        min_length: Some(18),
        max_length: Some(18),
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "11010519491231002X")
    }
);

#[cfg(test)]
mod tests {
    use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// The example of the standard.
    const EXAMPLE: &str = "11010519491231002X";

    fn refused(text: &str) -> &'static str {
        CitizenNumber::parse(text).expect_err("refused").code
    }

    #[test]
    fn the_example_of_the_standard_is_read() {
        let number = CitizenNumber::parse(EXAMPLE).unwrap();
        assert_eq!(number.expose(), EXAMPLE);
        assert_eq!(
            number.birth_on(),
            NaiveDate::from_ymd_opt(1949, 12, 31).unwrap()
        );
        assert_eq!(number.sex(), Sex::Female);
        assert_eq!(number.last_six(), "31002X");
        assert_eq!(CitizenNumber::parse("11010519491231002x").unwrap(), number);
    }

    #[test]
    fn the_form_is_checked_before_anything_else() {
        let forms = [
            "",
            "11010519491231002",
            "11010519491231002XX",
            "1101051949123100２X",
            "X1010519491231002X",
            "01010519491231002X",
            " 1010519491231002X",
            "１１０１０５",
            "110105194912310021X",
        ];
        for text in forms {
            assert_eq!(refused(text), "citizen-number-form", "{text}");
        }
    }

    #[test]
    fn the_date_of_birth_must_exist() {
        for date in [
            "19490229", "19491301", "19490031", "19491200", "18991231", "22000101",
        ] {
            assert_eq!(
                refused(&format!("110105{date}0020")),
                "citizen-number-birth-date",
                "{date}"
            );
        }
    }

    #[test]
    fn nothing_prints_it_in_clear() {
        let number = CitizenNumber::parse(EXAMPLE).unwrap();
        assert_eq!(number.to_string(), "110*************2X");
        assert_eq!(format!("{number:?}"), "CitizenNumber(110*************2X)");
    }

    #[test]
    fn a_refusal_does_not_repeat_the_number() {
        for value in [
            json!("110105194912310021"),
            json!(110_105_194_912_310_021_u64),
        ] {
            let error = CitizenNumber::parse_from_json(Some(value)).unwrap_err();
            assert!(!error.message().contains("110105"), "{}", error.message());
        }
    }

    #[test]
    fn the_contract_shows_its_format_and_length() {
        let schema = CitizenNumber::schema_ref();
        let schema = schema.unwrap_inline();
        assert_eq!(
            (schema.format, schema.max_length),
            (Some("citizen-number"), Some(18))
        );
    }

    #[test]
    fn a_request_object_reads_it_and_never_writes_it_back() {
        #[derive(Debug, poem_openapi::Object)]
        struct Registration {
            #[oai(write_only)]
            citizen_number: CitizenNumber,
        }
        let read = Registration::parse_from_json(Some(json!({ "citizen_number": EXAMPLE })));
        let registration = read.unwrap();
        assert_eq!(registration.citizen_number.expose(), EXAMPLE);
        assert_eq!(registration.to_json(), Some(json!({})));
    }

    /// Numbers with a right check character.
    fn any_number() -> impl Strategy<Value = String> {
        (100_000_u32..1_000_000, 0_u64..73_000, 0_u32..1000).prop_map(|(region, days, sequence)| {
            let birth = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days);
            let stem = format!("{region}{}{sequence:03}", birth.format("%Y%m%d"));
            let of = |check: &u8| format!("{stem}{}", char::from(*check));
            // Searched, so that the test does not repeat the formula.
            let mut valid = CHECKS
                .iter()
                .map(of)
                .filter(|number| CitizenNumber::parse(number).is_ok());
            let number = valid.next().expect("one check character fits");
            assert_eq!(valid.next(), None, "only one check character fits");
            number
        })
    }

    proptest! {
        #[test]
        fn a_number_reads_as_itself(number in any_number()) {
            let read = CitizenNumber::parse(&number).unwrap();
            prop_assert_eq!(read.expose(), number);
        }

        #[test]
        fn every_single_wrong_character_is_detected(number in any_number(), at in 0_usize..18) {
            for wrong in b"0123456789X" {
                let mut changed = number.clone().into_bytes();
                if changed[at] != *wrong {
                    changed[at] = *wrong;
                    let changed = String::from_utf8(changed).unwrap();
                    prop_assert!(CitizenNumber::parse(&changed).is_err(), "{}", changed);
                }
            }
        }

        #[test]
        fn every_swap_of_neighbours_is_detected(number in any_number(), at in 0_usize..17) {
            let mut swapped = number.clone().into_bytes();
            swapped.swap(at, at + 1);
            let swapped = String::from_utf8(swapped).unwrap();
            prop_assert_eq!(CitizenNumber::parse(&swapped).is_ok(), swapped == number);
        }
    }
}
