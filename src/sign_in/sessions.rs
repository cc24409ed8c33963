//! Operations on sessions: sign in, see where one is signed in, sign out.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use poem_openapi::{ApiResponse, OpenApi, param::Path};
use serde_json::json;
use uuid::Uuid;

use super::{
    limits::TooMany,
    model::{MySession, NewSession, OpenedSession},
    rules::{self, FAMILIAR_FOR, Wrong},
    second_factor, store,
    store::{Attempt, Opening},
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Caller, ClientAddress, IdempotencyKey, Json, Limited, NoContent, Problem, ReadProblem,
        RequestId, Source, Tag, WriteProblem,
    },
    staff::{self, SESSION_PREFIX, Scope, SignedIn},
    values::{AccountId, Instant, StaffSessionId},
};

pub struct SessionsApi(pub App);

#[derive(ApiResponse)]
enum SessionOpened {
    /// Opened; the token is shown this once.
    #[oai(status = 201)]
    Opened(Json<OpenedSession>),
}

/// Why an attempt came to nothing.
enum Stopped {
    /// By a limit, which tells its own standing.
    TooMany(TooMany),
    Refused(WriteProblem),
}

impl<E: Into<WriteProblem>> From<E> for Stopped {
    fn from(problem: E) -> Self {
        Self::Refused(problem.into())
    }
}

/// One attempt to sign in.
struct Knock<'a> {
    key: &'a IdempotencyKey,
    request_id: RequestId,
    body: &'a Json<NewSession>,
    login_hash: [u8; 32],
    source: Source,
    now: Instant,
}

#[OpenApi(tag = "Tag::SignIn")]
impl SessionsApi {
    /// Sign in
    ///
    /// With login and password, and with a one-time code as soon as a second factor was set up. A
    /// refusal never says what was wrong, and takes as long whatever it was. Limited by address, by
    /// login and altogether: `RateLimit-Policy` says how, `RateLimit` how much is left; where one
    /// signed in before, the attempts of others do not count.
    #[oai(path = "/sessions", method = "post", operation_id = "openSession")]
    async fn open_session(
        &self,
        client: ClientAddress,
        request_id: RequestId,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewSession>,
    ) -> Result<Limited<SessionOpened>, Limited<WriteProblem>> {
        let app = &self.0;
        let login = body.value.login.as_str();
        let knock = Knock {
            key: &key,
            request_id,
            body: &body,
            login_hash: login_hash(app, login),
            source: Source::of(client),
            now: app.clock.now(),
        };
        let limits = app.gate.limits();
        let standing = limits.admit_address(knock.source, knock.now)?;
        match self.knock(&knock).await {
            Ok(opened) => {
                let opened = SessionOpened::Opened(Json::new(opened));
                Ok(Limited::new(opened, standing))
            }
            Err(Stopped::TooMany(too_many)) => Err(too_many.into()),
            Err(Stopped::Refused(refused)) => Err(Limited::new(refused, standing)),
        }
    }

    /// Sign out
    ///
    /// The token stops at once.
    #[oai(
        path = "/sessions/current",
        method = "delete",
        operation_id = "endCurrentSession"
    )]
    async fn end_current_session(
        &self,
        me: SignedIn,
        request_id: RequestId,
    ) -> Result<NoContent, WriteProblem> {
        let act = Act::begin_conditional(&self.0, &me.caller, request_id).await?;
        let act = self.end(act, me.account_id, me.session_id).await?;
        act.commit(NoContent).await
    }

    /// List my sessions
    ///
    /// Where I am signed in, newest first, at most 200.
    #[oai(path = "/me/sessions", method = "get", operation_id = "listMySessions")]
    async fn list_my_sessions(&self, me: SignedIn) -> Result<Json<Vec<MySession>>, ReadProblem> {
        let now = self.0.clock.now();
        let mut conn = self.0.begin(&me.caller.scope).await?;
        let open = store::open_sessions(&mut conn, me.account_id, me.session_id, now).await?;
        Ok(Json::new(open))
    }

    /// End one of my sessions
    ///
    /// Its token stops at once.
    #[oai(
        path = "/me/sessions/:session_id/endings",
        method = "post",
        operation_id = "endMySession"
    )]
    async fn end_my_session(
        &self,
        me: SignedIn,
        session_id: Path<StaffSessionId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
    ) -> Result<NoContent, WriteProblem> {
        let act = Act::begin(&self.0, &me.caller, &key, &[]).await?;
        let act = self.end(act, me.account_id, session_id.0).await?;
        act.commit(NoContent).await
    }
}

