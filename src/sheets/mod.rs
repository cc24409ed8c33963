//! Tables in and out: rosters and lists that come as XLSX or CSV, downloads and reports that go.
//!
//! Reading: `open` judges a file by its content and yields its rows one by one, whatever the
//! size of the table; `bind_headings` finds which column is which. Writing: `write_table` and
//! `write_csv` take rows one by one, `TableFeed` takes them from async code; `template` makes the workbook people fill in. Nothing
//! here knows what a row means.

mod archive;
mod cell;
mod columns;
mod delimited;
mod detect;
mod error;
mod feed;
mod limits;
mod number;
mod out;
mod out_csv;
mod reader;
mod tabular;
mod template;
mod workbook;

#[cfg(test)]
mod tests;

pub use cell::{Cell, Row};
pub use columns::{Binding, Column, HeadingError, TableShape, bind_headings, find_headings};
pub use error::SheetError;
pub use feed::TableFeed;
pub use limits::{MAX_CELL_CHARS, MAX_COLUMNS, MAX_FILE_BYTES, MAX_RECORD_BYTES, MAX_ROWS};
pub use out::{EXPLANATION_SHEETS, OutCell, TableSpec, Written, write_table};
pub use out_csv::write_csv;
pub use reader::{FileFormat, TableReader, open, open_sheet};
pub use tabular::{Bilingual, Tabular, headings};
pub use template::template;
pub use workbook::NO_RESULT;
