//! The worker: takes jobs, a few at a time, and sees them through.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    kinds,
    model::{JobKind, JobState, KeptProblem},
    progress::Progress,
    rules,
    store::{self, Claimed},
};
use crate::{
    App,
    http::{Problem, forget_answers},
    rights::forget_copies,
    staff::Scope,
    values::{Instant, JobId},
};

/// Proof that a job was ended in a transaction and that this was committed.
#[derive(Debug)]
pub struct Done(());

/// A job being done.
#[derive(Debug)]
pub struct Running {
    job: Claimed,
    pub progress: Progress,
}

impl Running {
    pub fn id(&self) -> JobId {
        self.job.id
    }

    pub fn kind(&self) -> JobKind {
        self.job.kind
    }

    /// The import or report to work on.
    pub fn subject_id(&self) -> Uuid {
        self.job.subject_id
    }

    /// Ends the job as done, in the transaction of its effect; commit it right after.
    ///
    /// Refused when another worker has taken the job over meanwhile: then nothing may be committed.
    pub async fn succeed(
        &self,
        conn: &mut PgConnection,
        at: Instant,
        units: i64,
    ) -> Result<Done, Problem> {
        self.end(conn, JobState::Succeeded, None, at, Some(units))
            .await
    }

    /// Ends the job as failed for good, in the transaction of what it leaves behind.
    pub async fn fail(
        &self,
        conn: &mut PgConnection,
        at: Instant,
        units: i64,
        problem: &Problem,
    ) -> Result<Done, Problem> {
        self.end(conn, JobState::Failed, Some(problem), at, Some(units))
            .await
    }

    async fn end(
        &self,
        conn: &mut PgConnection,
        state: JobState,
        problem: Option<&Problem>,
        at: Instant,
        units: Option<i64>,
    ) -> Result<Done, Problem> {
        let kept = problem.map(KeptProblem::from);
        if store::finish(conn, &self.job, state, units, kept.as_ref(), at).await? {
            Ok(Done(()))
        } else {
            Err(Problem::internal(
                "the job was taken over by another worker",
            ))
        }
    }
}

/// Runs jobs until it is told to stop, and now and then clears away what is no longer needed.
pub struct Worker {
    app: App,
}

impl Worker {
    pub fn new(app: App) -> Self {
        Self { app }
    }

    /// Works until `stop`, on as many jobs at a time as the settings say, so that a small file does
    /// not wait for a large one; jobs under way are then given back and begun again elsewhere.
    pub async fn run(self, stop: CancellationToken) {
        let hands = (0..self.app.config.job_workers).map(|_| self.work(&stop));
        tokio::join!(futures_util::future::join_all(hands), self.sweep(&stop));
    }

    /// One job after the other.
    async fn work(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match claim(&self.app).await {
                Ok(Some(job)) => see_through(&self.app, job, stop).await,
                Ok(None) => self.wait(stop).await,
                Err(error) => {
                    tracing::warn!(%error, "the queue cannot be read");
                    self.wait(stop).await;
                }
            }
        }
    }

    /// Forgets kept answers and expired copies at the start and now and then; a failure waits for the next time.
    async fn sweep(&self, stop: &CancellationToken) {
        loop {
            match forget_answers(&self.app).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "kept answers forgotten"),
                Err(error) => tracing::warn!(%error, "kept answers could not be forgotten"),
            }
            match forget_copies(&self.app).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "expired copies forgotten"),
                Err(problem) => {
                    let cause = problem.cause_chain();
                    tracing::warn!(cause, "expired copies could not be forgotten");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rules::SWEEP_EVERY) => {}
            }
        }
    }

    async fn wait(&self, stop: &CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.app.job_queued.notified() => {}
            () = tokio::time::sleep(rules::POLL_EVERY) => {}
        }
    }
}

/// Does the jobs that wait, one by one, until there is none; how many there were.
pub async fn run_all(app: &App) -> sqlx::Result<u32> {
    run_until(app, &CancellationToken::new()).await
}

/// The same until `stop`; a job under way is then given back.
pub async fn run_until(app: &App, stop: &CancellationToken) -> sqlx::Result<u32> {
    let mut count = 0;
    while !stop.is_cancelled()
        && let Some(job) = claim(app).await?
    {
        see_through(app, job, stop).await;
        count += 1;
    }
    Ok(count)
}

