//! Rows out of an XLSX workbook, one cell at a time.

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Reader as _, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use super::cell::RowInHand;
use super::error::SheetError;
use super::number::{self, Look};
use super::out::EXPLANATION_SHEETS;
use super::reader::{Halt, Outbox};

pub(super) fn read(file: File, sheet: Option<&str>, outbox: &mut Outbox) -> Result<(), Halt> {
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(|e| refusal(&e, 0))?;
    let name = chosen(workbook.sheets_metadata(), sheet)?.to_owned();
    let mut cells = workbook
        .worksheet_cells_reader(&name)
        .map_err(|e| refusal(&e, 0))?;
    let looks: Vec<Look> = cells.styles().iter().map(Look::of).collect();
    let mut row = RowInHand::default();
    let mut number = 0;
    loop {
        let next = cells
            .next_cell_with_style_id()
            .map_err(|e| refusal(&e, number))?;
        let Some((cell, style)) = next else { break };
        let (row_index, column) = cell.get_position();
        if row_index + 1 != number {
            if let Some(finished) = row.take(number) {
                outbox.put(finished)?;
            }
            // Rows out of order would get the numbers of others: no program writes them so.
            if row_index + 1 < number {
                return Err(SheetError::damaged_at(number).into());
            }
            number = row_index + 1;
        }
        let look = looks.get(style).copied().unwrap_or(Look::Plain);
        match cell.get_value() {
            DataRef::Empty => {}
            DataRef::String(text) => row.put(number, column, text)?,
            DataRef::SharedString(text) => row.put(number, column, text)?,
            other => row.put(number, column, &shown(other, look))?,
        }
    }
    match row.take(number) {
        Some(last) => outbox.put(last),
        None => Ok(()),
    }
}

/// The sheet named, or the first a person sees that is not one of our explanations.
fn chosen<'a>(sheets: &'a [Sheet], wanted: Option<&str>) -> Result<&'a str, SheetError> {
    if let Some(wanted) = wanted {
        let found = sheets
            .iter()
            .find(|s| s.name == wanted && s.typ == SheetType::WorkSheet);
        return found
            .map(|s| s.name.as_str())
            .ok_or_else(|| SheetError::sheet_not_found(wanted));
    }
    let seen = || {
        sheets
            .iter()
            .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
            .map(|s| s.name.as_str())
    };
    seen()
        .find(|name| !EXPLANATION_SHEETS.contains(name))
        .or_else(|| seen().next())
        .ok_or_else(SheetError::no_sheet)
}

fn shown(value: &DataRef<'_>, look: Look) -> String {
    match value {
        DataRef::Int(whole) => whole.to_string(),
        DataRef::Float(value) => number::number(*value, look),
        DataRef::DateTime(value) => number::date(*value, look),
        DataRef::DateTimeIso(text) => number::iso_date(text),
        DataRef::DurationIso(text) | DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// What a failure of the reader means to the owner of the file. Its own words are left out:
/// they can repeat what a cell holds.
fn refusal(cause: &XlsxError, row: u32) -> SheetError {
    match cause {
        XlsxError::Password => SheetError::encrypted(),
        XlsxError::RelationshipNotFound | XlsxError::FileNotFound(_) if row == 0 => {
            SheetError::not_a_table()
        }
        _ if row > 0 => SheetError::damaged_at(row),
        _ => SheetError::damaged(),
    }
}
