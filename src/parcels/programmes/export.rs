//! Programmes as a workbook.

use poem_openapi::OpenApi;
use sqlx::PgConnection;

use super::{model::Programme, store};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
};

pub struct ProgrammeExportsApi(pub App);

#[OpenApi(tag = "Tag::Parcels")]
impl ProgrammeExportsApi {
    /// Download the programmes
    ///
    /// As XLSX, in the order of the list; recorded in the trail.
    #[oai(
        path = "/programmes/export",
        method = "get",
        operation_id = "exportProgrammes"
    )]
    async fn export_programmes(
        &self,
        staff: Staff<may::ReadProgrammes>,
        asked: Asked,
    ) -> Result<Download, FigureProblem> {
        Ok(export(&self.0, staff, asked, &EveryProgramme).await?)
    }
}

#[derive(serde::Serialize)]
struct EveryProgramme;

impl Exported for EveryProgramme {
    type Row = Programme;

    const NAME: ListName = ListName {
        key: "programmes",
        title: ("年度计划", "Programmes"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Programme>,
        take: i64,
    ) -> sqlx::Result<Vec<Programme>> {
        let name = after.map(|p| p.name.as_str());
        store::list_programmes(conn, &reader.scope, name, after.map(|p| p.id.0), take).await
    }
}

impl Tabular for Programme {
    const COLUMNS: &'static [Bilingual] = &[
        ("计划名称", "Programme"),
        ("年度", "Year"),
        ("目标村数", "Villages, target"),
        ("目标片区数", "Areas, target"),
        ("目标拆除面积（㎡）", "Demolition, target (m²)"),
        ("合成数据", "Synthetic"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.name),
            OutCell::Integer(self.year.into()),
            OutCell::Integer(self.target_villages.into()),
            OutCell::Integer(self.target_areas.into()),
            OutCell::decimal(self.target_demolition_m2),
            OutCell::yes_or_no(language, self.synthetic),
            OutCell::text(self.id.to_string()),
        ]
    }
}
