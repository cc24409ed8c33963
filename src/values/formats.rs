//! The custom formats of the contract, each with its check.

use super::{
    Area, CitizenNumber, Code, Day, Instant, Label, LastSix, Login, LookupCode, Measure, Money,
    Note, Number, OneTimeCode, OtherIdNumber, ParcelId, Password, PersonName, Phone, PhoneTail,
    PinyinInitials, PlaceName, RegionCode, Relation, Share, ValueError,
};

/// Checks a text against a format.
pub type FormatCheck = fn(&str) -> Result<(), ValueError>;

/// Every format that our types put into the contract, with its check, so that a validator of
/// JSON schemas finds all mistakes of a body at once and in the same words as the types.
pub const FORMATS: &[(&str, FormatCheck)] = &[
    (Money::FORMAT, |text| Money::parse(text).map(drop)),
    (Area::FORMAT, |text| Area::parse(text).map(drop)),
    (Measure::FORMAT, |text| Measure::parse(text).map(drop)),
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
    (PhoneTail::FORMAT, |text| PhoneTail::parse(text).map(drop)),
    (PinyinInitials::FORMAT, |text| {
        PinyinInitials::parse(text).map(drop)
    }),
    (RegionCode::FORMAT, |text| RegionCode::parse(text).map(drop)),
    (Relation::FORMAT, |text| Relation::parse(text).map(drop)),
    (CitizenNumber::FORMAT, |text| {
        CitizenNumber::parse(text).map(drop)
    }),
    (OtherIdNumber::FORMAT, |text| {
        OtherIdNumber::parse(text).map(drop)
    }),
    (LastSix::FORMAT, |text| LastSix::parse(text).map(drop)),
    (LookupCode::FORMAT, |text| LookupCode::parse(text).map(drop)),
    (Login::FORMAT, |text| Login::parse(text).map(drop)),
    (Password::FORMAT, |text| Password::parse(text).map(drop)),
    (OneTimeCode::FORMAT, |text| {
        OneTimeCode::parse(text).map(drop)
    }),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jsonschema::Validator;
    use poem_openapi::types::Type;
    use serde_json::json;

    use super::*;

    /// The pattern, length and example that the contract shows for a type.
    fn schema<T: Type>() -> serde_json::Value {
        let schema = T::schema_ref();
        let schema = schema.unwrap_inline();
        json!({
            "type": schema.ty, "format": schema.format, "pattern": schema.pattern,
            "minLength": schema.min_length, "maxLength": schema.max_length,
            "example": schema.example,
        })
    }

    fn schemas() -> Vec<serde_json::Value> {
        vec![
            schema::<Money>(),
            schema::<Area>(),
            schema::<Measure>(),
            schema::<Share>(),
            schema::<Day>(),
            schema::<Instant>(),
            schema::<ParcelId>(),
            schema::<PersonName>(),
            schema::<PlaceName>(),
            schema::<Label>(),
            schema::<Note>(),
            schema::<Code>(),
            schema::<Number>(),
            schema::<Phone>(),
            schema::<PhoneTail>(),
            schema::<PinyinInitials>(),
            schema::<RegionCode>(),
            schema::<Relation>(),
            schema::<CitizenNumber>(),
            schema::<OtherIdNumber>(),
            schema::<LastSix>(),
            schema::<LookupCode>(),
            schema::<Login>(),
            schema::<Password>(),
            schema::<OneTimeCode>(),
        ]
    }

    fn check_of(format: &str) -> FormatCheck {
        FORMATS
            .iter()
            .find(|(name, _)| *name == format)
            .expect("every format is listed")
            .1
    }

    /// The schema without what is null, without its format: what a foreign validator applies.
    fn shape_only(schema: &serde_json::Value) -> Validator {
        let mut shape = schema.clone();
        let members = shape.as_object_mut().unwrap();
        members.retain(|name, value| !value.is_null() && name != "format" && name != "example");
        jsonschema::validator_for(&shape).expect("a valid pattern")
    }

    #[test]
    fn every_format_is_listed_once_and_used() {
        let listed: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
        let distinct: BTreeSet<&str> = listed.iter().copied().collect();
        assert_eq!(distinct.len(), listed.len());
        let schemas = schemas();
        let used: BTreeSet<&str> = schemas
            .iter()
            .filter_map(|s| s["format"].as_str())
            .collect();
        assert_eq!(used, distinct);
    }

    #[test]
    fn every_example_is_accepted_by_its_own_schema_and_type() {
        for schema in schemas() {
            let example = schema["example"].as_str().expect("an example");
            let check = check_of(schema["format"].as_str().unwrap());
            assert_eq!(check(example), Ok(()), "{example}");
            assert!(shape_only(&schema).is_valid(&json!(example)), "{schema}");
        }
    }

    #[test]
    fn the_pattern_in_the_contract_refuses_what_the_type_refuses() {
        let texts = [
            "",
            " ",
            "\u{3000}",
            "0",
            "00",
            "01",
            "-1",
            "-1.25",
            "--1",
            "1.2",
            "1.234",
            "1e5",
            "１２",
            "123456",
            "12345X",
            "370103001",
            "A",
            "A B",
            "-A",
            "a/b.c_d-e",
            "张三",
            "张\u{200b}三",
            "a\nb",
            "济中政发〔2018〕5号",
            "𠅤村",
            "H#1",
            "+8613800000000",
            "0.7500",
            "1.00000",
            "11010519491231002X",
            "11010519491231002x",
            "110105194912310021",
            "E12345678",
            "ABCD-EFGH-JKMN",
            "abcd efgh jkmn",
            "ABCDEFGHJKMU",
            "OIL0-1111-2222",
        ];
        for schema in schemas() {
            let Some(_) = schema["pattern"].as_str() else {
                continue;
            };
            let format = schema["format"].as_str().unwrap();
            // The check digit of a citizen number is beyond a pattern.
            let beyond = |text: &str| format == "citizen-number" && text == "110105194912310021";
            let shape = shape_only(&schema);
            for text in texts.iter().filter(|text| !beyond(text)) {
                let accepted = check_of(format)(text).is_ok();
                assert_eq!(shape.is_valid(&json!(text)), accepted, "{format}: {text:?}");
            }
        }
    }
}
