//! Acting one day earlier never lowers an award, unless the plan says why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::{
    document::Document,
    examples::{Household, readings},
    fault::{Fault, FaultCode},
    words::{Given, Id, Number, Scalar},
};
use crate::compensation::{Award, Facts, Plan, Statement, Value};

/// The days around the day of an example that are tried, besides those at which a table turns.
const AROUND: i64 = 20;

/// Moves the acting days of the examples and looks for awards that an earlier day lowers. The days
/// tried are those around the example's own and those at which the plan's tables turn.
pub(super) fn lowered(
    document: &Document,
    plan: &Plan,
    households: &[Household],
    steps: &mut u32,
) -> Vec<Fault> {
    let awards = plan.awards();
    let clocks: BTreeSet<&str> = awards.iter().flat_map(Award::clocks).collect();
    let mut faults = vec![];
    let mut told = BTreeSet::new();
    for (example, household) in document.examples.iter().zip(households) {
        let (Ok(facts), None) = (household, &example.expect.refused) else {
            continue;
        };
        let under = readings(example);
        for clock in &clocks {
            let days = days(plan, &awards, facts, clock);
            let Some(found) = falls(plan, facts, &under, clock, days, &awards, steps) else {
                faults.push(too_much());
                return faults;
            };
            for fall in found {
                if told.insert((fall.line, *clock)) {
                    faults.push(fault(document, example.id.as_str(), clock, &fall));
                }
            }
        }
    }
    faults
}

fn too_much() -> Fault {
    Fault::new(
        FaultCode::TooMuchWork,
        "/examples",
        "检验“提前一日不减少奖励”的计算量过大；请减少算例",
        "it is too much work to see that an earlier day lowers no award; give fewer examples",
    )
}

struct Fall<'a> {
    line: &'a str,
    early: String,
    late: String,
    lower: Decimal,
    higher: Decimal,
}

/// Awards that are lower on a day than on the next day that was tried; nothing when it takes more
/// than there is left.
fn falls<'a>(
    plan: &Plan,
    facts: &Facts,
    under: &BTreeMap<String, String>,
    clock: &str,
    days: BTreeSet<Point>,
    awards: &'a [Award],
    steps: &mut u32,
) -> Option<Vec<Fall<'a>>> {
    let mut found = vec![];
    let mut before: Option<(String, Statement)> = None;
    for day in days {
        let mut facts = facts.clone();
        let text = day.to_string();
        if let Some(fact) = facts.facts.get_mut(clock) {
            fact.value = Given::One(Scalar::Text(text.clone()));
        }
        // A day the plan does not admit is nobody's day.
        let Ok(statement) = plan.evaluate_within(&facts, under, steps) else {
            if *steps == 0 {
                return None;
            }
            before = None;
            continue;
        };
        if let Some((early, earlier)) = &before {
            let concerned = awards
                .iter()
                .filter(|award| award.clocks().any(|name| name == clock));
            for award in concerned {
                let (lower, higher) = (award.amount(earlier), award.amount(&statement));
                if lower < higher {
                    found.push(Fall {
                        line: award.line(),
                        early: early.clone(),
                        late: text.clone(),
                        lower,
                        higher,
                    });
                }
            }
        }
        before = Some((text, statement));
    }
    Some(found)
}

/// A day as a date, or as a number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Number(Decimal),
    Date(NaiveDate),
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{}", number.normalize()),
            Self::Date(date) => write!(f, "{}", date.format("%Y-%m-%d")),
        }
    }
}

/// The days to try for one acting day of an example.
fn days(plan: &Plan, awards: &[Award], facts: &Facts, clock: &str) -> BTreeSet<Point> {
    let Some(Given::One(Scalar::Text(given))) = facts.facts.get(clock).map(|fact| &fact.value)
    else {
        return BTreeSet::new();
    };
    let mut days = BTreeSet::new();
    if let Ok(own) = given.parse::<NaiveDate>() {
        let turns = plan.turns(awards).filter_map(|turn| match turn {
            Value::Date(date) => Some(*date),
            _ => None,
        });
        for turn in turns.chain([own]) {
            let around = if turn == own { AROUND } else { 1 };
            days.extend((-around..=around).filter_map(|days| {
                let size = Days::new(days.unsigned_abs());
                let moved = if days < 0 {
                    turn.checked_sub_days(size)
                } else {
                    turn.checked_add_days(size)
                };
                moved.map(Point::Date)
            }));
        }
    } else if let Some(Number(own)) = Number::parse(given) {
        let turns = plan.turns(awards).filter_map(|turn| match turn {
            Value::Number(number) => Some(*number),
            _ => None,
        });
        for turn in turns.chain([own]) {
            let around = if turn == own { AROUND } else { 1 };
            let near = (-around..=around).filter_map(|days| turn.trunc().checked_add(days.into()));
            days.extend(near.map(Point::Number));
        }
    }
    days
}

fn fault(document: &Document, example: &str, clock: &str, fall: &Fall<'_>) -> Fault {
    let at = document
        .lines
        .iter()
        .position(|line| line.id == Id::from(fall.line));
    let at = at.unwrap_or_default();
    let Fall {
        line,
        early,
        late,
        lower,
        higher,
    } = fall;
    Fault::new(
        FaultCode::EarlierLowers,
        format!("/lines/{at}"),
        format!("算例 {example}：{clock} 为 {early} 时 {line} 是 {lower}，晚到 {late} 反而是 {higher}；确属方案规定的，请写 earlier_may_lower 说明原因"),
        format!("with example {example}, `{line}` is {lower} when `{clock}` is {early}, and {higher} later, on {late}; if the plan means that, say why in `earlier_may_lower`"),
    )
    .of(*line)
}
