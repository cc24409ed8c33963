//! SQL of imports.

use std::collections::HashMap;

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::model::{
    Finding, Import, ImportFile, ImportKind, ImportMode, ImportTotals, Order, RowRecord, RowVerdict,
};
use crate::{
    jobs::JobState,
    staff::{Role, Scope},
    values::{ImportId, Instant, JobId, ParcelId, ProgrammeId},
};

pub(super) struct NewImport {
    pub(super) id: ImportId,
    pub(super) programme_id: ProgrammeId,
    pub(super) kind: ImportKind,
    pub(super) mode: ImportMode,
    pub(super) file_id: Uuid,
    pub(super) job_id: JobId,
    pub(super) client_id: Uuid,
    pub(super) role: Role,
    pub(super) request_id: Uuid,
    pub(super) at: Instant,
}

pub(super) async fn insert(conn: &mut PgConnection, new: &NewImport) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into import (id, programme_id, kind, mode, file_id, job_id, client_id, role,
                             request_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id.0,
        new.programme_id.0,
        new.kind,
        new.mode,
        new.file_id,
        new.job_id.0,
        new.client_id,
        new.role,
        new.request_id,
        new.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An import of one's own: another key's import is not there.
pub(super) async fn find_own(
    conn: &mut PgConnection,
    client_id: Uuid,
    id: ImportId,
) -> sqlx::Result<Option<Import>> {
    let found = sqlx::query!(
        r#"select i.id, i.programme_id, i.kind, i.mode, i.job_id, i.committed, i.rows, i.new_rows,
                  i.changed_rows, i.unchanged_rows, i.absent_rows, i.refused_rows, i.created_at,
                  i.finished_at, f.name, f.size, encode(f.sha256, 'hex') as "sha256!",
                  j.state as "state: JobState", i.version + j.version as "version!",
                  (select count(*)::int from import_row r
                    where r.import_id = i.id and r.verdict = 'refused') as "listed!"
             from import i
             join job j on j.id = i.job_id
             join file f on f.id = i.file_id
            where i.id = $1 and i.client_id = $2"#,
        id.0,
        client_id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| Import {
        id: row.id,
        programme_id: row.programme_id,
        kind: row.kind,
        mode: row.mode,
        file: ImportFile {
            name: row.name,
            size: row.size,
            sha256: row.sha256,
        },
        job_id: row.job_id,
        state: row.state,
        committed: row.committed,
        totals: row.rows.map(|rows| ImportTotals {
            rows,
            new: row.new_rows.unwrap_or_default(),
            changed: row.changed_rows.unwrap_or_default(),
            unchanged: row.unchanged_rows.unwrap_or_default(),
            absent: row.absent_rows,
            refused: row.refused_rows.unwrap_or_default(),
            refused_listed: row.listed,
        }),
        created_at: row.created_at,
        finished_at: row.finished_at,
        version: row.version,
    }))
}

/// The order of a job.
pub(super) async fn find_order(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Order>> {
    sqlx::query_as!(
        Order,
        r#"select i.id, i.programme_id, i.kind, i.mode, i.file_id, f.name as file_name,
                  i.client_id, coalesce(k.staff_id, s.id) as "staff_id: Uuid", i.role, i.request_id
             from import i
             join file f on f.id = i.file_id
             left join api_key k on k.id = i.client_id
             left join staff s on s.id = i.client_id
            where i.id = $1"#,
        id,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn finish(
    conn: &mut PgConnection,
    id: ImportId,
    committed: bool,
    totals: &ImportTotals,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update import
            set committed = $2, rows = $3, new_rows = $4, changed_rows = $5, unchanged_rows = $6,
                absent_rows = $7, refused_rows = $8, finished_at = $9, version = version + 1
          where id = $1",
        id.0,
        committed,
        totals.rows,
        totals.new,
        totals.changed,
        totals.unchanged,
        totals.absent,
        totals.refused,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn find_file(conn: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select file_id from import where id = $1", id)
        .fetch_optional(conn)
        .await
}

pub(super) async fn insert_rows(
    conn: &mut PgConnection,
    id: ImportId,
    rows: &[RowRecord],
) -> sqlx::Result<()> {
    let numbers: Vec<i32> = rows.iter().map(|r| r.row_no).collect();
    let verdicts: Vec<RowVerdict> = rows.iter().map(|r| r.verdict).collect();
    let keys: Vec<Option<String>> = rows.iter().map(|r| r.key.clone()).collect();
    let findings: Vec<Option<Json<&[Finding]>>> = rows
        .iter()
        .map(|r| (!r.findings.is_empty()).then_some(Json(&r.findings[..])))
        .collect();
    sqlx::query!(
        "insert into import_row (import_id, row_no, verdict, key, findings)
         select $1, row_no, verdict, key, findings
           from unnest($2::int[], $3::row_verdict[], $4::text[], $5::jsonb[])
                as r(row_no, verdict, key, findings)",
        id.0,
        &numbers[..],
        &verdicts[..] as _,
        &keys as _,
        &findings as _,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes back what was written about rows that a later one has made refused.
pub(super) async fn delete_rows(
    conn: &mut PgConnection,
    id: ImportId,
    numbers: &[i32],
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from import_row where import_id = $1 and row_no = any($2)",
        id.0,
        numbers,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn list_rows(
    conn: &mut PgConnection,
    id: ImportId,
    verdict: Option<RowVerdict>,
    after: i32,
    take: i64,
) -> sqlx::Result<Vec<RowRecord>> {
    let rows = sqlx::query!(
        r#"select row_no, verdict, key, findings as "findings: Json<Vec<Finding>>"
             from import_row
            where import_id = $1
              and ($2::row_verdict is null or verdict = $2)
              and row_no > $3
            order by row_no
            limit $4"#,
        id.0,
        verdict as Option<RowVerdict>,
        after,
        take,
    )
    .fetch_all(conn)
    .await?;
    let kept = rows.into_iter().map(|row| RowRecord {
        row_no: row.row_no,
        verdict: row.verdict,
        key: row.key,
        findings: row.findings.map(|f| f.0).unwrap_or_default(),
    });
    Ok(kept.collect())
}

/// The parcels of a programme by their codes.
pub(super) async fn parcels_of(
    conn: &mut PgConnection,
    scope: &Scope,
    programme: ProgrammeId,
) -> sqlx::Result<HashMap<String, ParcelId>> {
    let rows = sqlx::query!(
        "select p.code, p.id
           from parcel p join programme g on g.id = p.programme_id
          where p.programme_id = $1 and ($2::uuid[] is null or p.org_unit_id = any($2))",
        programme.0,
        scope.within_sight(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.id)).collect())
}

/// Households of the named parcels in the order of their keys, a page at a time.
pub(super) async fn list_households(
    conn: &mut PgConnection,
    scope: &Scope,
    programme: ProgrammeId,
    parcel_codes: &[String],
    after: &(String, String),
    take: i64,
) -> sqlx::Result<Vec<(String, String)>> {
    let rows = sqlx::query!(
        "select p.code, h.household_no
           from household h
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where p.programme_id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2)) and p.code = any($3)
            and (p.code, h.household_no) > ($4, $5)
          order by p.code, h.household_no
          limit $6",
        programme.0,
        scope.units(),
        parcel_codes,
        after.0,
        after.1,
        take,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.code, row.household_no))
        .collect())
}
