//! The words of the organisation.

use poem_openapi::{Enum, Object};
use serde::Serialize;

use crate::values::{Day, Instant, Label, Number, OrgUnitId};

/// A level of the four (四级管理), highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, Enum, Serialize)]
#[sqlx(type_name = "org_level", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum OrgLevel {
    /// The district (区).
    District,
    /// A subdistrict (街道办事处).
    Subdistrict,
    /// A village or community (村居).
    Village,
    /// A grid (网格), the smallest.
    Grid,
}

impl OrgLevel {
    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        match self {
            Self::District => ("区", "district"),
            Self::Subdistrict => ("街道", "subdistrict"),
            Self::Village => ("村居", "village"),
            Self::Grid => ("网格", "grid"),
        }
    }
}

/// A unit of the organisation, where it stands now.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct OrgUnit {
    pub id: OrgUnitId,
    /// The administrative code (GB/T 2260, GB/T 10114), and the district's own below the village.
    pub code: String,
    pub name: String,
    pub level: OrgLevel,
    /// The unit it belongs to; a district belongs to none.
    pub parent_id: Option<OrgUnitId>,
    /// Invented, with everything that hangs on it.
    pub synthetic: bool,
    pub created_at: Instant,
    pub version: i32,
}

/// A unit to be set up.
#[derive(Debug, Object)]
pub(super) struct NewOrgUnit {
    pub code: Number,
    pub name: Label,
    /// Lower than that of the unit it belongs to.
    pub level: OrgLevel,
    pub parent_id: OrgUnitId,
}

/// What of a unit can be put right.
#[derive(Debug, Object)]
pub(super) struct OrgUnitFields {
    pub name: Label,
}

/// A move of a unit, with all below it, to another one.
#[derive(Debug, Object)]
pub(super) struct NewMove {
    pub parent_id: OrgUnitId,
}

/// Where a unit stood, and when.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct OrgUnitPlace {
    pub parent_id: Option<OrgUnitId>,
    pub parent_name: Option<String>,
    pub from_on: Day,
    /// The first day it stood elsewhere; absent while it stands here.
    pub to_on: Option<Day>,
}

/// What others need to know of a unit to hang something on it.
#[derive(Debug, Clone, Copy)]
pub struct UnitAt {
    pub id: OrgUnitId,
    pub level: OrgLevel,
    pub synthetic: bool,
}
