//! The words of imports.

use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{shapes::shape_of, tables::word_of};
use crate::{
    bulk::FieldChange,
    http::Language,
    jobs::JobState,
    sheets::Column,
    values::{ImportId, Instant, JobId, ProgrammeId, ValueError},
};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, Serialize, clap::ValueEnum)]
#[sqlx(type_name = "import_kind", rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
#[oai(rename_all = "kebab-case")]
pub enum ImportKind {
    /// Households with holder and house (花名册).
    Roster,
    /// Signed agreements (签约清单).
    Agreements,
    /// Flats with their estates and buildings (房源).
    Flats,
    /// Measured points of inspections (实测实量).
    InspectionPoints,
    /// Schooling and medical needs (需求清单).
    Needs,
}

impl ImportKind {
    /// The name on the wire, in the database and on the command line.
    pub fn key(self) -> &'static str {
        shape_of(self).kind
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let all = [
            Self::Roster,
            Self::Agreements,
            Self::Flats,
            Self::InspectionPoints,
            Self::Needs,
        ];
        all.into_iter().find(|kind| kind.key() == text)
    }
}

/// Whether the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, clap::ValueEnum)]
#[sqlx(type_name = "import_mode", rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum ImportMode {
    /// Only tells what would happen, row by row.
    Validate,
    /// Writes all rows, or none when one is refused.
    Commit,
}

impl ImportMode {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Commit => "commit",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Validate, Self::Commit];
        all.into_iter().find(|mode| mode.key() == text)
    }
}

/// What an import makes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "row_verdict", rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum RowVerdict {
    /// Not known before.
    New,
    /// Known, and different.
    Changed,
    /// Known, and the same.
    Unchanged,
    /// Known in the parcels of the file, and not in the file; nothing is deleted.
    Absent,
    /// Has mistakes.
    Refused,
}

impl RowVerdict {
    pub(super) fn words(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::New => ("新增", "new"),
            Self::Changed => ("变更", "changed"),
            Self::Unchanged => ("未变", "unchanged"),
            Self::Absent => ("文件中没有", "absent"),
            Self::Refused => ("拒绝", "refused"),
        };
        match language {
            Language::Chinese => zh,
            Language::English => en,
        }
    }
}

/// A file that was sent in, and what became of its rows.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Import {
    pub id: ImportId,
    pub programme_id: ProgrammeId,
    pub kind: ImportKind,
    pub mode: ImportMode,
    pub file: ImportFile,
    /// The job that reads the file; it tells how far it is and why it failed.
    pub job_id: JobId,
    /// The state of the job. A commit that refused a row has failed.
    pub state: JobState,
    /// Whether the rows were written: all of them, or none.
    pub committed: bool,
    /// What became of the rows; absent until the file was read.
    pub totals: Option<ImportTotals>,
    pub created_at: Instant,
    pub finished_at: Option<Instant>,
    pub version: i32,
}

/// The file as it was sent. What it held is forgotten once the import has ended.
#[derive(Debug, Clone, Object)]
pub struct ImportFile {
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 in hexadecimal.
    #[oai(validator(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// Rows by verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct ImportTotals {
    /// Rows of the file below its headings.
    pub rows: i32,
    pub new: i32,
    pub changed: i32,
    pub unchanged: i32,
    /// Known in the parcels of the file and not in it; told by a validation only.
    pub absent: Option<i32>,
    pub refused: i32,
    /// Refused rows whose mistakes are listed: the first 10,000 mistakes are.
    pub refused_listed: i32,
}

/// One row of the file, or one that is missing from it.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none, rename = "ImportRow")]
pub struct ImportRow {
    /// The row as a spreadsheet counts it; absent ones continue after the last.
    pub row_no: i32,
    pub verdict: RowVerdict,
    /// What identifies it, for example parcel and household number.
    pub key: Option<String>,
    /// Mistakes of a refused row, differences of a changed one.
    pub findings: Vec<RowFinding>,
}

/// A mistake of a row, or a difference.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RowFinding {
    /// The field; absent when the row as a whole is meant.
    pub field: Option<String>,
    /// The heading of its column, in the language asked for.
    pub heading: Option<String>,
    /// The column in the file, as a spreadsheet names it.
    pub column: Option<String>,
    /// Stable key of the mistake; absent for a difference.
    pub code: Option<String>,
    /// The mistake in words, or what is to be known of a difference.
    pub detail: Option<String>,
    /// What is known; documents and phone numbers are masked.
    pub old: Option<String>,
    /// What the file says; documents and phone numbers are masked.
    pub new: Option<String>,
}

/// A finding as it is kept: in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Finding {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
    /// In the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) zh: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) en: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) old: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) new: Option<String>,
}

