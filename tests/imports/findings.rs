//! Files out: findings and templates, in both languages.

use std::io::{Cursor, Write as _};

use anju::sheets;
use calamine::{Reader as _, Xlsx};

use super::{ROSTER, Sending, counts, csv, household, roster};
use crate::support::{Reply, Town};

/// The rows of a workbook's last sheet but for explanations, as a person sees them.
fn table(reply: &Reply) -> Vec<Vec<String>> {
    let mut file = tempfile::Builder::new().suffix(".xlsx").tempfile().unwrap();
    file.write_all(&reply.bytes).unwrap();
    let rows = sheets::open(file.path(), None).unwrap();
    rows.map(|row| row.unwrap().cells).collect()
}

#[tokio::test]
async fn the_findings_name_row_column_and_mistake_in_the_language_asked_for() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let lines = [
        household("0001", "张小三", "120.50"),
        household("0002", "李小四", "98.125"),
    ];
    let sending = roster(&town, &programme);
    let import = sending.through("commit", &csv(ROSTER, &lines)).await;
    let path = format!("/v1/imports/{}/findings", import["id"].as_str().unwrap());
    let reply = town.officer().get(&path).send().await.ok(200);
    assert!(
        reply
            .header("content-disposition")
            .contains("filename*=UTF-8''")
    );
    let rows = table(&reply);
    assert_eq!(rows[0][..6], ["行号", "编号", "结果", "列", "列名", "问题"]);
    assert_eq!(
        rows[1][..6],
        [
            "3",
            "DJGD / 0002",
            "拒绝",
            "J",
            "认定面积",
            "面积最多两位小数"
        ]
    );
    assert_eq!(rows.len(), 2);
    let reply = town.officer().get(&path).english().send().await.ok(200);
    let rows = table(&reply);
    assert_eq!(
        rows[1][..6],
        [
            "3",
            "DJGD / 0002",
            "refused",
            "J",
            "Recognised area",
            "area has at most two decimals"
        ]
    );
    let workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(reply.bytes)).unwrap();
    assert!(
        workbook.sheet_names().len() >= 2,
        "a first sheet says what the file is"
    );
}

#[tokio::test]
async fn the_differences_of_a_validation_can_be_downloaded() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let sending = roster(&town, &programme);
    let known = [household("0001", "张小三", "120.50")];
    sending.through("commit", &csv(ROSTER, &known)).await;
    let corrected = [household("0001", "张小三", "121.00")];
    let import = sending.through("validate", &csv(ROSTER, &corrected)).await;
    let id = import["id"].as_str().unwrap();
    let path = format!("/v1/imports/{id}/findings?verdict=changed");
    let rows = table(&town.officer().get(&path).send().await.ok(200));
    assert_eq!(
        rows[1][2..8],
        ["变更", "J", "认定面积", "", "120.50", "121.00"]
    );
}

#[tokio::test]
async fn a_template_comes_back_filled_in() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let officer = town.officer();
    for (english, number) in [(false, "0001"), (true, "0002")] {
        let errand = officer.get("/v1/import-templates/roster");
        let errand = if english { errand.english() } else { errand };
        let template = errand.send().await.ok(200);
        let rows = table(&template);
        assert_eq!(rows.len(), 2, "headings and one example");
        let mut filled = rows[1].clone();
        filled[1] = number.to_owned();
        // The example still stands above what was filled in.
        let lines = [rows[1].join(","), filled.join(",")];
        let bytes = csv(&rows[0].join(","), &lines);
        let import = roster(&town, &programme).through("commit", &bytes).await;
        assert_eq!(counts(&import), [1, 0, 0, 0], "the example is passed over");
    }
    assert_eq!(town.count("household").await, 2);
}

#[tokio::test]
async fn a_template_sent_back_as_it_was_has_no_rows() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let kinds = [
        "roster",
        "agreements",
        "flats",
        "inspection-points",
        "needs",
    ];
    let senders = [
        town.officer(),
        town.officer(),
        town.admin(),
        town.inspector(),
        town.officer(),
    ];
    for (kind, person) in kinds.into_iter().zip(senders) {
        let path = format!("/v1/import-templates/{kind}");
        let template = person.get(&path).send().await.ok(200);
        let sending = Sending {
            person,
            kind,
            name: "template.xlsx",
            ..roster(&town, &programme)
        };
        let import = sending.through("commit", &template.bytes).await;
        assert_eq!(import["state"], "failed");
        let job = sending.job(&import).await;
        assert_eq!(job["problem"]["code"], "table-empty", "{kind}");
    }
    let unknown = town.officer().get("/v1/import-templates/people");
    unknown.send().await.is_problem(404, "not-found");
}
