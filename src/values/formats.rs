//! The custom formats of the contract, each with its check.

use super::{
    Area, Code, Day, Instant, Label, Money, Note, Number, ParcelId, PersonName, Phone, PlaceName,
    RegionCode, Share, ValueError,
};

/// Checks a text against a format.
pub type FormatCheck = fn(&str) -> Result<(), ValueError>;

/// Every format that our types put into the contract, with its check, so that a validator of
/// JSON schemas finds all mistakes of a body at once and in the same words as the types.
pub const FORMATS: &[(&str, FormatCheck)] = &[
    (Money::FORMAT, |text| Money::parse(text).map(drop)),
    (Area::FORMAT, |text| Area::parse(text).map(drop)),
    (Share::FORMAT, |text| Share::parse(text).map(drop)),
    ("date", |text| Day::parse(text).map(drop)),
    ("date-time", |text| Instant::parse(text).map(drop)),
    // All ids share one spelling.
    ("uuid", |text| ParcelId::parse(text).map(drop)),
    (PersonName::FORMAT, |text| PersonName::parse(text).map(drop)),
    (PlaceName::FORMAT, |text| PlaceName::parse(text).map(drop)),
    (Label::FORMAT, |text| Label::parse(text).map(drop)),
    (Note::FORMAT, |text| Note::parse(text).map(drop)),
    (Code::FORMAT, |text| Code::parse(text).map(drop)),
    (Number::FORMAT, |text| Number::parse(text).map(drop)),
    (Phone::FORMAT, |text| Phone::parse(text).map(drop)),
    (RegionCode::FORMAT, |text| RegionCode::parse(text).map(drop)),
];
