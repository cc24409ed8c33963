//! The words of households, persons and structures.

use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::values::{
    Area, Day, HouseholdId, IdDocumentKind, Label, MaskedAddress, MaskedName, MaskedPhone, Number,
    OrgUnitId, OtherIdNumber, ParcelId, PersonId, PersonName, Phone, PlaceName, ProgrammeId,
    Relation, StructureId,
};

/// What a structure is used for (实际用途).
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, Serialize, Deserialize)]
#[sqlx(type_name = "structure_use", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum StructureUse {
    /// Home (住宅).
    Residential,
    /// Shop, office, inn (经营).
    Commercial,
    /// Workshop (生产).
    Production,
    /// Storage (仓储).
    Storage,
    /// Home and business in one (住改非、商住两用).
    Mixed,
    /// Anything else (其他).
    Other,
}

impl StructureUse {
    /// The words people read.
    pub fn words(self) -> crate::sheets::Bilingual {
        match self {
            Self::Residential => ("住宅", "home"),
            Self::Commercial => ("经营", "business"),
            Self::Production => ("生产", "workshop"),
            Self::Storage => ("仓储", "storage"),
            Self::Mixed => ("商住两用", "home and business"),
            Self::Other => ("其他", "other"),
        }
    }

    /// The name on the wire.
    pub fn key(self) -> &'static str {
        match self {
            Self::Residential => "residential",
            Self::Commercial => "commercial",
            Self::Production => "production",
            Self::Storage => "storage",
            Self::Mixed => "mixed",
            Self::Other => "other",
        }
    }
}

/// A household (户) as lists show it.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct HouseholdSummary {
    pub id: HouseholdId,
    /// The unit it hangs on.
    pub org_unit_id: OrgUnitId,
    pub parcel_id: ParcelId,
    pub parcel_name: String,
    /// Unique in the parcel.
    pub household_no: String,
    /// Who holds the property (产权人), masked.
    pub holder_name: MaskedName,
    /// As far as the building.
    pub address: MaskedAddress,
    /// Masked, for example `138****1234`.
    pub phone: Option<MaskedPhone>,
    /// The sum over its structures, m².
    pub floor_area_m2: Area,
    pub version: i32,
}

/// A household (户) with its persons and structures.
#[derive(Debug, Clone, Object, Serialize)]
#[oai(skip_serializing_if_is_none)]
pub struct Household {
    pub id: HouseholdId,
    /// The unit it hangs on.
    pub org_unit_id: OrgUnitId,
    pub programme_id: ProgrammeId,
    pub parcel_id: ParcelId,
    pub parcel_name: String,
    /// Unique in the parcel; never changes.
    pub household_no: String,
    /// Who holds the property (产权人), masked.
    pub holder_name: MaskedName,
    /// As far as the building.
    pub address: MaskedAddress,
    /// Masked, for example `138****1234`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<MaskedPhone>,
    /// The sum over its structures, m²: of each the recognised area, else the measured one, else
    /// that of the certificate.
    pub floor_area_m2: Area,
    /// Holders first, then by their relation to the head.
    pub persons: Vec<Person>,
    /// By number.
    pub structures: Vec<Structure>,
    /// Belongs to a programme of invented data.
    pub synthetic: bool,
    /// Counts every change of the household, its persons and its structures.
    pub version: i32,
}

/// A person of a household (家庭成员).
#[derive(Debug, Clone, Object, Serialize)]
#[oai(skip_serializing_if_is_none)]
pub struct Person {
    pub id: PersonId,
    /// Masked.
    pub name: MaskedName,
    pub relation: Relation,
    /// Holds the property, alone or with others.
    pub holder: bool,
    pub document: MaskedDocument,
    /// The year of birth; absent when it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_year: Option<i32>,
}

/// An identity document (证件) as far as it is shown.
#[derive(Debug, Clone, Object, Serialize)]
#[oai(skip_serializing_if_is_none)]
pub struct MaskedDocument {
    pub kind: IdDocumentKind,
    /// The masked number, for example `110*************2X`; absent for the kind `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_masked: Option<String>,
}

