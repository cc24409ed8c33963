//! Operations on accounts.

use poem_openapi::{
    ApiResponse, OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    super::{
        members::{self, Member},
        model::{Account, AccountReset, IssuedAccount, NewAccount},
        one_time_password,
        rules::ONE_TIME_PASSWORD_LASTS,
        store as sessions,
    },
    Refusal, store,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    staff::{self, Staff, may, members::no_staff},
    values::{AccountId, Instant, StaffId},
};

pub struct AccountsApi(pub App);

#[derive(ApiResponse)]
enum PasswordIssued {
    /// Reset; the password is shown this once.
    #[oai(status = 201)]
    Issued(Json<IssuedAccount>),
}

fn no_account() -> Problem {
    Problem::not_found("账号", "account")
}

#[OpenApi(tag = "Tag::SignIn")]
impl AccountsApi {
    /// List accounts
    ///
    /// Of the staff who work in one's own units and nowhere else, newest first, without secrets.
    #[oai(path = "/accounts", method = "get", operation_id = "listAccounts")]
    async fn list_accounts(
        &self,
        staff: Staff<may::ReadStaff>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Account>>, ReadProblem> {
        let cursor = cursor.0.as_ref();
        let paging = Paging::<Instant>::new(&self.0, staff.key_id, &"accounts", limit.0, cursor)?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let rows = store::list(
            &mut conn,
            &staff.scope,
            self.0.today(),
            paging.after().copied(),
            paging.after_id(),
            paging.take(),
        )
        .await?;
        Ok(Json::new(paging.page(rows, |a| (a.created_at, a.id.0))))
    }

    /// Open an account for a member of staff
    ///
    /// The answer shows a one-time password, and nothing shows it again: it works for seven days,
    /// and only to choose another. For who has a role that gives roles, by who has it or by a system
    /// administrator; so too below.
    #[oai(path = "/accounts", method = "post", operation_id = "createAccount")]
    async fn create_account(
        &self,
        staff: Staff<may::ManageStaff>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewAccount>,
    ) -> Result<Created<IssuedAccount>, WriteProblem> {
        let (app, new) = (&self.0, &body.value);
        let password = one_time_password(&app.entropy);
        let hash = app.gate.passwords().hash(&app.entropy, &password).await?;
        let mut act = Act::begin(app, &staff.caller, &key, &body.digest).await?;
        let member = self.member(&mut act, &staff, new.staff_id).await?;
        let member = member.ok_or_else(no_staff)?;
        member.must_not_be_above(&staff.known)?;
        member.must_work_here()?;
        let row = store::NewRow {
            id: AccountId(app.fresh_id()),
            staff_id: member.id,
            login: new.login.as_str(),
            password_hash: &hash,
            password_expires_at: password_ends(act.at),
            created_at: act.at,
        };
        store::insert(&mut act, &row)
            .await
            .on_constraint("account_login_once", || Refusal::LoginTaken.into())
            .on_constraint("account_staff_once", || Refusal::AccountThere.into())?;
        let entry = Entry::new("account.created", "account", row.id.0)
            .became(1)
            .changed(json!({"staff_id": member.id.to_string(), "login": row.login}));
        audit::record(app, &mut act, &entry).await?;
        let value = IssuedAccount {
            id: row.id,
            login: row.login.to_owned(),
            one_time_password: password.expose().to_owned(),
            password_expires_at: row.password_expires_at,
        };
        act.commit_secret(Created {
            version: 1,
            location: format!("/v1/accounts/{}", value.id),
            value,
        })
        .await
    }

    /// Read an account
    ///
    /// Of somebody who is in the list; without secrets.
    #[oai(
        path = "/accounts/:account_id",
        method = "get",
        operation_id = "getAccount"
    )]
    async fn get_account(
        &self,
        staff: Staff<may::ReadStaff>,
        account_id: Path<AccountId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Account>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let (id, today) = (account_id.0, self.0.today());
        let found = store::find(&mut conn, &staff.scope, id, today).await?;
        let account = found.ok_or_else(no_account)?;
        Ok(Versioned::new(&account, account.version).unless(&known))
    }

    /// Reset an account
    ///
    /// To a one-time password, shown this once; with `second_factor` that is to be set up anew too.
    /// All its sessions end. A disabled account is open again. Nobody resets their own.
    #[oai(
        path = "/accounts/:account_id/resets",
        method = "post",
        operation_id = "resetAccount"
    )]
    async fn reset_account(
        &self,
        staff: Staff<may::ManageStaff>,
        account_id: Path<AccountId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<AccountReset>,
    ) -> Result<PasswordIssued, WriteProblem> {
        let app = &self.0;
        let password = one_time_password(&app.entropy);
        let hash = app.gate.passwords().hash(&app.entropy, &password).await?;
        let digest = [&body.digest[..], &if_match.digest()].concat();
        let mut act = Act::begin(app, &staff.caller, &key, &digest).await?;
        let (at, factor) = (act.at, body.value.second_factor);
        let (account, member) = self.another(&mut act, &staff, account_id.0).await?;
        if_match.admit(account.version)?;
        member.must_work_here()?;
        let password_expires_at = password_ends(at);
        let version =
            store::reset(&mut act, account.id, &hash, password_expires_at, factor).await?;
        sessions::end_sessions(&mut act, account.id, None, at).await?;
        staff::move_on(&mut act).await?;
        let entry = Entry::new("account.reset", "account", account.id.0)
            .was(account.version)
            .became(version)
            .because(if factor {
                "with-second-factor"
            } else {
                "password"
            });
        audit::record(app, &mut act, &entry).await?;
        let issued = IssuedAccount {
            id: account.id,
            login: account.login,
            one_time_password: password.expose().to_owned(),
            password_expires_at,
        };
        act.commit_secret(PasswordIssued::Issued(Json::new(issued)))
            .await
    }

    /// Disable an account
    ///
    /// All its sessions end with this, and its owner is not known by any other way either, API
    /// keys and identity provider included, until it is reset. Nobody disables their own.
    #[oai(
        path = "/accounts/:account_id/disablements",
        method = "post",
        operation_id = "disableAccount"
    )]
    async fn disable_account(
        &self,
        staff: Staff<may::ManageStaff>,
        account_id: Path<AccountId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
    ) -> Result<Versioned<Account>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &if_match.digest()).await?;
        let at = act.at;
        let (mut account, _) = self.another(&mut act, &staff, account_id.0).await?;
        if_match.admit(account.version)?;
        if account.disabled_at.is_some() {
            return Err(Problem::from(Refusal::AlreadyDisabled).into());
        }
        let before = account.version;
        account.version = store::disable(&mut act, account.id, at).await?;
        account.disabled_at = Some(at);
        sessions::end_sessions(&mut act, account.id, None, at).await?;
        staff::move_on(&mut act).await?;
        let entry = Entry::new("account.disabled", "account", account.id.0)
            .was(before)
            .became(account.version);
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Versioned::new(&account, account.version)).await
    }
}

fn password_ends(now: Instant) -> Instant {
    Instant::new(now.as_datetime() + ONE_TIME_PASSWORD_LASTS)
}

impl AccountsApi {
    async fn member(
        &self,
        act: &mut Act,
        staff: &Staff<may::ManageStaff>,
        id: StaffId,
    ) -> Result<Option<Member>, Problem> {
        let today = self.0.clock.day_of(act.at);
        Ok(members::find(act, &staff.scope, id, today).await?)
    }

    /// The account of somebody else whom the caller may decide over.
    async fn another(
        &self,
        act: &mut Act,
        staff: &Staff<may::ManageStaff>,
        id: AccountId,
    ) -> Result<(Account, Member), Problem> {
        let account = store::lock(act, id).await?.ok_or_else(no_account)?;
        let member = self.member(act, staff, account.staff_id).await?;
        let member = member.ok_or_else(no_account)?;
        member.must_not_be_above(&staff.known)?;
        if staff.known.staff_id == Some(member.id.0) {
            return Err(Refusal::OwnAccount.into());
        }
        Ok((account, member))
    }
}
