//! Agreements as a workbook; notes on voiding, which may name people, stay in the case.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;

use super::{
    model::{Agreement, AgreementStatus},
    store::{self, AgreementFilter},
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    names::{self, Named, ParcelName},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{Day, HouseholdId, Number, ParcelId, ProgrammeId},
};

pub struct AgreementExportsApi(pub App);

#[OpenApi(tag = "Tag::Agreements")]
impl AgreementExportsApi {
    /// Download the agreements
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/agreements/export",
        method = "get",
        operation_id = "exportAgreements"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn export_agreements(
        &self,
        staff: Staff<may::ReadAgreements>,
        asked: Asked,
        programme_id: Query<Option<ProgrammeId>>,
        parcel_id: Query<Option<ParcelId>>,
        household_id: Query<Option<HouseholdId>>,
        status: Query<Option<AgreementStatus>>,
        /// Signed on this legal day or later; drafts are left out.
        signed_from: Query<Option<Day>>,
        /// Signed on this legal day or earlier; drafts are left out.
        signed_to: Query<Option<Day>>,
        /// Exactly this number.
        agreement_no: Query<Option<Number>>,
    ) -> Result<Download, FigureProblem> {
        let filter = AgreementFilter {
            programme_id: programme_id.0,
            parcel_id: parcel_id.0,
            household_id: household_id.0,
            status: status.0,
            signed_from: signed_from.0,
            signed_to: signed_to.0,
            agreement_no: agreement_no.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

/// An agreement with its parcel.
type Placed = Named<Agreement, ParcelName>;

impl Exported for AgreementFilter {
    type Row = Placed;

    const NAME: ListName = ListName {
        key: "agreements",
        title: ("补偿安置协议", "Agreements"),
    };

    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        let status = self.status.map(|s| ("status", (s.zh(), s.key())));
        status.into_iter().collect()
    }

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Placed>,
        take: i64,
    ) -> sqlx::Result<Vec<Placed>> {
        let number = after.map_or("", |a| a.row.agreement_no.as_str());
        let id = after.map(|a| a.row.id.0).unwrap_or_default();
        let rows = store::list(conn, &reader.scope, self, number, id, take).await?;
        let parcels = rows.iter().map(|a| a.parcel_id);
        let names = names::of_parcels(conn, &reader.scope, parcels).await?;
        Ok(Named::each(rows, &names, |a| Some(a.parcel_id)))
    }
}

impl Tabular for Placed {
    const COLUMNS: &'static [Bilingual] = &[
        ParcelName::COLUMNS[0],
        ParcelName::COLUMNS[1],
        ("协议编号", "Agreement"),
        ("户号", "Household"),
        ("状态", "Status"),
        ("协议面积（㎡）", "Floor area (m²)"),
        ("协议金额（元）", "Amount (CNY)"),
        ("签约日期", "Signed on"),
        ("签约录入时间（UTC）", "Signature entered at (UTC)"),
        ("作废日期", "Void from"),
        ("作废原因", "Reason"),
        ("标识", "Id"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        let row = &self.row;
        let mut cells = self.name_cells(language);
        cells.extend([
            OutCell::text(&row.agreement_no),
            OutCell::text(&row.household_no),
            OutCell::word(language, (row.status.zh(), row.status.key())),
            OutCell::decimal(row.floor_area_m2),
            OutCell::decimal(row.amount),
            OutCell::maybe(row.signed_on, OutCell::day),
            OutCell::maybe(row.signed_at, OutCell::instant),
            OutCell::maybe(row.voided_on, OutCell::day),
            OutCell::maybe(row.void_reason, |r| OutCell::word(language, r.words())),
            OutCell::text(row.id.to_string()),
        ]);
        cells
    }
}
