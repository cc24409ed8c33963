//! Rules of the lookup.

use super::model::{LookupChannel, NewSession};
use crate::http::{Problem, words};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lookup::limits::GUESSES_PER_MINUTE,
        values::{LastSix, LookupCode, PersonName},
    };

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
