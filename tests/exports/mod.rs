//! Lists as workbooks: the same rows as the list, recorded before they leave.

mod alone;
mod pages;

use std::io::Cursor;

use anju::staff::Role;
use calamine::{Reader as _, Xlsx};
use serde_json::{Value, json};

use crate::support::{Reply, Town};

/// The cells of the second sheet, headings first; the first sheet says what the file is.
fn table(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let name = workbook.sheet_names()[1].clone();
    let formulas = workbook.worksheet_formula(&name).unwrap();
    assert_eq!(
        formulas.used_cells().count(),
        0,
        "nothing in it is a formula"
    );
    let range = workbook.worksheet_range(&name).unwrap();
    let rows = range.rows();
    rows.map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

fn about(reply: &Reply) -> Vec<Vec<String>> {
    let bytes = Cursor::new(reply.bytes.clone());
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    let rows = range.rows();
    rows.map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

async fn exports_recorded(town: &Town) -> Vec<Value> {
    let path = "/v1/audit-events?action=list.exported";
    let reply = town.auditor().get(path).send().await.ok(200);
    reply.items().clone()
}

#[tokio::test]
async fn a_download_has_the_rows_of_the_list_in_its_order() {
    let town = Town::new().await;
    let programme = town.programme().await;
    for code in ["B", "A", "C"] {
        town.parcel(&programme, code).await;
    }
    let reply = town
        .officer()
        .get("/v1/parcels/export")
        .send()
        .await
        .ok(200);
    let name = reply.header("content-disposition").to_owned();
    assert!(
        name.contains("UTF-8''%E6%94%B9%E9%80%A0%E5%9C%B0%E5%9D%97-2018-03-05.xlsx"),
        "{name}"
    );
    let rows = table(&reply.bytes);
    let codes: Vec<_> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(codes, ["地块编号", "A", "B", "C"]);
    assert_eq!(rows[1][2..5], ["旧村", "协议搬迁", "十六里河街道"]);
    let english = town.officer().get("/v1/parcels/export").english();
    assert_eq!(table(&english.send().await.ok(200).bytes)[0][0], "Code");
}

#[tokio::test]
async fn a_filter_narrows_the_download_as_it_narrows_the_list() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "A").await;
    let other = town.programme_named("另一计划", false).await;
    town.parcel(&other, "B").await;
    let id = other["id"].as_str().unwrap();
    let path = format!("/v1/parcels/export?programme_id={id}");
    let reply = town.officer().get(&path).send().await.ok(200);
    let rows = table(&reply.bytes);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][0], "B");
    let told = about(&reply);
    assert_eq!(
        told[1],
        ["筛选条件".to_owned(), "年度计划：另一计划".to_owned()]
    );
    let misspelt = town.officer().get("/v1/parcels/export?programme=x");
    misspelt.send().await.is_problem(400, "unknown-parameter");
}

/// A town with something in every list, and its parcel: H-1 has signed there and H-2 has not.
async fn furnished() -> (Town, Value) {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    town.household(&parcel, "H-2").await;
    let roster = format!("/v1/parcels/{}/rosters", parcel["id"].as_str().unwrap());
    town.admin().act(&roster).send().await.ok(201);
    town.signed(&household, "A-1", "2018-03-01").await;
    let need = json!({"person_id": household["persons"][0]["id"], "kind": "medical",
        "due_on": "2018-03-01", "detail": "透析，每周三次"});
    town.needs_officer()
        .post("/v1/needs", &need)
        .send()
        .await
        .ok(201);
    homes(&town).await;
    let order = json!({"programme_id": programme["id"], "kind": "signing-progress"});
    let ordered = town.auditor().post("/v1/reports", &order).send().await;
    ordered.ok(202);
    (town, parcel)
}

