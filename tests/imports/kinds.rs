//! The other kinds: agreements, flats, inspection points, needs.

use serde_json::{Value, json};

use super::{ROSTER, Sending, counts, csv, household, mistakes, roster};
use crate::support::{Town, homes::text};

const AGREEMENTS: &str = "地块编号,户编号,协议编号,签约面积,补偿金额,签约日期";
const FLATS: &str = "安置小区,楼栋,房号,面积,层数";
const POINTS: &str =
    "安置小区,楼栋,房号,检查日期,检查人,检查项目,依据,单位,允许下限,允许上限,极差,实测值";
const NEEDS: &str = "地块编号,户编号,人员,需求类型,办理期限,需求说明";

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Registers households whose holder is 张小三.
async fn registered(town: &Town, programme: &Value, numbers: &[&str]) {
    let lines: Vec<_> = numbers
        .iter()
        .map(|number| household(number, "张小三", "120.50"))
        .collect();
    let sending = roster(town, programme);
    let import = sending.through("commit", &csv(ROSTER, &lines)).await;
    assert_eq!(import["committed"], true);
}

#[tokio::test]
async fn agreements_are_signed_from_a_list_and_a_signed_one_is_never_changed_by_a_file() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    registered(&town, &programme, &["0001", "0002"]).await;
    let sending = Sending {
        kind: "agreements",
        ..roster(&town, &programme)
    };
    let first = lines(&[
        "DJGD,0001,XY-1,120.50,\"1,250,000.00\",2018/3/1 9:30",
        "DJGD,0002,XY-2,98,990000,2018年3月5日",
    ]);
    let import = sending.through("commit", &csv(AGREEMENTS, &first)).await;
    assert_eq!(counts(&import), [2, 0, 0, 0]);
    assert_eq!(town.count("agreement where status = 'signed'").await, 2);
    let wrong = lines(&[
        "DJGD,0001,XY-1,120.50,1300000.00,2018-03-01",
        "DJGD,0002,XY-2,98,990000.00,2018-03-05",
        "DJGD,0003,XY-3,98,990000.00,2018-03-05",
        "DJGD,0004,XY-4,98,-1,2018-03-06",
        "DJGD,0005,XY-4,98,5,2018-03-05",
    ]);
    let import = sending.through("commit", &csv(AGREEMENTS, &wrong)).await;
    assert_eq!(import["committed"], false);
    let rows = sending.rows(&import, "?verdict=refused").await;
    assert_eq!(
        mistakes(&rows),
        [
            (2, "amount", "agreement-not-a-draft"),
            (4, "household_no", "household-unknown"),
            (5, "amount", "money-negative"),
            (5, "agreement_no", "row-repeated"),
            (6, "agreement_no", "row-repeated"),
        ]
    );
}

#[tokio::test]
async fn flats_bring_their_estates_and_buildings() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let sending = Sending {
        kind: "flats",
        person: town.admin(),
        ..roster(&town, &programme)
    };
    let list = lines(&[
        "安和家园,1号楼,1-101,88.00,18层",
        "安和家园,1号楼,1-102,90.5,",
        "安和家园,2号楼,1-101,88.00,11",
    ]);
    let import = sending.through("commit", &csv(FLATS, &list)).await;
    assert_eq!(counts(&import), [3, 0, 0, 0]);
    assert_eq!(town.count("flat").await, 3);
    assert_eq!(town.count("building").await, 2);
    let wrong = lines(&[
        "安和家园,1号楼,1-101,88.00,17",
        "安和家园,1号楼,1-102,90.50,18",
        "安和家园,3号楼,1-101,88.00,0",
    ]);
    let import = sending.through("commit", &csv(FLATS, &wrong)).await;
    let rows = sending.rows(&import, "?verdict=refused").await;
    assert_eq!(
        mistakes(&rows),
        [
            (3, "floors", "floors-conflict"),
            (4, "floors", "floors-out-of-range")
        ]
    );
}

