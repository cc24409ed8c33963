//! Rows from async code to a table that a thread of its own writes.

use std::{
    fs::File,
    io::{self, BufWriter, Seek as _, Write as _},
};

use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    OutCell, TableSpec, Written,
    limits::{BATCHES_WAITING, ROWS_PER_BATCH},
    write_table,
};

/// A workbook being written to a temporary file that no folder lists.
///
/// A bounded number of rows waits between the two sides: whoever feeds faster than the thread
/// writes is made to wait. Dropped before [`TableFeed::finish`], nothing of it remains.
pub struct TableFeed<R> {
    batches: mpsc::Sender<Vec<R>>,
    filling: Vec<R>,
    writing: JoinHandle<io::Result<(File, Written)>>,
}

impl<R: Send + 'static> TableFeed<R> {
    /// `cells` runs on the writing thread, once per row and in order.
    pub fn begin(
        spec: TableSpec,
        mut cells: impl FnMut(R) -> io::Result<Vec<OutCell>> + Send + 'static,
    ) -> Self {
        let (batches, mut incoming) = mpsc::channel::<Vec<R>>(BATCHES_WAITING);
        let writing = tokio::task::spawn_blocking(move || {
            let mut file = tempfile::tempfile()?;
            let rows = std::iter::from_fn(|| incoming.blocking_recv()).flatten();
            let mut out = BufWriter::new(&mut file);
            let written = write_table(&mut out, &spec, rows.map(&mut cells))?;
            out.flush()?;
            drop(out);
            file.rewind()?;
            Ok((file, written))
        });
        Self {
            batches,
            filling: Vec::with_capacity(ROWS_PER_BATCH),
            writing,
        }
    }

    /// Whether further rows are of use; when not, [`TableFeed::finish`] tells why.
    pub async fn push(&mut self, row: R) -> bool {
        self.filling.push(row);
        self.filling.len() < ROWS_PER_BATCH || self.send().await
    }

    async fn send(&mut self) -> bool {
        let batch = std::mem::replace(&mut self.filling, Vec::with_capacity(ROWS_PER_BATCH));
        self.batches.send(batch).await.is_ok()
    }

    /// The finished file, at its beginning.
    pub async fn finish(mut self) -> io::Result<(File, Written)> {
        self.send().await;
        drop(self.batches);
        self.writing.await.map_err(io::Error::other)?
    }
}
