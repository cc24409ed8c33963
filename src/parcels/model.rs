//! The words of parcels.

use poem_openapi::{Enum, Object};

use crate::{
    sheets::Bilingual,
    values::{Area, Day, Instant, Number, OrgUnitId, ParcelId, Phone, PlaceName, ProgrammeId},
};

/// What is redeveloped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize)]
#[sqlx(type_name = "parcel_kind", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum ParcelKind {
    /// Old village on collective land (旧村).
    OldVillage,
    /// Shantytown area on state-owned land (棚户区).
    ShantytownArea,
}

impl ParcelKind {
    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::OldVillage => ("旧村", "old village"),
            Self::ShantytownArea => ("棚户区", "shantytown area"),
        }
    }
}

/// The law a parcel is redeveloped under (law-and-data 1.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "legal_track", rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum LegalTrack {
    /// Expropriation of houses on state-owned land (国有土地上房屋征收).
    StateExpropriation,
    /// Requisition of collective land (集体土地征收).
    CollectiveRequisition,
    /// Relocation by agreement (协议搬迁).
    AgreementRelocation,
}

impl LegalTrack {
    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::StateExpropriation => (
                "国有土地上房屋征收",
                "expropriation of houses on state-owned land",
            ),
            Self::CollectiveRequisition => ("集体土地征收", "requisition of collective land"),
            Self::AgreementRelocation => ("协议搬迁", "relocation by agreement"),
        }
    }
}

/// The six steps (谋、拆、供、建、招、留), in this order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, sqlx::Type, Enum, serde::Serialize,
)]
#[sqlx(type_name = "parcel_stage", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum ParcelStage {
    /// 谋
    Plan,
    /// 拆
    Demolish,
    /// 供
    Supply,
    /// 建
    Build,
    /// 招
    Attract,
    /// 留
    Retain,
}

impl ParcelStage {
    pub const ALL: [Self; 6] = [
        Self::Plan,
        Self::Demolish,
        Self::Supply,
        Self::Build,
        Self::Attract,
        Self::Retain,
    ];

    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Plan => ("谋", "plan"),
            Self::Demolish => ("拆", "demolish"),
            Self::Supply => ("供", "supply"),
            Self::Build => ("建", "build"),
            Self::Attract => ("招", "attract"),
            Self::Retain => ("留", "retain"),
        }
    }
}

/// A redevelopment parcel (改造地块).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Parcel {
    pub id: ParcelId,
    pub programme_id: ProgrammeId,
    /// The unit it hangs on.
    pub org_unit_id: OrgUnitId,
    pub code: String,
    pub name: String,
    pub kind: ParcelKind,
    pub legal_track: LegalTrack,
    /// Subdistrict (街道办事处).
    pub subdistrict: String,
    /// Village or community (村居).
    pub village: Option<String>,
    pub households_planned: i32,
    /// Floor area to demolish, m².
    pub area_planned_m2: Area,
    pub stage: ParcelStage,
    /// First day of the signing period (签约期限).
    pub signing_from: Option<Day>,
    /// Last day of the signing period.
    pub signing_to: Option<Day>,
    /// Day by which households that signed move out (搬迁期限).
    pub moving_by: Option<Day>,
    /// The office residents can turn to.
    pub contact_name: Option<String>,
    pub contact_phone: Option<String>,
    /// Area inside the boundary, m²; absent while there is no boundary.
    pub boundary_area_m2: Option<Area>,
    /// Belongs to a programme of invented data.
    pub synthetic: bool,
    pub version: i32,
}

/// What a parcel is created or replaced with.
#[derive(Debug, Clone, Object)]
pub struct ParcelFields {
    /// Unique in the programme, for example `DJGD`.
    pub code: Number,
    pub name: PlaceName,
    pub kind: ParcelKind,
    pub legal_track: LegalTrack,
    /// Subdistrict (街道办事处).
    pub subdistrict: PlaceName,
    /// Village or community (村居).
    pub village: Option<PlaceName>,
    /// Households expected, 0 to 100,000.
    #[oai(validator(minimum(value = "0"), maximum(value = "100000")))]
    pub households_planned: i32,
    /// Floor area to demolish, m².
    pub area_planned_m2: Area,
    pub signing_from: Option<Day>,
    pub signing_to: Option<Day>,
    pub moving_by: Option<Day>,
    pub contact_name: Option<PlaceName>,
    pub contact_phone: Option<Phone>,
}

/// A parcel to be created, with the programme it belongs to.
#[derive(Debug, Clone, Object)]
pub struct NewParcel {
    pub programme_id: ProgrammeId,
    /// The village or community it hangs on, below the unit of the programme; that unit itself
    /// when not said. Whoever works there or above sees its cases.
    pub org_unit_id: Option<OrgUnitId>,
    #[oai(flatten)]
    pub fields: ParcelFields,
}

/// A step a parcel entered.
#[derive(Debug, Clone, Object)]
pub struct StageChange {
    /// 1 for the first change.
    pub seq: i32,
    pub stage: ParcelStage,
    pub entered_on: Day,
    pub recorded_at: Instant,
}

/// The step a parcel enters now.
#[derive(Debug, Clone, Object)]
pub struct NewStageChange {
    pub stage: ParcelStage,
    /// Today or earlier.
    pub entered_on: Day,
}

/// An accepted demolition (拆除验收).
#[derive(Debug, Clone, Object)]
pub struct Demolition {
    pub id: uuid::Uuid,
    pub parcel_id: ParcelId,
    /// Floor area cleared, m².
    pub area_m2: Area,
    pub accepted_on: Day,
    pub recorded_at: Instant,
}

/// A demolition to be recorded.
#[derive(Debug, Clone, Object)]
pub struct NewDemolition {
    /// Floor area cleared, m².
    pub area_m2: Area,
    /// Today or earlier.
    pub accepted_on: Day,
}
