//! What holds of every statement of every real plan, for households nobody wrote down.

use std::collections::{BTreeMap, BTreeSet};

use anju::{
    compensation::{Facts, Plan, Statement},
    plans::{Accrual, Direction, Document, Given, Input, InputType, Line, Scalar, ScalarType},
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::support::{amounts, document, published, real_plans};

/// The real plans, compiled once.
fn plans() -> &'static [(Document, Plan)] {
    static PLANS: std::sync::OnceLock<Vec<(Document, Plan)>> = std::sync::OnceLock::new();
    PLANS.get_or_init(|| {
        real_plans()
            .iter()
            .map(|(_, text)| published(text))
            .collect()
    })
}

/// A draw from which facts are made: the same draw gives the same household.
#[derive(Debug, Clone)]
struct Draw(Vec<u32>);

impl Draw {
    fn at(&self, place: usize) -> u32 {
        self.0[place % self.0.len()]
    }
}

fn number(draw: u32, decimals: u32, min: Option<Decimal>, max: Option<Decimal>) -> String {
    let (min, scale) = (min.unwrap_or_default(), decimals.min(4));
    let size = 10_u32.pow(scale);
    let whole = Decimal::new(i64::from(draw % 400), 0);
    let part = Decimal::new(i64::from(draw / 400 % size), scale);
    let found = min + whole + part;
    let found = max.map_or(found, |max| {
        if found > max {
            max - (found % (max - min + Decimal::ONE)).min(max - min)
        } else {
            found
        }
    });
    found.round_dp(scale).to_string()
}

fn scalar(
    kind: ScalarType,
    one_of: &[anju::plans::Title],
    draw: u32,
    decimals: u32,
    bounds: (Option<Decimal>, Option<Decimal>),
) -> Scalar {
    match kind {
        ScalarType::Number => Scalar::Text(number(draw, decimals, bounds.0, bounds.1)),
        ScalarType::Date => {
            let day = chrono::NaiveDate::from_ymd_opt(2023, 3, 20).unwrap()
                + chrono::Days::new(u64::from(draw % 60));
            Scalar::Text(day.to_string())
        }
        ScalarType::YesNo => Scalar::Flag(draw.is_multiple_of(2)),
        ScalarType::Text => match one_of {
            [] => Scalar::Text("某".to_owned()),
            words => Scalar::Text(words[draw as usize % words.len()].to_string()),
        },
    }
}

fn places(decimals: Option<anju::plans::Number>) -> u32 {
    decimals.map_or(2, |decimals| decimals.to_string().parse().unwrap())
}

fn fact(input: &Input, draw: &Draw, place: usize) -> Option<Given> {
    let drawn = draw.at(place);
    if input.optional && drawn.is_multiple_of(3) {
        return None;
    }
    let bounds = (input.min.map(|n| n.0), input.max.map(|n| n.0));
    let kind = match input.kind {
        InputType::Number => ScalarType::Number,
        InputType::Date => ScalarType::Date,
        InputType::Text => ScalarType::Text,
        InputType::YesNo => ScalarType::YesNo,
        InputType::List => {
            let items = (0..drawn % 5).map(|item| {
                let fields = input.fields.iter().enumerate().map(|(n, field)| {
                    let drawn = draw.at(place + 7 * item as usize + n + 1);
                    let bounds = (field.min.map(|n| n.0), field.max.map(|n| n.0));
                    let value = scalar(
                        field.kind,
                        &field.one_of,
                        drawn,
                        places(field.decimals),
                        bounds,
                    );
                    (field.id.to_string(), value)
                });
                fields.collect::<BTreeMap<_, _>>()
            });
            return Some(Given::Many(items.collect()));
        }
    };
    Some(Given::One(scalar(
        kind,
        &input.one_of,
        drawn,
        places(input.decimals),
        bounds,
    )))
}

fn household(document: &Document, draw: &Draw) -> Facts {
    let option = &document.options[draw.at(0) as usize % document.options.len()];
    let mut facts = Facts::of(option.id.as_str());
    for (n, input) in document.inputs.iter().enumerate() {
        if let Some(given) = fact(input, draw, n + 1) {
            facts = facts.with(input.id.as_str(), given, "调查表");
        }
    }
    facts
}

fn draw() -> impl Strategy<Value = Draw> {
    prop::collection::vec(any::<u32>(), 40).prop_map(Draw)
}

/// Sums by kind, parts by amount, payees by lines, and the balance by its lines.
fn adds_up(statement: &Statement) -> Result<(), TestCaseError> {
    let totals = &statement.totals;
    let mut nets = BTreeMap::new();
    let mut payees: BTreeMap<String, Decimal> = BTreeMap::new();
    for line in &statement.lines {
        let amount = line.amount.as_decimal();
        let sign = if line.direction == Direction::ToHousehold {
            1
        } else {
            -1
        };
        *nets.entry(line.kind).or_insert(Decimal::ZERO) += amount * Decimal::from(sign);
        let parts: Decimal = line
            .payees
            .iter()
            .map(|part| part.amount.as_decimal())
            .sum();
        prop_assert_eq!(parts, amount, "the parts of {}", line.line);
        for part in &line.payees {
            *payees.entry(part.payee.to_string()).or_default() += part.amount.as_decimal();
        }
    }
    for (kind, total) in [
        (Accrual::Fixed, &totals.fixed),
        (Accrual::AccruedPendingRate, &totals.accrued_pending_rate),
        (Accrual::Monthly, &totals.monthly),
    ] {
        let sum = nets.get(&kind).copied().unwrap_or_default();
        prop_assert_eq!(total.net.as_decimal(), sum);
        prop_assert_eq!(
            total.to_household.as_decimal() - total.from_household.as_decimal(),
            sum
        );
    }
    for (payee, sum) in payees {
        let told: Decimal = statement
            .payees
            .iter()
            .filter(|it| *it.payee == *payee)
            .map(|it| it.amount.as_decimal())
            .sum();
        prop_assert_eq!(told, sum);
    }
    if let Some(balance) = &statement.balance {
        let side = |side: &BTreeMap<_, anju::values::Money>| {
            side.values().map(|it| it.as_decimal()).sum::<Decimal>()
        };
        let net = side(&balance.to_household) - side(&balance.from_household);
        prop_assert_eq!(balance.net.as_decimal(), net);
        prop_assert_eq!(balance.amount.as_decimal(), net.abs());
    }
    Ok(())
}

