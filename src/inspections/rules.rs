//! Rules of inspections: what can be judged, and which of one day counts.

use std::collections::HashSet;

use uuid::Uuid;

use super::model::MeasuredItem;
use crate::{
    http::{FieldError, Problem, words},
    values::{InspectionId, Measure},
};

/// The most items an inspection holds.
pub(super) const ITEMS_MAX: usize = 100;
/// The most points an item holds.
pub(super) const POINTS_MAX: usize = 200;

/// Why an item cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It has neither limits nor a range.
    NoTolerance,
    /// Its lower limit lies above its upper one.
    LimitsReversed,
    /// Points cannot differ by less than nothing.
    NegativeRange,
    /// The inspection has an item of that name already.
    ItemTwice,
}

impl Refusal {
    /// The mistake; `at` is the place of the item, `/items/0` in a body and nothing in a table.
    pub(super) fn told(self, at: &str) -> FieldError {
        match self {
            Self::NoTolerance => FieldError::new(
                format!("{at}lower"),
                "tolerance-missing",
                words!(
                    "下限、上限、极差至少填写一项",
                    "one of lower, upper and range_max is needed"
                ),
            ),
            Self::LimitsReversed => FieldError::new(
                format!("{at}upper"),
                "limits-reversed",
                words!("上限不能小于下限", "must not lie below the lower limit"),
            ),
            Self::NegativeRange => FieldError::new(
                format!("{at}range_max"),
                "range-negative",
                words!("极差不能为负数", "must not be negative"),
            ),
            Self::ItemTwice => FieldError::new(
                format!("{at}item"),
                "item-twice",
                words!(
                    "同一次验收中项目名称不能重复",
                    "the inspection has another item of that name"
                ),
            ),
        }
    }
}

/// Refused items, each with its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusals(Vec<(usize, Refusal)>);

impl From<Refusals> for Problem {
    fn from(refusals: Refusals) -> Self {
        let told = refusals
            .0
            .iter()
            .map(|(at, refusal)| refusal.told(&format!("/items/{at}/")));
        Self::invalid(
            "items-not-judgeable",
            "验收项目无法判定",
            "The items cannot be judged",
        )
        .errors(told.collect())
    }
}

/// Everything that keeps one item from being judged.
pub(super) fn refusals_of(item: &MeasuredItem) -> Vec<Refusal> {
    let mut found = vec![];
    if item.lower.is_none() && item.upper.is_none() && item.range_max.is_none() {
        found.push(Refusal::NoTolerance);
    }
    if let (Some(lower), Some(upper)) = (item.lower, item.upper)
        && lower > upper
    {
        found.push(Refusal::LimitsReversed);
    }
    if item.range_max.is_some_and(|range| range < Measure::ZERO) {
        found.push(Refusal::NegativeRange);
    }
    found
}

/// Whether all items can be judged; every mistake is found.
pub(super) fn check(items: &[MeasuredItem]) -> Result<(), Refusals> {
    let mut names = HashSet::new();
    let mut found = vec![];
    for (at, item) in items.iter().enumerate() {
        if !names.insert(item.item.as_str()) {
            found.push((at, Refusal::ItemTwice));
        }
        found.extend(refusals_of(item).into_iter().map(|refusal| (at, refusal)));
    }
    if found.is_empty() {
        Ok(())
    } else {
        Err(Refusals(found))
    }
}

/// The id of an inspection that follows `last`, so that of one day the later one counts even when
/// the clock stands still or steps back; the flat is locked.
pub(super) fn following(fresh: Uuid, last: Option<InspectionId>) -> InspectionId {
    InspectionId(match last {
        Some(InspectionId(last)) if fresh <= last => Uuid::from_u128(last.as_u128() + 1),
        _ => fresh,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inspections::judgement::tests::item, values::Label};

    #[test]
    fn what_cannot_be_judged_is_refused_with_every_place() {
        let mut named = item(None, None, None);
        named.item = Label::parse("厨房净高").unwrap();
        let items = [
            item(Some("2"), Some("1"), Some("-1")),
            named,
            item(Some("1"), Some("1"), Some("0")),
        ];
        let refused = check(&items).unwrap_err();
        assert_eq!(
            refused.0,
            [
                (0, Refusal::LimitsReversed),
                (0, Refusal::NegativeRange),
                (1, Refusal::NoTolerance),
                (2, Refusal::ItemTwice),
            ]
        );
        let problem = Problem::from(refused);
        let places: Vec<&str> = problem
            .field_errors()
            .iter()
            .map(|e| e.pointer.as_str())
            .collect();
        assert_eq!(
            places,
            [
                "/items/0/upper",
                "/items/0/range_max",
                "/items/1/lower",
                "/items/2/item"
            ]
        );
    }

    #[test]
    fn of_one_day_the_later_inspection_has_the_greater_id() {
        let id = |number| Uuid::from_u128(number);
        assert_eq!(following(id(7), None), InspectionId(id(7)));
        assert_eq!(
            following(id(7), Some(InspectionId(id(6)))),
            InspectionId(id(7))
        );
        assert_eq!(
            following(id(7), Some(InspectionId(id(7)))),
            InspectionId(id(8))
        );
        assert_eq!(
            following(id(7), Some(InspectionId(id(9)))),
            InspectionId(id(10))
        );
    }
}
