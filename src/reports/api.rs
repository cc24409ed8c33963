//! Operations on reports.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    document::ReportDocument,
    model::{NewReport, Report, ReportKind, ReportRow},
    paper,
    store::{self, Origin, ReportFilter},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    files,
    http::{
        Accepted, Act, Content, Cursor, Digested, FigureProblem, IdempotencyKey, IfNoneMatch, Json,
        Limit, Page, Paging, Problem, ReadProblem, Tag, Versioned, Workbook, WriteProblem, words,
    },
    jobs::{self, JobKind, JobState},
    parcels,
    staff::{Scope, Staff, may},
    values::{Instant, ProgrammeId, ReportId},
};

pub struct ReportsApi(pub App);

fn no_report() -> Problem {
    Problem::not_found("报表", "report")
}

#[OpenApi(tag = "Tag::Reports")]
impl ReportsApi {
    /// List reports
    ///
    /// Those ordered in the caller's role, newest first.
    #[oai(path = "/reports", method = "get", operation_id = "listReports")]
    async fn list_reports(
        &self,
        staff: Staff<may::OrderReports>,
        programme_id: Query<Option<ProgrammeId>>,
        kind: Query<Option<ReportKind>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Report>>, ReadProblem> {
        let filter = ReportFilter {
            programme_id: programme_id.0,
            kind: kind.0,
        };
        let paging =
            Paging::<Instant>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let after = paging.after().copied().zip(paging.after_id());
        let (role, take) = (staff.role, paging.take());
        let rows = store::list(&mut conn, &staff.scope, role, &filter, after, take).await?;
        let reports = rows.into_iter().map(ReportRow::tell).collect();
        Ok(Json::new(
            paging.page(reports, |r: &Report| (r.created_at, r.id.0)),
        ))
    }

    /// Order a report
    ///
    /// `signing-progress` tells the signing rate of every parcel of a programme,
    /// `household-ledger` every household with its agreement, flats and needs. Both stand for one
    /// legal day and come from one snapshot of the database. `Location` is the job.
    #[oai(path = "/reports", method = "post", operation_id = "orderReport")]
    async fn order_report(
        &self,
        staff: Staff<may::OrderReports>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewReport>,
    ) -> Result<Accepted<Report>, WriteProblem> {
        let new = &body.value;
        let as_of = new.as_of.unwrap_or_else(|| self.0.today());
        not_in_future(&self.0, "as_of", as_of)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = parcels::find_programme(&mut act, &staff.scope, new.programme_id).await?;
        found.ok_or_else(parcels::no_programme)?;
        let id = ReportId(self.0.fresh_id());
        let job_id = jobs::enqueue(&self.0, &mut act, JobKind::Report, id.0).await?;
        let origin = Origin {
            job_id,
            client_id: staff.key_id,
            role: staff.role,
            request_id: act.request_id,
            at: act.at,
        };
        store::insert(&mut act, id, new, as_of, &origin).await?;
        let entry = Entry::new("report.ordered", "report", id.0)
            .became(1)
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        let row = store::find(&mut act, &staff.scope, staff.role, id).await?;
        let accepted = Accepted {
            value: row.ok_or_else(no_report)?.tell(),
            location: jobs::address(job_id),
        };
        let accepted = act.commit(accepted).await?;
        jobs::wake(&self.0);
        Ok(accepted)
    }

    /// Read a report
    ///
    /// With the digests of its files once they are there.
    #[oai(
        path = "/reports/:report_id",
        method = "get",
        operation_id = "getReport"
    )]
    async fn get_report(
        &self,
        staff: Staff<may::OrderReports>,
        report_id: Path<ReportId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Report>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let report = find(&mut conn, &staff, report_id.0).await?.tell();
        Ok(Versioned::new(&report, report.version).unless(&known))
    }

    /// Download a report as XLSX
    ///
    /// The first sheet says what it is, of which day, and by which rules it was counted.
    #[oai(
        path = "/reports/:report_id/xlsx",
        method = "get",
        operation_id = "getReportXlsx"
    )]
    async fn get_report_xlsx(
        &self,
        staff: Staff<may::OrderReports>,
        report_id: Path<ReportId>,
    ) -> Result<Digested<Workbook>, FigureProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let row = find(&mut conn, &staff, report_id.0).await?;
        let file = (row.xlsx_file_id, row.xlsx_sha256.clone());
        Ok(self.send(&staff.scope, &row, file)?)
    }

    /// Download a report as JSON
    ///
    /// The same snapshot and parameters give the same bytes, but for `produced_at`.
    #[oai(
        path = "/reports/:report_id/json",
        method = "get",
        operation_id = "getReportJson"
    )]
    async fn get_report_json(
        &self,
        staff: Staff<may::OrderReports>,
        report_id: Path<ReportId>,
    ) -> Result<Digested<ReportDocument>, FigureProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let row = find(&mut conn, &staff, report_id.0).await?;
        let file = (row.json_file_id, row.json_sha256.clone());
        Ok(self.send(&staff.scope, &row, file)?)
    }
}

impl ReportsApi {
    /// A file of a report; 409 while there is none.
    fn send<C: Content>(
        &self,
        scope: &Scope,
        row: &ReportRow,
        file: (Option<Uuid>, Option<Vec<u8>>),
    ) -> Result<Digested<C>, Problem> {
        let (Some(id), Some(sha256)) = file else {
            return Err(not_ready(row.state));
        };
        let name = paper::file_name(row.kind, row.as_of, row.language);
        Ok(Digested::new(
            files::stream(&self.0, scope, id),
            name,
            &sha256,
        ))
    }
}

async fn find(
    conn: &mut PgConnection,
    staff: &Staff<may::OrderReports>,
    id: ReportId,
) -> Result<ReportRow, Problem> {
    let found = store::find(conn, &staff.scope, staff.role, id).await?;
    found.ok_or_else(no_report)
}

fn not_ready(state: JobState) -> Problem {
    let told = match state {
        JobState::Failed | JobState::Cancelled => words!(
            "生成任务已失败或取消，请重新提交",
            "the job failed or was cancelled; order the report again"
        ),
        JobState::Queued | JobState::Running | JobState::Succeeded => {
            words!(
                "生成任务尚未完成，请稍后再试",
                "the job has not ended yet; try again later"
            )
        }
    };
    Problem::conflict(
        "report-not-ready",
        "报表尚未生成",
        "The report is not ready",
    )
    .detail(told)
}
