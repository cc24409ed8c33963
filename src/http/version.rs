//! Strong entity tags: `"3"` is the third version of an object (RFC 9110 §8.8, §13).

use std::marker::PhantomData;

use poem::{IntoResponse, Request, RequestBody, Response, Result, http::StatusCode};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions,
    registry::{MetaHeader, MetaParamIn, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
    types::{ToJSON, Type},
};

use super::{
    Problem, Words,
    body::{encode, encode_hot, found, json_response},
    response::{Reply, Storable},
};

/// An answer with the version of the object in `ETag`; 304 when the caller has it already.
#[derive(Debug)]
pub struct Versioned<T> {
    body: String,
    version: i32,
    unchanged: bool,
    shape: PhantomData<fn() -> T>,
}

impl<T: ToJSON> Versioned<T> {
    pub fn new(value: &T, version: i32) -> Self {
        Self {
            body: encode(value),
            version,
            unchanged: false,
            shape: PhantomData,
        }
    }
}

impl<T: serde::Serialize> Versioned<T> {
    /// For hot reads: serialised by serde directly, not through a tree of values.
    pub fn hot(value: &T, version: i32) -> Self {
        Self {
            body: encode_hot(value),
            version,
            unchanged: false,
            shape: PhantomData,
        }
    }
}

impl<T> Versioned<T> {
    /// 304 without a body when the caller's copy is this version.
    #[must_use]
    pub fn unless(mut self, known: &IfNoneMatch) -> Self {
        self.unchanged = known.0.contains(&etag(self.version));
        self
    }
}

pub(super) fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

impl<T> Storable for Versioned<T> {
    fn reply(&self) -> Reply {
        let body = Some(self.body.clone());
        Reply {
            status: 200,
            etag: Some(etag(self.version)),
            location: None,
            body,
        }
    }
}

impl<T: Send> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = if self.unchanged {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            json_response(self.body)
        };
        let tag = etag(self.version)
            .parse()
            .expect("digits and quotes are a header value");
        response.headers_mut().insert("etag", tag);
        response
    }
}

impl<T: Type> ApiResponse for Versioned<T> {
    fn meta() -> MetaResponses {
        let mut response = found::<T>("Found; `ETag` is its version.");
        response.headers = vec![etag_header()];
        MetaResponses {
            responses: vec![response],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

pub(super) fn etag_header() -> MetaHeader {
    header(
        "ETag",
        "The version of the object; send it back in `If-Match`.",
        etag_schema(),
    )
}

pub(super) fn header(name: &str, description: &str, schema: MetaSchema) -> MetaHeader {
    MetaHeader {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        required: true,
        deprecated: false,
        schema: MetaSchemaRef::Inline(Box::new(schema)),
    }
}

fn etag_schema() -> MetaSchema {
    let mut schema = MetaSchema::new("string");
    schema.pattern = Some("^\"[1-9][0-9]{0,8}\"$".into());
    schema.example = Some("\"1\"".into());
    schema
}

/// The version the caller saw: required, and compared before anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i32);

impl IfMatch {
    /// What distinguishes one request of an operation without a body from another.
    pub fn digest(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// 412 unless the object is still at the version the caller saw.
    pub fn admit(self, version: i32) -> Result<(), Problem> {
        if self.0 == version {
            return Ok(());
        }
        let seen = self.0;
        Err(Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "version-stale",
            "数据已被他人修改",
            "The object was changed meanwhile",
        )
        .detail(Words::new(
            format!("您看到的是第 {seen} 版，当前为第 {version} 版；请重新读取后再提交"),
            format!("you saw version {seen}, it is now {version}; read it again before you write"),
        )))
    }
}

impl<'a> ApiExtractor<'a> for IfMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(etag_schema())))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<String>,
    ) -> Result<Self> {
        let Some(value) = request.headers().get("if-match") else {
            return Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "if-match-missing",
                "缺少 If-Match",
                "If-Match is missing",
            )
            .detail(Words::new(
                "请先读取对象，并把响应头 ETag 的值放入 If-Match",
                "read the object first and send the value of its ETag header in If-Match",
            ))
            .into());
        };
        let version = value.to_str().ok().and_then(|v| {
            let digits = v.trim().strip_prefix('"')?.strip_suffix('"')?;
            digits
                .bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| digits.parse().ok())?
        });
        version.map(Self).ok_or_else(|| {
            Problem::malformed(
                "if-match-malformed",
                "If-Match 格式不正确",
                "If-Match is malformed",
            )
            .detail(Words::new(
                "应为带引号的版本号，例如 \"3\"",
                "a quoted version such as \"3\" is expected",
            ))
            .into()
        })
    }
}

/// The versions the caller has already; empty when the header is absent.
#[derive(Debug, Clone, Default)]
pub struct IfNoneMatch(Vec<String>);

impl<'a> ApiExtractor<'a> for IfNoneMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        let mut schema = MetaSchema::new("string");
        schema.example = Some("\"1\"".into());
        Some(MetaSchemaRef::Inline(Box::new(schema)))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<String>,
    ) -> Result<Self> {
        let value = request
            .headers()
            .get("if-none-match")
            .and_then(|v| v.to_str().ok());
        let tags = value
            .unwrap_or("")
            .split(',')
            .map(|tag| tag.trim().to_owned());
        Ok(Self(tags.filter(|tag| !tag.is_empty()).collect()))
    }
}
