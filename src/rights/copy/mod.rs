//! The copy (副本) of everything Anju holds about one person: JSON for programs, XLSX for people.
//!
//! A job reads it in one snapshot once a request is accepted. Of the other members of the household
//! there is their relation and a masked name in it, of staff the role and the unit. It is handed out
//! for a week, each time on record like a disclosure, and then forgotten.

mod api;
mod document;
mod gather;
mod paper;
mod run;
mod store;

pub use api::CopiesApi;
pub use document::DataCopy;
pub use run::{forget, run};
