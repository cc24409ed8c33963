//! The only integration binary: one link, one throw-away PostgreSQL.

mod contract;
mod exports;
mod files;
mod households;
mod housing;
mod imports;
mod inspections;
mod jobs;
mod lookup;
mod parcels;
mod platform;
mod postgres;
mod reports;
mod schema;
mod support;
