//! Inspections as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Inspection, InspectionResult},
    store::{self, InspectionFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{Day, FlatId},
};

pub struct InspectionExportsApi(pub App);

#[OpenApi(tag = "Tag::Inspections")]
impl InspectionExportsApi {
    /// Download the inspections
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/inspections/export",
        method = "get",
        operation_id = "exportInspections"
    )]
    async fn export_inspections(
        &self,
        staff: Staff<may::ReadHousing>,
        asked: Asked,
        flat_id: Query<Option<FlatId>>,
        result: Query<Option<InspectionResult>>,
        /// Inspected on this day or later.
        from: Query<Option<Day>>,
        /// Inspected on this day or earlier.
        to: Query<Option<Day>>,
    ) -> Result<Download, FigureProblem> {
        let filter = InspectionFilter {
            flat_id: flat_id.0,
            result: result.0,
            from: from.0,
            to: to.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for InspectionFilter {
    type Row = Inspection;

    const NAME: ListName = ListName {
        key: "inspections",
        title: ("分户验收", "Inspections"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Inspection>,
        take: i64,
    ) -> sqlx::Result<Vec<Inspection>> {
        let (day, id) = (after.map(|i| i.inspected_on), after.map(|i| i.id.0));
        store::list(conn, &reader.scope, self, day, id, take).await
    }
}

impl Tabular for Inspection {
    const COLUMNS: &'static [Bilingual] = &[
        ("房屋标识", "Flat id"),
        ("验收日期", "Inspected on"),
        ("检查人", "Inspector"),
        ("结论", "Result"),
        ("录入时间（UTC）", "Recorded at (UTC)"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(self.flat_id.to_string()),
            OutCell::day(self.inspected_on),
            OutCell::text(&self.inspector),
            OutCell::word(language, self.result.words()),
            OutCell::instant(self.recorded_at),
            OutCell::text(self.id.to_string()),
        ]
    }
}