fn lease_from(now: Instant) -> Instant {
    Instant::new(now.as_datetime() + rules::LEASE)
}

async fn claim(app: &App) -> sqlx::Result<Option<Claimed>> {
    let now = app.clock.now();
    let mut conn = app.db.acquire().await?;
    store::claim(&mut conn, now, lease_from(now)).await
}

/// How the work on a job came to its end.
enum Outcome {
    Ended(Result<Done, Problem>),
    LeaseLost,
    Stopped,
}

async fn see_through(app: &App, job: Claimed, stop: &CancellationToken) {
    let started = std::time::Instant::now();
    let outcome = work_on(app, &job, stop).await;
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let ended = match outcome {
        Outcome::Ended(Ok(Done(()))) => {
            tracing::info!(job = %job.id, kind = ?job.kind, duration_ms, "job ended");
            return;
        }
        Outcome::Ended(Err(problem)) => {
            let cause = problem.cause_chain();
            let code = problem.code();
            tracing::warn!(job = %job.id, kind = ?job.kind, code, cause, duration_ms, "job failed");
            after_failure(app, &job, &problem).await
        }
        Outcome::LeaseLost => {
            tracing::warn!(job = %job.id, "job was cancelled or taken over by another worker");
            return;
        }
        Outcome::Stopped => {
            tracing::info!(job = %job.id, "job given back");
            give_back(app, &job, None).await
        }
    };
    if let Err(error) = ended {
        // The lease passes, and the job is taken again.
        tracing::warn!(job = %job.id, %error, "the end of a job could not be written");
    }
}

async fn work_on(app: &App, job: &Claimed, stop: &CancellationToken) -> Outcome {
    if job.attempts > rules::ATTEMPTS_MAX {
        return Outcome::Ended(Err(rules::given_up()));
    }
    let progress = Progress::new(job.id, job.attempts);
    let mut running = Running {
        job: job.clone(),
        progress,
    };
    let work = AssertUnwindSafe(kinds::run(app, &mut running)).catch_unwind();
    tokio::select! {
        ended = work => Outcome::Ended(ended.unwrap_or_else(|_panic| {
            Err(Problem::internal("panic in a job"))
        })),
        () = until_lease_lost(app, job) => Outcome::LeaseLost,
        () = stop.cancelled() => Outcome::Stopped,
    }
}

/// Renews the lease for as long as it is ours; a job that was cancelled is nobody's.
async fn until_lease_lost(app: &App, job: &Claimed) {
    let mut renewed_at = std::time::Instant::now();
    loop {
        tokio::time::sleep(rules::LOOKED_EVERY).await;
        let due = renewed_at.elapsed() >= rules::LEASE_RENEWED_EVERY;
        let still_ours = async {
            let mut conn = app.db.acquire().await?;
            if due {
                store::renew(&mut conn, job, lease_from(app.clock.now())).await
            } else {
                store::is_ours(&mut conn, job).await
            }
        };
        if due {
            renewed_at = std::time::Instant::now();
        }
        match still_ours.await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(job = %job.id, %error, "lease not renewed"),
        }
    }
}

async fn after_failure(app: &App, job: &Claimed, problem: &Problem) -> sqlx::Result<()> {
    if rules::worth_another_try(problem, job.attempts) {
        let pause = rules::pause_after(job.attempts);
        let next = Instant::new(app.clock.now().as_datetime() + pause);
        return give_back(app, job, Some(next)).await;
    }
    let mut tx = app.begin(&Scope::everything()).await?;
    let (kept, now) = (KeptProblem::from(problem), app.clock.now());
    if store::finish(&mut tx, job, JobState::Failed, None, Some(&kept), now).await? {
        kinds::abandon(&mut tx, job.kind, job.subject_id).await?;
    }
    tx.commit().await
}

async fn give_back(app: &App, job: &Claimed, failed_until: Option<Instant>) -> sqlx::Result<()> {
    let mut conn = app.db.acquire().await?;
    store::give_back(&mut conn, job, failed_until).await
}
