//! A write in one transaction: the idempotency key, the change, its audit records, the answer.
//!
//! Every POST with effect begins an [`Act`] and ends in [`Act::commit`]. A repeated key repeats the
//! stored answer; the same key with another body is refused; a key still in work is refused too.
//! A crash leaves either everything or nothing, so a client may always try again.

use std::ops::{Deref, DerefMut};

use poem::{IntoResponse, Request, RequestBody, Response, Result, http::StatusCode};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchema, MetaSchemaRef},
};
use sqlx::{PgConnection, PgTransaction};
use uuid::Uuid;

use super::{
    Problem, RequestId, Words, WriteProblem,
    kept::{self, Claim, Kept},
    response::{Reply, Storable},
};
use crate::{
    App,
    staff::{Actor, Scope},
    values::Instant,
};

/// Who acts, as the audit trail and the idempotency key know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The API key that was presented, or the person who signed in.
    pub client_id: Uuid,
    /// The member of staff behind it, when it is known.
    pub staff_id: Option<Uuid>,
    /// The role it acts in, for example `case_officer`.
    pub role: &'static str,
    /// What it may see and change.
    pub scope: Scope,
}

impl Caller {
    /// Who acts, for what another person must check.
    pub fn actor(&self) -> Actor {
        Actor::new(self.client_id, self.staff_id)
    }

    /// What the caller is, as the object of an entry of the trail.
    pub fn object_type(&self) -> &'static str {
        if self.staff_id == Some(self.client_id) {
            "staff"
        } else {
            "api_key"
        }
    }
}

/// The header that makes a POST safe to repeat: 1 to 128 printable characters, best a UUID.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    key: String,
    operation: String,
    request_id: Uuid,
}

fn key_schema() -> MetaSchema {
    let mut schema = MetaSchema::new("string");
    schema.pattern = Some("^[!-~]{1,128}$".into());
    schema.example = Some("7f3d1c52-6a0e-4c3f-9f57-0a4d0f6f4f11".into());
    schema
}

impl<'a> ApiExtractor<'a> for IdempotencyKey {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = String;
    type ParamRawType = String;

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(key_schema())))
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<String>,
    ) -> Result<Self> {
        let Some(value) = request.headers().get("idempotency-key") else {
            return Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "idempotency-key-missing",
                "缺少 Idempotency-Key",
                "Idempotency-Key is missing",
            )
            .detail(Words::new(
                "请为每次提交生成一个唯一的键；重试时使用同一个键，不会重复办理",
                "send a fresh key with every submission and the same key when you retry it",
            ))
            .into());
        };
        let key = value.to_str().unwrap_or("");
        if !(1..=128).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Problem::malformed(
                "idempotency-key-malformed",
                "Idempotency-Key 格式不正确",
                "Idempotency-Key is malformed",
            )
            .into());
        }
        Ok(Self {
            key: key.to_owned(),
            operation: super::envelope::operation_of(request),
            request_id: RequestId::of(request),
        })
    }
}

/// The stored answer of an earlier request with the same key.
#[derive(Debug)]
pub struct Replay(Reply);

impl IntoResponse for Replay {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.headers_mut().insert(
            "idempotency-replayed",
            poem::http::HeaderValue::from_static("true"),
        );
        response
    }
}

/// A write under way. Dropped without [`Act::commit`], nothing of it remains.
pub struct Act {
    tx: PgTransaction<'static>,
    pub caller: Caller,
    pub at: Instant,
    pub request_id: Uuid,
    claim: Option<Claimed>,
}

/// A key that is ours until the transaction ends.
struct Claimed {
    app: App,
    key: String,
    fingerprint: [u8; 32],
}

