//! The job of an import: one reading, one transaction, everything or nothing.

use std::{collections::HashMap, sync::Arc};

use poem::{error::ResponseError as _, http::StatusCode};
use sqlx::PgConnection;
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::{
    ledger::{FitRow, Ledger},
    model::{ImportKind, ImportMode, ImportTotals, Order, RowRecord, RowVerdict},
    reading,
    shapes::shape_of,
    store,
    tables::{Agreements, Flats, Ground, InspectionPoints, Needs, Parcels, Roster, Table},
};
use crate::{
    App,
    audit::{self, Entry},
    files,
    http::{Act, Caller, Problem, RequestId, words},
    jobs::{Done, Running},
    staff::{self, Scope, may},
};

/// How many records go into one statement.
const RECORDS_AT_ONCE: usize = 5_000;

/// Reads the file of an import and does what it was ordered for.
pub async fn run(app: &App, job: &mut Running) -> Result<Done, Problem> {
    let mut conn = app.begin(&Scope::everything()).await?;
    let found = store::find_order(&mut conn, job.subject_id()).await?;
    let order = found.ok_or_else(|| Problem::internal("a job without its import"))?;
    let scope = staff::scope_now::<may::Import>(app, &mut conn, order.client_id).await?;
    let file = files::spool(&mut conn, app, order.file_id).await?;
    let parcels = store::parcels_of(&mut conn, &scope, order.programme_id).await?;
    drop(conn);
    let parcels: Parcels = Arc::new(parcels);
    let import = Importing {
        app,
        order: &order,
        scope,
        file,
    };
    match order.kind {
        ImportKind::Roster => import.run(job, Roster, parcels).await,
        ImportKind::Agreements => import.run(job, Agreements, parcels).await,
        ImportKind::Flats => import.run(job, Flats::default(), ()).await,
        ImportKind::InspectionPoints => import.run(job, InspectionPoints, ()).await,
        ImportKind::Needs => import.run(job, Needs, parcels).await,
    }
}

/// Forgets the file of an import that will never be done.
pub async fn abandon(conn: &mut PgConnection, import: Uuid) -> sqlx::Result<()> {
    match store::find_file(conn, import).await? {
        Some(file) => files::erase(conn, file).await,
        None => Ok(()),
    }
}

struct Importing<'a> {
    app: &'a App,
    order: &'a Order,
    scope: Scope,
    file: NamedTempFile,
}

