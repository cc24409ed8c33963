//! Who may do what: API keys, roles and the permissions of every operation.
//!
//! Words: *role* (what a member of staff is), *permission* (what an operation asks for), *scope*
//! (which cases they may see). Tables: `api_key`.

mod api;
mod export;
mod keys;
mod permissions;
mod presented;
mod store;

pub use api::StaffApi;
pub use export::ApiKeyExportsApi;
pub use keys::{NewKey, create_key};
pub use permissions::{PERMISSIONS, Permission, Role, may, roles_with};
pub use presented::{Presented, Scope, Staff};
