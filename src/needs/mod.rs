//! Needs after the move (安置后需求): schooling and medical care, from due date to closure.
//!
//! A need belongs to one person of a household. What exactly is needed is health data or about a
//! child, so the detail is sealed and told to the needs desk alone; everyone else sees kind, dates
//! and status. Tables: `need`.

mod api;
pub mod bulk;
mod export;
pub mod model;
mod own;
mod rules;
mod store;

pub(crate) use api::DETAIL;
pub use api::{NeedsApi, no_need};
pub use export::NeedExportsApi;
pub use model::{NeedKind, NeedOutcome, NeedStatus};
pub use own::{erase_of, of_person};
