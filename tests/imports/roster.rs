//! Rosters: what is written, what is refused, what a validation tells.

use anju::{
    http::Language,
    sheets::{OutCell, SheetError, TableSpec, write_table},
};
use serde_json::{Value, json};

use super::{ROSTER, counts, csv, household, mistakes, roster};
use crate::support::Town;

async fn households(town: &Town, parcel: &Value) -> Vec<(String, String)> {
    let id = parcel["id"].as_str().unwrap();
    let path = format!("/v1/households?parcel_id={id}&limit=200");
    let page = town.officer().get(&path).send().await.ok(200);
    let name = |item: &Value| {
        let text = |field: &str| item[field].as_str().unwrap_or("").to_owned();
        (text("household_no"), text("holder_name"))
    };
    page.items().iter().map(name).collect()
}

fn two() -> Vec<String> {
    vec![
        household("0001", "张小三", "120.50"),
        household("0002", "李小四", "98"),
    ]
}

#[tokio::test]
async fn a_roster_in_utf8_with_a_mark_in_front_is_registered() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let bytes = [b"\xEF\xBB\xBF".as_slice(), &csv(ROSTER, &two())].concat();
    let sending = roster(&town, &programme);
    let import = sending.through("commit", &bytes).await;
    assert_eq!(import["committed"], true);
    assert_eq!(import["state"], "succeeded");
    assert_eq!(counts(&import), [2, 0, 0, 0]);
    let job = sending.job(&import).await;
    assert_eq!((&job["done"], &job["total"]), (&json!(2), &json!(2)));
    let known = households(&town, &parcel).await;
    let expected = [("0001", "张*三"), ("0002", "李*四")];
    assert_eq!(
        known,
        expected.map(|(no, name)| (no.to_owned(), name.to_owned()))
    );
    assert_eq!(town.count("structure").await, 2);
    assert_eq!(
        town.count("person where id_kind = 'citizen_number'").await,
        2
    );
}

#[tokio::test]
async fn a_roster_in_gb18030_is_registered() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let lines = [household("0001", "王㐂", "120.50")];
    let text = String::from_utf8(csv(ROSTER, &lines)).unwrap();
    let (bytes, ..) = encoding_rs::GB18030.encode(&text);
    let import = roster(&town, &programme).through("commit", &bytes).await;
    assert_eq!(counts(&import), [1, 0, 0, 0]);
    assert_eq!(households(&town, &parcel).await[0].1, "王*");
    assert_eq!(town.count("household where holder_name = '王㐂'").await, 1);
}

#[tokio::test]
async fn a_workbook_with_english_headings_in_another_order_is_registered() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let headings = [
        "Household no.",
        "PARCEL CODE *",
        "Address",
        "holder_name",
        "Recognised area (m²)",
    ];
    let row = ["0001", "DJGD", "1 Village Road", "Zoë O’Neill", "1,120.50"];
    let spec = TableSpec {
        title: "Roster".into(),
        headings: headings.map(str::to_owned).into(),
        about: vec![],
        language: Language::English,
        created_at: town.app.clock.now().as_datetime(),
    };
    let mut bytes = vec![];
    let rows = [Ok::<_, SheetError>(row.map(OutCell::text).into())];
    write_table(&mut bytes, &spec, rows).unwrap();
    let mut sending = roster(&town, &programme);
    sending.name = "roster.xlsx";
    let import = sending.through("commit", &bytes).await;
    assert_eq!(counts(&import), [1, 0, 0, 0]);
    assert_eq!(households(&town, &parcel).await[0].1, "Z***l");
    assert_eq!(
        town.count("structure where recognised_area_m2 = 1120.50")
            .await,
        1
    );
}

#[tokio::test]
async fn one_bad_row_keeps_all_rows_out_and_every_mistake_of_every_row_is_told() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let wrong_check = household("0002", "李小四", "98.00").replace("37010319800", "37010319801");
    let lines = [
        household("0001", "张小三", "120.50"),
        wrong_check,
        household("0003", "王小五", "98.125"),
        "XXXX,0004,,大沟村,12,,,,,-1,猪圈".to_owned(),
        "DJGD,0005,赵小六,大沟村,,,,,,,住宅".to_owned(),
    ];
    let sending = roster(&town, &programme);
    let import = sending.through("commit", &csv(ROSTER, &lines)).await;
    assert_eq!(import["committed"], false);
    assert_eq!(import["state"], "failed");
    assert_eq!(counts(&import), [1, 0, 0, 4]);
    let rows = sending.rows(&import, "").await;
    assert_eq!(
        mistakes(&rows),
        [
            (3, "id_number", "citizen-number-check"),
            (4, "recognised_area_m2", "area-decimals"),
            (5, "parcel_code", "parcel-unknown"),
            (5, "holder_name", "required"),
            (5, "phone", "text-too-short"),
            (5, "structure_use", "not-one-of"),
            (5, "recognised_area_m2", "area-negative"),
            (6, "certificate_area_m2", "structure-without-area"),
        ]
    );
    let job = sending.job(&import).await;
    assert_eq!(job["problem"]["code"], "import-refused");
    assert_eq!(town.count("household").await, 0);
    assert_eq!(town.count("person").await, 0);
    assert_eq!(
        town.count("audit_event where action like 'household%'")
            .await,
        0
    );
}

