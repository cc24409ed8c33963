//! A plan that was checked and compiled: every name is a place, every table is sorted.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{
    facts::Facts,
    language::{Cell, Formula, Names},
    statement::{Name, PlanName, Text},
};
use crate::plans::{
    Accrual, Direction, InputType, MonthCount, OptionKind, Rounding, Subject, TotalRounding,
};

/// A compiled plan. Compile it once per version and share it; computing takes `&self`.
#[derive(Debug)]
pub struct Plan {
    pub(crate) name: PlanName,
    pub(crate) names: Names,
    /// Constants and chosen readings, by place.
    pub(crate) initial: Vec<Cell>,
    pub(crate) options: Vec<OptionRule>,
    pub(crate) option_slot: usize,
    pub(crate) choices: Vec<ChoiceRule>,
    pub(crate) inputs: Vec<InputRule>,
    pub(crate) values: Vec<ValueRule>,
    pub(crate) entitlements: Vec<EntitlementRule>,
    pub(crate) splits: Vec<SplitRule>,
    pub(crate) lines: Vec<LineRule>,
    pub(crate) balance: Option<BalanceRule>,
    pub(crate) payees: Vec<(Text, Name)>,
    pub(crate) total_rounding: Option<TotalRounding>,
    /// What each place depends on, directly or not.
    pub(crate) depends: Vec<Depends>,
}

impl Plan {
    /// The inputs that lines and areas of an option may use, for a form that asks for them; `None`
    /// when the plan has no such option. Which of them a household needs depends on its facts.
    pub fn inputs_of(&self, option: &str) -> Option<Vec<&str>> {
        let option = self.options.iter().find(|known| *known.id == *option)?;
        let inputs = self
            .inputs
            .iter()
            .filter(|input| option.needs.has(input.slot));
        Some(
            inputs
                .map(|input| &*self.names.slots[input.slot].name)
                .collect(),
        )
    }

    /// The facts this plan knows, of a household whose facts were given for another version.
    pub fn known(&self, facts: &Facts) -> Facts {
        let known = |name: &str| {
            let mut inputs = self.inputs.iter();
            inputs.any(|input| *self.names.slots[input.slot].name == *name)
        };
        let mut facts = facts.clone();
        facts.facts.retain(|name, _| known(name));
        facts
    }
}

/// What something depends on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Depends {
    pub(crate) slots: Places,
    pub(crate) tables: Places,
}

impl Depends {
    pub(crate) fn add_all(&mut self, others: &Self) {
        self.slots.add_all(&others.slots);
        self.tables.add_all(&others.tables);
    }

    /// Whether it depends on that place.
    pub(crate) fn has(&self, slot: usize) -> bool {
        self.slots.has(slot)
    }
}

/// A set of places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places(Vec<u64>);

impl Places {
    pub(crate) fn add(&mut self, place: usize) {
        let word = place / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (place % 64);
    }

    pub(crate) fn add_all(&mut self, others: &Self) {
        if self.0.len() < others.0.len() {
            self.0.resize(others.0.len(), 0);
        }
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word |= other;
        }
    }

    pub(crate) fn has(&self, place: usize) -> bool {
        self.0
            .get(place / 64)
            .is_some_and(|word| word >> (place % 64) & 1 == 1)
    }
}

/// The options a rule belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applies(pub(crate) Vec<bool>);

impl Applies {
    pub(crate) fn to(&self, option: usize) -> bool {
        self.0.get(option).copied().unwrap_or(false)
    }
}

#[derive(Debug)]
pub(crate) struct OptionRule {
    pub(crate) id: Text,
    pub(crate) kind: OptionKind,
    pub(crate) title: Name,
    /// The places its lines and areas depend on.
    pub(crate) needs: Depends,
}

#[derive(Debug)]
pub(crate) struct ChoiceRule {
    pub(crate) slot: usize,
    pub(crate) id: Text,
    pub(crate) question: Name,
    pub(crate) answers: Vec<(Text, Name)>,
}

/// What a fact must be like.
#[derive(Debug)]
pub(crate) struct InputRule {
    pub(crate) slot: usize,
    pub(crate) kind: InputType,
    pub(crate) collective: bool,
    /// A day on which the household acts.
    pub(crate) clock: bool,
    pub(crate) check: ScalarCheck,
    /// Of a list: its fields, each with whether there may be none.
    pub(crate) fields: Vec<(Text, ScalarCheck, bool)>,
}

/// What a single value must be like.
#[derive(Debug, Clone)]
pub(crate) struct ScalarCheck {
    pub(crate) base: super::value::Base,
    pub(crate) decimals: Option<u32>,
    pub(crate) min: Option<Decimal>,
    pub(crate) max: Option<Decimal>,
    pub(crate) words: Vec<Arc<str>>,
}

/// A formula with its bounds and its rounding.
#[derive(Debug)]
pub(crate) struct Bounded {
    pub(crate) formula: How,
    pub(crate) at_least: Option<Formula>,
    pub(crate) at_most: Option<Formula>,
    pub(crate) round: Option<Rounding>,
}

#[derive(Debug)]
pub(crate) enum How {
    Formula(Formula),
    Months {
        from: Formula,
        to: Formula,
        count: MonthCount,
        /// In words.
        text: Text,
    },
}

#[derive(Debug)]
pub(crate) struct ValueRule {
    pub(crate) slot: usize,
    pub(crate) title: Name,
    pub(crate) how: Bounded,
}

#[derive(Debug)]
pub(crate) struct EntitlementRule {
    pub(crate) slot: usize,
    pub(crate) title: Name,
    pub(crate) rule: Text,
    pub(crate) applies: Applies,
    pub(crate) when: Option<Formula>,
    pub(crate) how: Bounded,
    pub(crate) holder: Text,
}

#[derive(Debug)]
pub(crate) struct SplitRule {
    pub(crate) when: Option<Formula>,
    pub(crate) parts: SplitParts,
    pub(crate) pointer: String,
}

#[derive(Debug)]
pub(crate) enum SplitParts {
    /// Payees and their shares; one without a share takes the rest.
    Shares(Vec<(Text, Option<Formula>)>),
    /// The items of a list, by the field that names the payee and the field of its weight.
    Each {
        list: usize,
        payee: usize,
        weight: usize,
    },
}

#[derive(Debug)]
pub(crate) struct LineRule {
    pub(crate) slot: usize,
    pub(crate) id: Text,
    pub(crate) title: Name,
    pub(crate) subject: Subject,
    pub(crate) rule: Text,
    pub(crate) applies: Applies,
    pub(crate) when: Option<Formula>,
    pub(crate) each: Option<Each>,
    pub(crate) how: Bounded,
    pub(crate) direction: Direction,
    pub(crate) kind: Accrual,
    pub(crate) payee: Text,
    pub(crate) split: Option<usize>,
    pub(crate) due: Option<Name>,
    pub(crate) earlier_may_lower: bool,
    pub(crate) pointer: String,
}

/// What a line is repeated for.
#[derive(Debug)]
pub(crate) enum Each {
    List {
        list: usize,
        name: Text,
    },
    Months {
        from: Box<Formula>,
        to: Box<Formula>,
        name: Text,
    },
}

#[derive(Debug)]
pub(crate) struct BalanceRule {
    pub(crate) title: Name,
    pub(crate) rule: Text,
    pub(crate) applies: Applies,
    pub(crate) lines: Vec<Text>,
    pub(crate) due: Option<Name>,
}
