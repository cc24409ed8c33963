//! Disclosures (查看明文): clear names, numbers and days, for a reason.
//!
//! Everything Anju answers is masked, for every role. Whoever must know a name or a number asks
//! for it household by household and says why. Who asked, when and why stands in the trail and in
//! the resident's own case. How much is shown depends on the role ([`Extent`]). The answer is
//! stored nowhere. Tables: `disclosure`.

mod api;
mod model;
mod rules;
mod show;
mod store;

pub use api::DisclosuresApi;
pub use model::{Disclosure, DisclosureReason, Extent};
pub(crate) use rules::extent;
pub(crate) use show::{NOTE, Showing, show};
pub(crate) use store::find as find_clear;
