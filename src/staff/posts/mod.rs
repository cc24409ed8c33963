//! Posts (岗位): who is what, at which unit, for which period; and of appraisers, on which parcels.
//!
//! A post grants what its role may do where its unit stands. Nobody gives one to themselves.
//! Tables: `post`, `post_parcel`.

mod api;
pub mod model;
mod parcels;
mod rules;
mod store;

pub use api::{PostsApi, not_held};
pub use model::{NewPost, Post};
pub use parcels::PostParcelsApi;
pub use store::{end_all, insert, is_held};
