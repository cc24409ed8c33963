//! The only integration binary: one link, one throw-away PostgreSQL.

mod contract;
mod files;
mod hot;
mod households;
mod housing;
mod imports;
mod inspections;
mod jobs;
mod lookup;
mod parcels;
mod platform;
mod postgres;
mod schema;
mod support;
