//! The workbook people fill in: headings, one example, and what each column means.

use chrono::DateTime;
use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use super::columns::{Column, TableShape, in_language};
use super::out::{COLUMNS_SHEET, Looks, new_workbook, set_up_page, sheet_name, width_of};
use crate::http::Language;

/// Headings of the explaining sheet.
const EXPLAINED: [(&str, &str); 5] = [
    ("列名", "Column"),
    ("是否必填", "Required"),
    ("格式与说明", "Format and meaning"),
    ("示例", "Example"),
    ("字段代码", "Field"),
];

/// Creation time in the properties of every template, 2020-01-01: a template has no age.
const CREATED_AT: i64 = 1_577_836_800;

/// The template of a table in one language: headings (required ones marked `*`) over one example
/// row, and a second sheet that explains each column. Equal shapes give equal bytes.
///
/// # Panics
/// When a shape has more columns or longer texts than Excel allows: shapes are part of the program.
pub fn template(shape: &TableShape, language: Language) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written =
        fill(shape, language).and_then(|mut workbook| workbook.save_to_writer(&mut bytes));
    written.expect("headings, hints and examples are short texts of the program itself");
    bytes
}

fn fill(shape: &TableShape, language: Language) -> Result<Workbook, XlsxError> {
    let created = DateTime::from_timestamp(CREATED_AT, 0).expect("a time of this century");
    let mut workbook = new_workbook(created)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(in_language(language, shape.zh, shape.en), 1))?;
    write_form(sheet, shape, language)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(in_language(language, COLUMNS_SHEET.0, COLUMNS_SHEET.1))?;
    write_explanations(sheet, shape, language)?;
    Ok(workbook)
}

fn write_form(
    sheet: &mut Worksheet,
    shape: &TableShape,
    language: Language,
) -> Result<(), XlsxError> {
    let looks = Looks::new();
    let example = Format::new()
        .set_num_format("@")
        .set_font_color(Color::RGB(0x0080_8080));
    let required = looks
        .heading
        .clone()
        .set_font_color(Color::RGB(0x00B0_0020));
    for (index, column) in (0..).zip(shape.columns) {
        // Everything is text: Excel would round citizen numbers and rearrange dates.
        sheet.set_column_format(index, &looks.text)?;
        let heading = marked(column, language);
        let look = if column.required {
            &required
        } else {
            &looks.heading
        };
        sheet.write_string_with_format(0, index, &heading, look)?;
        if !column.example.is_empty() {
            sheet.write_string_with_format(1, index, column.example, &example)?;
        }
        let width = width_of(&heading).max(width_of(column.example)) + 3;
        sheet.set_column_width(index, width.clamp(10, 40))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    set_up_page(sheet);
    Ok(())
}

fn write_explanations(
    sheet: &mut Worksheet,
    shape: &TableShape,
    language: Language,
) -> Result<(), XlsxError> {
    let looks = Looks::new();
    let text = looks
        .text
        .clone()
        .set_text_wrap()
        .set_align(rust_xlsxwriter::FormatAlign::Top);
    for (column, (zh, en)) in (0..).zip(EXPLAINED) {
        sheet.write_string_with_format(0, column, in_language(language, zh, en), &looks.heading)?;
    }
    for (row, column) in (1..).zip(shape.columns) {
        let needed = if column.required {
            ("必填", "yes")
        } else {
            ("选填", "no")
        };
        let cells = [
            in_language(language, column.zh, column.en),
            in_language(language, needed.0, needed.1),
            in_language(language, column.hint_zh, column.hint_en),
            column.example,
            column.key,
        ];
        for (index, cell) in (0..).zip(cells) {
            sheet.write_string_with_format(row, index, cell, &text)?;
        }
    }
    let notes = in_language(
        language,
        "第一个工作表的第二行是示例，填写时请删除或覆盖；带 * 的列必填；列的顺序可以改变，选填列可以删除。",
        "The second row of the first sheet is an example: delete or overwrite it. Columns marked * \
         are required. Columns may be reordered, and optional ones left out.",
    );
    let below = u32::try_from(shape.columns.len()).map_err(|_| XlsxError::RowColumnLimitError)? + 2;
    sheet.write_string(below, 0, notes)?;
    for (column, width) in (0..).zip([24_u16, 10, 60, 28, 24]) {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    set_up_page(sheet);
    Ok(())
}

fn marked(column: &Column, language: Language) -> String {
    let heading = in_language(language, column.zh, column.en);
    if column.required {
        format!("{heading} *")
    } else {
        heading.to_owned()
    }
}
