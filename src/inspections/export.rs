//! Inspections as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Inspection, InspectionResult},
    store::{self, InspectionFilter},
};
use crate::{
    App,
    http::{Download, Exported, FigureProblem, Language, ListName, RequestId, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Scope, Staff, may},
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
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn export_inspections(
        &self,
        staff: Staff<may::ReadHousing>,
        request_id: RequestId,
        language: Language,
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
        let list = Inspections {
            scope: staff.scope,
            filter,
        };
        Ok(export(&self.0, &staff.caller, request_id, language, &list).await?)
    }
}

struct Inspections {
    scope: Scope,
    filter: InspectionFilter,
}

impl Exported for Inspections {
    type Row = Inspection;
    type Filter = InspectionFilter;

    const NAME: ListName = ListName {
        key: "inspections",
        title: ("分户验收", "Inspections"),
    };

    fn filter(&self) -> &InspectionFilter {
        &self.filter
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        after: Option<&Inspection>,
        take: i64,
    ) -> sqlx::Result<Vec<Inspection>> {
        let (day, id) = (after.map(|i| i.inspected_on), after.map(|i| i.id.0));
        store::list(conn, &self.scope, &self.filter, day, id, take).await
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
