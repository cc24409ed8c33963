//! The words of the roster and the signing rate.

use poem_openapi::{Enum, Object};

use crate::{
    parcels::ParcelKind,
    values::{
        Area, Day, HouseholdId, Instant, MaskedAddress, MaskedName, ParcelId, ProgrammeId,
        RosterId, Share,
    },
};

/// The frozen denominator of a parcel (签约底册).
#[derive(Debug, Clone, Object)]
pub struct Roster {
    pub id: RosterId,
    pub parcel_id: ParcelId,
    /// The legal day it was frozen.
    pub frozen_on: Day,
    pub frozen_at: Instant,
    /// Households of the parcel on that day.
    pub household_count: i32,
    /// Their floor area, m²: of each structure the recognised area, else the measured one, else
    /// that of the certificate.
    pub floor_area_m2: Area,
    pub version: i32,
}

/// Households that have signed, of those on the roster.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SignedHouseholds {
    pub signed: i64,
    pub total: i64,
    /// Signed over total, cut off after four decimals; absent when there is no total.
    pub share: Option<Share>,
}

/// Roster floor area of the households that have signed, m².
#[derive(Debug, Clone, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SignedFloorArea {
    /// Area of the roster, not of the agreements: it never exceeds the total.
    pub signed_m2: Area,
    pub total_m2: Area,
    /// Signed over total, cut off after four decimals; absent when there is no total.
    pub share: Option<Share>,
}

/// The figures of one day.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct SigningFigures {
    pub households: SignedHouseholds,
    pub floor_area: SignedFloorArea,
    /// Households signed on the day that were not signed seven days before it.
    pub signed_last_7_days: i64,
    /// Households of the roster that are not signed on the day.
    pub unsigned: i64,
}

/// The signing rate of a parcel on a day (签约率).
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct SigningRate {
    pub parcel_id: ParcelId,
    /// The legal day the figures stand for.
    pub as_of: Day,
    /// Which definition was counted by: `signing-rate/1`.
    pub definition: String,
    /// The day the roster was frozen.
    pub frozen_on: Day,
    #[oai(flatten)]
    pub figures: SigningFigures,
}

/// The signing rate of a parcel day by day.
#[derive(Debug, Clone, Object)]
pub struct SigningSeries {
    pub parcel_id: ParcelId,
    pub from: Day,
    pub to: Day,
    /// Which definition was counted by: `signing-rate/1`.
    pub definition: String,
    /// The day the roster was frozen.
    pub frozen_on: Day,
    /// Every day from `from` to `to`, in order.
    pub days: Vec<SigningDay>,
}

/// One day of a series.
#[derive(Debug, Clone, Object)]
pub struct SigningDay {
    pub day: Day,
    pub households: SignedHouseholds,
    pub floor_area: SignedFloorArea,
    /// Households that began to count on this day.
    pub newly_signed: i64,
    /// Households that counted on the day before and do not any more: their agreement is void.
    pub lapsed: i64,
}

/// What the rates of a programme are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
#[oai(rename = "SigningRateGroupBy", rename_all = "snake_case")]
pub enum GroupBy {
    /// One group per parcel.
    #[default]
    Parcel,
    /// Old villages and shantytown areas.
    Kind,
    /// One group per subdistrict (街道办事处).
    Subdistrict,
}

/// The signing rates of a programme on a day.
#[derive(Debug, Clone, Object)]
pub struct ProgrammeSigningRates {
    pub programme_id: ProgrammeId,
    /// The legal day the figures stand for.
    pub as_of: Day,
    /// Which definition was counted by: `signing-rate/1`.
    pub definition: String,
    pub group_by: GroupBy,
    /// In the order of parcel code, kind or subdistrict.
    pub groups: Vec<SigningRateGroup>,
    /// Over all parcels of the programme that have a roster.
    pub total: SigningRateTotal,
    /// Parcels whose roster is not frozen yet; their households are in no figure here.
    pub parcels_without_roster: i64,
}

/// The signing rate of some parcels together; which ones depends on `group_by`.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct SigningRateGroup {
    /// With `group_by=parcel`.
    pub parcel_id: Option<ParcelId>,
    /// With `group_by=parcel`.
    pub parcel_code: Option<String>,
    /// With `group_by=parcel`.
    pub parcel_name: Option<String>,
    /// With `group_by=parcel` and `group_by=kind`.
    pub kind: Option<ParcelKind>,
    /// With `group_by=parcel` and `group_by=subdistrict`.
    pub subdistrict: Option<String>,
    #[oai(flatten)]
    pub rate: SigningRateTotal,
}

/// Figures over some parcels.
#[derive(Debug, Clone, PartialEq, Eq, Object)]
pub struct SigningRateTotal {
    /// Parcels, with and without a roster.
    pub parcels: i64,
    /// Parcels whose roster is not frozen yet; they count as nothing in the figures.
    pub parcels_without_roster: i64,
    #[oai(flatten)]
    pub figures: SigningFigures,
}

/// A household of the roster that is not signed on the day.
#[derive(Debug, Clone, Object)]
pub struct UnsignedHousehold {
    pub household_id: HouseholdId,
    pub household_no: String,
    /// Masked.
    pub holder_name: MaskedName,
    /// As far as the building.
    pub address: MaskedAddress,
    /// Its floor area in the roster, m².
    pub floor_area_m2: Area,
    /// Whether a draft is being prepared, as of now: a draft has no legal day.
    pub has_draft: bool,
}
