use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::{file_of, lines_of, rows_of, spec, workbook_of};
use crate::sheets::limits::{BATCHES_WAITING, ROWS_PER_BATCH};
use crate::sheets::{
    FileFormat, MAX_COLUMNS, MAX_ROWS, NO_RESULT, OutCell, SheetError, TableReader, open,
    open_sheet, write_csv, write_table,
};
use crate::sheets::{Row, delimited};

#[test]
fn a_workbook_reads_as_a_person_sees_it() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let dated = Format::new().set_num_format("yyyy/m/d");
    let numbered = Format::new().set_num_format("0000");
    sheet.write_string(0, 0, " 户编号 ").unwrap();
    sheet.write_string(0, 3, "面积").unwrap();
    // Row 2 is blank, row 3 holds blanks only.
    sheet.write_string(2, 1, "　 ").unwrap();
    sheet.write_number_with_format(3, 0, 7, &numbered).unwrap();
    sheet
        .write_datetime_with_format(3, 1, ExcelDateTime::from_ymd(2018, 5, 3).unwrap(), &dated)
        .unwrap();
    sheet.write_boolean(3, 2, true).unwrap();
    sheet.write_number(3, 3, 85.5).unwrap();
    sheet.write_number(4, 0, 120.300_000_000_000_01).unwrap();
    sheet.write_number(4, 1, 3.0).unwrap();
    sheet
        .write_formula(4, 2, rust_xlsxwriter::Formula::new("=1+1").set_result("2"))
        .unwrap();
    sheet.write_string(4, 3, "䶮𬱖 first\nsecond").unwrap();
    sheet.write_blank(4, 900, &dated).unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    assert_eq!(
        lines_of(&bytes),
        [
            (1, "户编号|||面积".to_owned()),
            (4, "0007|2018-05-03|TRUE|85.5".to_owned()),
            (5, "120.3|3|2|䶮𬱖 first\nsecond".to_owned()),
        ]
    );
}

#[test]
fn dates_in_the_numbered_formats_of_a_chinese_excel_are_dates() {
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs></styleSheet>"#;
    let data = r#"<row r="1"><c r="A1" s="1"><v>43223</v></c><c r="B1"><v>43223</v></c><c r="C1" t="e"><v>#N/A</v></c></row>"#;
    assert_eq!(
        lines_of(&workbook_of(data, &[("xl/styles.xml", styles)])),
        [(1, "2018-05-03|43223|#N/A".to_owned())]
    );
}

#[test]
fn the_visible_sheet_with_content_is_read_unless_another_is_named() {
    let mut workbook = Workbook::new();
    for (name, hidden) in [
        ("文件说明", false),
        ("旧", true),
        ("空表", false),
        ("花名册", false),
        ("备用", false),
    ] {
        let sheet = workbook.add_worksheet();
        let empty = ["空表", "备用"].contains(&name);
        sheet
            .set_name(name)
            .unwrap()
            .write_string(0, 0, if empty { " " } else { name })
            .unwrap();
        sheet.set_hidden(hidden);
    }
    let file = file_of(&workbook.save_to_buffer().unwrap());
    let first = |sheet| {
        let mut reader = open_sheet(file.path(), None, sheet)?;
        reader
            .next()
            .expect("a row")
            .map(|row| row.cells[0].clone())
    };
    assert_eq!(first(None).unwrap(), "花名册");
    assert_eq!(first(Some("旧")).unwrap(), "旧");
    assert_eq!(first(Some("没有")).unwrap_err().code, "sheet-not-found");
}

#[test]
fn several_sheets_with_content_are_refused_by_their_names() {
    let mut workbook = Workbook::new();
    for name in ["一组", "二组", "空表"] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        if name != "空表" {
            sheet.write_string(3, 2, "DJGD").unwrap();
        }
    }
    let file = file_of(&workbook.save_to_buffer().unwrap());
    let refused = open(file.path(), None).unwrap_err();
    assert_eq!(refused.code, "several-sheets");
    assert!(refused.zh.contains("一组、二组；"), "{}", refused.zh);
    assert!(open_sheet(file.path(), None, Some("二组")).is_ok());
}