#[tokio::test]
async fn every_list_can_be_downloaded_by_who_may_read_it() {
    let (town, parcel) = furnished().await;
    let estate = town.auditor().get("/v1/estates").send().await.ok(200);
    let buildings = format!("/v1/estates/{}/buildings/export", id(&estate.items()[0]));
    let unsigned = format!("/v1/parcels/{}/unsigned-households/export", id(&parcel));
    for (path, row) in [
        ("/v1/programmes/export", "2018 更新改造"),
        ("/v1/parcels/export", "DJGD"),
        ("/v1/households/export", "H-2"),
        ("/v1/agreements/export", "A-1"),
        (unsigned.as_str(), "H-2"),
        ("/v1/estates/export", "阳光花园"),
        (buildings.as_str(), "3号楼"),
        ("/v1/flats/export", "1-101"),
        ("/v1/inspections/export", "合格"),
        ("/v1/defects/export", "=墙面空鼓"),
        ("/v1/needs/export", "医疗卫生"),
        ("/v1/audit-events/export", "programme.created"),
        ("/v1/reports/export", "签约进度表"),
    ] {
        let reply = town.auditor().get(path).send().await.ok(200);
        let rows = table(&reply.bytes);
        let has = |row: &Vec<String>, text: &str| row.iter().any(|cell| cell == text);
        assert!(rows.iter().any(|r| has(r, row)), "{path}: {rows:?}");
        assert!(rows.iter().all(|r| r.len() == rows[0].len()));
        let whole = format!("{rows:?}");
        assert!(
            !whole.contains("0531-12345678"),
            "{path}: numbers are masked"
        );
        assert!(
            !whole.contains("透析"),
            "{path}: details of needs stay with the desk"
        );
    }
    let rows = table(&town.auditor().get(&unsigned).send().await.ok(200).bytes);
    assert_eq!(rows.len(), 2, "only H-2 has not signed");
}

#[tokio::test]
async fn nobody_downloads_a_list_that_is_not_theirs_to_read() {
    let town = Town::new().await;
    for path in [
        "/v1/needs/export",
        "/v1/households/export",
        "/v1/audit-events/export",
        "/v1/reports/export",
    ] {
        let refused = town.inspector().get(path).send().await;
        refused.is_problem(403, "permission-missing");
    }
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

#[tokio::test]
async fn codes_and_keys_leave_without_what_opens_anything() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    let other = town.household(&parcel, "H-2").await;
    for household in [&household, &other] {
        let path = format!("/v1/households/{}/lookup-codes", id(household));
        town.officer().act(&path).send().await.ok(201);
    }
    let path = format!("/v1/lookup-codes/export?household_id={}", id(&household));
    let reply = town.officer().get(&path).send().await.ok(200);
    let rows = table(&reply.bytes);
    let headings = [
        "户号",
        "发放时间（UTC）",
        "停用时间（UTC）",
        "住户标识",
        "标识",
    ];
    assert_eq!(rows[0], headings, "and no column for the code");
    assert_eq!(rows.len(), 2, "the other household is filtered out");
    assert_eq!(rows[1][0], "H-1");

    let new = json!({"label": "测绘公司接口", "role": "inspector"});
    let key = town.admin().post("/v1/api-keys", &new).send().await.ok(201);
    let secret = key.json["secret"].as_str().unwrap();
    let reply = town.admin().get("/v1/api-keys/export").send().await.ok(200);
    let rows = table(&reply.bytes);
    let newest = [
        secret.split('_').nth(1).unwrap(),
        "测绘公司接口",
        "质量检查员",
        "否",
    ];
    let named = rows.iter().find(|row| row[1] == newest[1]).unwrap();
    assert_eq!(named[..4], newest);
    let hidden = secret.splitn(3, '_').nth(2).unwrap();
    assert!(!format!("{rows:?}").contains(hidden));
    for path in ["/v1/lookup-codes/export", "/v1/api-keys/export"] {
        let refused = town.auditor().get(path).send().await;
        refused.is_problem(403, "permission-missing");
    }
}

#[tokio::test]
async fn a_demo_key_downloads_no_real_estates_reports_codes_or_keys() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = town.household(&parcel, "H-1").await;
    homes(&town).await;
    let path = format!("/v1/households/{}/lookup-codes", id(&household));
    town.admin().act(&path).send().await.ok(201);
    let order = json!({"programme_id": programme["id"], "kind": "household-ledger"});
    let ordered = town.admin().post("/v1/reports", &order).send().await;
    ordered.ok(202);
    let estates = town.admin().get("/v1/estates").send().await.ok(200);
    let buildings = format!("/v1/estates/{}/buildings/export", id(&estates.items()[0]));
    let demo = town.person(Role::DistrictAdmin, true);
    for (path, real) in [
        ("/v1/estates/export", 1),
        ("/v1/lookup-codes/export", 1),
        ("/v1/reports/export", 1),
    ] {
        let seen = table(&town.admin().get(path).send().await.ok(200).bytes);
        assert_eq!(seen.len(), 1 + real, "{path}");
        let seen = table(&demo.get(path).send().await.ok(200).bytes);
        assert_eq!(seen.len(), 1, "{path} of a demo key has headings only");
    }
    let refused = demo.get(&buildings).send().await;
    refused.is_problem(404, "not-found");
    let keys = table(&demo.get("/v1/api-keys/export").send().await.ok(200).bytes);
    assert!(keys.len() > 1 && keys[1..].iter().all(|row| row[3] == "是"));
}

