//! Requests as a workbook: what the list shows, masked like it.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Kind, State},
    rules,
    store::{self, RequestFilter, RequestRow},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    names::{self, Named, ParcelName},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{Day, HouseholdId, MaskedName, ParcelId},
};

pub struct DataRequestExportsApi(pub App);

#[OpenApi(tag = "Tag::Rights")]
impl DataRequestExportsApi {
    /// Download the requests of persons about their data
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    /// What is proposed is never in the file.
    #[oai(
        path = "/personal-data-requests/export",
        method = "get",
        operation_id = "exportPersonalDataRequests"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn export_personal_data_requests(
        &self,
        staff: Staff<may::ReadDataRequests>,
        asked: Asked,
        parcel_id: Query<Option<ParcelId>>,
        household_id: Query<Option<HouseholdId>>,
        kind: Query<Option<Kind>>,
        state: Query<Option<State>>,
        overdue: Query<Option<bool>>,
    ) -> Result<Download, FigureProblem> {
        let filter = RequestFilter {
            parcel_id: parcel_id.0,
            household_id: household_id.0,
            kind: kind.0,
            state: state.0,
            overdue: overdue.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

/// A request on the day it was listed.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    row: RequestRow,
    today: Day,
}

/// A request with the parcel of its household.
type Placed = Named<Listed, ParcelName>;

impl Exported for RequestFilter {
    type Row = Placed;

    const NAME: ListName = ListName {
        key: "personal-data-requests",
        title: ("个人信息权利请求", "Personal data requests"),
    };

    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        let kind = self.kind.map(|k| ("kind", k.words()));
        let state = self.state.map(|s| ("state", s.words()));
        kind.into_iter().chain(state).collect()
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Placed>,
        take: i64,
    ) -> sqlx::Result<Vec<Placed>> {
        let after = after.map(|of| &of.row.row);
        let place = (after.map(|q| q.due_on), after.map(|q| q.id.0));
        let (scope, today) = (&reader.scope, reader.today);
        let rows = store::list(conn, scope, self, today, place, take).await?;
        let parcels = rows.iter().map(|row| row.parcel_id);
        let names = names::of_parcels(conn, scope, parcels).await?;
        let listed = rows.into_iter().map(|row| Listed { row, today });
        let listed = listed.collect();
        Ok(Named::each(listed, &names, |of: &Listed| {
            Some(of.row.parcel_id)
        }))
    }
}

impl Tabular for Placed {
    const COLUMNS: &'static [Bilingual] = &[
        ParcelName::COLUMNS[0],
        ParcelName::COLUMNS[1],
        ("户号", "Household"),
        ("姓名", "Person"),
        ("种类", "Kind"),
        ("更正项目", "Field"),
        ("申请人", "Asked by"),
        ("核验方式", "Proof"),
        ("收到日期", "Received on"),
        ("答复期限", "Due on"),
        ("状态", "State"),
        ("逾期", "Overdue"),
        ("答复日期", "Decided on"),
        ("不予办理理由", "Refused because"),
        ("责任人", "Responsible"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        let Listed { row, today } = &self.row;
        let word = |words| OutCell::word(language, words);
        let overdue = rules::is_overdue(row.state, row.due_on, *today);
        let mut cells = self.name_cells(language);
        cells.extend([
            OutCell::text(&row.household_no),
            OutCell::maybe(
                row.person_name.as_ref().map(MaskedName::as_str),
                OutCell::text,
            ),
            word(row.kind.words()),
            OutCell::maybe(row.field, |field| word(field.words())),
            word(row.asked_by.words()),
            word(row.proof.words()),
            OutCell::day(row.received_on),
            OutCell::day(row.due_on),
            word(row.state.words()),
            OutCell::yes_or_no(language, overdue),
            OutCell::maybe(row.decided_on, OutCell::day),
            OutCell::maybe(row.refusal, |refusal| word(refusal.words())),
            OutCell::maybe(row.responsible_name.as_deref(), OutCell::text),
            OutCell::text(row.id.to_string()),
        ]);
        cells
    }
}
