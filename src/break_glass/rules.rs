//! Rules of breaking the glass.

use chrono::TimeDelta;

use super::model::NewBreakGlassAccess;
use crate::{
    http::{Problem, words},
    staff::Actor,
    values::{ActorId, Instant, Number, Phone},
};

/// So many attempts has a person in a day: an emergency is rare.
pub(super) const ATTEMPTS_A_DAY: i64 = 5;
/// How long an access may last, in minutes; the constraint `break_glass_access_while` says it, too.
const MINUTES: std::ops::RangeInclusive<u16> = 5..=240;

/// By what a household is named.
#[derive(Debug)]
pub(super) enum Mark<'a> {
    Number {
        parcel: &'a Number,
        household: &'a Number,
    },
    Phone(&'a Phone),
}

/// The one mark that is given; 422 when there is none or more than one, or the time is too long.
pub(super) fn mark(new: &NewBreakGlassAccess) -> Result<Mark<'_>, Problem> {
    if !MINUTES.contains(&new.minutes) {
        return Err(Problem::invalid(
            "break-glass-too-long",
            "查阅时长应为 5 至 240 分钟",
            "An access lasts from 5 to 240 minutes",
        )
        .at("/minutes", words!("5 至 240", "from 5 to 240")));
    }
    match (&new.parcel_code, &new.household_no, &new.phone) {
        (Some(parcel), Some(household), None) => Ok(Mark::Number { parcel, household }),
        (None, None, Some(phone)) => Ok(Mark::Phone(phone)),
        _ => Err(Problem::invalid(
            "break-glass-not-one-mark",
            "请填写地块编号和户号，或只填写电话",
            "A household is named by its parcel and number, or by its telephone",
        )),
    }
}

/// 409 when a person has tried too often.
pub(super) fn attempts(today: i64) -> Result<(), Problem> {
    if today < ATTEMPTS_A_DAY {
        return Ok(());
    }
    Err(Problem::conflict(
        "break-glass-too-often",
        "24 小时内紧急查阅次数已满",
        "Too many accesses within 24 hours",
    )
    .detail(words!(
        "每人 24 小时内最多 {ATTEMPTS_A_DAY} 次；请由他人办理",
        "a person has {ATTEMPTS_A_DAY} in 24 hours; let somebody else do it"
    )))
}

pub(super) fn expiry(opened_at: Instant, minutes: u16) -> Instant {
    Instant::new(opened_at.as_datetime() + TimeDelta::minutes(i64::from(minutes)))
}

/// 403 from the moment the time is up.
pub(super) fn still_open(expires_at: Instant, now: Instant) -> Result<(), Problem> {
    if now < expires_at {
        return Ok(());
    }
    Err(Problem::forbidden(
        "break-glass-expired",
        "紧急查阅已到期",
        "The access has expired",
    ))
}

/// Another person examines it, once.
pub(super) fn review(
    who: Actor,
    opened_by: ActorId,
    client: ActorId,
    reviewed: bool,
) -> Result<(), Problem> {
    if !(who.is_another_than(opened_by) && who.is_another_than(client)) {
        return Err(Problem::conflict(
            "review-by-same-person",
            "审查人不能是查阅人",
            "Who had the access cannot examine it",
        ));
    }
    if reviewed {
        return Err(Problem::conflict(
            "break-glass-reviewed",
            "已经审查",
            "It was examined already",
        ));
    }
    Ok(())
}
