//! From the facts of a household to its statement.

mod amounts;
mod months;
mod reading;
mod splitting;
mod totals;

use std::{collections::BTreeMap, sync::Arc};

use super::{
    facts::Facts,
    language::{Cell, Formula, Machine, Trace},
    plan::{Bounded, EntitlementRule, How, Plan},
    reading::rounded,
    statement::{
        Bound, Calculation, Condition, EntitledArea, LeftOut, Name, OptionName, Reading, Statement,
        StatementLine, Step, Text,
    },
    value::{Item, Value},
};
use crate::plans::{Fault, FaultCode, Faults, limits};

/// The engine as statements name it. It grows when the same plan and facts would give a statement
/// that reads differently.
pub const ENGINE: u32 = 1;

impl Plan {
    /// Computes the statement of a household. Refused with everything that is missing or wrong.
    pub fn evaluate(&self, facts: &Facts) -> Result<Statement, Vec<Fault>> {
        self.evaluate_under(facts, &BTreeMap::new())
    }

    /// The same under other readings than the chosen ones, to show what they would give:
    /// choice = answer.
    pub fn evaluate_under(
        &self,
        facts: &Facts,
        readings: &BTreeMap<String, String>,
    ) -> Result<Statement, Vec<Fault>> {
        let mut steps = limits::STEPS;
        self.evaluate_within(facts, readings, &mut steps)
    }

    /// The same with so many steps to take, of which one statement may take its part.
    pub(crate) fn evaluate_within(
        &self,
        facts: &Facts,
        readings: &BTreeMap<String, String>,
        steps: &mut u32,
    ) -> Result<Statement, Vec<Fault>> {
        let allowed = limits::STEPS.min(*steps);
        let mut run = Run::new(self, allowed);
        run.option(facts)?;
        run.readings(readings)?;
        run.facts(facts)?;
        run.values();
        run.entitlements();
        run.lines();
        *steps -= allowed - run.machine.steps;
        run.close(facts)
    }
}

/// One statement in the making.
struct Run<'p> {
    plan: &'p Plan,
    machine: Machine<'p>,
    option: usize,
    /// Which facts may still change, by place.
    provisional: Vec<usize>,
    faults: Faults,
    values: Vec<Step>,
    entitlements: Vec<EntitledArea>,
    lines: Vec<Computed>,
    left_out: Vec<LeftOut>,
}

/// A line, and its amount before it was rounded.
struct Computed {
    line: StatementLine,
    exact: rust_decimal::Decimal,
}

/// Whether a line or an area applies.
enum Applies {
    Always,
    Because(Condition),
    Not,
}

/// A figure with how it was computed.
struct Found {
    calculation: Calculation,
    value: Value,
    /// Before rounding.
    exact: Value,
}

impl<'p> Run<'p> {
    fn new(plan: &'p Plan, steps: u32) -> Self {
        let mut machine = Machine::new(&plan.names, steps);
        machine.cells.clone_from(&plan.initial);
        Self {
            plan,
            machine,
            option: 0,
            provisional: vec![],
            faults: Faults::default(),
            values: vec![],
            entitlements: vec![],
            lines: Vec::with_capacity(plan.lines.len()),
            left_out: vec![],
        }
    }

    /// Steps that a line or an area of the option may need. What cannot be computed is told by
    /// whoever needs it.
    fn values(&mut self) {
        for rule in &self.plan.values {
            if !self.plan.options[self.option].needs.has(rule.slot) {
                continue;
            }
            let cell = match self.bounded(&rule.how, None) {
                Ok(found) => {
                    let slot = &self.plan.names.slots[rule.slot];
                    self.values.push(Step {
                        id: slot.name.clone(),
                        title: rule.title.clone(),
                        rule: slot.rule.clone(),
                        unit: slot.unit.clone(),
                        value: found.value.to_string(),
                        calculation: found.calculation,
                    });
                    Cell::Ready(found.value)
                }
                Err(fault) => Cell::Failed(Arc::new(fault)),
            };
            self.machine.cells[rule.slot] = cell;
        }
    }

    fn entitlements(&mut self) {
        for rule in &self.plan.entitlements {
            if !rule.applies.to(self.option) {
                self.machine.cells[rule.slot] = Cell::Ready(Value::Number(0.into()));
                continue;
            }
            let cell = match self.entitlement(rule) {
                Ok(value) => Cell::Ready(value),
                Err(fault) => {
                    self.faults.push(fault.clone());
                    Cell::Failed(Arc::new(fault))
                }
            };
            self.machine.cells[rule.slot] = cell;
        }
    }

    fn entitlement(&mut self, rule: &EntitlementRule) -> Result<Value, Fault> {
        let id = self.plan.names.slots[rule.slot].name.clone();
        let condition = match self.applies(rule.when.as_ref(), &id, &rule.title)? {
            Applies::Not => return Ok(Value::Number(0.into())),
            Applies::Always => None,
            Applies::Because(condition) => Some(condition),
        };
        let found = self.bounded(&rule.how, None)?;
        if let Value::Number(area) = &found.value
            && area.is_sign_negative()
            && !area.is_zero()
        {
            return Err(negative(&rule.how, &id, area));
        }
        self.entitlements.push(EntitledArea {
            id,
            title: rule.title.clone(),
            rule: rule.rule.clone(),
            holder: rule.holder.clone(),
            condition,
            area_m2: found.value.print(Some(2)),
            calculation: found.calculation,
        });
        Ok(found.value)
    }

