//! The only integration binary: one link, one throw-away PostgreSQL.

mod parcels;
mod postgres;
mod support;
