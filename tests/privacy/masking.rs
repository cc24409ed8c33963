//! Masked everywhere, for everybody.

use std::io::Cursor;

use anju::staff::Role;
use calamine::{Reader as _, Xlsx};

use super::{ADDRESS, CHILD, HOLDER, PHONE, child_number, family, id};
use crate::support::{Person, Town, citizen_number};

/// The text of every cell of every sheet.
fn cells(workbook: &[u8]) -> String {
    let mut book = Xlsx::new(Cursor::new(workbook)).unwrap();
    let mut all = String::new();
    for (_, sheet) in book.worksheets() {
        for cell in sheet.rows().flatten() {
            all.push_str(&cell.to_string());
            all.push('\n');
        }
    }
    all
}

async fn told(person: &Person, paths: &[String]) -> String {
    let mut all = String::new();
    for path in paths {
        let reply = person.get(path).send().await;
        if reply.status == 200 && path.contains("/export") {
            all += &cells(&reply.bytes);
        } else {
            all += &reply.text();
        }
    }
    all
}

#[tokio::test]
async fn no_role_reads_a_clear_name_number_or_room_in_an_answer_a_list_or_a_workbook() {
    let town = Town::new().await;
    let household = family(&town).await;
    let parcel = household["parcel_id"].as_str().unwrap();
    let need = serde_json::json!({"person_id": household["persons"][1]["id"], "kind": "schooling",
        "due_on": "2018-08-31"});
    let need = town
        .needs_officer()
        .post("/v1/needs", &need)
        .send()
        .await
        .ok(201);
    let roster = town.admin().act(&format!("/v1/parcels/{parcel}/rosters"));
    roster.send().await.ok(201);
    let paths = [
        format!("/v1/households/{}", id(&household)),
        "/v1/households".to_owned(),
        "/v1/households/export".to_owned(),
        format!("/v1/needs/{}", id(&need.json)),
        "/v1/needs".to_owned(),
        "/v1/needs/export".to_owned(),
        format!("/v1/parcels/{parcel}/unsigned-households"),
        format!("/v1/parcels/{parcel}/unsigned-households/export"),
        "/v1/audit-events".to_owned(),
    ];
    let mut all = household.to_string() + &need.text();
    for role in Role::ALL.iter().copied() {
        all += &told(&town.person(role, false), &paths).await;
    }
    for shown in ["欧阳*兰", "欧阳*满", "138****1234", "舜耕路 5 号 3 号楼***"] {
        assert!(all.contains(shown), "{shown} is shown");
    }
    let adult = citizen_number("H-1");
    let child = child_number();
    for clear in [
        HOLDER,
        CHILD,
        ADDRESS,
        "501 室",
        "2 单元",
        PHONE,
        &adult,
        &child,
        "2010-06-01",
    ] {
        assert!(!all.contains(clear), "{clear} is shown");
    }
}
