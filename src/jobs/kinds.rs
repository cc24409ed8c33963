//! Which function does which job.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::JobKind,
    worker::{Done, Running},
};
use crate::{App, http::Problem, imports, reports, rights, rotation};

/// Does the work of a job.
///
/// The function ends the job in the transaction of its effect, by [`Running::succeed`] or, when
/// it is to be known as failed and still leaves something behind, by [`Running::fail`].
pub(super) async fn run(app: &App, job: &mut Running) -> Result<Done, Problem> {
    match job.kind() {
        JobKind::Import => imports::run(app, job).await,
        JobKind::Report => reports::run(app, job).await,
        JobKind::KeyRotation => rotation::run(app, job).await,
        JobKind::DataExport => rights::run(app, job).await,
    }
}

/// Clears up after a job that will never be done: cancelled, or failed for good.
pub(super) async fn abandon(
    conn: &mut PgConnection,
    kind: JobKind,
    subject_id: Uuid,
) -> sqlx::Result<()> {
    match kind {
        JobKind::Import => imports::abandon(conn, subject_id).await,
        JobKind::Report | JobKind::KeyRotation | JobKind::DataExport => Ok(()),
    }
}
