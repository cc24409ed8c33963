//! The words of estates and buildings.

use poem_openapi::Object;

use crate::values::{BuildingId, EstateId, Label, PlaceName, ProgrammeId};

/// A resettlement estate (安置房小区).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Estate {
    pub id: EstateId,
    pub programme_id: ProgrammeId,
    pub name: String,
    /// Absent while it is not known.
    pub address: Option<String>,
    /// Belongs to a programme of invented data.
    pub synthetic: bool,
    pub version: i32,
}

/// What an estate is created or replaced with.
#[derive(Debug, Clone, Object)]
pub struct EstateFields {
    /// Unique in the programme.
    pub name: PlaceName,
    pub address: Option<PlaceName>,
}

/// An estate to be created, with the programme it belongs to.
#[derive(Debug, Clone, Object)]
pub struct NewEstate {
    pub programme_id: ProgrammeId,
    #[oai(flatten)]
    pub fields: EstateFields,
}

/// A building of an estate (楼栋).
#[derive(Debug, Clone, Object)]
pub struct Building {
    pub id: BuildingId,
    pub estate_id: EstateId,
    pub name: String,
    /// Floors above ground, 1 to 100.
    pub floors: i32,
    pub version: i32,
}

/// A building to be created.
#[derive(Debug, Clone, Object)]
pub struct NewBuilding {
    /// Unique in the estate, for example `3号楼`.
    pub name: Label,
    /// Floors above ground, 1 to 100.
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub floors: i32,
}
