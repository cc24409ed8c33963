//! Rules of requests: the clock, who may ask for what, what may follow, what must be kept.

use chrono::{Days, Months};

use super::{
    model::{
        Asker, Correction, CorrectionField, Kind, NewDecision, Proof, Proposed, RefusalReason,
        State,
    },
    refusals::Refusal,
};
use crate::{
    jobs::JobState,
    staff::Actor,
    values::{ActorId, Day},
};

/// Days to decide on a request, the day it came in not counted.
///
/// PIPL 50 asks for an answer without setting a term; GB/T 35273-2020, 8.7, sets 30 days, and the
/// authorities measure what programs collect by 15 working days (App 违法违规收集使用个人信息行为认定方法,
/// 2019). 15 days on the calendar keep all of them.
pub const DECIDED_WITHIN_DAYS: u64 = 15;

/// How long a copy can be fetched, in days.
pub const COPY_KEPT_DAYS: i64 = 7;

/// Years for which the file of a household is kept after its last entry.
///
/// The regulation on expropriation asks for a file (国务院令第590号 §29) and leaves the term to the
/// schedules of archives, whose longest fixed one is 30 years (国家档案局令第8号).
pub const FILES_KEPT_YEARS: u32 = 30;

/// The last day to decide on what came in on a day.
pub(super) fn due_on(received_on: Day) -> Day {
    let due = received_on.as_date() + Days::new(DECIDED_WITHIN_DAYS);
    Day::new(due).unwrap_or(received_on)
}

/// Whether a request is past its day.
pub(super) fn is_overdue(state: State, due_on: Day, today: Day) -> bool {
    matches!(state, State::Received | State::Accepted) && due_on < today
}

impl State {
    /// The states that can follow by somebody's act.
    pub(super) fn next(self) -> &'static [&'static str] {
        match self {
            Self::Received => &["accepted", "refused", "withdrawn"],
            // While the job failed, the request is accepted anew.
            Self::Accepted => &["done"],
            Self::Refused | Self::Done | Self::Withdrawn => &[],
        }
    }
}

/// Whoever asks proves what makes them the one who may.
pub(super) fn check_proof(asked_by: Asker, proof: Proof) -> Result<(), Refusal> {
    let fits = match asked_by {
        Asker::Person => proof == Proof::DocumentSeen,
        Asker::Guardian | Asker::Heir => proof == Proof::KinshipDocument,
        Asker::Agent => proof == Proof::PowerOfAttorney,
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::ProofMismatch)
    }
}

/// What a request is about: a field with its value for a correction, nothing for the others.
pub(super) fn check_content(
    kind: Kind,
    about_person: bool,
    proposed: Option<&Proposed>,
) -> Result<Option<Correction>, Refusal> {
    let correction = match (kind, proposed) {
        (Kind::Correction, Some(proposed)) => Some(only_one(proposed)?),
        (Kind::Correction, None) => return Err(Refusal::OneField),
        (Kind::Export | Kind::Erasure, None) => None,
        (Kind::Export | Kind::Erasure, Some(_)) => return Err(Refusal::NothingToCorrect),
    };
    let of_household = correction.as_ref().is_some_and(|correction| {
        matches!(correction, Correction::Phone(_) | Correction::Address(_))
    });
    if about_person || of_household {
        Ok(correction)
    } else {
        Err(Refusal::PersonMissing)
    }
}

fn only_one(proposed: &Proposed) -> Result<Correction, Refusal> {
    let Proposed {
        name,
        birth_on,
        relation,
        document,
        phone,
        address,
    } = proposed.clone();
    let mut given = [
        name.map(Correction::Name),
        birth_on.map(Correction::BirthOn),
        relation.map(Correction::Relation),
        document.map(Correction::Document),
        phone.map(Correction::Phone),
        address.map(Correction::Address),
    ]
    .into_iter()
    .flatten();
    match (given.next(), given.next()) {
        (Some(one), None) => Ok(one),
        _ => Err(Refusal::OneField),
    }
}