    /// The condition of a line or area, where it has one and it holds. If it does not hold, that
    /// is noted.
    fn applies(
        &mut self,
        when: Option<&Formula>,
        id: &Text,
        title: &Name,
    ) -> Result<Applies, Fault> {
        let Some(when) = when else {
            return Ok(Applies::Always);
        };
        let (holds, trace) = self.machine.run(when, None)?;
        let condition = Condition {
            formula: when.text.clone(),
            worked: trace.worked,
            uses: trace.uses,
        };
        if holds == Value::Flag(true) {
            return Ok(Applies::Because(condition));
        }
        self.left_out.push(LeftOut {
            id: id.clone(),
            title: title.clone(),
            condition,
        });
        Ok(Applies::Not)
    }

    /// Computes a formula, keeps it within its bounds and rounds it.
    fn bounded(&mut self, how: &Bounded, item: Option<&(usize, Item)>) -> Result<Found, Fault> {
        let (mut value, mut calculation) = self.calculated(how, item)?;
        for (bound, least) in [(&how.at_least, true), (&how.at_most, false)] {
            let Some(formula) = bound else { continue };
            let (limit, trace) = self.machine.run(formula, item.cloned())?;
            let order = super::table::order(&value, &limit);
            let applied = if least { order.is_lt() } else { order.is_gt() };
            for used in trace.uses {
                if !calculation.uses.contains(&used) {
                    calculation.uses.push(used);
                }
            }
            let told = Some(Bound {
                formula: formula.text.clone(),
                worked: trace.worked,
                value: limit.to_string(),
                applied,
            });
            if least {
                calculation.at_least = told;
            } else {
                calculation.at_most = told;
            }
            if applied {
                value = limit;
            }
        }
        let exact = value.clone();
        if let (Some(round), Value::Number(number)) = (how.round, &value) {
            calculation.rounding = Some(round);
            let result = rounded(*number, round.to.0, round.mode);
            value = Value::Number(result.ok_or_else(|| too_large(how))?);
        }
        Ok(Found {
            calculation,
            value,
            exact,
        })
    }

    fn calculated(
        &mut self,
        how: &Bounded,
        item: Option<&(usize, Item)>,
    ) -> Result<(Value, Calculation), Fault> {
        let (text, value, trace) = match &how.formula {
            How::Formula(formula) => {
                let (value, trace) = self.machine.run(formula, item.cloned())?;
                (&formula.text, value, trace)
            }
            How::Months {
                from,
                to,
                count,
                text,
            } => {
                let (first, mut trace) = self.machine.run(from, item.cloned())?;
                let (last, second) = self.machine.run(to, item.cloned())?;
                let value = match (&first, &last) {
                    (Value::Date(first), Value::Date(last)) => {
                        months::between(*first, *last, *count)
                            .ok_or_else(|| months::too_many(from))?
                    }
                    _ => 0.into(),
                };
                trace.worked = format!("{first} → {last}");
                trace.uses.extend(second.uses);
                trace.intermediate.extend(second.intermediate);
                (text, Value::Number(value), trace)
            }
        };
        let calculation = calculation(text, trace, &value);
        Ok((value, calculation))
    }

    fn close(mut self, facts: &Facts) -> Result<Statement, Vec<Fault>> {
        let option = &self.plan.options[self.option];
        let option = OptionName {
            id: option.id.clone(),
            kind: option.kind,
            title: option.title.clone(),
        };
        self.round_total();
        let totals = self.totals();
        let payees = self.payee_totals();
        let balance = self.balance();
        let statement = Statement {
            engine: ENGINE,
            plan: self.plan.name.clone(),
            option,
            choices: self.chosen(),
            facts: facts.clone(),
            values: self.values,
            entitlements: self.entitlements,
            lines: self
                .lines
                .into_iter()
                .map(|computed| computed.line)
                .collect(),
            left_out: self.left_out,
            totals,
            payees,
            balance,
        };
        self.faults.or(statement)
    }

    /// The readings under which the statement was computed; open ones are not among them.
    fn chosen(&self) -> Vec<Reading> {
        let each = self.plan.choices.iter().filter_map(|choice| {
            let Cell::Ready(Value::Text(answer)) = &self.machine.cells[choice.slot] else {
                return None;
            };
            let (_, meaning) = choice.answers.iter().find(|(id, _)| id == answer)?;
            Some(Reading {
                id: choice.id.clone(),
                question: choice.question.clone(),
                answer: answer.clone(),
                meaning: meaning.clone(),
            })
        });
        each.collect()
    }
}

fn calculation(formula: &Text, trace: Trace, result: &Value) -> Calculation {
    Calculation {
        formula: formula.clone(),
        worked: trace.worked,
        uses: trace.uses,
        intermediate: trace.intermediate,
        result: result.to_string(),
        at_least: None,
        at_most: None,
        rounding: None,
    }
}

/// Where a calculation stands in the plan.
fn place(how: &Bounded) -> (&Formula, &Text) {
    match &how.formula {
        How::Formula(formula) | How::Months { from: formula, .. } => (formula, &formula.text),
    }
}

fn too_large(how: &Bounded) -> Fault {
    let (formula, text) = place(how);
    Fault::new(
        FaultCode::NumberTooLarge,
        &*formula.pointer,
        "结果太大，无法精确取整",
        "the result is too large to be rounded exactly",
    )
    .of(&*formula.item)
    .in_formula(text, 1)
}

fn negative(how: &Bounded, id: &Text, amount: &rust_decimal::Decimal) -> Fault {
    let (formula, text) = place(how);
    Fault::new(
        FaultCode::AmountNegative,
        &*formula.pointer,
        format!("{id} 的结果为 {amount}，小于零；请设 at_least = 0，或另写一行反方向的明细"),
        format!("`{id}` comes to {amount}, below zero; set `at_least = 0`, or make a line of the other direction"),
    )
    .of(&**id)
    .in_formula(text, 1)
}
