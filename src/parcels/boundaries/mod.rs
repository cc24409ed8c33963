//! Boundaries (地块边界) of parcels: GeoJSON in, the area inside it computed, GeoJSON out for maps.
//!
//! A boundary is a part of its parcel: it has no version of its own, and setting it is a change of
//! the parcel. Kept in the table `parcel`.

mod api;
mod model;
mod shape;
mod store;

pub use api::BoundariesApi;
