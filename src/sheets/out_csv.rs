//! Tables that go out as CSV, in a form Excel and WPS open without harm.

use std::io::Write;

use super::error::SheetError;
use super::out::{OutCell, TableSpec, Written};

/// Tells Excel and WPS, which would otherwise assume GBK, that the text is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Writes a table as CSV: UTF-8 with a byte order mark, commas, lines ended by CR LF. A text that
/// a spreadsheet would take for a formula gets a single quote before it, which
/// [`super::open`] takes away again. The about lines have no place in a CSV file.
pub fn write_csv<W, R, E>(mut writer: W, spec: &TableSpec, rows: R) -> Result<Written, E>
where
    W: Write,
    R: IntoIterator<Item = Result<Vec<OutCell>, E>>,
    E: From<SheetError>,
{
    let failed = |e: csv::Error| SheetError::cannot_write(&e);
    let failed_io = |e: std::io::Error| SheetError::cannot_write(&e);
    writer.write_all(BYTE_ORDER_MARK).map_err(failed_io)?;
    let mut records = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(writer);
    records
        .write_record(spec.headings.iter().map(|h| guarded(h)))
        .map_err(failed)?;
    let mut written = Written { rows: 0, sheets: 1 };
    for row in rows {
        records
            .write_record(row?.iter().map(text_of))
            .map_err(failed)?;
        written.rows += 1;
    }
    records.flush().map_err(failed_io)?;
    Ok(written)
}

fn text_of(cell: &OutCell) -> String {
    match cell {
        OutCell::Integer(whole) => whole.to_string(),
        OutCell::Decimal(number) if is_number(number) => number.clone(),
        OutCell::Text(text) | OutCell::Decimal(text) => guarded(text),
        OutCell::Date(day) => day.to_string(),
        OutCell::Empty => String::new(),
    }
}

/// Plain digits with at most a sign and a point: what a minus sign may begin without a guard.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, places]
        .iter()
        .all(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()))
}

fn guarded(text: &str) -> String {
    if looks_like_formula(text.trim_start_matches('\'')) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Undoes the guard of a text that would otherwise look like a formula.
pub(super) fn without_guard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

/// Whether a spreadsheet may take the text for a formula, the full-width signs of a Chinese or
/// Japanese keyboard included.
pub(super) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
