//! The words of agreements.

use poem_openapi::{Enum, Object};

use crate::values::{AgreementId, Area, Day, HouseholdId, Instant, Money, Note, Number, ParcelId};

/// How far an agreement is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "agreement_status", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum AgreementStatus {
    /// Being prepared (草稿); can be changed.
    Draft,
    /// Signed (已签约); can only be voided.
    Signed,
    /// Void (已作废); stays for the record.
    Void,
}

impl AgreementStatus {
    /// The name on the wire and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Signed => "signed",
            Self::Void => "void",
        }
    }

    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        (self.zh(), self.key())
    }

    /// The name on screens.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Draft => "草稿",
            Self::Signed => "已签约",
            Self::Void => "已作废",
        }
    }
}

/// Why an agreement became void.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "void_reason", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum VoidReason {
    /// The household withdrew (被征收人退签).
    HouseholdWithdrew,
    /// It rests on wrong facts (事实认定有误).
    WrongFacts,
    /// The household had another one (重复签约).
    Duplicate,
    /// A court decided so (法院裁判).
    CourtDecision,
    /// It should never have been entered (录入错误).
    EnteredByMistake,
}

impl VoidReason {
    /// The name on the wire, in the database and in the trail.
    pub fn key(self) -> &'static str {
        match self {
            Self::HouseholdWithdrew => "household_withdrew",
            Self::WrongFacts => "wrong_facts",
            Self::Duplicate => "duplicate",
            Self::CourtDecision => "court_decision",
            Self::EnteredByMistake => "entered_by_mistake",
        }
    }
}

impl VoidReason {
    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        match self {
            Self::HouseholdWithdrew => ("被征收人退签", "the household withdrew"),
            Self::WrongFacts => ("事实认定有误", "wrong facts"),
            Self::Duplicate => ("重复签约", "duplicate"),
            Self::CourtDecision => ("法院裁判", "court decision"),
            Self::EnteredByMistake => ("录入错误", "entered by mistake"),
        }
    }
}

/// A compensation agreement with one household (补偿安置协议).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Agreement {
    pub id: AgreementId,
    pub parcel_id: ParcelId,
    pub household_id: HouseholdId,
    pub household_no: String,
    /// Unique everywhere, also among void agreements.
    pub agreement_no: String,
    pub status: AgreementStatus,
    /// Floor area the agreement compensates, m². The signing rate by floor area does not use it.
    pub floor_area_m2: Area,
    /// What the household is to receive, in yuan (CNY).
    pub amount: Money,
    /// The legal day of signing; absent while it is a draft.
    pub signed_on: Option<Day>,
    /// When the signature was entered.
    pub signed_at: Option<Instant>,
    /// The legal day from which it is void: on that day it counts no more.
    pub voided_on: Option<Day>,
    pub void_reason: Option<VoidReason>,
    pub void_note: Option<Note>,
    pub created_at: Instant,
    pub version: i32,
}

/// What a draft is made or replaced with.
#[derive(Debug, Clone, Object)]
pub struct AgreementFields {
    /// Unique everywhere, for example `DJGD-0012`.
    pub agreement_no: Number,
    /// Floor area the agreement compensates, m².
    pub floor_area_m2: Area,
    /// What the household is to receive, in yuan (CNY).
    pub amount: Money,
}

/// A draft to be made, with the household it is for.
#[derive(Debug, Clone, Object)]
pub struct NewAgreement {
    pub household_id: HouseholdId,
    #[oai(flatten)]
    pub fields: AgreementFields,
}

/// A signature (签约).
#[derive(Debug, Clone, Object)]
pub struct NewSignature {
    /// The legal day of signing, in Asia/Shanghai: today or earlier, 1990 or later.
    pub signed_on: Day,
}

/// A voiding (作废).
#[derive(Debug, Clone, Object)]
pub struct NewVoiding {
    /// The legal day from which the agreement is void: today or earlier, and not before the day
    /// of signing.
    pub voided_on: Day,
    pub reason: VoidReason,
    /// Particulars; may name people, so they stay out of the trail.
    pub note: Option<Note>,
}
