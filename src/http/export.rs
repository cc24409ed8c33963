//! Lists as workbooks: the pages a list has anyway, read one after the other in one snapshot.

use std::{future::Future, sync::Arc};

use poem::{Body, FromRequest, Request, RequestBody};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::{PgConnection, PgPool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Act, Caller, Download, Language, MediaType, Problem, RequestId, narrowing, words};
use crate::{
    App,
    audit::{self, Entry},
    sheets::{Bilingual, TableFeed, TableSpec, Tabular, headings},
    staff::{Permission, Role, Scope, Staff},
    values::{Day, Instant},
};

/// The most rows of one file: what Excel still opens with ease.
pub const EXPORT_ROWS_MAX: u64 = 200_000;

const ROWS_PER_PAGE: i64 = 1_000;

/// Of the connections of the pool, lists are written on one in so many.
const POOL_SHARE: u32 = 4;

/// How many lists may be written at once: each holds a connection from its first row to its last,
/// and the others must do for everybody else.
#[derive(Debug, Clone)]
pub struct ExportPlaces(Arc<Semaphore>);

impl ExportPlaces {
    /// A quarter of the pool, one at least.
    pub fn of(db: &PgPool) -> Self {
        let count = (db.options().get_max_connections() / POOL_SHARE).max(1);
        let count = usize::try_from(count).unwrap_or(1);
        Self(Arc::new(Semaphore::new(count)))
    }

    /// 503 at once when every place is taken: a place is free again in seconds, and who waits for
    /// it here would only hold more of the server.
    fn take(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let taken = |_| {
            Problem::unavailable(
                "export-busy",
                "正在生成的清单过多",
                "Too many downloads at once",
            )
            .detail(words!(
                "同时导出的清单已达上限，请稍后重试",
                "as many lists are being written as may be at once; try again shortly"
            ))
            .retry_after(5)
        };
        Arc::clone(&self.0).try_acquire_owned().map_err(taken)
    }
}

/// What a list is called.
#[derive(Debug, Clone, Copy)]
pub struct ListName {
    /// In the trail, for example `parcels`.
    pub key: &'static str,
    /// To people, for example `地块`.
    pub title: Bilingual,
}

/// Who reads a list, and on which day: what decides its rows apart from the filter.
#[derive(Debug, Clone)]
pub struct Reader {
    pub caller: Caller,
    pub role: Role,
    pub scope: Scope,
    /// The legal day it was asked for, the same on every page.
    pub today: Day,
}

/// In which request a list is asked for, and in which language.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub request_id: RequestId,
    pub language: Language,
}

impl<'a> FromRequest<'a> for Asked {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        Ok(Self {
            request_id: RequestId(RequestId::of(request)),
            language: Language::of(request.headers()),
        })
    }
}

/// A list that can be downloaded: what narrows it, as the file and the trail tell it.
pub trait Exported: Serialize + Sync {
    type Row: Tabular + Clone + Send + Sync + 'static;

    const NAME: ListName;

    /// What the coded values of the filter are called, by field.
    fn words(&self) -> Vec<(&'static str, Bilingual)> {
        vec![]
    }

    /// At most `take` rows after the given one, in the order of the list.
    fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&Self::Row>,
        take: i64,
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Row>>> + Send;
}

/// The whole list as XLSX; that it was read is recorded before anything is sent.
pub async fn export<L: Exported, P: Permission>(
    app: &App,
    staff: Staff<P>,
    asked: Asked,
    list: &L,
) -> Result<Download, Problem> {
    let reader = Reader {
        caller: staff.caller,
        role: staff.role,
        scope: staff.scope,
        today: app.today(),
    };
    export_up_to(app, &reader, asked, list, EXPORT_ROWS_MAX).await
}

