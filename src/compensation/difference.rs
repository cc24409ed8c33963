//! What another version of a plan would change for a household.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::statement::{Name, Net, PlanName, Statement, Text};
use crate::plans::{Accrual, Direction};

/// Two statements of one household, compared line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    pub before: PlanName,
    pub after: PlanName,
    /// The lines that differ, in the order of the later statement; those that are gone come last.
    pub lines: Vec<LineDifference>,
    /// The areas that differ.
    pub entitlements: Vec<AreaDifference>,
    /// Net totals by kind.
    pub totals: Vec<TotalDifference>,
}

/// A line that differs; the items of a repeated line together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDifference {
    pub line: Text,
    pub title: Name,
    pub kind: Accrual,
    /// Above zero what the household receives, below zero what it pays; nothing when the line is
    /// not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Net>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Net>,
    pub change: Net,
}

/// An area that differs, in m².
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaDifference {
    pub id: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// The net total of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TotalDifference {
    pub kind: Accrual,
    pub before: Net,
    pub after: Net,
    pub change: Net,
}

impl Statement {
    /// What differs in `after`.
    pub fn difference(&self, after: &Self) -> Difference {
        Difference {
            before: self.plan.clone(),
            after: after.plan.clone(),
            lines: lines(self, after),
            entitlements: areas(self, after),
            totals: totals(self, after),
        }
    }

    /// What the household receives less what it pays, by line and kind, in order.
    fn by_line(&self) -> Vec<((Text, Accrual), Name, Decimal)> {
        let mut found: Vec<((Text, Accrual), Name, Decimal)> = vec![];
        for line in &self.lines {
            let amount = match line.direction {
                Direction::ToHousehold => line.amount.as_decimal(),
                Direction::FromHousehold => -line.amount.as_decimal(),
            };
            let key = (line.line.clone(), line.kind);
            match found.iter_mut().find(|(known, ..)| *known == key) {
                Some((.., sum)) => *sum += amount,
                None => found.push((key, line.title.clone(), amount)),
            }
        }
        found
    }
}

fn lines(before: &Statement, after: &Statement) -> Vec<LineDifference> {
    let (before, after) = (before.by_line(), after.by_line());
    let amount = |list: &[((Text, Accrual), Name, Decimal)], key: &(Text, Accrual)| {
        let found = list.iter().find(|(known, ..)| known == key);
        found.map(|(.., amount)| *amount)
    };
    let gone = before
        .iter()
        .filter(|(key, ..)| amount(&after, key).is_none());
    let all = after.iter().chain(gone);
    let each = all.map(|(key, title, _)| {
        let (old, new) = (amount(&before, key), amount(&after, key));
        LineDifference {
            line: key.0.clone(),
            title: title.clone(),
            kind: key.1,
            before: old.map(Net),
            after: new.map(Net),
            change: Net(new.unwrap_or_default() - old.unwrap_or_default()),
        }
    });
    each.filter(|line| line.before != line.after).collect()
}

fn areas(before: &Statement, after: &Statement) -> Vec<AreaDifference> {
    let by_id = |statement: &Statement| -> BTreeMap<Text, String> {
        let each = statement.entitlements.iter();
        each.map(|area| (area.id.clone(), area.area_m2.clone()))
            .collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let mut ids: Vec<&Text> = before.keys().chain(after.keys()).collect();
    ids.sort();
    ids.dedup();
    let each = ids.into_iter().map(|id| AreaDifference {
        id: id.clone(),
        before: before.get(id).cloned(),
        after: after.get(id).cloned(),
    });
    each.filter(|area| area.before != area.after).collect()
}

fn totals(before: &Statement, after: &Statement) -> Vec<TotalDifference> {
    let (old, new) = (&before.totals, &after.totals);
    [
        (Accrual::Fixed, old.fixed.net, new.fixed.net),
        (
            Accrual::AccruedPendingRate,
            old.accrued_pending_rate.net,
            new.accrued_pending_rate.net,
        ),
        (Accrual::Monthly, old.monthly.net, new.monthly.net),
    ]
    .map(|(kind, before, after)| TotalDifference {
        kind,
        before,
        after,
        change: Net(after.0 - before.0),
    })
    .into()
}