impl SessionsApi {
    async fn end(
        &self,
        mut act: Act,
        account: AccountId,
        session: StaffSessionId,
    ) -> Result<Act, Problem> {
        let at = act.at;
        if !store::end_session(&mut act, account, session, at).await? {
            return Err(Problem::not_found("登录会话", "session"));
        }
        staff::move_on(&mut act).await?;
        let entry = Entry::new("session.ended", "session", session.0);
        audit::record(&self.0, &mut act, &entry).await?;
        Ok(act)
    }

    async fn knock(&self, knock: &Knock<'_>) -> Result<OpenedSession, Stopped> {
        let app = &self.0;
        let source_hash = source_hash(app, knock.source);
        let since = Instant::new(knock.now.as_datetime() - FAMILIAR_FOR);
        let login = knock.body.value.login.as_str();
        let mut conn = app.db.acquire().await?;
        let today = app.clock.day_of(knock.now);
        let found = store::find_attempt(&mut conn, login, &source_hash, since, today).await?;
        // Nothing of the database is held while the password is hashed.
        drop(conn);
        let limits = app.gate.limits();
        let familiar = found.as_ref().is_some_and(|attempt| attempt.familiar);
        let place = limits
            .admit_login(knock.login_hash, knock.source, familiar, knock.now)
            .map_err(Stopped::TooMany)?;
        let outcome = self.judge(knock, found.as_ref(), &source_hash).await;
        // A replay or a database that is down tells nothing about the login.
        if !matches!(&outcome, Ok(Err(_))) {
            limits.forgive(&place);
        }
        match outcome? {
            Ok(opened) => Ok(opened),
            Err(wrong) => {
                self.refuse(knock, found.as_ref(), wrong).await?;
                Err(rules::not_let_in().into())
            }
        }
    }

    /// Every refusal has run the same hashes and the same statements.
    async fn judge(
        &self,
        knock: &Knock<'_>,
        found: Option<&Attempt>,
        source_hash: &[u8; 32],
    ) -> Result<Result<OpenedSession, Wrong>, WriteProblem> {
        let (app, new) = (&self.0, &knock.body.value);
        let hash = found.map(|attempt| attempt.password_hash.as_str());
        let is_password = app.gate.passwords().verify(hash, &new.password).await?;
        // What is kept beside the key holds the password, so it is keyed like everything of it.
        let digest = app.keys.fingerprint("session.request", &knock.body.digest);
        let stranger = stranger(&knock.login_hash, found);
        let mut act = Act::begin(app, &stranger, knock.key, &digest).await?;
        let nobody = AccountId(Uuid::nil());
        let id = found.map_or(nobody, |attempt| attempt.account_id);
        let account = store::lock(&mut act, id).await?;
        // Whoever changed the password meanwhile is asked for the new one.
        let account_now = account
            .as_ref()
            .map(|account| account.password_hash.as_str());
        let is_password = is_password && account_now == hash;
        let step = second_factor::step_of(
            app,
            id,
            account
                .as_ref()
                .and_then(|account| account.totp_sealed.as_deref()),
            new.one_time_code.as_ref(),
            account.as_ref().and_then(|account| account.last_totp_step),
            knock.now,
        )?;
        let account = match may_open(app, account, is_password, step, knock.now) {
            Ok(account) => account,
            Err(wrong) => {
                act.abandon().await?;
                return Ok(Err(wrong));
            }
        };
        if let Some(step) = step.filter(|_| account.has_second_factor()) {
            store::use_step(&mut act, account.id, step).await?;
        }
        let opened = self.open(&mut act, &account, source_hash).await?;
        Ok(Ok(act.commit_secret(opened).await?))
    }

