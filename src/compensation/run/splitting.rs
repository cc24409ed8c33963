//! Who receives which part of an amount.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Run, amounts::too_large};
use crate::{
    compensation::{
        language::{Cell, Formula},
        plan::{LineRule, SplitParts, SplitRule},
        statement::{Calculation, Part, Text},
        value::Value,
    },
    plans::{Fault, FaultCode},
    values::Money,
};

/// A payee, its share of the amount as a fraction (`None`: the rest), and the share as the
/// statement tells it.
type Claim = (Text, Option<(Decimal, Decimal)>, String);

impl Run<'_> {
    /// The parts of an amount. They make the amount to the fen: each is cut to the fen, and the
    /// payee of the rest, else the last, takes what remains.
    pub(super) fn parts(
        &mut self,
        rule: &LineRule,
        amount: Money,
        calculation: &mut Calculation,
    ) -> Result<Vec<Part>, Fault> {
        let whole = Part {
            payee: rule.payee.clone(),
            share: None,
            amount,
        };
        let Some(split) = rule.split.map(|split| &self.plan.splits[split]) else {
            return Ok(vec![whole]);
        };
        if let Some(when) = &split.when {
            let (holds, trace) = self.machine.run(when, None)?;
            add(calculation, trace.uses);
            if holds != Value::Flag(true) {
                return Ok(vec![whole]);
            }
        }
        let claims = match &split.parts {
            SplitParts::Shares(shares) => self.shares(split, shares, calculation)?,
            SplitParts::Each {
                list,
                payee,
                weight,
            } => {
                let list = &self.machine.cells[*list];
                weights(split, list, *payee, *weight)?
            }
        };
        divided(&claims, amount).ok_or_else(|| too_large(rule))
    }

    fn shares(
        &mut self,
        split: &SplitRule,
        shares: &[(Text, Option<Formula>)],
        calculation: &mut Calculation,
    ) -> Result<Vec<Claim>, Fault> {
        let mut claims: Vec<Claim> = vec![];
        let mut sum = Decimal::ZERO;
        for (payee, share) in shares {
            let Some(formula) = share else {
                claims.push((payee.clone(), None, "rest".to_owned()));
                continue;
            };
            let (value, trace) = self.machine.run(formula, None)?;
            add(calculation, trace.uses);
            let Value::Number(share) = value else {
                continue;
            };
            if share < Decimal::ZERO || share > Decimal::ONE {
                return Err(not_one(split, sum));
            }
            sum += share;
            let told = share.normalize().to_string();
            claims.push((payee.clone(), Some((share, Decimal::ONE)), told));
        }
        let rest = claims.iter().any(|(_, share, _)| share.is_none());
        if sum > Decimal::ONE || !rest && sum != Decimal::ONE {
            return Err(not_one(split, sum));
        }
        Ok(claims)
    }
}

fn weights(
    split: &SplitRule,
    list: &Cell,
    payee: usize,
    weight: usize,
) -> Result<Vec<Claim>, Fault> {
    let Cell::Ready(Value::List(items)) = list else {
        return Err(not_one(split, Decimal::ZERO));
    };
    let each = items
        .iter()
        .filter_map(|item| match (&item[payee], &item[weight]) {
            (Value::Text(payee), Value::Number(weight)) => Some((payee.clone(), *weight)),
            _ => None,
        });
    let each: Vec<(Text, Decimal)> = each.collect();
    let mut sum = Decimal::ZERO;
    for (_, weight) in &each {
        let fits = *weight >= Decimal::ZERO;
        sum = sum
            .checked_add(*weight)
            .filter(|_| fits)
            .ok_or_else(|| not_one(split, sum))?;
    }
    if sum.is_zero() {
        return Err(not_one(split, sum));
    }
    let claims = each.into_iter().map(|(payee, weight)| {
        let told = format!("{}/{}", weight.normalize(), sum.normalize());
        (payee, Some((weight, sum)), told)
    });
    Ok(claims.collect())
}

/// Cuts each part to the fen; the payee of the rest, else the last, takes what remains.
fn divided(claims: &[Claim], amount: Money) -> Option<Vec<Part>> {
    let total = amount.as_decimal();
    let last = claims.len().checked_sub(1)?;
    let rest = claims
        .iter()
        .position(|(_, share, _)| share.is_none())
        .unwrap_or(last);
    let mut left = total;
    let mut parts = vec![];
    for (n, (payee, share, told)) in claims.iter().enumerate() {
        let part = match share {
            // Multiplied first: three thirds of 900 are 300 each.
            Some((weight, sum)) if n != rest => {
                let exact = total.checked_mul(*weight)?.checked_div(*sum)?;
                exact.round_dp_with_strategy(2, RoundingStrategy::ToZero)
            }
            _ => Decimal::ZERO,
        };
        left = left.checked_sub(part)?;
        parts.push((payee.clone(), told.clone(), part));
    }
    parts[rest].2 = left;
    let each = parts.into_iter().map(|(payee, share, part)| {
        Some(Part {
            payee,
            share: Some(share),
            amount: Money::from_decimal(part).ok()?,
        })
    });
    each.collect()
}

fn add(calculation: &mut Calculation, uses: Vec<crate::compensation::statement::Use>) {
    for used in uses {
        if !calculation.uses.contains(&used) {
            calculation.uses.push(used);
        }
    }
}

fn not_one(split: &SplitRule, sum: Decimal) -> Fault {
    Fault::new(
        FaultCode::SharesNotOne,
        split.pointer.as_str(),
        format!("份额合计为 {sum}，应为 1（各份额不得为负；有取余额的收款人时不得超过 1）"),
        format!(
            "the shares make {sum}, and must make 1 (none below zero; with a payee of the rest at most 1)"
        ),
    )
}
