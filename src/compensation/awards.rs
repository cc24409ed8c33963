//! Awards, and the days they depend on.

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
    slot: usize,
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
                slot: line.slot,
                clocks: clocks
                    .map(|input| self.names.slots[input.slot].name.clone())
                    .collect(),
            }
        });
        each.filter(|award| !award.clocks.is_empty()).collect()
    }

    /// The values at which the tables of some lines give something else.
    pub(crate) fn turns<'p>(&'p self, awards: &'p [Award]) -> impl Iterator<Item = &'p Value> {
        let tables = self.names.tables.iter().enumerate();
        let concerned = tables.filter(move |(place, _)| {
            awards
                .iter()
                .any(|award| self.depends[award.slot].tables.has(*place))
        });
        concerned.flat_map(|(_, table)| table.thresholds())
    }
}
