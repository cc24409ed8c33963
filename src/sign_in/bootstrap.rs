//! The first administrator of a new database, made at the machine itself.

use serde_json::json;
use uuid::Uuid;

use super::{
    accounts::{self, NewRow},
    one_time_password,
    rules::ONE_TIME_PASSWORD_LASTS,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{Act, Caller, OnConstraint as _, Problem, RequestId},
    staff::{
        Role, Scope, members, move_on,
        posts::{self, NewPost},
    },
    values::{AccountId, Instant, Login, Number, OrgUnitId, Password, PersonName, PostId, StaffId},
};

/// Who becomes the first administrator.
#[derive(Debug)]
pub struct First {
    pub staff_no: Number,
    pub name: PersonName,
    pub login: Login,
    /// The district, which employs them and which they administer.
    pub org_unit_id: OrgUnitId,
}

/// Makes a member of staff who is system administrator of the district, and their account. The
/// password works for seven days, and only to choose another.
///
/// Refused as soon as there is an account: from then on administrators make administrators.
pub async fn bootstrap(app: &App, first: &First) -> Result<Password, Problem> {
    let password = one_time_password(&app.entropy);
    let hash = app.gate.passwords().hash(&app.entropy, &password).await?;
    let machine = Caller {
        client_id: Uuid::nil(),
        staff_id: None,
        role: "operator",
        scope: Scope::everything().of(Uuid::nil(), first.org_unit_id.0),
    };
    let mut act = Act::begin_conditional(app, &machine, RequestId(app.fresh_id())).await?;
    let at = act.at;
    // Two at once take turns here, and the second finds the account of the first.
    move_on(&mut act).await?;
    if store::any_account(&mut act).await? {
        return Err(Problem::conflict(
            "account-there",
            "已有账号，请由管理员在系统中新增",
            "There are accounts already: an administrator makes further ones",
        ));
    }
    let (staff_id, post_id) = (StaffId(app.fresh_id()), PostId(app.fresh_id()));
    let (unit, named) = (first.org_unit_id, (&first.staff_no, &first.name));
    members::insert(&mut act, staff_id, named, (unit, None), at)
        .await
        .on_constraint("staff_no_once", members::number_taken)?;
    let post = NewPost {
        role: Role::SystemAdministrator,
        org_unit_id: unit,
        from_on: app.clock.day_of(at),
        to_on: None,
    };
    posts::insert(&mut act, post_id, staff_id, &post, at).await?;
    let account = NewRow {
        id: AccountId(app.fresh_id()),
        staff_id,
        login: first.login.as_str(),
        password_hash: &hash,
        password_expires_at: Instant::new(at.as_datetime() + ONE_TIME_PASSWORD_LASTS),
        created_at: at,
    };
    accounts::insert(&mut act, &account).await?;
    let made = json!({"staff_id": staff_id.to_string(), "login": account.login,
        "post_id": post_id.to_string(), "role": Role::SystemAdministrator.key()});
    let entry = Entry::new("account.bootstrapped", "account", account.id.0)
        .became(1)
        .changed(made);
    audit::record(app, &mut act, &entry).await?;
    act.conclude(password).await
}

mod store {
    use sqlx::PgConnection;

    pub(super) async fn any_account(conn: &mut PgConnection) -> sqlx::Result<bool> {
        sqlx::query_scalar!(r#"select exists (select from account) as "any!""#)
            .fetch_one(conn)
            .await
    }
}
