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
    names::{self, FlatName, Named},
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

/// With the flat it is of.
type Placed = Named<Defect, FlatName>;

impl Exported for DefectFilter {
    type Row = Placed;

    const NAME: ListName = ListName {
        key: "defects",
        title: ("质量问题", "Defects"),
    };

    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        let status = self.status.map(|s| ("status", s.words()));
        let severity = self.severity.map(|s| ("severity", s.words()));
        status.into_iter().chain(severity).collect()
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Placed>,
        take: i64,
    ) -> sqlx::Result<Vec<Placed>> {
        let (day, id) = (after.map(|d| d.row.found_on), after.map(|d| d.row.id.0));
        let rows = store::list(conn, &reader.scope, self, day, id, take).await?;
        let names = names::of_flats(conn, &reader.scope, rows.iter().map(|d| d.flat_id)).await?;
        Ok(Named::each(rows, &names, |d| Some(d.flat_id)))
    }
}

impl Tabular for Placed {
    const COLUMNS: &'static [Bilingual] = &[
        FlatName::COLUMNS[0],
        FlatName::COLUMNS[1],
        FlatName::COLUMNS[2],
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
        let row = &self.row;
        let mut cells = self.name_cells(language);
        cells.extend([
            OutCell::text(&row.description),
            OutCell::word(language, row.severity.words()),
            OutCell::word(language, row.status.words()),
            OutCell::day(row.found_on),
            OutCell::maybe(row.rectify_by, OutCell::day),
            OutCell::maybe(row.rectified_on, OutCell::day),
            OutCell::maybe(row.closed_on, OutCell::day),
            OutCell::maybe(row.inspection_id, |i| OutCell::text(i.to_string())),
            OutCell::text(row.id.to_string()),
        ]);
        cells
    }
}
