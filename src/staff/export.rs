//! API keys as a workbook: who holds which, never the secrets.

use poem_openapi::OpenApi;
use sqlx::PgConnection;

use super::{Staff, api::ApiKey, may, store};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
};

pub struct ApiKeyExportsApi(pub App);

#[OpenApi(tag = "Tag::Staff")]
impl ApiKeyExportsApi {
    /// Download the API keys
    ///
    /// As XLSX, in the order of the list, without secrets; recorded in the trail.
    #[oai(
        path = "/api-keys/export",
        method = "get",
        operation_id = "exportApiKeys"
    )]
    async fn export_api_keys(
        &self,
        staff: Staff<may::ManageKeys>,
        asked: Asked,
    ) -> Result<Download, FigureProblem> {
        Ok(export(&self.0, staff, asked, &EveryKey).await?)
    }
}

#[derive(serde::Serialize)]
struct EveryKey;

impl Exported for EveryKey {
    type Row = ApiKey;

    const NAME: ListName = ListName {
        key: "api-keys",
        title: ("接口密钥", "API keys"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&ApiKey>,
        take: i64,
    ) -> sqlx::Result<Vec<ApiKey>> {
        let (at, id) = (after.map(|k| k.created_at), after.map(|k| k.id.0));
        store::list(conn, reader.scope.units(), at, id, take).await
    }
}

impl Tabular for ApiKey {
    const COLUMNS: &'static [Bilingual] = &[
        ("前缀", "Prefix"),
        ("名称", "Label"),
        ("岗位", "Role"),
        ("仅限合成数据", "Synthetic programmes only"),
        ("创建时间（UTC）", "Created at (UTC)"),
        ("到期时间（UTC）", "Expires at (UTC)"),
        ("吊销时间（UTC）", "Revoked at (UTC)"),
        ("负责人标识", "Staff id"),
        ("限定权限", "Permissions"),
        ("限定网段", "Networks"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.prefix),
            OutCell::text(&self.label),
            OutCell::word(language, self.role.words()),
            OutCell::yes_or_no(language, self.synthetic_only),
            OutCell::instant(self.created_at),
            OutCell::instant(self.expires_at),
            OutCell::maybe(self.revoked_at, OutCell::instant),
            OutCell::maybe(self.staff_id, |id| OutCell::text(id.to_string())),
            OutCell::maybe(self.permissions.as_deref(), |all| {
                OutCell::text(all.join(" "))
            }),
            OutCell::maybe(self.networks.as_deref(), |all| OutCell::text(all.join(" "))),
            OutCell::text(self.id.to_string()),
        ]
    }
}
