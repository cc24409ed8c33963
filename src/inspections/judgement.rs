//! The judgement: from measured points and tolerances to a result.

use super::model::{InspectionResult, MeasuredItem};
use crate::values::Measure;

/// The tolerance of an item (允许偏差): limits include their own value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tolerance {
    pub(super) lower: Option<Measure>,
    pub(super) upper: Option<Measure>,
    pub(super) range_max: Option<Measure>,
}

/// What the points of an item say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// Points outside their limits, counted from 1.
    pub(super) failed_points: Vec<u32>,
    pub(super) range_passed: bool,
}

impl Judgement {
    pub(super) fn passed(&self) -> bool {
        self.failed_points.is_empty() && self.range_passed
    }
}

impl Tolerance {
    pub(super) fn of(item: &MeasuredItem) -> Self {
        Self {
            lower: item.lower,
            upper: item.upper,
            range_max: item.range_max,
        }
    }

    fn admits(self, point: Measure) -> bool {
        self.lower.is_none_or(|lower| lower <= point)
            && self.upper.is_none_or(|upper| point <= upper)
    }

    /// The one place where points become a judgement.
    pub(super) fn judge(self, points: &[Measure]) -> Judgement {
        let failed = (1..).zip(points).filter(|(_, point)| !self.admits(**point));
        let spread = points
            .iter()
            .max()
            .zip(points.iter().min())
            .map(|(most, least)| most.as_decimal() - least.as_decimal());
        let allowed = self.range_max.map(Measure::as_decimal);
        Judgement {
            failed_points: failed.map(|(position, _)| position).collect(),
            range_passed: spread
                .zip(allowed)
                .is_none_or(|(spread, allowed)| spread <= allowed),
        }
    }
}

/// Passed when every item is.
pub(super) fn result(items: &[MeasuredItem]) -> InspectionResult {
    let passed = |item: &MeasuredItem| Tolerance::of(item).judge(&item.points).passed();
    if items.iter().all(passed) {
        InspectionResult::Passed
    } else {
        InspectionResult::Failed
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::values::Label;

    fn measure(hundredths: i64) -> Measure {
        Measure::from_decimal(Decimal::new(hundredths, 2)).unwrap()
    }

    fn read(text: &str) -> Measure {
        Measure::parse(text).unwrap()
    }

    /// An item with these limits, measured at one point.
    pub fn item(lower: Option<&str>, upper: Option<&str>, range: Option<&str>) -> MeasuredItem {
        MeasuredItem {
            item: Label::parse("客厅净高").unwrap(),
            standard: None,
            unit: Label::parse("mm").unwrap(),
            lower: lower.map(read),
            upper: upper.map(read),
            range_max: range.map(read),
            points: vec![read("0")],
        }
    }

    fn judged(item: &MeasuredItem, points: &[&str]) -> Judgement {
        let points: Vec<Measure> = points.iter().map(|p| read(p)).collect();
        Tolerance::of(item).judge(&points)
    }

    #[test]
    fn a_point_on_its_limit_passes_and_a_hundredth_beyond_fails() {
        let height = item(Some("2785"), Some("2815"), None);
        assert!(judged(&height, &["2785", "2815.00", "2800"]).passed());
        let outside = judged(&height, &["2784.99", "2800", "2815.01"]);
        assert_eq!(outside.failed_points, [1, 3]);
        assert!(!outside.passed() && outside.range_passed);
    }

    #[test]
    fn deviations_below_zero_are_judged_as_such() {
        let deviation = item(Some("-15"), Some("15"), None);
        assert!(judged(&deviation, &["-15", "0", "15"]).passed());
        assert_eq!(judged(&deviation, &["-15.01"]).failed_points, [1]);
    }

    #[test]
    fn the_range_may_be_used_up_and_no_more() {
        let range = item(None, None, Some("20"));
        assert!(judged(&range, &["-10", "10"]).passed());
        let wide = judged(&range, &["-10", "10.01"]);
        assert!(!wide.range_passed && wide.failed_points.is_empty() && !wide.passed());
        assert!(
            judged(&range, &["99999999.99"]).passed(),
            "one point has no range"
        );
        assert!(!judged(&range, &["99999999.99", "-99999999.99"]).passed());
    }

    #[test]
    fn one_failed_item_fails_the_inspection() {
        let good = item(Some("0"), None, None);
        let bad = item(Some("0.01"), None, None);
        assert_eq!(
            result(std::slice::from_ref(&good)),
            InspectionResult::Passed
        );
        assert_eq!(result(&[good, bad]), InspectionResult::Failed);
    }

    prop_compose! {
        fn any_item()(
            lower in prop::option::of(-500_i64..500),
            upper in prop::option::of(-500_i64..500),
            range in prop::option::of(0_i64..800),
            points in prop::collection::vec(-500_i64..500, 1..12),
        ) -> MeasuredItem {
            let (lower, upper) = match (lower, upper) {
                (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
                limits => limits,
            };
            MeasuredItem {
                lower: lower.map(measure),
                upper: upper.map(measure),
                range_max: range.map(measure),
                points: points.into_iter().map(measure).collect(),
                ..item(None, None, None)
            }
        }
    }

    fn shuffled_items() -> impl Strategy<Value = (Vec<MeasuredItem>, Vec<MeasuredItem>)> {
        prop::collection::vec(any_item(), 1..6).prop_flat_map(|items| {
            let points = items.clone().into_iter().map(|item| {
                Just(item.points.clone())
                    .prop_shuffle()
                    .prop_map(move |points| MeasuredItem {
                        points,
                        ..item.clone()
                    })
            });
            let items_again = points
                .collect::<Vec<_>>()
                .prop_flat_map(|i| Just(i).prop_shuffle());
            (Just(items), items_again)
        })
    }

    proptest! {
        #[test]
        fn the_order_of_points_and_items_never_changes_the_result(
            (items, shuffled) in shuffled_items()
        ) {
            prop_assert_eq!(result(&items), result(&shuffled));
        }

        #[test]
        fn a_wider_tolerance_never_fails_what_passed(
            item in any_item(),
            below in 0_i64..100,
            above in 0_i64..100,
            apart in 0_i64..100,
            drop_lower: bool,
            drop_upper: bool,
            drop_range: bool,
        ) {
            let wider = |limit: Measure, by: i64| {
                Measure::from_decimal(limit.as_decimal() + Decimal::new(by, 2)).unwrap()
            };
            let wide = MeasuredItem {
                lower: item.lower.filter(|_| !drop_lower).map(|limit| wider(limit, -below)),
                upper: item.upper.filter(|_| !drop_upper).map(|limit| wider(limit, above)),
                range_max: item.range_max.filter(|_| !drop_range).map(|limit| wider(limit, apart)),
                ..item.clone()
            };
            if result(std::slice::from_ref(&item)) == InspectionResult::Passed {
                prop_assert_eq!(result(&[wide]), InspectionResult::Passed);
            }
        }

        #[test]
        fn an_item_fails_exactly_when_a_point_or_the_range_is_outside(item in any_item()) {
            let outside = item.points.iter().any(|point| {
                item.lower.is_some_and(|lower| *point < lower)
                    || item.upper.is_some_and(|upper| *point > upper)
            });
            let apart = item.points.iter().any(|a| item.points.iter().any(|b| {
                item.range_max.is_some_and(|range| {
                    a.as_decimal() - b.as_decimal() > range.as_decimal()
                })
            }));
            let failed = result(std::slice::from_ref(&item)) == InspectionResult::Failed;
            prop_assert_eq!(failed, outside || apart);
        }
    }
}
