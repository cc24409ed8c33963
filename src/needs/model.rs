//! The words of needs.

use poem_openapi::{Enum, Object};

use crate::{
    privacy::Purpose,
    sheets::Bilingual,
    values::{Day, HouseholdId, MaskedName, NeedId, Note, ParcelId, PersonId, PlaceName},
};

/// What is needed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "need_kind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum NeedKind {
    /// A place at a school or kindergarten (子女上学).
    Schooling,
    /// Continued treatment or medication (医疗卫生).
    Medical,
}

impl NeedKind {
    /// The name on the wire and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Schooling => "schooling",
            Self::Medical => "medical",
        }
    }

    /// Under which key its detail is sealed.
    pub fn sealed_for(self) -> Purpose {
        match self {
            Self::Schooling => Purpose::Schooling,
            Self::Medical => Purpose::Health,
        }
    }

    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Schooling => ("子女上学", "schooling"),
            Self::Medical => ("医疗卫生", "medical"),
        }
    }
}

/// How far it is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "need_status", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum NeedStatus {
    /// Nobody provides it yet (待安排).
    Open,
    /// A provider took it on (已安排).
    Arranged,
    /// Settled one way or another (已办结).
    Closed,
}

impl NeedStatus {
    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Open => ("待安排", "open"),
            Self::Arranged => ("已安排", "arranged"),
            Self::Closed => ("已办结", "closed"),
        }
    }
}

/// How it was settled.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "need_outcome", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum NeedOutcome {
    /// Provided (已解决); needs a provider.
    Met,
    /// The household withdrew it (本人放弃).
    Withdrawn,
    /// The person left the district (已迁出).
    MovedAway,
    /// The person died (已去世).
    Deceased,
}

impl NeedOutcome {
    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Met => ("已解决", "met"),
            Self::Withdrawn => ("本人放弃", "withdrawn"),
            Self::MovedAway => ("已迁出", "moved away"),
            Self::Deceased => ("已去世", "deceased"),
        }
    }
}

/// A schooling or medical need (安置后需求).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Need {
    pub id: NeedId,
    pub household_id: HouseholdId,
    pub household_no: String,
    pub parcel_id: ParcelId,
    pub person_id: PersonId,
    /// The person, masked.
    pub person_name: MaskedName,
    pub kind: NeedKind,
    /// The day by which it must be settled: term start, end of a medication.
    pub due_on: Day,
    pub status: NeedStatus,
    /// Past its day and not settled, as of today.
    pub overdue: bool,
    /// What exactly is needed; only for the needs desk.
    pub detail: Option<String>,
    /// The school, clinic or office that took it on.
    pub provider: Option<String>,
    pub arranged_on: Option<Day>,
    pub outcome: Option<NeedOutcome>,
    pub closed_on: Option<Day>,
    pub version: i32,
}

/// A need to be registered.
#[derive(Debug, Clone, Object)]
pub struct NewNeed {
    pub person_id: PersonId,
    pub kind: NeedKind,
    pub due_on: Day,
    /// What exactly is needed; stored encrypted.
    pub detail: Option<Note>,
}

/// Who takes it on.
#[derive(Debug, Clone, Object)]
pub struct NewArrangement {
    /// The school, clinic or office.
    pub provider: PlaceName,
    /// Today or earlier.
    pub arranged_on: Day,
}

/// How it was settled.
#[derive(Debug, Clone, Object)]
pub struct NewClosure {
    pub outcome: NeedOutcome,
    /// Today or earlier.
    pub closed_on: Day,
}
