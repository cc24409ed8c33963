//! Lines: each amount, rounded, with who receives it.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Applies, Computed, Run, months, negative};
use crate::{
    compensation::{
        language::Cell,
        plan::{Each, LineRule},
        statement::{Condition, ItemName, StatementLine, Text},
        value::{Item, Value},
    },
    plans::{Accrual, Fault, FaultCode, limits},
    values::Money,
};

impl Run<'_> {
    pub(super) fn lines(&mut self) {
        for rule in &self.plan.lines {
            let amount = if rule.applies.to(self.option) {
                self.line(rule)
            } else {
                Ok(Decimal::ZERO)
            };
            self.machine.cells[rule.slot] = match amount {
                Ok(amount) => Cell::Ready(Value::Number(amount)),
                Err(fault) => {
                    self.faults.push(fault.clone());
                    Cell::Failed(Arc::new(fault))
                }
            };
        }
    }

    /// The amount of a line, of all its items together.
    fn line(&mut self, rule: &LineRule) -> Result<Decimal, Fault> {
        let condition = match self.applies(rule.when.as_ref(), &rule.id, &rule.title)? {
            Applies::Not => return Ok(Decimal::ZERO),
            Applies::Always => None,
            Applies::Because(condition) => Some(condition),
        };
        let Some(each) = &rule.each else {
            return self.amount(rule, None, condition);
        };
        let (list, items) = self.items(each)?;
        let mut sum = Decimal::ZERO;
        for (n, item) in items.iter().enumerate() {
            let number = n + 1;
            let at = (
                ItemName {
                    list: list.clone(),
                    number,
                },
                item.clone(),
            );
            sum = sum
                .checked_add(self.amount(rule, Some(at), condition.clone())?)
                .ok_or_else(|| too_large(rule))?;
        }
        Ok(sum)
    }

    fn items(&mut self, each: &Each) -> Result<(Text, Vec<Item>), Fault> {
        match each {
            Each::List { list, name } => match &self.machine.cells[*list] {
                Cell::Ready(Value::List(items)) => Ok((name.clone(), items.to_vec())),
                _ => Err(Fault::new(
                    FaultCode::FactMissing,
                    format!("/facts/{name}"),
                    format!("缺少列表 {name}"),
                    format!("the list `{name}` is needed and was not given"),
                )
                .of(&**name)),
            },
            Each::Months { from, to, name } => {
                let (first, _) = self.machine.run(from, None)?;
                let (last, _) = self.machine.run(to, None)?;
                let (Value::Date(first), Value::Date(last)) = (first, last) else {
                    return Err(months::too_many(from));
                };
                let items = months::items(first, last).ok_or_else(|| months::too_many(to))?;
                Ok((name.clone(), items))
            }
        }
    }

    fn amount(
        &mut self,
        rule: &LineRule,
        item: Option<(ItemName, Item)>,
        condition: Option<Condition>,
    ) -> Result<Decimal, Fault> {
        if self.lines.len() >= limits::STATEMENT_LINES {
            let most = limits::STATEMENT_LINES;
            return Err(Fault::new(
                FaultCode::TooManyLines,
                rule.pointer.as_str(),
                format!("明细超过 {most} 行"),
                format!("the statement has more than {most} lines"),
            ));
        }
        let frame = item
            .as_ref()
            .map(|(name, item)| (name.number, item.clone()));
        let mut found = self.bounded(&rule.how, frame.as_ref())?;
        let (Value::Number(number), Value::Number(exact)) = (&found.value, &found.exact) else {
            return Err(too_large(rule));
        };
        if number.is_sign_negative() && !number.is_zero() {
            return Err(negative(&rule.how, &rule.id, number));
        }
        let amount = Money::from_decimal(number.abs()).map_err(|_| too_large(rule))?;
        let exact = *exact;
        let payees = self.parts(rule, amount, &mut found.calculation)?;
        self.lines.push(Computed {
            exact,
            line: StatementLine {
                line: rule.id.clone(),
                title: rule.title.clone(),
                subject: rule.subject,
                rule: rule.rule.clone(),
                item: item.map(|(name, _)| name),
                condition,
                calculation: found.calculation,
                amount,
                direction: rule.direction,
                kind: self.kind(rule),
                payees,
                due: rule.due.clone(),
            },
        });
        Ok(amount.as_decimal())
    }

    /// What waits for the signing rate is fixed as soon as the rate is.
    fn kind(&self, rule: &LineRule) -> Accrual {
        let depends = &self.plan.depends[rule.slot];
        let waits = self.provisional.iter().any(|place| depends.has(*place));
        match rule.kind {
            Accrual::AccruedPendingRate if !waits => Accrual::Fixed,
            kind => kind,
        }
    }
}

pub(super) fn too_large(rule: &LineRule) -> Fault {
    Fault::new(
        FaultCode::AmountTooLarge,
        rule.pointer.as_str(),
        "金额最多 14 位整数",
        "an amount has at most 14 digits before the point",
    )
    .of(&*rule.id)
}
