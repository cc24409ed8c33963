//! Rows out of a CSV file in any of the encodings and with any of the separators in use.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::rc::Rc;

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

use super::cell::RowInHand;
use super::error::SheetError;
use super::limits::MAX_RECORD_BYTES;
use super::out_csv::without_guard;
use super::reader::{Halt, Outbox};

/// Bytes decoded to find the heading line.
const HEADING_BYTES: u64 = 64 << 10;

/// The separator of the heading line: the one of comma, semicolon and tab it has most of outside
/// quotes, the comma when it has none.
pub(super) fn separator_of(file: &mut File, encoding: &'static Encoding) -> Result<u8, SheetError> {
    let failed = |e: io::Error| SheetError::unreadable_file(&e);
    file.rewind().map_err(failed)?;
    let mut head = Vec::new();
    decoded(&*file, encoding)
        .take(HEADING_BYTES)
        .read_to_end(&mut head)
        .map_err(failed)?;
    let (mut quoted, mut started) = (false, false);
    // In order of preference when equal.
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if started && !quoted => break,
            _ => {}
        }
        started |= !byte.is_ascii_whitespace();
        for (separator, count) in &mut counts {
            *count += u32::from(byte == *separator && !quoted);
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    Ok(counts
        .iter()
        .find(|(_, count)| *count == most)
        .map_or(b',', |(separator, _)| *separator))
}

fn decoded<R: Read>(source: R, encoding: &'static Encoding) -> impl Read {
    DecodeReaderBytesBuilder::new()
        .encoding(Some(encoding))
        .build(source)
}

pub(super) fn read(
    source: impl Read,
    encoding: &'static Encoding,
    separator: u8,
    outbox: &mut Outbox,
) -> Result<(), Halt> {
    let allowance = Rc::new(Cell::new(MAX_RECORD_BYTES));
    let lines = Lines::new(decoded(source, encoding), Rc::clone(&allowance));
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(lines);
    let mut record = csv::StringRecord::new();
    let mut row = RowInHand::default();
    let mut number = 0;
    loop {
        let line_before = reader.position().line();
        allowance.set(MAX_RECORD_BYTES);
        let more = reader
            .read_record(&mut record)
            .map_err(|error| match error.into_kind() {
                _ if allowance.get() == 0 => SheetError::record_too_long(number + 1),
                csv::ErrorKind::Io(cause) => SheetError::unreadable_file(&cause),
                _ => SheetError::unknown_encoding(),
            })?;
        if !more {
            return Ok(());
        }
        // A record spans the line feeds within its cells and one at its end; before it may come
        // blank lines, which a person sees as rows. None at the end means the last quote ran on
        // to the end of the file.
        let spanned = reader.position().line() - line_before;
        let within: u64 = record
            .iter()
            .map(|text| text.bytes().filter(|b| *b == b'\n').count() as u64)
            .sum();
        let Some(blank_before) = spanned.checked_sub(within + 1) else {
            return Err(SheetError::unclosed_quote(number + 1).into());
        };
        number += 1 + u32::try_from(blank_before).unwrap_or(u32::MAX - number - 1);
        for (column, text) in record.iter().enumerate() {
            let column = u32::try_from(column).unwrap_or(u32::MAX - 1);
            row.put(number, column, without_guard(text))?;
        }
        if let Some(finished) = row.take(number) {
            outbox.put(finished)?;
        }
    }
}

/// The text with every line ended by one line feed, the last one too, and no more of it handed
/// out than one record is allowed.
struct Lines<R> {
    source: R,
    allowance: Rc<Cell<usize>>,
    after_return: bool,
    ended: bool,
}

impl<R: Read> Lines<R> {
    fn new(source: R, allowance: Rc<Cell<usize>>) -> Self {
        Self {
            source,
            allowance,
            after_return: false,
            ended: false,
        }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        if self.allowance.get() == 0 {
            return Err(io::Error::other("record too long"));
        }
        loop {
            let count = self.source.read(buffer)?;
            if count == 0 {
                self.ended = true;
                buffer[0] = b'\n';
                return Ok(1);
            }
            let mut kept = 0;
            for index in 0..count {
                let byte = buffer[index];
                if byte == b'\n' && self.after_return {
                    self.after_return = false;
                    continue;
                }
                self.after_return = byte == b'\r';
                buffer[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
            if kept > 0 {
                self.allowance
                    .set(self.allowance.get().saturating_sub(kept));
                return Ok(kept);
            }
        }
    }
}
