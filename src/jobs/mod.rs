//! Long work (任务): a queue in the database, a worker in the process, progress for who waits.
//!
//! A job is queued in the transaction of the request that asked for it. A worker leases it, does
//! it and ends it in the very transaction of its work, so that a job is either done with its
//! effect or not done at all. A worker that dies gives its job back when the lease passes. Tables:
//! `job`.

mod api;
mod kinds;
pub mod model;
mod progress;
mod rules;
mod store;
mod worker;

use uuid::Uuid;

use crate::{App, http::Act, values::JobId};

pub use api::JobsApi;
pub use model::{Job, JobKind, JobState};
pub use progress::Progress;
pub use worker::{Done, Running, Worker, run_all, run_until};

/// Queues a job about an import or a report, in the transaction of the request.
///
/// Once that is committed, [`wake`] spares the caller the wait.
pub async fn enqueue(
    app: &App,
    act: &mut Act,
    kind: JobKind,
    subject_id: Uuid,
) -> sqlx::Result<JobId> {
    let id = JobId(app.fresh_id());
    let (client_id, at) = (act.caller.client_id, act.at);
    store::insert(act, id, kind, subject_id, client_id, at).await?;
    Ok(id)
}

/// Tells the worker of this process that a job was queued and committed.
pub fn wake(app: &App) {
    app.job_queued.notify_one();
}

/// Where a job is seen, for `Location`.
pub fn address(id: JobId) -> String {
    format!("/v1/jobs/{id}")
}
