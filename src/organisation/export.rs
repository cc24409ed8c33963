//! Units as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{model::OrgUnit, store};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::OrgUnitId,
};

pub struct OrgUnitExportsApi(pub App);

#[OpenApi(tag = "Tag::Organisation")]
impl OrgUnitExportsApi {
    /// Download the organisation units
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/org-units/export",
        method = "get",
        operation_id = "exportOrgUnits"
    )]
    async fn export_org_units(
        &self,
        staff: Staff<may::ReadOrganisation>,
        asked: Asked,
        /// Only those right below this unit.
        parent_id: Query<Option<OrgUnitId>>,
    ) -> Result<Download, FigureProblem> {
        let filter = UnitFilter {
            parent_id: parent_id.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

#[derive(serde::Serialize)]
struct UnitFilter {
    parent_id: Option<OrgUnitId>,
}

impl Exported for UnitFilter {
    type Row = OrgUnit;

    const NAME: ListName = ListName {
        key: "org-units",
        title: ("组织单位", "Organisation units"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&OrgUnit>,
        take: i64,
    ) -> sqlx::Result<Vec<OrgUnit>> {
        let (code, id) = (after.map(|u| u.code.as_str()), after.map(|u| u.id.0));
        store::list(conn, &reader.scope, self.parent_id, code, id, take).await
    }
}

impl Tabular for OrgUnit {
    const COLUMNS: &'static [Bilingual] = &[
        ("代码", "Code"),
        ("名称", "Name"),
        ("层级", "Level"),
        ("演示单位", "Synthetic"),
        ("上级单位标识", "Parent id"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.code),
            OutCell::text(&self.name),
            OutCell::word(language, self.level.words()),
            OutCell::yes_or_no(language, self.synthetic),
            OutCell::maybe(self.parent_id, |id| OutCell::text(id.to_string())),
            OutCell::text(self.id.to_string()),
        ]
    }
}
