//! Rules of defects.

use super::model::{Defect, DefectStatus, NewDefect};
use crate::{
    http::{FieldError, Problem, Words, words},
    staff::Actor,
    values::{Day, FlatId},
};

/// Why something about a defect is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is to be rectified before it was found.
    DueBeforeFound(Day),
    /// The inspection it is said to be found in is one of another flat, or none.
    NotOfThisFlat,
    /// Only an open defect can be rectified.
    NotOpen(DefectStatus),
    /// Only a rectified defect can be re-checked.
    NotRectified(DefectStatus),
    /// It was rectified before it was found.
    RectifiedBeforeFound(Day),
    /// Who reported the rectification cannot re-check it.
    SamePerson,
}

/// The one field that is wrong.
fn wrong(field: &str, code: &str, detail: Words) -> Vec<FieldError> {
    vec![FieldError::new(format!("/{field}"), code, detail)]
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::DueBeforeFound(day) => Self::invalid(
                "due-before-found",
                "整改期限早于发现日期",
                "Due before it was found",
            )
            .errors(wrong(
                "rectify_by",
                "due-before-found",
                words!("该问题于 {day} 发现", "the defect was found on {day}"),
            )),
            Refusal::NotOfThisFlat => Self::invalid(
                "inspection-of-another-flat",
                "不是该房的验收记录",
                "Not an inspection of this flat",
            )
            .errors(wrong(
                "inspection_id",
                "inspection-of-another-flat",
                words!("须为该房的验收记录", "must be an inspection of this flat"),
            )),
            Refusal::NotOpen(status) => Self::conflict(
                "defect-not-open",
                "该问题不在待整改状态",
                "The defect is not open",
            )
            .allowed(status.next().iter().copied()),
            Refusal::NotRectified(status) => Self::conflict(
                "defect-not-rectified",
                "该问题不在待复查状态",
                "The defect is not rectified",
            )
            .allowed(status.next().iter().copied()),
            Refusal::RectifiedBeforeFound(day) => Self::invalid(
                "rectified-before-found",
                "整改日期早于发现日期",
                "Rectified before it was found",
            )
            .errors(wrong(
                "rectified_on",
                "rectified-before-found",
                words!("该问题于 {day} 发现", "the defect was found on {day}"),
            )),
            Refusal::SamePerson => Self::conflict(
                "recheck-by-same-person",
                "复查人不能是整改人",
                "Who reported the rectification cannot re-check it",
            )
            .detail(words!(
                "请由另一人复查；同一人换用别的密钥或由他人代办均不算另一人",
                "let somebody else re-check it; another key of the same person is nobody else"
            )),
        }
    }
}

/// What is wrong with a new defect in any state.
pub(super) fn check(new: &NewDefect) -> Result<(), Refusal> {
    match new.rectify_by {
        Some(due) if due < new.found_on => Err(Refusal::DueBeforeFound(new.found_on)),
        _ => Ok(()),
    }
}

/// A defect found in an inspection is one of the flat that was inspected.
pub(super) fn belongs(flat: FlatId, inspected: Option<FlatId>) -> Result<(), Refusal> {
    if inspected == Some(flat) {
        Ok(())
    } else {
        Err(Refusal::NotOfThisFlat)
    }
}

pub(super) fn rectify(defect: &Defect, on: Day) -> Result<(), Refusal> {
    if defect.status != DefectStatus::Open {
        return Err(Refusal::NotOpen(defect.status));
    }
    if on < defect.found_on {
        return Err(Refusal::RectifiedBeforeFound(defect.found_on));
    }
    Ok(())
}

