//! Rows out of an XLSX workbook, one cell at a time.

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Reader as _, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use super::cell::RowInHand;
use super::error::SheetError;
use super::number::{self, Look};
use super::out::EXPLANATION_SHEETS;
use super::reader::{Halt, Outbox};

/// What a cell shows whose formula was never computed: the program that wrote the file left that to
/// the one that opens it. Nobody types it.
pub const NO_RESULT: &str = "\u{fffc}公式没有结果\u{fffc}";

/// Formulas without a result beyond which a file is refused as a whole.
const UNCOMPUTED_MAX: usize = 1_000_000;

type Book = Xlsx<BufReader<File>>;

pub(super) fn read(
    file: File,
    sheet: Option<&str>,
    formulas: bool,
    outbox: &mut Outbox,
) -> Result<(), Halt> {
    let mut workbook = Xlsx::new(BufReader::new(file)).map_err(|e| refusal(&e, 0))?;
    let name = match sheet {
        Some(wanted) => named(workbook.sheets_metadata(), wanted)?,
        None => only_one_with_content(&mut workbook)?,
    };
    let uncomputed = if formulas {
        uncomputed(&mut workbook, &name)?
    } else {
        vec![]
    };
    let mut uncomputed = uncomputed.into_iter().peekable();
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
            DataRef::Empty if uncomputed.next_if_eq(&(row_index, column)).is_some() => {
                row.put(number, column, NO_RESULT)?;
            }
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

/// Where formulas stand that have no result, in the order of the cells.
fn uncomputed(workbook: &mut Book, name: &str) -> Result<Vec<(u32, u32)>, SheetError> {
    let mut found = vec![];
    let mut cells = workbook
        .worksheet_cells_reader(name)
        .map_err(|e| refusal(&e, 0))?;
    while let Some(cell) = cells
        .next_cell_with_formula_metadata()
        .map_err(|e| refusal(&e, 0))?
    {
        if cell.formula.is_some() && matches!(cell.value, DataRef::Empty) {
            if found.len() == UNCOMPUTED_MAX {
                return Err(SheetError::not_computed());
            }
            found.push(cell.pos);
        }
    }
    Ok(found)
}

fn named(sheets: &[Sheet], wanted: &str) -> Result<String, SheetError> {
    sheets
        .iter()
        .find(|s| s.name == wanted && s.typ == SheetType::WorkSheet)
        .map(|s| s.name.clone())
        .ok_or_else(|| SheetError::sheet_not_found(wanted))
}

/// The one sheet a person sees that has content and is not one of our explanations. With a second
/// one nobody can tell which was meant, and what is passed over would be lost.
fn only_one_with_content(workbook: &mut Book) -> Result<String, SheetError> {
    let seen = workbook
        .sheets_metadata()
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .map(|s| s.name.clone());
    let (explanations, candidates): (Vec<_>, Vec<_>) =
        seen.partition(|name| EXPLANATION_SHEETS.contains(&name.as_str()));
    let mut filled = vec![];
    for name in &candidates {
        if has_content(workbook, name)? {
            filled.push(name.clone());
        }
    }
    if filled.len() > 1 {
        return Err(SheetError::several_sheets(&filled));
    }
    let first = filled.into_iter().chain(candidates).chain(explanations);
    first.into_iter().next().ok_or_else(SheetError::no_sheet)
}

fn has_content(workbook: &mut Book, name: &str) -> Result<bool, SheetError> {
    let mut cells = workbook
        .worksheet_cells_reader(name)
        .map_err(|e| refusal(&e, 0))?;
    while let Some(cell) = cells.next_cell().map_err(|e| refusal(&e, 0))? {
        let blank = match cell.get_value() {
            DataRef::Empty => true,
            DataRef::String(text) => text.trim().is_empty(),
            DataRef::SharedString(text) => text.trim().is_empty(),
            _ => false,
        };
        if !blank {
            return Ok(true);
        }
    }
    Ok(false)
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
