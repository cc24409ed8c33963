//! The files of a report: what is written in them, from which moment, with which digest.

use std::io::{Cursor, Read as _};

use anju::reports::{Follow, Order, ReportKind, ReportLanguage, produce};
use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;

use super::{Village, path_of};
use crate::support::{Reply, day};

/// The cells of a sheet as texts.
fn sheet(reply: &Reply, name: &str) -> Vec<Vec<String>> {
    let bytes = Cursor::new(reply.bytes.clone());
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
    assert_eq!(
        workbook
            .worksheet_formula(name)
            .unwrap()
            .used_cells()
            .count(),
        0,
        "nothing in it is a formula"
    );
    let range = workbook.worksheet_range(name).unwrap();
    let rows = range.rows();
    rows.map(|row| row.iter().map(shown).collect()).collect()
}

fn shown(cell: &Data) -> String {
    match cell {
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    }
}

#[tokio::test]
async fn the_workbook_says_what_it_is_and_holds_the_same_figures() {
    let village = Village::new().await;
    let auditor = village.town.auditor();
    let report = village.report(&village.body("signing-progress")).await;
    let reply = auditor
        .get(&format!("{}/xlsx", path_of(&report)))
        .send()
        .await
        .ok(200);
    assert!(
        reply
            .header("content-disposition")
            .contains("UTF-8''%E7%AD%BE%E7%BA%A6")
    );
    let about = sheet(&reply, "文件说明");
    let line = |label: &str| about.iter().find(|l| l[0] == label).unwrap()[1].clone();
    assert_eq!(line("报表"), "签约进度表");
    assert_eq!(line("截至日期"), "2018-03-05");
    assert_eq!(line("口径版本"), "signing-progress/1");
    assert_eq!(line("生成时间"), "2018-03-05 10:00:00 +08:00");
    assert_eq!(line("行数"), "2");
    assert!(line("参数").contains("kind=signing-progress"));
    let rows = sheet(&reply, "签约进度表");
    assert_eq!(rows[0][..2], ["地块编号", "地块名称"]);
    assert_eq!(rows[1][..2], ["DJG-E", "DJG-E村"]);
    assert_eq!(rows[1][2..5], ["旧村", "十六里河街道", "2018-03-05"]);
    assert_eq!(
        rows[1][5..],
        ["4", "2", "50", "500", "241", "48.2", "1", "2", "0"]
    );
    assert_eq!(
        rows[2][4..],
        ["", "", "", "", "", "", "", "", "", "0"],
        "a parcel without a roster has blanks"
    );
    assert_eq!(rows[3][0], "合计");
    assert_eq!(
        rows[3][5..],
        ["4", "2", "50", "500", "241", "48.2", "1", "2", "0"]
    );

    let mut body = village.body("signing-progress");
    body["language"] = json!("en");
    let report = village.report(&body).await;
    let reply = auditor
        .get(&format!("{}/xlsx", path_of(&report)))
        .send()
        .await
        .ok(200);
    assert_eq!(sheet(&reply, "Signing progress")[1][2], "old village");
}

#[tokio::test]
async fn a_text_that_looks_like_a_formula_stays_a_text() {
    let village = Village::new().await;
    let owner = village.town.owner().await;
    let evil = "=HYPERLINK(\"http://example.org\",\"点\")";
    sqlx::query("update household set address = $1 where household_no = 'H-1'")
        .bind(evil)
        .execute(&owner)
        .await
        .unwrap();
    let report = village.report(&village.body("household-ledger")).await;
    let path = format!("{}/xlsx", path_of(&report));
    let reply = village.town.auditor().get(&path).send().await.ok(200);
    assert_eq!(sheet(&reply, "住户台账")[1][4], evil);
}

