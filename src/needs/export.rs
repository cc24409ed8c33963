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
    names::{self, Named, ParcelName},
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

/// A need with the parcel of its household.
type Placed = Named<Need, ParcelName>;

impl Exported for NeedFilter {
    type Row = Placed;

    const NAME: ListName = ListName {
        key: "needs",
        title: ("安置后需求", "Needs"),
    };

    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        let kind = self.kind.map(|k| ("kind", k.words()));
        let status = self.status.map(|s| ("status", s.words()));
        kind.into_iter().chain(status).collect()
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Placed>,
        take: i64,
    ) -> sqlx::Result<Vec<Placed>> {
        let (due_on, id) = (after.map(|n| n.row.due_on), after.map(|n| n.row.id.0));
        let today = reader.today;
        let rows = store::list(conn, &reader.scope, self, today, due_on, id, take).await?;
        let told: Vec<Need> = rows.into_iter().map(|row| row.tell(None, today)).collect();
        let parcels = told.iter().map(|need| need.parcel_id);
        let names = names::of_parcels(conn, &reader.scope, parcels).await?;
        Ok(Named::each(told, &names, |need| Some(need.parcel_id)))
    }
}

impl Tabular for Placed {
    const COLUMNS: &'static [Bilingual] = &[
        ParcelName::COLUMNS[0],
        ParcelName::COLUMNS[1],
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
        let row = &self.row;
        let mut cells = self.name_cells(language);
        cells.extend([
            OutCell::text(&row.household_no),
            OutCell::text(row.person_name.as_str()),
            OutCell::word(language, row.kind.words()),
            OutCell::day(row.due_on),
            OutCell::word(language, row.status.words()),
            OutCell::yes_or_no(language, row.overdue),
            OutCell::maybe(row.provider.as_deref(), OutCell::text),
            OutCell::maybe(row.arranged_on, OutCell::day),
            OutCell::maybe(row.outcome, |o| OutCell::word(language, o.words())),
            OutCell::maybe(row.closed_on, OutCell::day),
            OutCell::text(row.id.to_string()),
        ]);
        cells
    }
}
