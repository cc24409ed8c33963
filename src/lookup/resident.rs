//! Operations of residents: open a session, read the case, end the session.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::{
    NOBODY, ResidentSession,
    case::{self, LiveCode, Opening},
    code_hash,
    limits::Limits,
    model::{LookupChannel, NewSession, OpenedSession, ResidentCase},
    rules::{self, Refusal, SESSION_MINUTES},
    session,
};
use crate::{
    App,
    audit::{self, Entry},
    households::last_six_hash,
    http::{
        Act, Caller, ClientAddress, Hot, IdempotencyKey, Json, Language, Limited, NoContent,
        Problem, ReadProblem, RequestId, Source, Tag, WriteProblem,
    },
    staff::{Scope, Secret},
    values::{Instant, ResidentSessionId},
};

/// The role residents act in, and for whom a grid worker acts.
const RESIDENT: &str = "resident";

/// The resident's side, with its limits: one per process.
pub struct ResidentApi {
    app: App,
    limits: Limits,
}

impl ResidentApi {
    pub fn new(app: App) -> Self {
        let limits = Limits::new();
        Self { app, limits }
    }
}

#[derive(ApiResponse)]
enum SessionOpened {
    /// Opened; the token is shown this once.
    #[oai(status = 201)]
    Opened(Json<OpenedSession>),
}

#[OpenApi(tag = "Tag::Lookup")]
impl ResidentApi {
    /// Open a resident session
    ///
    /// With a lookup code and the last six characters of the document of any adult of the
    /// household. The only operation open to anyone. A refusal never says what was wrong, and a
    /// repeat with the same key is told that it is done, because a token is shown once. Limited by
    /// address, by code and altogether: `RateLimit-Policy` says how, `RateLimit` how much is left.
    #[oai(
        path = "/resident/sessions",
        method = "post",
        operation_id = "openResidentSession"
    )]
    async fn open_resident_session(
        &self,
        client: ClientAddress,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewSession>,
    ) -> Result<Limited<SessionOpened>, Limited<WriteProblem>> {
        rules::check(&body.value)?;
        let code_hash = code_hash(&self.app.keys, &body.value.lookup_code);
        let now = self.app.clock.now();
        let place = self.limits.admit(Source::of(client), code_hash, now)?;
        let outcome = match self.open(&code_hash, &key, &body).await {
            Ok(None) => Err(Problem::from(Refusal::LookupFailed).into()),
            Ok(Some(opened)) => {
                self.limits.forgive(&place);
                Ok(SessionOpened::Opened(Json::new(opened)))
            }
            // A replay or a database that is down tells nothing about the code.
            Err(other) => {
                self.limits.forgive(&place);
                Err(other)
            }
        };
        match outcome {
            Ok(opened) => Ok(Limited::new(opened, place.standing)),
            Err(refused) => Err(Limited::new(refused, place.standing)),
        }
    }

    /// Read one's own case
    ///
    /// Where it stands, what comes next and until when, agreement, homes, needs, whom to ask, and
    /// who looked it up. Nothing of any other household.
    #[oai(
        path = "/resident/case",
        method = "get",
        operation_id = "getResidentCase"
    )]
    async fn get_resident_case(
        &self,
        session: ResidentSession,
        language: Language,
    ) -> Result<Hot<ResidentCase>, ReadProblem> {
        let now = self.app.clock.now();
        let today = self.app.clock.day_of(now);
        let scope = session.scope(&self.app).await?;
        let mut conn = self.app.begin_hot(&scope).await?;
        let found = case::find_case(&mut conn, &session.token_hash, now, today, language).await?;
        conn.hand_on();
        Ok(Hot(found.ok_or_else(session::not_open)?))
    }

    /// End the resident session
    ///
    /// The token stops at once.
    #[oai(
        path = "/resident/sessions/current",
        method = "delete",
        operation_id = "endResidentSession"
    )]
    async fn end_resident_session(
        &self,
        session: ResidentSession,
        request_id: RequestId,
    ) -> Result<NoContent, WriteProblem> {
        let unknown = resident(Uuid::nil(), session.scope(&self.app).await?);
        let mut act = Act::begin_conditional(&self.app, &unknown, request_id).await?;
        let at = act.at;
        let ended = case::end_session(&mut act, &session.token_hash, at).await?;
        let ended = ended.ok_or_else(session::not_open)?;
        act.caller.client_id = ended.id.0;
        let entry = Entry::new("lookup.ended", "household", ended.household_id.0)
            .because(ended.channel.key())
            .within(ended.parcel_id);
        audit::record(&self.app, &mut act, &on_behalf(entry, ended.channel)).await?;
        act.commit(NoContent).await
    }
}

