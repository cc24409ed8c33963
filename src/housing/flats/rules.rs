//! Rules of flats: from free to assigned to handed over, and what is in the way of the keys.

use super::model::{BlockerCode, Flat};
use crate::{
    http::{FieldError, Problem, Words, words},
    values::{Day, DefectId, FlatId, InspectionId, ProgrammeId},
};

/// Why something about a flat is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The flat is assigned; with the acts that are possible instead.
    Assigned(&'static [&'static str]),
    /// The flat is assigned to nobody; with the acts that are possible instead.
    NotAssigned(&'static [&'static str]),
    /// The keys are gone, nothing can be undone.
    HandedOver,
    /// The household belongs to another programme than the flat.
    OtherProgramme,
    /// The household has no signed agreement.
    NotSigned,
    /// The hand-over is dated before the assignment.
    BeforeAssignment(Day),
    /// Something is in the way; everything is named.
    Blocked(Vec<Blocker>),
}

/// One thing that is in the way of a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocker {
    NotAssigned(FlatId),
    AlreadyHandedOver(FlatId, Day),
    NoInspection(FlatId, Day),
    InspectionFailed(InspectionId, Day),
    SevereDefectOpen(DefectId, Day),
}

/// The latest inspection that counts.
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

/// What is known of a household that is to get a flat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) programme_id: ProgrammeId,
    pub(super) signed: bool,
}

impl Blocker {
    pub(super) fn code(self) -> BlockerCode {
        match self {
            Self::NotAssigned(_) => BlockerCode::NotAssigned,
            Self::AlreadyHandedOver(..) => BlockerCode::AlreadyHandedOver,
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

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Assigned(instead) => Self::conflict(
                "flat-assigned",
                "该房已分配",
                "The flat is assigned already",
            )
            .allowed(instead.iter().copied()),
            Refusal::NotAssigned(instead) => Self::conflict(
                "flat-not-assigned",
                "该房未分配",
                "The flat is not assigned",
            )
            .allowed(instead.iter().copied()),
            Refusal::HandedOver => {
                Self::conflict("flat-handed-over", "该房已交房", "The flat was handed over")
                    .allowed(HANDED_OVER.iter().copied())
            }
            Refusal::OtherProgramme => Self::invalid(
                "household-of-another-programme",
                "该户不属于本计划",
                "The household belongs to another programme",
            )
            .at(
                "/household_id",
                words!(
                    "须为该房所属计划的户",
                    "must be a household of the programme the flat belongs to"
                ),
            ),
            Refusal::NotSigned => Self::conflict(
                "household-not-signed",
                "该户没有已签订的协议",
                "The household has no signed agreement",
            ),
            Refusal::BeforeAssignment(day) => Self::invalid(
                "handover-before-assignment",
                "交房日期早于分配日期",
                "The hand-over lies before the assignment",
            )
            .at(
                "/handed_over_on",
                words!("该房于 {day} 分配", "the flat was assigned on {day}"),
            ),
            Refusal::Blocked(blockers) => Self::conflict(
                "handover-blocked",
                "尚不能交房",
                "The flat cannot be handed over yet",
            )
            .errors(
                blockers
                    .into_iter()
                    .map(|b| FieldError::new(b.pointer(), b.code().key(), b.words()))
                    .collect(),
            ),
        }
    }
}

const FREE: &[&str] = &["assignments"];
const ASSIGNED: &[&str] = &["releases", "handovers"];
const HANDED_OVER: &[&str] = &[];

/// What can be done with a flat as it stands, as the names of its sub-resources.
fn acts(flat: &Flat) -> &'static [&'static str] {
    match (flat.household_id, flat.handed_over_on) {
        (None, _) => FREE,
        (Some(_), None) => ASSIGNED,
        (Some(_), Some(_)) => HANDED_OVER,
    }
}

/// A free flat goes to a household of the same programme that has signed.
pub(super) fn assign(flat: &Flat, candidate: Candidate) -> Result<(), Refusal> {
    if flat.household_id.is_some() {
        return Err(Refusal::Assigned(acts(flat)));
    }
    if candidate.programme_id != flat.programme_id {
        return Err(Refusal::OtherProgramme);
    }
    if !candidate.signed {
        return Err(Refusal::NotSigned);
    }
    Ok(())
}

/// An assigned flat can be given back as long as the keys are here.
pub(super) fn release(flat: &Flat) -> Result<(), Refusal> {
    if flat.handed_over_on.is_some() {
        return Err(Refusal::HandedOver);
    }
    if flat.household_id.is_none() {
        return Err(Refusal::NotAssigned(acts(flat)));
    }
    Ok(())
}

