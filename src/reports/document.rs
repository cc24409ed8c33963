//! The JSON of reports, for the contract; [`super::paper`] writes it row by row.

use poem_openapi::{
    Object, Union,
    registry::{MetaSchemaRef, Registry},
    types::Type,
};

use super::{
    ledger::{LedgerRow, LedgerTotals},
    model::{ReportKind, ReportLanguage},
    signing::{SigningRow, SigningTotals},
};
use crate::{
    http::{Content, MediaType},
    values::{Day, Instant, ProgrammeId},
};

/// The programme a report is about.
#[derive(Debug, Clone, serde::Serialize, Object)]
pub struct ReportProgramme {
    pub id: ProgrammeId,
    pub name: String,
    pub year: i32,
    /// Invented data.
    pub synthetic: bool,
}

/// What a report says about itself.
#[derive(Debug, Clone, serde::Serialize, Object)]
pub struct ReportHead {
    pub kind: ReportKind,
    /// Which rules it was counted by.
    pub definition: String,
    pub programme: ReportProgramme,
    /// The legal day it stands for.
    pub as_of: Day,
    pub language: ReportLanguage,
    /// The only part that differs between two reports of one snapshot.
    pub produced_at: Instant,
    pub row_count: i64,
}

/// Signing rates of every parcel of a programme.
#[derive(Debug, Clone, Object)]
pub struct SigningProgressReport {
    #[oai(flatten)]
    pub head: ReportHead,
    /// By code.
    pub rows: Vec<SigningRow>,
    pub totals: SigningTotals,
}

/// Every household of a programme.
#[derive(Debug, Clone, Object)]
pub struct HouseholdLedgerReport {
    #[oai(flatten)]
    pub head: ReportHead,
    /// By code of the parcel and number of the household.
    pub rows: Vec<LedgerRow>,
    pub totals: LedgerTotals,
}

/// A report as JSON; `kind` tells which.
#[derive(Debug, Clone, Union)]
pub enum ReportDocument {
    SigningProgress(SigningProgressReport),
    HouseholdLedger(HouseholdLedgerReport),
}

impl Content for ReportDocument {
    const MEDIA_TYPE: MediaType = MediaType::Json;

    fn schema_ref() -> MetaSchemaRef {
        <Self as Type>::schema_ref()
    }

    fn register(registry: &mut Registry) {
        <Self as Type>::register(registry);
    }
}
