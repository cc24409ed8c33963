//! The words of flats.

use poem_openapi::{Enum, Object};

use crate::values::{Area, BuildingId, Day, EstateId, FlatId, HouseholdId, Number, ProgrammeId};

/// A flat (安置房).
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Flat {
    pub id: FlatId,
    pub programme_id: ProgrammeId,
    pub estate_id: EstateId,
    pub estate_name: String,
    pub building_id: BuildingId,
    pub building_name: String,
    /// Unique in the building, for example `2-1101`.
    pub flat_no: String,
    /// Floor area, m².
    pub area_m2: Area,
    /// The household it is assigned to.
    pub household_id: Option<HouseholdId>,
    pub assigned_on: Option<Day>,
    /// The day the keys were handed over (交房).
    pub handed_over_on: Option<Day>,
    /// How many keys were handed over.
    pub keys: Option<i32>,
    pub version: i32,
}

/// A flat to be created.
#[derive(Debug, Clone, Object)]
pub struct NewFlat {
    /// Unique in the building, for example `2-1101`.
    pub flat_no: Number,
    /// Floor area, m².
    pub area_m2: Area,
}

/// Whom a flat is assigned to (选房确认).
#[derive(Debug, Clone, Object)]
pub struct NewAssignment {
    /// A household of the same programme with a signed agreement.
    pub household_id: HouseholdId,
    /// Today or earlier; not before the household signed, and not before whoever had the flat gave
    /// it back.
    pub assigned_on: Day,
}

/// How an assignment ends before the keys (退房).
#[derive(Debug, Clone, Object)]
pub struct NewRelease {
    /// The day from which the flat is no longer the household's: today or earlier, not before the
    /// day of assignment.
    pub released_on: Day,
    pub reason: ReleaseReason,
}

/// Why a flat was given back.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "release_reason", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// The household takes another flat (换房).
    Exchanged,
    /// The household gave it up (住户退房).
    HouseholdWithdrew,
    /// Its agreement is to become void (协议将作废).
    AgreementEnds,
    /// The flat cannot be offered any more (房源撤回).
    FlatWithdrawn,
    /// It should never have been assigned (录入错误).
    EnteredByMistake,
}

impl ReleaseReason {
    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        match self {
            Self::Exchanged => ("换房", "exchanged"),
            Self::HouseholdWithdrew => ("住户退房", "given up by the household"),
            Self::AgreementEnds => ("协议将作废", "the agreement ends"),
            Self::FlatWithdrawn => ("房源撤回", "the flat was withdrawn"),
            Self::EnteredByMistake => ("录入错误", "entered by mistake"),
        }
    }

    /// The name on the wire, in the database and in the trail.
    pub fn key(self) -> &'static str {
        match self {
            Self::Exchanged => "exchanged",
            Self::HouseholdWithdrew => "household_withdrew",
            Self::AgreementEnds => "agreement_ends",
            Self::FlatWithdrawn => "flat_withdrawn",
            Self::EnteredByMistake => "entered_by_mistake",
        }
    }
}

/// The hand-over of a flat (交房).
#[derive(Debug, Clone, Object)]
pub struct NewHandover {
    /// Today or earlier, not before the day of assignment.
    pub handed_over_on: Day,
    /// How many keys go to the household, 1 to 20.
    #[oai(validator(minimum(value = "1"), maximum(value = "20")))]
    pub keys: i32,
}

/// Whether a flat can be handed over, and everything that is in the way.
#[derive(Debug, Clone, Object)]
pub struct HandoverReadiness {
    pub flat_id: FlatId,
    /// The legal day the answer stands for.
    pub on: Day,
    /// Nothing is in the way.
    pub ready: bool,
    pub blockers: Vec<HandoverBlocker>,
}

/// One thing that is in the way of a hand-over.
#[derive(Debug, Clone, Object)]
pub struct HandoverBlocker {
    /// The path of the inspection, the defect or the flat that blocks.
    pub pointer: String,
    pub code: BlockerCode,
    /// The blocker in words, in the language asked for.
    pub detail: String,
}

/// Why a flat cannot be handed over (law-and-data 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "kebab-case")]
pub enum BlockerCode {
    /// It is assigned to no household.
    NotAssigned,
    /// Its keys are gone already.
    AlreadyHandedOver,
    /// Its household has no signed agreement that stands now and was signed by that day.
    AgreementNotLive,
    /// Nobody has inspected it up to that day (分户验收).
    NoInspection,
    /// The newest inspection failed, or the one that was the latest on that day.
    InspectionFailed,
    /// A severe defect was not closed by that day.
    SevereDefectOpen,
}

impl BlockerCode {
    /// The name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::NotAssigned => "not-assigned",
            Self::AlreadyHandedOver => "already-handed-over",
            Self::AgreementNotLive => "agreement-not-live",
            Self::NoInspection => "no-inspection",
            Self::InspectionFailed => "inspection-failed",
            Self::SevereDefectOpen => "severe-defect-open",
        }
    }
}
