//! Needs as a workbook: without the details, which are for the needs desk alone.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Need, NeedKind, NeedStatus},
    store::{self, NeedFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{HouseholdId, ParcelId, ProgrammeId},
};

pub struct NeedExportsApi(pub App);

#[OpenApi(tag = "Tag::Needs")]
impl NeedExportsApi {
    /// Download the needs
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    /// What exactly is needed is never in the file.
    #[oai(path = "/needs/export", method = "get", operation_id = "exportNeeds")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn export_needs(
        &self,
        staff: Staff<may::ReadNeeds>,
        asked: Asked,
        programme_id: Query<Option<ProgrammeId>>,
        parcel_id: Query<Option<ParcelId>>,
        household_id: Query<Option<HouseholdId>>,
        kind: Query<Option<NeedKind>>,
        status: Query<Option<NeedStatus>>,
        overdue: Query<Option<bool>>,
    ) -> Result<Download, FigureProblem> {
        let filter = NeedFilter {
            programme_id: programme_id.0,
            parcel_id: parcel_id.0,
            household_id: household_id.0,
            kind: kind.0,
            status: status.0,
            overdue: overdue.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for NeedFilter {
    type Row = Need;

    const NAME: ListName = ListName {
        key: "needs",
        title: ("安置后需求", "Needs"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Need>,
        take: i64,
    ) -> sqlx::Result<Vec<Need>> {
        let (due_on, id) = (after.map(|n| n.due_on), after.map(|n| n.id.0));
        let today = reader.today;
        let rows = store::list(conn, &reader.scope, self, today, due_on, id, take).await?;
        let told = rows.into_iter().map(|row| row.tell(None, today));
        Ok(told.collect())
    }
}

impl Tabular for Need {
    const COLUMNS: &'static [Bilingual] = &[
        ("户号", "Household"),
        ("姓名", "Person"),
        ("需求", "Need"),
        ("应办结日", "Due on"),
        ("状态", "Status"),
        ("逾期", "Overdue"),
        ("承办单位", "Provider"),
        ("安排日期", "Arranged on"),
        ("办结方式", "Outcome"),
        ("办结日期", "Closed on"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.household_no),
            OutCell::text(&self.person_name),
            OutCell::word(language, self.kind.words()),
            OutCell::day(self.due_on),
            OutCell::word(language, self.status.words()),
            OutCell::yes_or_no(language, self.overdue),
            OutCell::maybe(self.provider.as_deref(), OutCell::text),
            OutCell::maybe(self.arranged_on, OutCell::day),
            OutCell::maybe(self.outcome, |o| OutCell::word(language, o.words())),
            OutCell::maybe(self.closed_on, OutCell::day),
            OutCell::text(self.id.to_string()),
        ]
    }
}