impl Importing<'_> {
    async fn run<T: Table>(
        self,
        job: &mut Running,
        mut table: T,
        known: T::Known,
    ) -> Result<Done, Problem> {
        let opened = self.open().await?;
        let columns = columns(self.order.kind, &opened.binding);
        let mut ledger = Ledger::new(T::ONCE, columns, T::shown);
        let ground = self.ground();
        let commits = self.order.mode == ImportMode::Commit;
        let mut act = self.begin().await?;
        let mut batches = reading::start::<T>(opened, known);
        while let Some(batch) = batches.next().await? {
            let (names, rows) = ledger.admit(batch).into_iter().map(FitRow::split).unzip();
            let write = commits && !ledger.any_refused();
            let judged = table.judge(&mut act, &ground, rows, write).await;
            let outcomes = judged.map_err(|problem| crossed(problem, write))?;
            let mut records = ledger.settle(names, outcomes);
            if commits {
                records.retain(|record| record.verdict == RowVerdict::Changed);
            }
            store::insert_rows(&mut act, self.order.id, &records).await?;
            let done = i64::try_from(ledger.rows()).unwrap_or(i64::MAX);
            job.progress.set(self.app, done, None).await;
        }
        if commits && ledger.any_refused() {
            // Everything written so far goes with the transaction.
            drop(act);
            return self.refuse(job, ledger).await;
        }
        let absent = match (commits, T::COUNTS_ABSENT) {
            (false, true) => Some(self.list_absent(&mut act, &ledger).await?),
            _ => None,
        };
        let totals = ledger.totals(absent);
        self.list_refused(&mut act, ledger).await?;
        let action = if commits {
            "import.committed"
        } else {
            "import.validated"
        };
        self.close(&mut act, action, commits, &totals).await?;
        let at = act.at;
        let done = job.succeed(&mut act, at, i64::from(totals.rows)).await?;
        act.conclude(done).await
    }

    async fn open(&self) -> Result<reading::Opened, Problem> {
        let path = self.file.path().to_owned();
        let (name, kind) = (self.order.file_name.clone(), self.order.kind);
        tokio::task::spawn_blocking(move || reading::open(&path, &name, kind))
            .await
            .map_err(Problem::internal)?
    }

    fn ground(&self) -> Ground {
        Ground {
            app: self.app.clone(),
            scope: self.scope.clone(),
            programme_id: self.order.programme_id,
        }
    }

    /// The job acts as whoever ordered it, and is found in the trail under that request.
    async fn begin(&self) -> Result<Act, Problem> {
        let caller = Caller {
            client_id: self.order.client_id,
            staff_id: self.order.staff_id,
            role: self.order.role.key(),
            scope: self.scope.clone(),
        };
        Act::begin_conditional(self.app, &caller, RequestId(self.order.request_id)).await
    }

    /// A commit that met a mistake: the mistakes are kept, nothing else is.
    async fn refuse(&self, job: &mut Running, ledger: Ledger) -> Result<Done, Problem> {
        let totals = ledger.totals(None);
        let mut act = self.begin().await?;
        self.list_refused(&mut act, ledger).await?;
        self.close(&mut act, "import.refused", false, &totals)
            .await?;
        let ImportTotals { refused, rows, .. } = totals;
        let problem = Problem::invalid(
            "import-refused",
            "文件中有错误，未写入任何数据",
            "The file has mistakes; nothing was written",
        )
        .detail(words!(
            "{rows} 行中有 {refused} 行被拒绝，请下载错误清单，更正后重新提交",
            "{refused} of {rows} rows were refused; download the findings, correct them and send the file again"
        ));
        let at = act.at;
        let done = job.fail(&mut act, at, i64::from(rows), &problem).await?;
        act.conclude(done).await
    }

    async fn list_refused(&self, act: &mut Act, ledger: Ledger) -> sqlx::Result<()> {
        let (refused, taken_back) = ledger.close();
        store::delete_rows(act, self.order.id, &taken_back).await?;
        for records in refused.chunks(RECORDS_AT_ONCE) {
            store::insert_rows(act, self.order.id, records).await?;
        }
        Ok(())
    }

    /// Lists the households of the named parcels that the file does not have; how many there are.
    async fn list_absent(&self, act: &mut Act, ledger: &Ledger) -> sqlx::Result<i32> {
        let parcels = ledger.parcels();
        let take = i64::try_from(RECORDS_AT_ONCE).expect("a small number");
        let (mut count, mut row_no) = (0, ledger.last_row());
        let mut after = (String::new(), String::new());
        loop {
            let programme = self.order.programme_id;
            let page =
                store::list_households(act, &self.scope, programme, &parcels, &after, take).await?;
            let mut records = vec![];
            for (parcel, number) in &page {
                let key = format!("{parcel} / {number}");
                if ledger.has(&key) {
                    continue;
                }
                row_no += 1;
                count += 1;
                records.push(RowRecord {
                    row_no,
                    verdict: RowVerdict::Absent,
                    key: Some(key),
                    findings: vec![],
                });
            }
            store::insert_rows(act, self.order.id, &records).await?;
            let full = page.len() == RECORDS_AT_ONCE;
            match page.into_iter().next_back() {
                Some(last) if full => after = last,
                _ => return Ok(count),
            }
        }
    }

    /// What every import leaves behind, whatever its outcome.
    async fn close(
        &self,
        act: &mut Act,
        action: &'static str,
        committed: bool,
        totals: &ImportTotals,
    ) -> Result<(), Problem> {
        let at = act.at;
        store::finish(act, self.order.id, committed, totals, at).await?;
        files::erase(act, self.order.file_id).await?;
        let entry = Entry::new(action, "import", self.order.id.0)
            .was(1)
            .became(2)
            .changed(audit::fields(totals));
        audit::record(self.app, act, &entry).await
    }
}

/// What stood in the way was not there when the rows were judged: somebody wrote the same at that
/// moment. It is there when the job is tried again.
fn crossed(problem: Problem, write: bool) -> Problem {
    if write && problem.status() == StatusCode::CONFLICT {
        return Problem::unavailable(
            "import-crossed",
            "同一数据正由他人写入",
            "The same data were being written by somebody else",
        )
        .detail(words!(
            "已自动重试；若再次出现，请稍后重新提交",
            "it was tried again; if it happens once more, send the file again later"
        ))
        .caused_by(problem);
    }
    problem
}

fn columns(kind: ImportKind, binding: &crate::sheets::Binding) -> HashMap<&'static str, u32> {
    let columns = shape_of(kind).columns.iter();
    columns
        .filter_map(|c| Some((c.key, binding.column(c.key)?)))
        .collect()
}
