//! Compensation plans (补偿方案) as data: the document, its form, and what publication asks of it.
//!
//! A plan is one [`Document`]: options, readings that were chosen, facts it needs, tables, steps,
//! areas, amounts and worked examples. Its author writes TOML, the API carries the same as JSON;
//! numbers are exact in both. [`publish`] checks everything that can be checked before anyone
//! signs: names, types, open choices, worked examples, and that acting earlier never costs an award.
//! What a plan computes is the business of [`crate::compensation`].

mod document;
mod earlier;
mod examples;
mod fault;
pub mod limits;
mod lines;
mod publication;
mod rules;
mod schema;
mod source;
mod tables;
mod words;

pub use document::{Document, Example, ExampleSource, Expect, Format};
pub(crate) use fault::Faults;
pub use fault::{Fault, FaultCode};
pub use lines::{
    Accrual, Balance, Direction, Entitlement, ForEach, Line, Payee, Share, ShareEach, Split,
    Subject, Value,
};
pub use publication::{open_choices, publish};
pub use rules::{
    Answer, Choice, Constant, Field, Head, Input, InputType, MonthCount, Months, OptionKind,
    PlanOption, Rounding, RoundingMode, RoundingRules, ScalarType, TotalOf, TotalRounding,
};
pub use schema::schema;
pub use source::Source;
pub use tables::{Column, Key, Match, Table};
pub use words::{Formula, Given, Id, Number, Remark, Scalar, Title, Unit};
