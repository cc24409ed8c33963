use std::io::Read as _;

use chrono::NaiveDate;

use super::{ROSTER, file_of, lines_of, noon, rows_of, sound, spec, texts};
use crate::http::Language;
use crate::sheets::out::{sheet_name, write_split};
use crate::sheets::{
    OutCell, SheetError, TableSpec, bind_headings, open, open_sheet, template, write_csv,
    write_table,
};

fn written(spec: &TableSpec, rows: Vec<Vec<OutCell>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_table(&mut bytes, spec, sound(rows)).unwrap();
    bytes
}

fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn typed_cells_come_back_as_they_were_meant() {
    let day = NaiveDate::from_ymd_opt(2018, 5, 3).unwrap();
    let ancient = NaiveDate::from_ymd_opt(1899, 12, 1).unwrap();
    let bytes = written(
        &spec("清单", &["a", "b", "c", "d", "e", "f", "g", "h"]),
        vec![vec![
            OutCell::text("001"),
            OutCell::Integer(-42),
            OutCell::Decimal("258100.10".to_owned()),
            OutCell::Decimal("12345678901234567.89".to_owned()),
            OutCell::Date(day),
            OutCell::Date(ancient),
            OutCell::Empty,
            OutCell::Integer(9_007_199_254_740_993),
        ]],
    );
    let row = "001|-42|258100.1|12345678901234567.89|2018-05-03|1899-12-01||9007199254740993";
    assert_eq!(lines_of(&bytes)[1], (2, row.to_owned()));
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(
        sheet.contains("<v>258100.1</v>"),
        "a decimal is a number, as short as written"
    );
    assert!(
        part(&bytes, "xl/styles.xml").contains(r#"formatCode="0.00""#),
        "shown with its places"
    );
}

#[test]
fn headings_are_frozen_filtered_and_bold_with_sensible_widths() {
    let bytes = written(
        &spec("清单", &["编号", "地址"]),
        vec![texts(&["1", &"长".repeat(80)])],
    );
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains(r#"<pane ySplit="1" topLeftCell="A2""#));
    assert!(sheet.contains(r#"<autoFilter ref="A1:B2"/>"#));
    assert!(part(&bytes, "xl/styles.xml").contains("<b/>"));
    let widths: Vec<&str> = sheet
        .split("width=\"")
        .skip(1)
        .map(|w| w.split('.').next().unwrap())
        .collect();
    assert_eq!(widths, ["9", "48"]);
}

const INJECTIONS: [&str; 8] = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "'=1",
    "＝1+1",
    "=HYPERLINK(\"http://x\",\"y\")",
    "http://example.org",
];

#[test]
fn texts_of_a_workbook_are_never_formulas() {
    let bytes = written(
        &spec("清单", &["=A1"]),
        INJECTIONS.iter().map(|t| texts(&[t])).collect(),
    );
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f") && !sheet.contains("hyperlink"));
    assert!(
        part(&bytes, "xl/styles.xml").contains("quotePrefix"),
        "still a text when edited"
    );
    let back: Vec<String> = rows_of(&bytes)
        .into_iter()
        .skip(1)
        .map(|r| r.cells[0].clone())
        .collect();
    assert_eq!(back, INJECTIONS);
}

#[test]
fn texts_of_csv_that_look_like_formulas_are_quoted_and_come_back_unquoted() {
    let mut bytes = Vec::new();
    let mut rows: Vec<_> = INJECTIONS.iter().map(|t| texts(&[t])).collect();
    rows.push(texts(&["\t=1"]));
    rows.push(vec![OutCell::Decimal("-5.00".to_owned())]);
    rows.push(vec![OutCell::Decimal("-5+1".to_owned())]);
    write_csv(&mut bytes, &spec("清单", &["a"]), sound(rows)).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.starts_with(
        "\u{feff}a\r\n'=1+1\r\n'+1\r\n'-1+cmd|' /C calc'!A0\r\n'@SUM(A1)\r\n''=1\r\n'＝1+1\r\n"
    ));
    assert!(
        text.ends_with("http://example.org\r\n'\t=1\r\n-5.00\r\n'-5+1\r\n"),
        "{text:?}"
    );
    let back: Vec<String> = rows_of(&bytes)
        .into_iter()
        .skip(1)
        .map(|r| r.cells[0].clone())
        .collect();
    assert_eq!(back[..8], INJECTIONS);
    assert_eq!(back[8..], ["=1", "-5.00", "-5+1"]);
}

#[test]
fn a_table_too_long_for_one_sheet_goes_on_on_the_next() {
    let mut bytes = Vec::new();
    let rows = sound((1..=7).map(|n| texts(&[&n.to_string()])));
    let outcome = write_split(&mut bytes, &spec("清单", &["n"]), rows, 3).unwrap();
    assert_eq!((outcome.rows, outcome.sheets), (7, 3));
    let file = file_of(&bytes);
    for (name, expected) in [
        ("清单", "n 1 2 3"),
        ("清单 (2)", "n 4 5 6"),
        ("清单 (3)", "n 7"),
    ] {
        let reader = open_sheet(file.path(), None, Some(name)).unwrap();
        let cells: Vec<String> = reader.map(|row| row.unwrap().cells[0].clone()).collect();
        assert_eq!(cells.join(" "), expected);
    }
    let exactly = sound((1..=3).map(|n| texts(&[&n.to_string()])));
    assert_eq!(
        write_split(Vec::new(), &spec("清单", &["n"]), exactly, 3)
            .unwrap()
            .sheets,
        1
    );
    let nothing = std::iter::empty::<Result<Vec<OutCell>, SheetError>>();
    assert_eq!(
        write_split(Vec::new(), &spec("清单", &["n"]), nothing, 3)
            .unwrap()
            .sheets,
        1
    );
}

#[test]
fn the_about_sheet_leads_and_a_list_with_one_can_be_read_back() {
    let about = [
        ("标题", "签约进度"),
        ("截至日期", "2018-05-03"),
        ("参数", "=片区"),
    ];
    let about = about.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
    let table = TableSpec {
        about,
        ..spec("清单", &["编号"])
    };
    let bytes = written(&table, vec![texts(&["1"])]);
    assert_eq!(
        lines_of(&bytes),
        [(1, "编号".to_owned()), (2, "1".to_owned())]
    );
    assert!(
        part(&bytes, "xl/workbook.xml").find("文件说明")
            < part(&bytes, "xl/workbook.xml").find("清单")
    );
    let file = file_of(&bytes);
    let first = open_sheet(file.path(), None, Some("文件说明"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(first.cells, ["标题", "签约进度"]);
}

#[test]
fn equal_input_gives_equal_bytes_and_the_given_time_is_the_only_one() {
    let rows = || vec![texts(&["1", "张三"])];
    let one = written(&spec("清单", &["a", "b"]), rows());
    assert!(one == written(&spec("清单", &["a", "b"]), rows()));
    assert!(part(&one, "docProps/core.xml").contains("2018-05-03T12:00:00Z"));
    let later = TableSpec {
        created_at: noon(2019, 1, 1),
        ..spec("清单", &["a", "b"])
    };
    assert!(one != written(&later, rows()));
    assert!(template(&ROSTER, Language::Chinese) == template(&ROSTER, Language::Chinese));
}

#[test]
fn the_first_failure_of_the_rows_is_the_failure_of_the_table() {
    let rows = [Ok(texts(&["1"])), Err(SheetError::empty())];
    assert_eq!(
        write_table(Vec::new(), &spec("S", &["a"]), rows)
            .unwrap_err()
            .code,
        "file-empty"
    );
    let long = sound([texts(&[&"x".repeat(32_768)])]);
    assert_eq!(
        write_table(Vec::new(), &spec("S", &["a"]), long)
            .unwrap_err()
            .code,
        "text-too-long-to-write"
    );
}

#[test]
fn a_template_binds_to_its_own_shape_and_its_example_is_known_as_one() {
    for language in [Language::Chinese, Language::English] {
        let bytes = template(&ROSTER, language);
        let mut rows = open(file_of(&bytes).path(), None).unwrap();
        let headings = rows.next().unwrap().unwrap();
        assert!(headings.cells[0].ends_with(" *") && !headings.cells[2].ends_with('*'));
        let binding = bind_headings(&ROSTER, &headings).unwrap();
        let mut example = rows.next().unwrap().unwrap();
        assert_eq!(binding.get(&example, "signed_on"), Some("2018-05-03"));
        assert!(binding.is_example(&example));
        "李四".clone_into(&mut example.cells[1]);
        assert!(!binding.is_example(&example));
        assert!(rows.next().is_none());
    }
}

#[test]
fn the_template_explains_every_column_on_its_second_sheet() {
    let file = file_of(&template(&ROSTER, Language::Chinese));
    let rows: Vec<String> = open_sheet(file.path(), None, Some("填写说明"))
        .unwrap()
        .map(|row| row.unwrap().cells.join("|"))
        .collect();
    assert_eq!(rows[0], "列名|是否必填|格式与说明|示例|字段代码");
    assert_eq!(
        rows[1],
        "户编号|必填|最多 20 个字符，在项目内唯一|DJG-0001|household_no"
    );
    assert_eq!(
        rows[3],
        "建筑面积（㎡）|选填|平方米，最多两位小数|85.50|area_m2"
    );
    assert_eq!(rows.len(), 1 + ROSTER.columns.len() + 1);
}

#[test]
fn any_title_makes_a_name_excel_accepts() {
    assert_eq!(sheet_name("签约/未签: 清单?", 1), "签约 未签  清单");
    assert_eq!(sheet_name("", 2), "Sheet (2)");
    let long = sheet_name(&"长".repeat(40), 12);
    assert_eq!(long.encode_utf16().count(), 31);
    assert!(long.ends_with(" (12)"));
}
