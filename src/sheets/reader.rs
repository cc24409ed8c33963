//! A table being read: a thread unpacks and decodes, the caller takes row after row.

use std::fs::File;
use std::io::Seek;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::cell::Row;
use super::detect::{self, Content};
use super::error::SheetError;
use super::limits::{BATCHES_WAITING, MAX_ROWS, ROWS_PER_BATCH};
use super::{archive, delimited, workbook};

/// What kind of file a table came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    Xlsx,
    /// The encoding by its standard name, the separator between cells.
    Csv {
        encoding: &'static str,
        separator: char,
    },
}

/// Opens the one visible sheet of a workbook that has content, or a CSV file, whichever it is; see
/// [`open_sheet`].
pub fn open(path: &Path, declared: Option<&str>) -> Result<TableReader, SheetError> {
    open_sheet(path, declared, None)
}

/// Opens a table for reading. What the file is is judged by its content; `declared`, the name or
/// media type it came with, only rules out texts that are no tables. A sheet may be named; it is
/// ignored for CSV. Without a name the visible sheet is read that has content and is not one of our
/// own explanations ([`super::EXPLANATION_SHEETS`]), so that a downloaded list can come back; a
/// workbook with several of them is refused. A formula that was never computed reads as
/// [`super::NO_RESULT`].
///
/// Blocks on file access, as the reader does: call it off the async threads.
pub fn open_sheet(
    path: &Path,
    declared: Option<&str>,
    sheet: Option<&str>,
) -> Result<TableReader, SheetError> {
    let failed = |e: std::io::Error| SheetError::unreadable_file(&e);
    let mut file = File::open(path).map_err(failed)?;
    match detect::content_of(&mut file, declared)? {
        Content::Workbook => {
            archive::look_over(&file)?;
            let formulas = archive::has_formulas(&file)?;
            file.rewind().map_err(failed)?;
            let sheet = sheet.map(ToOwned::to_owned);
            TableReader::start(FileFormat::Xlsx, move |outbox| {
                workbook::read(file, sheet.as_deref(), formulas, outbox)
            })
        }
        Content::Text(encoding) => {
            let separator = delimited::separator_of(&mut file, encoding)?;
            file.rewind().map_err(failed)?;
            let format = FileFormat::Csv {
                encoding: encoding.name(),
                separator: char::from(separator),
            };
            TableReader::start(format, move |outbox| {
                delimited::read(file, encoding, separator, outbox)
            })
        }
    }
}

/// The rows of a table in file order, blank ones left out; nothing follows an error. However long
/// the table, some 1,500 rows are in memory at most. Dropping it ends the reading.
#[derive(Debug)]
pub struct TableReader {
    format: FileFormat,
    inbox: Option<Receiver<Message>>,
    batch: std::vec::IntoIter<Row>,
}

#[derive(Debug)]
enum Message {
    Rows(Vec<Row>),
    Failed(SheetError),
    Finished,
}

impl TableReader {
    pub fn format(&self) -> FileFormat {
        self.format
    }

    /// Starts reading and waits for the first rows, so that a file that cannot be read at all,
    /// or has no rows, is refused here.
    pub(super) fn start(
        format: FileFormat,
        source: impl FnOnce(&mut Outbox) -> Result<(), Halt> + Send + 'static,
    ) -> Result<Self, SheetError> {
        let (sender, inbox) = sync_channel(BATCHES_WAITING);
        let mut outbox = Outbox::new(sender);
        thread::Builder::new()
            .name("table-reader".to_owned())
            .spawn(move || {
                let outcome = source(&mut outbox);
                outbox.close(outcome);
            })
            .map_err(|e| SheetError::unreadable_file(&e))?;
        let mut reader = Self {
            format,
            inbox: Some(inbox),
            batch: Vec::new().into_iter(),
        };
        reader.receive()?;
        if reader.batch.len() == 0 {
            Err(SheetError::empty())
        } else {
            Ok(reader)
        }
    }

    /// Takes the next batch; afterwards the batch is empty only at the end.
    fn receive(&mut self) -> Result<(), SheetError> {
        let Some(inbox) = &self.inbox else {
            return Ok(());
        };
        match inbox.recv() {
            Ok(Message::Rows(rows)) => {
                self.batch = rows.into_iter();
                return Ok(());
            }
            Ok(Message::Finished) => self.inbox = None,
            Ok(Message::Failed(error)) => {
                self.inbox = None;
                return Err(error);
            }
            // The thread broke off without a word: a file made to break its reader.
            Err(_) => {
                self.inbox = None;
                return Err(SheetError::damaged());
            }
        }
        Ok(())
    }
}

impl Iterator for TableReader {
    type Item = Result<Row, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.batch.len() == 0
            && let Err(error) = self.receive()
        {
            return Some(Err(error));
        }
        self.batch.next().map(Ok)
    }
}

/// Why a source stops before the end of its file.
#[derive(Debug)]
pub(super) enum Halt {
    /// Nobody reads any more.
    Unwanted,
    Refused(SheetError),
}

impl From<SheetError> for Halt {
    fn from(error: SheetError) -> Self {
        Self::Refused(error)
    }
}

/// Where a source puts its rows. It waits when the reader is slower than the file.
pub(super) struct Outbox {
    sender: SyncSender<Message>,
    batch: Vec<Row>,
    rows: u32,
}

impl Outbox {
    fn new(sender: SyncSender<Message>) -> Self {
        Self {
            sender,
            batch: Vec::with_capacity(ROWS_PER_BATCH),
            rows: 0,
        }
    }

    pub(super) fn put(&mut self, row: Row) -> Result<(), Halt> {
        self.rows += 1;
        if self.rows > MAX_ROWS {
            return Err(SheetError::too_many_rows(row.number).into());
        }
        self.batch.push(row);
        if self.batch.len() == ROWS_PER_BATCH {
            self.hand_over()
        } else {
            Ok(())
        }
    }

    fn hand_over(&mut self) -> Result<(), Halt> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(ROWS_PER_BATCH));
        self.sender
            .send(Message::Rows(batch))
            .map_err(|_| Halt::Unwanted)
    }

    /// Sends what is left, then how it ended. A reader that has gone needs neither.
    fn close(mut self, outcome: Result<(), Halt>) {
        if !self.batch.is_empty() && self.hand_over().is_err() {
            return;
        }
        let last = match outcome {
            Ok(()) => Message::Finished,
            Err(Halt::Refused(error)) => Message::Failed(error),
            Err(Halt::Unwanted) => return,
        };
        // The reader may leave at this very moment, and then nobody needs to know.
        let _ = self.sender.send(last);
    }
}