/// Like [`export`], with a limit of the caller's.
pub async fn export_up_to<L: Exported>(
    app: &App,
    reader: &Reader,
    asked: Asked,
    list: &L,
    rows_max: u64,
) -> Result<Download, Problem> {
    let at = app.clock.now();
    let filter = filter_of(list);
    let mut conn = app.begin(&reader.scope).await?;
    let (scope, words) = (&reader.scope, list.words());
    let narrowed = narrowing::told(&mut conn, scope, &filter, &words, asked.language).await?;
    drop(conn);
    let spec = spec::<L>(app, asked.language, narrowed, at);
    let (file, rows) = write(app, reader, list, spec, rows_max).await?;
    record::<L>(app, reader, asked.request_id, &filter, rows).await?;
    let title = of(asked.language, L::NAME.title);
    Ok(Download {
        body: Body::from_async_read(tokio::fs::File::from_std(file)),
        media_type: MediaType::Xlsx,
        name: format!("{title}-{}", app.clock.day_of(at)),
    })
}

async fn write<L: Exported>(
    app: &App,
    reader: &Reader,
    list: &L,
    spec: TableSpec,
    rows_max: u64,
) -> Result<(std::fs::File, u64), Problem> {
    let language = spec.language;
    let _place = app.export_places.take()?;
    let mut tx = app.begin_snapshot(&reader.scope).await?;
    let mut feed = TableFeed::begin(spec, move |row: L::Row| Ok(row.cells(language)));
    let (mut seen_to, mut rows) = (None, 0);
    'pages: loop {
        let page = list
            .page(&mut tx, reader, seen_to.as_ref(), ROWS_PER_PAGE)
            .await?;
        let full = i64::try_from(page.len()).is_ok_and(|count| count >= ROWS_PER_PAGE);
        seen_to = page.last().cloned();
        for row in page {
            rows += 1;
            if rows > rows_max {
                return Err(too_large(rows_max));
            }
            if !feed.push(row).await {
                break 'pages;
            }
        }
        if !full {
            break;
        }
    }
    tx.commit().await?;
    let (file, _) = feed.finish().await.map_err(Problem::internal)?;
    Ok((file, rows))
}

fn too_large(rows_max: u64) -> Problem {
    Problem::conflict(
        "export-too-large",
        "清单过长，无法导出",
        "The list is too long for one file",
    )
    .detail(words!(
        "一次最多导出 {rows_max} 行，请用筛选条件缩小范围",
        "one file holds at most {rows_max} rows; narrow the list with its filters"
    ))
}

/// What narrows the list, without what was not said.
fn filter_of<L: Exported>(list: &L) -> Value {
    let filter = serde_json::to_value(list).expect("filters are plain data");
    match filter {
        Value::Object(mut members) => {
            members.retain(|_, value| !value.is_null());
            Value::Object(members)
        }
        other => other,
    }
}

fn of(language: Language, (zh, en): Bilingual) -> &'static str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

fn spec<L: Exported>(app: &App, language: Language, narrowed: String, at: Instant) -> TableSpec {
    let title = of(language, L::NAME.title);
    let lines = [
        (("清单", "List"), title.to_owned()),
        (("筛选条件", "Filter"), narrowed),
        (("生成时间", "Produced at"), app.clock.wall_time(at)),
    ];
    TableSpec {
        title: title.to_owned(),
        headings: headings::<L::Row>(language),
        about: lines
            .map(|(label, text)| (of(language, label).to_owned(), text))
            .into(),
        language,
        created_at: at.as_datetime(),
    }
}

/// The trail shows which list, how many rows, and a digest by which the filter can be recognised.
async fn record<L: Exported>(
    app: &App,
    reader: &Reader,
    request_id: RequestId,
    filter: &Value,
    rows: u64,
) -> Result<(), Problem> {
    let canonical = serde_json_canonicalizer::to_vec(filter).expect("JSON has a canonical form");
    let digest = hex::encode(Sha256::digest(canonical));
    let mut act = Act::begin_conditional(app, &reader.caller, request_id).await?;
    let list = L::NAME.key;
    let entry = Entry::new(
        "list.exported",
        reader.caller.object_type(),
        reader.caller.client_id,
    )
    .because(format!("list={list} rows={rows} filter=sha256:{digest}"))
    .changed(json!({"list": list, "rows": rows, "filter_sha256": digest}));
    audit::record(app, &mut act, &entry).await?;
    act.conclude(()).await
}
