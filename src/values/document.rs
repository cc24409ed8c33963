//! Identity documents, for people with and without a citizen number.

use std::fmt;

use poem_openapi::Enum;
use poem_openapi::registry::MetaSchema;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::mask::masked_id;
use super::wire::string_schema;
use super::{CitizenNumber, ValueError, typed};

/// The kind of an identity document (证件类型).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Enum,
    sqlx::Type,
    Serialize,
    Deserialize,
)]
#[sqlx(type_name = "id_document_kind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum IdDocumentKind {
    /// 居民身份证
    CitizenNumber,
    /// 护照
    Passport,
    /// 港澳居民来往内地通行证
    HongKongMacauPermit,
    /// 台湾居民来往大陆通行证
    TaiwanPermit,
    /// 外国人永久居留身份证
    ForeignResidencePermit,
    /// 无证件（新生儿、无户口人员）
    None,
}

impl IdDocumentKind {
    /// The words people read.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::CitizenNumber => ("居民身份证", "citizen number"),
            Self::Passport => ("护照", "passport"),
            Self::HongKongMacauPermit => ("港澳居民来往内地通行证", "Hong Kong and Macau permit"),
            Self::TaiwanPermit => ("台湾居民来往大陆通行证", "Taiwan permit"),
            Self::ForeignResidencePermit => ("外国人永久居留身份证", "residence permit"),
            Self::None => ("无证件", "none"),
        }
    }
}

/// Upper-cased letters and digits within a range of lengths.
fn letters_and_digits(
    text: &str,
    lengths: std::ops::RangeInclusive<usize>,
    refusal: impl FnOnce() -> ValueError,
) -> Result<Zeroizing<String>, ValueError> {
    let fits = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if fits {
        Ok(Zeroizing::new(text.to_ascii_uppercase()))
    } else {
        Err(refusal())
    }
}

/// The number of any identity document (证件号码) before its kind is looked at: 5–20 letters and
/// digits, upper-cased. Read only and masked, like a citizen number.
#[derive(Clone, PartialEq, Eq)]
pub struct OtherIdNumber(Zeroizing<String>);

impl OtherIdNumber {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "id-number";
    /// What the contract lets through.
    pub const PATTERN: &'static str = "^[0-9A-Za-z]{5,20}$";

    /// Reads letters and digits.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refusal = || {
            ValueError::new(
                "id-number-form",
                "证件号码应为 5 至 20 位字母和数字",
                "a document number has 5 to 20 letters and digits",
            )
        };
        letters_and_digits(text, 5..=20, refusal).map(Self)
    }

    /// The number in clear.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OtherIdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OtherIdNumber({})", masked_id(&self.0))
    }
}

read_from_string!(
    OtherIdNumber,
    MetaSchema {
        min_length: Some(5),
        max_length: Some(20),
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "E00000000")
    }
);

/// The last six characters of a document number (证件号码后六位), as a resident types them.
#[derive(Clone, PartialEq, Eq)]
pub struct LastSix(Zeroizing<String>);

impl LastSix {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "last-six";
    /// Six characters with any spacing; full-width ones and crosses come from Chinese keyboards.
    pub const PATTERN: &'static str = concat!(
        "^([",
        spacing!(),
        "]*[0-9A-Za-z０-９Ａ-Ｚａ-ｚ",
        crosses!(),
        "]){6}[",
        spacing!(),
        "]*$"
    );

    /// Reads six letters and digits; case, width and spacing are forgiven, and × for X.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refusal = || {
            ValueError::new(
                "last-six-form",
                "请输入证件号码的最后六位（字母或数字）",
                "enter the last six letters or digits of the document number",
            )
        };
        let read: Zeroizing<String> = Zeroizing::new(typed::characters(text).take(7).collect());
        letters_and_digits(&read, 6..=6, refusal).map(Self)
    }

    /// The six characters, upper-cased.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for LastSix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LastSix(******)")
    }
}

read_from_string!(
    LastSix,
    MetaSchema {
        min_length: Some(6),
        max_length: Some(typed::LENGTH_MAX),
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "31002X")
    }
);

/// An identity document (证件) with its checked number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdDocument {
    /// A citizen number with its check character.
    CitizenNumber(CitizenNumber),
    /// A document whose number has no check of its own; the kind is neither a citizen number
    /// nor none.
    Other(IdDocumentKind, OtherIdNumber),
    /// No document: a newborn, a person without registration.
    None,
}

impl IdDocument {
    /// Checks a number against its kind; [`IdDocumentKind::None`] takes no number, every other
    /// kind needs one.
    pub fn parse(kind: IdDocumentKind, number: Option<&str>) -> Result<Self, ValueError> {
        match (kind, number) {
            (IdDocumentKind::None, None) => Ok(Self::None),
            (IdDocumentKind::None, Some(_)) => Err(ValueError::new(
                "id-number-unexpected",
                "证件类型为“无”时不应填写证件号码",
                "a person without a document has no document number",
            )),
            (_, None) => Err(ValueError::new(
                "id-number-missing",
                "请填写证件号码",
                "this kind of document needs its number",
            )),
            (IdDocumentKind::CitizenNumber, Some(number)) => {
                CitizenNumber::parse(number).map(Self::CitizenNumber)
            }
            (other, Some(number)) => {
                OtherIdNumber::parse(number).map(|number| Self::Other(other, number))
            }
        }
    }

