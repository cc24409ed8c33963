//! Tables that go out as XLSX: downloads, error lists, reports.

use std::io::Write;

use chrono::{DateTime, Datelike as _, NaiveDate, Timelike as _, Utc};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::columns::in_language;
use super::error::SheetError;
use super::limits::{MAX_EXCEL_CHARS, ROWS_PER_SHEET};
use crate::http::Language;

/// Names of the sheets that explain a file; a reader passes over them unless asked for one.
pub const EXPLANATION_SHEETS: [&str; 4] = [
    ABOUT_SHEET.0,
    ABOUT_SHEET.1,
    COLUMNS_SHEET.0,
    COLUMNS_SHEET.1,
];
pub(super) const ABOUT_SHEET: (&str, &str) = ("文件说明", "About this file");
pub(super) const COLUMNS_SHEET: (&str, &str) = ("填写说明", "How to fill in");

/// Digits a number can have in Excel before it changes.
const EXCEL_DIGITS: usize = 15;
/// Widths of columns, in characters of the default font.
const WIDTHS: std::ops::RangeInclusive<u16> = 9..=48;

/// A cell to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutCell {
    /// Always a text in the file, whatever it looks like.
    Text(String),
    Integer(i64),
    /// A decimal number as it is to be shown, `1234.50`; its places become the number format.
    /// More digits than Excel can hold, or something else than a number, is written as a text.
    Decimal(String),
    Date(NaiveDate),
    Empty,
}

impl OutCell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// What a file is to look like, its rows aside.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Name of the sheet; characters Excel does not allow in one are replaced.
    pub title: String,
    pub headings: Vec<String>,
    /// Lines of a leading sheet that says what the file is: title, as-of date, parameters,
    /// time of production, digest. No such sheet when empty.
    pub about: Vec<(String, String)>,
    pub language: Language,
    /// Time of creation in the file's properties: given, so that equal input gives equal bytes.
    pub created_at: DateTime<Utc>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Rows below the headings.
    pub rows: u64,
    /// Sheets the rows took; a further one begins where Excel's limit is reached.
    pub sheets: u32,
}

/// Writes a table as XLSX, row by row in constant memory (rows wait in a temporary file until the
/// end). The first failure of the rows ends it; what the writer then holds is no workbook.
pub fn write_table<W, R, E>(writer: W, spec: &TableSpec, rows: R) -> Result<Written, E>
where
    W: Write + Send,
    R: IntoIterator<Item = Result<Vec<OutCell>, E>>,
    E: From<SheetError>,
{
    write_split(writer, spec, rows, ROWS_PER_SHEET)
}

pub(super) fn write_split<W, R, E>(
    writer: W,
    spec: &TableSpec,
    rows: R,
    rows_per_sheet: u32,
) -> Result<Written, E>
where
    W: Write + Send,
    R: IntoIterator<Item = Result<Vec<OutCell>, E>>,
    E: From<SheetError>,
{
    let mut workbook = new_workbook(spec.created_at).map_err(failed)?;
    if !spec.about.is_empty() {
        write_about(&mut workbook, spec).map_err(failed)?;
    }
    let looks = Looks::new();
    let mut written = Written { rows: 0, sheets: 0 };
    let mut rows = rows.into_iter();
    let mut next = rows.next();
    loop {
        written.sheets += 1;
        let sheet = workbook
            .add_worksheet_with_constant_memory()
            .map_err(failed)?;
        sheet
            .set_name(sheet_name(&spec.title, written.sheets))
            .map_err(failed)?;
        let mut widths = write_headings(sheet, &spec.headings, &looks).map_err(failed)?;
        let mut last = 0;
        while last < rows_per_sheet {
            let Some(row) = next.take() else { break };
            last += 1;
            for (column, cell) in (0..).zip(&row?) {
                looks.write(sheet, last, column, cell).map_err(failed)?;
                widen(&mut widths, usize::from(column), cell);
            }
            next = rows.next();
        }
        written.rows += u64::from(last);
        finish(sheet, &spec.headings, &widths, last).map_err(failed)?;
        if next.is_none() {
            break;
        }
    }
    workbook.save_to_writer(writer).map_err(failed)?;
    Ok(written)
}

fn failed(cause: XlsxError) -> SheetError {
    match cause {
        XlsxError::MaxStringLengthExceeded => SheetError::text_too_long_to_write(),
        other => SheetError::cannot_write(&other),
    }
}

/// A workbook whose bytes depend on nothing but its content.
pub(super) fn new_workbook(created_at: DateTime<Utc>) -> Result<Workbook, XlsxError> {
    let two_digits = |number: u32| u8::try_from(number).expect("at most 60");
    let year = u16::try_from(created_at.year()).unwrap_or(0);
    let second = two_digits(created_at.second().min(59));
    let created = ExcelDateTime::from_ymd(
        year,
        two_digits(created_at.month()),
        two_digits(created_at.day()),
    )?
    .and_hms(
        u16::from(two_digits(created_at.hour())),
        two_digits(created_at.minute()),
        second,
    )?;
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    Ok(workbook)
}

fn write_about(workbook: &mut Workbook, spec: &TableSpec) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(in_language(spec.language, ABOUT_SHEET.0, ABOUT_SHEET.1))?;
    let (label, value) = (Format::new().set_bold(), Looks::new());
    for (row, (key, text)) in (0..).zip(&spec.about) {
        sheet.write_string_with_format(row, 0, key, &label)?;
        value.write(sheet, row, 1, &OutCell::text(text))?;
    }
    sheet.set_column_width(0, 22)?.set_column_width(1, 64)?;
    set_up_page(sheet);
    Ok(())
}

