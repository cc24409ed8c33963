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
    names::{self, FlatName, Named},
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

/// With the flat it is of.
type Placed = Named<Inspection, FlatName>;

impl Exported for InspectionFilter {
    type Row = Placed;

    const NAME: ListName = ListName {
        key: "inspections",
        title: ("分户验收", "Inspections"),
    };

    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        let result = self.result.map(|r| ("result", r.words()));
        result.into_iter().collect()
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Placed>,
        take: i64,
    ) -> sqlx::Result<Vec<Placed>> {
        let (day, id) = (after.map(|i| i.row.inspected_on), after.map(|i| i.row.id.0));
        let rows = store::list(conn, &reader.scope, self, day, id, take).await?;
        let names = names::of_flats(conn, &reader.scope, rows.iter().map(|i| i.flat_id)).await?;
        Ok(Named::each(rows, &names, |i| Some(i.flat_id)))
    }
}

impl Tabular for Placed {
    const COLUMNS: &'static [Bilingual] = &[
        FlatName::COLUMNS[0],
        FlatName::COLUMNS[1],
        FlatName::COLUMNS[2],
        ("验收日期", "Inspected on"),
        ("检查人", "Inspector"),
        ("结论", "Result"),
        ("录入时间（UTC）", "Recorded at (UTC)"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        let row = &self.row;
        let mut cells = self.name_cells(language);
        cells.extend([
            OutCell::day(row.inspected_on),
            OutCell::text(&row.inspector),
            OutCell::word(language, row.result.words()),
            OutCell::instant(row.recorded_at),
            OutCell::text(row.id.to_string()),
        ]);
        cells
    }
}
