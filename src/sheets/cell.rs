//! Rows and cells as a person sees them.

use super::error::SheetError;
use super::limits::{MAX_CELL_CHARS, MAX_COLUMNS};

/// The text of a cell as a person sees it, without the blanks around it; empty when the cell is.
pub type Cell = String;

/// A row with content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where a person finds the row in the file: from 1, blank rows and the heading counted.
    pub number: u32,
    /// The cells up to the last one with content.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column counted from 0; empty beyond the last one.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }
}

/// A row being put together, cell by cell, within the limits.
#[derive(Debug, Default)]
pub(super) struct RowInHand {
    cells: Vec<Cell>,
}

impl RowInHand {
    /// Adds a cell at a column counted from 0. Blank cells take no place, so a sheet formatted
    /// far to the right is no wider than its content.
    pub(super) fn put(&mut self, row: u32, column: u32, raw: &str) -> Result<(), SheetError> {
        let text = seen(raw);
        if text.is_empty() {
            return Ok(());
        }
        if column >= MAX_COLUMNS {
            return Err(SheetError::too_many_columns(row));
        }
        if text.chars().count() > MAX_CELL_CHARS {
            return Err(SheetError::cell_too_long(row, column + 1));
        }
        // A decoder leaves U+FFFD where bytes made no sense: a name with one is not the name.
        if text.contains(['\0', '\u{fffd}']) {
            return Err(SheetError::unreadable_text(row, column + 1));
        }
        let index = column as usize;
        if self.cells.len() <= index {
            self.cells.resize(index + 1, Cell::new());
        }
        self.cells[index] = text;
        Ok(())
    }

    /// Hands the row over and starts the next one; `None` when the row was blank.
    pub(super) fn take(&mut self, number: u32) -> Option<Row> {
        if self.cells.is_empty() {
            return None;
        }
        let width = self.cells.len();
        let cells = std::mem::replace(&mut self.cells, Vec::with_capacity(width));
        Some(Row { number, cells })
    }
}

/// The text without what nobody sees: blanks and marks around it, control characters within.
fn seen(raw: &str) -> String {
    let text = raw.trim_matches(unseen);
    if text.contains(|c: char| c.is_control() && c != '\0') {
        let lines = text.replace("\r\n", "\n").replace('\r', "\n");
        return lines
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\0'))
            .collect();
    }
    text.to_owned()
}

/// Blanks, and the marks that come along when numbers are copied from chats and web pages.
fn unseen(c: char) -> bool {
    (c.is_whitespace() || c.is_control() && c != '\0')
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_invisible_marks_around_a_text_go_and_lines_within_stay() {
        assert_eq!(seen("\u{3000} 张三\u{a0}\t"), "张三");
        assert_eq!(seen("\u{202d}13800000000\u{202c}"), "13800000000");
        assert_eq!(seen("一行\r\n二行\u{b}"), "一行\n二行");
        assert_eq!(seen("  \u{200b} "), "");
    }
}
