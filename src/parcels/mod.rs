//! Programmes (年度计划) and parcels (改造地块): what is to be redeveloped, and how far it is.
//!
//! A *parcel* is one old village or one shantytown area. Everything of a case hangs below a
//! parcel, so this slice also owns what a caller may see: case data are read through
//! `parcel_id` and the programme's `synthetic`. Tables: `programme`, `parcel`,
//! `parcel_stage_change`, `demolition`.

mod api;
mod boundary;
mod export;
pub mod model;
mod rules;
mod store;

pub use api::ParcelsApi;
pub use export::ParcelExportsApi;
pub use model::{LegalTrack, Parcel, ParcelKind, ParcelStage, Programme};
pub use store::{find_parcel, find_programme, lock_parcel};
