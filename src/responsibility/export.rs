//! Holdings and work lists as workbooks.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use sqlx::PgConnection;

use super::{
    model::{Holding, WorkItem, WorkKind},
    store,
    work::{self, WorkFilter, person_of},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may, members},
    values::{ParcelId, StaffId},
};

pub struct ResponsibilityExportsApi(pub App);

#[OpenApi(tag = "Tag::Responsibility")]
impl ResponsibilityExportsApi {
    /// Download what is in somebody's hands
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/staff/:staff_id/holdings/export",
        method = "get",
        operation_id = "exportHoldings"
    )]
    async fn export_holdings(
        &self,
        staff: Staff<may::ReadResponsibility>,
        asked: Asked,
        staff_id: Path<StaffId>,
        parcel_id: Query<Option<ParcelId>>,
    ) -> Result<Download, FigureProblem> {
        let today = self.0.today();
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = members::find(&mut conn, &staff.scope, staff_id.0, today).await?;
        let member = found.ok_or_else(members::no_staff)?;
        conn.commit().await?;
        let filter = HoldingFilter {
            staff_id: member.id,
            parcel_id: parcel_id.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }

    /// Download what I have to do
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/me/work/export",
        method = "get",
        operation_id = "exportMyWork"
    )]
    async fn export_my_work(
        &self,
        staff: Staff<may::ReadWork>,
        asked: Asked,
        parcel_id: Query<Option<ParcelId>>,
        kind: Query<Option<WorkKind>>,
        /// Only what is past its day, or only what is not.
        overdue: Query<Option<bool>>,
    ) -> Result<Download, FigureProblem> {
        person_of(&staff)?;
        let filter = WorkFilter {
            parcel_id: parcel_id.0,
            kind: kind.0,
            overdue: overdue.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

#[derive(serde::Serialize)]
struct HoldingFilter {
    staff_id: StaffId,
    parcel_id: Option<ParcelId>,
}

impl Exported for HoldingFilter {
    type Row = Holding;

    const NAME: ListName = ListName {
        key: "holdings",
        title: ("责任事项", "In their hands"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Holding>,
        take: i64,
    ) -> sqlx::Result<Vec<Holding>> {
        let seen_to = (after.map(|h| h.from_on), after.map(|h| h.id.0));
        let of = (self.staff_id, self.parcel_id);
        store::holdings(conn, &reader.scope, of, seen_to, take).await
    }
}

impl Exported for WorkFilter {
    type Row = WorkItem;

    const NAME: ListName = ListName {
        key: "work",
        title: ("待办事项", "Work list"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&WorkItem>,
        take: i64,
    ) -> sqlx::Result<Vec<WorkItem>> {
        let person = reader.caller.staff_id.map(StaffId);
        let Some(person) = person else {
            return Ok(vec![]);
        };
        let seen_to = (after.map(|i| i.due_on), after.map(|i| i.object_id));
        let who = (person, reader.today);
        work::list(conn, &reader.scope, who, self, seen_to, take).await
    }
}

impl Tabular for Holding {
    const COLUMNS: &'static [Bilingual] = &[
        ("户号", "Household"),
        ("地块", "Parcel"),
        ("单项需求", "One need only"),
        ("负责自", "Since"),
        ("住户标识", "Household id"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.household_no),
            OutCell::text(&self.parcel_name),
            OutCell::yes_or_no(language, self.need_id.is_some()),
            OutCell::day(self.from_on),
            OutCell::text(self.household_id.to_string()),
            OutCell::text(self.id.to_string()),
        ]
    }
}

impl Tabular for WorkItem {
    const COLUMNS: &'static [Bilingual] = &[
        ("期限", "Due on"),
        ("逾期", "Overdue"),
        ("户号", "Household"),
        ("地块", "Parcel"),
        ("事项", "What to do"),
        ("住户标识", "Household id"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::day(self.due_on),
            OutCell::yes_or_no(language, self.overdue),
            OutCell::text(&self.household_no),
            OutCell::text(&self.parcel_name),
            OutCell::word(language, self.kind.words()),
            OutCell::text(self.household_id.to_string()),
            OutCell::text(self.object_id.to_string()),
        ]
    }
}
