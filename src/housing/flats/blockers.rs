//! Everything that is in the way of the keys.

use super::model::{BlockerCode, Flat};
use crate::{
    http::{Words, words},
    values::{Day, DefectId, FlatId, HouseholdId, InspectionId},
};

/// One thing that is in the way of a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocker {
    NotAssigned(FlatId),
    AlreadyHandedOver(FlatId, Day),
    AgreementNotLive(HouseholdId, Day),
    NoInspection(FlatId, Day),
    InspectionFailed(InspectionId, Day),
    SevereDefectOpen(DefectId, Day),
}

/// What is known of a flat and its household when the keys are to go on a day.
#[derive(Debug, Default)]
pub(super) struct Circumstances {
    /// The day the household signed the agreement that stands now.
    pub(super) signed_on: Option<Day>,
    /// The latest inspection there is, whatever day is stated for the hand-over.
    pub(super) newest: Option<LatestInspection>,
    /// The latest one up to that day.
    pub(super) latest: Option<LatestInspection>,
    pub(super) severe: Vec<SevereDefect>,
}

/// An inspection after which, up to some day, there was no other.
#[derive(Debug, Clone, Copy)]
pub(super) struct LatestInspection {
    pub(super) id: InspectionId,
    pub(super) inspected_on: Day,
    pub(super) passed: bool,
}

/// A severe defect, closed or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct SevereDefect {
    pub(super) id: DefectId,
    pub(super) found_on: Day,
    pub(super) closed_on: Option<Day>,
}

impl Blocker {
    pub(super) fn code(self) -> BlockerCode {
        match self {
            Self::NotAssigned(_) => BlockerCode::NotAssigned,
            Self::AlreadyHandedOver(..) => BlockerCode::AlreadyHandedOver,
            Self::AgreementNotLive(..) => BlockerCode::AgreementNotLive,
            Self::NoInspection(..) => BlockerCode::NoInspection,
            Self::InspectionFailed(..) => BlockerCode::InspectionFailed,
            Self::SevereDefectOpen(..) => BlockerCode::SevereDefectOpen,
        }
    }

    /// The path of the object that blocks.
    pub(super) fn pointer(self) -> String {
        match self {
            Self::NotAssigned(id) | Self::AlreadyHandedOver(id, _) | Self::NoInspection(id, _) => {
                format!("/v1/flats/{id}")
            }
            Self::AgreementNotLive(id, _) => format!("/v1/households/{id}"),
            Self::InspectionFailed(id, _) => format!("/v1/inspections/{id}"),
            Self::SevereDefectOpen(id, _) => format!("/v1/defects/{id}"),
        }
    }

    pub(super) fn words(self) -> Words {
        match self {
            Self::NotAssigned(_) => {
                words!(
                    "该房尚未分配给任何户",
                    "the flat is assigned to no household"
                )
            }
            Self::AlreadyHandedOver(_, on) => {
                words!("该房已于 {on} 交房", "the flat was handed over on {on}")
            }
            Self::AgreementNotLive(_, on) => words!(
                "该户在 {on} 没有已签订且有效的协议",
                "the household has no signed agreement that stands on {on}"
            ),
            Self::NoInspection(_, on) => words!(
                "截至 {on} 没有分户验收记录",
                "the flat was not inspected up to {on}"
            ),
            Self::InspectionFailed(_, on) => words!(
                "最近一次分户验收（{on}）不合格",
                "the latest inspection, of {on}, failed"
            ),
            Self::SevereDefectOpen(_, on) => words!(
                "{on} 发现的严重质量问题未销号",
                "the severe defect found on {on} is not closed"
            ),
        }
    }
}

