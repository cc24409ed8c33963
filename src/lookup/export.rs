//! Lookup codes as a workbook: who was issued one and when, never the codes.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::CodeRecord,
    store::{self, CodeFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{HouseholdId, ParcelId},
};

pub struct LookupCodeExportsApi(pub App);

#[OpenApi(tag = "Tag::Lookup")]
impl LookupCodeExportsApi {
    /// Download what is known of lookup codes
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    /// The codes themselves are never in the file.
    #[oai(
        path = "/lookup-codes/export",
        method = "get",
        operation_id = "exportLookupCodes"
    )]
    async fn export_lookup_codes(
        &self,
        staff: Staff<may::IssueCodes>,
        asked: Asked,
        /// The codes of one household.
        household_id: Query<Option<HouseholdId>>,
        /// The codes of one parcel.
        parcel_id: Query<Option<ParcelId>>,
    ) -> Result<Download, FigureProblem> {
        let filter = CodeFilter {
            household_id: household_id.0,
            parcel_id: parcel_id.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for CodeFilter {
    type Row = CodeRecord;

    const NAME: ListName = ListName {
        key: "lookup-codes",
        title: ("查询码发放记录", "Lookup codes"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&CodeRecord>,
        take: i64,
    ) -> sqlx::Result<Vec<CodeRecord>> {
        let (at, id) = (after.map(|c| c.issued_at), after.map(|c| c.id.0));
        store::list(conn, &reader.scope, self, at, id, take).await
    }
}

impl Tabular for CodeRecord {
    const COLUMNS: &'static [Bilingual] = &[
        ("户号", "Household"),
        ("发放时间（UTC）", "Issued at (UTC)"),
        ("停用时间（UTC）", "Revoked at (UTC)"),
        ("住户标识", "Household id"),
        ("标识", "Id"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.household_no),
            OutCell::instant(self.issued_at),
            OutCell::maybe(self.revoked_at, OutCell::instant),
            OutCell::text(self.household_id.to_string()),
            OutCell::text(self.id.to_string()),
        ]
    }
}
