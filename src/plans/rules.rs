//! The head of a plan, its options, its readings, its constants and the facts it needs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    limits,
    words::{Formula, Id, Number, Remark, Scalar, Title, Unit},
};
use crate::values::Day;

/// What the plan is called and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The code of the plan; its versions share it.
    #[schemars(regex(pattern = r"^[a-z0-9][a-z0-9-]{0,39}$"))]
    pub code: String,
    /// The name of the plan.
    pub title: Title,
    /// The name of the plan in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Title>,
    /// The number of the document (文号) it was issued with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_no: Option<Title>,
    /// The first day it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::schema::day")]
    pub effective_from: Option<Day>,
    /// The last day it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "super::schema::day")]
    pub effective_to: Option<Day>,
    /// Where the text can be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::MEMBERS))]
    pub sources: Vec<Remark>,
    /// What a reader should know besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
}

/// How amounts are rounded: every line, and the total where the plan says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundingRules {
    /// Every line that says nothing else. A whole number of fen.
    pub line: Rounding,
    /// The total of fixed lines, when the plan rounds it; what that changes is a line of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<TotalRounding>,
}

/// To which step, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The step: 0.01 is the fen (分), 1 the yuan (元).
    pub to: Number,
    /// The direction.
    pub mode: RoundingMode,
}

/// The direction of rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum RoundingMode {
    /// To the nearest step, half a step away from zero (四舍五入).
    HalfUp,
    /// Towards zero (舍去).
    Down,
    /// Away from zero (进位).
    Up,
}

/// How the total of fixed lines is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TotalRounding {
    /// The step. A whole number of fen.
    pub to: Number,
    /// The direction.
    pub mode: RoundingMode,
    /// What is added up before it is rounded.
    pub of: TotalOf,
}

/// What is added up for the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum TotalOf {
    /// The amounts before the lines were rounded.
    Exact,
    /// The rounded lines.
    Lines,
}

/// What a household may choose (补偿方式).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanOption {
    /// What lines call it.
    pub id: Id,
    /// Its kind.
    pub kind: OptionKind,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// The paragraph of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Title>,
}

/// The kinds of options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum OptionKind {
    /// Money (货币补偿).
    Money,
    /// A home for a home (产权调换、安置).
    Swap,
    /// A home and money (混合).
    Mixed,
    /// A housing voucher (房票).
    Voucher,
    /// A new house on a new homestead (宅基地自建).
    HomesteadRebuild,
}

/// A passage that can be read in more than one way. It must be decided before publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What formulas call it: `choice.id == 'answer'`.
    pub id: Id,
    /// What is unclear.
    pub question: Remark,
    /// The same in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_en: Option<Remark>,
    /// The paragraph of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Title>,
    /// The readings.
    #[schemars(length(min = 2, max = limits::MEMBERS))]
    pub answers: Vec<Answer>,
    /// The reading that applies. Left out, the choice is open and the plan cannot be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Id>,
    /// Who decided it and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Remark>,
}

/// One reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What formulas compare with.
    pub id: Id,
    /// What it means.
    pub title: Title,
    /// What it means, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
}

/// A fixed figure of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// What formulas call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// Number, date, text or yes/no.
    #[serde(rename = "type")]
    pub kind: ScalarType,
    /// The unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The figure.
    pub value: Scalar,
    /// The paragraph of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Title>,
}

/// What a single value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum ScalarType {
    /// An exact decimal.
    Number,
    /// A day, `2023-04-06`.
    Date,
    /// A text.
    Text,
    /// `true` or `false`.
    YesNo,
}

/// What a fact can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum InputType {
    /// An exact decimal.
    Number,
    /// A day, `2023-04-06`.
    Date,
    /// A text.
    Text,
    /// `true` or `false`.
    YesNo,
    /// Several things of one kind, such as buildings: each has the same `fields`.
    List,
}

/// A fact of a household. It must be given when a formula that applies uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What formulas call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: InputType,
    /// The unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The most decimals of a number; the statement prints as many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<Number>,
    /// The least a number may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// The most a number may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    /// The texts it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::WORDS))]
    pub one_of: Vec<Title>,
    /// Whether there may be none. A formula must then say what applies: `certificate_area ?? 0`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// A fact of all households together that is final only at the end of the period, such as the
    /// signing rate. Lines that depend on it are accrued until it is final.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub collective: bool,
    /// Whether it is a day on which the household acts. Being one day earlier must not lower an
    /// award. Left out, dates and numbers of unit `day` are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<bool>,
    /// The fields of a list's items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::MEMBERS))]
    pub fields: Vec<Field>,
    /// Where the fact is found, and what is easily mistaken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
}

/// A field of a list's items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What formulas call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ScalarType,
    /// The unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// The most decimals of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<Number>,
    /// The least a number may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// The most a number may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    /// The texts it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::WORDS))]
    pub one_of: Vec<Title>,
    /// Whether an item may have none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// How many months lie between two days. The half-month rule must be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Months {
    /// The first day: a formula that gives a date.
    pub from: Formula,
    /// The last day: a formula that gives a date. Before `from` there are no months.
    pub to: Formula,
    /// How they are counted.
    pub count: MonthCount,
}

/// How months are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum MonthCount {
    /// Calendar months touched, the first and the last included.
    Calendar,
    /// From day to corresponding day; days beyond the last whole month do not count.
    WholeOnly,
    /// The same; any day beyond the last whole month counts as a month (不足一月按一月).
    StartedCounts,
    /// The same; up to 15 days beyond count as half a month, more as a month (半月计).
    HalfMonth,
    /// The same; fewer than 15 days beyond do not count, 15 or more count as a month.
    FifteenCounts,
}
