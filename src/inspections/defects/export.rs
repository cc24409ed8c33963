//! Defects as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Defect, DefectSeverity, DefectStatus},
    store::{self, DefectFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::FlatId,
};

pub struct DefectExportsApi(pub App);

#[OpenApi(tag = "Tag::Inspections")]
impl DefectExportsApi {
    /// Download the defects
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/defects/export",
        method = "get",
        operation_id = "exportDefects"
    )]
    async fn export_defects(
        &self,
        staff: Staff<may::ReadHousing>,
        asked: Asked,
        flat_id: Query<Option<FlatId>>,
        status: Query<Option<DefectStatus>>,
        severity: Query<Option<DefectSeverity>>,
        /// Still open although the day by which it was to be rectified has passed.
        overdue: Query<Option<bool>>,
    ) -> Result<Download, FigureProblem> {
        let filter = DefectFilter {
            flat_id: flat_id.0,
            status: status.0,
            severity: severity.0,
            overdue: overdue.0,
            today: self.0.today(),
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for DefectFilter {
    type Row = Defect;

    const NAME: ListName = ListName {
        key: "defects",
        title: ("质量问题", "Defects"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Defect>,
        take: i64,
    ) -> sqlx::Result<Vec<Defect>> {
        let (day, id) = (after.map(|d| d.found_on), after.map(|d| d.id.0));
        store::list(conn, &reader.scope, self, day, id, take).await
    }
}

impl Tabular for Defect {
    const COLUMNS: &'static [Bilingual] = &[
        ("房屋标识", "Flat id"),
        ("问题描述", "Description"),
        ("程度", "Severity"),
        ("状态", "Status"),
        ("发现日期", "Found on"),
        ("整改期限", "Rectify by"),
        ("整改日期", "Rectified on"),
        ("销号日期", "Closed on"),
        ("验收标识", "Inspection id"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(self.flat_id.to_string()),
            OutCell::text(&self.description),
            OutCell::word(language, self.severity.words()),
            OutCell::word(language, self.status.words()),
            OutCell::day(self.found_on),
            OutCell::maybe(self.rectify_by, OutCell::day),
            OutCell::maybe(self.rectified_on, OutCell::day),
            OutCell::maybe(self.closed_on, OutCell::day),
            OutCell::maybe(self.inspection_id, |i| OutCell::text(i.to_string())),
            OutCell::text(self.id.to_string()),
        ]
    }
}