#[tokio::test]
async fn a_household_that_stands_twice_is_refused_at_both_places() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let mut lines = two();
    lines.push(household("0001", "钱小七", "70.00"));
    let sending = roster(&town, &programme);
    let import = sending.through("commit", &csv(ROSTER, &lines)).await;
    let rows = sending.rows(&import, "?verdict=refused").await;
    assert_eq!(
        mistakes(&rows),
        [
            (2, "household_no", "row-repeated"),
            (4, "household_no", "row-repeated")
        ]
    );
    assert_eq!(rows[0]["key"], "DJGD / 0001");
    assert_eq!(rows[0]["findings"][0]["detail"], "与第 4 行重复");
    assert_eq!(rows[0]["findings"][0]["column"], "B");
    assert_eq!(town.count("household").await, 0);
}

#[tokio::test]
async fn a_repetition_far_down_the_file_takes_back_what_was_written_before_it() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let mut lines: Vec<String> = (1..=5_500)
        .map(|n| format!("DJGD,{n:04},户主{n},大沟村,,,,,,80,"))
        .collect();
    lines.push("DJGD,0001,又一人,大沟村,,,,,,80,".to_owned());
    let sending = roster(&town, &programme);
    let bytes = csv(ROSTER, &lines);
    let import = sending.through("commit", &bytes).await;
    assert_eq!(counts(&import), [5_499, 0, 0, 2]);
    assert_eq!(town.count("household").await, 0);
    let import = sending.through("validate", &bytes).await;
    assert_eq!(counts(&import), [5_499, 0, 0, 2]);
    assert_eq!(town.count("import_row where verdict = 'new'").await, 5_499);
    let refused = sending.rows(&import, "?verdict=refused").await;
    let numbers: Vec<_> = refused.iter().map(|row| row["row_no"].clone()).collect();
    assert_eq!(numbers, [2, 5_502]);
}

#[tokio::test]
async fn a_validation_tells_of_new_changed_unchanged_and_absent_and_writes_nothing() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    town.parcel(&programme, "XJGD").await;
    let sending = roster(&town, &programme);
    let mut lines = two();
    lines.push(household("0003", "王小五", "60.00"));
    lines.push(household("0009", "别村人", "60.00").replace("DJGD", "XJGD"));
    sending.through("commit", &csv(ROSTER, &lines)).await;
    let lines = [
        household("0001", "张小三", "121.50"),
        household("0002", "李小四", "98.00"),
        household("0004", "孙小八", "77.00"),
    ];
    let import = sending.through("validate", &csv(ROSTER, &lines)).await;
    assert_eq!(import["committed"], false);
    assert_eq!(counts(&import), [1, 1, 1, 0]);
    assert_eq!(
        import["totals"]["absent"], 1,
        "another parcel is not looked at"
    );
    let rows = sending.rows(&import, "").await;
    let verdicts: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["key"].as_str().unwrap(),
                row["verdict"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        verdicts,
        [
            ("DJGD / 0001", "changed"),
            ("DJGD / 0002", "unchanged"),
            ("DJGD / 0004", "new"),
            ("DJGD / 0003", "absent"),
        ]
    );
    let change = &rows[0]["findings"][0];
    assert_eq!(
        (&change["old"], &change["new"]),
        (&json!("120.50"), &json!("121.50"))
    );
    assert_eq!(change["heading"], "认定面积");
    assert_eq!(town.count("household").await, 4);
    assert_eq!(
        town.count("structure where recognised_area_m2 = 120.50")
            .await,
        1
    );
}

#[tokio::test]
async fn a_corrected_roster_updates_by_number_and_deletes_nothing() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let sending = roster(&town, &programme);
    sending.through("commit", &csv(ROSTER, &two())).await;
    let lines = [household("0001", "张更名", "120.50")];
    let import = sending.through("commit", &csv(ROSTER, &lines)).await;
    assert_eq!(import["committed"], true);
    assert_eq!(counts(&import), [0, 1, 0, 0]);
    let known = households(&town, &parcel).await;
    let names: Vec<_> = known.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["张*名", "李*四"]);
    let rows = sending.rows(&import, "?verdict=changed").await;
    assert_eq!(rows[0]["findings"][0]["old"], "张*三");
}

#[tokio::test]
async fn a_changed_document_is_told_masked() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let sending = roster(&town, &programme);
    let line = household("0001", "张小三", "120.50");
    sending
        .through("commit", &csv(ROSTER, std::slice::from_ref(&line)))
        .await;
    let (old, new) = (
        crate::support::citizen_number("0001"),
        crate::support::citizen_number("other"),
    );
    let import = sending
        .through("validate", &csv(ROSTER, &[line.replace(&old, &new)]))
        .await;
    assert_eq!(counts(&import), [0, 1, 0, 0]);
    let rows = sending
        .rows(&import, "")
        .await
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    assert!(rows.contains("id_number"), "{rows}");
    assert!(
        !rows.contains(&old[6..14]) && !rows.contains(&new),
        "{rows}"
    );
}

#[tokio::test]
async fn a_file_is_sealed_while_it_waits_and_forgotten_once_it_was_read() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let sending = roster(&town, &programme);
    sending.send("commit", &csv(ROSTER, &two())).await.ok(202);
    let owner = town.owner().await;
    let kept: Vec<Vec<u8>> = sqlx::query_scalar("select bytes from file_chunk")
        .fetch_all(&owner)
        .await
        .unwrap();
    let number = crate::support::citizen_number("0001");
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].windows(18).any(|part| part == number.as_bytes()));
    assert_eq!(anju::jobs::run_all(&town.app).await.unwrap(), 1);
    assert_eq!(town.count("file_chunk").await, 0);
    assert_eq!(town.count("household").await, 2);
}
