//! The only integration binary: one link, one throw-away PostgreSQL.

mod contract;
mod households;
mod housing;
mod inspections;
mod parcels;
mod platform;
mod postgres;
mod schema;
mod support;
