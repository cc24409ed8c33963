//! Acting one day earlier never lowers an award, unless the plan says why.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::{
    document::Document,
    examples::{Household, readings},
    fault::{Fault, FaultCode},
    limits,
    words::{Given, Id, Scalar},
};
use crate::{
    compensation::{Award, Facts, Plan, Statement},
    plans::Number,
};

/// The days around the day of an example that are tried, besides those at which a table turns.
const AROUND: i64 = 20;

/// Moves the acting days of the examples and looks for awards that an earlier day lowers. The days
/// tried are those around the example's own and those at which the plan's tables turn.
pub(super) fn lowered(document: &Document, plan: &Plan, households: &[Household]) -> Vec<Fault> {
    let awards = plan.awards();
    let mut faults = vec![];
    let mut probes = 0;
    let mut told = BTreeSet::new();
    for (example, household) in document.examples.iter().zip(households) {
        let (Ok(facts), None) = (household, &example.expect.refused) else {
            continue;
        };
        let under = readings(example);
        let clocks: BTreeSet<&str> = awards.iter().flat_map(Award::clocks).collect();
        for clock in clocks {
            let days = days(plan, facts, clock);
            probes += days.len();
            if probes > limits::EARLIER_PROBES {
                let most = limits::EARLIER_PROBES;
                faults.push(Fault::new(
                    FaultCode::TooManyProbes,
                    "/examples",
                    format!("检验“提前一日不减少奖励”需超过 {most} 次计算；请减少算例"),
                    format!("more than {most} statements would have to be computed to see that an earlier day lowers no award; give fewer examples"),
                ));
                return faults;
            }
            for fall in falls(plan, facts, &under, clock, days, &awards) {
                if told.insert((fall.line, clock)) {
                    faults.push(fault(document, &example.id.to_string(), clock, &fall));
                }
            }
        }
    }
    faults
}

struct Fall<'a> {
    line: &'a str,
    early: String,
    late: String,
    lower: Decimal,
    higher: Decimal,
}

/// Awards that are lower on a day than on the next day that was tried.
fn falls<'a>(
    plan: &Plan,
    facts: &Facts,
    under: &BTreeMap<String, String>,
    clock: &str,
    days: BTreeSet<Point>,
    awards: &'a [Award],
) -> Vec<Fall<'a>> {
    let mut found = vec![];
    let mut before: Option<(String, Statement)> = None;
    for day in days {
        let mut facts = facts.clone();
        let text = day.to_string();
        if let Some(fact) = facts.facts.get_mut(clock) {
            fact.value = Given::One(Scalar::Text(text.clone()));
        }
        // A day the plan does not admit is nobody's day.
        let Ok(statement) = plan.evaluate_under(&facts, under) else {
            before = None;
            continue;
        };
        if let Some((early, earlier)) = &before {
            let concerned = awards.iter().filter(|award| award.clocks().any(|name| name == clock));
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
    found
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
fn days(plan: &Plan, facts: &Facts, clock: &str) -> BTreeSet<Point> {
    let Some(Given::One(Scalar::Text(given))) = facts.facts.get(clock).map(|fact| &fact.value) else {
        return BTreeSet::new();
    };
    let mut days = BTreeSet::new();
    if let Ok(own) = given.parse::<NaiveDate>() {
        for turn in plan.turning_dates().chain([own]) {
            let around = if turn == own { AROUND } else { 1 };
            days.extend((-around..=around).filter_map(|days| {
                let size = Days::new(days.unsigned_abs());
                let moved = if days < 0 { turn.checked_sub_days(size) } else { turn.checked_add_days(size) };
                moved.map(Point::Date)
            }));
        }
    } else if let Some(Number(own)) = Number::parse(given) {
        for turn in plan.turning_numbers().chain([own]) {
            let around = if turn == own { AROUND } else { 1 };
            let near = (-around..=around).filter_map(|days| turn.trunc().checked_add(days.into()));
            days.extend(near.map(Point::Number));
        }
    }
    days
}

fn fault(document: &Document, example: &str, clock: &str, fall: &Fall<'_>) -> Fault {
    let at = document.lines.iter().position(|line| line.id == Id::from(fall.line));
    let at = at.unwrap_or_default();
    let Fall { line, early, late, lower, higher } = fall;
    Fault::new(
        FaultCode::EarlierLowers,
        format!("/lines/{at}"),
        format!("算例 {example}：{clock} 为 {early} 时 {line} 是 {lower}，晚到 {late} 反而是 {higher}；确属方案规定的，请写 earlier_may_lower 说明原因"),
        format!("with example {example}, `{line}` is {lower} when `{clock}` is {early}, and {higher} later, on {late}; if the plan means that, say why in `earlier_may_lower`"),
    )
    .of(*line)
}
