//! Copies: everything of one person, nothing of another, on record and for a week.

use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use serde_json::{Value, json};

use super::{Home, PATH, decision};
use crate::{
    privacy::{ADDRESS, CHILD, HOLDER, PHONE, child_number},
    support::{citizen_number, homes::text},
};

/// Everything that can be known of a family.
async fn full() -> Home {
    let home = Home::new().await;
    let (town, household) = (&home.town, &home.household);
    let persons = &household["persons"];
    for (kind, person, detail) in [
        ("medical", 0, "高血压随访"),
        ("schooling", 1, "转入小学三年级"),
    ] {
        let body = json!({"person_id": persons[person]["id"], "kind": kind, "due_on": "2018-08-31",
            "detail": detail});
        town.needs_officer()
            .post("/v1/needs", &body)
            .send()
            .await
            .ok(201);
    }
    town.signed(household, "XY-1", "2018-03-01").await;
    let programme = town.admin().get("/v1/programmes").send().await.ok(200);
    let building = town.building(&programme.items()[0]).await;
    for number in ["1-101", "1-102"] {
        let flat = town.flat(&building, number).await;
        let flat = town.assign(&flat, household).await;
        if number == "1-102" {
            let path = format!("/v1/flats/{}/releases", text(&flat["id"]));
            let body = json!({"released_on": "2018-03-03", "reason": "exchanged"});
            let released = town.officer().post(&path, &body).if_match(&flat["version"]);
            released.send().await.ok(200);
        }
    }
    let path = format!("/v1/households/{}/lookup-codes", text(&household["id"]));
    let code = town.officer().act(&path).send().await.ok(201).json["lookup_code"].clone();
    let number = citizen_number("H-1");
    let body = json!({"lookup_code": code, "id_last_six": number[12..],
        "channel": "grid_worker", "assistant": "张网格"});
    let opened = town.anonymous().post("/v1/resident/sessions", &body);
    opened.send().await.ok(201);
    home.shown().await;
    for person in [0, 1] {
        let more = json!({"correction": {"name": (["欧阳秀岚", "欧阳小曼"])[person]}});
        let request = home.enter("correction", person, &more).await;
        let body = json!({"accepted": false, "refusal": "record_is_right", "note": "与户口簿一致"});
        decision(&home.lead(), &request, &body).send().await.ok(200);
    }
    home
}

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

fn its_case(json: &Value) {
    assert_eq!(json["agreements"][0]["amount"], "1250000.00");
    assert_eq!(json["flats"][0]["flat_no"], "1-101");
    assert_eq!(json["released_flats"][0]["reason"], "exchanged");
    let needs = json["needs"].as_array().unwrap();
    assert_eq!(
        (needs.len(), &needs[0]["detail"]),
        (1, &json!("高血压随访"))
    );
    assert_eq!(json["lookups"][0]["assistant"], "张网格");
    assert_eq!(json["lookup_codes"].as_array().unwrap().len(), 1);
    let seen = &json["disclosures"][0];
    assert_eq!(
        (&seen["role"], &seen["reason"]),
        (&json!("subdistrict_lead"), &json!("verification"))
    );
}

fn its_requests(json: &Value) {
    let requests = json["requests"].as_array().unwrap();
    assert_eq!(
        requests.len(),
        2,
        "the correction and this very request: {requests:?}"
    );
    let correction = requests.iter().find(|r| r["kind"] == "correction");
    let correction = correction.unwrap();
    assert_eq!(correction["proposed"], "欧阳秀岚");
    assert_eq!(correction["refusal_note"], "与户口簿一致");
}

#[tokio::test]
async fn a_copy_holds_everything_of_the_person_and_of_others_their_relation_alone() {
    let home = full().await;
    let request = home.enter("export", 0, &json!({})).await;
    let done = home.copied(&request).await;
    assert_eq!(done["state"], "done", "{done}");
    let copy = home.fetched(&request, "json").await.ok(200);
    assert!(copy.header("repr-digest").starts_with("sha-256=:"));
    let json = &copy.json;
    assert_eq!(json["format"], "anju-personal-data/1");
    let number = citizen_number("H-1");
    assert_eq!(
        json["person"],
        json!({"id": home.household["persons"][0]["id"], "name": HOLDER, "relation": "02",
            "holder": true, "id_kind": "citizen_number", "id_number": number,
            "birth_on": json["person"]["birth_on"]})
    );
    assert_eq!(json["household"]["address"], ADDRESS);
    assert_eq!(json["household"]["phone"], PHONE);
    assert_eq!(json["household"]["holder_name"], HOLDER);
    assert_eq!(
        json["household"]["structures"][0]["certificate_no"],
        "济房权证 001"
    );
    assert_eq!(
        json["others"],
        json!([{"name": "欧阳*满", "relation": "20"}])
    );
    its_case(json);
    its_requests(json);
}

