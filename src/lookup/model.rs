//! The words of the lookup: codes as staff see them, and the case as the resident sees it.

use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::{
    agreements::AgreementStatus,
    households::DisclosureReason,
    needs::model::{NeedKind, NeedOutcome, NeedStatus},
    parcels::{ParcelKind, ParcelStage},
    staff::Role,
    values::{
        Area, Day, HouseholdId, Instant, Label, LastSix, LookupCode, LookupCodeId, MaskedName,
        Money, PersonName,
    },
};

/// Who looks the case up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, Serialize, Deserialize)]
#[sqlx(type_name = "lookup_channel", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum LookupChannel {
    /// The household itself (住户本人查询).
    #[sqlx(rename = "self")]
    #[serde(rename = "self")]
    #[oai(rename = "self")]
    Household,
    /// A grid worker for the household (网格员代查).
    GridWorker,
}

impl LookupChannel {
    /// The name on the wire and in the trail.
    pub fn key(self) -> &'static str {
        match self {
            Self::Household => "self",
            Self::GridWorker => "grid_worker",
        }
    }
}

/// A lookup code (查询码) without the code itself, of which only a hash is kept.
#[derive(Debug, Clone, Object)]
#[oai(rename = "LookupCodeRecord", skip_serializing_if_is_none)]
pub struct CodeRecord {
    pub id: LookupCodeId,
    pub household_id: HouseholdId,
    pub household_no: String,
    pub issued_at: Instant,
    /// Absent while the code works.
    pub revoked_at: Option<Instant>,
    pub version: i32,
}

/// A new lookup code, shown this once.
#[derive(Debug, Clone, Object)]
#[oai(rename = "IssuedLookupCode")]
pub struct IssuedCode {
    pub id: LookupCodeId,
    pub household_id: HouseholdId,
    /// The code as the letter shows it. It cannot be shown again.
    pub lookup_code: LookupCode,
    pub issued_at: Instant,
    pub version: i32,
}

/// Which letters to print for a parcel.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct LetterOrder {
    /// Also for households that have a code already; their old codes stop at once.
    #[oai(default)]
    pub reissue: bool,
    /// Where residents open the lookup page, as the letters shall say it, for example
    /// `https://anju.example.gov.cn`.
    pub page_address: Option<Label>,
}

/// What opens a case: something the household was sent, and something an adult of it knows.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct NewSession {
    /// From the letter; case, width, spacing and O/I/L are forgiven.
    #[oai(write_only)]
    pub lookup_code: LookupCode,
    /// The last six characters of the document of any adult of the household: citizen number,
    /// passport or permit. Case, width and spacing are forgiven, and × for X.
    #[oai(write_only)]
    pub id_last_six: LastSix,
    pub channel: LookupChannel,
    /// Name and grid of the grid worker; with the channel `grid_worker`, and only with it.
    pub assistant: Option<PersonName>,
}

/// A session that was opened, with the token shown this once.
#[derive(Debug, Clone, Object)]
#[oai(rename = "OpenedResidentSession")]
pub struct OpenedSession {
    /// Send it as `Authorization: Bearer …`.
    pub token: String,
    /// Half an hour after opening.
    pub expires_at: Instant,
}

/// How far a household is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum CaseStage {
    /// On the roster (登记).
    Registered,
    /// An agreement is drafted (拟好协议).
    Drafted,
    /// An agreement is signed (签协议).
    Signed,
    /// At least one resettlement home is assigned (定下安置房).
    HomeAssigned,
    /// Every assigned home is handed over (交房).
    HandedOver,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum NextStepCode {
    /// Sign the agreement (签约).
    Sign,
    /// Ask the office how to go on: the signing period is over (签约期限已过).
    AskOffice,
    /// Move out (腾空搬迁).
    Vacate,
    /// Nothing to do until a home is assigned, has passed its inspection and is free of severe
    /// defects (等待安置房).
    WaitForHome,
    /// Collect the keys (领钥匙).
    CollectKeys,
    /// The homes are handed over; needs or repairs are still open (收尾).
    FollowUp,
    /// Nothing is left (已办结).
    Done,
}

