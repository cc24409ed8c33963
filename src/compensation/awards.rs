//! Awards, and the days they depend on.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    plan::Plan,
    statement::{Statement, Text},
    value::Value,
};

/// A line that rewards acting early, and that no earlier day may lower.
#[derive(Debug)]
pub struct Award {
    line: Text,
    clocks: Vec<Text>,
}

impl Award {
    /// The line.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The inputs it depends on that are days on which the household acts.
    pub fn clocks(&self) -> impl Iterator<Item = &str> {
        self.clocks.iter().map(|clock| &**clock)
    }

    /// What it comes to in a statement, of all its items together.
    pub fn amount(&self, statement: &Statement) -> Decimal {
        let lines = statement.lines.iter().filter(|line| line.line == self.line);
        lines.map(|line| line.amount.as_decimal()).sum()
    }
}

impl Plan {
    /// The lines that no earlier day may lower.
    pub fn awards(&self) -> Vec<Award> {
        let lines = self.lines.iter();
        let awards = lines.filter(|line| line.subject.is_award() && !line.earlier_may_lower);
        let each = awards.map(|line| {
            let depends = &self.depends[line.slot];
            let clocks = self.inputs.iter();
            let clocks = clocks.filter(|input| input.clock && depends.has(input.slot));
            Award {
                line: line.id.clone(),
                clocks: clocks.map(|input| self.names.slots[input.slot].name.clone()).collect(),
            }
        });
        each.filter(|award| !award.clocks.is_empty()).collect()
    }

    /// The dates at which a table gives something else.
    pub(crate) fn turning_dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.turns().filter_map(|value| match value {
            Value::Date(date) => Some(*date),
            _ => None,
        })
    }

    /// The numbers at which a table gives something else.
    pub(crate) fn turning_numbers(&self) -> impl Iterator<Item = Decimal> {
        self.turns().filter_map(|value| match value {
            Value::Number(number) => Some(*number),
            _ => None,
        })
    }

    fn turns(&self) -> impl Iterator<Item = &Value> {
        self.names.tables.iter().flat_map(super::table::Table::thresholds)
    }
}
