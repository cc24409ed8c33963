//! Household ledger (住户台账): one row per household with its agreement, flats and needs.
//!
//! The as-of day is applied to legal days: signed, voided, assigned, handed over, closed. A draft
//! has no legal day and is shown from the day it was entered until it is signed. Households and
//! structures are shown as they are registered in the snapshot.

use futures_util::stream::BoxStream;
use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{ledger_store, produce::Told};
use crate::{
    http::Language,
    sheets::{Bilingual, OutCell, Tabular},
    values::{Area, Day, MaskedAddress, MaskedName, Money, ProgrammeId, ValueError},
};

/// One household.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LedgerRow {
    pub parcel_code: String,
    pub parcel_name: String,
    pub household_no: String,
    /// Masked.
    pub holder_name: MaskedName,
    /// As far as the building.
    pub address: MaskedAddress,
    /// Of each structure the recognised area, else the measured one, else that of the
    /// certificate, m².
    pub floor_area_m2: Area,
    /// The agreement that stands on the day; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<LedgerAgreement>,
    /// Agreements that are void on the day.
    pub agreements_void: i64,
    /// Flats assigned on the day.
    pub flats: Vec<LedgerFlat>,
    /// The day the last of the flats was handed over; absent until all of them are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_over_on: Option<Day>,
    pub needs_open: i64,
    pub needs_closed: i64,
}

/// How an agreement stands on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::Type, Enum)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename = "LedgerAgreementStatus", rename_all = "snake_case")]
pub enum Standing {
    /// Entered, not signed (草稿).
    Draft,
    /// Signed and not void (已签约).
    Signed,
}

/// The agreement of a household.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LedgerAgreement {
    pub agreement_no: String,
    pub status: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<Day>,
    /// Floor area the agreement compensates, m².
    pub floor_area_m2: Area,
    /// What the household is to receive, in yuan (CNY).
    pub amount: Money,
}

/// A flat of a household.
#[derive(Debug, Clone, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LedgerFlat {
    pub estate: String,
    pub building: String,
    pub flat_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_over_on: Option<Day>,
}

/// All households together.
#[derive(Debug, Clone, Default, Serialize, Object)]
pub struct LedgerTotals {
    pub households: i64,
    /// Floor area, m².
    pub floor_area_m2: Area,
    /// Households whose agreement is signed.
    pub signed: i64,
    /// Floor area of the signed agreements, m².
    pub signed_floor_area_m2: Area,
    /// Sum of the signed agreements, in yuan (CNY).
    pub signed_amount: Money,
    pub agreements_void: i64,
    pub flats: i64,
    /// Households all of whose flats are handed over.
    pub households_handed_over: i64,
    pub needs_open: i64,
    pub needs_closed: i64,
}

fn standing(status: Standing) -> Bilingual {
    match status {
        Standing::Draft => ("草稿", "draft"),
        Standing::Signed => ("已签约", "signed"),
    }
}

impl Tabular for LedgerRow {
    const COLUMNS: &'static [Bilingual] = &[
        ("地块编号", "Parcel code"),
        ("地块名称", "Parcel"),
        ("户号", "Household"),
        ("户主", "Holder"),
        ("地址", "Address"),
        ("建筑面积（㎡）", "Floor area (m²)"),
        ("协议编号", "Agreement"),
        ("协议状态", "Status"),
        ("签约日期", "Signed on"),
        ("协议面积（㎡）", "Agreement area (m²)"),
        ("协议金额（元）", "Amount (CNY)"),
        ("作废协议数", "Void agreements"),
        ("安置房", "Flats"),
        ("交房日期", "Handed over on"),
        ("未办结需求", "Needs, open"),
        ("已办结需求", "Needs, closed"),
    ];

    fn cells(&self, language: Language) -> Vec<OutCell> {
        let agreement = self.agreement.as_ref();
        let flats: Vec<_> = self.flats.iter().map(LedgerFlat::line).collect();
        vec![
            OutCell::text(&self.parcel_code),
            OutCell::text(&self.parcel_name),
            OutCell::text(&self.household_no),
            OutCell::text(self.holder_name.as_str()),
            OutCell::text(self.address.as_str()),
            OutCell::decimal(self.floor_area_m2),
            OutCell::maybe(agreement, |a| OutCell::text(&a.agreement_no)),
            OutCell::maybe(agreement, |a| OutCell::word(language, standing(a.status))),
            OutCell::maybe(agreement.and_then(|a| a.signed_on), OutCell::day),
            OutCell::maybe(agreement, |a| OutCell::decimal(a.floor_area_m2)),
            OutCell::maybe(agreement, |a| OutCell::decimal(a.amount)),
            OutCell::Integer(self.agreements_void),
            OutCell::text(flats.join("；")),
            OutCell::maybe(self.handed_over_on, OutCell::day),
            OutCell::Integer(self.needs_open),
            OutCell::Integer(self.needs_closed),
        ]
    }
}