/// The last inspection of a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum CaseInspection {
    /// Not inspected yet.
    None,
    Passed,
    Failed,
}

/// Who residents can turn to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize)]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum ContactRole {
    /// The redevelopment office of the village or area (改造（征收）办公室).
    VillageOffice,
}

/// The case of one household, and of no other.
#[derive(Debug, Clone, Object, Serialize)]
#[oai(skip_serializing_if_is_none)]
pub struct ResidentCase {
    pub programme: CaseProgramme,
    pub parcel: CaseParcel,
    pub household_no: String,
    /// The holder, masked.
    pub holder: MaskedName,
    /// Floor area of the household, m².
    pub floor_area_m2: Area,
    /// The legal day this was read.
    pub as_of: Day,
    pub stage: CaseStage,
    pub next_step: NextStep,
    /// Moving out of the old house, while that is due and another step comes next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moving_out: Option<NextStep>,
    /// The live agreement, else the last void one; absent when there never was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<CaseAgreement>,
    pub homes: Vec<CaseHome>,
    /// Unsettled ones first; not those of the deceased.
    pub needs: Vec<CaseNeed>,
    pub contacts: Vec<CaseContact>,
    /// The last 20 lookups of this case, newest first; the present one is among them.
    pub lookups: Vec<CaseLookup>,
    /// Who of the staff saw the household in clear, and why: the last 20, newest first.
    pub disclosures: Vec<CaseDisclosure>,
}

/// The programme the household belongs to.
#[derive(Debug, Clone, Object, Serialize)]
pub struct CaseProgramme {
    pub name: String,
    /// Invented data, and the page says so.
    pub synthetic: bool,
}

/// The parcel the household belongs to.
#[derive(Debug, Clone, Object, Serialize)]
pub struct CaseParcel {
    pub name: String,
    pub kind: ParcelKind,
    pub stage: ParcelStage,
}

/// What comes next, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Object, Serialize)]
#[oai(skip_serializing_if_is_none)]
pub struct NextStep {
    pub code: NextStepCode,
    /// The step in the language asked for.
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
    /// Days from `as_of` to `due_on`; 0 on the last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
}

/// The agreement in brief.
#[derive(Debug, Clone, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseAgreement {
    pub agreement_no: String,
    pub status: AgreementStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<Day>,
    /// With the status `void`: from this day on the amount is no longer valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_on: Option<Day>,
    /// Floor area the agreement is about, m².
    pub floor_area_m2: Area,
    /// Compensation, CNY.
    pub amount: Money,
}

/// A home assigned to the household.
#[derive(Debug, Clone, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseHome {
    pub estate: String,
    pub building: String,
    pub flat_no: String,
    /// Floor area, m².
    pub area_m2: Area,
    pub inspection: CaseInspection,
    /// Defects that were not closed by a re-check.
    pub open_defects: i64,
    /// Of these, the severe ones: no keys before they are put right.
    pub severe_defects: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_over_on: Option<Day>,
}

/// A schooling or medical need of somebody in the household.
#[derive(Debug, Clone, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseNeed {
    pub kind: NeedKind,
    /// Whose need it is, masked.
    pub person_name: MaskedName,
    pub status: NeedStatus,
    pub due_on: Day,
    /// Past its day and not settled, as of `as_of`.
    pub overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// How it was settled; with the status `closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<NeedOutcome>,
}

/// An office to turn to.
#[derive(Debug, Clone, Object, Serialize)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseContact {
    pub role: ContactRole,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// One earlier lookup.
#[derive(Debug, Clone, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct CaseLookup {
    pub at: Instant,
    pub channel: LookupChannel,
    /// Name and grid of the grid worker, as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assistant: Option<String>,
}

/// Somebody of the staff saw names and numbers in clear.
#[derive(Debug, Clone, Object, Serialize, Deserialize)]
pub struct CaseDisclosure {
    pub at: Instant,
    pub role: Role,
    /// Where they work.
    pub unit: String,
    pub reason: DisclosureReason,
}
