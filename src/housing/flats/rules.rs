//! Rules of flats: from free to assigned to handed over.

use super::{blockers::Blocker, model::Flat};
use crate::{
    http::{FieldError, Problem, words},
    values::{Area, Day, HouseholdId, ProgrammeId},
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
    /// The assignment is dated before the household signed.
    BeforeSigning(Day),
    /// The assignment is dated before the flat was given back by whoever had it.
    BeforeRelease(Day),
    /// The flat is given back before it was assigned.
    ReleaseBeforeAssignment(Day),
    /// The hand-over is dated before the assignment.
    BeforeAssignment(Day),
    /// A flat without any floor area is none.
    NoArea,
    /// Something is in the way; everything is named.
    Blocked(Vec<Blocker>),
}

/// What is known of a household that is to get a flat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) programme_id: ProgrammeId,
    /// The day it signed the agreement that stands.
    pub(super) signed_on: Option<Day>,
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
            Refusal::BeforeSigning(day) => before_signing(day),
            Refusal::BeforeRelease(day) => before_release(day),
            Refusal::ReleaseBeforeAssignment(day) => release_before_assignment(day),
            Refusal::BeforeAssignment(day) => before_assignment(day),
            Refusal::NoArea => {
                Self::invalid("flat-without-area", "面积须大于零", "The area is zero")
                    .errors(vec![no_area()])
            }
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

fn before_signing(day: Day) -> Problem {
    Problem::invalid(
        "assignment-before-signing",
        "分配日期早于签约日期",
        "The assignment lies before the signing",
    )
    .at(
        "/assigned_on",
        words!("该户于 {day} 签约", "the household signed on {day}"),
    )
}

fn before_release(day: Day) -> Problem {
    Problem::invalid(
        "assignment-before-release",
        "分配日期早于上一户退房日期",
        "The assignment lies before the flat was given back",
    )
    .at(
        "/assigned_on",
        words!(
            "该房于 {day} 由上一户退回",
            "the flat was given back on {day}"
        ),
    )
}

fn release_before_assignment(day: Day) -> Problem {
    Problem::invalid(
        "release-before-assignment",
        "退房日期早于分配日期",
        "The release lies before the assignment",
    )
    .at(
        "/released_on",
        words!("该房于 {day} 分配", "the flat was assigned on {day}"),
    )
}

fn before_assignment(day: Day) -> Problem {
    Problem::invalid(
        "handover-before-assignment",
        "交房日期早于分配日期",
        "The hand-over lies before the assignment",
    )
    .at(
        "/handed_over_on",
        words!("该房于 {day} 分配", "the flat was assigned on {day}"),
    )
}

pub(super) fn has_area(area: Area) -> Result<(), Refusal> {
    if area == Area::ZERO {
        return Err(Refusal::NoArea);
    }
    Ok(())
}

pub(super) fn no_area() -> FieldError {
    FieldError::new(
        "/area_m2",
        "flat-without-area",
        words!("面积须大于零", "must be greater than zero"),
    )
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

/// A free flat goes to a household of the same programme that has signed by that day; one flat is
/// never of two households on one day.
pub(super) fn assign(
    flat: &Flat,
    on: Day,
    candidate: Candidate,
    last_released_on: Option<Day>,
) -> Result<(), Refusal> {
    if flat.household_id.is_some() {
        return Err(Refusal::Assigned(acts(flat)));
    }
    if candidate.programme_id != flat.programme_id {
        return Err(Refusal::OtherProgramme);
    }
    match (candidate.signed_on, last_released_on) {
        (None, _) => Err(Refusal::NotSigned),
        (Some(signed), _) if on < signed => Err(Refusal::BeforeSigning(signed)),
        (_, Some(released)) if on < released => Err(Refusal::BeforeRelease(released)),
        _ => Ok(()),
    }
}

/// An assigned flat can be given back as long as the keys are here; whose it was, and from when.
pub(super) fn release(flat: &Flat, on: Day) -> Result<(HouseholdId, Day), Refusal> {
    if flat.handed_over_on.is_some() {
        return Err(Refusal::HandedOver);
    }
    match flat.household_id.zip(flat.assigned_on) {
        None => Err(Refusal::NotAssigned(acts(flat))),
        Some((_, assigned)) if on < assigned => Err(Refusal::ReleaseBeforeAssignment(assigned)),
        Some(held) => Ok(held),
    }
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
pub(super) mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::values::{BuildingId, EstateId, FlatId};

    pub(in crate::housing::flats) fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    pub(in crate::housing::flats) fn free() -> Flat {
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

    pub(in crate::housing::flats) fn assigned() -> Flat {
        Flat {
            household_id: Some(HouseholdId(Uuid::from_u128(5))),
            assigned_on: Some(day("2018-02-01")),
            ..free()
        }
    }

    pub(in crate::housing::flats) fn handed_over() -> Flat {
        Flat {
            handed_over_on: Some(day("2018-03-01")),
            keys: Some(3),
            ..assigned()
        }
    }

    #[test]
    fn a_free_flat_goes_to_a_household_that_signed_in_the_same_programme() {
        let own = free().programme_id;
        let other = ProgrammeId(Uuid::from_u128(99));
        let on = day("2018-02-01");
        let candidate = |programme_id, signed: Option<&str>| Candidate {
            programme_id,
            signed_on: signed.map(day),
        };
        let signed = candidate(own, Some("2018-02-01"));
        assert_eq!(assign(&free(), on, signed, None), Ok(()));
        assert_eq!(
            assign(&free(), on, candidate(own, None), None),
            Err(Refusal::NotSigned)
        );
        assert_eq!(
            assign(&free(), on, candidate(other, Some("2018-02-01")), None),
            Err(Refusal::OtherProgramme)
        );
        for taken in [assigned(), handed_over()] {
            let refused = assign(&taken, on, signed, None);
            assert_eq!(refused, Err(Refusal::Assigned(acts(&taken))));
        }
    }

    #[test]
    fn a_flat_is_assigned_on_no_day_before_the_signing_or_the_last_release() {
        let candidate = Candidate {
            programme_id: free().programme_id,
            signed_on: Some(day("2018-02-01")),
        };
        let assign = |on, released: Option<&str>| {
            let released = released.map(day);
            super::assign(&free(), day(on), candidate, released)
        };
        assert_eq!(
            assign("2018-01-31", None),
            Err(Refusal::BeforeSigning(day("2018-02-01")))
        );
        assert_eq!(
            assign("2018-02-09", Some("2018-02-10")),
            Err(Refusal::BeforeRelease(day("2018-02-10")))
        );
        assert_eq!(assign("2018-02-10", Some("2018-02-10")), Ok(()));
    }

    #[test]
    fn a_flat_is_given_back_only_between_assignment_and_keys() {
        let on = day("2018-02-01");
        let held = assigned().household_id.unwrap();
        assert_eq!(release(&assigned(), on), Ok((held, on)));
        assert_eq!(
            release(&assigned(), day("2018-01-31")),
            Err(Refusal::ReleaseBeforeAssignment(on))
        );
        assert_eq!(release(&free(), on), Err(Refusal::NotAssigned(FREE)));
        assert_eq!(release(&handed_over(), on), Err(Refusal::HandedOver));
    }

    #[test]
    fn nothing_in_the_way_means_the_keys_may_go_from_the_day_of_assignment() {
        assert_eq!(hand_over(&assigned(), day("2018-02-01"), vec![]), Ok(()));
        assert_eq!(
            hand_over(&assigned(), day("2018-01-31"), vec![]),
            Err(Refusal::BeforeAssignment(day("2018-02-01")))
        );
    }
}