impl ResidentApi {
    /// `None` when code and second factor open nothing. Every refusal has run the same hashes and
    /// the same statements.
    async fn open(
        &self,
        code_hash: &[u8; 32],
        key: &IdempotencyKey,
        body: &Json<NewSession>,
    ) -> Result<Option<OpenedSession>, WriteProblem> {
        let (app, new) = (&self.app, &body.value);
        // What is kept beside the key holds both secrets, so it is keyed like everything of them.
        let digest = app
            .keys
            .fingerprint("resident_session.request", &body.digest);
        let mut act = Act::begin(app, &stranger(app, code_hash), key, &digest).await?;
        let found = case::find_live_code(&mut act, code_hash).await?;
        let household = found.as_ref().map_or(NOBODY, |code| code.household_id);
        case::look_at(&mut act, household).await?;
        let last_six = last_six_hash(&app.keys, household, new.id_last_six.expose());
        let today = app.clock.day_of(act.at);
        let known = case::an_adult_has(&mut act, household, &last_six, today).await?;
        let Some(code) = found.filter(|_| known) else {
            return Ok(None);
        };
        let opened = self.admit(&mut act, &code, new).await?;
        Ok(Some(act.commit_secret(opened).await?))
    }

    async fn admit(
        &self,
        act: &mut Act,
        code: &LiveCode,
        new: &NewSession,
    ) -> Result<OpenedSession, Problem> {
        let app = &self.app;
        let secret = URL_SAFE_NO_PAD.encode(app.entropy.bytes::<32>());
        let token = format!("{}{secret}", session::PREFIX);
        let opened_at = act.at;
        let expires_at = opened_at.as_datetime() + TimeDelta::minutes(SESSION_MINUTES);
        let opening = Opening {
            id: ResidentSessionId(app.fresh_id()),
            token_hash: &session::hash(&token),
            code,
            channel: new.channel,
            assistant: new.assistant.as_ref(),
            opened_at,
            expires_at: Instant::new(expires_at),
        };
        case::insert_session(act, &opening).await?;
        let entry = Entry::new("lookup.opened", "household", code.household_id.0)
            .because(new.channel.key())
            .within(case::parcel_of(act, code.household_id).await?);
        // The session acts from here on; the key was claimed by whoever came with the code.
        let claimant = std::mem::replace(&mut act.caller.client_id, opening.id.0);
        audit::record(app, act, &on_behalf(entry, new.channel)).await?;
        act.caller.client_id = claimant;
        Ok(OpenedSession {
            token,
            expires_at: opening.expires_at,
        })
    }
}

/// Anybody who comes with this code: strangers with other codes never meet over a key.
fn stranger(app: &App, code_hash: &[u8; 32]) -> Caller {
    let hash = app.keys.fingerprint("resident_session.claimant", code_hash);
    let (id, _) = hash.split_first_chunk().expect("32 bytes");
    let id = uuid::Builder::from_custom_bytes(*id).into_uuid();
    resident(id, Scope::of_secret(Secret::Code, *code_hash))
}

fn resident(client_id: Uuid, scope: Scope) -> Caller {
    Caller {
        client_id,
        staff_id: None,
        role: RESIDENT,
        scope: scope.of(client_id, Uuid::nil()),
    }
}

fn on_behalf(entry: Entry, channel: LookupChannel) -> Entry {
    match channel {
        LookupChannel::Household => entry,
        LookupChannel::GridWorker => entry.on_behalf_of(RESIDENT),
    }
}
