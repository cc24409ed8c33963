//! Files as offices keep them: titles, second sheets, formulas nobody computed, wide characters.

use rust_xlsxwriter::{Formula, Workbook, Worksheet};
use serde_json::{Value, json};

use super::{ROSTER, Sending, counts, csv, household, mistakes, roster};
use crate::support::{Town, homes::text};

fn fill(sheet: &mut Worksheet, top: u32, lines: &[&str]) {
    for (row, line) in (top..).zip(lines) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
}

/// A roster with one household, as a workbook.
fn book(change: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("东村").unwrap();
    fill(sheet, 0, &[ROSTER, &household("0001", "张小三", "120.50")]);
    change(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

async fn village() -> (Town, Value) {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    (town, programme)
}

fn sending<'a>(town: &'a Town, programme: &'a Value) -> Sending<'a> {
    Sending {
        name: "花名册.xlsx",
        ..roster(town, programme)
    }
}

#[tokio::test]
async fn a_second_sheet_with_data_is_not_passed_over() {
    let (town, programme) = village().await;
    let sending = sending(&town, &programme);
    let two = book(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.set_name("西村").unwrap();
        fill(sheet, 0, &[ROSTER, &household("0002", "李小四", "98.00")]);
    });
    let refused = sending.send("commit", &two).await;
    let refused = refused.is_problem(422, "table-unreadable").json;
    let mistake = &refused["errors"][0];
    assert_eq!(mistake["code"], "several-sheets", "{refused}");
    assert!(text(&mistake["detail"]).contains("东村、西村"), "{refused}");

    let one = book(|workbook| {
        workbook.add_worksheet().set_name("空表").unwrap();
        let sheet = workbook.add_worksheet();
        sheet.set_name("填写说明").unwrap();
        fill(sheet, 0, &["列名,是否必填"]);
    });
    let import = sending.through("commit", &one).await;
    assert_eq!(counts(&import), [1, 0, 0, 0], "{import}");
}

#[tokio::test]
async fn a_formula_nobody_computed_is_a_mistake_and_not_an_empty_cell() {
    let (town, programme) = village().await;
    let sending = sending(&town, &programme);
    let area = book(|workbook| {
        let sheet = workbook.worksheet_from_index(0).unwrap();
        sheet.write_formula(1, 7, Formula::new("=60*2")).unwrap();
    });
    let import = sending.through("commit", &without_results(&area)).await;
    let rows = sending.rows(&import, "?verdict=refused").await;
    assert_eq!(
        mistakes(&rows),
        [(2, "certificate_area_m2", "formula-without-result")],
        "{import}"
    );
    let told = text(&rows[0]["findings"][0]["detail"]);
    assert_eq!(told, "公式没有结果，请在表格软件中打开并保存");
}

/// The workbook as programs write it that compute nothing: no formula has a result.
fn without_results(bytes: &[u8]) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(vec![]));
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let name = part.name().unwrap().to_string();
        let mut content = vec![];
        part.read_to_end(&mut content).unwrap();
        if name.ends_with("sheet1.xml") {
            let text = String::from_utf8(content).unwrap();
            content = text.replace("</f><v>0</v>", "</f>").into_bytes();
        }
        let options = zip::write::SimpleFileOptions::default();
        to.start_file(name, options).unwrap();
        to.write_all(&content).unwrap();
    }
    to.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_title_wide_digits_a_remark_and_blank_columns_are_no_mistakes() {
    let (town, programme) = village().await;
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let format = rust_xlsxwriter::Format::new();
    let title = "市中区东大沟村入户调查花名册";
    sheet.merge_range(0, 0, 0, 8, title, &format).unwrap();
    let headings = format!("{ROSTER},,备注");
    let line = household("０００１", "张小三", "１２０．５０");
    let line = format!("{},,老人独居", line.replacen("DJGD", "ＤＪＧＤ", 1));
    fill(sheet, 2, &[&headings, &line]);
    sheet.write_string(9, 0, "  ").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let sending = sending(&town, &programme);
    let import = sending.through("commit", &bytes).await;
    assert_eq!(counts(&import), [1, 0, 0, 0], "{import}");
    let list = town.officer().get("/v1/households").send().await.ok(200);
    assert_eq!(list.items()[0]["household_no"], "0001");
    assert_eq!(list.items()[0]["floor_area_m2"], "120.50");

    let stranger = format!("花名册\n{ROSTER},鱼塘");
    let lines = [format!("{},3", household("0002", "李小四", "98.00"))];
    let refused = sending.send("commit", &csv(&stranger, &lines)).await;
    let refused = refused.is_problem(422, "columns-mismatch").json;
    assert_eq!(refused["errors"][0]["code"], "column-unknown");
}

#[tokio::test]
async fn a_refused_cell_is_repeated_and_personal_data_masked() {
    let (town, programme) = village().await;
    let sending = roster(&town, &programme);
    let line = household("0001", "张小三", "98.125")
        .replacen("0531-12345678", "1381234567a", 1)
        .replacen(
            &crate::support::citizen_number("0001"),
            "11010519491231002A",
            1,
        );
    let import = sending.through("validate", &csv(ROSTER, &[line])).await;
    let rows = sending.rows(&import, "?verdict=refused").await;
    let findings = rows[0]["findings"].as_array().unwrap().iter();
    let told: Vec<_> = findings.map(|f| (&f["field"], &f["new"])).collect();
    assert_eq!(
        told,
        [
            (&json!("phone"), &json!("******4567")),
            (&json!("id_number"), &json!("110*************2A")),
            (&json!("recognised_area_m2"), &json!("98.125")),
        ]
        .map(|(field, new)| (field, new))
    );
}

#[tokio::test]
async fn differences_show_no_phone_number_and_call_documents_in_the_language_asked_for() {
    let (town, programme) = village().await;
    let sending = roster(&town, &programme);
    let line = household("0001", "张小三", "120.50");
    sending
        .through("commit", &csv(ROSTER, std::slice::from_ref(&line)))
        .await;
    let headings = format!("{ROSTER},证件类型");
    let line = line.replacen("0531-12345678", "13800001234", 1).replacen(
        &crate::support::citizen_number("0001"),
        "E12345678",
        1,
    );
    let bytes = csv(&headings, &[format!("{line},护照")]);
    let import = sending.through("validate", &bytes).await;
    assert_eq!(counts(&import), [0, 1, 0, 0], "{import}");
    let rows = sending.rows(&import, "?verdict=changed").await;
    let findings = rows[0]["findings"].as_array().unwrap();
    let of = |field: &str| {
        let found = findings.iter().find(|f| f["field"] == field).unwrap();
        (
            text(&found["old"]).to_owned(),
            text(&found["new"]).to_owned(),
        )
    };
    assert_eq!(of("phone"), ("053*****5678".into(), "138****1234".into()));
    assert_eq!(of("id_kind"), ("居民身份证".into(), "护照".into()));
    let kept: String = sqlx::query_scalar("select string_agg(r::text, ' ') from import_row r")
        .fetch_one(&town.owner().await)
        .await
        .unwrap();
    assert!(
        !kept.contains("12345678") && !kept.contains("0001234"),
        "{kept}"
    );
}