#[tokio::test]
async fn files_carry_the_digest_that_was_recorded() {
    let village = Village::new().await;
    let auditor = village.town.auditor();
    let report = village.report(&village.body("household-ledger")).await;
    assert_eq!(report["state"], "succeeded");
    assert_eq!(report["definition"], "household-ledger/1");
    for format in ["json", "xlsx"] {
        let path = format!("{}/{format}", path_of(&report));
        assert_eq!(report[format]["href"], path);
        let reply = auditor.get(&path).send().await.ok(200);
        let digest: [u8; 32] = Sha256::digest(&reply.bytes).into();
        assert_eq!(report[format]["sha256"], hex::encode(digest));
        assert_eq!(report[format]["size"], reply.bytes.len());
        let told = reply.header("repr-digest").trim_start_matches("sha-256=:");
        let told = base64::Engine::decode(
            &base64::engine::general_purpose::STANDARD,
            told.trim_end_matches(':'),
        );
        assert_eq!(told.unwrap(), digest);
    }
    let id = report["id"].as_str().unwrap();
    let trail = auditor.get(&format!("/v1/audit-events?object_id={id}"));
    let trail = trail.send().await.ok(200);
    let record = |action: &str| {
        let mut found = trail.items().iter().filter(|e| e["action"] == action);
        (found.next().unwrap(), found.count())
    };
    let (produced, further) = record("report.produced");
    assert_eq!((&produced["role"], further), (&json!("auditor"), 0));
    let (ordered, _) = record("report.ordered");
    assert_eq!(produced["request_id"], ordered["request_id"]);
}

#[tokio::test]
async fn the_same_snapshot_gives_the_same_json_but_for_the_time() {
    let village = Village::new().await;
    let (town, auditor) = (&village.town, village.town.auditor());
    for kind in ["signing-progress", "household-ledger"] {
        let mut texts = vec![];
        for moment in ["2018-03-05T03:00:00Z", "2018-03-05T04:00:00Z"] {
            town.set_clock(moment);
            let report = village.report(&village.body(kind)).await;
            let reply = auditor
                .get(&format!("{}/json", path_of(&report)))
                .send()
                .await
                .ok(200);
            assert_eq!(reply.json["produced_at"], moment);
            texts.push(reply.text().replace(moment, "then"));
        }
        assert_eq!(texts[0], texts[1]);
    }
}

/// Signs an agreement for H-4 and adds a household once the report has counted its rows.
struct Meddler(PgPool);

impl Follow for Meddler {
    async fn told(&mut self, done: i64, _total: i64) {
        if done > 0 {
            return;
        }
        sqlx::raw_sql(
            "update agreement set status = 'signed', signed_on = '2018-03-05', signed_at = now()
              where agreement_no = 'A-4';
             insert into household (id, parcel_id, org_unit_id, household_no, holder_name, address,
                                    created_at)
             select gen_random_uuid(), parcel_id, org_unit_id, 'H-9', '李四', '新', now() from household limit 1;
             insert into parcel (id, programme_id, org_unit_id, code, name, kind, legal_track, subdistrict,
                                 households_planned, area_planned_m2, created_at)
             select gen_random_uuid(), id, org_unit_id, 'NEW', '新', 'old_village', 'agreement_relocation', '街',
                    1, 1, now() from programme",
        )
        .execute(&self.0)
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn what_is_written_while_a_report_is_produced_is_not_in_it() {
    for (kind, rows, later) in [
        (ReportKind::SigningProgress, 2, 3),
        (ReportKind::HouseholdLedger, 4, 5),
    ] {
        let village = Village::new().await;
        let order = Order {
            programme_id: village.programme_id(),
            kind,
            as_of: day("2018-03-05"),
            language: ReportLanguage::Zh,
            scope: anju::staff::Scope::everything(),
        };
        let mut meddler = Meddler(village.town.owner().await);
        let mut seen = produce(&village.town.app, &order, &mut meddler)
            .await
            .unwrap();
        assert_eq!(seen.rows, rows, "{kind:?}");
        let mut text = String::new();
        seen.json.read_to_string(&mut text).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            document["rows"].as_array().unwrap().len(),
            usize::try_from(rows).unwrap()
        );
        let signed = match kind {
            ReportKind::SigningProgress => &document["totals"]["figures"]["households_signed"],
            ReportKind::HouseholdLedger => &document["totals"]["signed"],
        };
        assert_eq!(signed, 2, "A-4 was signed after the snapshot");
        let body = village.body(kind.key());
        assert_eq!(village.report(&body).await["row_count"], later);
    }
}