#[test]
fn a_formula_that_was_never_computed_is_not_taken_for_an_empty_cell() {
    let cells = r#"<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1*2</f><v>2</v></c><c r="C1"><f>A1*3</f></c><c r="D1"><f>A1*4</f><v></v></c><c r="E1" t="str"><f>IF(A1=1,"",A1)</f><v></v></c><c r="F1"/></row>"#;
    let rows = rows_of(&workbook_of(cells, &[]));
    assert_eq!(rows[0].cells, ["1", "2", NO_RESULT, NO_RESULT]);
}

#[test]
fn csv_reads_alike_in_every_encoding_and_with_every_separator() {
    let expected = [(1, "户编号|姓名".to_owned()), (2, "1|张，三".to_owned())];
    for (separator, comma_free) in [
        (",", "户编号,姓名\n1,\"张，三\"\n"),
        (";", "户编号;姓名\r\n1;张，三"),
        ("\t", "户编号\t姓名\r1\t张，三\r"),
    ] {
        let (gb, _, _) = encoding_rs::GB18030.encode(comma_free);
        let utf16: Vec<u8> = [0xFEFF]
            .into_iter()
            .chain(comma_free.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked = format!("\u{feff}{comma_free}").into_bytes();
        for (bytes, name) in [
            (comma_free.as_bytes(), "UTF-8"),
            (&marked, "UTF-8"),
            (&gb, "gb18030"),
            (&utf16, "UTF-16LE"),
        ] {
            assert_eq!(lines_of(bytes), expected, "{name} {separator:?}");
            let format = open(file_of(bytes).path(), None).unwrap().format();
            let separator = separator.chars().next().unwrap();
            assert_eq!(
                format,
                FileFormat::Csv {
                    encoding: name_of(name),
                    separator
                }
            );
        }
    }
}

fn name_of(name: &str) -> &'static str {
    encoding_rs::Encoding::for_label(name.as_bytes())
        .unwrap()
        .name()
}

#[test]
fn rare_characters_of_names_survive_gb18030() {
    // 姓名 LF 䶮 , 𬱖 LF: two bytes a character, 䶮 among them, and four for 𬱖.
    let bytes = b"\xD0\xD5\xC3\xFB\n\xFE\x9F,\x99\x33\xC3\x36\n";
    assert_eq!(
        lines_of(bytes),
        [(1, "姓名".to_owned()), (2, "䶮|𬱖".to_owned())]
    );
}

#[test]
fn the_encoding_is_found_however_much_ascii_comes_first() {
    let mut text = format!("no,name\n{}", "1,a plain name\n".repeat(60_000));
    text += "60000,䶮𬱖\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    assert_eq!(rows_of(&gb).last().unwrap().cells, ["60000", "䶮𬱖"]);
}

#[test]
fn csv_rows_carry_the_numbers_a_spreadsheet_shows() {
    let text = "\n编号,备注\n\n1,\"两\r\n行\"\n,\n2,\"带 \"\"引号\"\"\"\r\n\r\n3,末行";
    assert_eq!(
        lines_of(text.as_bytes()),
        [
            (2, "编号|备注".to_owned()),
            (4, "1|两\n行".to_owned()),
            (6, "2|带 \"引号\"".to_owned()),
            (8, "3|末行".to_owned()),
        ]
    );
}

#[test]
fn columns_without_content_do_not_count() {
    let wide = format!("a,b{}\n1,2{}\n", ",".repeat(500), ",".repeat(500));
    assert_eq!(
        lines_of(wide.as_bytes()),
        [(1, "a|b".to_owned()), (2, "1|2".to_owned())]
    );
    let full: Vec<String> = (1..=MAX_COLUMNS).map(|n| n.to_string()).collect();
    assert_eq!(rows_of(full.join(",").as_bytes())[0].cells.len(), 200);
}

const MANY: u32 = 100_000;

fn many() -> impl Iterator<Item = Result<Vec<OutCell>, SheetError>> {
    (1..=i64::from(MANY)).map(|n| {
        let name = OutCell::Text(format!("第{n}户"));
        Ok(vec![
            OutCell::Integer(n),
            name,
            OutCell::Decimal(format!("{n}.25")),
        ])
    })
}

