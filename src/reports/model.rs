//! The words of reports.

use poem_openapi::{Enum, Object};
use uuid::Uuid;

use crate::{
    http::Language,
    jobs::{self, JobState},
    sheets::Bilingual,
    staff::Role,
    values::{Day, Instant, JobId, ProgrammeId, ReportId},
};

/// What a report tells.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, serde::Serialize, clap::ValueEnum,
)]
#[sqlx(type_name = "report_kind", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
#[oai(rename_all = "kebab-case")]
pub enum ReportKind {
    /// Signing rates of every parcel of a programme (签约进度表).
    SigningProgress,
    /// Every household with its agreement, flats and needs (住户台账).
    HouseholdLedger,
}

impl ReportKind {
    /// The name on the wire, in the database and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::SigningProgress => "signing-progress",
            Self::HouseholdLedger => "household-ledger",
        }
    }

    /// Which rules it is counted by; a new version whenever one of them changes.
    pub fn definition(self) -> &'static str {
        match self {
            Self::SigningProgress => "signing-progress/1",
            Self::HouseholdLedger => "household-ledger/1",
        }
    }

    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::SigningProgress => ("签约进度表", "Signing progress"),
            Self::HouseholdLedger => ("住户台账", "Household ledger"),
        }
    }
}

/// The language a report is written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::Type, Enum, serde::Serialize, clap::ValueEnum,
)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum ReportLanguage {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl ReportLanguage {
    /// The name on the wire and in the database.
    pub fn key(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Zh => ("中文", "Chinese"),
            Self::En => ("英文", "English"),
        }
    }
}

impl From<ReportLanguage> for Language {
    fn from(language: ReportLanguage) -> Self {
        match language {
            ReportLanguage::Zh => Self::Chinese,
            ReportLanguage::En => Self::English,
        }
    }
}

/// What a report is ordered with.
#[derive(Debug, Clone, Object)]
pub struct NewReport {
    pub programme_id: ProgrammeId,
    pub kind: ReportKind,
    /// The legal day in Asia/Shanghai the report stands for, today or earlier; today when not said.
    pub as_of: Option<Day>,
    /// The language of headings and words.
    #[oai(default)]
    pub language: ReportLanguage,
}

/// A report (报表) and where its files are.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Report {
    pub id: ReportId,
    pub programme_id: ProgrammeId,
    pub kind: ReportKind,
    /// The legal day the report stands for.
    pub as_of: Day,
    pub language: ReportLanguage,
    /// The state of the job that produces it.
    pub state: JobState,
    /// Which rules it was counted by, for example `signing-progress/1`; absent until produced.
    pub definition: Option<String>,
    /// Rows without headings and totals; absent until produced.
    pub row_count: Option<i64>,
    /// The JSON file; absent until produced.
    pub json: Option<ReportFile>,
    /// The XLSX file; absent until produced.
    pub xlsx: Option<ReportFile>,
    pub links: ReportLinks,
    pub created_at: Instant,
    /// When it was produced.
    pub finished_at: Option<Instant>,
    /// Counts up with the progress of the job, too.
    pub version: i32,
}

/// A file of a report.
#[derive(Debug, Clone, Object)]
pub struct ReportFile {
    /// Size in bytes.
    pub size: i64,
    /// SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
    /// Where it can be downloaded.
    pub href: String,
}

/// Where to go from a report.
#[derive(Debug, Clone, Object)]
pub struct ReportLinks {
    /// The job that produces it; seen by who ordered it.
    pub job: String,
}

/// A report as the tables have it.
#[derive(Debug, Clone)]
pub(super) struct ReportRow {
    pub(super) id: ReportId,
    pub(super) programme_id: ProgrammeId,
    pub(super) kind: ReportKind,
    pub(super) as_of: Day,
    pub(super) language: ReportLanguage,
    pub(super) job_id: JobId,
    pub(super) state: JobState,
    pub(super) definition: Option<String>,
    pub(super) row_count: Option<i64>,
    pub(super) json_file_id: Option<Uuid>,
    pub(super) json_size: Option<i64>,
    pub(super) json_sha256: Option<Vec<u8>>,
    pub(super) xlsx_file_id: Option<Uuid>,
    pub(super) xlsx_size: Option<i64>,
    pub(super) xlsx_sha256: Option<Vec<u8>>,
    pub(super) created_at: Instant,
    pub(super) finished_at: Option<Instant>,
    pub(super) version: i32,
}

impl ReportRow {
    pub(super) fn tell(self) -> Report {
        let file = |format: &str, size: Option<i64>, sha256: Option<Vec<u8>>| {
            Some(ReportFile {
                size: size?,
                sha256: hex::encode(sha256?),
                href: format!("/v1/reports/{}/{format}", self.id),
            })
        };
        Report {
            id: self.id,
            programme_id: self.programme_id,
            kind: self.kind,
            as_of: self.as_of,
            language: self.language,
            state: self.state,
            definition: self.definition,
            row_count: self.row_count,
            json: file("json", self.json_size, self.json_sha256),
            xlsx: file("xlsx", self.xlsx_size, self.xlsx_sha256),
            links: ReportLinks {
                job: jobs::address(self.job_id),
            },
            created_at: self.created_at,
            finished_at: self.finished_at,
            version: self.version,
        }
    }
}

/// What the job of a report needs to know.
#[derive(Debug)]
pub(super) struct Ordered {
    pub(super) programme_id: ProgrammeId,
    pub(super) kind: ReportKind,
    pub(super) as_of: Day,
    pub(super) language: ReportLanguage,
    pub(super) client_id: Uuid,
    pub(super) staff_id: Option<Uuid>,
    pub(super) role: Role,
    pub(super) request_id: Uuid,
}
