//! Lists that can be used without the program: names and numbers instead of ids.

use serde_json::{Value, json};

use super::{about, table};
use crate::support::{Reply, Town, homes::text};

async fn download(town: &Town, path: &str) -> Reply {
    town.auditor().get(path).send().await.ok(200)
}

/// The cells under these headings, of the first row.
fn cells(reply: &Reply, headings: &[&str]) -> Vec<String> {
    let rows = table(&reply.bytes);
    let at = |heading: &&str| rows[0].iter().position(|cell| cell == heading);
    let place = |heading: &&str| at(heading).unwrap_or_else(|| panic!("{heading}: {:?}", rows[0]));
    headings.iter().map(|h| rows[1][place(h)].clone()).collect()
}

/// A flat of H-1 in DJGD, inspected, with a defect; H-1 has a need.
async fn settled(town: &Town) -> Value {
    let programme = town.programme().await;
    let flat = town.assigned_flat(&programme).await;
    town.inspection(&flat, "2018-03-03", "2800").await;
    town.defect(&flat, "severe", "2018-03-03").await;
    let path = format!("/v1/households/{}", text(&flat["household_id"]));
    let household = town.officer().get(&path).send().await.ok(200).json;
    let need = json!({"person_id": household["persons"][0]["id"], "kind": "medical",
        "due_on": "2018-03-01"});
    let desk = town.needs_officer();
    desk.post("/v1/needs", &need).send().await.ok(201);
    flat
}

#[tokio::test]
async fn rows_name_parcels_households_and_flats() {
    let town = Town::new().await;
    settled(&town).await;
    let parcel = ["地块编号", "地块名称", "户号"];
    for path in ["agreements", "needs", "flats"] {
        let reply = download(&town, &format!("/v1/{path}/export")).await;
        assert_eq!(cells(&reply, &parcel), ["DJGD", "DJGD村", "H-1"], "{path}");
    }
    let flat = ["小区", "楼栋", "房号"];
    for path in ["flats", "inspections", "defects"] {
        let reply = download(&town, &format!("/v1/{path}/export")).await;
        assert_eq!(cells(&reply, &flat), ["安居苑", "1号楼", "1-101"], "{path}");
    }
}

#[tokio::test]
async fn what_narrowed_a_list_is_told_in_words() {
    let town = Town::new().await;
    let flat = settled(&town).await;
    let parcels = town.officer().get("/v1/parcels").send().await.ok(200);
    let parcel = text(&parcels.items()[0]["id"]);
    let (id, household) = (text(&flat["id"]), text(&flat["household_id"]));
    let nobody = "01890a5d-ac96-774b-bcce-000000000000";
    for (path, told) in [
        ("agreements/export".to_owned(), "全部".to_owned()),
        ("defects/export".into(), "全部".into()),
        (
            format!("agreements/export?parcel_id={parcel}&status=signed"),
            "地块：DJGD村；状态：已签约".into(),
        ),
        (
            format!("needs/export?household_id={household}&overdue=true"),
            "住户：DJGD村 H-1；逾期：是".into(),
        ),
        (
            format!("inspections/export?flat_id={id}&from=2018-03-01"),
            "安置房：安居苑 1号楼 1-101；自：2018-03-01".into(),
        ),
        (
            format!("flats/export?estate_id={}", text(&flat["estate_id"])),
            "小区：安居苑".into(),
        ),
        (
            format!("flats/export?building_id={nobody}"),
            format!("楼栋：{nobody}"),
        ),
    ] {
        let reply = download(&town, &format!("/v1/{path}")).await;
        let line = &about(&reply)[1];
        let mut parts: Vec<_> = line[1].split('；').collect();
        let mut expected: Vec<_> = told.split('；').collect();
        parts.sort_unstable();
        expected.sort_unstable();
        assert_eq!((line[0].as_str(), parts), ("筛选条件", expected), "{path}");
    }
    let path = format!("/v1/agreements/export?parcel_id={parcel}");
    let reply = town.auditor().get(&path).english().send().await.ok(200);
    assert_eq!(about(&reply)[1], ["Filter", "Parcel: DJGD村"]);
}