/// The state after the re-check.
pub(super) fn recheck(defect: &Defect, by: Actor, passed: bool) -> Result<DefectStatus, Refusal> {
    if defect.status != DefectStatus::Rectified {
        return Err(Refusal::NotRectified(defect.status));
    }
    if !defect
        .rectified_by
        .is_some_and(|doer| by.is_another_than(doer))
    {
        return Err(Refusal::SamePerson);
    }
    Ok(if passed {
        DefectStatus::Closed
    } else {
        DefectStatus::Open
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::values::{ActorId, DefectId, Note};

    use super::super::model::DefectSeverity;

    const DOER: ActorId = ActorId(Uuid::from_u128(1));
    const CHECKER: ActorId = ActorId(Uuid::from_u128(2));

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn defect(status: DefectStatus) -> Defect {
        let rectified = status != DefectStatus::Open;
        let closed = status == DefectStatus::Closed;
        Defect {
            id: DefectId(Uuid::from_u128(3)),
            flat_id: FlatId(Uuid::from_u128(4)),
            inspection_id: None,
            description: "卫生间地面渗水".into(),
            severity: DefectSeverity::Severe,
            status,
            found_on: day("2018-03-01"),
            rectify_by: None,
            rectified_on: rectified.then(|| day("2018-03-02")),
            rectified_by: rectified.then_some(DOER),
            closed_on: closed.then(|| day("2018-03-03")),
            rechecked_by: closed.then_some(CHECKER),
            version: 1,
        }
    }

    #[test]
    fn only_an_open_defect_is_rectified_and_not_before_it_was_found() {
        let rectify = |status, on| rectify(&defect(status), day(on));
        assert_eq!(rectify(DefectStatus::Open, "2018-03-01"), Ok(()));
        assert_eq!(
            rectify(DefectStatus::Open, "2018-02-28"),
            Err(Refusal::RectifiedBeforeFound(day("2018-03-01")))
        );
        for status in [DefectStatus::Rectified, DefectStatus::Closed] {
            assert_eq!(rectify(status, "2018-03-02"), Err(Refusal::NotOpen(status)));
        }
    }

    #[test]
    fn another_person_re_checks_and_a_failed_re_check_opens_it_again() {
        let rectified = defect(DefectStatus::Rectified);
        let (doer, checker) = (Actor::of_key(DOER.0), Actor::of_key(CHECKER.0));
        assert_eq!(recheck(&rectified, checker, true), Ok(DefectStatus::Closed));
        assert_eq!(recheck(&rectified, checker, false), Ok(DefectStatus::Open));
        for passed in [true, false] {
            assert_eq!(recheck(&rectified, doer, passed), Err(Refusal::SamePerson));
        }
        for status in [DefectStatus::Open, DefectStatus::Closed] {
            let refused = recheck(&defect(status), checker, true);
            assert_eq!(refused, Err(Refusal::NotRectified(status)));
        }
    }

    #[test]
    fn the_states_that_follow_are_told() {
        assert_eq!(DefectStatus::Open.next(), ["rectified"]);
        assert_eq!(DefectStatus::Rectified.next(), ["closed", "open"]);
        assert!(DefectStatus::Closed.next().is_empty());
    }

    #[test]
    fn a_defect_is_due_on_the_day_it_was_found_at_the_earliest() {
        let due = |rectify_by: Option<&str>| {
            check(&NewDefect {
                flat_id: FlatId(Uuid::from_u128(4)),
                inspection_id: None,
                description: Note::parse("墙面空鼓").unwrap(),
                severity: DefectSeverity::General,
                found_on: day("2018-03-01"),
                rectify_by: rectify_by.map(day),
            })
        };
        assert_eq!(due(None), Ok(()));
        assert_eq!(due(Some("2018-03-01")), Ok(()));
        assert_eq!(
            due(Some("2018-02-28")),
            Err(Refusal::DueBeforeFound(day("2018-03-01")))
        );
    }

    #[test]
    fn a_defect_found_in_an_inspection_is_one_of_the_inspected_flat() {
        let (own, other) = (FlatId(Uuid::from_u128(4)), FlatId(Uuid::from_u128(5)));
        assert_eq!(belongs(own, Some(own)), Ok(()));
        assert_eq!(belongs(own, Some(other)), Err(Refusal::NotOfThisFlat));
        assert_eq!(belongs(own, None), Err(Refusal::NotOfThisFlat));
    }
}
