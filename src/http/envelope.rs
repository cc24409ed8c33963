//! The outermost layer: every answer leaves through here, as a problem document if it is one.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use poem::{
    Endpoint, IntoResponse, Request, RequestBody, Response, Result,
    error::{MethodNotAllowedError, NotFoundError, ReadBodyError},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions, OperationId,
    error::{
        AuthorizationError, ContentTypeError, ParseMultipartError, ParseParamError, ParsePathError,
        ParseRequestPayloadError,
    },
};
use tokio::time::timeout;
use uuid::Uuid;

use super::{Contract, FieldError, Language, Problem, Standing, Words, body::mismatch};
use crate::App;

/// How long one request may take; uploads of files have their own limit.
const REQUEST_TIME_MAX: Duration = Duration::from_secs(30);
const UPLOAD_TIME_MAX: Duration = Duration::from_mins(10);

/// What the envelope saw of a request before anything else touched it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) request_id: Uuid,
    pub(super) method: Method,
    /// Without the query: that may hold what is typed into a search box.
    pub(super) path: String,
    language: Language,
    own: bool,
}

/// Marks a request that this program makes to itself. It is answered like any other; its line in
/// the log is for who looks for it.
#[derive(Debug, Clone, Copy)]
pub struct OwnRequest;

/// The id a request is found under in the log; the caller's own if it is a UUID.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

impl RequestId {
    pub fn of(request: &Request) -> Uuid {
        request
            .data::<Seen>()
            .map_or(Uuid::nil(), |seen| seen.request_id)
    }
}

/// Method and path as the client sent them: two operations never share an idempotency key.
pub(super) fn operation_of(request: &Request) -> String {
    request
        .data::<Seen>()
        .map_or_else(String::new, |seen| format!("{} {}", seen.method, seen.path))
}

impl<'a> ApiExtractor<'a> for RequestId {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::PoemExtractor];
    type ParamType = ();
    type ParamRawType = ();

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        Ok(Self(Self::of(request)))
    }
}

/// Wraps the whole service.
pub async fn envelope<E: Endpoint>(next: Arc<E>, mut request: Request) -> Result<Response> {
    let started = Instant::now();
    let app = request
        .data::<App>()
        .expect("the service carries its state")
        .clone();
    let contract = request
        .data::<Arc<Contract>>()
        .expect("the service carries its contract")
        .clone();
    let seen = Seen {
        request_id: asked_id(&request).unwrap_or_else(|| app.fresh_id()),
        method: request.method().clone(),
        path: request.uri().path().to_owned(),
        language: Language::of(request.headers()),
        own: request.data::<OwnRequest>().is_some(),
    };
    request.set_data(seen.clone());
    let unknown = contract.unknown_query(
        &seen.method,
        &seen.path,
        request.uri().query().unwrap_or(""),
    );
    let limit = if is_upload(&request) {
        UPLOAD_TIME_MAX
    } else {
        REQUEST_TIME_MAX
    };

    let mut response = if unknown.is_empty() {
        match timeout(limit, AssertUnwindSafe(next.call(request)).catch_unwind()).await {
            Ok(Ok(Ok(response))) => response.into_response(),
            Ok(Ok(Err(error))) => failed(error, &seen, &contract),
            Ok(Err(_panic)) => tell(&Problem::internal("panic in a handler"), &seen),
            Err(_elapsed) => tell(&too_slow(), &seen),
        }
    } else {
        let problem = Problem::malformed(
            "unknown-parameter",
            "有未知的查询参数",
            "Unknown query parameter",
        );
        tell(&problem.errors(unknown), &seen)
    };
    finish(&mut response, &seen, started);
    Ok(response)
}

