//! RFC 9457 problem documents: the one error type of the HTTP edge.
//!
//! A [`Problem`] carries both languages and an internal cause. The envelope picks the language and
//! writes the log line; nothing of the cause ever reaches a body.

use std::{borrow::Cow, error::Error as StdError};

use poem::{Response, error::ResponseError, http::StatusCode};
use serde_json::{Value, json};

use super::{Language, Words, words};

/// A refusal or failure, ready to be told in either language.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    status: StatusCode,
    code: &'static str,
    title: Words,
    detail: Option<Words>,
    errors: Vec<FieldError>,
    allowed: Option<Vec<String>>,
    retry_after_s: Option<u32>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// One mistake of a request, with the place it was found at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body (`/persons/0/name`) or the name of a parameter (`query:limit`).
    pub pointer: String,
    pub code: String,
    pub detail: Words,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, code: impl Into<String>, detail: Words) -> Self {
        Self {
            pointer: pointer.into(),
            code: code.into(),
            detail,
        }
    }
}

/// Constructors by meaning: the status is chosen once, here.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $status:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(code: &'static str, zh: &'static str, en: &'static str) -> Self {
            Self::new(StatusCode::$status, code, zh, en)
        }
    )*};
}

impl Problem {
    kinds! {
        /// 400: the request does not match the contract.
        malformed BAD_REQUEST;
        /// 401: the caller is not known.
        unauthenticated UNAUTHORIZED;
        /// 403: the caller is known and may not do this.
        forbidden FORBIDDEN;
        /// 404: nothing there that the caller may see.
        absent NOT_FOUND;
        /// 409: the present state forbids it.
        conflict CONFLICT;
        /// 413: larger than the limit.
        too_large PAYLOAD_TOO_LARGE;
        /// 422: well-formed, but a rule of the domain forbids it in any state.
        invalid UNPROCESSABLE_ENTITY;
        /// 429: too often.
        too_many TOO_MANY_REQUESTS;
        /// 503: may succeed later.
        unavailable SERVICE_UNAVAILABLE;
    }

    pub(super) fn new(
        status: StatusCode,
        code: &'static str,
        zh: &'static str,
        en: &'static str,
    ) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            title: Words::new(zh, en),
            detail: None,
            errors: vec![],
            allowed: None,
            retry_after_s: None,
            cause: None,
        }))
    }

    /// 404 for one object. What the caller may not see does not exist for them (C25).
    pub fn not_found(zh: &'static str, en: &'static str) -> Self {
        Self::absent("not-found", "没有找到", "Not found").detail(Words::new(
            format!("{zh}不存在，或不在您的职责范围内"),
            format!("no such {en}"),
        ))
    }

    /// 500: a defect of ours; the cause is logged, never told.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal-error",
            "系统内部错误",
            "Internal error",
        )
        .caused_by(cause)
    }

    #[must_use]
    pub fn detail(mut self, detail: Words) -> Self {
        self.0.detail = Some(detail);
        self
    }

    #[must_use]
    pub fn errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// The one mistake there is, of the kind the problem is: a JSON pointer or `query:name`.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>, words: Words) -> Self {
        let mistake = FieldError::new(pointer, self.0.code, words);
        self.errors(vec![mistake])
    }

    /// The states or acts that would be allowed instead (C11).
    #[must_use]
    pub fn allowed(mut self, allowed: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.allowed = Some(allowed.into_iter().map(Into::into).collect());
        self
    }

    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub fn code(&self) -> &'static str {
        self.0.code
    }

    pub fn title(&self) -> &Words {
        &self.0.title
    }

    pub fn details(&self) -> Option<&Words> {
        self.0.detail.as_ref()
    }

    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.errors
    }

    /// The database error behind it, if that is the cause.
    pub(super) fn database_cause(&self) -> Option<&sqlx::Error> {
        self.0.cause.as_deref()?.downcast_ref()
    }

    /// The whole chain of causes, for the log only.
    pub(crate) fn cause_chain(&self) -> Option<String> {
        let mut next: Option<&dyn StdError> = self.0.cause.as_deref().map(|c| c as &dyn StdError);
        let mut chain = String::new();
        while let Some(cause) = next {
            if !chain.is_empty() {
                chain.push_str(": ");
            }
            chain.push_str(&cause.to_string());
            next = cause.source();
        }
        (!chain.is_empty()).then_some(chain)
    }

    /// What is the matter this time; where there is no more to say, where to read on (C23).
    fn told(&self) -> Cow<'_, Words> {
        if let Some(detail) = &self.0.detail {
            return Cow::Borrowed(detail);
        }
        Cow::Owned(match self.0.errors.len() {
            0 if self.0.status == StatusCode::INTERNAL_SERVER_ERROR => words!(
                "故障已记录；联系维护人员时请提供 request_id",
                "it was recorded; quote the request_id when you ask for help"
            ),
            0 => {
                let code = self.0.code;
                words!(
                    "原因和处理办法见 /problems#{code}",
                    "for cause and remedy see /problems#{code}"
                )
            }
            count => words!("共 {count} 处，见 errors", "{count} in all; see `errors`"),
        })
    }

    /// The document as it is sent.
    pub(super) fn document(&self, language: Language, instance: &str, request_id: &str) -> Value {
        let mut document = json!({
            "type": format!("/problems#{}", self.0.code),
            "title": self.0.title.read(language),
            "status": self.0.status.as_u16(),
            "code": self.0.code,
            "detail": self.told().read(language),
            "instance": instance,
            "request_id": request_id,
        });
        if !self.0.errors.is_empty() {
            let errors = self.0.errors.iter().map(|e| {
                json!({"pointer": e.pointer, "code": e.code, "detail": e.detail.read(language)})
            });
            document["errors"] = errors.collect();
        }
        if let Some(allowed) = &self.0.allowed {
            document["allowed"] = allowed.clone().into();
        }
        document
    }

    pub(super) fn render(&self, language: Language, instance: &str, request_id: &str) -> Response {
        let mut response = Response::builder()
            .status(self.0.status)
            .content_type("application/problem+json")
            .header("content-language", language.tag())
            .body(self.document(language, instance, request_id).to_string());
        if let Some(seconds) = self.0.retry_after_s {
            response.headers_mut().insert("retry-after", seconds.into());
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            let challenge = poem::http::HeaderValue::from_static("Bearer realm=\"anju\"");
            response.headers_mut().insert("www-authenticate", challenge);
        }
        response
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.code)
    }
}

impl StdError for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.0.status
    }

    fn as_response(&self) -> Response {
        self.render(Language::default(), "", "")
    }
}
