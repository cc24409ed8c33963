//! The outermost layer: every answer leaves through here, as a problem document if it is one.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use poem::{
    Endpoint, IntoResponse, Request, RequestBody, Response, Result,
    error::ResponseError as _,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, OperationId};
use tokio::time::timeout;
use uuid::Uuid;

use super::{Caller, Contract, Language, Problem, Standing, Words, framework::from_framework};
use crate::App;

/// How long one request may take; uploads of files have their own limit.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    pub request: Duration,
    pub upload: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(30),
            upload: Duration::from_mins(10),
        }
    }
}

/// What the envelope saw of a request before anything else touched it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) request_id: Uuid,
    pub(super) method: Method,
    /// Without the query: that may hold what is typed into a search box.
    pub(super) path: String,
    language: Language,
    /// The visible part of the API key that was presented, known or not.
    key_prefix: Option<String>,
    /// Set when the caller is known, whatever becomes of the request then.
    caller: Arc<OnceLock<Caller>>,
    /// Where the caller stands with the limit for everything.
    standing: Arc<OnceLock<Standing>>,
    own: bool,
}

/// Tells the log who calls, so that refusals can be traced, too.
pub(crate) fn name_caller(request: &Request, caller: &Caller) {
    if let Some(seen) = request.data::<Seen>() {
        // The first to be admitted is whoever it is.
        let _named_before = seen.caller.set(caller.clone());
    }
}

/// Keeps where the caller stands, for the headers of whatever is answered.
pub(crate) fn tell_standing(request: &Request, standing: Standing) {
    if let Some(seen) = request.data::<Seen>() {
        let _told_before = seen.standing.set(standing);
    }
}

/// Marks a request that this program makes to itself. It is answered like any other; its line in
/// the log is for who looks for it.
#[derive(Debug, Clone, Copy)]
pub struct OwnRequest;

/// The code of the problem an answer tells.
#[derive(Debug, Clone, Copy)]
struct Refused(&'static str);

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
        key_prefix: key_prefix(&request),
        caller: Arc::default(),
        standing: Arc::default(),
        own: request.data::<OwnRequest>().is_some(),
    };
    request.set_data(seen.clone());
    let limits = request.data::<TimeLimits>().copied().unwrap_or_default();
    let limit = if is_upload(&request) {
        limits.upload
    } else {
        limits.request
    };

    let mut response = if let Some(refused) = refuse(&request, &seen, &contract) {
        tell(&refused, &seen)
    } else {
        match timeout(limit, AssertUnwindSafe(next.call(request)).catch_unwind()).await {
            Ok(Ok(Ok(response))) => response.into_response(),
            Ok(Ok(Err(error))) => failed(error, &seen, &contract),
            Ok(Err(_panic)) => tell(&Problem::internal("panic in a handler"), &seen),
            Err(_elapsed) => tell(&too_slow(), &seen),
        }
    };
    finish(&mut response, &seen, started);
    Ok(response)
}

/// What can be told from the contract before anybody is called.
fn refuse(request: &Request, seen: &Seen, contract: &Contract) -> Option<Problem> {
    let query: Vec<(String, String)> = request.params().unwrap_or_default();
    let accept: Vec<&str> = request
        .headers()
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    contract.refuse(&seen.method, &seen.path, &query, &accept.join(","))
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

/// `a1b2c3d4` of `Bearer anju_a1b2c3d4_…`; eight hexadecimal digits, or nothing is taken from it.
fn key_prefix(request: &Request) -> Option<String> {
    let value = request.headers().get(header::AUTHORIZATION)?;
    let (_, key) = value.to_str().ok()?.split_once(' ')?;
    let prefix = key.strip_prefix("anju_")?.split('_').next()?;
    let plain = prefix.len() == 8 && prefix.bytes().all(|b| b.is_ascii_hexdigit());
    plain.then(|| prefix.to_owned())
}

fn is_upload(request: &Request) -> bool {
    request
        .content_type()
        .is_some_and(|t| t.starts_with("multipart/form-data"))
}

fn too_slow() -> Problem {
    Problem::unavailable("timeout", "处理超时", "The request took too long")
        .detail(Words::new(
            "未在规定时间内办完；请稍后用同一个 Idempotency-Key 重试，或缩小查询范围",
            "it was not done in time; try again later with the same Idempotency-Key, or ask for less",
        ))
        .retry_after(5)
}

fn tell(problem: &Problem, seen: &Seen) -> Response {
    if let Some(cause) = problem.cause_chain() {
        let (request_id, code) = (seen.request_id, problem.code());
        if problem.status().is_server_error() {
            tracing::error!(%request_id, code, cause, "request failed");
        } else {
            // The database said what the caller is told: nothing of ours is broken.
            tracing::info!(%request_id, code, cause, "request refused");
        }
    }
    let mut response = problem.render(seen.language, &seen.path, &seen.request_id.to_string());
    response.set_data(Refused(problem.code()));
    response
}

/// The methods there are; a client may make up others, and anything can stand in them.
fn known(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    if known.contains(method) {
        method.as_str()
    } else {
        "-"
    }
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
    if let Some(standing) = seen.standing.get()
        && !headers.contains_key("ratelimit")
    {
        standing.clone().tell(headers);
    }
    headers.append(header::VARY, HeaderValue::from_static("accept-language"));
    let caller = seen.caller.get();
    // The level of an event is fixed where it stands.
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                request_id = id,
                key = seen.key_prefix,
                client_id = caller.map(|c| c.client_id.to_string()),
                staff_id = caller.and_then(|c| c.staff_id).map(|id| id.to_string()),
                role = caller.map(|c| c.role),
                operation = response.data::<OperationId>().map_or("-", |o| o.0),
                method = known(&seen.method),
                status = response.status().as_u16(),
                code = response.data::<Refused>().map(|refused| refused.0),
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