    async fn open(
        &self,
        act: &mut Act,
        account: &Opening,
        source_hash: &[u8; 32],
    ) -> Result<OpenedSession, Problem> {
        let app = &self.0;
        let secret = URL_SAFE_NO_PAD.encode(app.entropy.bytes::<32>());
        let token = format!("{SESSION_PREFIX}{secret}");
        let session = store::NewSession {
            id: StaffSessionId(app.fresh_id()),
            account_id: account.id,
            token_hash: &staff::hash_of_token(&token),
            source_hash,
            second_factor: account.has_second_factor(),
            opened_at: act.at,
            expires_at: rules::session_ends(act.at),
        };
        store::insert_session(act, &session).await?;
        let entry = Entry::new("session.opened", "session", session.id.0)
            .changed(json!({"account_id": account.id.to_string()}));
        // The person acts from here on; the key was claimed by whoever came with the login.
        let person = Caller {
            client_id: account.staff_id.0,
            staff_id: Some(account.staff_id.0),
            ..act.caller.clone()
        };
        let stranger = std::mem::replace(&mut act.caller, person);
        audit::record(app, act, &entry).await?;
        act.caller = stranger;
        Ok(OpenedSession {
            session_id: session.id,
            token,
            expires_at: session.expires_at,
            password_change_required: account.must_change,
            second_factor_required: !account.has_second_factor(),
        })
    }

    /// The failure is in the trail, whatever becomes of the attempt: on its own, and without the
    /// login, which may be a password typed into the wrong field.
    async fn refuse(
        &self,
        knock: &Knock<'_>,
        found: Option<&Attempt>,
        wrong: Wrong,
    ) -> Result<(), WriteProblem> {
        let app = &self.0;
        let stranger = stranger(&knock.login_hash, found);
        let mut act = Act::begin_conditional(app, &stranger, knock.request_id).await?;
        let object = found.map_or(stranger.client_id, |attempt| attempt.account_id.0);
        let entry = Entry::new("session.refused", "account", object)
            .because(wrong.key())
            .refused();
        audit::record(app, &mut act, &entry).await?;
        Ok(act.conclude(()).await?)
    }
}

/// What decides, in the order in which it is told to the trail.
fn may_open(
    app: &App,
    account: Option<Opening>,
    is_password: bool,
    step: Option<i64>,
    now: Instant,
) -> Result<Opening, Wrong> {
    let account = account.ok_or(Wrong::Login)?;
    let today = app.clock.day_of(now);
    if !is_password {
        return Err(Wrong::Password);
    }
    if account
        .password_expires_at
        .is_some_and(|until| until <= now)
    {
        return Err(Wrong::PasswordExpired);
    }
    if account.has_second_factor() && step.is_none() {
        return Err(Wrong::Code);
    }
    if account.disabled_at.is_some() {
        return Err(Wrong::Disabled);
    }
    if account.left_on.is_some_and(|left_on| left_on <= today) {
        return Err(Wrong::Left);
    }
    Ok(account)
}

/// What is known of a login nobody may have.
pub(super) fn login_hash(app: &App, login: &str) -> [u8; 32] {
    app.keys.fingerprint("account.login", login.as_bytes())
}

pub(super) fn source_hash(app: &App, source: Source) -> [u8; 32] {
    app.keys
        .fingerprint("staff_session.source_hash", &source.bytes())
}

/// Anybody who comes with this login: strangers with other logins never meet over a key.
fn stranger(login_hash: &[u8; 32], found: Option<&Attempt>) -> Caller {
    let (id, _) = login_hash.split_first_chunk().expect("32 bytes");
    let client_id = uuid::Builder::from_custom_bytes(*id).into_uuid();
    let home = found.and_then(|attempt| attempt.home);
    Caller {
        client_id,
        staff_id: None,
        role: "stranger",
        scope: Scope::nothing().of(client_id, home.unwrap_or_default()),
    }
}
