//! The refusals of an operation as the contract documents them.

use poem::IntoResponse as _;
use poem_openapi::{
    ApiResponse, Object,
    registry::{MetaMediaType, MetaResponse, MetaResponses, Registry},
    types::Type,
};

use super::{Problem, Replay};

/// What a client can rely on in every 4xx and 5xx answer (RFC 9457).
#[derive(Object)]
#[oai(rename = "Problem", skip_serializing_if_is_none)]
struct ProblemDocument {
    /// Where the kind of problem is explained, relative to this server.
    #[oai(rename = "type")]
    kind: String,
    /// The kind of problem in one line, in the language asked for.
    title: String,
    /// The HTTP status.
    #[oai(validator(minimum(value = "400"), maximum(value = "599")))]
    status: u16,
    /// The stable key of the kind of problem.
    code: String,
    /// What is the matter this time.
    detail: String,
    /// The path that was asked for.
    instance: String,
    /// Quote this when asking for help; also in the `X-Request-Id` header and the log.
    request_id: String,
    /// Every mistake found, or every blocker, not only the first.
    errors: Option<Vec<ProblemItem>>,
    /// What the present state would allow instead.
    allowed: Option<Vec<String>>,
}

/// One mistake or blocker.
#[derive(Object)]
#[oai(rename = "ProblemItem")]
struct ProblemItem {
    /// JSON pointer into the body, `query:name`, `header:name` or `path:name`, or the path of the
    /// object that blocks.
    pointer: String,
    /// Stable key of the mistake.
    code: String,
    /// The mistake in words.
    detail: String,
}

/// Documents the problem answers of an operation; carries one of them or a stored earlier answer.
macro_rules! documented_problem {
    ($(#[$doc:meta])* $name:ident: $($status:literal $description:literal),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name(poem::Error);

        impl<E: Into<Problem>> From<E> for $name {
            fn from(refusal: E) -> Self {
                Self(refusal.into().into())
            }
        }

        impl From<$name> for poem::Error {
            fn from(problem: $name) -> Self {
                problem.0
            }
        }

        impl ApiResponse for $name {
            fn meta() -> MetaResponses {
                let problem = |status, description| MetaResponse {
                    description,
                    status: Some(status),
                    status_range: None,
                    content: vec![MetaMediaType {
                        content_type: "application/problem+json",
                        schema: ProblemDocument::schema_ref(),
                    }],
                    headers: vec![],
                };
                MetaResponses { responses: vec![$(problem($status, $description)),*] }
            }

            fn register(registry: &mut Registry) {
                ProblemDocument::register(registry);
            }
        }
    };
}

documented_problem! {
    /// What a read may answer instead of its result.
    ReadProblem:
    400 "The request does not match the contract.",
    401 "The caller is not known.",
    403 "The caller may not do this.",
    404 "Nothing there that the caller may see.",
    405 "The path has no such method.",
    406 "`Accept` leaves out what would be sent.",
    429 "Too many requests; see `Retry-After`.",
    500 "A defect of the service; quote the request id.",
    503 "Not available at the moment; see `Retry-After`.",
}

documented_problem! {
    /// What a read that computes a figure or makes a file may answer instead of its result.
    FigureProblem:
    400 "The request does not match the contract.",
    401 "The caller is not known.",
    403 "The caller may not do this.",
    404 "Nothing there that the caller may see.",
    405 "The path has no such method.",
    406 "`Accept` leaves out what would be sent.",
    409 "The present state has no such figure or file yet.",
    422 "A rule of the domain forbids it in any state.",
    429 "Too many requests; see `Retry-After`.",
    500 "A defect of the service; quote the request id.",
    503 "Not available at the moment; see `Retry-After`.",
}

documented_problem! {
    /// What a write may answer instead of its result.
    WriteProblem:
    400 "The request does not match the contract; every mistake is listed.",
    401 "The caller is not known.",
    403 "The caller may not do this.",
    404 "Nothing there that the caller may see.",
    405 "The path has no such method.",
    406 "`Accept` leaves out what would be sent.",
    409 "The present state forbids it.",
    412 "The object was changed since the version in `If-Match`.",
    413 "The body is larger than the limit.",
    415 "The body is of another media type than the contract says.",
    422 "A rule of the domain forbids it in any state.",
    428 "`If-Match` or `Idempotency-Key` is missing.",
    429 "Too many requests; see `Retry-After`.",
    500 "A defect of the service; quote the request id.",
    503 "Not available at the moment; see `Retry-After`.",
}

impl From<Replay> for WriteProblem {
    fn from(replay: Replay) -> Self {
        Self(poem::Error::from_response(replay.into_response()))
    }
}
