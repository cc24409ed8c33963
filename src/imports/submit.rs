//! Taking a file in: stored, ordered, queued.

use std::path::Path;

use serde_json::json;

use super::{
    model::{Import, ImportKind, ImportMode},
    store::{self, NewImport},
};
use crate::{
    App,
    audit::{self, Entry},
    files::store_file,
    http::{Act, Problem},
    jobs::{self, JobKind},
    staff::Role,
    values::{ImportId, ProgrammeId},
};

/// A file on disk and what is to be made of it.
#[derive(Debug, Clone, Copy)]
pub struct NewOrder<'a> {
    /// A programme that whoever orders it may see.
    pub programme_id: ProgrammeId,
    pub kind: ImportKind,
    pub mode: ImportMode,
    /// The role it is ordered in.
    pub role: Role,
    pub file_name: &'a str,
    pub media_type: &'a str,
    pub path: &'a Path,
}

/// Stores the file and queues the job that reads it, in the transaction of the act; wake the
/// worker with [`jobs::wake`] when that is committed.
pub async fn submit(app: &App, act: &mut Act, order: &NewOrder<'_>) -> Result<Import, Problem> {
    let reader = tokio::fs::File::open(order.path)
        .await
        .map_err(Problem::internal)?;
    let limit = app.config.upload_bytes_max;
    let file = store_file(act, app, order.file_name, order.media_type, reader, limit).await?;
    let id = ImportId(app.fresh_id());
    let job_id = jobs::enqueue(app, act, JobKind::Import, id.0).await?;
    let new = NewImport {
        id,
        programme_id: order.programme_id,
        kind: order.kind,
        mode: order.mode,
        file_id: file.id,
        job_id,
        client_id: act.caller.client_id,
        role: order.role,
        request_id: act.request_id,
        at: act.at,
    };
    store::insert(act, &new).await?;
    let entry = Entry::new("import.ordered", "import", id.0)
        .became(1)
        .changed(json!({
            "programme_id": order.programme_id.to_string(),
            "kind": order.kind.key(),
            "mode": order.mode.key(),
            "sha256": hex::encode(file.sha256),
        }));
    audit::record(app, act, &entry).await?;
    let found = store::find_own(act, new.client_id, id).await?;
    found.ok_or_else(|| Problem::internal("an import that was just written"))
}