/// Everything that is in the way of handing a flat over on a day.
///
/// What is known now stops any hand-over, also one dated back: the agreement must stand now and
/// have been signed by that day, the newest inspection must be passed and the one that was the
/// latest on that day too, and a severe defect is in the way unless it was closed by that day, or
/// was found after it and is closed by now.
pub(super) fn blockers(flat: &Flat, on: Day, known: &Circumstances) -> Vec<Blocker> {
    let mut found = vec![];
    match flat.household_id {
        None => found.push(Blocker::NotAssigned(flat.id)),
        Some(household) if known.signed_on.is_none_or(|signed| signed > on) => {
            found.push(Blocker::AgreementNotLive(household, on));
        }
        Some(_) => {}
    }
    if let Some(day) = flat.handed_over_on {
        found.push(Blocker::AlreadyHandedOver(flat.id, day));
    }
    let failed = |i: &LatestInspection| !i.passed;
    if let Some(failed) = known.newest.filter(failed).or(known.latest.filter(failed)) {
        found.push(Blocker::InspectionFailed(failed.id, failed.inspected_on));
    } else if known.latest.is_none() {
        found.push(Blocker::NoInspection(flat.id, on));
    }
    let open = known.severe.iter().filter(|d| {
        d.closed_on
            .is_none_or(|closed| closed > on && d.found_on <= on)
    });
    found.extend(open.map(|d| Blocker::SevereDefectOpen(d.id, d.found_on)));
    found
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::housing::flats::rules::tests::{assigned, day, free, handed_over};

    fn inspection(id: u128, on: &str, passed: bool) -> LatestInspection {
        LatestInspection {
            id: InspectionId(Uuid::from_u128(id)),
            inspected_on: day(on),
            passed,
        }
    }

    fn defect(found: &str, closed: Option<&str>) -> SevereDefect {
        SevereDefect {
            id: DefectId(Uuid::from_u128(7)),
            found_on: day(found),
            closed_on: closed.map(day),
        }
    }

    /// Nothing is in the way from 2018-02-10 on.
    fn in_order() -> Circumstances {
        let passed = Some(inspection(6, "2018-02-10", true));
        Circumstances {
            signed_on: Some(day("2018-02-01")),
            newest: passed,
            latest: passed,
            severe: vec![],
        }
    }

    fn codes(flat: &Flat, on: &str, known: &Circumstances) -> Vec<&'static str> {
        let found = blockers(flat, day(on), known);
        found.iter().map(|b| b.code().key()).collect()
    }

    fn blocks(found: &str, closed: Option<&str>) -> bool {
        let known = Circumstances {
            severe: vec![defect(found, closed)],
            ..in_order()
        };
        !codes(&assigned(), "2018-03-01", &known).is_empty()
    }

    #[test]
    fn every_blocker_is_named_at_once() {
        let failed = Some(inspection(6, "2018-02-10", false));
        let known = Circumstances {
            signed_on: None,
            newest: failed,
            latest: failed,
            severe: vec![
                defect("2018-02-11", None),
                defect("2018-02-12", Some("2018-02-20")),
            ],
        };
        assert_eq!(
            codes(&free(), "2018-03-01", &known),
            ["not-assigned", "inspection-failed", "severe-defect-open"]
        );
        assert_eq!(
            codes(&handed_over(), "2018-03-02", &Circumstances::default()),
            ["agreement-not-live", "already-handed-over", "no-inspection"]
        );
    }

    #[test]
    fn a_severe_defect_blocks_until_the_day_it_is_closed() {
        assert!(blocks("2018-02-11", None));
        assert!(blocks("2018-03-05", None), "known now, dated back or not");
        assert!(blocks("2018-02-11", Some("2018-03-02")));
        assert!(!blocks("2018-02-11", Some("2018-03-01")));
        assert!(!blocks("2018-03-02", Some("2018-03-03")));
    }

    #[test]
    fn an_inspection_that_failed_later_blocks_a_day_before_it_too() {
        let mut known = in_order();
        known.newest = Some(inspection(9, "2018-03-05", false));
        assert_eq!(
            codes(&assigned(), "2018-03-01", &known),
            ["inspection-failed"]
        );
    }

    #[test]
    fn the_day_does_not_lie_before_the_inspection_that_passed() {
        let mut known = in_order();
        known.latest = None;
        assert_eq!(codes(&assigned(), "2018-02-09", &known), ["no-inspection"]);
        known.latest = Some(inspection(5, "2018-02-05", false));
        assert_eq!(
            codes(&assigned(), "2018-02-09", &known),
            ["inspection-failed"]
        );
        known.latest = Some(inspection(5, "2018-02-05", true));
        assert_eq!(codes(&assigned(), "2018-02-09", &known), [""; 0]);
    }

    #[test]
    fn an_agreement_signed_after_the_day_does_not_carry_it() {
        assert_eq!(codes(&assigned(), "2018-02-10", &in_order()), [""; 0]);
        let mut known = in_order();
        known.signed_on = Some(day("2018-02-11"));
        assert_eq!(
            codes(&assigned(), "2018-02-10", &known),
            ["agreement-not-live"]
        );
    }
}
