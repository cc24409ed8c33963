//! The list of reports as a workbook; the reports themselves have files of their own.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Report, ReportFile, ReportKind, ReportRow},
    store::{self, ReportFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::ProgrammeId,
};

pub struct ReportExportsApi(pub App);

#[OpenApi(tag = "Tag::Reports")]
impl ReportExportsApi {
    /// Download the list of reports
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/reports/export",
        method = "get",
        operation_id = "exportReports"
    )]
    async fn export_reports(
        &self,
        staff: Staff<may::OrderReports>,
        asked: Asked,
        programme_id: Query<Option<ProgrammeId>>,
        kind: Query<Option<ReportKind>>,
    ) -> Result<Download, FigureProblem> {
        let filter = ReportFilter {
            programme_id: programme_id.0,
            kind: kind.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for ReportFilter {
    type Row = Report;

    const NAME: ListName = ListName {
        key: "reports",
        title: ("报表清单", "Reports"),
    };

    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        let kind = self.kind.map(|k| ("kind", k.words()));
        kind.into_iter().collect()
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Report>,
        take: i64,
    ) -> sqlx::Result<Vec<Report>> {
        let after = after.map(|r| (r.created_at, r.id.0));
        let rows = store::list(conn, &reader.scope, reader.role, self, after, take).await?;
        Ok(rows.into_iter().map(ReportRow::tell).collect())
    }
}

impl Tabular for Report {
    const COLUMNS: &'static [Bilingual] = &[
        ("报表", "Report"),
        ("截至日期", "As of"),
        ("语言", "Language"),
        ("状态", "State"),
        ("口径版本", "Definition"),
        ("行数", "Rows"),
        ("XLSX 文件 SHA-256", "SHA-256 of the XLSX file"),
        ("JSON 文件 SHA-256", "SHA-256 of the JSON file"),
        ("提交时间（UTC）", "Ordered at (UTC)"),
        ("完成时间（UTC）", "Produced at (UTC)"),
        ("计划标识", "Programme id"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        let digest = |file: &Option<ReportFile>| {
            OutCell::maybe(file.as_ref(), |file| OutCell::text(&file.sha256))
        };
        vec![
            OutCell::word(language, self.kind.words()),
            OutCell::day(self.as_of),
            OutCell::word(language, self.language.words()),
            OutCell::word(language, self.state.words()),
            OutCell::maybe(self.definition.as_deref(), OutCell::text),
            OutCell::maybe(self.row_count, OutCell::Integer),
            digest(&self.xlsx),
            digest(&self.json),
            OutCell::instant(self.created_at),
            OutCell::maybe(self.finished_at, OutCell::instant),
            OutCell::text(self.programme_id.to_string()),
            OutCell::text(self.id.to_string()),
        ]
    }
}
