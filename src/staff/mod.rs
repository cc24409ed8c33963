//! Who may do what: API keys, roles and the permissions of every operation.
//!
//! Words: *post* (role × unit × period), *role* (what a member of staff is), *permission* (what an
//! operation asks for), *scope* (which cases they may see). Tables: `staff`, `post`, `api_key`,
//! `authority`.

mod api;
mod callers;
mod export;
mod keys;
mod permissions;
mod presented;
mod scope;
mod store;

pub use api::StaffApi;
pub use callers::{Callers, Held, Known, Remembered, scope_now};
pub use export::ApiKeyExportsApi;
pub use keys::{NewKey, create_key};
pub use permissions::{PERMISSIONS, Permission, Role, may, roles_with};
pub use presented::{Presented, Staff};
pub use scope::{Scope, Secret};
pub use store::move_on;
