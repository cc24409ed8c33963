//! The two edges of a value, written once: the contract (poem-openapi, serde) and the database.

use poem_openapi::registry::MetaSchema;
use serde_json::Value;

use super::ValueError;

/// The schema of a string with one of our formats.
pub(crate) fn string_schema(format: &'static str, example: &str) -> MetaSchema {
    MetaSchema {
        example: Some(example.into()),
        ..MetaSchema::new_with_format("string", format)
    }
}

/// The text of a JSON string; everything else is refused without repeating it.
pub(crate) fn text_of(value: Option<Value>) -> Result<String, ValueError> {
    match value {
        Some(Value::String(text)) => Ok(text),
        None | Some(Value::Null) => Err(ValueError::missing()),
        Some(_) => Err(ValueError::not_text()),
    }
}

/// Lets a type be read from JSON strings and parameters, through its `parse(&str)`.
///
/// The type itself promises `fn parse(&str) -> Result<Self, ValueError>`.
macro_rules! read_from_string {
    ($name:ident, $schema:expr) => {
        impl poem_openapi::types::Type for $name {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_ref() -> poem_openapi::registry::MetaSchemaRef {
                poem_openapi::registry::MetaSchemaRef::Inline(Box::new($schema))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl poem_openapi::types::ParseFromJSON for $name {
            fn parse_from_json(
                value: Option<serde_json::Value>,
            ) -> poem_openapi::types::ParseResult<Self> {
                let text = zeroize::Zeroizing::new($crate::values::wire::text_of(value)?);
                Ok(Self::parse(&text)?)
            }
        }

        impl poem_openapi::types::ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> poem_openapi::types::ParseResult<Self> {
                Ok(Self::parse(value)?)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::values::ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                let text = zeroize::Zeroizing::new(String::deserialize(reader)?);
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Lets a type be written as a JSON string: what its `Display` prints.
macro_rules! write_as_string {
    ($name:ident) => {
        impl poem_openapi::types::ToJSON for $name {
            fn to_json(&self) -> Option<serde_json::Value> {
                Some(serde_json::Value::String(self.to_string()))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
                writer.collect_str(self)
            }
        }
    };
}

/// Stores a type as another one that the database knows.
///
/// `to` borrows the stored value; `from` builds ours again and may refuse what it finds.
macro_rules! store_as {
    ($name:ident => $stored:ty, to: $to:expr, from: $from:expr) => {
        impl sqlx::Type<sqlx::Postgres> for $name {
            fn type_info() -> sqlx::postgres::PgTypeInfo {
                <$stored as sqlx::Type<sqlx::Postgres>>::type_info()
            }

            fn compatible(found: &sqlx::postgres::PgTypeInfo) -> bool {
                <$stored as sqlx::Type<sqlx::Postgres>>::compatible(found)
            }
        }

        impl sqlx::postgres::PgHasArrayType for $name {
            fn array_type_info() -> sqlx::postgres::PgTypeInfo {
                <$stored as sqlx::postgres::PgHasArrayType>::array_type_info()
            }

            fn array_compatible(found: &sqlx::postgres::PgTypeInfo) -> bool {
                <$stored as sqlx::postgres::PgHasArrayType>::array_compatible(found)
            }
        }

        impl<'q> sqlx::Encode<'q, sqlx::Postgres> for $name {
            fn encode_by_ref(
                &self,
                buffer: &mut sqlx::postgres::PgArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                let to: fn(&Self) -> &$stored = $to;
                <$stored as sqlx::Encode<'q, sqlx::Postgres>>::encode_by_ref(to(self), buffer)
            }
        }

        impl<'r> sqlx::Decode<'r, sqlx::Postgres> for $name {
            fn decode(
                value: sqlx::postgres::PgValueRef<'r>,
            ) -> Result<Self, sqlx::error::BoxDynError> {
                let from: fn($stored) -> Result<Self, $crate::values::ValueError> = $from;
                Ok(from(
                    <$stored as sqlx::Decode<'r, sqlx::Postgres>>::decode(value)?,
                )?)
            }
        }
    };
}
