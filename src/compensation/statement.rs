//! A statement (补偿明细表): every amount with what it was computed from.

use std::{collections::BTreeMap, fmt, sync::Arc};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::{
    plans::{Accrual, Direction, OptionKind, Rounding, Subject},
    values::Money,
};

/// A text of the plan; statements share it with the plan instead of copying it.
pub type Text = Arc<str>;

/// What one household receives and pays under one version of a plan.
///
/// The same facts under the same plan give the same statement, to the letter. Numbers are strings,
/// amounts in yuan with two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The engine that computed it; another engine may write the same amounts down differently.
    pub engine: u32,
    /// The plan.
    pub plan: PlanName,
    /// The option that was chosen.
    pub option: OptionName,
    /// The readings under which it was computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Reading>,
    /// The facts it was computed from, as they were given: enough to compute it again.
    pub facts: Facts,
    /// The steps before the lines.
    pub values: Vec<Step>,
    /// The areas the household is entitled to.
    pub entitlements: Vec<EntitledArea>,
    /// The amounts.
    pub lines: Vec<StatementLine>,
    /// What did not apply, and the condition that did not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The sums of the lines, by kind.
    pub totals: Totals,
    /// What each payee receives or pays; the sums of the parts of the lines.
    pub payees: Vec<PayeeTotal>,
    /// The settlement of a swap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<SwapBalance>,
}

/// A name in Chinese, and in English where the plan has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    pub zh: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<Text>,
}

/// Which plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanName {
    pub code: Text,
    pub title: Name,
    /// SHA-256 of the document; see `Document::digest`.
    pub digest: Text,
}

/// Which option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionName {
    pub id: Text,
    pub kind: OptionKind,
    pub title: Name,
}

/// How an ambiguous passage was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    pub id: Text,
    pub question: Name,
    pub answer: Text,
    pub meaning: Name,
}

/// How a figure was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calculation {
    /// The formula of the plan.
    pub formula: Text,
    /// The same with figures in the place of names.
    pub worked: String,
    /// The figures it uses, each with unit and source.
    pub uses: Vec<Use>,
    /// Results of parts of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intermediate: Vec<Intermediate>,
    /// What comes out, before bounds and rounding.
    pub result: String,
    /// The least it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Bound>,
    /// The most it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Bound>,
    /// How it was rounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
}

/// A figure that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// What it is.
    pub from: UseFrom,
    /// What the formula calls it.
    pub name: Text,
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Text>,
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// Of a fact: who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    /// Of a table: the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Text>,
    /// The paragraph of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Text>,
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseFrom {
    Constant,
    Fact,
    /// A field of an item of a list.
    Item,
    Choice,
    Option,
    Table,
    Value,
    Entitlement,
    Line,
}

/// A part of a calculation and its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intermediate {
    pub worked: String,
    pub value: String,
}

/// A floor or a cap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    pub formula: Text,
    pub worked: String,
    pub value: String,
    /// Whether it changed the result.
    pub applied: bool,
}

/// The condition under which a line or an area applies, and that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub formula: Text,
    pub worked: String,
    pub uses: Vec<Use>,
}

/// A step before the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub id: Text,
    pub title: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    #[serde(flatten)]
    pub calculation: Calculation,
    pub value: String,
}

/// An area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitledArea {
    pub id: Text,
    pub title: Name,
    pub rule: Text,
    /// Whose it is.
    pub holder: Text,
    /// The condition that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    #[serde(flatten)]
    pub calculation: Calculation,
    pub area_m2: String,
}

/// An amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    pub line: Text,
    pub title: Name,
    pub subject: Subject,
    /// The paragraph of the plan.
    pub rule: Text,
    /// Which item, when the line is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemName>,
    /// The condition that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    #[serde(flatten)]
    pub calculation: Calculation,
    pub amount: Money,
    pub direction: Direction,
    pub kind: Accrual,
    /// Who receives or pays it. The parts make the amount.
    pub payees: Vec<Part>,
    /// When it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Name>,
}

/// An item of a repetition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemName {
    pub list: Text,
    /// Counted from 1.
    pub number: usize,
}

/// What one payee receives or pays of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub payee: Text,
    /// Its share, as the split says it: `0.9`, `rest`, `1/3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<String>,
    pub amount: Money,
}

/// A line or an area whose condition does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    pub id: Text,
    pub title: Name,
    pub condition: Condition,
}

/// Sums of lines by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Due once.
    pub fixed: Total,
    /// Accrued until the signing rate is final.
    pub accrued_pending_rate: Total,
    /// Of one month.
    pub monthly: Total,
}

/// Sums of lines of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    pub to_household: Money,
    pub from_household: Money,
    /// To the household less from it.
    pub net: Net,
}

/// A difference of amounts in yuan: above zero for the household, below zero against it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Net(pub(crate) Decimal);

impl Net {
    /// The exact number.
    pub fn as_decimal(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = if self.0.is_zero() {
            Decimal::ZERO
        } else {
            self.0
        };
        write!(f, "{plain:.2}")
    }
}

impl Serialize for Net {
    fn serialize<S: serde::Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        writer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Net {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        let size = text.strip_prefix('-').unwrap_or(&text);
        let size = Money::parse(size).map_err(|_| serde::de::Error::custom("not an amount"))?;
        let size = size.as_decimal();
        Ok(Self(if text.starts_with('-') { -size } else { size }))
    }
}

/// What one payee receives or pays of all lines of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayeeTotal {
    pub payee: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Name>,
    pub kind: Accrual,
    pub direction: Direction,
    pub amount: Money,
}

/// The settlement of a swap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwapBalance {
    pub title: Name,
    pub rule: Text,
    /// The netted amounts, by line.
    pub to_household: BTreeMap<Text, Money>,
    pub from_household: BTreeMap<Text, Money>,
    /// The sum of the one less the sum of the other.
    pub net: Net,
    /// What is paid.
    pub amount: Money,
    pub payer: Payer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Name>,
}

/// Who pays the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    Household,
    Authority,
    /// It comes out even.
    Nobody,
}
