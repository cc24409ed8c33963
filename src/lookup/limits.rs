//! How often a case may be asked for: per address, per code, and by everyone together.
//!
//! Windows are exact: at most so many in any span of that length. An attempt takes its place
//! before it is judged, so that a hundred at once are no way round, and gives the place under its
//! code back when it was no failure. Kept in memory, for this process.
//!
//! An answer says how many attempts its own address has left. What a code has left is never told
//! while it has any: fewer than one's own attempts account for would tell that somebody else uses
//! the code, so that there is one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::{
    http::{Limited, Policy, Problem, Source, Standing, Window, Words, WriteProblem},
    values::Instant,
};

/// Attempts of everyone together.
pub(super) const GUESSES_PER_MINUTE: usize = 600;
const PER_ADDRESS_AND_MINUTE: usize = 20;
const FAILURES_PER_CODE: usize = 6;
const MINUTE: TimeDelta = TimeDelta::minutes(1);
const QUARTER_HOUR: TimeDelta = TimeDelta::minutes(15);

/// An attempt that was let through.
#[derive(Debug)]
pub(super) struct Place {
    code_hash: [u8; 32],
    at: Instant,
    /// What its address has left.
    pub(super) standing: Standing,
}

/// An attempt that was not: which limit it must wait for, and how long.
#[derive(Debug)]
pub(super) struct TooMany {
    wait_s: u32,
    standing: Standing,
}

impl From<TooMany> for Limited<WriteProblem> {
    fn from(too_many: TooMany) -> Self {
        let problem = Problem::too_many("too-many-requests", "查询次数过多", "Too many lookups")
            .detail(Words::new(
                "为保护住户信息，请稍后再试",
                "to protect residents, wait before you try again",
            ))
            .retry_after(too_many.wait_s);
        Self::new(problem.into(), too_many.standing)
    }
}

/// The three windows.
#[derive(Debug)]
pub(super) struct Limits(Mutex<Windows>);

#[derive(Debug)]
struct Windows {
    everyone: Window<()>,
    addresses: Window<Source>,
    codes: Window<[u8; 32]>,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Windows {
            everyone: Window::new("everyone", GUESSES_PER_MINUTE, MINUTE),
            addresses: Window::new("address", PER_ADDRESS_AND_MINUTE, MINUTE),
            codes: Window::new("code", FAILURES_PER_CODE, QUARTER_HOUR),
        }))
    }

    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an attempt through and counts it, or says until when it must wait; what was refused
    /// does not count.
    pub(super) fn admit(
        &self,
        source: Source,
        code_hash: [u8; 32],
        now: Instant,
    ) -> Result<Place, TooMany> {
        let mut windows = self.windows();
        let policies = windows.policies();
        let waits = [
            (policies[0].name, windows.addresses.wait(&source, now)),
            (policies[1].name, windows.codes.wait(&code_hash, now)),
            (policies[2].name, windows.everyone.wait(&(), now)),
        ];
        if let Some((limit, wait_s)) = waits
            .into_iter()
            .filter_map(|(limit, wait)| Some((limit, wait?)))
            .max_by_key(|(_, wait)| *wait)
        {
            tracing::warn!(
                alert = "lookup-limit",
                limit,
                "a lookup was refused: too many"
            );
            let standing = Standing::new(&policies, limit, 0, wait_s);
            return Err(TooMany { wait_s, standing });
        }
        windows.addresses.note(source, now);
        windows.everyone.note((), now);
        windows.codes.note(code_hash, now);
        let (left, more_in_s) = windows.addresses.left(&source, now);
        Ok(Place {
            code_hash,
            at: now,
            standing: Standing::new(&policies, policies[0].name, left, more_in_s),
        })
    }

    /// The attempt was no failure: it does not count against its code.
    pub(super) fn forgive(&self, place: &Place) {
        self.windows().codes.forgive(&place.code_hash, place.at);
    }
}

impl Windows {
    fn policies(&self) -> [Policy; 3] {
        [
            self.addresses.policy(),
            self.codes.policy(),
            self.everyone.policy(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: [u8; 32] = [7; 32];

    fn at(seconds: i64) -> Instant {
        let start = Instant::parse("2018-03-05T02:00:00Z").unwrap();
        Instant::new(start.as_datetime() + TimeDelta::seconds(seconds))
    }

    fn code(number: u32) -> [u8; 32] {
        let mut code = [0; 32];
        code[..4].copy_from_slice(&number.to_be_bytes());
        code
    }

    fn address(number: u32) -> Source {
        Source::V4(number.to_be_bytes())
    }

    #[test]
    fn the_seventh_failure_of_a_code_waits_until_the_first_is_a_quarter_hour_old() {
        let limits = Limits::new();
        for n in 0..6 {
            limits.admit(address(n), CODE, at(i64::from(n))).unwrap();
        }
        let mut windows = limits.windows();
        assert_eq!(windows.codes.wait(&CODE, at(10)), Some(890));
        assert_eq!(windows.codes.wait(&CODE, at(899)), Some(1));
        assert_eq!(windows.codes.wait(&CODE, at(900)), None);
        assert_eq!(windows.codes.wait(&code(1), at(10)), None);
    }

    #[test]
    fn successes_do_not_count_against_a_code_but_attempts_under_way_do() {
        let limits = Limits::new();
        for n in 0..12 {
            let place = limits.admit(address(n), CODE, at(0)).unwrap();
            limits.forgive(&place);
        }
        let under_way: Vec<_> = (0..6)
            .map(|n| limits.admit(address(n), CODE, at(1)).unwrap())
            .collect();
        assert!(limits.admit(address(9), CODE, at(1)).is_err());
        limits.forgive(&under_way[0]);
        assert!(limits.admit(address(9), CODE, at(1)).is_ok());
    }

    #[test]
    fn an_address_has_twenty_a_minute_whatever_it_asks_for() {
        let limits = Limits::new();
        for n in 0..20 {
            let place = limits.admit(address(1), code(n), at(0)).unwrap();
            limits.forgive(&place);
        }
        assert!(limits.admit(address(1), code(99), at(59)).is_err());
        assert!(limits.admit(address(2), code(99), at(59)).is_ok());
        assert!(limits.admit(address(1), code(99), at(60)).is_ok());
    }

    #[test]
    fn ten_thousand_codes_in_a_row_are_stopped_from_any_number_of_addresses() {
        let limits = Limits::new();
        let admitted = (0..10_000)
            .filter(|n| limits.admit(address(*n), code(*n), at(0)).is_ok())
            .count();
        assert_eq!(admitted, GUESSES_PER_MINUTE);
        assert!(limits.admit(address(0), code(0), at(60)).is_ok());
    }

    #[test]
    fn a_clock_set_back_makes_nobody_wait_longer_than_the_window() {
        let limits = Limits::new();
        for n in 0..6 {
            limits.admit(address(n), CODE, at(100_000)).unwrap();
        }
        assert_eq!(limits.windows().codes.wait(&CODE, at(0)), Some(900));
    }
}
