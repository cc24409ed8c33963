//! Finding a household (找户): by the number of a document or a telephone, part of a name, initials,
//! or the number of the household or its agreement.
//!
//! What is looked for is in the body, never in an address, and the trail keeps the kind of
//! criterion and how many were found, not the value. Numbers of documents and telephones are found
//! by keyed hashes. Names of adults stand in clear in their own columns, so their search keys do,
//! too: no keyed hash finds a beginning. Names of children have no keys and are not found here.
//! Tables: `household_name_key`.

mod api;
mod keys;
mod model;
mod store;

pub use api::SearchApi;
pub(super) use store::rekey;
