//! The job of a copy, and the end of copies.

use chrono::TimeDelta;
use serde_json::json;
use tokio::io::AsyncRead;
use uuid::Uuid;

use super::{
    gather::gather,
    paper,
    store::{self, Ordered},
};
use crate::{
    App,
    audit::{self, Entry},
    files::{self, FileRef, store_file},
    households::no_person,
    http::{Act, Caller, MediaType, Problem, RequestId},
    jobs::{Done, Running},
    rights::{model::State, refusals::Refusal, rules::COPY_KEPT_DAYS},
    sheets::MAX_FILE_BYTES,
    staff::{self, Scope, may},
    values::{DataRequestId, Instant},
};

/// How many files of expired copies are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 100;

/// Makes a copy, keeps its files and ends the job, all or nothing.
pub async fn run(app: &App, job: &mut Running) -> Result<Done, Problem> {
    let id = DataRequestId(job.subject_id());
    let mut conn = app.begin(&Scope::everything()).await?;
    let found = store::find_order(&mut conn, id, job.id().0).await?;
    let ordered = found.ok_or_else(|| Problem::internal("a job without its request"))?;
    must_be_accepted(&ordered)?;
    let client = ordered.client_id;
    let scope = staff::scope_now::<may::DecideDataRequests>(app, &mut conn, client).await?;
    drop(conn);
    let person = ordered.person_id.ok_or_else(no_person)?;
    let copy = gather(app, &scope, id, ordered.household_id, person).await?;
    let json = serde_json::to_vec_pretty(&copy).map_err(Problem::internal)?;
    let (xlsx, facts) = paper::workbook(app, &copy, ordered.language.into()).await?;
    let xlsx = tokio::fs::File::from_std(xlsx);
    let mut act = begin(app, &ordered, scope).await?;
    // Whoever erases the person meanwhile waits, or was first and the copy is not kept.
    let found = store::find_order(&mut act, id, job.id().0).await?;
    let before = found.ok_or_else(|| Problem::internal("a job without its request"))?;
    must_be_accepted(&before)?;
    let json = keep(app, &mut act, &ordered, MediaType::Json, &*json).await?;
    let xlsx = keep(app, &mut act, &ordered, MediaType::Xlsx, xlsx).await?;
    let expires_at = act.at.as_datetime() + TimeDelta::days(COPY_KEPT_DAYS);
    let files = (json.id, xlsx.id);
    let version = store::finish(&mut act, id, files, Instant::new(expires_at)).await?;
    let entry = Entry::new("personal_data_request.done", "personal_data_request", id.0)
        .within(before.parcel_id)
        .was(before.version)
        .became(version)
        .because("export")
        .changed(json!({
            "json_sha256": hex::encode(json.sha256),
            "xlsx_sha256": hex::encode(xlsx.sha256),
        }));
    audit::record(app, &mut act, &entry).await?;
    let at = act.at;
    let done = job.succeed(&mut act, at, facts).await?;
    act.conclude(done).await
}

/// 409 when there is nothing to copy any more, because the person was erased.
fn must_be_accepted(ordered: &Ordered) -> Result<(), Problem> {
    match ordered.state {
        State::Accepted => Ok(()),
        other => Err(Refusal::NotOpen(other).into()),
    }
}

/// The job acts as whoever decided, and is found in the trail under that request.
async fn begin(app: &App, ordered: &Ordered, scope: Scope) -> Result<Act, Problem> {
    let client_id = ordered.client_id;
    let decided_by = ordered.decided_by.map(|by| by.0);
    let caller = Caller {
        client_id,
        staff_id: decided_by.filter(|by| *by != client_id),
        role: ordered.decided_as.map_or("machine", staff::Role::key),
        scope,
    };
    let request_id = ordered.decided_in.unwrap_or_else(|| app.fresh_id());
    Act::begin_conditional(app, &caller, RequestId(request_id)).await
}

async fn keep(
    app: &App,
    act: &mut Act,
    ordered: &Ordered,
    media_type: MediaType,
    bytes: impl AsyncRead + Unpin,
) -> Result<FileRef, Problem> {
    let name = format!(
        "{}.{}",
        paper::file_name(app.today()),
        media_type.extension()
    );
    let essence = media_type.essence();
    let file = store_file(act, app, &name, essence, bytes, MAX_FILE_BYTES).await?;
    files::give_to(act, file.id, ordered.unit).await?;
    Ok(file)
}

/// Forgets the files of copies that have expired; how many.
pub async fn forget(app: &App) -> Result<u64, Problem> {
    let mut forgotten = 0;
    loop {
        let mut tx = app.begin(&Scope::everything()).await?;
        let now = app.clock.now();
        let files: Vec<Uuid> = store::expired(&mut tx, now, FORGOTTEN_AT_ONCE).await?;
        for file in &files {
            files::erase(&mut tx, *file).await?;
        }
        tx.commit().await?;
        forgotten += files.len() as u64;
        if files.is_empty() {
            return Ok(forgotten);
        }
    }
}
