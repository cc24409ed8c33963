//! Parcels as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Parcel, ParcelKind, ParcelStage},
    store::{self, ParcelFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{PlaceName, ProgrammeId},
};

pub struct ParcelExportsApi(pub App);

#[OpenApi(tag = "Tag::Parcels")]
impl ParcelExportsApi {
    /// Download the parcels
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/parcels/export",
        method = "get",
        operation_id = "exportParcels"
    )]
    async fn export_parcels(
        &self,
        staff: Staff<may::ReadProgrammes>,
        asked: Asked,
        programme_id: Query<Option<ProgrammeId>>,
        kind: Query<Option<ParcelKind>>,
        stage: Query<Option<ParcelStage>>,
        subdistrict: Query<Option<PlaceName>>,
    ) -> Result<Download, FigureProblem> {
        let filter = ParcelFilter {
            programme_id: programme_id.0,
            kind: kind.0,
            stage: stage.0,
            subdistrict: subdistrict.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for ParcelFilter {
    type Row = Parcel;

    const NAME: ListName = ListName {
        key: "parcels",
        title: ("改造地块", "Parcels"),
    };

    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        let kind = self.kind.map(|k| ("kind", k.words()));
        let stage = self.stage.map(|s| ("stage", s.words()));
        kind.into_iter().chain(stage).collect()
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Parcel>,
        take: i64,
    ) -> sqlx::Result<Vec<Parcel>> {
        let (code, id) = (after.map(|p| p.code.as_str()), after.map(|p| p.id.0));
        store::list_parcels(conn, &reader.scope, self, code, id, take).await
    }
}

impl Tabular for Parcel {
    const COLUMNS: &'static [Bilingual] = &[
        ("地块编号", "Code"),
        ("地块名称", "Name"),
        ("类型", "Kind"),
        ("法律路径", "Legal track"),
        ("街道", "Subdistrict"),
        ("村居", "Village"),
        ("计划户数", "Households, planned"),
        ("计划拆除面积（㎡）", "Area, planned (m²)"),
        ("阶段", "Stage"),
        ("签约开始日", "Signing from"),
        ("签约截止日", "Signing to"),
        ("搬迁期限", "Moving by"),
        ("联系单位", "Contact"),
        ("联系电话", "Phone"),
        ("边界面积（㎡）", "Area inside the boundary (m²)"),
        ("合成数据", "Synthetic"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.code),
            OutCell::text(&self.name),
            OutCell::word(language, self.kind.words()),
            OutCell::word(language, self.legal_track.words()),
            OutCell::text(&self.subdistrict),
            OutCell::maybe(self.village.as_deref(), OutCell::text),
            OutCell::Integer(self.households_planned.into()),
            OutCell::decimal(self.area_planned_m2),
            OutCell::word(language, self.stage.words()),
            OutCell::maybe(self.signing_from, OutCell::day),
            OutCell::maybe(self.signing_to, OutCell::day),
            OutCell::maybe(self.moving_by, OutCell::day),
            OutCell::maybe(self.contact_name.as_deref(), OutCell::text),
            OutCell::maybe(self.contact_phone.as_deref(), OutCell::text),
            OutCell::maybe(self.boundary_area_m2, OutCell::decimal),
            OutCell::yes_or_no(language, self.synthetic),
            OutCell::text(self.id.to_string()),
        ]
    }
}
