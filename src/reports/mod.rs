//! Reports (报表): figures and lists for meetings and audits, as JSON and as XLSX.
//!
//! A report is ordered, produced by a job and kept with the digest of its files. Everything in it
//! comes from one snapshot of the database: what changes while it is produced is not in it. The
//! same snapshot and the same parameters give the same JSON, byte for byte, but for `produced_at`.
//! [`produce`] is that work alone, for whoever needs no job: the command line. Tables: `report`.

mod api;
mod document;
mod export;
mod ledger;
mod ledger_store;
pub mod model;
mod paper;
mod produce;
mod run;
mod signing;
mod store;

pub use api::ReportsApi;
pub use document::{HouseholdLedgerReport, ReportDocument, SigningProgressReport};
pub use export::ReportExportsApi;
pub use model::{Report, ReportKind, ReportLanguage};
pub use paper::file_name;
pub use produce::{Follow, Order, Produced, produce};
pub use run::run;
pub use store::programmes_named;
