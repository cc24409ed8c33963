//! What every operation shares at the HTTP edge: problems, bodies, versions, pages, retries.
//!
//! A handler reads: who may call ([`crate::staff::Staff`]), what came in ([`Json`]), which version
//! the caller saw ([`IfMatch`]), and does its work inside one [`Act`], which keeps the audit record,
//! the idempotent answer and the change in one transaction. Table: `idempotency_key`.

mod accept;
mod act;
mod body;
mod client;
mod constraint;
mod digested;
mod documented;
mod download;
mod envelope;
mod export;
mod framework;
mod html;
mod json;
mod kept;
mod limited;
mod narrowing;
mod openapi;
mod page;
mod pages;
mod problem;
mod problems;
pub(crate) mod response;
mod serving;
mod tags;
mod version;
mod windows;
mod words;

pub use act::{Act, Caller, IdempotencyKey, Replay};
pub(crate) use body::mismatch;
pub use body::{BODY_BYTES_MAX, Hot, Json};
pub use client::{ClientAddress, TrustedProxies, parse_network};
pub use constraint::OnConstraint;
pub use digested::{Content, Digested, Workbook};
pub use download::{Download, MediaType};
pub use envelope::{OwnRequest, RequestId, TimeLimits, envelope};
pub(crate) use envelope::{name_caller, tell_standing};
pub use export::{
    Asked, EXPORT_ROWS_MAX, ExportPlaces, Exported, ListName, Reader, export, export_up_to,
};
pub use html::escaped;
pub use kept::{ANSWERS_KEPT_FOR, forget_answers, forget_answers_about, reseal_answers};
pub use limited::{Limited, Policy, Standing};
pub use openapi::{Contract, document, reference_page};

pub use documented::{FigureProblem, ReadProblem, WriteProblem};
pub use page::{Cursor, Limit, Page, Paging};
pub use pages::{changelog, open_document, page, probes, problems_page, reference, resident_page};
pub use problem::{FieldError, Problem};
pub use response::{Accepted, Created, NoContent, Reply};
pub use serving::{Patience, serve};
pub use tags::Tag;
pub use version::{IfMatch, IfNoneMatch, Versioned};
pub use windows::{Source, Window};
pub(crate) use words::words;
pub use words::{Language, Words};
