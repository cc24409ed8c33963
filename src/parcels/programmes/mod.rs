//! Programmes (年度计划): the targets of a year, and how far its parcels are against them.
//!
//! A programme that is *synthetic* holds invented data and says so on everything below it. Table:
//! `programme`.

mod api;
mod export;
mod model;
mod store;

pub use api::{ProgrammesApi, no_programme};
pub use export::ProgrammeExportsApi;
pub use model::Programme;
pub use store::find_programme;
