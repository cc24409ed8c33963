//! The only integration binary: one link, one throw-away PostgreSQL.

mod agreements;
mod contract;
mod parcels;
mod platform;
mod postgres;
mod schema;
mod support;