/// The field that a correction is of.
pub(super) fn field_of(correction: &Correction) -> CorrectionField {
    match correction {
        Correction::Name(_) => CorrectionField::Name,
        Correction::BirthOn(_) => CorrectionField::BirthOn,
        Correction::Relation(_) => CorrectionField::Relation,
        Correction::Document(_) => CorrectionField::Document,
        Correction::Phone(_) => CorrectionField::Phone,
        Correction::Address(_) => CorrectionField::Address,
    }
}

/// A refusal has a reason that fits the kind, and one that says nothing has a note; an acceptance
/// has neither.
pub(super) fn check_decision(new: &NewDecision) -> Result<(), Refusal> {
    match (new.accepted, new.refusal) {
        (true, None) if new.note.is_none() => Ok(()),
        (true, _) => Err(Refusal::ReasonOfAcceptance),
        (false, None) => Err(Refusal::ReasonMissing),
        (false, Some(RefusalReason::Other)) if new.note.is_none() => Err(Refusal::NoteMissing),
        (false, Some(_)) => Ok(()),
    }
}

/// Whether the reason is one for this kind of request.
pub(super) fn check_reason(kind: Kind, reason: RefusalReason) -> Result<(), Refusal> {
    use RefusalReason as Why;
    let fits = match reason {
        Why::IdentityNotProven | Why::Other => true,
        Why::RecordIsRight => kind == Kind::Correction,
        Why::Secrecy => kind == Kind::Export,
        Why::LiveAgreement | Why::OpenResettlement | Why::RetentionPeriod => kind == Kind::Erasure,
    };
    if fits {
        Ok(())
    } else {
        Err(Refusal::ReasonOfAnotherKind)
    }
}

/// Whether a request can be decided on: while it waits for that, and to make a copy anew when the
/// job that should have made it has ended without one.
pub(super) fn decide(state: State, accepted: bool, job: Option<JobState>) -> Result<(), Refusal> {
    let again = matches!(job, Some(JobState::Failed | JobState::Cancelled));
    match state {
        State::Received => Ok(()),
        State::Accepted if accepted && again => Ok(()),
        other => Err(Refusal::NotOpen(other)),
    }
}

/// Nobody has somebody's data erased alone.
pub(super) fn four_eyes(kind: Kind, by: Actor, entered_by: ActorId) -> Result<(), Refusal> {
    if kind == Kind::Erasure && !by.is_another_than(entered_by) {
        return Err(Refusal::SamePerson);
    }
    Ok(())
}

pub(super) fn withdraw(state: State) -> Result<(), Refusal> {
    match state {
        State::Received => Ok(()),
        other => Err(Refusal::NotOpen(other)),
    }
}

/// What of a household's case decides whether its data must be kept.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    pub(super) drafts: i64,
    pub(super) signed: i64,
    pub(super) flats: i64,
    pub(super) flats_to_hand_over: i64,
    pub(super) needs_to_settle: i64,
    /// The last legal day on file: signed, voided, assigned, given back, handed over.
    pub(super) last_on: Option<Day>,
}

