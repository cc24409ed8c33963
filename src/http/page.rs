//! Lists: keyset pages with an opaque cursor bound to caller and filter.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use poem_openapi::{
    Object,
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type},
};
use serde::{Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::Problem;
use crate::App;

const LIMIT_DEFAULT: u16 = 50;
const LIMIT_MAX: u16 = 200;

/// A page of a list, in a fixed order.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Page<T: ParseFromJSON + ToJSON + Send + Sync> {
    /// The items of this page.
    pub items: Vec<T>,
    /// Pass it as `cursor` to get the next page; absent on the last one.
    pub next: Option<Cursor>,
}

/// How many items a page holds: 1 to 200, 50 when not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u16);

impl Default for Limit {
    fn default() -> Self {
        Self(LIMIT_DEFAULT)
    }
}

impl Type for Limit {
    const IS_REQUIRED: bool = false;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> std::borrow::Cow<'static, str> {
        "limit".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            minimum: Some(1.0),
            maximum: Some(f64::from(LIMIT_MAX)),
            default: Some(LIMIT_DEFAULT.into()),
            ..MetaSchema::new_with_format("integer", "int32")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromParameter for Limit {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        match value.parse() {
            Ok(limit @ 1..=LIMIT_MAX) => Ok(Self(limit)),
            _ => Err(ParseError::custom(format!("1–{LIMIT_MAX}"))),
        }
    }

    fn parse_from_parameters<I: IntoIterator<Item = A>, A: AsRef<str>>(
        values: I,
    ) -> ParseResult<Self> {
        values.into_iter().next().map_or(Ok(Self::default()), |v| {
            Self::parse_from_parameter(v.as_ref())
        })
    }
}

/// Where the next page starts; opaque, and of no use to another caller or with another filter.
#[derive(Debug, Clone, PartialEq, Eq, poem_openapi::NewType)]
pub struct Cursor(String);

/// One list request: where it starts and how many rows to ask for.
pub struct Paging<K> {
    after: Option<(K, Uuid)>,
    limit: u16,
    key: [u8; 32],
    binding: Vec<u8>,
}

impl<K: Serialize + DeserializeOwned> Paging<K> {
    /// `caller` and `filter` bind the cursor: both must be the same on the next page.
    pub fn new(
        app: &App,
        caller: Uuid,
        filter: &impl std::fmt::Debug,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Self, Problem> {
        let binding = format!("{caller} {} {filter:?}", std::any::type_name::<K>()).into_bytes();
        let mut paging = Self {
            after: None,
            limit: limit.0,
            key: app.keys.fingerprint("cursor", b"key"),
            binding,
        };
        if let Some(cursor) = cursor {
            paging.after = Some(paging.open(&cursor.0).ok_or_else(|| {
                Problem::absent(
                    "cursor-unknown",
                    "分页游标无效",
                    "The cursor is not valid here",
                )
            })?);
        }
        Ok(paging)
    }

    /// The sort key of the last row seen; `None` on the first page.
    pub fn after(&self) -> Option<&K> {
        self.after.as_ref().map(|(key, _)| key)
    }

    /// The id of the last row seen: the tie-break.
    pub fn after_id(&self) -> Option<Uuid> {
        self.after.as_ref().map(|(_, id)| *id)
    }

    /// One row more than the page holds: it tells whether there is a next page.
    pub fn take(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    pub fn page<T, F>(&self, mut rows: Vec<T>, key_of: F) -> Page<T>
    where
        T: ParseFromJSON + ToJSON + Send + Sync,
        F: Fn(&T) -> (K, Uuid),
    {
        let limit = usize::from(self.limit);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows
            .last()
            .filter(|_| more)
            .map(|last| self.seal(&key_of(last)));
        Page { items: rows, next }
    }

    fn tag(&self, payload: &[u8]) -> [u8; 16] {
        use hmac::{Hmac, KeyInit, Mac};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&self.key).expect("any length is a key");
        mac.update(&self.binding);
        mac.update(&[0]);
        mac.update(payload);
        let full = mac.finalize().into_bytes();
        full[..16].try_into().expect("SHA-256 has 32 bytes")
    }

    fn seal(&self, key: &(K, Uuid)) -> Cursor {
        let mut payload = serde_json::to_vec(key).expect("sort keys serialise");
        let tag = self.tag(&payload);
        payload.extend_from_slice(&tag);
        Cursor(URL_SAFE_NO_PAD.encode(payload))
    }

    fn open(&self, cursor: &str) -> Option<(K, Uuid)> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (payload, tag) = bytes.split_at_checked(bytes.len().checked_sub(16)?)?;
        bool::from(self.tag(payload).ct_eq(tag)).then(|| serde_json::from_slice(payload).ok())?
    }
}
