//! Lists as workbooks: the same rows as the list, recorded before they leave.

use std::io::Cursor;

use anju::{
    http::{Asked, Caller, Exported, Language, ListName, Reader, RequestId, export_up_to},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Role, Scope},
};
use calamine::{Reader as _, Xlsx};
use poem::IntoResponse as _;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

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
        [
            "筛选条件".to_owned(),
            json!({"programme_id": id}).to_string()
        ]
    );
    let misspelt = town.officer().get("/v1/parcels/export?programme=x");
    misspelt.send().await.is_problem(400, "unknown-parameter");
}

#[tokio::test]
async fn every_list_can_be_downloaded_by_who_may_read_it() {
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
    let unsigned = format!(
        "/v1/parcels/{}/unsigned-households/export",
        parcel["id"].as_str().unwrap()
    );
    for (path, row) in [
        ("/v1/programmes/export", "2018 更新改造"),
        ("/v1/parcels/export", "DJGD"),
        ("/v1/households/export", "H-2"),
        ("/v1/agreements/export", "A-1"),
        (unsigned.as_str(), "H-2"),
        ("/v1/flats/export", "1-101"),
        ("/v1/inspections/export", "合格"),
        ("/v1/defects/export", "=墙面空鼓"),
        ("/v1/needs/export", "医疗卫生"),
        ("/v1/audit-events/export", "programme.created"),
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
    for path in [
        "/v1/needs/export",
        "/v1/households/export",
        "/v1/audit-events/export",
    ] {
        let refused = town.inspector().get(path).send().await;
        refused.is_problem(403, "permission-missing");
    }
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
    let demo = town.person(anju::staff::Role::Auditor, true);
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

/// The whole numbers below a limit.
#[derive(serde::Serialize)]
struct Numbers(i64);

#[derive(Clone)]
struct Number(i64);

impl Tabular for Number {
    const COLUMNS: &'static [Bilingual] = &[("数", "Number")];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        vec![OutCell::Integer(self.0)]
    }
}

impl Exported for Numbers {
    type Row = Number;

    const NAME: ListName = ListName {
        key: "numbers",
        title: ("数", "Numbers"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        _reader: &Reader,
        after: Option<&Number>,
        take: i64,
    ) -> sqlx::Result<Vec<Number>> {
        let begin = after.map_or(0, |n| n.0 + 1);
        let end = self.0.min(begin + take) - 1;
        let numbers = sqlx::query_scalar("select n from generate_series($1::int8, $2::int8) as n");
        let numbers: Vec<i64> = numbers.bind(begin).bind(end).fetch_all(conn).await?;
        Ok(numbers.into_iter().map(Number).collect())
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_up_to_the_limit_and_not_beyond() {
    let town = Town::new().await;
    let reader = Reader {
        caller: Caller {
            client_id: Uuid::from_u128(7),
            role: "auditor",
        },
        role: Role::Auditor,
        scope: Scope {
            synthetic_only: false,
        },
        today: town.app.today(),
    };
    let asked = Asked {
        request_id: RequestId(Uuid::from_u128(9)),
        language: Language::English,
    };
    let limit = 2_500;
    for count in [0, 1, 999, 1_000, 1_001, 2_500] {
        let list = Numbers(count);
        let file = export_up_to(&town.app, &reader, asked, &list, limit).await;
        let body = file.unwrap().into_response().into_body();
        let rows = table(&body.into_vec().await.unwrap());
        let numbers: Vec<i64> = rows[1..]
            .iter()
            .map(|row| row[0].parse().unwrap())
            .collect();
        assert_eq!(numbers, (0..count).collect::<Vec<_>>());
    }
    let recorded = exports_recorded(&town).await.len();
    let list = Numbers(2_501);
    let refused = export_up_to(&town.app, &reader, asked, &list, limit).await;
    assert_eq!(refused.unwrap_err().code(), "export-too-large");
    assert_eq!(
        exports_recorded(&town).await.len(),
        recorded,
        "nothing left, nothing recorded"
    );
}