impl LedgerFlat {
    fn line(&self) -> String {
        format!("{} {} {}", self.estate, self.building, self.flat_no)
    }
}

impl Told for LedgerRow {
    type Totals = LedgerTotals;

    const RULES: Bilingual = (
        "每户一行。协议、安置房、交房、需求按截至日期当日的法定日期取值：当日或之前签订且当日未作废的\
         协议为已签约；草稿自录入之日起至签约前显示。住户与房屋按生成时登记的内容。\
         合计行的协议面积与金额只含已签约协议。",
        "One row per household. Agreements, flats, hand-over and needs stand as on the day by their \
         legal days: signed on or before it and not void on it is signed; a draft is shown from the \
         day it was entered until it is signed. Households and structures are as registered when \
         the report was produced. Area and amount in the totals are those of signed agreements.",
    );

    fn add_to(&self, totals: &mut LedgerTotals) -> Result<(), ValueError> {
        totals.households += 1;
        totals.floor_area_m2 = totals.floor_area_m2.checked_add(self.floor_area_m2)?;
        if let Some(a) = &self.agreement
            && a.status == Standing::Signed
        {
            totals.signed += 1;
            totals.signed_floor_area_m2 =
                totals.signed_floor_area_m2.checked_add(a.floor_area_m2)?;
            totals.signed_amount = totals.signed_amount.checked_add(a.amount)?;
        }
        totals.agreements_void += self.agreements_void;
        totals.flats += i64::try_from(self.flats.len()).unwrap_or(i64::MAX);
        totals.households_handed_over += i64::from(self.handed_over_on.is_some());
        totals.needs_open += self.needs_open;
        totals.needs_closed += self.needs_closed;
        Ok(())
    }

    fn total_cells(totals: &LedgerTotals, language: Language) -> Vec<OutCell> {
        let signed = totals.signed;
        let status = match language {
            Language::Chinese => format!("已签约 {signed} 户"),
            Language::English => format!("{signed} signed"),
        };
        vec![
            OutCell::word(language, ("合计", "Total")),
            OutCell::Empty,
            OutCell::Integer(totals.households),
            OutCell::Empty,
            OutCell::Empty,
            OutCell::decimal(totals.floor_area_m2),
            OutCell::Empty,
            OutCell::text(status),
            OutCell::Empty,
            OutCell::decimal(totals.signed_floor_area_m2),
            OutCell::decimal(totals.signed_amount),
            OutCell::Integer(totals.agreements_void),
            OutCell::Integer(totals.flats),
            OutCell::Integer(totals.households_handed_over),
            OutCell::Integer(totals.needs_open),
            OutCell::Integer(totals.needs_closed),
        ]
    }

    async fn count(conn: &mut PgConnection, programme: ProgrammeId) -> sqlx::Result<i64> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!"
                 from household h join parcel p on p.id = h.parcel_id
                where p.programme_id = $1"#,
            programme.0
        )
        .fetch_one(conn)
        .await
    }

    fn rows<'c>(
        conn: &'c mut PgConnection,
        programme: ProgrammeId,
        as_of: Day,
        zone: &'static str,
    ) -> BoxStream<'c, sqlx::Result<Self>> {
        ledger_store::rows(conn, programme, as_of, zone)
    }
}
