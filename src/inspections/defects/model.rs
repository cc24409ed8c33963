//! The words of defects.

use poem_openapi::{Enum, Object};

use crate::values::{ActorId, Day, DefectId, FlatId, InspectionId, Note};

/// How bad a defect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize)]
#[sqlx(type_name = "defect_severity", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum DefectSeverity {
    /// To be rectified, does not keep the keys back (一般).
    General,
    /// Keeps the keys back until it is closed (严重).
    Severe,
}

impl DefectSeverity {
    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        match self {
            Self::General => ("一般", "general"),
            Self::Severe => ("严重", "severe"),
        }
    }
}

/// Where a defect stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize)]
#[sqlx(type_name = "defect_status", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum DefectStatus {
    /// To be rectified (待整改).
    Open,
    /// Said to be rectified, to be re-checked by somebody else (待复查).
    Rectified,
    /// Re-checked and found in order (已销号).
    Closed,
}

impl DefectStatus {
    /// The states that can follow.
    pub fn next(self) -> &'static [&'static str] {
        match self {
            Self::Open => &["rectified"],
            Self::Rectified => &["closed", "open"],
            Self::Closed => &[],
        }
    }
}

impl DefectStatus {
    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        match self {
            Self::Open => ("待整改", "open"),
            Self::Rectified => ("待复查", "rectified"),
            Self::Closed => ("已销号", "closed"),
        }
    }
}

/// A defect of a flat (质量问题).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Defect {
    pub id: DefectId,
    pub flat_id: FlatId,
    /// The inspection it was found in.
    pub inspection_id: Option<InspectionId>,
    pub description: String,
    pub severity: DefectSeverity,
    pub status: DefectStatus,
    pub found_on: Day,
    /// The day by which it is to be rectified (整改期限).
    pub rectify_by: Option<Day>,
    pub rectified_on: Option<Day>,
    /// Who reported the rectification: the member of staff, or the key while nobody is known behind
    /// it. Somebody else re-checks it.
    pub rectified_by: Option<ActorId>,
    pub closed_on: Option<Day>,
    /// Who re-checked it when it was closed.
    pub rechecked_by: Option<ActorId>,
    pub version: i32,
}

/// A defect to be recorded.
#[derive(Debug, Clone, Object)]
pub struct NewDefect {
    pub flat_id: FlatId,
    /// The inspection of this flat it was found in.
    pub inspection_id: Option<InspectionId>,
    /// What is wrong and where.
    pub description: Note,
    pub severity: DefectSeverity,
    /// Today or earlier.
    pub found_on: Day,
    /// The day by which it is to be rectified, not before it was found.
    pub rectify_by: Option<Day>,
}

/// The report that a defect is rectified (整改完成).
#[derive(Debug, Clone, Object)]
pub struct NewRectification {
    /// Today or earlier, not before the defect was found.
    pub rectified_on: Day,
}

/// The re-check of a rectification (复查), of today.
#[derive(Debug, Clone, Object)]
pub struct NewRecheck {
    /// In order: the defect is closed. Not in order: it is open again.
    pub passed: bool,
}
