//! Sums: by kind, by payee, of a swap, and what rounding the total changes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Computed, Run};
use crate::{
    compensation::{
        reading::rounded,
        statement::{
            Calculation, Name, Net, Part, PayeeTotal, Payer, StatementLine, SwapBalance, Text,
            Totals,
        },
    },
    plans::{Accrual, Direction, Fault, FaultCode, Rounding, Subject, TotalOf},
    values::Money,
};

impl Run<'_> {
    /// Adds a line for what rounding the total of fixed lines changes, if it changes anything.
    pub(super) fn round_total(&mut self) {
        let Some(rule) = self.plan.total_rounding else {
            return;
        };
        if !self.faults.is_empty() {
            return;
        }
        let fixed = self
            .lines
            .iter()
            .filter(|computed| computed.line.kind == Accrual::Fixed);
        let (mut exact, mut lines) = (Decimal::ZERO, Decimal::ZERO);
        for computed in fixed {
            let sign = match computed.line.direction {
                Direction::ToHousehold => Decimal::ONE,
                Direction::FromHousehold => Decimal::NEGATIVE_ONE,
            };
            exact += computed.exact * sign;
            lines += computed.line.amount.as_decimal() * sign;
        }
        let of = match rule.of {
            TotalOf::Exact => exact,
            TotalOf::Lines => lines,
        };
        let Some(total) = rounded(of, rule.to.0, rule.mode) else {
            return self.too_large();
        };
        let change = total - lines;
        if change.is_zero() {
            return;
        }
        let Ok(amount) = Money::from_decimal(change.abs()) else {
            return self.too_large();
        };
        let round = Rounding {
            to: rule.to,
            mode: rule.mode,
        };
        let line = rounding_line(change, amount, round, of, lines);
        self.lines.push(Computed {
            exact: change.abs(),
            line,
        });
    }

    fn too_large(&mut self) {
        self.faults.push(Fault::new(
            FaultCode::AmountTooLarge,
            "/rounding",
            "合计最多 14 位整数",
            "a total has at most 14 digits before the point",
        ));
    }

    pub(super) fn totals(&mut self) -> Totals {
        let mut totals = Totals::default();
        for Computed { line, .. } in &self.lines {
            let total = match line.kind {
                Accrual::Fixed => &mut totals.fixed,
                Accrual::AccruedPendingRate => &mut totals.accrued_pending_rate,
                Accrual::Monthly => &mut totals.monthly,
            };
            let sum = match line.direction {
                Direction::ToHousehold => &mut total.to_household,
                Direction::FromHousehold => &mut total.from_household,
            };
            let Ok(more) = sum.checked_add(line.amount) else {
                self.too_large();
                return totals;
            };
            *sum = more;
        }
        for total in [
            &mut totals.fixed,
            &mut totals.accrued_pending_rate,
            &mut totals.monthly,
        ] {
            total.net = Net(total.to_household.as_decimal() - total.from_household.as_decimal());
        }
        totals
    }

    /// In the order in which the payees appear.
    pub(super) fn payee_totals(&mut self) -> Vec<PayeeTotal> {
        let mut totals: Vec<PayeeTotal> = vec![];
        let mut large = false;
        for Computed { line, .. } in &self.lines {
            for part in &line.payees {
                let found = totals.iter_mut().find(|total| {
                    (&*total.payee, total.kind, total.direction)
                        == (&*part.payee, line.kind, line.direction)
                });
                if let Some(total) = found {
                    match total.amount.checked_add(part.amount) {
                        Ok(more) => total.amount = more,
                        Err(_) => large = true,
                    }
                    continue;
                }
                let title = self
                    .plan
                    .payees
                    .iter()
                    .find(|(payee, _)| *payee == part.payee);
                totals.push(PayeeTotal {
                    payee: part.payee.clone(),
                    title: title.map(|(_, title)| title.clone()),
                    kind: line.kind,
                    direction: line.direction,
                    amount: part.amount,
                });
            }
        }
        if large {
            self.too_large();
        }
        totals
    }

    /// The settlement of a swap, where the option has one.
    pub(super) fn balance(&mut self) -> Option<SwapBalance> {
        let rule = self.plan.balance.as_ref()?;
        if !rule.applies.to(self.option) || !self.faults.is_empty() {
            return None;
        }
        let mut sides: [BTreeMap<Text, Decimal>; 2] = Default::default();
        for Computed { line, .. } in &self.lines {
            if rule.lines.contains(&line.line) {
                let side = usize::from(line.direction == Direction::FromHousehold);
                let sum = sides[side].entry(line.line.clone()).or_default();
                *sum += line.amount.as_decimal();
            }
        }
        let [to, from] = &sides;
        let net = to.values().sum::<Decimal>() - from.values().sum::<Decimal>();
        let payer = match net.cmp(&Decimal::ZERO) {
            std::cmp::Ordering::Less => Payer::Household,
            std::cmp::Ordering::Equal => Payer::Nobody,
            std::cmp::Ordering::Greater => Payer::Authority,
        };
        let amounts = |side: &BTreeMap<Text, Decimal>| {
            let each = side.iter();
            each.map(|(line, sum)| Some((line.clone(), Money::from_decimal(*sum).ok()?)))
                .collect::<Option<BTreeMap<_, _>>>()
        };
        let (Some(to), Some(from), Ok(amount)) =
            (amounts(to), amounts(from), Money::from_decimal(net.abs()))
        else {
            self.too_large();
            return None;
        };
        Some(SwapBalance {
            title: rule.title.clone(),
            rule: rule.rule.clone(),
            to_household: to,
            from_household: from,
            net: Net(net),
            amount,
            payer,
            due: rule.due.clone(),
        })
    }
}

fn rounding_line(
    change: Decimal,
    amount: Money,
    round: Rounding,
    of: Decimal,
    lines: Decimal,
) -> StatementLine {
    StatementLine {
        line: "rounding_of_total".into(),
        title: Name {
            zh: "合计尾差".into(),
            en: Some("rounding of the total".into()),
        },
        subject: Subject::Rounding,
        rule: "rounding.total".into(),
        item: None,
        condition: None,
        calculation: Calculation {
            formula: "rounded total - sum of lines".into(),
            worked: format!("{of} → {} − {lines}", lines + change),
            uses: vec![],
            intermediate: vec![],
            result: change.normalize().to_string(),
            at_least: None,
            at_most: None,
            rounding: Some(round),
        },
        amount,
        direction: if change.is_sign_negative() {
            Direction::FromHousehold
        } else {
            Direction::ToHousehold
        },
        kind: Accrual::Fixed,
        payees: vec![Part {
            payee: "household".into(),
            share: None,
            amount,
        }],
        due: None,
    }
}