#[tokio::test]
async fn inspection_points_become_inspections_with_a_computed_result() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let flats = Sending {
        kind: "flats",
        person: town.admin(),
        ..roster(&town, &programme)
    };
    let list = lines(&["安和家园,1号楼,1-101,88.00,18"]);
    flats.through("commit", &csv(FLATS, &list)).await;
    let sending = Sending {
        kind: "inspection-points",
        person: town.inspector(),
        ..roster(&town, &programme)
    };
    let good = lines(&[
        "安和家园,1号楼,1-101,2018-03-01,李明,室内净高,GB 50096,mm,2780,2820,20,2803;2795;2801.5",
        "安和家园,1号楼,1-101,2018/3/1,李明,墙面垂直度,,mm,0,4,,1、2，3.5",
    ]);
    let import = sending.through("commit", &csv(POINTS, &good)).await;
    assert_eq!(counts(&import), [2, 0, 0, 0], "{import}");
    assert_eq!(town.count("inspection where result = 'passed'").await, 1);
    assert_eq!(town.count("inspection_item").await, 2);
    let wrong = lines(&[
        "安和家园,1号楼,1-999,2018-03-01,李明,室内净高,,mm,2780,2820,20,2803",
        "安和家园,1号楼,1-101,2018-03-09,李明,室内净高,,mm,2780,2820,,一二三",
    ]);
    let import = sending.through("commit", &csv(POINTS, &wrong)).await;
    let rows = sending.rows(&import, "?verdict=refused").await;
    let told: Vec<_> = mistakes(&rows).iter().map(|m| (m.0, m.1)).collect();
    assert_eq!(told, [(2, "flat_no"), (3, "inspected_on"), (3, "points")]);
}

/// A corrected detail is written, and told without its text.
async fn correct_the_detail(town: &Town, sending: &Sending<'_>) {
    let corrected = lines(&["DJGD,0001,张小三,入学,2018-09-15,转入四年级，需轮椅通道"]);
    for mode in ["validate", "commit"] {
        let import = sending.through(mode, &csv(NEEDS, &corrected)).await;
        assert_eq!(counts(&import), [0, 1, 0, 0], "{mode} {import}");
        let rows = sending.rows(&import, "").await;
        let finding = &rows[0]["findings"][0];
        assert_eq!(finding["field"], "detail");
        assert_eq!(finding["detail"], "与已登记的不同（内容加密，不显示）");
        assert!(finding["old"].is_null() && finding["new"].is_null());
    }
    let desk = town.needs_officer();
    let needs = desk.get("/v1/needs").send().await.ok(200);
    let path = format!("/v1/needs/{}", text(&needs.items()[0]["id"]));
    let need = desk.get(&path).send().await.ok(200);
    assert_eq!(need.json["detail"], "转入四年级，需轮椅通道");
    let import = sending.through("commit", &csv(NEEDS, &corrected)).await;
    assert_eq!(counts(&import), [0, 0, 1, 0]);
    let owner = town.owner().await;
    let kept = "select t::text from import_row t union all select t::text from need t";
    let rows: Vec<String> = sqlx::query_scalar(kept).fetch_all(&owner).await.unwrap();
    assert!(rows.iter().all(|row| !row.contains("轮椅")));
}

#[tokio::test]
async fn needs_are_registered_for_a_person_by_name() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    registered(&town, &programme, &["0001"]).await;
    let sending = Sending {
        kind: "needs",
        person: town.needs_officer(),
        ..roster(&town, &programme)
    };
    let list = lines(&["DJGD,0001,张小三,入学,2018-08-31,转入三年级"]);
    let import = sending.through("commit", &csv(NEEDS, &list)).await;
    assert_eq!(counts(&import), [1, 0, 0, 0]);
    let moved = lines(&["DJGD,0001,张小三,schooling,2018-09-15,"]);
    let import = sending.through("commit", &csv(NEEDS, &moved)).await;
    assert_eq!(counts(&import), [0, 1, 0, 0]);
    let rows = sending.rows(&import, "").await;
    assert_eq!(rows[0]["findings"][0]["new"], json!("2018-09-15"));
    correct_the_detail(&town, &sending).await;
    let wrong = lines(&[
        "DJGD,0001,张小三,入学,2018-08-31,",
        "DJGD,0001,张小三,上学,2018-08-31,",
        "DJGD,0001,没有此人,就医,2018-08-31,",
    ]);
    let import = sending.through("commit", &csv(NEEDS, &wrong)).await;
    let rows = sending.rows(&import, "?verdict=refused").await;
    assert_eq!(
        mistakes(&rows),
        [
            (2, "kind", "row-repeated"),
            (3, "kind", "row-repeated"),
            (4, "person_name", "person-unknown")
        ]
    );
}
