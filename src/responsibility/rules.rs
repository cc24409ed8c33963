//! Rules of responsibility.

use super::store::{Held, Present};
use crate::{
    http::{Problem, words},
    values::{Day, StaffId},
};

/// The most that changes hands in one act.
pub(super) const AT_ONCE_MAX: usize = 10_000;

/// Why something cannot change hands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// They have no post from which they see so many of the objects.
    OutOfPlace(usize),
    /// It is theirs already.
    AlreadyTheirs,
    /// The present period began later.
    BeforePresent(Day),
    /// So many of what is handed over began later.
    BegunLater(usize),
    /// It changed hands at this moment.
    Meanwhile,
    /// Somebody hands over to themselves.
    ToOneself,
    /// There is nothing in their hands.
    NothingHeld,
    /// More than changes hands in one act.
    TooMany,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::OutOfPlace(count) => Self::invalid(
                "responsible-out-of-place",
                "接手人的岗位不覆盖所属单位",
                "They have no post for these units",
            )
            .detail(words!(
                "有 {count} 项不在其岗位范围内，或其岗位不能担任责任人",
                "{count} of them lie outside their posts, or these posts cannot be responsible"
            )),
            Refusal::AlreadyTheirs => Self::conflict(
                "already-responsible",
                "该人员已是责任人",
                "They are responsible already",
            ),
            Refusal::BeforePresent(day) => begun_later().detail(words!(
                "现任责任人自 {day} 起负责",
                "the present one began on {day}"
            )),
            Refusal::BegunLater(count) => begun_later().detail(words!(
                "有 {count} 项的开始日期晚于移交日期",
                "{count} of them began after that day"
            )),
            Refusal::Meanwhile => Self::conflict(
                "responsibility-changed",
                "责任人刚被他人变更",
                "Somebody else changed it at this moment",
            )
            .detail(words!(
                "请重新读取后再提交",
                "read it again and decide anew"
            )),
            Refusal::ToOneself => Self::invalid(
                "hand-over-to-oneself",
                "不能移交给本人",
                "Nobody hands over to themselves",
            )
            .at(
                "/to_staff_id",
                words!("请选择另一人", "must be somebody else"),
            ),
            Refusal::NothingHeld => Self::conflict(
                "nothing-to-hand-over",
                "没有可移交的责任事项",
                "There is nothing to hand over",
            ),
            Refusal::TooMany => Self::conflict(
                "too-much-to-hand-over",
                "责任事项过多，无法一次移交",
                "Too much for one hand-over",
            )
            .detail(words!(
                "一次最多移交 {AT_ONCE_MAX} 项，请按地块移交",
                "at most {AT_ONCE_MAX} at once; hand over parcel by parcel"
            )),
        }
    }
}

fn begun_later() -> Problem {
    Problem::conflict(
        "responsibility-begun-later",
        "早于现任责任人的开始日期",
        "The present responsibility began later",
    )
}

/// Whether one object can pass from whoever has it now to somebody else.
pub(super) fn can_take(present: Option<&Present>, by: StaffId, from: Day) -> Result<(), Refusal> {
    let Some(present) = present else {
        return Ok(());
    };
    if present.staff_id == by {
        return Err(Refusal::AlreadyTheirs);
    }
    if from < present.from_on {
        return Err(Refusal::BeforePresent(present.from_on));
    }
    Ok(())
}

/// Whether everything that somebody has can pass to their successor.
pub(super) fn can_hand_over(held: &[Held], from: Day) -> Result<(), Refusal> {
    if held.is_empty() {
        return Err(Refusal::NothingHeld);
    }
    if held.len() > AT_ONCE_MAX {
        return Err(Refusal::TooMany);
    }
    let strange = held.iter().filter(|one| !one.fits).count();
    if strange > 0 {
        return Err(Refusal::OutOfPlace(strange));
    }
    let later = held.iter().filter(|one| one.from_on > from).count();
    if later > 0 {
        return Err(Refusal::BegunLater(later));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::values::{HouseholdId, ParcelId, ResponsibilityId};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn responsibility_passes_to_somebody_else_and_not_into_the_past() {
        let (li, wang) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)));
        let present = Present {
            staff_id: li,
            from_on: day("2018-03-01"),
        };
        assert_eq!(can_take(None, li, day("2018-01-01")), Ok(()));
        let take = |by, on| can_take(Some(&present), by, day(on));
        assert_eq!(take(li, "2018-03-02"), Err(Refusal::AlreadyTheirs));
        assert_eq!(take(wang, "2018-03-01"), Ok(()));
        let early = Err(Refusal::BeforePresent(day("2018-03-01")));
        assert_eq!(take(wang, "2018-02-28"), early);
    }

    #[test]
    fn a_hand_over_is_whole_or_refused_with_how_many_do_not_fit() {
        let held = |fits, from: &str| Held {
            id: ResponsibilityId(Uuid::nil()),
            household_id: HouseholdId(Uuid::nil()),
            need_id: None,
            parcel_id: ParcelId(Uuid::nil()),
            from_on: day(from),
            fits,
        };
        let on = day("2018-03-05");
        assert_eq!(can_hand_over(&[], on), Err(Refusal::NothingHeld));
        assert_eq!(can_hand_over(&[held(true, "2018-03-05")], on), Ok(()));
        let mixed = [held(true, "2018-03-01"), held(false, "2018-03-01")];
        assert_eq!(can_hand_over(&mixed, on), Err(Refusal::OutOfPlace(1)));
        let later = [held(true, "2018-03-01"), held(true, "2018-03-06")];
        assert_eq!(can_hand_over(&later, on), Err(Refusal::BegunLater(1)));
        let many = vec![held(true, "2018-03-01"); AT_ONCE_MAX + 1];
        assert_eq!(can_hand_over(&many, on), Err(Refusal::TooMany));
    }
}
