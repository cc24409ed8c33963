//! Rules of agreements.

use super::model::{AgreementStatus, AgreementStatus::Draft, AgreementStatus::Signed};
use crate::{
    housing::Flat,
    http::{FieldError, Problem, words},
    values::Day,
};

/// Why something about an agreement is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Only a draft can be changed or signed.
    NotADraft(AgreementStatus),
    /// What is void cannot become void.
    VoidAlready,
    /// It would be void before it was signed.
    VoidBeforeSigning(Day),
    /// Flats were assigned because of it.
    HasFlats(Vec<Flat>),
    /// The named field holds a day before anything of ours.
    TooEarly(&'static str),
    /// The household has a live agreement of this number.
    LiveExists(String),
    /// Another agreement of the household was live on the day.
    AnotherLive(Ended),
}

/// An agreement that was signed and lasted until it became void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) agreement_no: String,
    /// On that day it counts no more.
    pub(super) voided_on: Day,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotADraft(status) => {
                let (zh, en) = (status.zh(), status.key());
                Self::conflict(
                    "agreement-not-a-draft",
                    "协议不是草稿",
                    "The agreement is not a draft",
                )
                .detail(words!("协议{zh}，不能再修改或签约", "it is {en}"))
                .allowed(next(status).iter().map(|s| s.key()))
            }
            Refusal::VoidAlready => Self::conflict(
                "agreement-void-already",
                "协议已作废",
                "The agreement is void already",
            )
            .allowed(next(AgreementStatus::Void).iter().map(|s| s.key())),
            Refusal::VoidBeforeSigning(day) => Self::invalid(
                "void-before-signing",
                "作废日早于签约日",
                "Void before it was signed",
            )
            .at(
                "/voided_on",
                words!("签约于 {day}", "it was signed on {day}"),
            ),
            Refusal::HasFlats(flats) => Self::conflict(
                "agreement-has-flats",
                "该户已按协议分得安置房",
                "Flats are assigned because of the agreement",
            )
            .errors(flats.iter().map(held).collect()),
            Refusal::TooEarly(field) => {
                let error = too_early(field);
                Self::invalid("day-too-early", "日期过早", "The day is too early")
                    .errors(vec![error])
            }
            Refusal::LiveExists(number) => Self::conflict(
                "agreement-live-exists",
                "该户已有有效协议",
                "The household has a live agreement",
            )
            .detail(words!(
                "协议编号 {number}；请先作废或修改该协议",
                "it is {number}; void it or change it instead"
            )),
            Refusal::AnotherLive(ended) => Self::invalid(
                "agreement-live-on-day",
                "签约日该户另有有效协议",
                "Another agreement of the household was live on that day",
            )
            .errors(vec![another_live(&ended)]),
        }
    }
}

/// The states an agreement can go to next.
pub(super) fn next(status: AgreementStatus) -> &'static [AgreementStatus] {
    match status {
        Draft => &[Signed, AgreementStatus::Void],
        Signed => &[AgreementStatus::Void],
        AgreementStatus::Void => &[],
    }
}

/// Changing and signing are for drafts; signing is what makes it signed.
pub(super) fn needs_draft(status: AgreementStatus) -> Result<(), Refusal> {
    match status {
        Draft => Ok(()),
        other => Err(Refusal::NotADraft(other)),
    }
}

/// A draft can be void as well: it was given up before it was signed.
pub(super) fn void(
    status: AgreementStatus,
    signed_on: Option<Day>,
    voided_on: Day,
) -> Result<(), Refusal> {
    if !next(status).contains(&AgreementStatus::Void) {
        return Err(Refusal::VoidAlready);
    }
    match signed_on {
        Some(signed_on) if voided_on < signed_on => Err(Refusal::VoidBeforeSigning(signed_on)),
        _ => Ok(()),
    }
}

/// A flat goes to a household because it signed: what was assigned is given back before the signature
/// is taken away. With the keys handed over the agreement is performed (履行完毕), and void no more.
pub(super) fn needs_no_flats(flats: Vec<Flat>) -> Result<(), Refusal> {
    if flats.is_empty() {
        return Ok(());
    }
    Err(Refusal::HasFlats(flats))
}

