//! Identities as a workbook.

use poem_openapi::OpenApi;
use sqlx::PgConnection;

use super::{OidcIdentity, store};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
};

pub struct IdentityExportsApi(pub App);

#[OpenApi(tag = "Tag::SignIn")]
impl IdentityExportsApi {
    /// Download the identities
    ///
    /// As XLSX, in the order of the list; recorded in the trail.
    #[oai(
        path = "/oidc-identities/export",
        method = "get",
        operation_id = "exportOidcIdentities"
    )]
    async fn export_oidc_identities(
        &self,
        staff: Staff<may::ReadStaff>,
        asked: Asked,
    ) -> Result<Download, FigureProblem> {
        Ok(export(&self.0, staff, asked, &EveryIdentity).await?)
    }
}

#[derive(serde::Serialize)]
struct EveryIdentity;

impl Exported for EveryIdentity {
    type Row = OidcIdentity;

    const NAME: ListName = ListName {
        key: "oidc-identities",
        title: ("统一身份", "Identities"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&OidcIdentity>,
        take: i64,
    ) -> sqlx::Result<Vec<OidcIdentity>> {
        let (at, id) = (after.map(|i| i.created_at), after.map(|i| i.id.0));
        store::list(conn, &reader.scope, reader.today, at, id, take).await
    }
}

impl Tabular for OidcIdentity {
    const COLUMNS: &'static [Bilingual] = &[
        ("工号", "Staff number"),
        ("签发者", "Issuer"),
        ("统一身份", "Subject"),
        ("登记时间（UTC）", "Created at (UTC)"),
        ("解除时间（UTC）", "Removed at (UTC)"),
        ("标识", "Id"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.staff_no),
            OutCell::text(&self.issuer),
            OutCell::text(&self.subject),
            OutCell::instant(self.created_at),
            OutCell::maybe(self.removed_at, OutCell::instant),
            OutCell::text(self.id.to_string()),
        ]
    }
}