/// The names a formula may mean; what stands behind a point is a column or a field.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
        .filter(|word| !word.starts_with('.'))
}

/// The lines in another order in which each still stands below what it uses.
fn reordered(lines: &[Line], order: &[usize]) -> Vec<Line> {
    let ids: BTreeSet<&str> = lines.iter().map(|line| line.id.as_str()).collect();
    let uses = |line: &Line| {
        let texts = [
            Some(&line.formula),
            line.when.as_ref(),
            line.at_least.as_ref(),
            line.at_most.as_ref(),
        ];
        let texts: Vec<String> = texts
            .into_iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        let found = texts
            .iter()
            .flat_map(|text| words(text))
            .filter(|word| ids.contains(word));
        found.map(str::to_owned).collect::<BTreeSet<String>>()
    };
    let mut left: Vec<&Line> = lines.iter().collect();
    let mut done: Vec<Line> = vec![];
    while !left.is_empty() {
        let free: Vec<usize> = (0..left.len())
            .filter(|at| {
                uses(left[*at])
                    .iter()
                    .all(|id| done.iter().any(|line| line.id.as_str() == *id))
            })
            .collect();
        let at = free[order[done.len() % order.len()] % free.len()];
        done.push(left.remove(at).clone());
    }
    done
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_sum_of_the_lines_is_the_total(draw in draw()) {
        let mut computed = 0;
        for (document, plan) in plans() {
            let facts = household(document, &draw);
            if let Ok(statement) = plan.evaluate(&facts) {
                adds_up(&statement)?;
                computed += 1;
                prop_assert!(plan.replay(&statement).unwrap().equal);
                let text = serde_json::to_string(&statement).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Statement>(&text).unwrap(), &statement);
            }
        }
        prop_assert!(computed > 0);
    }

    #[test]
    fn any_order_of_lines_that_respects_their_references_gives_the_same_amounts(
        draw in draw(),
        order in prop::collection::vec(any::<usize>(), 8),
    ) {
        for (document, plan) in plans() {
            let mut other = document.clone();
            other.lines = reordered(&document.lines, &order);
            let other = Plan::compile(&other).unwrap();
            let facts = household(document, &draw);
            match (plan.evaluate(&facts), other.evaluate(&facts)) {
                (Ok(one), Ok(two)) => {
                    prop_assert_eq!(amounts(&one), amounts(&two));
                    prop_assert_eq!(one.totals, two.totals);
                }
                (Err(_), Err(_)) => {}
                (one, two) => prop_assert!(false, "{one:?} against {two:?}"),
            }
        }
    }

    #[test]
    fn one_day_earlier_never_lowers_an_award(draw in draw()) {
        for (document, plan) in plans() {
            for award in plan.awards() {
                for clock in award.clocks() {
                    let facts = household(document, &draw);
                    let Some(earlier) = one_day_earlier(&facts, clock) else { continue };
                    let (Ok(later), Ok(earlier)) = (plan.evaluate(&facts), plan.evaluate(&earlier)) else {
                        continue;
                    };
                    prop_assert!(award.amount(&earlier) >= award.amount(&later), "{} of {}", award.line(), document.plan.code);
                }
            }
        }
    }

    #[test]
    fn more_area_never_lowers_what_a_household_of_jinan_receives(draw in draw(), more in 1_u32..5_000) {
        let (document, plan) = &plans()[0];
        let mut facts = household(document, &draw);
        // A value that the report states does not grow with the area.
        facts.facts.remove("assessed_value");
        let Some(Given::One(Scalar::Text(area))) = facts.facts.get("area").map(|it| it.value.clone()) else {
            return Ok(());
        };
        let larger = area.parse::<Decimal>().unwrap() + Decimal::new(more.into(), 2);
        let larger = facts.clone().with("area", larger.to_string().as_str(), "");
        if let (Ok(less), Ok(more)) = (plan.evaluate(&facts), plan.evaluate(&larger)) {
            prop_assert!(more.totals.fixed.net >= less.totals.fixed.net);
        }
    }
}

fn one_day_earlier(facts: &Facts, clock: &str) -> Option<Facts> {
    let Given::One(Scalar::Text(day)) = &facts.facts.get(clock)?.value else {
        return None;
    };
    let earlier = match day.parse::<chrono::NaiveDate>() {
        Ok(date) => date.pred_opt()?.to_string(),
        Err(_) => (day.parse::<Decimal>().ok()? - Decimal::ONE).to_string(),
    };
    Some(facts.clone().with(clock, earlier.as_str(), ""))
}

#[test]
fn the_lines_of_the_plans_really_are_reordered() {
    let document = document(&real_plans()[0].1);
    let other = reordered(&document.lines, &[1, 2]);
    assert_eq!(other.len(), document.lines.len());
    assert_ne!(other, document.lines);
}