/// Reads the table to its end: every row, in order, with what was written.
fn check_many(reader: TableReader) {
    let (mut count, mut sum) = (0, 0);
    for (expected, row) in (1..).zip(reader) {
        let row = row.unwrap();
        assert_eq!(row.number, expected);
        if expected > 1 {
            let number: u32 = row.cells[0].parse().unwrap();
            assert_eq!(row.cells[1], format!("第{number}户"));
            assert_eq!(row.cells[2], format!("{number}.25"));
            sum += u64::from(number);
            count += 1;
        }
    }
    assert_eq!((count, sum), (MANY, 5_000_050_000));
}

#[test]
fn a_hundred_thousand_rows_of_a_workbook_come_back() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let columns = spec("大表", &["编号", "户", "面积"]);
    let written = write_table(file.as_file(), &columns, many()).unwrap();
    assert_eq!((written.rows, written.sheets), (u64::from(MANY), 1));
    check_many(open(file.path(), None).unwrap());
}

#[test]
fn a_hundred_thousand_rows_of_csv_come_back() {
    let file = tempfile::NamedTempFile::new().unwrap();
    write_csv(
        file.as_file(),
        &spec("大表", &["编号", "户", "面积"]),
        many(),
    )
    .unwrap();
    check_many(open(file.path(), None).unwrap());
}

#[test]
fn a_source_waits_when_the_reader_is_behind_and_ends_when_it_leaves() {
    let made = Arc::new(AtomicUsize::new(0));
    let (still_running, ended) = mpsc::channel::<()>();
    let counter = Arc::clone(&made);
    let format = FileFormat::Csv {
        encoding: "UTF-8",
        separator: ',',
    };
    let mut reader = TableReader::start(format, move |outbox| {
        let _running = still_running;
        for number in 1.. {
            counter.fetch_add(1, Ordering::SeqCst);
            outbox.put(Row {
                number,
                cells: vec!["a".to_owned()],
            })?;
        }
        Ok(())
    })
    .unwrap();
    // One batch in hand, the waiting ones, and the one that finds no place.
    let most = (BATCHES_WAITING + 2) * ROWS_PER_BATCH;
    while made.load(Ordering::SeqCst) < most {
        std::thread::yield_now();
    }
    // A source that did not wait would have gone on by now.
    (0..10_000).for_each(|_| std::thread::yield_now());
    assert_eq!(made.load(Ordering::SeqCst), most);
    assert_eq!(reader.next().unwrap().unwrap().number, 1);
    drop(reader);
    assert_eq!(ended.recv(), Err(mpsc::RecvError));
}

/// A file that never ends.
struct Endless {
    position: usize,
}

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let rest = b"1,2\n".iter().cycle().skip(self.position % 4);
        for (place, byte) in buffer.iter_mut().zip(rest) {
            *place = *byte;
        }
        self.position += buffer.len();
        Ok(buffer.len())
    }
}

#[test]
fn rows_of_csv_come_before_the_file_has_ended() {
    let format = FileFormat::Csv {
        encoding: "UTF-8",
        separator: ',',
    };
    let mut reader = TableReader::start(format, |outbox| {
        delimited::read(Endless { position: 0 }, encoding_rs::UTF_8, b',', outbox)
    })
    .unwrap();
    let row = reader.nth(9_999).unwrap().unwrap();
    assert_eq!(
        (row.number, row.cells),
        (10_000, vec!["1".to_owned(), "2".to_owned()])
    );
}

#[test]
fn a_table_of_more_rows_than_accepted_is_refused() {
    let format = FileFormat::Csv {
        encoding: "UTF-8",
        separator: ',',
    };
    let rows_of = |count| {
        TableReader::start(format, move |outbox| {
            (1..=count).try_for_each(|number| {
                outbox.put(Row {
                    number,
                    cells: Vec::new(),
                })
            })
        })
        .unwrap()
    };
    assert_eq!(rows_of(MAX_ROWS).find_map(Result::err), None);
    let error = rows_of(MAX_ROWS + 1).find_map(Result::err).unwrap();
    assert_eq!(
        (error.code, error.row),
        ("too-many-rows", Some(MAX_ROWS + 1))
    );
}
