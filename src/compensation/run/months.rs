//! Counts months between days.

use std::sync::Arc;

use chrono::{Datelike as _, Months, NaiveDate};
use rust_decimal::Decimal;

use crate::{
    compensation::{
        language::Formula,
        value::{Item, Value},
    },
    plans::{Fault, FaultCode, MonthCount, limits},
};

/// The months from one day to another; none when it lies before. `None` when there are too many.
pub(super) fn between(from: NaiveDate, to: NaiveDate, count: MonthCount) -> Option<Decimal> {
    if to < from {
        return Some(Decimal::ZERO);
    }
    let touched = calendar(from, to);
    if touched > limits::MONTHS {
        return None;
    }
    if count == MonthCount::Calendar {
        return Some(touched.into());
    }
    // A period of months ends on the corresponding day, or on the last of the month without one.
    let mut whole = touched;
    while whole > 0 && from.checked_add_months(Months::new(whole))? > to {
        whole -= 1;
    }
    let end = from.checked_add_months(Months::new(whole))?;
    let beyond = to.signed_duration_since(end).num_days();
    let half = Decimal::new(5, 1);
    let rest = match count {
        MonthCount::Calendar | MonthCount::WholeOnly => Decimal::ZERO,
        MonthCount::StartedCounts => Decimal::from(i32::from(beyond > 0)),
        MonthCount::FifteenCounts => Decimal::from(i32::from(beyond >= 15)),
        MonthCount::HalfMonth => match beyond {
            0 => Decimal::ZERO,
            1..=15 => half,
            _ => Decimal::ONE,
        },
    };
    Some(Decimal::from(whole) + rest)
}

/// How many calendar months two days touch.
fn calendar(from: NaiveDate, to: NaiveDate) -> u32 {
    let months = |day: NaiveDate| day.year() * 12 + i32::try_from(day.month0()).unwrap_or(0);
    u32::try_from(months(to) - months(from) + 1).unwrap_or(0)
}

/// The calendar months from one day to another, both included, as items of a repetition.
pub(super) fn items(from: NaiveDate, to: NaiveDate) -> Option<Vec<Item>> {
    if to < from {
        return Some(vec![]);
    }
    let touched = calendar(from, to);
    if touched > limits::MONTHS {
        return None;
    }
    let first = from.with_day(1)?;
    let each = (0..touched).map(|n| {
        let day = first.checked_add_months(Months::new(n))?;
        let fields = [Value::Number((n + 1).into()), Value::Date(day)];
        Some(Arc::from(fields))
    });
    each.collect()
}

pub(super) fn too_many(formula: &Formula) -> Fault {
    let most = limits::MONTHS;
    Fault::new(
        FaultCode::TooManyMonths,
        &*formula.pointer,
        format!("超过 {most} 个月；请核对日期"),
        format!("more than {most} months; look at the dates again"),
    )
    .of(&*formula.item)
    .in_formula(&formula.text, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(from: &str, to: &str, count: MonthCount) -> String {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        between(day(from), day(to), count)
            .unwrap()
            .normalize()
            .to_string()
    }

    #[test]
    fn the_half_month_rules_differ_where_plans_differ() {
        use MonthCount::{Calendar, FifteenCounts, HalfMonth, StartedCounts, WholeOnly};
        let from = "2023-03-10";
        for (to, calendar, whole, started, half, fifteen) in [
            ("2023-03-09", "0", "0", "0", "0", "0"),
            ("2023-03-10", "1", "0", "0", "0", "0"),
            ("2023-03-24", "1", "0", "1", "0.5", "0"),
            ("2023-03-25", "1", "0", "1", "0.5", "1"),
            ("2023-03-26", "1", "0", "1", "1", "1"),
            ("2023-04-10", "2", "1", "1", "1", "1"),
            ("2023-04-11", "2", "1", "2", "1.5", "1"),
            ("2025-03-09", "25", "23", "24", "24", "24"),
            ("2025-03-10", "25", "24", "24", "24", "24"),
        ] {
            let counted = [Calendar, WholeOnly, StartedCounts, HalfMonth, FifteenCounts];
            let counted = counted.map(|count| months(from, to, count));
            assert_eq!(counted, [calendar, whole, started, half, fifteen], "{to}");
        }
    }

    #[test]
    fn a_month_without_the_day_ends_on_its_last_day() {
        assert_eq!(
            months("2023-01-31", "2023-02-28", MonthCount::WholeOnly),
            "1"
        );
        assert_eq!(
            months("2023-01-31", "2023-02-27", MonthCount::WholeOnly),
            "0"
        );
        assert_eq!(
            months("2024-01-31", "2024-02-28", MonthCount::WholeOnly),
            "0"
        );
        assert_eq!(
            months("2023-01-31", "2023-03-01", MonthCount::HalfMonth),
            "1.5"
        );
    }

    #[test]
    fn twenty_years_are_the_most() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(between(day("2000-01-01"), day("2019-12-31"), MonthCount::Calendar).is_some());
        assert!(between(day("2000-01-01"), day("2020-01-01"), MonthCount::Calendar).is_none());
        assert!(items(day("2000-01-01"), day("2020-01-01")).is_none());
        assert_eq!(
            items(day("2000-01-31"), day("2000-03-01")).unwrap().len(),
            3
        );
    }
}
