//! Breaking the glass (紧急查阅): a household beyond one's units, in an emergency.
//!
//! A house is on fire, a child is lost, somebody faints at the counter: whoever is there opens the
//! household by its number or telephone, says why, and sees it in clear until the time is up. Each
//! attempt, also one that finds nothing, and each reading is written down; the resident's case
//! tells it; another person examines every one of them afterwards. Tables: `break_glass_access`.

mod api;
mod export;
mod model;
mod rules;
mod store;

pub use api::BreakGlassApi;
pub(crate) use api::{FINDING, NOTE};
pub use export::BreakGlassExportsApi;
pub use model::{BreakGlassFinding, BreakGlassReason};
