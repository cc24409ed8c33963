//! Operations on one's own account: the password and the second factor.

use poem_openapi::{ApiResponse, OpenApi};

use super::{
    model::{NewSecondFactor, PasswordChange, SecondFactorCode},
    rules::{self, Refusal},
    second_factor,
    sessions::login_hash,
    store::{self, Opening},
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, ClientAddress, IdempotencyKey, Json, Limited, NoContent, Problem, RequestId, Source,
        Tag, WriteProblem,
    },
    staff::{self, SignedIn},
    values::AccountId,
};

pub struct OwnAccountApi(pub App);

#[derive(ApiResponse)]
enum FactorBegun {
    /// Begun; the secret is shown this once.
    #[oai(status = 201)]
    Begun(Json<NewSecondFactor>),
}

#[OpenApi(tag = "Tag::SignIn")]
impl OwnAccountApi {
    /// Change my password
    ///
    /// Ends all my other sessions. What is wrong with a new password is said rule by rule; a wrong
    /// present one counts like a failure to sign in.
    #[oai(
        path = "/me/password",
        method = "post",
        operation_id = "changeMyPassword"
    )]
    async fn change_my_password(
        &self,
        me: SignedIn,
        client: ClientAddress,
        request_id: RequestId,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<PasswordChange>,
    ) -> Result<NoContent, Limited<WriteProblem>> {
        let (app, change) = (&self.0, &body.value);
        let digest = app.keys.fingerprint("password.request", &body.digest);
        // A repeat is answered before the present password, now another, is looked at. Nothing is
        // held while passwords are hashed.
        let act = Act::begin(app, &me.caller, &key, &digest).await;
        act.map_err(Limited::uncounted)?.abandon().await?;
        let before = self.account(&me).await?;
        let (login, staff_no) = (&before.login, &before.staff_no);
        rules::check_password("/new", &change.new, login, staff_no)?;
        let passwords = app.gate.passwords();
        let limits = app.gate.limits();
        let (hash, now) = (before.password_hash.as_str(), app.clock.now());
        let place = limits.admit_login(login_hash(app, login), Source::of(client), true, now)?;
        if !passwords.verify(Some(hash), &change.current).await? {
            self.refuse(&me, request_id).await?;
            return Err(Problem::from(Refusal::WrongPassword).into());
        }
        limits.forgive(&place);
        if change.new.expose() == change.current.expose() {
            return Err(Problem::from(Refusal::SamePassword).into());
        }
        let new_hash = passwords.hash(&app.entropy, &change.new).await?;
        let act = Act::begin(app, &me.caller, &key, &digest).await;
        let act = act.map_err(Limited::uncounted)?;
        let changed = self.replace_password(act, &me, &before, &new_hash);
        changed.await.map_err(Limited::uncounted)
    }

    /// Begin to set up my second factor
    ///
    /// The answer shows the secret, and nothing shows it again: put it into an authenticator and
    /// confirm with a code. Asked again before that, there is another secret.
    #[oai(
        path = "/me/second-factor",
        method = "post",
        operation_id = "beginSecondFactor"
    )]
    async fn begin_second_factor(
        &self,
        me: SignedIn,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
    ) -> Result<FactorBegun, WriteProblem> {
        let mut act = Act::begin(&self.0, &me.caller, &key, &[]).await?;
        let account = lock(&mut act, me.account_id).await?;
        if account.has_second_factor() {
            return Err(Problem::from(Refusal::FactorThere).into());
        }
        let enrolment = second_factor::enrol(&self.0, account.id, &account.login);
        store::begin_factor(&mut act, account.id, &enrolment.sealed).await?;
        let entry = Entry::new("second_factor.begun", "account", account.id.0);
        audit::record(&self.0, &mut act, &entry).await?;
        let begun = NewSecondFactor {
            secret: enrolment.secret,
            otpauth_url: enrolment.otpauth_url,
        };
        act.commit_secret(FactorBegun::Begun(Json::new(begun)))
            .await
    }

    /// Confirm my second factor
    ///
    /// With a code of it. From now on signing in needs one; this session counts as opened with it,
    /// all my others end.
    #[oai(
        path = "/me/second-factor/confirmations",
        method = "post",
        operation_id = "confirmSecondFactor"
    )]
    async fn confirm_second_factor(
        &self,
        me: SignedIn,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<SecondFactorCode>,
    ) -> Result<NoContent, WriteProblem> {
        let app = &self.0;
        let digest = app.keys.fingerprint("second_factor.request", &body.digest);
        let mut act = Act::begin(app, &me.caller, &key, &digest).await?;
        let at = act.at;
        let account = lock(&mut act, me.account_id).await?;
        if account.has_second_factor() {
            return Err(Problem::from(Refusal::FactorThere).into());
        }
        let Some(sealed) = account.totp_sealed.as_deref() else {
            return Err(Problem::from(Refusal::FactorNotBegun).into());
        };
        let (code, last) = (Some(&body.value.code), account.last_totp_step);
        let step = second_factor::step_of(app, account.id, Some(sealed), code, last, at)?;
        let step = step.ok_or_else(|| Problem::from(Refusal::WrongCode))?;
        let version = store::confirm_factor(&mut act, account.id, me.session_id, step, at).await?;
        store::end_sessions(&mut act, account.id, Some(me.session_id), at).await?;
        staff::move_on(&mut act).await?;
        let entry = Entry::new("second_factor.confirmed", "account", account.id.0)
            .was(account.version)
            .became(version);
        audit::record(app, &mut act, &entry).await?;
        act.commit(NoContent).await
    }
}

async fn lock(act: &mut Act, id: AccountId) -> Result<Opening, Problem> {
    let found = store::lock(act, id).await?;
    found.ok_or_else(|| Problem::not_found("账号", "account"))
}

impl OwnAccountApi {
    async fn account(&self, me: &SignedIn) -> Result<Opening, Problem> {
        let mut conn = self.0.db.acquire().await?;
        let found = store::lock(&mut conn, me.account_id).await?;
        found.ok_or_else(|| Problem::not_found("账号", "account"))
    }

    async fn replace_password(
        &self,
        mut act: Act,
        me: &SignedIn,
        before: &Opening,
        new_hash: &str,
    ) -> Result<NoContent, WriteProblem> {
        let (app, at) = (&self.0, act.at);
        let account = lock(&mut act, me.account_id).await?;
        if account.password_hash != before.password_hash {
            return Err(Problem::from(Refusal::WrongPassword).into());
        }
        let version = store::set_password(&mut act, account.id, new_hash).await?;
        store::end_sessions(&mut act, account.id, Some(me.session_id), at).await?;
        staff::move_on(&mut act).await?;
        let entry = Entry::new("password.changed", "account", account.id.0)
            .was(account.version)
            .became(version);
        audit::record(app, &mut act, &entry).await?;
        act.commit(NoContent).await
    }

    async fn refuse(&self, me: &SignedIn, request_id: RequestId) -> Result<(), Problem> {
        let mut act = Act::begin_conditional(&self.0, &me.caller, request_id).await?;
        let entry = Entry::new("password.refused", "account", me.account_id.0)
            .because("wrong-password")
            .refused();
        audit::record(&self.0, &mut act, &entry).await?;
        act.conclude(()).await
    }
}
