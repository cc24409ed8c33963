//! Flats as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::Flat,
    store::{self, FlatFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    names::{self, HouseholdName, Named, ParcelName},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{BuildingId, EstateId, HouseholdId},
};

pub struct FlatExportsApi(pub App);

#[OpenApi(tag = "Tag::Housing")]
impl FlatExportsApi {
    /// Download the flats
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(path = "/flats/export", method = "get", operation_id = "exportFlats")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn export_flats(
        &self,
        staff: Staff<may::ReadHousing>,
        asked: Asked,
        estate_id: Query<Option<EstateId>>,
        building_id: Query<Option<BuildingId>>,
        household_id: Query<Option<HouseholdId>>,
        /// Whether a household has it.
        assigned: Query<Option<bool>>,
        /// Whether its keys are gone.
        handed_over: Query<Option<bool>>,
    ) -> Result<Download, FigureProblem> {
        let filter = FlatFilter {
            estate_id: estate_id.0,
            building_id: building_id.0,
            household_id: household_id.0,
            assigned: assigned.0,
            handed_over: handed_over.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

/// A flat with the household that has it.
type Held = Named<Flat, HouseholdName>;

impl Exported for FlatFilter {
    type Row = Held;

    const NAME: ListName = ListName {
        key: "flats",
        title: ("安置房", "Flats"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Held>,
        take: i64,
    ) -> sqlx::Result<Vec<Held>> {
        let after = after.map(|f| (f.row.building_id.0, f.row.flat_no.clone()));
        let rows = store::list_flats(conn, &reader.scope, self, after.as_ref(), take).await?;
        let households = rows.iter().filter_map(|f| f.household_id);
        let names = names::of_households(conn, &reader.scope, households).await?;
        Ok(Named::each(rows, &names, |f| f.household_id))
    }
}

impl Tabular for Held {
    const COLUMNS: &'static [Bilingual] = &[
        ("小区", "Estate"),
        ("楼栋", "Building"),
        ("房号", "Flat"),
        ("建筑面积（㎡）", "Floor area (m²)"),
        ParcelName::COLUMNS[0],
        ParcelName::COLUMNS[1],
        ("户号", "Household"),
        ("选房日期", "Assigned on"),
        ("交房日期", "Handed over on"),
        ("钥匙数", "Keys"),
        ("标识", "Id"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        let (row, holder) = (&self.row, self.name.as_ref());
        vec![
            OutCell::text(&row.estate_name),
            OutCell::text(&row.building_name),
            OutCell::text(&row.flat_no),
            OutCell::decimal(row.area_m2),
            OutCell::maybe(holder, |h| OutCell::text(&h.parcel.code)),
            OutCell::maybe(holder, |h| OutCell::text(&h.parcel.name)),
            OutCell::maybe(holder, |h| OutCell::text(&h.household_no)),
            OutCell::maybe(row.assigned_on, OutCell::day),
            OutCell::maybe(row.handed_over_on, OutCell::day),
            OutCell::maybe(row.keys, |k| OutCell::Integer(k.into())),
            OutCell::text(row.id.to_string()),
        ]
    }
}
