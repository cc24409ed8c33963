//! Steps, areas, amounts, and who receives them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    limits,
    rules::{Months, Rounding},
    words::{Formula, Id, Remark, Title, Unit},
};

/// Who may receive an amount. `household` is always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payee {
    /// What lines and splits call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
}

/// A step of the calculation that is no amount yet: exactly one of `formula` and `months`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// What formulas call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// The paragraph of the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Title>,
    /// The unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// How it is computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Formula>,
    /// Or: the months between two days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<Months>,
    /// The least it can be (保底).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Formula>,
    /// The most it can be (封顶).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Formula>,
    /// How it is rounded. Left out, it stays exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Rounding>,
}

/// An area a household is entitled to (安置面积).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// What formulas call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// The paragraph of the plan.
    pub rule: Title,
    /// The options it belongs to. Left out, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::MEMBERS))]
    pub options: Vec<Id>,
    /// The condition under which it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Formula>,
    /// How it is computed, in m².
    pub formula: Formula,
    /// The least it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Formula>,
    /// The most it can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Formula>,
    /// How it is rounded. Left out, to 0.01 m², half up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Rounding>,
    /// Whose it is. Left out, the household's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Id>,
}

/// How an amount is divided (分成): exactly one of `shares` and `each`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// What lines call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// The paragraph of the plan.
    pub rule: Title,
    /// When it applies; otherwise the payee of the line receives all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Formula>,
    /// Fixed payees. The shares make one; at most one payee has none and takes the rest. Each
    /// part is cut to the fen, the last payee takes what remains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::MEMBERS))]
    pub shares: Vec<Share>,
    /// Or: one payee for each item of a list, such as co-owners or heirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<ShareEach>,
}

/// What one payee receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The payee.
    pub payee: Id,
    /// Its share of one. Left out, the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Formula>,
}

/// One payee for each item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareEach {
    /// An input of type `list`.
    pub list: Id,
    /// Its field of type `text` that names the payee.
    pub payee: Id,
    /// Its field of type `number` with the payee's weight: 1, 1, 1 are three thirds.
    pub weight: Id,
}

/// An amount (补偿明细).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What formulas and statements call it.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// What it is for, in the words reports compare plans with.
    pub subject: Subject,
    /// The paragraph of the plan.
    pub rule: Title,
    /// The options it belongs to. Left out, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::MEMBERS))]
    pub options: Vec<Id>,
    /// The condition under which it applies. Where it does not, later formulas take it as 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Formula>,
    /// Repeats the line. Formulas below take the sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<ForEach>,
    /// How it is computed, in yuan. Never below zero: an amount the household pays is a line
    /// `from_household`.
    pub formula: Formula,
    /// The least it can be (保底).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Formula>,
    /// The most it can be (封顶).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Formula>,
    /// How it is rounded. Left out, as `rounding.line` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<Rounding>,
    /// Who pays. Left out, `to_household`.
    #[serde(default, skip_serializing_if = "Direction::is_default")]
    pub direction: Direction,
    /// How it becomes due. Left out, `fixed`.
    #[serde(default, skip_serializing_if = "Accrual::is_default")]
    pub kind: Accrual,
    /// Who receives it, or pays it. Left out, the household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Id>,
    /// How it is divided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Id>,
    /// When it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Title>,
    /// When it is paid, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_en: Option<Title>,
    /// Why acting one day earlier may lower this award. Left out, that is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_may_lower: Option<Remark>,
    /// What a reader should know besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Remark>,
}

/// Repeats a line for each item of a list, or for each calendar month between two days (both
/// included): exactly one of `list`, and `months_from` with `months_to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForEach {
    /// What the formula calls the item: `building.area`, `month.number`, `month.first_day`.
    #[serde(rename = "as")]
    pub alias: Id,
    /// An input of type `list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Id>,
    /// The first day: a formula that gives a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months_from: Option<Formula>,
    /// The last day: a formula that gives a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months_to: Option<Formula>,
}

/// Who pays whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum Direction {
    /// To the household and whoever shares with it.
    #[default]
    ToHousehold,
    /// From the household.
    FromHousehold,
}

/// How an amount becomes due.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum Accrual {
    /// Once, as it stands.
    #[default]
    Fixed,
    /// Accrued until the signing rate is final; then it is fixed.
    AccruedPendingRate,
    /// Every month; the amount is that of one month.
    Monthly,
}

macro_rules! defaults {
    ($($name:ident)*) => {$(
        impl $name {
            /// Whether it is what applies when nothing is said.
            pub fn is_default(&self) -> bool {
                *self == Self::default()
            }
        }
    )*};
}
defaults!(Direction Accrual);

/// What an amount is for, the same in every plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(transform = super::schema::plain_enum)]
pub enum Subject {
    /// House and land by appraisal or price (房屋补偿).
    House,
    /// Attachments, trees, the part paid by the attachments tariff (附着物).
    Attachments,
    /// Decoration (装修).
    Decoration,
    /// Topping up to the least area (最低套型补足).
    MinimumArea,
    /// Moving (搬迁费).
    Moving,
    /// Temporary resettlement in time (临时安置费、过渡费).
    Transition,
    /// Temporary resettlement after the agreed day (超期临时安置费).
    TransitionOverdue,
    /// Loss of business (停产停业损失).
    Suspension,
    /// An award for signing early (签约奖励).
    SigningAward,
    /// An award for vacating or moving early (搬迁奖励).
    MovingAward,
    /// An award for what all households reach together (签约率奖励).
    CollectiveAward,
    /// An addition for choosing money or a voucher (货币补偿奖励).
    MoneyBonus,
    /// Hardship, illness, disability, low income (困难补助).
    Hardship,
    /// Another subsidy (补助).
    Subsidy,
    /// The price of a new home (安置房价款).
    SwapPrice,
    /// Area beyond the entitlement (超面积款).
    OverArea,
    /// What rounding the total changes (合计尾差); the engine adds it itself.
    Rounding,
    /// Anything else (其他).
    Other,
}

impl Subject {
    /// Whether one day earlier must never lower it, unless the plan says why.
    pub fn is_award(self) -> bool {
        matches!(
            self,
            Self::SigningAward | Self::MovingAward | Self::CollectiveAward | Self::MoneyBonus
        )
    }
}

/// The settlement of a swap (产权调换差价结算): some lines, netted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// Its name.
    pub title: Title,
    /// Its name in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<Title>,
    /// The paragraph of the plan.
    pub rule: Title,
    /// The options it belongs to. Left out, all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = limits::MEMBERS))]
    pub options: Vec<Id>,
    /// The lines that are netted: to the household less from the household.
    #[schemars(length(min = 1, max = limits::SECTION))]
    pub lines: Vec<Id>,
    /// When it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Title>,
    /// When it is paid, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_en: Option<Title>,
}
