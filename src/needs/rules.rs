//! Rules of needs.

use super::model::{NeedKind, NeedOutcome, NeedStatus};
use crate::{
    http::{Problem, words},
    staff::{Role, Scope},
    values::Day,
};

/// Why an act on a need is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is settled already.
    Closed,
    /// `met` without anybody who provided it.
    NobodyProvided,
    /// Settled before it was arranged.
    BeforeArrangement(Day),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Closed => {
                Self::conflict("need-closed", "需求已办结", "The need is closed").allowed(NONE)
            }
            Refusal::NobodyProvided => Self::conflict(
                "need-not-arranged",
                "尚未安排承办单位",
                "Nobody provides it yet",
            )
            .allowed(["arrangements"]),
            Refusal::BeforeArrangement(day) => Self::invalid(
                "need-closed-too-early",
                "早于安排日期",
                "Before it was arranged",
            )
            .at(
                "/closed_on",
                words!("安排于 {day}", "it was arranged on {day}"),
            ),
        }
    }
}

const NONE: [&str; 0] = [];

/// Whether a role is the desk that is told what exactly is needed.
pub(super) fn is_desk_of(role: Role, kind: NeedKind) -> bool {
    match role {
        Role::NeedsOfficer => true,
        Role::SchoolDesk => kind == NeedKind::Schooling,
        Role::HealthDesk => kind == NeedKind::Medical,
        _ => false,
    }
}

/// A desk has to do with its own kind of need.
pub(super) fn of_desk(scope: &Scope, kind: NeedKind) -> Result<(), Problem> {
    match scope.need_kind() {
        Some(own) if own != kind => Err(Problem::forbidden(
            "need-of-another-desk",
            "不属于本窗口办理的需求",
            "The need is another desk's",
        )),
        _ => Ok(()),
    }
}

/// An arranged need may be arranged anew: schools change.
pub(super) fn arrange(status: NeedStatus) -> Result<(), Refusal> {
    match status {
        NeedStatus::Open | NeedStatus::Arranged => Ok(()),
        NeedStatus::Closed => Err(Refusal::Closed),
    }
}

pub(super) fn close(
    status: NeedStatus,
    arranged_on: Option<Day>,
    outcome: NeedOutcome,
    closed_on: Day,
) -> Result<(), Refusal> {
    match (status, arranged_on) {
        (NeedStatus::Closed, _) => Err(Refusal::Closed),
        (NeedStatus::Open, _) if outcome == NeedOutcome::Met => Err(Refusal::NobodyProvided),
        (_, Some(day)) if closed_on < day => Err(Refusal::BeforeArrangement(day)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn the_school_desk_is_told_nothing_of_illness() {
        assert!(is_desk_of(Role::SchoolDesk, NeedKind::Schooling));
        assert!(!is_desk_of(Role::SchoolDesk, NeedKind::Medical));
        assert!(!is_desk_of(Role::HealthDesk, NeedKind::Schooling));
        assert!(!is_desk_of(Role::CaseOfficer, NeedKind::Medical));
    }

    #[test]
    fn met_needs_a_provider_and_nothing_is_closed_twice() {
        let on = day("2018-09-01");
        let close = |status, arranged, outcome| close(status, arranged, outcome, on);
        assert_eq!(
            close(NeedStatus::Open, None, NeedOutcome::Met),
            Err(Refusal::NobodyProvided)
        );
        assert_eq!(
            close(NeedStatus::Open, None, NeedOutcome::Withdrawn),
            Ok(())
        );
        assert_eq!(
            close(NeedStatus::Arranged, Some(on), NeedOutcome::Met),
            Ok(())
        );
        let later = day("2018-09-02");
        assert_eq!(
            close(NeedStatus::Arranged, Some(later), NeedOutcome::Met),
            Err(Refusal::BeforeArrangement(later))
        );
        assert_eq!(
            close(NeedStatus::Closed, None, NeedOutcome::Met),
            Err(Refusal::Closed)
        );
        assert_eq!(arrange(NeedStatus::Closed), Err(Refusal::Closed));
        assert_eq!(arrange(NeedStatus::Arranged), Ok(()));
    }
}
