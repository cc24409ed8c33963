//! Rules of posts.

use super::model::{NewPost, Post};
use crate::{
    http::{FieldError, Problem, words},
    staff::Role,
    values::{Day, StaffId},
};

/// Why somebody cannot be given a post, or keep one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Somebody appoints themselves.
    Oneself,
    /// A program's role for a person.
    NotForPeople,
    /// It ends before it begins.
    EndsFirst,
    /// The person has that post in that period.
    Held,
    /// An appraiser is nothing else, and nobody else is an appraiser.
    AppraiserCombined,
    /// It ended before.
    Ended(Day),
    /// Only an appraiser works by parcels.
    NotAnAppraiser,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Oneself => Self::forbidden(
                "appointment-of-oneself",
                "不能为自己设置岗位",
                "Nobody appoints themselves",
            )
            .detail(words!("请由另一人办理", "let somebody else do it")),
            Refusal::NotForPeople => Self::invalid(
                "role-for-programs",
                "该角色只用于接口",
                "A role of programs",
            )
            .at(
                "/role",
                words!("不能作为岗位", "nobody can be appointed to it"),
            ),
            Refusal::EndsFirst => ends_first(),
            Refusal::Held => Self::conflict(
                "post-already-held",
                "该人员在此期间已有此岗位",
                "They hold that post in that period",
            ),
            Refusal::AppraiserCombined => Self::conflict(
                "appraiser-post-combined",
                "评估岗位不得与其他岗位兼任",
                "An appraiser holds no other post",
            )
            .detail(words!(
                "评估应独立于征收补偿工作",
                "who appraises is independent of who compensates"
            )),
            Refusal::Ended(on) => Self::conflict("post-ended", "岗位已终止", "The post has ended")
                .detail(words!("已定于 {on} 终止", "it ends on {on}")),
            Refusal::NotAnAppraiser => Self::conflict(
                "post-not-appraiser",
                "只有评估岗位按地块分配",
                "Only an appraiser is given parcels",
            ),
        }
    }
}

fn ends_first() -> Problem {
    let code = "period-ends-first";
    let words = words!("不得早于开始日期", "must not be before its first day");
    Problem::invalid(
        code,
        "终止日期早于开始日期",
        "The period ends before it begins",
    )
    .errors(vec![FieldError::new("/to_on", code, words)])
}

/// Whether a period is one.
pub(super) fn is_period(from: Day, to: Option<Day>) -> Result<(), Refusal> {
    if to.is_some_and(|to| to < from) {
        return Err(Refusal::EndsFirst);
    }
    Ok(())
}

/// What is wrong with an appointment whatever posts there are; `by` is who appoints.
pub(super) fn check(new: &NewPost, of: StaffId, by: Option<StaffId>) -> Result<(), Refusal> {
    if by == Some(of) {
        return Err(Refusal::Oneself);
    }
    if new.role == Role::ApiClient {
        return Err(Refusal::NotForPeople);
    }
    is_period(new.from_on, new.to_on)
}

/// Whether a post fits beside those that somebody has and had.
pub(super) fn fits(new: &NewPost, others: &[Post]) -> Result<(), Refusal> {
    let begins_by = |from: Day, to: Option<Day>| to.is_none_or(|to| from <= to);
    let at_once =
        |other: &&Post| begins_by(new.from_on, other.to_on) && begins_by(other.from_on, new.to_on);
    let mut at_once = others.iter().filter(at_once).peekable();
    let appraiser = |role| role == Role::Appraiser;
    if at_once
        .clone()
        .any(|o| o.role == new.role && o.org_unit_id == new.org_unit_id)
    {
        return Err(Refusal::Held);
    }
    if at_once.any(|o| appraiser(o.role) != appraiser(new.role)) {
        return Err(Refusal::AppraiserCombined);
    }
    Ok(())
}

