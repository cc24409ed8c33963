//! Producing a report: one snapshot in, two files out.

use std::{fs::File, future::Future};

use futures_util::{StreamExt as _, stream::BoxStream};
use serde::Serialize;
use sqlx::PgConnection;

use super::{
    document::{ReportHead, ReportProgramme},
    ledger::LedgerRow,
    model::{ReportKind, ReportLanguage},
    paper::{Line, Paper},
    signing::SigningRow,
};
use crate::{
    App,
    http::{Language, Problem},
    parcels,
    sheets::{OutCell, Tabular},
    staff::Scope,
    values::{Day, Instant, ProgrammeId, ValueError},
};

/// Rows between two words about how far it is.
const TOLD_EVERY: i64 = 256;

/// What a report is to tell.
#[derive(Debug, Clone)]
pub struct Order {
    pub programme_id: ProgrammeId,
    pub kind: ReportKind,
    pub as_of: Day,
    pub language: ReportLanguage,
    /// Whose cases it tells of.
    pub scope: Scope,
}

/// A report on disk, in files that no folder lists; both stand at their beginning.
#[derive(Debug)]
pub struct Produced {
    pub json: File,
    pub xlsx: File,
    /// Rows without headings and totals.
    pub rows: i64,
    pub produced_at: Instant,
}

/// Somebody who is told how far it is: first of all how many rows there will be.
pub trait Follow: Send {
    fn told(&mut self, done: i64, total: i64) -> impl Future<Output = ()> + Send;
}

/// The rows of one kind of report.
pub(super) trait Told: Tabular + Serialize + Send + Sync + Sized + 'static {
    type Totals: Serialize + Default + Send + 'static;

    /// How it is counted, for the first sheet.
    const RULES: crate::sheets::Bilingual;

    fn add_to(&self, totals: &mut Self::Totals) -> Result<(), ValueError>;

    /// One cell per column.
    fn total_cells(totals: &Self::Totals, language: Language) -> Vec<OutCell>;

    fn count(
        conn: &mut PgConnection,
        programme: ProgrammeId,
    ) -> impl Future<Output = sqlx::Result<i64>> + Send;

    fn rows<'c>(
        conn: &'c mut PgConnection,
        programme: ProgrammeId,
        as_of: Day,
        zone: &'static str,
    ) -> BoxStream<'c, sqlx::Result<Self>>;
}

/// Reads everything in one read-only snapshot and writes both files in constant memory.
pub async fn produce(
    app: &App,
    order: &Order,
    follow: &mut impl Follow,
) -> Result<Produced, Problem> {
    let mut snapshot = app.begin_snapshot(&order.scope).await?;
    // A long report is slow because its files are written meanwhile, not because it hangs.
    sqlx::query!("set local statement_timeout = '10min'")
        .execute(&mut *snapshot)
        .await?;
    let produced = match order.kind {
        ReportKind::SigningProgress => {
            write::<SigningRow>(app, &mut snapshot, order, follow).await?
        }
        ReportKind::HouseholdLedger => {
            write::<LedgerRow>(app, &mut snapshot, order, follow).await?
        }
    };
    snapshot.commit().await?;
    Ok(produced)
}

async fn write<T: Told>(
    app: &App,
    snapshot: &mut PgConnection,
    order: &Order,
    follow: &mut impl Follow,
) -> Result<Produced, Problem> {
    let found = parcels::find_programme(snapshot, &order.scope, order.programme_id).await?;
    let programme = found.ok_or_else(parcels::no_programme)?;
    let total = T::count(snapshot, programme.id).await?;
    follow.told(0, total).await;
    let head = ReportHead {
        kind: order.kind,
        definition: order.kind.definition().to_owned(),
        programme: ReportProgramme {
            id: programme.id,
            name: programme.name,
            year: programme.year,
            synthetic: programme.synthetic,
        },
        as_of: order.as_of,
        language: order.language,
        produced_at: app.clock.now(),
        row_count: total,
    };
    let produced_at = head.produced_at;
    let mut paper = Paper::<T>::begin(app, &head).map_err(Problem::internal)?;
    let (mut totals, mut done) = (T::Totals::default(), 0);
    let mut rows = T::rows(
        snapshot,
        head.programme.id,
        head.as_of,
        app.config.timezone.name(),
    );
    while let Some(row) = rows.next().await {
        let row = row?;
        row.add_to(&mut totals).map_err(Problem::internal)?;
        done += 1;
        if !paper.push(Line::Row(row)).await {
            break;
        }
        if done % TOLD_EVERY == 0 {
            follow.told(done, total).await;
        }
    }
    drop(rows);
    let (json, xlsx) = paper.finish(totals).await.map_err(Problem::internal)?;
    if done != total {
        return Err(Problem::internal("a snapshot with two numbers of rows"));
    }
    follow.told(done, total).await;
    Ok(Produced {
        json,
        xlsx,
        rows: done,
        produced_at,
    })
}
