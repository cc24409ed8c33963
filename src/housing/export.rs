//! Estates and buildings as workbooks.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use sqlx::PgConnection;

use super::{
    api::no_estate,
    model::{Building, Estate},
    store::{self, EstateFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{EstateId, ProgrammeId},
};

pub struct HousingExportsApi(pub App);

#[OpenApi(tag = "Tag::Housing")]
impl HousingExportsApi {
    /// Download the estates
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/estates/export",
        method = "get",
        operation_id = "exportEstates"
    )]
    async fn export_estates(
        &self,
        staff: Staff<may::ReadHousing>,
        asked: Asked,
        programme_id: Query<Option<ProgrammeId>>,
    ) -> Result<Download, FigureProblem> {
        let filter = EstateFilter {
            programme_id: programme_id.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }

    /// Download the buildings of an estate
    ///
    /// As XLSX, in the order of the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/estates/:estate_id/buildings/export",
        method = "get",
        operation_id = "exportBuildings"
    )]
    async fn export_buildings(
        &self,
        staff: Staff<may::ReadHousing>,
        asked: Asked,
        estate_id: Path<EstateId>,
    ) -> Result<Download, FigureProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_estate(&mut conn, &staff.scope, estate_id.0).await?;
        let estate = found.ok_or_else(no_estate)?;
        drop(conn);
        let filter = BuildingFilter {
            estate_id: estate.id,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for EstateFilter {
    type Row = Estate;

    const NAME: ListName = ListName {
        key: "estates",
        title: ("安置小区", "Estates"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Estate>,
        take: i64,
    ) -> sqlx::Result<Vec<Estate>> {
        let (name, id) = (after.map(|e| e.name.as_str()), after.map(|e| e.id.0));
        store::list_estates(conn, &reader.scope, self, name, id, take).await
    }
}

impl Tabular for Estate {
    const COLUMNS: &'static [Bilingual] = &[
        ("小区", "Estate"),
        ("地址", "Address"),
        ("合成数据", "Synthetic"),
        ("计划标识", "Programme id"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.name),
            OutCell::maybe(self.address.as_deref(), OutCell::text),
            OutCell::yes_or_no(language, self.synthetic),
            OutCell::text(self.programme_id.to_string()),
            OutCell::text(self.id.to_string()),
        ]
    }
}

/// An estate found within the scope of the caller.
#[derive(serde::Serialize)]
struct BuildingFilter {
    estate_id: EstateId,
}

impl Exported for BuildingFilter {
    type Row = Building;

    const NAME: ListName = ListName {
        key: "buildings",
        title: ("楼栋", "Buildings"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        _reader: &Reader,
        after: Option<&Building>,
        take: i64,
    ) -> sqlx::Result<Vec<Building>> {
        let (name, id) = (after.map(|b| b.name.as_str()), after.map(|b| b.id.0));
        store::list_buildings(conn, self.estate_id, name, id, take).await
    }
}

impl Tabular for Building {
    const COLUMNS: &'static [Bilingual] = &[
        ("楼栋", "Building"),
        ("地上层数", "Floors above ground"),
        ("小区标识", "Estate id"),
        ("标识", "Id"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.name),
            OutCell::Integer(self.floors.into()),
            OutCell::text(self.estate_id.to_string()),
            OutCell::text(self.id.to_string()),
        ]
    }
}