impl Finding {
    /// A mistake of one field.
    pub(super) fn of_field(field: &str, refused: ValueError) -> Self {
        let ValueError { code, zh, en } = refused;
        Self {
            field: Some(field.to_owned()),
            ..Self::of_row(code, zh, en)
        }
    }

    /// A mistake of the row as a whole.
    pub(super) fn of_row(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            field: None,
            column: None,
            code: Some(code.to_owned()),
            zh: zh.into(),
            en: en.into(),
            old: None,
            new: None,
        }
    }

    pub(super) fn told_in(self, language: Language, kind: ImportKind) -> RowFinding {
        let columns = shape_of(kind).columns;
        let column = columns
            .iter()
            .find(|c| Some(c.key) == self.field.as_deref());
        let heading = |c: &Column| match language {
            Language::Chinese => c.zh.to_owned(),
            Language::English => c.en.to_owned(),
        };
        let detail = match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        };
        let field = self.field.as_deref().unwrap_or_default();
        // A difference is kept as the contract spells it; what a person typed stays as it is.
        let told = |value: Option<String>| match self.code {
            None => value.map(|value| word_of(field, &value, language).unwrap_or(value)),
            Some(_) => value,
        };
        RowFinding {
            heading: column.map(heading),
            old: told(self.old),
            new: told(self.new),
            field: self.field,
            column: self.column.map(letters),
            code: self.code,
            detail: Some(detail).filter(|text| !text.is_empty()),
        }
    }
}

impl From<FieldChange> for Finding {
    fn from(change: FieldChange) -> Self {
        let (zh, en) = change.note.map_or_else(Default::default, |note| {
            (note.zh.into_owned(), note.en.into_owned())
        });
        Self {
            field: Some(change.field.to_owned()),
            column: None,
            code: None,
            zh,
            en,
            old: change.old,
            new: Some(change.new).filter(|new| !new.is_empty()),
        }
    }
}

/// The name of a column, from 1: A to Z, then AA.
fn letters(column: u32) -> String {
    let mut name = vec![];
    let mut rest = column;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).expect("below 26");
        name.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    name.iter().rev().collect()
}

/// A row as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowRecord {
    pub(super) row_no: i32,
    pub(super) verdict: RowVerdict,
    pub(super) key: Option<String>,
    pub(super) findings: Vec<Finding>,
}

impl RowRecord {
    pub(super) fn told_in(self, language: Language, kind: ImportKind) -> ImportRow {
        ImportRow {
            row_no: self.row_no,
            verdict: self.verdict,
            key: self.key,
            findings: self
                .findings
                .into_iter()
                .map(|finding| finding.told_in(language, kind))
                .collect(),
        }
    }
}

/// An import as its job needs it.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) id: ImportId,
    pub(super) programme_id: ProgrammeId,
    pub(super) kind: ImportKind,
    pub(super) mode: ImportMode,
    pub(super) file_id: Uuid,
    pub(super) file_name: String,
    pub(super) client_id: Uuid,
    pub(super) staff_id: Option<Uuid>,
    pub(super) role: crate::staff::Role,
    pub(super) request_id: Uuid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_a_spreadsheet_names_them() {
        let names = [1, 26, 27, 52, 703].map(letters);
        assert_eq!(names, ["A", "Z", "AA", "AZ", "AAA"]);
    }

    #[test]
    fn a_finding_is_told_under_the_heading_of_the_language() {
        let finding = Finding::of_field("holder_name", ValueError::missing());
        let zh = finding
            .clone()
            .told_in(Language::Chinese, ImportKind::Roster);
        assert_eq!(zh.heading.as_deref(), Some("户主姓名"));
        assert_eq!(zh.detail.as_deref(), Some("必填"));
        let en = finding.told_in(Language::English, ImportKind::Roster);
        assert_eq!(en.heading.as_deref(), Some("Holder name"));
        assert_eq!(en.detail.as_deref(), Some("a value is required"));
    }

    #[test]
    fn a_difference_of_words_is_told_in_the_language() {
        let change = FieldChange {
            field: "id_kind",
            old: Some("citizen_number".into()),
            new: "passport".into(),
            note: None,
        };
        let finding = Finding::from(change);
        let zh = finding
            .clone()
            .told_in(Language::Chinese, ImportKind::Roster);
        assert_eq!(
            (zh.old.as_deref(), zh.new.as_deref()),
            (Some("居民身份证"), Some("护照"))
        );
        let en = finding.told_in(Language::English, ImportKind::Roster);
        assert_eq!(
            (en.old.as_deref(), en.new.as_deref()),
            (Some("citizen number"), Some("passport"))
        );
    }
}
