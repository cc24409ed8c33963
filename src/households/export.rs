//! Households as a workbook: what the list shows, masked like it.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::HouseholdSummary,
    store::{self, HouseholdFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{Number, ParcelId, ProgrammeId},
};

pub struct HouseholdExportsApi(pub App);

#[OpenApi(tag = "Tag::Households")]
impl HouseholdExportsApi {
    /// Download the households
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/households/export",
        method = "get",
        operation_id = "exportHouseholds"
    )]
    async fn export_households(
        &self,
        staff: Staff<may::ReadHouseholds>,
        asked: Asked,
        parcel_id: Query<Option<ParcelId>>,
        programme_id: Query<Option<ProgrammeId>>,
        /// The whole number of a household, which may occur once in each parcel.
        household_no: Query<Option<Number>>,
    ) -> Result<Download, FigureProblem> {
        let filter = HouseholdFilter {
            parcel_id: parcel_id.0,
            programme_id: programme_id.0,
            household_no: household_no.0.map(Number::into_string),
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for HouseholdFilter {
    type Row = HouseholdSummary;

    const NAME: ListName = ListName {
        key: "households",
        title: ("住户", "Households"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&HouseholdSummary>,
        take: i64,
    ) -> sqlx::Result<Vec<HouseholdSummary>> {
        let after = after.map(|h| h.id.0);
        store::list(conn, &reader.scope, self, after, take).await
    }
}

impl Tabular for HouseholdSummary {
    const COLUMNS: &'static [Bilingual] = &[
        ("地块", "Parcel"),
        ("户号", "Household"),
        ("户主", "Holder"),
        ("地址", "Address"),
        ("电话", "Phone"),
        ("建筑面积（㎡）", "Floor area (m²)"),
        ("标识", "Id"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.parcel_name),
            OutCell::text(&self.household_no),
            OutCell::text(self.holder_name.as_str()),
            OutCell::text(self.address.as_str()),
            OutCell::maybe(self.phone.as_ref(), |phone| OutCell::text(phone.as_str())),
            OutCell::decimal(self.floor_area_m2),
            OutCell::text(self.id.to_string()),
        ]
    }
}
