//! The only integration binary: one link, one throw-away PostgreSQL.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod agreements;
mod cli;
mod contract;
mod exports;
mod files;
mod hot;
mod households;
mod housing;
mod imports;
mod inspections;
mod jobs;
mod journeys;
mod limits;
mod lookup;
mod needs;
mod parcels;
mod platform;
mod postgres;
mod reports;
mod schema;
mod sign_in;
mod support;
