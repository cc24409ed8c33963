//! The small texts and numbers a plan is written with.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::limits;

/// A text with a form of its own; the form is checked against the schema before serde reads it.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $about:literal, $($schema:tt)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "description": $about, $($schema)*})
            }
        }
    };
}

text! {
    /// The name of something in a plan: what formulas and statements call it.
    Id, "A name that formulas and statements use: small letters, digits and `_`, beginning with a letter.",
    "pattern": "^[a-z][a-z0-9_]{0,39}$"
}

text! {
    /// A text for people.
    Title, "A text for people, in one line.",
    "minLength": 1, "maxLength": 200
}

text! {
    /// A longer text for people.
    Remark, "A longer text for people.",
    "minLength": 1, "maxLength": 2000
}

text! {
    /// The unit of a number.
    Unit, "The unit of a number as the statement prints it, such as `m2`, `cny/m2`, `month`, `person`, `day`, `percent`.",
    "minLength": 1, "maxLength": 20
}

text! {
    /// A calculation in the expression language.
    Formula, "A formula. It may use constants, inputs, choices and tables, and what is declared above it.",
    "minLength": 1, "maxLength": limits::FORMULA_CHARS
}

/// An exact decimal of a plan, a string in JSON: never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub Decimal);

impl Number {
    /// Up to fifteen digits before the point and ten after it.
    pub const PATTERN: &'static str = "^-?(0|[1-9][0-9]{0,14})([.][0-9]{1,10})?$";

    /// Reads a plain decimal of that form; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let size = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = size.split_once('.').unwrap_or((size, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        let well_formed =
            digits(whole, 15) && digits(fraction, 10) && (whole == "0" || !whole.starts_with('0'));
        well_formed
            .then(|| Decimal::from_str_exact(text).ok())
            .flatten()
            .map(Self)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(reader)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a plain decimal"))
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An exact decimal. In JSON a string such as \"30\" or \"0.05\"; in TOML a plain number.",
            "pattern": Self::PATTERN,
        })
    }
}

/// One value: a number, a date and a text are strings, yes and no are `true` and `false`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// A number, a date (`2023-04-06`) or a text; which one is said by the declaration.
    Text(String),
    /// Yes or no.
    Flag(bool),
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "boolean"],
            "description": "One value. Numbers, dates (2023-04-06) and texts are strings in JSON; \
                            yes and no are true and false. TOML writes numbers and dates plainly.",
            "maxLength": 200,
        })
    }
}

/// What is given for an input: one value, or the items of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// One value.
    One(Scalar),
    /// The items of a list, each with its fields.
    Many(Vec<BTreeMap<String, Scalar>>),
}

impl From<&str> for Given {
    fn from(text: &str) -> Self {
        Self::One(text.into())
    }
}

impl JsonSchema for Given {
    fn schema_name() -> Cow<'static, str> {
        "Given".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let scalar = generator.subschema_for::<Scalar>();
        json_schema!({
            "type": ["string", "boolean", "array"],
            "description": "What is given for an input: one value, or the items of a list.",
            "maxLength": 200,
            "maxItems": limits::LIST_ITEMS,
            "items": {"type": "object", "additionalProperties": scalar},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_plain_decimal() {
        for text in ["0", "30", "0.05", "-1.5", "999999999999999.9999999999"] {
            assert_eq!(Number::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "-",
            "+1",
            "1e3",
            "01",
            ".5",
            "5.",
            "1_000",
            "1,000",
            "NaN",
            "１",
            "0x1",
            "--1",
            "1000000000000000",
            "0.12345678901",
        ] {
            assert_eq!(Number::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_json_number_is_not_a_number_of_ours() {
        assert!(serde_json::from_str::<Number>("0.1").is_err());
        assert_eq!(
            serde_json::to_string(&Number::parse("0.10")).unwrap(),
            "\"0.10\""
        );
    }
}
