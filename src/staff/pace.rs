//! How often one caller may ask (请求频率): so many requests in ten seconds, whatever they are.
//!
//! Counted per person, or per key while nobody is known behind it, in this process. What the program
//! asks itself is not counted: it came over no network.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use uuid::Uuid;

use super::Known;
use crate::{
    http::{ClientAddress, Problem, Standing, Window, Words},
    values::Instant,
};

const LIMIT: &str = "client";
const SPAN_S: i64 = 10;

/// The requests of every caller within the last ten seconds.
#[derive(Debug, Clone)]
pub struct Pace(Option<Arc<Mutex<Window<Uuid>>>>);

impl Pace {
    /// At most `requests` of one caller in ten seconds; 0 for any number.
    pub fn of(requests: usize) -> Self {
        let window = || Window::new(LIMIT, requests, TimeDelta::seconds(SPAN_S));
        Self((requests > 0).then(|| Arc::new(Mutex::new(window()))))
    }

    /// Counts a request; where its caller stands then, and the refusal when that is too many.
    pub(super) fn count(
        &self,
        known: &Known,
        from: ClientAddress,
        now: Instant,
    ) -> Option<(Standing, Option<Problem>)> {
        let window = self.0.as_ref().filter(|_| from.0.is_some())?;
        let caller = known.staff_id.unwrap_or(known.client_id);
        let mut window = window.lock().unwrap_or_else(PoisonError::into_inner);
        let wait_s = window.wait(&caller, now);
        if wait_s.is_none() {
            window.note(caller, now);
        }
        let (left, more_in_s) = window.left(&caller, now);
        let standing = Standing::new(&[window.policy()], LIMIT, left, more_in_s);
        Some((standing, wait_s.map(too_many)))
    }
}

fn too_many(wait_s: u32) -> Problem {
    Problem::too_many("client-too-fast", "请求过于频繁", "Too many requests")
        .detail(Words::new(
            "请放慢请求，或改用批量导入、导出",
            "ask more slowly, or use an import or an export",
        ))
        .retry_after(wait_s)
}