/// Lists whose rows leave by another road, with that road.
const ELSEWHERE: [(&str, &str); 2] = [
    ("/v1/buildings/{building_id}/flats", "/v1/flats/export"),
    (
        "/v1/imports/{import_id}/rows",
        "/v1/imports/{import_id}/findings",
    ),
];

#[tokio::test]
async fn every_list_of_the_contract_has_a_download_with_its_filters_and_its_permission() {
    let contract: Value = serde_json::from_str(include_str!("../../openapi/anju-v1.json")).unwrap();
    let paths = contract["paths"].as_object().unwrap();
    let filters = |operation: &Value| {
        let all = operation["parameters"].as_array().into_iter().flatten();
        let names = all.map(|p| p["name"].as_str().unwrap().to_owned());
        let mut names: Vec<_> = names
            .filter(|n| !["limit", "cursor", "Accept-Language"].contains(&n.as_str()))
            .collect();
        names.sort();
        names
    };
    let lists = paths.iter().filter(|(_, item)| {
        let all = item["get"]["parameters"].as_array();
        all.is_some_and(|all| all.iter().any(|p| p["name"] == "cursor"))
    });
    let mut downloaded = 0;
    for (path, item) in lists {
        if let Some((_, road)) = ELSEWHERE.iter().find(|(list, _)| list == path) {
            assert!(paths[*road]["get"].is_object(), "{path}");
            continue;
        }
        let (list, file) = (&item["get"], &paths[&format!("{path}/export")]["get"]);
        assert_eq!(filters(file), filters(list), "{path}");
        let permission = "x-required-permission";
        assert_eq!(file[permission], list[permission], "{path}");
        downloaded += 1;
    }
    assert_eq!(downloaded, 20);
}

async fn homes(town: &Town) {
    sqlx::raw_sql(
        "insert into estate (id, programme_id, name, address, created_at)
         select gen_random_uuid(), id, '阳光花园', '路 1 号', '2018-01-01' from programme;
         insert into building (id, estate_id, name, floors, created_at)
         select gen_random_uuid(), id, '3号楼', 18, '2018-01-01' from estate;
         insert into flat (id, building_id, flat_no, area_m2, created_at)
         select gen_random_uuid(), id, '1-101', 90, '2018-01-01' from building;
         insert into inspection (id, flat_id, inspected_on, inspector, result, recorded_at)
         select gen_random_uuid(), id, '2018-03-01', '王五', 'passed', '2018-03-01' from flat;
         insert into defect (id, flat_id, description, severity, found_on)
         select gen_random_uuid(), id, '=墙面空鼓', 'general', '2018-03-01' from flat",
    )
    .execute(&town.owner().await)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_demo_key_downloads_synthetic_programmes_only() {
    let town = Town::new().await;
    town.programme().await;
    town.programme_named("演示", true).await;
    let demo = town.person(Role::Auditor, true);
    let rows = table(&demo.get("/v1/programmes/export").send().await.ok(200).bytes);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][0], "演示");
}

#[tokio::test]
async fn the_trail_shows_which_list_left_and_how_long_it_was() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "A").await;
    town.parcel(&programme, "B").await;
    let mut digests = vec![];
    for query in [
        "",
        "?kind=old_village",
        "?kind=shantytown_area",
        "?kind=old_village",
    ] {
        let path = format!("/v1/parcels/export{query}");
        let reply = town.officer().get(&path).send().await.ok(200);
        let request = reply.header("x-request-id");
        let records = exports_recorded(&town).await;
        let mut records = records.iter().filter(|r| r["request_id"] == request);
        let record = records.next().expect("one record per download");
        assert_eq!(record["role"], "case_officer");
        assert_eq!(record["object_id"], record["client_id"]);
        let reason = record["reason"].as_str().unwrap().to_owned();
        let rows = if query.contains("shanty") { 0 } else { 2 };
        assert!(
            reason.starts_with(&format!("list=parcels rows={rows} filter=sha256:")),
            "{reason}"
        );
        digests.push(reason.rsplit(':').next().unwrap().to_owned());
    }
    assert_eq!(digests[1], digests[3], "the same filter can be recognised");
    assert_ne!(digests[0], digests[1]);
    assert_ne!(digests[1], digests[2]);
}
