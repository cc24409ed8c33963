//! What a copy of the database gives away to who has not the keys.

use anju::{privacy::KeyRing, staff::Role};
use base64::{Engine as _, engine::general_purpose};
use serde_json::json;

use super::{CHILD, child_number, family_in, id};
use crate::support::{Town, citizen_number, homes::text};

/// A value in every spelling a dump could show it in.
fn spellings(value: &str) -> Vec<String> {
    let bytes = value.as_bytes();
    let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut all = vec![
        value.to_owned(),
        value.to_lowercase(),
        hex::encode(bytes),
        hex::encode(utf16),
    ];
    // Base64 of a longer text shows a value at three offsets; their common middle is looked for.
    for offset in 0..3 {
        let padded = [vec![0; offset], bytes.to_vec()].concat();
        for engine in [
            &general_purpose::STANDARD_NO_PAD,
            &general_purpose::URL_SAFE_NO_PAD,
        ] {
            let coded = engine.encode(&padded);
            let end = padded.len() / 3 * 4;
            all.push(coded[if offset == 0 { 0 } else { 4 }..end].to_owned());
        }
    }
    all.retain(|spelling| spelling.len() >= 6 || spelling == value);
    all
}

/// Writes everything sensitive by every way in; answers the values.
pub async fn write_everything(town: &Town) -> Vec<String> {
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let household = family_in(town, &parcel, "H-1").await;
    let persons = &household["persons"];
    let needs = [
        ("schooling", 1, "转入回迁片区小学三年级"),
        ("medical", 0, "高血压随访"),
    ];
    for (kind, person, detail) in needs {
        let body = json!({"person_id": persons[person]["id"], "kind": kind, "due_on": "2018-08-31",
            "detail": detail});
        town.needs_officer()
            .post("/v1/needs", &body)
            .send()
            .await
            .ok(201);
    }
    let account = "6222021602001234567";
    let note = format!("核对银行账号 {account}");
    let body = json!({"reason": "other", "note": note});
    let path = format!("/v1/households/{}/disclosures", id(&household));
    town.officer().post(&path, &body).send().await.ok(201);
    let emergency = break_the_glass(town).await;
    let sending = super::sending(town, &programme, "needs");
    let heading = "parcel_code,household_no,person_name,kind,due_on,detail";
    let file = format!(
        "{heading}\nDJGD,H-1,{CHILD},就医,2018-09-30,哮喘\nDJGD,H-1,没有此人,就医,2018-09-30,癫痫\n"
    );
    sending.through("validate", file.as_bytes()).await;
    sending.through("commit", file.as_bytes()).await;
    let sending = super::sending(town, &programme, "roster");
    let numbered = citizen_number("0002");
    let heading = "parcel_code,household_no,holder_name,address,id_number,recognised_area_m2";
    let file = format!("{heading}\nDJGD,0002,王五,大沟村 2 号,{numbered},90.00\n");
    sending.through("validate", file.as_bytes()).await;
    sending.through("commit", file.as_bytes()).await;
    let mut values: Vec<String> = needs
        .iter()
        .map(|(.., detail)| (*detail).to_owned())
        .collect();
    values.extend(["哮喘", "癫痫", CHILD, account, &note].map(str::to_owned));
    values.extend(emergency);
    values.extend([citizen_number("H-1"), child_number(), numbered]);
    values
}

/// Somebody breaks the glass and somebody else examines it; answers what they wrote.
async fn break_the_glass(town: &Town) -> [String; 2] {
    let (note, why) = ("二楼老人突发心梗", "急救记录与所述一致");
    let district = town.district().await;
    let (_, worker) = town.worker("3799", "grid_worker", &district).await;
    let body = json!({"parcel_code": "DJGD", "household_no": "H-1", "reason": "medical_emergency",
        "note": note, "minutes": 30});
    let opened = worker.post("/v1/break-glass-accesses", &body).send().await;
    let access = opened.ok(201).json;
    let path = format!("/v1/break-glass-accesses/{}/reviews", id(&access));
    let finding = json!({"finding": "justified", "note": why});
    let examined = town.auditor().post(&path, &finding);
    let examined = examined.if_match(&access["version"]).send().await;
    examined.ok(200);
    [note, why].map(str::to_owned)
}

#[tokio::test]
async fn no_sensitive_value_can_be_read_in_a_copy_of_the_database() {
    let town = Town::new().await;
    let values = write_everything(&town).await;
    let database = town.whole_database().await;
    assert!(database.contains("欧阳秀兰"), "the whole database was read");
    for value in values {
        for spelling in spellings(&value) {
            assert!(!database.contains(&spelling), "{value} as {spelling}");
        }
    }
}

#[tokio::test]
async fn illness_and_school_are_sealed_with_keys_of_their_own() {
    let town = Town::new().await;
    write_everything(&town).await;
    let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(
        "select kind::text, detail_sealed from need where detail_sealed is not null",
    )
    .fetch_all(&town.owner().await)
    .await
    .unwrap();
    let mut keys: Vec<_> = rows
        .iter()
        .map(|(kind, sealed)| (kind.as_str(), KeyRing::key_of(sealed).unwrap()))
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, [("medical", 2), ("schooling", 3)]);
    let desk = town.person(Role::SchoolDesk, false);
    let needs = desk.get("/v1/needs").send().await.ok(200);
    assert!(needs.items().iter().all(|need| need["detail"].is_null()));
    let [schooling] = &needs.items()[..] else {
        panic!("the school desk is told nothing of illness: {}", needs.json)
    };
    let path = format!("/v1/needs/{}", text(&schooling["id"]));
    let seen = desk.get(&path).send().await.ok(200);
    assert_eq!(seen.json["detail"], "转入回迁片区小学三年级");
    let trail = town.trail(schooling).await;
    assert!(trail.contains(&"need.read".to_owned()), "{trail:?}");
}
