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

impl Exported for AgreementFilter {
    type Row = Agreement;

    const NAME: ListName = ListName {
        key: "agreements",
        title: ("补偿安置协议", "Agreements"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Agreement>,
        take: i64,
    ) -> sqlx::Result<Vec<Agreement>> {
        let number = after.map_or("", |a| a.agreement_no.as_str());
        let id = after.map(|a| a.id.0).unwrap_or_default();
        store::list(conn, &reader.scope, self, number, id, take).await
    }
}

impl Tabular for Agreement {
    const COLUMNS: &'static [Bilingual] = &[
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
        vec![
            OutCell::text(&self.agreement_no),
            OutCell::text(&self.household_no),
            OutCell::word(language, (self.status.zh(), self.status.key())),
            OutCell::decimal(self.floor_area_m2),
            OutCell::decimal(self.amount),
            OutCell::maybe(self.signed_on, OutCell::day),
            OutCell::maybe(self.signed_at, OutCell::instant),
            OutCell::maybe(self.voided_on, OutCell::day),
            OutCell::maybe(self.void_reason, |r| OutCell::word(language, r.words())),
            OutCell::text(self.id.to_string()),
        ]
    }
}
