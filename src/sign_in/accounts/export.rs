//! Accounts as a workbook: who can sign in, never the secrets.

use poem_openapi::OpenApi;
use sqlx::PgConnection;

use super::{super::model::Account, store};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
};

pub struct AccountExportsApi(pub App);

#[OpenApi(tag = "Tag::SignIn")]
impl AccountExportsApi {
    /// Download the accounts
    ///
    /// As XLSX, in the order of the list, without secrets; recorded in the trail.
    #[oai(
        path = "/accounts/export",
        method = "get",
        operation_id = "exportAccounts"
    )]
    async fn export_accounts(
        &self,
        staff: Staff<may::ReadStaff>,
        asked: Asked,
    ) -> Result<Download, FigureProblem> {
        Ok(export(&self.0, staff, asked, &EveryAccount).await?)
    }
}

#[derive(serde::Serialize)]
struct EveryAccount;

impl Exported for EveryAccount {
    type Row = Account;

    const NAME: ListName = ListName {
        key: "accounts",
        title: ("账号", "Accounts"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Account>,
        take: i64,
    ) -> sqlx::Result<Vec<Account>> {
        let (at, id) = (after.map(|a| a.created_at), after.map(|a| a.id.0));
        store::list(conn, &reader.scope, reader.today, at, id, take).await
    }
}

impl Tabular for Account {
    const COLUMNS: &'static [Bilingual] = &[
        ("工号", "Staff number"),
        ("姓名", "Name"),
        ("登录名", "Login"),
        ("已设置动态验证码", "Second factor"),
        ("须修改口令", "Password to be changed"),
        ("开户时间（UTC）", "Created at (UTC)"),
        ("停用时间（UTC）", "Disabled at (UTC)"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.staff_no),
            OutCell::text(&self.name),
            OutCell::text(&self.login),
            OutCell::yes_or_no(language, self.second_factor),
            OutCell::yes_or_no(language, self.must_change),
            OutCell::instant(self.created_at),
            OutCell::maybe(self.disabled_at, OutCell::instant),
            OutCell::text(self.id.to_string()),
        ]
    }
}