#[tokio::test]
async fn the_same_stands_in_the_workbook_in_words_and_nothing_of_others_in_either() {
    let home = full().await;
    let request = home.enter("export", 0, &json!({})).await;
    home.copied(&request).await;
    let copy = home.fetched(&request, "json").await.ok(200);
    let number = citizen_number("H-1");
    let sheets = cells(&home.fetched(&request, "xlsx").await.ok(200).bytes);
    for told in [
        HOLDER,
        ADDRESS,
        PHONE,
        &number,
        "高血压随访",
        "XY-1",
        "1-102",
        "换房",
        "网格员代查",
        "街办负责人",
        "核对材料",
        "本人",
        "居民身份证",
        "02 户主",
        "欧阳秀岚",
        "2018-03-05 10:00:00 +08:00",
    ] {
        assert!(sheets.contains(told), "{told} in {sheets}");
    }
    let both = copy.text() + &sheets;
    for other in [
        CHILD,
        &child_number(),
        "2010-06-01",
        "小学三年级",
        "欧阳小曼",
    ] {
        assert!(!both.contains(other), "{other}");
    }
}

#[tokio::test]
async fn a_childs_copy_is_asked_for_by_the_guardian_and_masks_the_parent() {
    let home = full().await;
    let guardian = json!({"asked_by": "guardian", "proof": "kinship_document", "language": "en"});
    let request = home.enter("export", 1, &guardian).await;
    home.copied(&request).await;
    let copy = home.fetched(&request, "json").await.ok(200);
    assert_eq!(copy.json["person"]["name"], CHILD);
    assert_eq!(copy.json["person"]["birth_on"], "2010-06-01");
    assert_eq!(copy.json["household"]["holder_name"], "欧阳*兰");
    assert_eq!(copy.json["needs"][0]["detail"], "转入小学三年级");
    let sheets = cells(&home.fetched(&request, "xlsx").await.ok(200).bytes);
    assert!(
        sheets.contains("Born on") && sheets.contains("guardian"),
        "{sheets}"
    );
    let both = copy.text() + &sheets;
    for other in [HOLDER, &citizen_number("H-1"), "高血压", "欧阳秀岚"] {
        assert!(!both.contains(other), "{other}");
    }
}

#[tokio::test]
async fn handing_out_is_on_record_and_ends_after_a_week() {
    let home = full().await;
    let town = &home.town;
    let request = home.enter("export", 0, &json!({})).await;
    let early = home.fetched(&request, "json").await;
    early.is_problem(409, "copy-not-ready");
    let done = home.copied(&request).await;
    assert_eq!(done["copy"]["expires_at"], "2018-03-12T02:00:00Z");
    home.fetched(&request, "json").await.ok(200);
    home.fetched(&request, "xlsx").await.ok(200);
    let given = town
        .count("disclosure where reason = 'right_of_access'")
        .await;
    assert_eq!(given, 2);
    let path = "/v1/audit-events?action=personal_data_request.handed_out";
    let events = town.auditor().get(path).send().await.ok(200);
    assert_eq!(events.items().len(), 2);
    let pieces = "file_chunk c join file f on f.id = c.file_id
                  where f.name like '个人信息副本%'";
    assert_eq!(town.count(pieces).await, 2);
    assert_eq!(anju::rights::forget_copies(&town.app).await.unwrap(), 0);
    town.set_clock("2018-03-12T01:59:59Z");
    home.fetched(&request, "json").await.ok(200);
    town.set_clock("2018-03-12T02:00:00Z");
    home.fetched(&request, "json")
        .await
        .is_problem(409, "copy-expired");
    assert_eq!(anju::rights::forget_copies(&town.app).await.unwrap(), 2);
    assert_eq!(town.count(pieces).await, 0, "and nothing of it is left");
    let path = format!("{PATH}/{}", text(&request["id"]));
    let over = town.auditor().get(&path).send().await.ok(200).json;
    assert_eq!(over["copy"]["json"], Value::Null);
}

#[tokio::test]
async fn a_copy_whose_job_failed_is_accepted_once_more() {
    let home = full().await;
    let request = home.enter("export", 0, &json!({})).await;
    let accepted = home.accept(&request).await;
    let path = format!("{}/cancellations", text(&accepted["copy"]["job"]));
    home.lead().act(&path).send().await.ok(200);
    let refuse = json!({"accepted": false, "refusal": "secrecy"});
    let refused = decision(&home.lead(), &accepted, &refuse).send().await;
    refused.is_problem(409, "data-request-not-open");
    home.accept(&accepted).await;
    anju::jobs::run_all(&home.town.app).await.unwrap();
    home.fetched(&request, "json").await.ok(200);
}

#[tokio::test]
async fn the_list_leaves_as_a_workbook_without_what_is_proposed() {
    let home = full().await;
    let path = format!("{PATH}/export?kind=correction");
    let list = home.town.auditor().get(&path).send().await.ok(200);
    let sheets = cells(&list.bytes);
    for told in [
        "欧阳*兰",
        "更正",
        "姓名",
        "不予办理",
        "经核实，记录无误",
        "DJGD村",
    ] {
        assert!(sheets.contains(told), "{told} in {sheets}");
    }
    assert!(!sheets.contains("秀岚") && !sheets.contains(HOLDER));
}
