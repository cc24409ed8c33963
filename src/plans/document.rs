//! The plan as one document: what its author writes, what the API carries, what is hashed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    limits,
    lines::{Balance, Entitlement, Line, Payee, Split, Value},
    rules::{Choice, Constant, Head, Input, PlanOption, RoundingRules},
    tables::Table,
    words::{Given, Id, Number, Remark, Scalar, Title},
};

/// A compensation plan (补偿方案) as one document.
///
/// The sections stand in the order in which formulas may use each other: a formula uses constants,
/// inputs, choices and tables, and whatever is declared above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The form of this document.
    pub format: Format,
    /// What the plan is called and where it comes from.
    pub plan: Head,
    /// How amounts are rounded.
    pub rounding: RoundingRules,
    /// What a household may choose between.
    #[schemars(length(min = 1, max = limits::MEMBERS))]
    pub options: Vec<PlanOption>,
    /// Who may receive an amount besides the household.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub payees: Vec<Payee>,
    /// Where the text can be read in more than one way, and which reading was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub choices: Vec<Choice>,
    /// Fixed figures of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub constants: Vec<Constant>,
    /// The facts of a household that the plan needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub inputs: Vec<Input>,
    /// Tariffs, tiers, differences and size lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub tables: Vec<Table>,
    /// Steps of the calculation that are no amounts yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub values: Vec<Value>,
    /// Areas a household is entitled to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub entitlements: Vec<Entitlement>,
    /// How an amount is divided between payees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub splits: Vec<Split>,
    /// The amounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub lines: Vec<Line>,
    /// The settlement of a swap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
    /// Households worked out by hand; publication computes them and refuses the first difference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub examples: Vec<Example>,
}

/// The form of plan documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Format {
    /// The first form.
    #[serde(rename = "anju-plan-1")]
    One,
}

/// A household worked out by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The name of the example, as in `P1-E1`.
    pub id: Title,
    /// What it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Remark>,
    /// Where its results come from.
    pub source: ExampleSource,
    /// The option the household chose.
    pub option: Id,
    /// An earlier example whose facts are taken over; the facts here replace them one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<Title>,
    /// Readings other than the chosen ones, to show what they would give: choice = answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub under: BTreeMap<Id, Id>,
    /// The facts of the household: input = value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<Id, Given>,
    /// Which of the facts are not final yet; only inputs marked `collective`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::MEMBERS))]
    pub provisional: Vec<Id>,
    /// What must come out.
    pub expect: Expect,
}

/// Where the result of an example comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum ExampleSource {
    /// The plan's own text states it.
    Published,
    /// It was worked out by hand from the rules.
    Computed,
}

/// What an example must give. Only what is named is compared; something must be named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Amounts by line; a repeated line by its sum.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<Id, Number>,
    /// Steps by value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<Id, Scalar>,
    /// Areas by entitlement.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub entitlements: BTreeMap<Id, Number>,
    /// Lines and entitlements of this option whose `when` does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::SECTION))]
    pub left_out: Vec<Id>,
    /// All fixed lines: to the household less from the household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Number>,
    /// The same of lines whose signing rate is not final yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accrued: Option<Number>,
    /// The same of monthly lines, per month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly: Option<Number>,
    /// What each payee receives of all lines to the household.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub payees: BTreeMap<String, Number>,
    /// The balance of the swap: above zero the household receives it, below zero it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Number>,
    /// The code of the fault with which computing must be refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Title>,
}
