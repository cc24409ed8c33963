//! Accesses in emergencies as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::BreakGlassAccess,
    store::{self, AccessFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::StaffId,
};

pub struct BreakGlassExportsApi(pub App);

#[OpenApi(tag = "Tag::Households")]
impl BreakGlassExportsApi {
    /// Download the accesses in emergencies
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/break-glass-accesses/export",
        method = "get",
        operation_id = "exportBreakGlassAccesses"
    )]
    async fn export_accesses(
        &self,
        staff: Staff<may::ReviewBreakGlass>,
        asked: Asked,
        /// Only those of this member of staff.
        staff_id: Query<Option<StaffId>>,
        /// Only those that were examined, or only those that were not.
        reviewed: Query<Option<bool>>,
    ) -> Result<Download, FigureProblem> {
        let filter = AccessFilter {
            staff_id: staff_id.0,
            reviewed: reviewed.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for AccessFilter {
    type Row = BreakGlassAccess;

    const NAME: ListName = ListName {
        key: "break-glass-accesses",
        title: ("紧急查阅", "Accesses in emergencies"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&BreakGlassAccess>,
        take: i64,
    ) -> sqlx::Result<Vec<BreakGlassAccess>> {
        let seen_to = (after.map(|a| a.opened_at), after.map(|a| a.id.0));
        store::list(conn, &reader.scope, self, seen_to, take).await
    }
}

impl Tabular for BreakGlassAccess {
    const COLUMNS: &'static [Bilingual] = &[
        ("查阅人", "Who"),
        ("岗位", "Role"),
        ("事由", "Reason"),
        ("开始", "Opened at"),
        ("到期", "Expires at"),
        ("查看次数", "Readings"),
        ("审查结论", "Finding"),
        ("审查时间", "Examined at"),
        ("户标识", "Household id"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.staff_name),
            OutCell::word(language, self.role.words()),
            OutCell::word(language, self.reason.words()),
            OutCell::instant(self.opened_at),
            OutCell::instant(self.expires_at),
            OutCell::Integer(i64::from(self.readings)),
            OutCell::maybe(self.finding, |finding| {
                OutCell::word(language, finding.words())
            }),
            OutCell::maybe(self.reviewed_at, OutCell::instant),
            OutCell::maybe(self.household_id, |id| OutCell::text(id.to_string())),
            OutCell::text(self.id.to_string()),
        ]
    }
}
