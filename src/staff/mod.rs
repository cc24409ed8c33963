//! Who may do what: API keys, roles and the permissions of every operation.
//!
//! Words: *post* (role × unit × period), *role* (what a member of staff is), *permission* (what an
//! operation asks for), *scope* (which cases they may see), *actor* (who did something, for four
//! eyes). Tables: `staff`, `post`, `post_parcel`, `api_key`, `authority`.

mod api;
mod callers;
mod export;
mod four_eyes;
mod key_rules;
mod keys;
pub mod members;
mod permissions;
pub mod posts;
mod presented;
mod scope;
mod store;

pub use api::StaffApi;
pub use callers::{Callers, Held, Known, Remembered, scope_now};
pub use export::ApiKeyExportsApi;
pub use four_eyes::Actor;
pub use keys::{KeyTerms, NewKey, create_key, create_key_on};
pub use permissions::{PERMISSIONS, Permission, Role, may, roles_with};
pub use presented::{Presented, Staff};
pub use scope::{Scope, Secret};
pub use store::move_on;
