//! Operations on jobs.

use poem_openapi::{OpenApi, param::Path};

use super::{kinds, model::Job, rules, store};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, IdempotencyKey, IfNoneMatch, Language, Problem, ReadProblem, Tag, Versioned,
        WriteProblem,
    },
    staff::{Staff, may},
    values::JobId,
};

pub struct JobsApi(pub App);

/// What a request without a body and without a version says besides its address.
const NOTHING: [u8; 32] = [0; 32];

fn no_job() -> Problem {
    Problem::not_found("任务", "job")
}

#[OpenApi(tag = "Tag::Reports")]
impl JobsApi {
    /// Read a job
    ///
    /// How far an import or a report is, one's own only; `links.result` is what it works on. Ask
    /// again with `If-None-Match` while it is queued or running.
    #[oai(path = "/jobs/:job_id", method = "get", operation_id = "getJob")]
    async fn get_job(
        &self,
        staff: Staff<may::Anyone>,
        job_id: Path<JobId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
        language: Language,
    ) -> Result<Versioned<Job>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_own(&mut conn, staff.key_id, job_id.0).await?;
        let job = found.ok_or_else(no_job)?.told_in(language);
        Ok(Versioned::new(&job, job.version).unless(&known))
    }

    /// Cancel a job
    ///
    /// Until it has ended; nothing of it is done, and what was written so far is taken back. Needs no
    /// `If-Match`: the version moves with the progress, and there is nothing in it to lose.
    #[oai(
        path = "/jobs/:job_id/cancellations",
        method = "post",
        operation_id = "cancelJob"
    )]
    async fn cancel_job(
        &self,
        staff: Staff<may::Anyone>,
        job_id: Path<JobId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        language: Language,
    ) -> Result<Versioned<Job>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &NOTHING).await?;
        let found = store::find_own(&mut act, staff.key_id, job_id.0).await?;
        let seen = found.ok_or_else(no_job)?;
        // In the order in which a worker ends its job, so that neither waits for the other: what it
        // works on first, then the job itself.
        kinds::abandon(&mut act, seen.kind, seen.subject_id).await?;
        let found = store::lock_own(&mut act, staff.key_id, job_id.0).await?;
        let before = found.ok_or_else(no_job)?;
        rules::cancel(before.state)?;
        let at = act.at;
        let version = store::cancel(&mut act, before.id, at).await?;
        let entry = Entry::new("job.cancelled", "job", before.id.0)
            .was(before.version)
            .became(version);
        audit::record(&self.0, &mut act, &entry).await?;
        let found = store::find_own(&mut act, staff.key_id, before.id).await?;
        let job = found.ok_or_else(no_job)?.told_in(language);
        act.commit(Versioned::new(&job, version)).await
    }
}