/// Every reason for which the law wants the data kept today (PIPL 47, last paragraph).
pub(super) fn must_keep(standing: &Standing, today: Day) -> Vec<RefusalReason> {
    let settled = standing.flats > 0 && standing.flats_to_hand_over == 0;
    let live = standing.drafts > 0 || (standing.signed > 0 && !settled);
    let open = standing.flats_to_hand_over > 0 || standing.needs_to_settle > 0;
    let kept = standing.last_on.is_some_and(|last| {
        let until = last.as_date() + Months::new(12 * FILES_KEPT_YEARS);
        today.as_date() < until
    });
    [
        (live, RefusalReason::LiveAgreement),
        (open, RefusalReason::OpenResettlement),
        (kept, RefusalReason::RetentionPeriod),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

/// Nothing is erased that must be kept, and nobody is told so that it must when it need not.
pub(super) fn check_keeping(
    kind: Kind,
    decision: &NewDecision,
    keep: &[RefusalReason],
) -> Result<(), Refusal> {
    let legal = [
        RefusalReason::LiveAgreement,
        RefusalReason::OpenResettlement,
        RefusalReason::RetentionPeriod,
    ];
    match decision.refusal {
        None if kind == Kind::Erasure && !keep.is_empty() => {
            Err(Refusal::MustBeKept(keep.to_vec()))
        }
        Some(reason) if legal.contains(&reason) && !keep.contains(&reason) => {
            Err(Refusal::ReasonDoesNotApply)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::PersonName;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_request_is_overdue_on_the_sixteenth_day() {
        let due = due_on(day("2018-02-26"));
        assert_eq!(due, day("2018-03-13"));
        assert!(!is_overdue(State::Received, due, day("2018-03-13")));
        assert!(is_overdue(State::Received, due, day("2018-03-14")));
        assert!(is_overdue(State::Accepted, due, day("2018-03-14")));
        assert!(!is_overdue(State::Refused, due, day("2018-03-14")));
    }

    #[test]
    fn whoever_asks_proves_who_they_are() {
        let fitting = [
            (Asker::Person, Proof::DocumentSeen),
            (Asker::Guardian, Proof::KinshipDocument),
            (Asker::Heir, Proof::KinshipDocument),
            (Asker::Agent, Proof::PowerOfAttorney),
        ];
        let askers = [Asker::Person, Asker::Guardian, Asker::Heir, Asker::Agent];
        let proofs = [
            Proof::DocumentSeen,
            Proof::KinshipDocument,
            Proof::PowerOfAttorney,
            Proof::LookupSession,
        ];
        for asker in askers {
            for proof in proofs {
                let fits = fitting.contains(&(asker, proof));
                assert_eq!(
                    check_proof(asker, proof).is_ok(),
                    fits,
                    "{asker:?} {proof:?}"
                );
            }
        }
    }

    #[test]
    fn one_correction_is_of_one_field() {
        let name = PersonName::parse("张小三").unwrap();
        let mut proposed = Proposed::default();
        let check = |kind, person, proposed: &Proposed| {
            check_content(kind, person, Some(proposed)).map(|c| c.map(|c| field_of(&c)))
        };
        assert_eq!(
            check(Kind::Correction, true, &proposed),
            Err(Refusal::OneField)
        );
        proposed.name = Some(name);
        let told = check(Kind::Correction, true, &proposed);
        assert_eq!(told, Ok(Some(CorrectionField::Name)));
        let nobody = check(Kind::Correction, false, &proposed);
        assert_eq!(nobody, Err(Refusal::PersonMissing));
        assert_eq!(
            check(Kind::Export, true, &proposed),
            Err(Refusal::NothingToCorrect)
        );
        proposed.birth_on = Some(day("1980-01-01"));
        assert_eq!(
            check(Kind::Correction, true, &proposed),
            Err(Refusal::OneField)
        );
        assert!(check_content(Kind::Erasure, true, None).is_ok());
        let nobody = check_content(Kind::Erasure, false, None);
        assert!(matches!(nobody, Err(Refusal::PersonMissing)));
    }

    #[test]
    fn what_is_live_open_or_on_file_is_kept() {
        use RefusalReason::{LiveAgreement, OpenResettlement, RetentionPeriod};
        let today = day("2048-03-05");
        let nothing = Standing::default();
        assert_eq!(must_keep(&nothing, today), []);
        let draft = Standing {
            drafts: 1,
            ..nothing
        };
        assert_eq!(must_keep(&draft, today), [LiveAgreement]);
        let signed = Standing {
            signed: 1,
            last_on: Some(day("2018-03-05")),
            ..nothing
        };
        assert_eq!(must_keep(&signed, today), [LiveAgreement]);
        let moving = Standing {
            flats: 2,
            flats_to_hand_over: 1,
            ..signed
        };
        assert_eq!(must_keep(&moving, today), [LiveAgreement, OpenResettlement]);
        let moved = Standing {
            flats_to_hand_over: 0,
            ..moving
        };
        assert_eq!(must_keep(&moved, today), [], "thirty years to the day");
        assert_eq!(must_keep(&moved, day("2048-03-04")), [RetentionPeriod]);
        let needing = Standing {
            needs_to_settle: 1,
            ..nothing
        };
        assert_eq!(must_keep(&needing, today), [OpenResettlement]);
    }
}