/// A structure (房屋、建筑物) of a household.
#[derive(Debug, Clone, Object, Serialize, Deserialize)]
#[oai(skip_serializing_if_is_none)]
pub struct Structure {
    pub id: StructureId,
    /// Its number in the household.
    pub seq: i32,
    #[serde(rename = "use")]
    #[oai(rename = "use")]
    pub used_for: StructureUse,
    /// The number of the property certificate (不动产权证号).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_no: Option<String>,
    /// Floor area on the certificate (证载面积), m².
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_area_m2: Option<Area>,
    /// Floor area as measured (实测面积), m².
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured_area_m2: Option<Area>,
    /// Floor area recognised for compensation (认定面积), m².
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recognised_area_m2: Option<Area>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built_year: Option<i32>,
}

/// A household to be registered, with everything that belongs to it.
#[derive(Debug, Clone, Object)]
pub struct NewHousehold {
    pub parcel_id: ParcelId,
    /// The grid it hangs on, below the unit of the parcel; that unit itself when not said.
    pub org_unit_id: Option<OrgUnitId>,
    /// Unique in the parcel.
    pub household_no: Number,
    /// Who holds the property (产权人).
    pub holder_name: PersonName,
    pub address: PlaceName,
    pub phone: Option<Phone>,
    /// 1 to 50.
    #[oai(validator(min_items = "1", max_items = "50"))]
    pub persons: Vec<NewPerson>,
    /// At most 50, each with a number of its own.
    #[oai(default, validator(max_items = "50"))]
    pub structures: Vec<StructureFields>,
}

/// What a household is replaced with; its persons and structures have operations of their own.
/// What is left out stays as it is, because answers show it masked only.
#[derive(Debug, Clone, Object)]
pub struct HouseholdFields {
    /// Who holds the property (产权人).
    pub holder_name: Option<PersonName>,
    pub address: Option<PlaceName>,
    pub phone: Option<Phone>,
    /// Takes the number away; not together with `phone`.
    #[oai(default)]
    pub remove_phone: bool,
}

/// An identity document (证件) with its number in clear; no answer ever shows it again.
#[derive(Debug, Clone, Object)]
pub struct GivenDocument {
    pub kind: IdDocumentKind,
    /// Left out for the kind `none` and for no other. A citizen number is checked with GB 11643.
    #[oai(write_only)]
    pub number: Option<OtherIdNumber>,
}

/// A person to be registered.
#[derive(Debug, Clone, Object)]
pub struct NewPerson {
    pub name: PersonName,
    pub relation: Relation,
    /// Holds the property, alone or with others.
    #[oai(default)]
    pub holder: bool,
    pub document: GivenDocument,
    /// Taken from a citizen number; given, it must be the same.
    pub birth_on: Option<Day>,
}

/// What a person is replaced with.
#[derive(Debug, Clone, Object)]
pub struct PersonFields {
    /// Left out, the name stays as it is, because answers show it masked only.
    pub name: Option<PersonName>,
    pub relation: Relation,
    /// Holds the property, alone or with others.
    #[oai(default)]
    pub holder: bool,
    /// Left out, the document stays as it is, because answers show its number masked only.
    pub document: Option<GivenDocument>,
    /// Taken from a citizen number; given, it must be the same. Left out, the day stays as it is,
    /// because answers show its year only.
    pub birth_on: Option<Day>,
    /// Takes away a day that no document states; not together with `birth_on`.
    #[oai(default)]
    pub remove_birthday: bool,
}

/// What a structure is registered or replaced with; at least one of the three areas is given.
#[derive(Debug, Clone, Object)]
pub struct StructureFields {
    /// Its number in the household, 1 to 999, unique there.
    #[oai(validator(minimum(value = "1"), maximum(value = "999")))]
    pub seq: i32,
    #[oai(rename = "use")]
    pub used_for: StructureUse,
    /// The number of the property certificate (不动产权证号).
    pub certificate_no: Option<Label>,
    /// Floor area on the certificate (证载面积), m².
    pub certificate_area_m2: Option<Area>,
    /// Floor area as measured (实测面积), m².
    pub measured_area_m2: Option<Area>,
    /// Floor area recognised for compensation (认定面积), m².
    pub recognised_area_m2: Option<Area>,
    /// 1700 to the present year.
    #[oai(validator(minimum(value = "1700"), maximum(value = "2200")))]
    pub built_year: Option<i32>,
}

/// Where a household stands: what others need to hang something below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub household_id: HouseholdId,
    pub parcel_id: ParcelId,
    pub programme_id: ProgrammeId,
    pub household_no: String,
    pub holder_name: String,
    pub version: i32,
}