/// Everything that is in the way of handing a flat over on a day.
///
/// A severe defect is in the way unless it was closed by that day, or was found after it and is
/// closed by now: what is known to be open now stops any hand-over, also one dated back.
pub(super) fn blockers(
    flat: &Flat,
    on: Day,
    latest: Option<LatestInspection>,
    severe: &[SevereDefect],
) -> Vec<Blocker> {
    let mut found = vec![];
    if flat.household_id.is_none() {
        found.push(Blocker::NotAssigned(flat.id));
    }
    if let Some(day) = flat.handed_over_on {
        found.push(Blocker::AlreadyHandedOver(flat.id, day));
    }
    match latest {
        None => found.push(Blocker::NoInspection(flat.id, on)),
        Some(LatestInspection { passed: true, .. }) => {}
        Some(failed) => found.push(Blocker::InspectionFailed(failed.id, failed.inspected_on)),
    }
    let open = severe.iter().filter(|d| {
        d.closed_on
            .is_none_or(|closed| closed > on && d.found_on <= on)
    });
    found.extend(open.map(|d| Blocker::SevereDefectOpen(d.id, d.found_on)));
    found
}

pub(super) fn hand_over(flat: &Flat, on: Day, blockers: Vec<Blocker>) -> Result<(), Refusal> {
    if !blockers.is_empty() {
        return Err(Refusal::Blocked(blockers));
    }
    match flat.assigned_on {
        Some(assigned) if on < assigned => Err(Refusal::BeforeAssignment(assigned)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::values::{Area, BuildingId, EstateId, HouseholdId};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn free() -> Flat {
        Flat {
            id: FlatId(Uuid::from_u128(1)),
            programme_id: ProgrammeId(Uuid::from_u128(2)),
            estate_id: EstateId(Uuid::from_u128(3)),
            estate_name: "安居苑".into(),
            building_id: BuildingId(Uuid::from_u128(4)),
            building_name: "1号楼".into(),
            flat_no: "1-101".into(),
            area_m2: Area::ZERO,
            household_id: None,
            assigned_on: None,
            handed_over_on: None,
            keys: None,
            version: 1,
        }
    }

    fn assigned() -> Flat {
        Flat {
            household_id: Some(HouseholdId(Uuid::from_u128(5))),
            assigned_on: Some(day("2018-02-01")),
            ..free()
        }
    }

    fn handed_over() -> Flat {
        Flat {
            handed_over_on: Some(day("2018-03-01")),
            keys: Some(3),
            ..assigned()
        }
    }

    fn inspection(passed: bool) -> LatestInspection {
        LatestInspection {
            id: InspectionId(Uuid::from_u128(6)),
            inspected_on: day("2018-02-10"),
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

    fn blocks(found: &str, closed: Option<&str>) -> bool {
        let severe = [defect(found, closed)];
        !blockers(
            &assigned(),
            day("2018-03-01"),
            Some(inspection(true)),
            &severe,
        )
        .is_empty()
    }

    #[test]
    fn a_free_flat_goes_to_a_household_that_signed_in_the_same_programme() {
        let own = free().programme_id;
        let other = ProgrammeId(Uuid::from_u128(99));
        let candidate = |programme_id, signed| Candidate {
            programme_id,
            signed,
        };
        assert_eq!(assign(&free(), candidate(own, true)), Ok(()));
        assert_eq!(
            assign(&free(), candidate(own, false)),
            Err(Refusal::NotSigned)
        );
        assert_eq!(
            assign(&free(), candidate(other, true)),
            Err(Refusal::OtherProgramme)
        );
        for taken in [assigned(), handed_over()] {
            let refused = assign(&taken, candidate(own, true));
            assert_eq!(refused, Err(Refusal::Assigned(acts(&taken))));
        }
    }

    #[test]
    fn a_flat_is_given_back_only_between_assignment_and_keys() {
        assert_eq!(release(&assigned()), Ok(()));
        assert_eq!(release(&free()), Err(Refusal::NotAssigned(FREE)));
        assert_eq!(release(&handed_over()), Err(Refusal::HandedOver));
    }

    #[test]
    fn every_blocker_is_named_at_once() {
        let severe = [
            defect("2018-02-11", None),
            defect("2018-02-12", Some("2018-02-20")),
        ];
        let found = blockers(&free(), day("2018-03-01"), Some(inspection(false)), &severe);
        let codes: Vec<&str> = found.iter().map(|b| b.code().key()).collect();
        assert_eq!(
            codes,
            ["not-assigned", "inspection-failed", "severe-defect-open"]
        );
        let found = blockers(&handed_over(), day("2018-03-02"), None, &[]);
        let codes: Vec<&str> = found.iter().map(|b| b.code().key()).collect();
        assert_eq!(codes, ["already-handed-over", "no-inspection"]);
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
    fn nothing_in_the_way_means_the_keys_may_go_from_the_day_of_assignment() {
        let on = day("2018-02-10");
        assert!(blockers(&assigned(), on, Some(inspection(true)), &[]).is_empty());
        assert_eq!(hand_over(&assigned(), day("2018-02-01"), vec![]), Ok(()));
        assert_eq!(
            hand_over(&assigned(), day("2018-01-31"), vec![]),
            Err(Refusal::BeforeAssignment(day("2018-02-01")))
        );
    }
}