impl Act {
    /// Opens the transaction and claims the key; `digest` is that of the body.
    ///
    /// Answers the stored reply when this very request was done before.
    pub async fn begin(
        app: &App,
        caller: &Caller,
        key: &IdempotencyKey,
        digest: &[u8],
    ) -> Result<Self, WriteProblem> {
        let mut act = Self::open(app, caller, key.request_id).await?;
        // Keyed, because a body may hold a document number, and those can be guessed through a hash.
        let request = [key.operation.as_bytes(), &[0], digest].concat();
        let fingerprint = app.keys.fingerprint("idempotency_key.request", &request);
        let answer: WriteProblem =
            match kept::claim(&mut act.tx, caller.client_id, &key.key).await? {
                Claim::Free => {
                    act.claim = Some(Claimed {
                        app: app.clone(),
                        key: key.key.clone(),
                        fingerprint,
                    });
                    return Ok(act);
                }
                Claim::InWork => in_work().into(),
                Claim::Done(earlier, _) if earlier != fingerprint => reused().into(),
                Claim::Done(_, None) => already_done().into(),
                Claim::Done(_, Some(sealed)) => {
                    Replay(sealed.open(app, caller.client_id, &key.key)?).into()
                }
            };
        // The lock on the key ends before its holder is answered, so that who asks again at once
        // is not told that the request is in work.
        act.tx.rollback().await?;
        Err(answer)
    }

    /// A write that is idempotent by itself (PUT, PATCH and DELETE with `If-Match`).
    pub async fn begin_conditional(
        app: &App,
        caller: &Caller,
        request_id: RequestId,
    ) -> Result<Self, Problem> {
        Self::open(app, caller, request_id.0).await
    }

    async fn open(app: &App, caller: &Caller, request_id: Uuid) -> Result<Self, Problem> {
        let tx = app.begin(&caller.scope).await?;
        Ok(Self {
            tx,
            caller: caller.clone(),
            at: app.clock.now(),
            request_id,
            claim: None,
        })
    }

    /// Keeps the answer beside the key and makes everything permanent.
    pub async fn commit<R: Storable>(self, answer: R) -> Result<R, WriteProblem> {
        let reply = answer.reply();
        let kept = self.claim.as_ref().map(|claim| {
            let Claimed { app, key, .. } = claim;
            Kept::seal(app, self.caller.client_id, key, &reply)
        });
        self.finish(kept).await?;
        Ok(answer)
    }

    /// For answers that hold a secret: they are never stored, a repeat is told it is done (C30).
    pub async fn commit_secret<R>(self, answer: R) -> Result<R, WriteProblem> {
        self.finish(None).await?;
        Ok(answer)
    }

    /// Makes everything permanent where nobody waits for an answer: jobs, the command line.
    pub async fn conclude<T>(self, outcome: T) -> Result<T, Problem> {
        self.finish(None).await?;
        Ok(outcome)
    }

    /// Leaves everything as it was; whatever was locked is free when this returns.
    pub async fn abandon(self) -> Result<(), Problem> {
        self.tx.rollback().await?;
        Ok(())
    }

    async fn finish(mut self, answer: Option<Kept>) -> Result<(), Problem> {
        if let Some(Claimed {
            key, fingerprint, ..
        }) = &self.claim
        {
            let (client_id, at) = (self.caller.client_id, self.at);
            kept::keep(&mut self.tx, client_id, key, fingerprint, answer, at).await?;
        }
        self.tx.commit().await?;
        Ok(())
    }
}

impl Deref for Act {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for Act {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

fn in_work() -> Problem {
    Problem::conflict(
        "idempotency-key-in-work",
        "同一请求正在办理",
        "This request is being worked on",
    )
    .retry_after(1)
}

fn reused() -> Problem {
    Problem::invalid(
        "idempotency-key-reused",
        "Idempotency-Key 已用于另一个请求",
        "The Idempotency-Key was used for another request",
    )
}

fn already_done() -> Problem {
    Problem::conflict(
        "already-done",
        "该请求已经办理",
        "This request was done already",
    )
    .detail(Words::new(
        "结果含有只显示一次的内容，不再重复显示",
        "its answer held something that is shown only once",
    ))
}
