//! The only integration binary: one link, one throw-away PostgreSQL.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod agreements;
mod busy;
mod cli;
mod compensation;
mod connections;
mod contract;
mod demo;
mod exports;
mod files;
mod hot;
mod households;
mod housing;
mod hygiene;
mod imports;
mod inspections;
mod jobs;
mod journeys;
mod lifecycle;
mod limits;
mod logs;
mod lookup;
mod needs;
mod pages;
mod parcels;
mod platform;
mod postgres;
mod privacy;
mod reports;
mod requests;
mod responsibility;
mod retries;
mod rights;
mod schema;
mod scope;
mod sign_in;
mod sources;
mod staff;
mod support;
