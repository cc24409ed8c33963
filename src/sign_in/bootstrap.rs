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
    http::{Act, Caller, Problem, RequestId},
    staff::{Role, Scope, move_on},
    values::{AccountId, Instant, Login, Number, OrgUnitId, Password, PersonName, StaffId},
};

/// Who becomes the first administrator.
#[derive(Debug)]
pub struct First {
    pub staff_no: Number,
    pub name: PersonName,
    pub login: Login,
    /// The district.
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
        role: "command_line",
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
    let staff_id = StaffId(app.fresh_id());
    store::insert_staff(&mut act, staff_id, first, at).await?;
    let (post_id, today) = (app.fresh_id(), app.clock.day_of(at));
    store::appoint(&mut act, post_id, staff_id, first.org_unit_id, today, at).await?;
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
    use uuid::Uuid;

    use super::{First, Role};
    use crate::values::{Day, Instant, OrgUnitId, StaffId};

    pub(super) async fn any_account(conn: &mut PgConnection) -> sqlx::Result<bool> {
        sqlx::query_scalar!(r#"select exists (select from account) as "any!""#)
            .fetch_one(conn)
            .await
    }

    pub(super) async fn insert_staff(
        conn: &mut PgConnection,
        id: StaffId,
        first: &First,
        now: Instant,
    ) -> sqlx::Result<()> {
        sqlx::query!(
            "insert into staff (id, staff_no, name, created_at) values ($1, $2, $3, $4)",
            id.0,
            first.staff_no.as_str(),
            first.name.as_str(),
            now,
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    pub(super) async fn appoint(
        conn: &mut PgConnection,
        id: Uuid,
        staff_id: StaffId,
        unit: OrgUnitId,
        from_on: Day,
        now: Instant,
    ) -> sqlx::Result<()> {
        sqlx::query!(
            "insert into post (id, staff_id, role, org_unit_id, from_on, created_at)
             values ($1, $2, $3, $4, $5, $6)",
            id,
            staff_id.0,
            Role::SystemAdministrator as Role,
            unit.0,
            from_on,
            now,
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}
