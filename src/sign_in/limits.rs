//! How often somebody may try to sign in: per address, per account, and everyone together.
//!
//! Who guesses at an account from many addresses closes it to strangers for a while, and does not
//! lock its owner out: an address from which the account was opened before has attempts of its
//! own, which nobody else can use up. What a login has left is never told, and a login that nobody
//! has is counted like any other.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::{
    http::{Limited, Policy, Problem, Source, Standing, Window, Words, WriteProblem},
    values::Instant,
};

const PER_ADDRESS_AND_MINUTE: usize = 20;
/// Failures at one login: from all strange addresses together, and from each familiar one.
const FAILURES_PER_LOGIN: usize = 10;
/// Attempts from strange addresses, at all logins together.
const STRANGERS_PER_MINUTE: usize = 600;
const MINUTE: TimeDelta = TimeDelta::minutes(1);
const QUARTER_HOUR: TimeDelta = TimeDelta::minutes(15);

/// An attempt that was let through.
#[derive(Debug)]
pub(super) struct Place {
    login_hash: [u8; 32],
    source: Source,
    familiar: bool,
    at: Instant,
}

/// An attempt that was not: which limit it must wait for, and how long.
#[derive(Debug)]
pub(super) struct TooMany {
    wait_s: u32,
    standing: Standing,
}

impl From<TooMany> for Limited<WriteProblem> {
    fn from(too_many: TooMany) -> Self {
        let problem = Problem::too_many(
            "too-many-sign-ins",
            "登录尝试次数过多",
            "Too many attempts to sign in",
        )
        .detail(Words::new(
            "为保护账号，请稍后再试；从曾经成功登录的地点登录不受他人尝试的影响",
            "to protect accounts, wait before you try again; where you signed in before, the \
             attempts of others do not count",
        ))
        .retry_after(too_many.wait_s);
        Self::new(problem.into(), too_many.standing)
    }
}

#[derive(Debug)]
pub(super) struct Limits(Mutex<Windows>);

#[derive(Debug)]
struct Windows {
    addresses: Window<Source>,
    logins: Window<[u8; 32]>,
    familiar: Window<([u8; 32], Source)>,
    strangers: Window<()>,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Windows {
            addresses: Window::new("address", PER_ADDRESS_AND_MINUTE, MINUTE),
            logins: Window::new("login", FAILURES_PER_LOGIN, QUARTER_HOUR),
            familiar: Window::new("familiar", FAILURES_PER_LOGIN, QUARTER_HOUR),
            strangers: Window::new("strangers", STRANGERS_PER_MINUTE, MINUTE),
        }))
    }

    fn windows(&self) -> MutexGuard<'_, Windows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an attempt of an address, before anything is looked up; what it has left then.
    pub(super) fn admit_address(&self, source: Source, now: Instant) -> Result<Standing, TooMany> {
        let mut windows = self.windows();
        if let Some(wait_s) = windows.addresses.wait(&source, now) {
            return Err(windows.refuse("address", wait_s));
        }
        windows.addresses.note(source, now);
        let (left, more_in_s) = windows.addresses.left(&source, now);
        Ok(Standing::new(
            &windows.policies(),
            "address",
            left,
            more_in_s,
        ))
    }

    /// Counts an attempt at a login until it is known to be no failure.
    pub(super) fn admit_login(
        &self,
        login_hash: [u8; 32],
        source: Source,
        familiar: bool,
        now: Instant,
    ) -> Result<Place, TooMany> {
        let mut windows = self.windows();
        if familiar {
            if let Some(wait_s) = windows.familiar.wait(&(login_hash, source), now) {
                return Err(windows.refuse("familiar", wait_s));
            }
            windows.familiar.note((login_hash, source), now);
        } else {
            if let Some(wait_s) = windows.logins.wait(&login_hash, now) {
                return Err(windows.refuse("login", wait_s));
            }
            if let Some(wait_s) = windows.strangers.wait(&(), now) {
                return Err(windows.refuse("strangers", wait_s));
            }
            windows.logins.note(login_hash, now);
            windows.strangers.note((), now);
        }
        Ok(Place {
            login_hash,
            source,
            familiar,
            at: now,
        })
    }

    /// The attempt was no failure: it does not count against its login.
    pub(super) fn forgive(&self, place: &Place) {
        let mut windows = self.windows();
        if place.familiar {
            let key = (place.login_hash, place.source);
            windows.familiar.forgive(&key, place.at);
        } else {
            windows.logins.forgive(&place.login_hash, place.at);
        }
    }
}

impl Windows {
    fn policies(&self) -> [Policy; 4] {
        [
            self.addresses.policy(),
            self.logins.policy(),
            self.familiar.policy(),
            self.strangers.policy(),
        ]
    }

    fn refuse(&self, limit: &'static str, wait_s: u32) -> TooMany {
        tracing::warn!(
            alert = "sign-in-limit",
            limit,
            "an attempt was refused: too many"
        );
        TooMany {
            wait_s,
            standing: Standing::new(&self.policies(), limit, 0, wait_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: [u8; 32] = [7; 32];

    fn at(seconds: i64) -> Instant {
        let start = Instant::parse("2018-03-05T02:00:00Z").unwrap();
        Instant::new(start.as_datetime() + TimeDelta::seconds(seconds))
    }

    fn address(number: u32) -> Source {
        Source::V4(number.to_be_bytes())
    }

    #[test]
    fn a_thousand_addresses_have_ten_guesses_and_the_owner_still_comes_in() {
        let limits = Limits::new();
        let home = Source::V4([192, 0, 2, 1]);
        let guesses = (0..1000)
            .filter(|n| limits.admit_login(LOGIN, address(*n), false, at(0)).is_ok())
            .count();
        assert_eq!(guesses, FAILURES_PER_LOGIN);
        for _ in 0..FAILURES_PER_LOGIN {
            limits.admit_login(LOGIN, home, true, at(1)).unwrap();
        }
        assert!(limits.admit_login(LOGIN, home, true, at(1)).is_err());
        assert!(limits.admit_login(LOGIN, home, true, at(901)).is_ok());
    }

    #[test]
    fn guesses_at_all_logins_are_stopped_and_do_not_stop_who_is_familiar() {
        let limits = Limits::new();
        let login = |n: u32| [n.to_be_bytes(); 8].concat().try_into().unwrap();
        let guesses = (0..10_000)
            .filter(|n| {
                limits
                    .admit_login(login(*n), address(*n), false, at(0))
                    .is_ok()
            })
            .count();
        assert_eq!(guesses, STRANGERS_PER_MINUTE);
        assert!(limits.admit_login(LOGIN, address(0), true, at(0)).is_ok());
    }

    #[test]
    fn only_failures_count_against_a_login() {
        let limits = Limits::new();
        for n in 0..100 {
            let familiar = n % 2 == 0;
            let place = limits
                .admit_login(LOGIN, address(1), familiar, at(0))
                .unwrap();
            limits.forgive(&place);
        }
    }

    #[test]
    fn an_address_has_twenty_attempts_a_minute_good_or_bad() {
        let limits = Limits::new();
        for _ in 0..PER_ADDRESS_AND_MINUTE {
            limits.admit_address(address(1), at(0)).unwrap();
        }
        assert!(limits.admit_address(address(1), at(59)).is_err());
        assert!(limits.admit_address(address(2), at(59)).is_ok());
        assert!(limits.admit_address(address(1), at(60)).is_ok());
    }
}