fn write_headings(
    sheet: &mut Worksheet,
    headings: &[String],
    looks: &Looks,
) -> Result<Vec<u16>, XlsxError> {
    let mut widths = Vec::with_capacity(headings.len());
    for (column, heading) in (0..).zip(headings) {
        sheet.write_string_with_format(0, column, heading, &looks.heading)?;
        // Room for the button of the filter.
        widths.push(width_of(heading) + 3);
    }
    Ok(widths)
}

fn finish(
    sheet: &mut Worksheet,
    headings: &[String],
    widths: &[u16],
    last_row: u32,
) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
    set_up_page(sheet);
    for (column, width) in (0..).zip(widths) {
        sheet.set_column_width(column, (*width).clamp(*WIDTHS.start(), *WIDTHS.end()))?;
    }
    if let Some(last_column) = headings.len().checked_sub(1) {
        let last_column = u16::try_from(last_column).map_err(|_| XlsxError::RowColumnLimitError)?;
        sheet.autofilter(0, 0, last_row, last_column)?;
    }
    Ok(())
}

/// Lists are printed for meetings: A4 across, all columns on one page, as long as it takes.
pub(super) fn set_up_page(sheet: &mut Worksheet) {
    const A4: u8 = 9;
    sheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C&P / &N");
}

/// The formats of a file, each made once.
pub(super) struct Looks {
    pub(super) heading: Format,
    pub(super) text: Format,
    /// A text that Excel would take for a formula when somebody edits the cell.
    guarded: Format,
    integer: Format,
    date: Format,
    /// By number of places.
    decimals: Vec<Format>,
}

impl Looks {
    pub(super) fn new() -> Self {
        let decimal = |places: usize| match places {
            0 => Format::new().set_num_format("0"),
            _ => Format::new().set_num_format(format!("0.{}", "0".repeat(places))),
        };
        let heading = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0x00DD_E6F0));
        Self {
            heading: heading.set_align(FormatAlign::VerticalCenter),
            text: Format::new().set_num_format("@"),
            guarded: Format::new().set_num_format("@").set_quote_prefix(),
            integer: decimal(0),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            decimals: (0..EXCEL_DIGITS).map(decimal).collect(),
        }
    }

    pub(super) fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &OutCell,
    ) -> Result<(), XlsxError> {
        match cell {
            OutCell::Empty => {}
            OutCell::Text(text) if text.is_empty() => {}
            OutCell::Text(text) => self.write_text(sheet, row, column, text)?,
            OutCell::Integer(whole) => {
                let digits = whole.to_string();
                match (exact(&digits), digits.parse::<f64>()) {
                    (true, Ok(number)) => {
                        sheet.write_number_with_format(row, column, number, &self.integer)?;
                    }
                    _ => self.write_text(sheet, row, column, &digits)?,
                }
            }
            OutCell::Decimal(digits) => match (exact(digits), digits.parse::<f64>()) {
                (true, Ok(number)) => {
                    let places = digits.split_once('.').map_or(0, |(_, places)| places.len());
                    sheet.write_number_with_format(row, column, number, &self.decimals[places])?;
                }
                _ => self.write_text(sheet, row, column, digits)?,
            },
            OutCell::Date(day) => match excel_day(*day) {
                Some(day) => {
                    sheet.write_datetime_with_format(row, column, &day, &self.date)?;
                }
                None => self.write_text(sheet, row, column, &day.to_string())?,
            },
        }
        Ok(())
    }

    fn write_text(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        text: &str,
    ) -> Result<(), XlsxError> {
        if text.chars().count() > MAX_EXCEL_CHARS {
            return Err(XlsxError::MaxStringLengthExceeded);
        }
        let format = if super::out_csv::looks_like_formula(text) {
            &self.guarded
        } else {
            &self.text
        };
        sheet.write_string_with_format(row, column, text, format)?;
        Ok(())
    }
}

/// Whether a number of at most 15 digits, which Excel shows as it was written.
fn exact(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole)
        && all_digits(places)
        && whole.len() + places.len() <= EXCEL_DIGITS
        && (whole == "0" || !whole.starts_with('0'))
}

/// Days Excel can count begin in 1900.
fn excel_day(day: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok()?;
    let (month, date) = (
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    );
    ExcelDateTime::from_ymd(year, month, date).ok()
}

fn widen(widths: &mut [u16], column: usize, cell: &OutCell) {
    let needed = match cell {
        OutCell::Text(text) | OutCell::Decimal(text) => width_of(text) + 1,
        OutCell::Date(_) => 12,
        OutCell::Integer(whole) => width_of(&whole.to_string()) + 1,
        OutCell::Empty => 0,
    };
    if let Some(width) = widths.get_mut(column) {
        *width = (*width).max(needed);
    }
}

/// Width of the longest line of a text, Chinese characters counted double.
pub(super) fn width_of(text: &str) -> u16 {
    let width = |line: &str| {
        let columns = line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 });
        columns.take(usize::from(*WIDTHS.end())).sum::<u16>()
    };
    text.lines().map(width).max().unwrap_or(0)
}

/// A name Excel accepts for a sheet: no `[]:*?/\`, at most 31 UTF-16 units, the number of a
/// further sheet included.
pub(super) fn sheet_name(title: &str, number: u32) -> String {
    let suffix = if number == 1 {
        String::new()
    } else {
        format!(" ({number})")
    };
    let mut name = String::new();
    for c in title.chars() {
        let c = if "[]:*?/\\'".contains(c) || c.is_control() {
            ' '
        } else {
            c
        };
        if name.encode_utf16().count() + c.len_utf16() + suffix.len() > 31 {
            break;
        }
        name.push(c);
    }
    let name = name.trim();
    format!("{}{suffix}", if name.is_empty() { "Sheet" } else { name })
}
