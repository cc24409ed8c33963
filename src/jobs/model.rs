//! The words of jobs.

use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    http::{Language, Problem, Words},
    sheets::Bilingual,
    values::{Instant, JobId},
};

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum JobKind {
    /// Reads a file in.
    Import,
    /// Writes a report.
    Report,
    /// Seals everything anew after the keys were changed.
    KeyRotation,
    /// Makes a copy of somebody's data.
    DataExport,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "job_state", rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum JobState {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

impl JobState {
    /// The words people read.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Queued => ("排队中", "queued"),
            Self::Running => ("进行中", "running"),
            Self::Succeeded => ("已完成", "succeeded"),
            Self::Failed => ("失败", "failed"),
            Self::Cancelled => ("已取消", "cancelled"),
        }
    }
}

/// A piece of long work and how far it is.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Job {
    pub id: JobId,
    pub kind: JobKind,
    pub state: JobState,
    /// Units done so far: rows of an import, sections of a report, values sealed anew.
    pub done: i64,
    /// Units there are; absent while that is not known.
    pub total: Option<i64>,
    pub links: JobLinks,
    /// Why it failed; absent otherwise.
    pub problem: Option<JobProblem>,
    pub created_at: Instant,
    pub started_at: Option<Instant>,
    pub finished_at: Option<Instant>,
    pub version: i32,
}

/// Where to go from a job.
#[derive(Debug, Clone, Object)]
pub struct JobLinks {
    /// The import, report or request it works on; the job itself where it leaves nothing to read.
    pub result: String,
}

/// Why a job failed, as a problem document would tell it.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct JobProblem {
    /// The stable key of the kind of problem.
    pub code: String,
    /// The kind of problem in one line, in the language asked for.
    pub title: String,
    /// What is the matter this time.
    pub detail: Option<String>,
    /// Every mistake found, when there are several.
    pub errors: Option<Vec<JobMistake>>,
}

/// One mistake.
#[derive(Debug, Clone, Object)]
pub struct JobMistake {
    /// Where it was found.
    pub pointer: String,
    /// Stable key of the mistake.
    pub code: String,
    /// The mistake in words.
    pub detail: String,
}

/// A problem as it is kept with the job: in both languages.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptProblem {
    code: String,
    zh: String,
    en: String,
    detail: Option<KeptWords>,
    #[serde(default)]
    errors: Vec<KeptMistake>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptWords {
    zh: String,
    en: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptMistake {
    pointer: String,
    code: String,
    #[serde(flatten)]
    words: KeptWords,
}

impl From<&Words> for KeptWords {
    fn from(words: &Words) -> Self {
        Self {
            zh: words.zh.to_string(),
            en: words.en.to_string(),
        }
    }
}

impl KeptWords {
    fn read(self, language: Language) -> String {
        match language {
            Language::Chinese => self.zh,
            Language::English => self.en,
        }
    }
}

impl From<&Problem> for KeptProblem {
    fn from(problem: &Problem) -> Self {
        let title = KeptWords::from(problem.title());
        let errors = problem.field_errors().iter().map(|e| KeptMistake {
            pointer: e.pointer.clone(),
            code: e.code.clone(),
            words: (&e.detail).into(),
        });
        Self {
            code: problem.code().to_owned(),
            zh: title.zh,
            en: title.en,
            detail: problem.details().map(Into::into),
            errors: errors.collect(),
        }
    }
}

impl KeptProblem {
    pub(super) fn told_in(self, language: Language) -> JobProblem {
        let title = KeptWords {
            zh: self.zh,
            en: self.en,
        };
        let errors: Vec<_> = self
            .errors
            .into_iter()
            .map(|e| JobMistake {
                pointer: e.pointer,
                code: e.code,
                detail: e.words.read(language),
            })
            .collect();
        JobProblem {
            code: self.code,
            title: title.read(language),
            detail: self.detail.map(|d| d.read(language)),
            errors: (!errors.is_empty()).then_some(errors),
        }
    }
}

/// A job as the table has it.
pub(super) struct JobRow {
    pub(super) id: JobId,
    pub(super) kind: JobKind,
    pub(super) state: JobState,
    pub(super) subject_id: Uuid,
    pub(super) done: i64,
    pub(super) total: Option<i64>,
    pub(super) problem: Option<sqlx::types::Json<KeptProblem>>,
    pub(super) created_at: Instant,
    pub(super) started_at: Option<Instant>,
    pub(super) finished_at: Option<Instant>,
    pub(super) version: i32,
}

impl JobRow {
    pub(super) fn told_in(self, language: Language) -> Job {
        let result = match self.kind {
            JobKind::Import => format!("/v1/imports/{}", self.subject_id),
            JobKind::Report => format!("/v1/reports/{}", self.subject_id),
            JobKind::DataExport => format!("/v1/personal-data-requests/{}", self.subject_id),
            JobKind::KeyRotation => format!("/v1/jobs/{}", self.id),
        };
        Job {
            id: self.id,
            kind: self.kind,
            state: self.state,
            done: self.done,
            total: self.total,
            links: JobLinks { result },
            problem: self.problem.map(|kept| kept.0.told_in(language)),
            created_at: self.created_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            version: self.version,
        }
    }
}
