//! Files made for the tests, and what is read back from them.

mod headings;
mod reading;
mod refusals;
mod writing;

use std::io::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;

use crate::http::Language;

use super::{Column, OutCell, Row, SheetError, TableShape, TableSpec, open};

const fn column(
    key: &'static str,
    zh: &'static str,
    en: &'static str,
    required: bool,
    example: &'static str,
) -> Column {
    Column {
        key,
        zh,
        en,
        aliases: &[],
        required,
        hint_zh: "文字",
        hint_en: "text",
        example,
    }
}

/// A small roster, as an importer would describe it.
const ROSTER: TableShape = TableShape {
    kind: "roster",
    zh: "被征收户花名册",
    en: "Roster",
    columns: &[
        Column {
            aliases: &["户编码", "household number"],
            hint_zh: "最多 20 个字符，在项目内唯一",
            hint_en: "at most 20 characters, unique within the programme",
            ..column("household_no", "户编号", "Household no.", true, "DJG-0001")
        },
        column("head", "户主姓名", "Head of household", true, "张三"),
        Column {
            hint_zh: "平方米，最多两位小数",
            hint_en: "square metres, at most two decimals",
            ..column(
                "area_m2",
                "建筑面积（㎡）",
                "Floor area (m2)",
                false,
                "85.50",
            )
        },
        column("signed_on", "签约日期", "Signed on", false, "2018-05-03"),
    ],
};

fn file_of(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file.flush().unwrap();
    file
}

fn rows_of(bytes: &[u8]) -> Vec<Row> {
    open(file_of(bytes).path(), None)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// Number and cells of every row, the cells joined by `|`.
fn lines_of(bytes: &[u8]) -> Vec<(u32, String)> {
    rows_of(bytes)
        .into_iter()
        .map(|row| (row.number, row.cells.join("|")))
        .collect()
}

/// The error of a file, whether it shows at once or after some rows.
fn refusal_of(bytes: &[u8]) -> SheetError {
    match open(file_of(bytes).path(), None) {
        Err(error) => error,
        Ok(mut reader) => reader.find_map(Result::err).expect("the file is refused"),
    }
}

/// A workbook of hand-written parts, for what no program would write.
fn container_of(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut container = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        container
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        container.write_all(content.as_bytes()).unwrap();
    }
    container.finish().unwrap().into_inner()
}

const RELATIONS: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/>"#,
    "</Relationships>",
);
const SHEET_RELATIONS: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>"#,
    "</Relationships>",
);
const SHEET_LIST: &str = concat!(
    r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">"#,
    r#"<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
);

/// A workbook of one sheet whose XML, and further parts, are given.
fn workbook_of(sheet_data: &str, further: &[(&str, &str)]) -> Vec<u8> {
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{sheet_data}</sheetData></worksheet>"#
    );
    let mut parts = vec![
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", SHEET_LIST),
        ("xl/_rels/workbook.xml.rels", SHEET_RELATIONS),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
    ];
    parts.extend_from_slice(further);
    container_of(&parts)
}

fn noon(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, month, day)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap()
        .and_utc()
}

fn spec(title: &str, headings: &[&str]) -> TableSpec {
    TableSpec {
        title: title.to_owned(),
        headings: headings.iter().map(|h| (*h).to_owned()).collect(),
        about: Vec::new(),
        language: Language::Chinese,
        created_at: noon(2018, 5, 3),
    }
}

fn texts(cells: &[&str]) -> Vec<OutCell> {
    cells.iter().map(|text| OutCell::text(*text)).collect()
}

/// Rows none of which fails.
fn sound(
    rows: impl IntoIterator<Item = Vec<OutCell>>,
) -> impl Iterator<Item = Result<Vec<OutCell>, SheetError>> {
    rows.into_iter().map(Ok)
}