/// How a flat is in the way.
fn held(flat: &Flat) -> FieldError {
    let name = format!(
        "{} {} {}",
        flat.estate_name, flat.building_name, flat.flat_no
    );
    let (code, words) = match flat.handed_over_on {
        None => (
            "flat-assigned",
            words!(
                "{name} 已分配，请先退回",
                "{name} is assigned; release it first"
            ),
        ),
        Some(day) => (
            "flat-handed-over",
            words!(
                "{name} 已于 {day} 交房，协议已履行，不能再作废",
                "{name} was handed over on {day}: the agreement is performed and stays"
            ),
        ),
    };
    FieldError::new(format!("/v1/flats/{}", flat.id), code, words)
}

/// On no legal day has a household two agreements: one is signed on the day the last one became
/// void, or later. `ended` is the one that became void last, of those that counted for a day.
pub(super) fn one_at_a_time(signed_on: Day, ended: Option<&Ended>) -> Result<(), Refusal> {
    match ended {
        Some(ended) if signed_on < ended.voided_on => Err(Refusal::AnotherLive(ended.clone())),
        _ => Ok(()),
    }
}

pub(super) fn another_live(ended: &Ended) -> FieldError {
    let Ended {
        agreement_no: number,
        voided_on,
    } = ended;
    FieldError::new(
        "/signed_on",
        "agreement-live-on-day",
        words!(
            "协议 {number} 自 {voided_on} 起才作废，签约日不得早于该日",
            "agreement {number} is void from {voided_on} on: sign on that day or later"
        ),
    )
}

/// The first day an agreement of ours can bear: a mistyped year is caught, a signature before the
/// signing period of the parcel (预签约) is not refused.
pub(super) fn earliest() -> Day {
    Day::of(1990, 1, 1).expect("1990 has a first day")
}

/// Legal days of agreements lie in 1990 or later.
pub(super) fn plausible(field: &'static str, day: Day) -> Result<(), Refusal> {
    if day < earliest() {
        return Err(Refusal::TooEarly(field));
    }
    Ok(())
}

pub(super) fn too_early(field: &str) -> FieldError {
    let earliest = earliest();
    FieldError::new(
        format!("/{field}"),
        "day-too-early",
        words!("不得早于 {earliest}", "must not lie before {earliest}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [AgreementStatus; 3] = [Draft, Signed, AgreementStatus::Void];

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn only_a_draft_is_changed_or_signed() {
        assert_eq!(ALL.map(|s| needs_draft(s).is_ok()), [true, false, false]);
    }

    #[test]
    fn whatever_is_not_void_can_become_void() {
        let voided = ALL.map(|s| void(s, None, day("2018-03-01")).is_ok());
        assert_eq!(voided, [true, true, false]);
    }

    #[test]
    fn nothing_is_void_before_it_was_signed() {
        let signed_on = day("2018-03-02");
        let void = |on| void(Signed, Some(signed_on), day(on));
        assert_eq!(void("2018-03-02"), Ok(()));
        assert_eq!(
            void("2018-03-01"),
            Err(Refusal::VoidBeforeSigning(signed_on))
        );
    }

    #[test]
    fn what_can_follow_agrees_with_what_is_refused() {
        for status in ALL {
            assert_eq!(
                next(status).contains(&Signed),
                needs_draft(status).is_ok(),
                "{status:?}"
            );
        }
    }

    #[test]
    fn the_first_possible_day_is_in_1990() {
        assert_eq!(plausible("signed_on", day("1990-01-01")), Ok(()));
        assert_eq!(
            plausible("signed_on", day("1989-12-31")),
            Err(Refusal::TooEarly("signed_on"))
        );
    }

    #[test]
    fn one_agreement_begins_when_the_last_one_has_ended() {
        let ended = Ended {
            agreement_no: "A-1".into(),
            voided_on: day("2018-03-10"),
        };
        assert_eq!(one_at_a_time(day("2018-03-10"), Some(&ended)), Ok(()));
        assert_eq!(one_at_a_time(day("2018-03-09"), None), Ok(()));
        assert_eq!(
            one_at_a_time(day("2018-03-09"), Some(&ended)),
            Err(Refusal::AnotherLive(ended))
        );
    }
}
