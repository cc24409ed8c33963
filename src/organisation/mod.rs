//! The organisation (区、街办、村居、网格): a tree of units on which cases hang and people work.
//!
//! A unit keeps its id wherever it stands; where it stood before is kept. Tables: `org_unit`,
//! `org_unit_place`.

mod api;
mod export;
pub mod model;
mod rules;
mod store;

pub use api::{OrganisationApi, no_unit};
pub use export::OrgUnitExportsApi;
pub use model::{OrgLevel, OrgUnit, UnitAt};
pub use store::{district, find_at, found_district, unit_of_code};
