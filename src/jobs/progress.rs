//! How far a job is, told while its transaction runs.

use std::time::{Duration, Instant};

use super::store;
use crate::{App, values::JobId};

/// Telling more often would cost more than it is worth.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// Tells how far a job is, on a connection of its own so that others see it at once.
#[derive(Debug)]
pub struct Progress {
    id: JobId,
    attempts: i32,
    told: Option<Instant>,
}

impl Progress {
    pub(super) fn new(id: JobId, attempts: i32) -> Self {
        Self {
            id,
            attempts,
            told: None,
        }
    }

    /// Tells the units done, and of how many when that is known; most calls tell nothing.
    ///
    /// Best effort: work does not fail because nobody could be told how far it is.
    pub async fn set(&mut self, app: &App, done: i64, total: Option<i64>) {
        if self.told.is_some_and(|told| told.elapsed() < TOLD_EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        let told = async {
            let mut conn = app.db.acquire().await?;
            store::advance(&mut conn, self.id, self.attempts, done, total).await
        };
        if let Err(error) = told.await {
            tracing::debug!(job = %self.id, %error, "progress not told");
        }
    }
}
