//! The only integration binary: one link, one throw-away PostgreSQL.

mod contract;
mod lookup;
mod parcels;
mod platform;
mod postgres;
mod schema;
mod support;
