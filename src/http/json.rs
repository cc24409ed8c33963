//! JSON in which every member has one value.
//!
//! Of a member that is there twice, one reader keeps the first and another the last: what a proxy
//! looked at would not be what is done. So it is refused, like everything else that readers do not
//! agree on (RFC 8259 §4, RFC 7493 §2.3).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Why a body is no JSON of ours.
#[derive(Debug)]
pub(super) enum Unread {
    /// A member is there twice; where the second one ends.
    Twice(serde_json::Error),
    Malformed(serde_json::Error),
}

/// Reads one value and nothing after it.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Unread> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Once.deserialize(&mut reader).map_err(|error| {
        if error.is_data() {
            Unread::Twice(error)
        } else {
            Unread::Malformed(error)
        }
    })?;
    reader.end().map_err(Unread::Malformed)?;
    Ok(value)
}

/// Like `Value`, but for members that are there twice.
struct Once;

impl<'de> DeserializeSeed<'de> for Once {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, is: bool) -> Result<Value, E> {
        Ok(is.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = vec![];
        while let Some(item) = items.next_element_seed(Self)? {
            read.push(item);
        }
        Ok(read.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Self)?;
            if read.insert(name, value).is_some() {
                return Err(A::Error::custom("a member is there twice"));
            }
        }
        Ok(read.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the reader that everybody knows makes of it.
    fn usual(text: &[u8]) -> Option<Value> {
        serde_json::from_slice(text).ok()
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused_however_it_is_written() {
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "b": 2, "a": null}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"[{"b": {"a": [], "a": {}}}]"#,
        ] {
            assert!(usual(text.as_bytes()).is_some(), "{text}");
            assert!(
                matches!(read(text.as_bytes()), Err(Unread::Twice(_))),
                "{text}"
            );
        }
        let apart = r#"[{"a": 1}, {"a": {"a": 2}, "A": 3}]"#;
        assert_eq!(read(apart.as_bytes()).ok(), usual(apart.as_bytes()));
    }

    #[test]
    fn what_readers_do_not_agree_on_is_refused() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let (deep, deeper) = (deep(127), deep(128));
        for text in [
            "{} {}",
            "{},",
            "{}\0",
            "1 2",
            "NaN",
            "[NaN]",
            "-Infinity",
            "1e999",
            "[-1e400]",
            "01",
            "+1",
            "1.",
            ".5",
            "0x10",
            "'a'",
            "{a: 1}",
            "[1,]",
            "{\"a\": 1,}",
            "// x\n1",
            "",
            "\u{feff}{}",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\n\"",
            "\"\\x41\"",
            &deeper,
        ] {
            assert!(
                matches!(read(text.as_bytes()), Err(Unread::Malformed(_))),
                "{text}"
            );
        }
        for bytes in [
            b"\"\xff\"".as_slice(),
            b"\"\xc0\x80\"",
            b"\"\xed\xa0\x80\"",
            b"{\0}\0",
        ] {
            assert!(
                matches!(read(bytes), Err(Unread::Malformed(_))),
                "{bytes:?}"
            );
        }
        assert!(read(deep.as_bytes()).is_ok());
    }

    #[test]
    fn numbers_are_what_they_are_for_everybody() {
        for text in [
            "0",
            "-0",
            "-0.0",
            "1e2",
            "2018.0",
            "9007199254740993",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "5e-324",
            "1e-400",
            "123456789012345678901234567890",
            "0.1",
            "1E+2",
        ] {
            assert_eq!(read(text.as_bytes()).ok(), usual(text.as_bytes()), "{text}");
        }
    }

    /// Texts that are JSON more often than not, with few names, so that some are there twice.
    fn jsonish() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            any::<i64>().prop_map(|n| n.to_string()),
            any::<u64>().prop_map(|n| format!("{n}0")),
            any::<f64>().prop_map(|n| format!("{n:e}")),
            "\\PC{0,6}".prop_map(|text| Value::from(text).to_string()),
            "[\\[\\]{},:\"\\\\u0-9a-f]{0,4}",
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let member = ("[ab]", inner.clone()).prop_map(|(n, v)| format!("\"{n}\": {v}"));
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
                prop::collection::vec(member, 0..4)
                    .prop_map(|all| format!("{{{}}}", all.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_reads_what_everybody_reads_and_refuses_only_twins_beside(text in jsonish()) {
            match (read(text.as_bytes()), usual(text.as_bytes())) {
                (Ok(ours), theirs) => {
                    // What was read and written again has no twin left to lose.
                    prop_assert_eq!(Some(&ours), theirs.as_ref());
                    prop_assert_eq!(read(ours.to_string().as_bytes()).ok(), Some(ours));
                }
                (Err(Unread::Twice(_)), theirs) => {
                    let kept = theirs.map(|value| value.to_string());
                    let names = |text: &str| text.matches("\":").count();
                    prop_assert!(kept.is_none_or(|kept| names(&kept) < names(&text)), "{}", text);
                }
                (Err(Unread::Malformed(_)), theirs) => prop_assert_eq!(theirs, None),
            }
        }
    }
}
