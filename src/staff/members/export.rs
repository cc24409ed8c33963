//! Staff as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::StaffMember,
    store::{self, StaffFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Role, Staff, may},
    values::OrgUnitId,
};

pub struct StaffExportsApi(pub App);

#[OpenApi(tag = "Tag::Staff")]
impl StaffExportsApi {
    /// Download the staff
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(path = "/staff/export", method = "get", operation_id = "exportStaff")]
    async fn export_staff(
        &self,
        staff: Staff<may::ReadStaff>,
        asked: Asked,
        org_unit_id: Query<Option<OrgUnitId>>,
        role: Query<Option<Role>>,
        left: Query<Option<bool>>,
    ) -> Result<Download, FigureProblem> {
        let filter = StaffFilter {
            org_unit_id: org_unit_id.0,
            role: role.0,
            left: left.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for StaffFilter {
    type Row = StaffMember;

    const NAME: ListName = ListName {
        key: "staff",
        title: ("工作人员", "Staff"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&StaffMember>,
        take: i64,
    ) -> sqlx::Result<Vec<StaffMember>> {
        let seen_to = (after.map(|s| s.staff_no.as_str()), after.map(|s| s.id.0));
        store::list(conn, (&reader.scope, reader.today), self, seen_to, take).await
    }
}

impl Tabular for StaffMember {
    const COLUMNS: &'static [Bilingual] = &[
        ("工号", "Staff number"),
        ("姓名", "Name"),
        ("离职日期", "Left on"),
        ("单位标识", "Unit id"),
        ("标识", "Id"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.staff_no),
            OutCell::text(&self.name),
            OutCell::maybe(self.left_on, OutCell::day),
            OutCell::text(self.org_unit_id.to_string()),
            OutCell::text(self.id.to_string()),
        ]
    }
}
