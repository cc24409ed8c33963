//! The words of programmes.

use poem_openapi::Object;

use crate::{
    parcels::ParcelStage,
    values::{Area, Day, Label, OrgUnitId, ProgrammeId, Share},
};

/// A yearly programme with its targets (年度计划).
#[derive(Debug, Clone, Object)]
pub struct Programme {
    pub id: ProgrammeId,
    /// The unit it hangs on: a district, as a rule.
    pub org_unit_id: OrgUnitId,
    pub name: String,
    pub year: i32,
    /// Old villages to start in the year.
    pub target_villages: i32,
    /// Shantytown areas to start in the year.
    pub target_areas: i32,
    /// Floor area to demolish in the year, m².
    pub target_demolition_m2: Area,
    /// Invented data, and says so.
    pub synthetic: bool,
    pub version: i32,
}

/// What a programme is created or replaced with.
#[derive(Debug, Clone, Object)]
pub struct ProgrammeFields {
    pub name: Label,
    /// The calendar year of the plan, 1990 to 2200.
    #[oai(validator(minimum(value = "1990"), maximum(value = "2200")))]
    pub year: i32,
    /// Old villages to start in the year, 0 to 10,000.
    #[oai(validator(minimum(value = "0"), maximum(value = "10000")))]
    pub target_villages: i32,
    /// Shantytown areas to start in the year, 0 to 10,000.
    #[oai(validator(minimum(value = "0"), maximum(value = "10000")))]
    pub target_areas: i32,
    /// Floor area to demolish in the year, m².
    pub target_demolition_m2: Area,
    /// Marks invented data; cannot be changed later.
    #[oai(default)]
    pub synthetic: bool,
}

/// How far a programme is, against its targets.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Progress {
    pub programme_id: ProgrammeId,
    /// The legal day the figures stand for.
    pub as_of: Day,
    pub villages: CountProgress,
    pub areas: CountProgress,
    pub demolition: DemolitionProgress,
    /// Households planned over all parcels.
    pub households_planned: i64,
    /// Households registered.
    pub households_registered: i64,
    /// Parcels by the step they are in.
    pub stages: Vec<StageCount>,
}

/// Started parcels of one kind; started means past the planning step.
#[derive(Debug, Clone, Object)]
pub struct CountProgress {
    pub target: i32,
    pub planned: i64,
    pub started: i64,
}

/// Floor area, m².
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DemolitionProgress {
    pub target_m2: Area,
    pub planned_m2: Area,
    pub demolished_m2: Area,
    /// Demolished over target; absent when the target is nothing.
    pub share: Option<Share>,
}

/// How many parcels are in a step.
#[derive(Debug, Clone, Object)]
pub struct StageCount {
    pub stage: ParcelStage,
    pub parcels: i64,
}