fn asked_id(request: &Request) -> Option<Uuid> {
    request
        .headers()
        .get("x-request-id")?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

fn is_upload(request: &Request) -> bool {
    request
        .content_type()
        .is_some_and(|t| t.starts_with("multipart/form-data"))
}

fn too_slow() -> Problem {
    Problem::unavailable("timeout", "处理超时", "The request took too long").retry_after(5)
}

fn tell(problem: &Problem, seen: &Seen) -> Response {
    if let Some(cause) = problem.cause_chain() {
        tracing::error!(request_id = %seen.request_id, code = problem.code(), cause, "request failed");
    }
    problem.render(seen.language, &seen.path, &seen.request_id.to_string())
}

fn failed(error: poem::Error, seen: &Seen, contract: &Contract) -> Response {
    if error.is_from_response() {
        return error.into_response(); // a stored answer, repeated
    }
    let operation = error.data::<OperationId>().copied();
    let standing = error.data::<Standing>().cloned();
    let problem = match error.downcast::<Problem>() {
        Ok(problem) => problem,
        Err(error) => from_framework(&error),
    };
    let mut response = tell(&problem, seen);
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = contract.methods(&seen.path).join(", ");
        if let Ok(allow) = HeaderValue::from_str(&allow) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    if let Some(standing) = standing {
        standing.tell(response.headers_mut());
    }
    if let Some(operation) = operation {
        response.set_data(operation);
    }
    response
}

/// What poem and poem-openapi refuse by themselves, told as we tell it.
fn from_framework(error: &poem::Error) -> Problem {
    if error.is::<ParsePathError>() || error.is::<poem::error::ParsePathError>() {
        // An id that cannot exist is not there.
        return Problem::not_found("该地址中的对象", "object at this address");
    }
    if let Some(parameter) = error.downcast_ref::<ParseParamError>() {
        let (name, reason) = (parameter.name, parameter.reason.clone());
        let words = Words::new(format!("参数 {name} 不正确：{reason}"), reason);
        return Problem::malformed("parameter-invalid", "参数不正确", "A parameter is invalid")
            .errors(vec![FieldError::new(
                format!("query:{name}"),
                "invalid",
                words,
            )]);
    }
    if let Some(payload) = error.downcast_ref::<ParseRequestPayloadError>() {
        let words = Words::new(payload.reason.clone(), payload.reason.clone());
        return mismatch(vec![FieldError::new("", "invalid", words)]);
    }
    if let Some(multipart) = error.downcast_ref::<ParseMultipartError>() {
        let words = Words::new(multipart.reason.clone(), multipart.reason.clone());
        return mismatch(vec![FieldError::new("", "invalid", words)]);
    }
    if error.is::<ContentTypeError>() {
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if error.is::<NotFoundError>() {
        return Problem::absent("route-unknown", "没有这个地址", "No such address");
    }
    if error.is::<MethodNotAllowedError>() {
        return refusal(StatusCode::METHOD_NOT_ALLOWED);
    }
    if error.is::<AuthorizationError>() {
        return refusal(StatusCode::UNAUTHORIZED);
    }
    if matches!(
        error.downcast_ref::<ReadBodyError>(),
        Some(ReadBodyError::PayloadTooLarge)
    ) {
        return refusal(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let status = error.status();
    if status.is_server_error() {
        return Problem::internal(format!("{error:?}"));
    }
    refusal(status)
}

fn refusal(status: StatusCode) -> Problem {
    match status {
        StatusCode::UNAUTHORIZED => {
            Problem::unauthenticated("unauthenticated", "未登录或凭据无效", "Not signed in")
        }
        StatusCode::NOT_FOUND => {
            Problem::absent("route-unknown", "没有这个地址", "No such address")
        }
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(
            status,
            "method-not-allowed",
            "不支持该方法",
            "Method not allowed",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::too_large("body-too-large", "请求内容过大", "The body is too large")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            status,
            "media-type-unsupported",
            "不支持的内容类型",
            "The content type is not supported",
        ),
        _ => Problem::malformed("bad-request", "请求不正确", "Bad request"),
    }
}

/// Headers of every answer, and one line in the log.
fn finish(response: &mut Response, seen: &Seen, started: Instant) {
    const ALWAYS: [(&str, &str); 7] = [
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (
            "strict-transport-security",
            "max-age=63072000; includeSubDomains",
        ),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("api-version", env!("CARGO_PKG_VERSION")),
    ];
    let id = seen.request_id.to_string();
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert_with(|| HeaderValue::from_static(value));
    }
    headers.insert(
        "x-request-id",
        HeaderValue::from_str(&id).expect("a UUID is ASCII"),
    );
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    // The level of an event is fixed where it stands.
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request_id = id,
                operation = response.data::<OperationId>().map_or("-", |o| o.0),
                method = %seen.method,
                status = response.status().as_u16(),
                duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
                "request done"
            )
        };
    }
    if seen.own {
        line!(debug);
    } else {
        line!(info);
    }
}
