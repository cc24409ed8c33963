//! The words of responsibility.

use poem_openapi::{Enum, Object};

use crate::{
    http::Language,
    sheets::Bilingual,
    values::{Day, HouseholdId, NeedId, ParcelId, ResponsibilityId, StaffId},
};

/// A period in which somebody was responsible for a household or a need.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Responsibility {
    pub id: ResponsibilityId,
    pub household_id: HouseholdId,
    /// For this need alone; absent for the household and whatever of it has nobody of its own.
    pub need_id: Option<NeedId>,
    pub staff_id: StaffId,
    pub staff_name: String,
    pub from_on: Day,
    /// The first day it was no longer theirs; absent while it is.
    pub to_on: Option<Day>,
}

/// Who shall be responsible.
#[derive(Debug, Object)]
pub(super) struct NewResponsibility {
    /// Somebody with a post, at the unit of the household or above it, whose role has `work.read`.
    pub staff_id: StaffId,
    /// Today or earlier, and not before the present one began.
    pub from_on: Day,
}

/// How much was given to somebody at once.
#[derive(Debug, Object)]
pub(super) struct Given {
    /// The households that had nobody and now have this person.
    pub households: i64,
    /// Those that still have nobody, because so many are not given at once; repeat it for them.
    pub left: i64,
}

/// A hand-over to a successor (移交).
#[derive(Debug, Object)]
pub(super) struct NewHandOver {
    /// Somebody with a post at the units of all that is handed over, or above them.
    pub to_staff_id: StaffId,
    /// The first day it is the successor's: today or earlier.
    pub from_on: Day,
    /// Only what hangs on this parcel.
    pub parcel_id: Option<ParcelId>,
}

/// What was handed over.
#[derive(Debug, Object)]
pub(super) struct HandOver {
    pub from_staff_id: StaffId,
    pub to_staff_id: StaffId,
    pub from_on: Day,
    pub households: i64,
    pub needs: i64,
}

/// Something that is in somebody's hands now.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Holding {
    pub id: ResponsibilityId,
    pub household_id: HouseholdId,
    pub household_no: String,
    pub parcel_id: ParcelId,
    pub parcel_name: String,
    /// For this need alone; absent for the household.
    pub need_id: Option<NeedId>,
    pub from_on: Day,
}

/// What kind of thing has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, sqlx::Type, serde::Serialize)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum WorkKind {
    /// Get an agreement signed before the signing period of the parcel ends.
    Sign,
    /// Settle a need by its day.
    SettleNeed,
    /// Get a defect of an assigned flat rectified, also one that a re-check sent back.
    RectifyDefect,
    /// Hand over the keys of a flat that is in order.
    HandOverFlat,
    /// See that a request of a person about their data is answered in time.
    AnswerDataRequest,
}

impl WorkKind {
    /// The name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::SettleNeed => "settle_need",
            Self::RectifyDefect => "rectify_defect",
            Self::HandOverFlat => "hand_over_flat",
            Self::AnswerDataRequest => "answer_data_request",
        }
    }

    /// What to do, in words.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Sign => (
                "签约期内与该户签订补偿协议",
                "get the agreement signed within the signing period",
            ),
            Self::SettleNeed => ("落实并办结该项需求", "see that the need is met and closed"),
            Self::RectifyDefect => (
                "督促整改安置房质量问题",
                "see that the defect of the flat is rectified",
            ),
            Self::HandOverFlat => (
                "安置房已具备条件，办理交房",
                "the flat is in order: hand over the keys",
            ),
            Self::AnswerDataRequest => (
                "按期答复个人信息权利请求",
                "see that the request about personal data is answered in time",
            ),
        }
    }
}

/// Something a member of staff has to do.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct WorkItem {
    pub kind: WorkKind,
    /// By when. Of a flat to be handed over, and of a defect without a day of its own: since when.
    pub due_on: Day,
    /// The day is past.
    pub overdue: bool,
    /// The household, need, defect, flat or request.
    pub object_id: uuid::Uuid,
    pub household_id: HouseholdId,
    pub household_no: String,
    pub parcel_id: ParcelId,
    pub parcel_name: String,
    /// What to do, in the language asked for.
    pub what: String,
}

impl WorkItem {
    /// The words in a language.
    pub(super) fn told(mut self, language: Language) -> Self {
        let (zh, en) = self.kind.words();
        let word = match language {
            Language::Chinese => zh,
            Language::English => en,
        };
        word.clone_into(&mut self.what);
        self
    }
}
