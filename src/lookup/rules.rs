//! Rules of the lookup.

use super::model::{CaseHome, CaseStage, LookupChannel, NewSession, NextStep, NextStepCode};
use crate::{
    agreements::AgreementStatus,
    http::{Language, Problem, Words, words},
    parcels::ParcelStage,
    values::Day,
};

/// How long a session lasts, in minutes.
pub(super) const SESSION_MINUTES: i64 = 30;
/// Letters of one request; a larger parcel is printed in several.
pub(super) const LETTERS_MAX: i64 = 2000;

/// Why something about a code is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A grid worker without a name, or a name without a grid worker.
    AssistantMismatch(LookupChannel),
    /// The code was revoked before.
    CodeRevoked,
    /// Every household of the parcel has a code.
    NothingToIssue,
    /// Code and second factor do not open anything; never says which of the two.
    LookupFailed,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::AssistantMismatch(channel) => {
                let told = match channel {
                    LookupChannel::GridWorker => words!(
                        "网格员代查须填写姓名和所在网格",
                        "a grid worker gives name and grid"
                    ),
                    LookupChannel::Household => words!(
                        "住户本人查询不填网格员姓名",
                        "only the channel grid_worker has an assistant"
                    ),
                };
                Self::malformed(
                    "assistant-mismatch",
                    "查询方式与网格员姓名不符",
                    "Channel and assistant do not fit",
                )
                .at("/assistant", told)
            }
            Refusal::CodeRevoked => Self::conflict(
                "lookup-code-revoked",
                "查询码已停用",
                "The lookup code is revoked already",
            ),
            Refusal::NothingToIssue => Self::conflict(
                "nothing-to-issue",
                "没有需要发码的住户",
                "No household needs a code",
            )
            .detail(words!(
                "该地块的住户都已有查询码；如需全部更换，请设置 reissue",
                "every household of the parcel has a code; set reissue to replace them"
            )),
            Refusal::LookupFailed => Self::unauthenticated(
                "lookup-failed",
                "查询码或证件后六位不正确",
                "Lookup code or document number do not match",
            ),
        }
    }
}

/// A grid worker gives a name, a household none.
pub(super) fn check(new: &NewSession) -> Result<(), Refusal> {
    if (new.channel == LookupChannel::GridWorker) == new.assistant.is_some() {
        Ok(())
    } else {
        Err(Refusal::AssistantMismatch(new.channel))
    }
}

/// How far the household is, by what it has.
pub(super) fn stage(agreement: Option<AgreementStatus>, homes: &[CaseHome]) -> CaseStage {
    let handed_over = homes.iter().all(|home| home.handed_over_on.is_some());
    match agreement {
        _ if !homes.is_empty() && handed_over => CaseStage::HandedOver,
        _ if !homes.is_empty() => CaseStage::HomeAssigned,
        Some(AgreementStatus::Signed) => CaseStage::Signed,
        Some(AgreementStatus::Draft) => CaseStage::Drafted,
        Some(AgreementStatus::Void) | None => CaseStage::Registered,
    }
}

/// What the next step depends on, beside the stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances {
    pub(super) parcel: ParcelStage,
    pub(super) signing_to: Option<Day>,
    pub(super) moving_by: Option<Day>,
    /// A home that was not handed over passed its inspection and has no severe defect.
    pub(super) keys_ready: bool,
    pub(super) today: Day,
}

/// What comes next, and until when.
pub(super) fn next_step(stage: CaseStage, now: &Circumstances, language: Language) -> NextStep {
    let (code, title, due_on) = match stage {
        CaseStage::Registered => (
            NextStepCode::Sign,
            Words::new("签订安置补偿协议", "Sign the resettlement agreement"),
            now.signing_to,
        ),
        CaseStage::Drafted => (
            NextStepCode::Sign,
            Words::new(
                "核对并签订安置补偿协议",
                "Check and sign the resettlement agreement",
            ),
            now.signing_to,
        ),
        CaseStage::Signed if must_vacate(now) => (
            NextStepCode::Vacate,
            Words::new("腾空房屋，办理搬迁", "Move out and hand over the old house"),
            now.moving_by,
        ),
        CaseStage::Signed => (
            NextStepCode::WaitForHome,
            Words::new("等待分配安置房", "Wait until a new home is assigned"),
            None,
        ),
        CaseStage::HomeAssigned if now.keys_ready => (
            NextStepCode::CollectKeys,
            Words::new("领取安置房钥匙", "Collect the keys of the new home"),
            None,
        ),
        CaseStage::HomeAssigned => (
            NextStepCode::WaitForHome,
            Words::new(
                "等待安置房验收合格",
                "Wait until the new home has passed its check",
            ),
            None,
        ),
        CaseStage::HandedOver => (
            NextStepCode::Done,
            Words::new("手续已全部办完", "Everything is done"),
            None,
        ),
    };
    NextStep {
        code,
        title: title.read(language).to_owned(),
        due_on,
        days_left: due_on.map(|due| due.days_since(now.today)),
    }
}

