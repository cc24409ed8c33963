//! Households that have not signed, as a workbook for the visits of the day.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use sqlx::PgConnection;

use super::{
    api::frozen,
    model::{Roster, UnsignedHousehold},
    rules, store,
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{Day, ParcelId},
};

pub struct UnsignedExportsApi(pub App);

#[OpenApi(tag = "Tag::Agreements")]
impl UnsignedExportsApi {
    /// Download the households that have not signed
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/parcels/:parcel_id/unsigned-households/export",
        method = "get",
        operation_id = "exportUnsignedHouseholds"
    )]
    async fn export_unsigned_households(
        &self,
        staff: Staff<may::ReadAgreements>,
        asked: Asked,
        parcel_id: Path<ParcelId>,
        /// The legal day in Asia/Shanghai the list stands for; today when not said.
        as_of: Query<Option<Day>>,
    ) -> Result<Download, FigureProblem> {
        let as_of = rules::as_of("as_of", as_of.0, self.0.today())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let roster = frozen(&mut conn, &staff.scope, parcel_id.0).await?;
        drop(conn);
        let filter = UnsignedFilter {
            parcel_id: parcel_id.0,
            as_of,
            roster,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

#[derive(serde::Serialize)]
struct UnsignedFilter {
    parcel_id: ParcelId,
    as_of: Day,
    /// Found within the scope of the caller.
    #[serde(skip)]
    roster: Roster,
}

impl Exported for UnsignedFilter {
    type Row = UnsignedHousehold;

    const NAME: ListName = ListName {
        key: "unsigned-households",
        title: ("未签约住户", "Households that have not signed"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        _reader: &Reader,
        after: Option<&UnsignedHousehold>,
        take: i64,
    ) -> sqlx::Result<Vec<UnsignedHousehold>> {
        let after = after.map(|h| h.household_id.0);
        store::list_unsigned(conn, &self.roster, self.as_of, after, take).await
    }
}

impl Tabular for UnsignedHousehold {
    const COLUMNS: &'static [Bilingual] = &[
        ("户号", "Household"),
        ("户主", "Holder"),
        ("地址", "Address"),
        ("底册建筑面积（㎡）", "Floor area (m²)"),
        ("有草稿", "Has a draft"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        vec![
            OutCell::text(&self.household_no),
            OutCell::text(self.holder_name.as_str()),
            OutCell::text(self.address.as_str()),
            OutCell::decimal(self.floor_area_m2),
            OutCell::yes_or_no(language, self.has_draft),
            OutCell::text(self.household_id.to_string()),
        ]
    }
}
