//! Parcels (改造地块) and their programmes (年度计划): what is to be redeveloped, and how far it is.
//!
//! A *parcel* is one old village or one shantytown area. Everything of a case hangs below a
//! parcel, so this slice also owns what a caller may see: case data are read through
//! `parcel_id` and the programme's `synthetic`.
//!
//! Here are the parcels themselves with their steps and demolitions; `programmes` and
//! `boundaries` are slices within the slice. Tables: `parcel`, `parcel_stage_change`,
//! `demolition`, and `programme` in `programmes`.

mod api;
mod boundaries;
mod export;
pub mod model;
mod programmes;
mod rules;
mod store;

pub use api::{ParcelsApi, no_parcel};
pub use boundaries::BoundariesApi;
pub use export::ParcelExportsApi;
pub use model::{LegalTrack, Parcel, ParcelKind, ParcelStage};
pub use programmes::{Programme, ProgrammeExportsApi, ProgrammesApi, find_programme, no_programme};
pub use store::{find_parcel, lock_parcel};
