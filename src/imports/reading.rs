//! From the file on disk to batches of rows, on a thread of its own.

use std::{mem, path::Path};

use tokio::sync::mpsc;

use super::{
    cells::Cells,
    model::{Finding, ImportKind},
    shapes::shape_of,
    tables::Table,
};
use crate::{
    http::{FieldError, Problem, Words, words},
    sheets::{self, Binding, NO_RESULT, Row, SheetError, TableReader, find_headings},
};

/// Rows that go to the database at once.
pub(super) const BATCH_ROWS: usize = 5_000;
/// Within these first rows the headings stand; above them may be a title.
const HEADING_ROWS: u32 = 10;
/// Rows that may join a batch because they belong to its last one.
const TOGETHER_ROWS: usize = 500;
/// Batches that wait for the database: with the one being read, two are in memory.
const BATCHES_WAITING: usize = 1;

/// A row of the file.
#[derive(Debug)]
pub(super) struct ReadRow<R> {
    pub(super) row_no: i32,
    /// What identifies it, as far as it says so: one text per rule of [`Table::ONCE`].
    pub(super) keys: Vec<Option<String>>,
    /// The typed row, or everything that is wrong with its cells.
    pub(super) content: Result<R, Vec<Finding>>,
}

/// A file whose headings were understood.
pub(super) struct Opened {
    /// Read while the headings were looked for, and below them.
    below: Vec<Row>,
    reader: TableReader,
    pub(super) binding: Binding,
}

/// Opens a table and finds its columns; 422 with everything that stands in the way.
///
/// Blocks on file access.
pub(super) fn open(path: &Path, name: &str, kind: ImportKind) -> Result<Opened, Problem> {
    let declared = Some(name).filter(|name| !name.is_empty());
    let mut reader = sheets::open(path, declared).map_err(unreadable)?;
    let mut top = vec![];
    for row in reader.by_ref() {
        let row = row.map_err(unreadable)?;
        let last = row.number >= HEADING_ROWS;
        top.push(row);
        if last {
            break;
        }
    }
    if top.is_empty() {
        return Err(empty());
    }
    let (at, binding) = find_headings(shape_of(kind), &top).map_err(|mistakes| {
        let told = mistakes.into_iter().map(|mistake| {
            let place = mistake.column.map(|c| format!("/file/columns/{c}"));
            let pointer = place.unwrap_or_else(|| "/file/columns".to_owned());
            FieldError::new(pointer, mistake.code, Words::new(mistake.zh, mistake.en))
        });
        Problem::invalid("columns-mismatch", "表头不正确", "The headings do not fit")
            .detail(words!(
                "请使用模板中的列名",
                "use the headings of the template"
            ))
            .errors(told.collect())
    })?;
    Ok(Opened {
        below: top.split_off(at + 1),
        reader,
        binding,
    })
}

/// The batches of a file, as they are read.
pub(super) struct Batches<R> {
    inbox: mpsc::Receiver<Message<R>>,
}

enum Message<R> {
    Rows(Vec<ReadRow<R>>),
    Failed(Problem),
    Finished,
}

impl<R> Batches<R> {
    /// The next batch; `None` only when the whole file was read.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<ReadRow<R>>>, Problem> {
        match self.inbox.recv().await {
            Some(Message::Rows(rows)) => Ok(Some(rows)),
            Some(Message::Finished) => Ok(None),
            Some(Message::Failed(problem)) => Err(problem),
            // A thread that broke off must not pass for the end of the file.
            None => Err(Problem::internal("the reading of a file broke off")),
        }
    }
}

/// Starts reading.
pub(super) fn start<T: Table>(opened: Opened, known: T::Known) -> Batches<T::Row> {
    let (send, inbox) = mpsc::channel(BATCHES_WAITING);
    tokio::task::spawn_blocking(move || {
        let last = match pour::<T>(opened, &known, &send) {
            Ok(()) => Message::Finished,
            Err(Some(problem)) => Message::Failed(problem),
            Err(None) => return,
        };
        // Whoever waited may have gone; then nobody needs to know.
        drop(send.blocking_send(last));
    });
    Batches { inbox }
}

/// `Err(None)` when nobody listens any more.
fn pour<T: Table>(
    opened: Opened,
    known: &T::Known,
    send: &mpsc::Sender<Message<T::Row>>,
) -> Result<(), Option<Problem>> {
    let Opened {
        below,
        reader,
        binding,
    } = opened;
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut last_group = None;
    let mut any = false;
    for row in below.into_iter().map(Ok).chain(reader) {
        let row = row.map_err(|e| Some(unreadable(e)))?;
        if binding.is_example(&row) {
            continue;
        }
        any = true;
        let group = together::<T>(&binding, &row);
        let joins = group.is_some() && group == last_group;
        if batch.len() >= BATCH_ROWS && !(joins && batch.len() < BATCH_ROWS + TOGETHER_ROWS) {
            let full = mem::replace(&mut batch, Vec::with_capacity(BATCH_ROWS));
            send.blocking_send(Message::Rows(full)).map_err(|_| None)?;
        }
        last_group = group;
        batch.push(read_row::<T>(&binding, &row, known));
    }
    if !any {
        return Err(Some(empty()));
    }
    send.blocking_send(Message::Rows(batch)).map_err(|_| None)
}

fn read_row<T: Table>(binding: &Binding, row: &Row, known: &T::Known) -> ReadRow<T::Row> {
    let mut cells = Cells::new(binding, row);
    let read = T::read(&mut cells, known);
    let mistakes = cells.into_mistakes();
    let keys = T::ONCE.iter().map(|rule| {
        let parts: Option<Vec<_>> = rule
            .iter()
            .map(|field| {
                let text = binding.get(row, field)?;
                (text != NO_RESULT).then(|| T::spelt(field, text))
            })
            .collect();
        parts.map(|parts| parts.join(" / "))
    });
    ReadRow {
        row_no: i32::try_from(row.number).unwrap_or(i32::MAX),
        keys: keys.collect(),
        content: match read {
            Some(read) if mistakes.is_empty() => Ok(read),
            _ => Err(mistakes),
        },
    }
}

/// What rows have in common that belong into one batch.
fn together<T: Table>(binding: &Binding, row: &Row) -> Option<Vec<String>> {
    let fields = T::TOGETHER;
    let texts = fields
        .iter()
        .map(|field| binding.get(row, field).unwrap_or("").to_owned());
    (!fields.is_empty()).then(|| texts.collect())
}

fn empty() -> Problem {
    Problem::invalid("table-empty", "文件中没有数据行", "The file has no rows").detail(words!(
        "表头下方至少要有一行数据",
        "there must be a row below the headings"
    ))
}

fn unreadable(error: SheetError) -> Problem {
    let words = Words::new(error.zh, error.en);
    let place = match (error.row, error.column) {
        (Some(row), Some(column)) => format!("/file/rows/{row}/{column}"),
        (Some(row), None) => format!("/file/rows/{row}"),
        _ => "/file".to_owned(),
    };
    Problem::invalid(
        "table-unreadable",
        "文件无法按表格读取",
        "The file cannot be read as a table",
    )
    .detail(words.clone())
    .errors(vec![FieldError::new(place, error.code, words)])
}