/// Whether the old house may still be lived in. Who moved out when is not on record, so nobody is
/// told to be late: after the day, and once the parcel is cleared, the household waits for its home.
fn must_vacate(now: &Circumstances) -> bool {
    now.parcel <= ParcelStage::Demolish && now.moving_by.is_none_or(|day| now.today <= day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lookup::{limits::GUESSES_PER_MINUTE, model::CaseInspection},
        values::{Area, LastSix, LookupCode, PersonName},
    };

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn now(parcel: ParcelStage, today: &str, keys_ready: bool) -> Circumstances {
        Circumstances {
            parcel,
            signing_to: Some(day("2018-03-31")),
            moving_by: Some(day("2018-04-30")),
            keys_ready,
            today: day(today),
        }
    }

    fn home(handed_over_on: Option<Day>) -> CaseHome {
        CaseHome {
            estate: String::new(),
            building: String::new(),
            flat_no: String::new(),
            area_m2: Area::ZERO,
            inspection: CaseInspection::None,
            open_defects: 0,
            handed_over_on,
        }
    }

    #[test]
    fn the_stage_is_what_the_household_has() {
        use AgreementStatus::{Draft, Signed, Void};
        let (kept, waiting) = (home(Some(day("2018-03-01"))), home(None));
        assert_eq!(stage(None, &[]), CaseStage::Registered);
        assert_eq!(stage(Some(Void), &[]), CaseStage::Registered);
        assert_eq!(stage(Some(Draft), &[]), CaseStage::Drafted);
        assert_eq!(stage(Some(Signed), &[]), CaseStage::Signed);
        let both = [kept.clone(), waiting.clone()];
        assert_eq!(stage(Some(Signed), &both), CaseStage::HomeAssigned);
        assert_eq!(stage(Some(Signed), &[waiting]), CaseStage::HomeAssigned);
        assert_eq!(stage(Some(Signed), &[kept]), CaseStage::HandedOver);
    }

    #[test]
    fn the_next_step_follows_stage_and_deadlines() {
        use NextStepCode::{CollectKeys, Done, Sign, Vacate, WaitForHome};
        let step = |stage, now: Circumstances| next_step(stage, &now, Language::Chinese);
        let (plan, demolish, supply) = (
            ParcelStage::Plan,
            ParcelStage::Demolish,
            ParcelStage::Supply,
        );

        let sign = step(CaseStage::Registered, now(plan, "2018-03-05", false));
        assert_eq!((sign.code, sign.days_left), (Sign, Some(26)));
        assert_eq!(sign.due_on, Some(day("2018-03-31")));
        let late = step(CaseStage::Drafted, now(plan, "2018-04-02", false));
        assert_eq!((late.code, late.days_left), (Sign, Some(-2)));

        for (parcel, today, code, days_left) in [
            (demolish, "2018-04-30", Vacate, Some(0)),
            (demolish, "2018-05-01", WaitForHome, None),
            (supply, "2018-04-01", WaitForHome, None),
        ] {
            let found = step(CaseStage::Signed, now(parcel, today, false));
            assert_eq!((found.code, found.days_left), (code, days_left), "{today}");
        }
        let undated = Circumstances {
            moving_by: None,
            ..now(plan, "2018-05-01", false)
        };
        let vacate = step(CaseStage::Signed, undated);
        assert_eq!((vacate.code, vacate.due_on), (Vacate, None));

        let assigned = |ready| step(CaseStage::HomeAssigned, now(supply, "2019-01-01", ready)).code;
        assert_eq!(
            (assigned(false), assigned(true)),
            (WaitForHome, CollectKeys)
        );
        let done = step(CaseStage::HandedOver, now(supply, "2019-01-01", false));
        assert_eq!((done.code, done.due_on), (Done, None));
    }

    #[test]
    fn titles_come_in_the_language_asked_for() {
        let now = now(ParcelStage::Plan, "2018-03-05", false);
        let title = |language| next_step(CaseStage::Registered, &now, language).title;
        assert_eq!(title(Language::Chinese), "签订安置补偿协议");
        assert_eq!(title(Language::English), "Sign the resettlement agreement");
    }

    #[test]
    fn a_grid_worker_gives_a_name_and_a_household_none() {
        use LookupChannel::{GridWorker, Household};
        let session = |channel, name: Option<&str>| NewSession {
            lookup_code: LookupCode::from_random([0; 8]),
            id_last_six: LastSix::parse("31002X").unwrap(),
            channel,
            assistant: name.map(|n| PersonName::parse(n).unwrap()),
        };
        assert_eq!(check(&session(Household, None)), Ok(()));
        assert_eq!(check(&session(GridWorker, Some("张网格"))), Ok(()));
        for (channel, name) in [(Household, Some("张网格")), (GridWorker, None)] {
            let refused = Err(Refusal::AssistantMismatch(channel));
            assert_eq!(check(&session(channel, name)), refused);
        }
    }

    /// Whoever guesses blindly, from any number of addresses, with one process serving.
    ///
    /// Assumed, all in the guesser's favour: a million codes are live at once; the limit for
    /// everyone together is used up every minute of a leap year; a household has ten adults; and
    /// the best guess of a last six is right for one adult in 28,000, that is: any day of the month
    /// (1 of 28), a sequence number from the commonest hundred, and a check character of ten. A code
    /// and a last six are guessed independently, so the chances multiply.
    #[test]
    fn guessing_for_a_year_is_expected_to_succeed_less_than_once_in_a_million() {
        let guesses = GUESSES_PER_MINUTE as u128 * 60 * 24 * 366;
        let (live_codes, adults, last_sixes): (u128, u128, u128) = (1_000_000, 10, 28 * 100 * 10);
        let code_space = 1_u128 << 60;
        // expected = guesses · (live codes / code space) · (adults / last sixes), in exact fractions
        let (numerator, denominator) = (guesses * live_codes * adults, code_space * last_sixes);
        assert!(
            numerator * 1_000_000 < denominator,
            "{numerator} / {denominator}"
        );
        assert!(
            numerator * 20_000_000 > denominator,
            "the bound is computed, not vacuous"
        );
    }
}