    /// The kind of document.
    pub fn kind(&self) -> IdDocumentKind {
        match self {
            Self::CitizenNumber(_) => IdDocumentKind::CitizenNumber,
            Self::Other(kind, _) => *kind,
            Self::None => IdDocumentKind::None,
        }
    }

    /// The number in clear, if there is one. Only for encryption and comparison.
    pub fn expose(&self) -> Option<&str> {
        match self {
            Self::CitizenNumber(number) => Some(number.expose()),
            Self::Other(_, number) => Some(number.expose()),
            Self::None => None,
        }
    }

    /// The number as internal screens show it.
    pub fn masked(&self) -> Option<String> {
        self.expose().map(masked_id)
    }

    /// The last six characters, upper-cased; `None` without a document or with fewer than six
    /// characters, so that no shorter secret ever opens a lookup.
    pub fn last_six(&self) -> Option<&str> {
        let number = self.expose()?;
        number.get(number.len().checked_sub(6)?..)
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::ToJSON;
    use serde_json::json;

    use super::*;

    const EXAMPLE: &str = "11010519491231002x";

    fn refused(kind: IdDocumentKind, number: Option<&str>) -> &'static str {
        IdDocument::parse(kind, number).expect_err("refused").code
    }

    #[test]
    fn kinds_have_snake_case_names_everywhere() {
        for (kind, name) in [
            (IdDocumentKind::CitizenNumber, "citizen_number"),
            (IdDocumentKind::Passport, "passport"),
            (
                IdDocumentKind::HongKongMacauPermit,
                "hong_kong_macau_permit",
            ),
            (IdDocumentKind::TaiwanPermit, "taiwan_permit"),
            (
                IdDocumentKind::ForeignResidencePermit,
                "foreign_residence_permit",
            ),
            (IdDocumentKind::None, "none"),
        ] {
            assert_eq!(kind.to_json(), Some(json!(name)));
            assert_eq!(serde_json::to_value(kind).unwrap(), json!(name));
        }
    }

    #[test]
    fn only_a_citizen_number_has_a_check_character() {
        let wrong = "110105194912310021";
        assert_eq!(
            refused(IdDocumentKind::CitizenNumber, Some(wrong)),
            "citizen-number-check"
        );
        assert!(IdDocument::parse(IdDocumentKind::ForeignResidencePermit, Some(wrong)).is_ok());
    }

    #[test]
    fn a_number_belongs_to_every_kind_but_none() {
        assert_eq!(
            refused(IdDocumentKind::None, Some("E1234567")),
            "id-number-unexpected"
        );
        assert_eq!(refused(IdDocumentKind::Passport, None), "id-number-missing");
        for number in ["1234", "E 1234567", "Ｅ1234567", "E12345678901234567890"] {
            assert_eq!(
                refused(IdDocumentKind::Passport, Some(number)),
                "id-number-form",
                "{number}"
            );
        }
        let none = IdDocument::parse(IdDocumentKind::None, None).unwrap();
        assert_eq!(
            (none.masked(), none.last_six(), none.expose()),
            (None, None, None)
        );
    }

    #[test]
    fn the_last_six_are_upper_case_for_every_kind() {
        let citizen = IdDocument::parse(IdDocumentKind::CitizenNumber, Some(EXAMPLE)).unwrap();
        assert_eq!(citizen.last_six(), Some("31002X"));
        let passport = IdDocument::parse(IdDocumentKind::Passport, Some("e1234567a")).unwrap();
        assert_eq!(passport.last_six(), Some("34567A"));
        let short = IdDocument::parse(IdDocumentKind::Passport, Some("12345")).unwrap();
        assert_eq!(short.last_six(), None);
    }

    #[test]
    fn the_last_six_are_read_however_they_were_typed() {
        for typed in [
            "31002x",
            "３１００２ｘ",
            " 310\u{A0}02×\n",
            "31\u{2212}002X",
        ] {
            assert_eq!(
                LastSix::parse(typed).unwrap().expose(),
                "31002X",
                "{typed:?}"
            );
        }
        for typed in ["", "31002", "31002XX", EXAMPLE, "31002_", "三1002X"] {
            assert_eq!(
                LastSix::parse(typed).unwrap_err().code,
                "last-six-form",
                "{typed}"
            );
        }
    }

    #[test]
    fn nothing_prints_a_number_in_clear() {
        let passport = IdDocument::parse(IdDocumentKind::Passport, Some("E12345678")).unwrap();
        assert!(!format!("{passport:?}").contains("1234567"), "{passport:?}");
        assert_eq!(passport.masked().as_deref(), Some("*******78"));
        let citizen = IdDocument::parse(IdDocumentKind::CitizenNumber, Some(EXAMPLE)).unwrap();
        assert_eq!(citizen.masked().as_deref(), Some("110*************2X"));
        assert!(!format!("{citizen:?}").contains("1949"), "{citizen:?}");
        assert_eq!(
            format!("{:?}", LastSix::parse("31002X").unwrap()),
            "LastSix(******)"
        );
    }
}
