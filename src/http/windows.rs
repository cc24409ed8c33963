//! How often something may be tried: exact windows, counted per key.
//!
//! At most so many in any span of that length. An attempt takes its place before it is judged, so
//! that a hundred at once are no way round. Kept in memory, for this process.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
};

use chrono::TimeDelta;

use super::{ClientAddress, Policy};
use crate::values::Instant;

/// Where an attempt comes from, as limits tell one from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    V4([u8; 4]),
    /// The network of an IPv6 address: one subscriber has all the rest.
    V6([u8; 8]),
    /// Not over the internet: a socket of this machine, a test.
    Local,
}

impl Source {
    pub fn of(client: ClientAddress) -> Self {
        match client.0.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(ip)) => Self::V4(ip.octets()),
            Some(IpAddr::V6(ip)) => {
                let octets = ip.octets();
                Self::V6(*octets.first_chunk().expect("sixteen octets"))
            }
            None => Self::Local,
        }
    }

    /// What is hashed where a source is kept.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::V4(octets) => [&b"4"[..], octets].concat(),
            Self::V6(octets) => [&b"6"[..], octets].concat(),
            Self::Local => b"local".to_vec(),
        }
    }
}

/// At most `limit` per key in any `span`.
#[derive(Debug)]
pub struct Window<K> {
    name: &'static str,
    limit: usize,
    span: TimeDelta,
    seen: HashMap<K, VecDeque<Instant>>,
    swept: Option<Instant>,
}

impl<K: Eq + Hash> Window<K> {
    pub fn new(name: &'static str, limit: usize, span: TimeDelta) -> Self {
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

    /// The limit as callers are told of it.
    pub fn policy(&self) -> Policy {
        Policy {
            name: self.name,
            quota: self.limit,
            window_s: self.span.num_seconds(),
        }
    }

    /// Seconds until the key is free again, at least one; `None` when it is free.
    pub fn wait(&mut self, key: &K, now: Instant) -> Option<u32> {
        let (left, more_in_s) = self.left(key, now);
        (left == 0).then_some(more_in_s)
    }

    /// How many attempts the key has left, and in how many seconds it has one more: at least one,
    /// unless all are left.
    pub fn left(&mut self, key: &K, now: Instant) -> (usize, u32) {
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

    /// An attempt takes its place.
    pub fn note(&mut self, key: K, now: Instant) {
        self.sweep(now);
        self.seen.entry(key).or_default().push_back(now);
    }

    /// An attempt that does not count after all.
    pub fn forgive(&mut self, key: &K, at: Instant) {
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

    fn at(seconds: i64) -> Instant {
        let start = Instant::parse("2018-03-05T02:00:00Z").unwrap();
        Instant::new(start.as_datetime() + TimeDelta::seconds(seconds))
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let mut window = Window::new("address", 20, TimeDelta::minutes(1));
        for n in 0..600_u32 {
            window.note(Source::V4(n.to_be_bytes()), at(0));
        }
        window.note(Source::Local, at(61));
        assert_eq!(window.seen.len(), 1);
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
