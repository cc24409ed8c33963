//! Who may do what: who presents a credential, roles and the permissions of every operation.
//!
//! Words: *post* (role × unit × period), *role* (what a member of staff is), *permission* (what an
//! operation asks for), *scope* (which cases they may see), *actor* (who did something, for four
//! eyes). Tables: `staff`, `post`, `post_parcel`, `api_key`, `authority`.

mod api;
mod callers;
mod credential;
mod export;
mod four_eyes;
mod key_rules;
mod keys;
mod known;
pub mod members;
mod permissions;
pub mod posts;
mod presented;
mod scope;
mod signed_in;
mod store;

pub use api::StaffApi;
pub use callers::{Callers, Held, Known, Lack, Remembered, Via, scope_now};
pub use credential::SESSION_PREFIX;
pub use export::ApiKeyExportsApi;
pub use four_eyes::Actor;
pub(crate) use key_rules::may_grant;
pub(crate) use keys::hash as hash_of_token;
pub use keys::{KeyTerms, NewKey, create_key, create_key_on};
pub use known::SESSION_IDLE;
pub use permissions::{PERMISSIONS, Permission, Role, may, roles_with};
pub use presented::{Presented, Staff};
pub use scope::{Scope, Secret};
pub use signed_in::SignedIn;
pub use store::move_on;
