//! Households (户), persons (人员) and structures (房屋): who is affected and with how much floor area.
//!
//! Personal data live here and nowhere else; other slices hold ids. The number of an identity
//! document is sealed and leaves masked; it is found again by its *fingerprint*, and a resident
//! proves the last six characters against a hash of their own. A household, its persons and its
//! structures have one version. Tables: `household`, `person`, `structure`; the view
//! `household_area` says what counts as floor area.

mod api;
mod batch;
mod disclosures;
mod documents;
mod export;
mod members;
pub mod model;
mod names;
mod phones;
mod refusals;
mod roster;
mod rules;
pub(crate) mod sealed;
mod search;
mod store;

pub use api::{HouseholdsApi, no_household};
pub use disclosures::{Disclosure, DisclosureReason, DisclosuresApi, Extent};
pub(crate) use disclosures::{Showing, extent as disclosed_to, find_clear, show};
pub use documents::{fingerprint, last_six_hash};
pub use export::HouseholdExportsApi;
pub use members::{PersonsApi, StructuresApi, no_person};
pub use model::{Household, HouseholdSummary, Place, StructureUse};
pub use names::name_fingerprint;
pub(crate) use phones::fingerprint as phone_fingerprint;
pub use roster::{
    AbsentHousehold, RosterRow, absent_from, compare as compare_roster, write as import_roster,
};
pub use rules::is_adult;
pub use search::SearchApi;
pub use store::{find_place, find_places, lock_place};
