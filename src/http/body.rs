//! JSON bodies: checked against the contract before they are parsed, so that every mistake comes
//! back at once with its pointer.

use std::sync::Arc;

use poem::{IntoResponse, Request, RequestBody, Response, Result, error::ReadBodyError};
use poem_openapi::{
    ApiResponse, impl_apirequest_for_payload,
    payload::{ParsePayload, Payload},
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry},
    types::{ParseFromJSON, ToJSON, Type},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Contract, FieldError, Problem, Words,
    json::{self, Unread},
};

/// The largest JSON body, in bytes. Files go through `/imports`, which has its own limit.
pub const BODY_BYTES_MAX: usize = 1_000_000;

/// A JSON body; as a request it carries the digest of what was sent, for the idempotency key.
#[derive(Debug, Clone)]
pub struct Json<T> {
    pub value: T,
    pub digest: [u8; 32],
}

impl<T> Json<T> {
    pub fn new(value: T) -> Self {
        Self {
            value,
            digest: [0; 32],
        }
    }
}

impl<T: Type> Payload for Json<T> {
    const CONTENT_TYPE: &'static str = "application/json";

    fn check_content_type(content_type: &str) -> bool {
        let essence = content_type.split(';').next().unwrap_or("").trim();
        essence.eq_ignore_ascii_case("application/json")
            || (essence.to_ascii_lowercase().starts_with("application/")
                && essence.to_ascii_lowercase().ends_with("+json"))
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ParseFromJSON> ParsePayload for Json<T> {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = match body.take()?.into_bytes_limit(BODY_BYTES_MAX).await {
            Ok(bytes) => bytes,
            Err(ReadBodyError::PayloadTooLarge) => return Err(too_large().into()),
            Err(other) => return Err(unreadable().caused_by(other).into()),
        };
        let mut document: Value = json::read(&bytes).map_err(|e| not_json(&e))?;
        let contract = request
            .data::<Arc<Contract>>()
            .expect("the service carries its contract");
        let mistakes = contract.check(&T::schema_ref(), &document);
        if !mistakes.is_empty() {
            return Err(mismatch(mistakes).into());
        }
        contract.whole(&T::schema_ref(), &mut document);
        let value = T::parse_from_json(Some(document)).map_err(|_| unlike_contract())?;
        Ok(Self {
            value,
            digest: Sha256::digest(&bytes).into(),
        })
    }
}

impl_apirequest_for_payload!(Json<T>, T: ParseFromJSON);

fn too_large() -> Problem {
    Problem::too_large("body-too-large", "请求内容过大", "The body is too large").detail(
        Words::new(
            format!("上限为 {BODY_BYTES_MAX} 字节"),
            format!("the limit is {BODY_BYTES_MAX} bytes"),
        ),
    )
}

fn unreadable() -> Problem {
    Problem::malformed(
        "body-unreadable",
        "请求内容无法读取",
        "The body cannot be read",
    )
}

fn not_json(unread: &Unread) -> Problem {
    let (Unread::Twice(error) | Unread::Malformed(error)) = unread;
    let (line, column) = (error.line(), error.column());
    let problem = match unread {
        Unread::Twice(_) => Problem::malformed(
            "json-member-twice",
            "请求内容中有重复的字段",
            "A member of the body is there twice",
        ),
        // The only refusal of the parser that is not about syntax; it has no kind of its own.
        Unread::Malformed(_) if error.to_string().starts_with("recursion limit") => {
            Problem::malformed(
                "json-too-deep",
                "请求内容嵌套过深",
                "The body is nested too deeply",
            )
        }
        Unread::Malformed(_) => Problem::malformed(
            "not-json",
            "请求内容不是有效的 JSON",
            "The body is not valid JSON",
        ),
    };
    problem.detail(Words::new(
        format!("第 {line} 行第 {column} 列"),
        format!("at line {line}, column {column}"),
    ))
}

/// The contract lets a body through that its type refuses. The words of the framework name our
/// types and may repeat what was sent, so they are told to nobody.
pub(super) fn unlike_contract() -> Problem {
    let words = Words::new("内容不符合接口约定", "does not match the contract");
    mismatch(vec![FieldError::new("", "invalid", words)])
}

/// 400 with every mistake of a body.
pub(crate) fn mismatch(mistakes: Vec<FieldError>) -> Problem {
    Problem::malformed(
        "body-mismatch",
        "请求内容不符合接口约定",
        "The body does not match the contract",
    )
    .errors(mistakes)
}

impl<T: ToJSON> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json_response(encode(&self.value))
    }
}

impl<T: ToJSON> ApiResponse for Json<T> {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![found::<T>("Found.")],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

/// A hot read, serialised by serde directly instead of through a tree of values.
///
/// `tests/contract` holds both encodings of such a type to be equal.
#[derive(Debug)]
pub struct Hot<T>(pub T);

impl<T: serde::Serialize + Send> IntoResponse for Hot<T> {
    fn into_response(self) -> Response {
        json_response(encode_hot(&self.0))
    }
}

impl<T: serde::Serialize + Type> ApiResponse for Hot<T> {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![found::<T>("Found.")],
        }
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

pub(super) fn encode(value: &impl ToJSON) -> String {
    value.to_json().unwrap_or_default().to_string()
}

pub(super) fn encode_hot(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a read model always serialises")
}

pub(super) fn json_response(text: String) -> Response {
    Response::builder()
        .content_type("application/json")
        .body(text)
}

pub(super) fn found<T: Type>(description: &'static str) -> MetaResponse {
    MetaResponse {
        description,
        status: Some(200),
        status_range: None,
        content: vec![MetaMediaType {
            content_type: "application/json",
            schema: T::schema_ref(),
        }],
        headers: vec![],
    }
}
