//! How often a case may be asked for: per address, per code, and by everyone together.
//!
//! Windows are exact: at most so many in any span of that length. An attempt takes its place
//! before it is judged, so that a hundred at once are no way round, and gives the place under its
//! code back when it was no failure. Kept in memory, for this process.
//!
//! An answer says how many attempts its own address has left. What a code has left is never told
//! while it has any: fewer than one's own attempts account for would tell that somebody else uses
//! the code, so that there is one.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;

use crate::{
    http::{ClientAddress, Limited, Policy, Problem, Standing, Words, WriteProblem},
    values::Instant,
};

/// Attempts of everyone together.
pub(super) const GUESSES_PER_MINUTE: usize = 600;
const PER_ADDRESS_AND_MINUTE: usize = 20;
const FAILURES_PER_CODE: usize = 6;
const MINUTE: TimeDelta = TimeDelta::minutes(1);
const QUARTER_HOUR: TimeDelta = TimeDelta::minutes(15);

/// Where an attempt comes from, as limits tell one from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Source {
    V4([u8; 4]),
    /// The network of an IPv6 address: one subscriber has all the rest.
    V6([u8; 8]),
    /// Not over the internet: a socket of this machine, a test.
    Local,
}

impl Source {
    pub(super) fn of(client: ClientAddress) -> Self {
        match client.0.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(ip)) => Self::V4(ip.octets()),
            Some(IpAddr::V6(ip)) => {
                let octets = ip.octets();
                Self::V6(*octets.first_chunk().expect("sixteen octets"))
            }
            None => Self::Local,
        }
    }
}

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
pub struct TooMany {
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

/// At most `limit` per key in any `span`.
#[derive(Debug)]
struct Window<K> {
    name: &'static str,
    limit: usize,
    span: TimeDelta,
    seen: HashMap<K, VecDeque<Instant>>,
    swept: Option<Instant>,
}

impl<K: Eq + Hash> Window<K> {
    fn new(name: &'static str, limit: usize, span: TimeDelta) -> Self {
        Self {
            name,
            limit,
            span,
            seen: HashMap::new(),
            swept: None,
        }
    }

    fn age(at: Instant, now: Instant) -> TimeDelta {
        now.as_datetime() - at.as_datetime()
    }

    fn policy(&self) -> Policy {
        Policy {
            name: self.name,
            quota: self.limit,
            window_s: self.span.num_seconds(),
        }
    }

    /// Seconds until the key is free again, at least one; `None` when it is free.
    fn wait(&mut self, key: &K, now: Instant) -> Option<u32> {
        let (left, more_in_s) = self.left(key, now);
        (left == 0).then_some(more_in_s)
    }

    /// How many attempts the key has left, and in how many seconds it has one more: at least one,
    /// unless all are left.
    fn left(&mut self, key: &K, now: Instant) -> (usize, u32) {
        let (span, limit) = (self.span, self.limit);
        let Some(seen) = self.seen.get_mut(key) else {
            return (limit, 0);
        };
        seen.retain(|at| Self::age(*at, now) < span);
        let more_in_s = seen.front().map_or(0, |oldest| {
            let left = (span - Self::age(*oldest, now)).clamp(TimeDelta::zero(), span);
            let whole = left.num_seconds() + i64::from(left.subsec_nanos() > 0);
            u32::try_from(whole).unwrap_or(u32::MAX).max(1)
        });
        (limit.saturating_sub(seen.len()), more_in_s)
    }

    fn note(&mut self, key: K, now: Instant) {
        self.sweep(now);
        self.seen.entry(key).or_default().push_back(now);
    }

    fn forgive(&mut self, key: &K, at: Instant) {
        if let Some(seen) = self.seen.get_mut(key)
            && let Some(place) = seen.iter().rposition(|noted| *noted == at)
        {
            seen.remove(place);
        }
    }

    /// Drops the keys that count for nothing any more, once per span: memory stays within what
    /// the limit for everyone lets through.
    fn sweep(&mut self, now: Instant) {
        let span = self.span;
        if self.swept.is_some_and(|at| Self::age(at, now).abs() < span) {
            return;
        }
        self.swept = Some(now);
        self.seen
            .retain(|_, seen| seen.iter().any(|at| Self::age(*at, now) < span));
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
    fn what_is_over_is_forgotten() {
        let limits = Limits::new();
        for n in 0..600 {
            limits.admit(address(n), code(n), at(0)).unwrap();
        }
        limits.admit(address(0), code(0), at(901)).unwrap();
        let windows = limits.windows();
        assert_eq!(
            (windows.addresses.seen.len(), windows.codes.seen.len()),
            (1, 1)
        );
    }

    #[test]
    fn a_clock_set_back_makes_nobody_wait_longer_than_the_window() {
        let limits = Limits::new();
        for n in 0..6 {
            limits.admit(address(n), CODE, at(100_000)).unwrap();
        }
        assert_eq!(limits.windows().codes.wait(&CODE, at(0)), Some(900));
    }

    #[test]
    fn one_subscriber_is_one_source() {
        let of = |text: &str| Source::of(ClientAddress(Some(text.parse().unwrap())));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:9::9"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
    }
}
