//! Who may do what: who presents a credential, roles and the permissions of every operation.
//!
//! Words: *post* (role × unit × period), *role* (what a member of staff is), *permission* (what an
//! operation asks for), *scope* (which cases they may see). Tables: `staff`, `post`, `api_key`,
//! `authority`.

mod api;
mod callers;
mod credential;
mod export;
mod keys;
mod known;
mod permissions;
mod presented;
mod scope;
mod signed_in;
mod store;

pub use api::StaffApi;
pub use callers::{Callers, Held, Known, Lack, Remembered, Via, scope_now};
pub use credential::SESSION_PREFIX;
pub use export::ApiKeyExportsApi;
pub(crate) use keys::hash as hash_of_token;
pub use keys::{NewKey, create_key};
pub use known::SESSION_IDLE;
pub use permissions::{PERMISSIONS, Permission, Role, may, roles_with};
pub use presented::{Presented, Staff};
pub use scope::{Scope, Secret};
pub use signed_in::SignedIn;
pub use store::move_on;
