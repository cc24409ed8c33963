//! Answers of operations that may only be asked so often, which say where the caller stands:
//! `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10.

use poem::{
    IntoResponse, Response,
    http::{HeaderMap, HeaderValue},
};
use poem_openapi::{
    ApiResponse,
    registry::{MetaHeader, MetaResponses, MetaSchema, Registry},
};

use super::{Problem, WriteProblem, version::header};

/// A limit as callers are told of it: at most `quota` requests in any span of `window_s` seconds.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    pub name: &'static str,
    pub quota: usize,
    pub window_s: i64,
}

/// Where a caller stands with the limits of an operation.
#[derive(Debug, Clone)]
pub struct Standing {
    policies: HeaderValue,
    left: HeaderValue,
}

impl Standing {
    /// Of these limits, that called `name` has `remaining` requests left, and the next becomes
    /// free in `more_in_s` seconds.
    pub fn new(policies: &[Policy], name: &str, remaining: usize, more_in_s: u32) -> Self {
        let policies: Vec<String> = policies
            .iter()
            .map(|p| format!("\"{}\";q={};w={}", p.name, p.quota, p.window_s))
            .collect();
        let value = |text: String| HeaderValue::from_str(&text).expect("names are ASCII");
        Self {
            policies: value(policies.join(", ")),
            left: value(format!("\"{name}\";r={remaining};t={more_in_s}")),
        }
    }

    pub(super) fn tell(self, headers: &mut HeaderMap) {
        headers.insert("ratelimit-policy", self.policies);
        headers.insert("ratelimit", self.left);
    }
}

/// An answer or a refusal of a limited operation. Without a standing where the request was
/// refused before it counted.
#[derive(Debug)]
pub struct Limited<R> {
    answer: R,
    standing: Option<Standing>,
}

impl<R> Limited<R> {
    pub fn new(answer: R, standing: Standing) -> Self {
        Self {
            answer,
            standing: Some(standing),
        }
    }

    /// An answer in which no limit had a part.
    pub fn uncounted(answer: R) -> Self {
        Self {
            answer,
            standing: None,
        }
    }
}

impl<E: Into<Problem>> From<E> for Limited<WriteProblem> {
    fn from(uncounted: E) -> Self {
        Self {
            answer: uncounted.into().into(),
            standing: None,
        }
    }
}

impl<T: IntoResponse> IntoResponse for Limited<T> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        if let Some(standing) = self.standing {
            standing.tell(response.headers_mut());
        }
        response
    }
}

impl From<Limited<WriteProblem>> for poem::Error {
    /// The envelope, which makes a response of it, tells the standing.
    fn from(limited: Limited<WriteProblem>) -> Self {
        let mut error: Self = limited.answer.into();
        if let Some(standing) = limited.standing {
            error.set_data(standing);
        }
        error
    }
}

impl<R: ApiResponse> ApiResponse for Limited<R> {
    fn meta() -> MetaResponses {
        let mut meta = R::meta();
        for response in &mut meta.responses {
            match response.status {
                // Only what counted is refused so; the others are answered before.
                Some(200..=299 | 409 | 422) => response.headers.extend(standing_headers()),
                // Whoever shows no credential is refused before anything counts.
                Some(401) => response
                    .headers
                    .extend(standing_headers().map(|told| MetaHeader {
                        required: false,
                        ..told
                    })),
                Some(429) => {
                    response.headers.extend(standing_headers());
                    response.headers.push(retry_after_header());
                }
                _ => {}
            }
        }
        meta
    }

    fn register(registry: &mut Registry) {
        R::register(registry);
    }
}

fn standing_headers() -> [MetaHeader; 2] {
    let mut policies = MetaSchema::new("string");
    policies.pattern =
        Some(r#"^"[a-z]+";q=[0-9]+;w=[0-9]+(, "[a-z]+";q=[0-9]+;w=[0-9]+)*$"#.into());
    policies.example = Some("\"address\";q=20;w=60".into());
    let mut left = MetaSchema::new("string");
    left.pattern = Some(r#"^"[a-z]+";r=[0-9]+;t=[0-9]+$"#.into());
    left.example = Some("\"address\";r=19;t=60".into());
    [
        header(
            "RateLimit-Policy",
            "The limits: `q` requests in any `w` seconds.",
            policies,
        ),
        header(
            "RateLimit",
            "How many requests are left under the limit named, and in how many seconds there is \
             one more.",
            left,
        ),
    ]
}

fn retry_after_header() -> MetaHeader {
    let mut seconds = MetaSchema::new("integer");
    seconds.minimum = Some(1.0);
    seconds.example = Some(60.into());
    header("Retry-After", "Seconds to wait.", seconds)
}
