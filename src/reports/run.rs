//! The job of a report.

use std::fs::File;

use serde_json::json;

use super::{
    model::{Ordered, ReportLanguage},
    paper,
    produce::{Follow, Order, produce},
    store::{self, Finished},
};
use crate::{
    App,
    audit::{self, Entry},
    files::{FileRef, store_file},
    http::{Act, Caller, MediaType, Problem, RequestId},
    jobs::{Done, Progress, Running},
    sheets::MAX_FILE_BYTES,
    staff::{self, Scope, may},
    values::ReportId,
};

struct Told<'a> {
    app: &'a App,
    progress: &'a mut Progress,
}

impl Follow for Told<'_> {
    async fn told(&mut self, done: i64, total: i64) {
        self.progress.set(self.app, done, Some(total)).await;
    }
}

/// Produces a report, keeps its files and ends the job, all or nothing.
pub async fn run(app: &App, job: &mut Running) -> Result<Done, Problem> {
    let id = ReportId(job.subject_id());
    let mut conn = app.begin(&Scope::everything()).await?;
    let found = store::find_order(&mut conn, id.0).await?;
    let ordered = found.ok_or_else(|| Problem::internal("a job without its report"))?;
    let scope = staff::scope_now::<may::OrderReports>(app, &mut conn, ordered.client_id).await?;
    drop(conn);
    let order = Order {
        programme_id: ordered.programme_id,
        kind: ordered.kind,
        as_of: ordered.as_of,
        language: ordered.language,
        scope: scope.clone(),
    };
    let mut follow = Told {
        app,
        progress: &mut job.progress,
    };
    let produced = produce(app, &order, &mut follow).await?;

    let mut act = begin(app, &ordered, scope).await?;
    let json = keep(app, &mut act, &order, MediaType::Json, produced.json).await?;
    let xlsx = keep(app, &mut act, &order, MediaType::Xlsx, produced.xlsx).await?;
    let finished = Finished {
        definition: order.kind.definition(),
        row_count: produced.rows,
        json_file_id: json.id,
        xlsx_file_id: xlsx.id,
        at: produced.produced_at,
    };
    let version = store::finish(&mut act, id, &finished).await?;
    let entry = Entry::new("report.produced", "report", id.0)
        .was(version - 1)
        .became(version)
        .changed(json!({
            "kind": order.kind.key(),
            "programme_id": order.programme_id,
            "as_of": order.as_of,
            "language": order.language.key(),
            "definition": finished.definition,
            "rows": produced.rows,
            "json_sha256": hex::encode(json.sha256),
            "xlsx_sha256": hex::encode(xlsx.sha256),
        }));
    audit::record(app, &mut act, &entry).await?;
    let at = act.at;
    let done = job.succeed(&mut act, at, produced.rows).await?;
    act.conclude(done).await
}

/// The job acts as whoever ordered it, and is found in the trail under that request.
async fn begin(app: &App, ordered: &Ordered, scope: Scope) -> Result<Act, Problem> {
    let caller = Caller {
        client_id: ordered.client_id,
        staff_id: ordered.staff_id,
        role: ordered.role.key(),
        scope,
    };
    Act::begin_conditional(app, &caller, RequestId(ordered.request_id)).await
}

async fn keep(
    app: &App,
    act: &mut Act,
    order: &Order,
    media_type: MediaType,
    file: File,
) -> Result<FileRef, Problem> {
    let language: ReportLanguage = order.language;
    let name = paper::file_name(order.kind, order.as_of, language);
    let name = format!("{name}.{}", media_type.extension());
    let reader = tokio::fs::File::from_std(file);
    store_file(
        act,
        app,
        &name,
        media_type.essence(),
        reader,
        MAX_FILE_BYTES,
    )
    .await
}
