//! Operations on imports.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use uuid::Uuid;

use super::{
    findings,
    model::{Import, ImportKind, ImportRow, RowVerdict},
    reading,
    shapes::shape_of,
    store, submit,
    upload::ImportUpload,
};
use crate::{
    App,
    http::{
        Accepted, Act, Cursor, Download, IdempotencyKey, IfNoneMatch, Json, Language, Limit,
        MediaType, Page, Paging, Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    jobs,
    parcels::{find_programme, no_programme},
    sheets,
    staff::{Scope, Staff, may},
    values::ImportId,
};

pub struct ImportsApi(pub App);

fn no_import() -> Problem {
    Problem::not_found("导入", "import")
}

/// Whoever loads a file must have the right to write what it holds.
fn entitled(staff: &Staff<may::Import>, kind: ImportKind) -> Result<(), Problem> {
    match kind {
        ImportKind::Roster => staff.must_also::<may::WriteHouseholds>(),
        ImportKind::Agreements => staff.must_also::<may::WriteAgreements>(),
        ImportKind::Flats => staff.must_also::<may::WriteHousing>(),
        ImportKind::InspectionPoints => staff.must_also::<may::Inspect>(),
        ImportKind::Needs => staff.must_also::<may::WriteNeeds>(),
    }
}

#[OpenApi(tag = "Tag::Imports")]
impl ImportsApi {
    /// Load a file
    ///
    /// XLSX or CSV (UTF-8 or GB18030) with Chinese or English headings. A file that is no table
    /// or lacks a column is refused at once; its rows are looked at by a job. `validate` tells
    /// what would happen to every row; `commit` writes all rows, or none when one is refused.
    /// Rows known by their number are corrected, and nothing is ever deleted.
    #[oai(path = "/imports", method = "post", operation_id = "createImport")]
    async fn create_import(
        &self,
        staff: Staff<may::Import>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        upload: ImportUpload,
    ) -> Result<Accepted<Import>, WriteProblem> {
        entitled(&staff, upload.kind)?;
        let digest = upload.digest();
        let upload = tokio::task::spawn_blocking(move || {
            let (path, name) = (upload.file.on_disk.path(), &upload.file.name);
            reading::open(path, name, upload.kind).map(|_| upload)
        })
        .await
        .map_err(Problem::internal)??;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &digest).await?;
        let found = find_programme(&mut act, &staff.scope, upload.programme_id).await?;
        let programme = found.ok_or_else(no_programme)?;
        let order = submit::NewOrder {
            programme_id: programme.id,
            kind: upload.kind,
            mode: upload.mode,
            role: staff.role,
            file_name: &upload.file.name,
            media_type: &upload.file.media_type,
            path: upload.file.on_disk.path(),
        };
        let import = submit::submit(&self.0, &mut act, &order).await?;
        let location = jobs::address(import.job_id);
        let answer = Accepted {
            value: import,
            location,
        };
        let answer = act.commit(answer).await?;
        jobs::wake(&self.0);
        Ok(answer)
    }

    /// Read an import
    ///
    /// One's own only. Its totals are there once the job has ended; `committed` tells whether the
    /// rows were written.
    #[oai(
        path = "/imports/:import_id",
        method = "get",
        operation_id = "getImport"
    )]
    async fn get_import(
        &self,
        staff: Staff<may::Import>,
        import_id: Path<ImportId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Import>, ReadProblem> {
        let import = self.find(&staff.scope, staff.key_id, import_id.0).await?;
        Ok(Versioned::new(&import, import.version).unless(&known))
    }

    /// Rows of an import
    ///
    /// In the order of the file, in the caller's language. A validation lists every row; a commit
    /// lists what it changed, or what was refused.
    #[oai(
        path = "/imports/:import_id/rows",
        method = "get",
        operation_id = "listImportRows"
    )]
    async fn list_import_rows(
        &self,
        staff: Staff<may::Import>,
        import_id: Path<ImportId>,
        verdict: Query<Option<RowVerdict>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
        language: Language,
    ) -> Result<Json<Page<ImportRow>>, ReadProblem> {
        let import = self.find(&staff.scope, staff.key_id, import_id.0).await?;
        let filter = (import.id, verdict.0);
        let paging =
            Paging::<i32>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let after = paging.after().copied().unwrap_or_default();
        let mut conn = self.0.begin(&staff.scope).await?;
        let rows = store::list_rows(&mut conn, import.id, verdict.0, after, paging.take()).await?;
        let told = rows.into_iter();
        let told = told.map(|row| row.told_in(language, import.kind)).collect();
        Ok(Json::new(
            paging.page(told, |row| (row.row_no, Uuid::nil())),
        ))
    }

    /// Findings of an import
    ///
    /// An XLSX file with one line per mistake: row, column, what is wrong. With another verdict,
    /// one line per difference or per row.
    #[oai(
        path = "/imports/:import_id/findings",
        method = "get",
        operation_id = "downloadImportFindings"
    )]
    async fn download_import_findings(
        &self,
        staff: Staff<may::Import>,
        import_id: Path<ImportId>,
        /// Which rows; the refused ones when not said.
        verdict: Query<Option<RowVerdict>>,
        language: Language,
    ) -> Result<Download, ReadProblem> {
        let import = self.find(&staff.scope, staff.key_id, import_id.0).await?;
        let verdict = verdict.0.unwrap_or(RowVerdict::Refused);
        let body = findings::workbook(&self.0, &staff.scope, &import, verdict, language).await?;
        let name = match language {
            Language::Chinese => "错误清单",
            Language::English => "findings",
        };
        Ok(Download {
            body,
            media_type: MediaType::Xlsx,
            name: format!("{name}-{}", import.id),
        })
    }

    /// Template of a file
    ///
    /// An XLSX file with the headings of a kind, one example and what each column means, in the
    /// language asked for.
    #[oai(
        path = "/import-templates/:kind",
        method = "get",
        operation_id = "downloadImportTemplate"
    )]
    async fn download_import_template(
        &self,
        _staff: Staff<may::Import>,
        kind: Path<ImportKind>,
        language: Language,
    ) -> Result<Download, ReadProblem> {
        let shape = shape_of(kind.0);
        let name = match language {
            Language::Chinese => format!("{}模板", shape.zh),
            Language::English => format!("{} template", shape.en),
        };
        Ok(Download {
            body: sheets::template(shape, language).into(),
            media_type: MediaType::Xlsx,
            name,
        })
    }
}

impl ImportsApi {
    async fn find(&self, scope: &Scope, client_id: Uuid, id: ImportId) -> Result<Import, Problem> {
        let mut conn = self.0.begin(scope).await?;
        let found = store::find_own(&mut conn, client_id, id).await?;
        found.ok_or_else(no_import)
    }
}