/// Whether a post can end on a day: once, or earlier than was said.
pub(super) fn can_end(post: &Post, on: Day) -> Result<(), Refusal> {
    if let Some(end) = post.to_on.filter(|end| *end <= on) {
        return Err(Refusal::Ended(end));
    }
    is_period(post.from_on, Some(on))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::values::{OrgUnitId, PostId};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn new(role: Role, unit: u128, from: &str, to: Option<&str>) -> NewPost {
        NewPost {
            role,
            org_unit_id: OrgUnitId(Uuid::from_u128(unit)),
            from_on: day(from),
            to_on: to.map(day),
        }
    }

    fn post(role: Role, unit: u128, from: &str, to: Option<&str>) -> Post {
        let new = new(role, unit, from, to);
        Post {
            id: PostId(Uuid::from_u128(9)),
            staff_id: StaffId(Uuid::from_u128(8)),
            role: new.role,
            org_unit_id: new.org_unit_id,
            from_on: new.from_on,
            to_on: new.to_on,
            version: 1,
        }
    }

    #[test]
    fn nobody_appoints_themselves_and_no_person_is_a_program() {
        let (li, wang) = (StaffId(Uuid::from_u128(1)), StaffId(Uuid::from_u128(2)));
        let officer = new(Role::CaseOfficer, 1, "2018-03-01", None);
        assert_eq!(check(&officer, li, Some(li)), Err(Refusal::Oneself));
        assert_eq!(check(&officer, li, Some(wang)), Ok(()));
        assert_eq!(check(&officer, li, None), Ok(()));
        let program = new(Role::ApiClient, 1, "2018-03-01", None);
        assert_eq!(check(&program, li, Some(wang)), Err(Refusal::NotForPeople));
        let short = new(Role::CaseOfficer, 1, "2018-03-02", Some("2018-03-01"));
        assert_eq!(check(&short, li, None), Err(Refusal::EndsFirst));
    }

    #[test]
    fn an_appraiser_is_nothing_else_at_the_same_time() {
        let officer = [post(Role::CaseOfficer, 1, "2018-01-01", Some("2018-02-28"))];
        let appraiser = |from| new(Role::Appraiser, 1, from, None);
        let combined = Err(Refusal::AppraiserCombined);
        assert_eq!(fits(&appraiser("2018-02-28"), &officer), combined);
        assert_eq!(fits(&appraiser("2018-03-01"), &officer), Ok(()));
        let appraisers = [post(Role::Appraiser, 1, "2018-03-01", None)];
        let officer = new(Role::CaseOfficer, 2, "2018-01-01", Some("2018-02-28"));
        assert_eq!(fits(&officer, &appraisers), Ok(()));
        let officer = new(Role::CaseOfficer, 2, "2018-01-01", None);
        assert_eq!(fits(&officer, &appraisers), combined);
        let elsewhere = new(Role::Appraiser, 2, "2018-03-05", None);
        assert_eq!(fits(&elsewhere, &appraisers), Ok(()));
    }

    #[test]
    fn one_post_is_held_once_at_a_time() {
        let held = [post(Role::Inspector, 1, "2018-01-01", Some("2018-06-30"))];
        let again = |unit, from| fits(&new(Role::Inspector, unit, from, None), &held);
        assert_eq!(again(1, "2018-06-30"), Err(Refusal::Held));
        assert_eq!(again(1, "2018-07-01"), Ok(()));
        assert_eq!(again(2, "2018-01-01"), Ok(()));
    }

    #[test]
    fn a_post_ends_once_and_at_most_earlier_than_was_said() {
        let open = post(Role::Inspector, 1, "2018-01-01", None);
        let dated = post(Role::Inspector, 1, "2018-01-01", Some("2018-06-30"));
        assert_eq!(can_end(&open, day("2018-01-01")), Ok(()));
        assert_eq!(can_end(&open, day("2017-12-31")), Err(Refusal::EndsFirst));
        assert_eq!(can_end(&dated, day("2018-06-29")), Ok(()));
        let ended = Err(Refusal::Ended(day("2018-06-30")));
        assert_eq!(can_end(&dated, day("2018-06-30")), ended);
        assert_eq!(can_end(&dated, day("2018-07-01")), ended);
    }
}
