//! The words of boundaries.

use poem_openapi::Object;

use super::shape::Geometry;
use crate::{
    parcels::{ParcelKind, ParcelStage},
    values::ParcelId,
};

/// A boundary as a GeoJSON geometry (RFC 7946): Polygon or MultiPolygon, CGCS2000.
#[derive(Debug, Object)]
pub struct Boundary {
    /// The geometry; longitude before latitude.
    pub geometry: Geometry,
}

/// A GeoJSON FeatureCollection of parcels.
#[derive(Debug, Object)]
pub struct ParcelFeatures {
    /// Always `FeatureCollection`.
    #[oai(rename = "type")]
    pub kind: String,
    pub features: Vec<ParcelFeature>,
}

/// One parcel as a GeoJSON feature.
#[derive(Debug, Object)]
pub struct ParcelFeature {
    /// Always `Feature`.
    #[oai(rename = "type")]
    pub kind: String,
    pub id: ParcelId,
    pub geometry: Geometry,
    pub properties: ParcelProperties,
}

/// What a map shows of a parcel.
#[derive(Debug, Object)]
pub struct ParcelProperties {
    pub code: String,
    pub name: String,
    pub kind: ParcelKind,
    pub stage: ParcelStage,
}
