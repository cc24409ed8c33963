//! The words of breaking the glass.

use poem_openapi::{Enum, Object};

use crate::{
    sheets::Bilingual,
    staff::Role,
    values::{
        ActorId, BreakGlassAccessId, HouseholdId, Instant, Note, Number, OrgUnitId, Phone, StaffId,
    },
};

/// What the emergency is (紧急事由).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "break_glass_reason", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum BreakGlassReason {
    /// Life or limb is in danger (人身安全).
    DangerToLife,
    /// Somebody is ill or hurt (医疗急救).
    MedicalEmergency,
    /// A child or an old person is lost (人员走失).
    MissingPerson,
    /// Fire, flood, a house about to fall (灾害险情).
    Disaster,
    /// Anything else; the note says what (其他).
    Other,
}

impl BreakGlassReason {
    /// The name on the wire and in the trail.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::DangerToLife => "danger_to_life",
            Self::MedicalEmergency => "medical_emergency",
            Self::MissingPerson => "missing_person",
            Self::Disaster => "disaster",
            Self::Other => "other",
        }
    }

    /// The words people read.
    pub(super) fn words(self) -> Bilingual {
        match self {
            Self::DangerToLife => ("人身安全", "danger to life"),
            Self::MedicalEmergency => ("医疗急救", "medical emergency"),
            Self::MissingPerson => ("人员走失", "missing person"),
            Self::Disaster => ("灾害险情", "disaster"),
            Self::Other => ("其他", "other"),
        }
    }
}

/// What the examination found (审查结论).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize, serde::Deserialize,
)]
#[sqlx(type_name = "break_glass_finding", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum BreakGlassFinding {
    /// There was an emergency, and it was needed (正当).
    Justified,
    /// There was none, or it was not needed (不当).
    Unjustified,
}

impl BreakGlassFinding {
    /// The name on the wire and in the trail.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Justified => "justified",
            Self::Unjustified => "unjustified",
        }
    }

    /// The words people read.
    pub(super) fn words(self) -> Bilingual {
        match self {
            Self::Justified => ("正当", "justified"),
            Self::Unjustified => ("不当", "unjustified"),
        }
    }
}

/// An emergency: a household by exactly one of its two marks.
#[derive(Debug, Clone, Object)]
pub struct NewBreakGlassAccess {
    /// The code of its parcel; with `household_no`.
    pub parcel_code: Option<Number>,
    /// Its number in the parcel.
    pub household_no: Option<Number>,
    /// Its whole telephone number, when nothing else is known.
    #[oai(write_only)]
    pub phone: Option<Phone>,
    pub reason: BreakGlassReason,
    /// What happens, for whoever examines it; kept encrypted.
    pub note: Note,
    /// For so many minutes it may be read: 5 to 240.
    pub minutes: u16,
}

/// An access in an emergency, and what was found of it.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct BreakGlassAccess {
    pub id: BreakGlassAccessId,
    /// Absent when none was found, or more than one.
    pub household_id: Option<HouseholdId>,
    pub staff_id: StaffId,
    /// Who it was.
    pub staff_name: String,
    pub role: Role,
    /// Where they work.
    pub org_unit_id: OrgUnitId,
    pub reason: BreakGlassReason,
    /// What happened, as they wrote it; for whoever examines it, one by one.
    pub note: Option<String>,
    /// When the glass was broken.
    pub opened_at: Instant,
    /// From then on nothing can be read.
    pub expires_at: Instant,
    /// So often it was read.
    pub readings: i32,
    /// Absent until somebody has examined it.
    pub finding: Option<BreakGlassFinding>,
    /// Why that was found; one by one.
    pub finding_note: Option<String>,
    /// Who examined it.
    pub reviewed_by: Option<ActorId>,
    /// When it was examined.
    pub reviewed_at: Option<Instant>,
    pub version: i32,
}

/// What the examination found.
#[derive(Debug, Clone, Object)]
pub struct NewBreakGlassReview {
    pub finding: BreakGlassFinding,
    /// Why; kept encrypted.
    pub note: Note,
}
