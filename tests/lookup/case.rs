//! What a resident sees of the case, and that nobody else's life is in it.

use serde_json::{Value, json};

use super::{PASSPORT, Settled, asking, case, family, id, issue, open, run, settled};
use crate::support::{Person, Town};

#[tokio::test]
async fn the_holder_sees_the_case_and_nothing_personal_in_it() {
    let Settled {
        town,
        code,
        six,
        household,
        ..
    } = settled().await;
    let opened = asking(&town, &code, &six).send().await.ok(201).json;
    let token = opened["token"].as_str().unwrap();
    assert!(token.starts_with("anjr_") && token.len() == 48, "{token}");
    assert_eq!(opened["expires_at"], "2018-03-05T02:30:00Z");

    let case = case(&town.bearer(token)).await;
    let expected = json!({
        "programme": {"name": "2018 更新改造", "synthetic": false},
        "parcel": {"name": "DJGD村", "kind": "old_village", "stage": "plan"},
        "household_no": "H-1", "holder": "张*三", "floor_area_m2": "120.50",
        "as_of": "2018-03-05", "stage": "registered",
        "next_step": {"code": "sign", "title": "签订补偿安置协议", "due_on": "2018-03-31",
            "days_left": 26},
        "homes": [], "needs": [],
        "contacts": [{"role": "village_office", "name": "改造办公室", "phone": "0531-00000000"}],
        "lookups": [{"at": "2018-03-05T02:00:00Z", "channel": "self"}],
        "disclosures": [], "requests": [],
    });
    assert_eq!(case, expected);
    for secret in [
        "张小三",
        "12345678",
        "大沟村 12 号",
        id(&household),
        &six,
        PASSPORT,
    ] {
        assert!(!case.to_string().contains(secret), "{secret}");
    }
    let english = town
        .bearer(token)
        .get("/v1/resident/case")
        .english()
        .send()
        .await;
    assert_eq!(
        english.json["next_step"]["title"],
        "Sign the compensation and resettlement agreement"
    );
}

/// Homes, needs and an agreement of a household, written past the operations of other slices.
async fn furnish(town: &Town, programme: &Value, household: &Value, name: &str) {
    let owner = town.owner().await;
    run(
        &owner,
        format!(
            "insert into estate (id, programme_id, name, address, created_at)
               values (gen_random_uuid(), '{}', '{name}小区', '路 1 号', now());
             insert into building (id, estate_id, name, floors, created_at)
               select gen_random_uuid(), id, '3号楼', 18, now() from estate where name = '{name}小区';
             insert into flat (id, building_id, flat_no, area_m2, household_id, assigned_on, created_at)
               select gen_random_uuid(), b.id, '2-1102', 98.4, '{household}', '2018-03-01', now()
                 from building b join estate e on e.id = b.estate_id where e.name = '{name}小区';
             insert into defect (id, flat_id, description, severity, found_on)
               select gen_random_uuid(), id, '{name}', 'general', '2018-03-02'
                 from flat where household_id = '{household}';
             insert into need (id, household_id, person_id, kind, due_on, provider, arranged_on,
                               status, created_at)
               select gen_random_uuid(), '{household}', id, 'schooling', '2018-08-31', '{name}小学',
                      '2018-03-01', 'arranged', now()
                 from person where household_id = '{household}' and relation = '20';",
            id(programme),
            household = id(household),
        ),
    )
    .await;
}

#[tokio::test]
async fn a_neighbour_changes_nothing_of_what_a_household_sees() {
    let mut cases = vec![];
    for neighbours in [false, true] {
        let town = Town::new().await;
        let programme = town.programme().await;
        let parcel = town.parcel(&programme, "DJGD").await;
        let (household, six) = family(&town, &parcel, "H-1").await;
        furnish(&town, &programme, &household, "东").await;
        town.signed(&household, "A-1", "2018-03-04").await;
        if neighbours {
            let (other, six) = family(&town, &parcel, "H-2").await;
            furnish(&town, &programme, &other, "西").await;
            town.signed(&other, "A-2", "2018-03-05").await;
            let code = issue(&town, &other).await;
            open(&town, code["lookup_code"].as_str().unwrap(), &six).await;
        }
        let code = issue(&town, &household).await;
        let resident = open(&town, code["lookup_code"].as_str().unwrap(), &six).await;
        cases.push(case(&resident).await);
    }
    assert_eq!(cases[0], cases[1]);
    let case = &cases[0];
    let homes = json!([{"estate": "东小区", "building": "3号楼", "flat_no": "2-1102",
        "area_m2": "98.40", "inspection": "none", "open_defects": 1, "severe_defects": 0}]);
    assert_eq!(case["homes"], homes);
    let needs = json!([{"kind": "schooling", "person_name": "张*四", "status": "arranged",
        "due_on": "2018-08-31", "overdue": false, "provider": "东小学"}]);
    assert_eq!(case["needs"], needs);
    let agreement = json!({"agreement_no": "A-1", "status": "signed", "signed_on": "2018-03-04",
        "floor_area_m2": "120.50", "amount": "1250000.00"});
    assert_eq!(case["agreement"], agreement);
}

/// The stage, the next step and the standing of the agreement, in one line.
async fn told(resident: &Person) -> String {
    let case = case(resident).await;
    let words = [
        &case["stage"],
        &case["next_step"]["code"],
        &case["agreement"]["status"],
    ];
    words.map(|word| word.as_str().unwrap_or("-")).join(" ")
}

#[tokio::test]
async fn the_case_follows_the_agreement() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let resident = open(&town, &code, &six).await;
    assert_eq!(told(&resident).await, "registered sign -");
    let signed = town.signed(&household, "A-1", "2018-03-04").await;
    assert_eq!(told(&resident).await, "signed vacate signed");
    let path = format!("/v1/agreements/{}/voidings", id(&signed));
    let void = json!({"voided_on": "2018-03-05", "reason": "wrong_facts"});
    let request = town.officer().post(&path, &void);
    let request = request.if_match(&signed["version"]);
    request.send().await.ok(200);
    assert_eq!(told(&resident).await, "registered sign void");
    town.draft(&household, "A-2").await;
    assert_eq!(told(&resident).await, "drafted sign draft");
}

#[tokio::test]
async fn the_case_follows_the_home_until_the_keys_are_handed_over() {
    let Settled {
        town,
        programme,
        household,
        code,
        six,
        ..
    } = settled().await;
    let owner = town.owner().await;
    let resident = open(&town, &code, &six).await;
    town.signed(&household, "A-1", "2018-03-04").await;
    furnish(&town, &programme, &household, "东").await;
    assert_eq!(told(&resident).await, "home_assigned wait_for_home signed");
    let inspect = |result: &str, on: &str| {
        format!(
            "insert into inspection (id, flat_id, inspected_on, inspector, result, recorded_at)
             select gen_random_uuid(), id, '{on}', '李', '{result}', now() from flat"
        )
    };
    run(&owner, inspect("failed", "2018-03-02")).await;
    assert_eq!(case(&resident).await["homes"][0]["inspection"], "failed");
    assert_eq!(told(&resident).await, "home_assigned wait_for_home signed");
    run(&owner, inspect("passed", "2018-03-03")).await;
    assert_eq!(told(&resident).await, "home_assigned collect_keys signed");
    run(&owner, "update defect set severity = 'severe'".into()).await;
    assert_eq!(told(&resident).await, "home_assigned wait_for_home signed");
    let waiting = case(&resident).await;
    assert_eq!(waiting["next_step"]["title"], "等待安置房问题修好");
    assert_eq!(waiting["homes"][0]["severe_defects"], 1);
    let moving = json!({"code": "vacate", "title": "腾空房屋，办理搬迁", "due_on": "2018-04-30",
        "days_left": 56});
    assert_eq!(waiting["moving_out"], moving);
}

#[tokio::test]
async fn the_case_follows_the_household_behind_its_new_door_until_nothing_is_open() {
    let Settled {
        town,
        programme,
        household,
        code,
        six,
        ..
    } = settled().await;
    let owner = town.owner().await;
    let resident = open(&town, &code, &six).await;
    town.signed(&household, "A-1", "2018-03-04").await;
    furnish(&town, &programme, &household, "东").await;
    let keys = "update flat set handed_over_on = '2018-03-05', keys = 3";
    run(&owner, keys.into()).await;
    assert_eq!(told(&resident).await, "handed_over follow_up signed");
    let kept = case(&resident).await;
    let open = "房子已交付。还有没办完的事：子女上学 1 件、房屋维修 1 处，正在办理";
    assert_eq!(kept["next_step"]["title"], open);
    assert!(kept["moving_out"].is_null());
    let settle = "update defect set status = 'closed', rectified_on = '2018-03-05', \
                  rectified_by = gen_random_uuid(), closed_on = '2018-03-05', \
                  rechecked_by = gen_random_uuid();
                  update need set status = 'closed', outcome = 'met', closed_on = '2018-03-05'";
    run(&owner, settle.into()).await;
    assert_eq!(told(&resident).await, "handed_over done signed");
}

#[tokio::test]
async fn a_void_agreement_is_told_with_its_day_and_homes_no_longer_count() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let (household, six) = family(&town, &parcel, "H-1").await;
    furnish(&town, &programme, &household, "东").await;
    town.signed(&household, "A-1", "2018-03-04").await;
    let owner = town.owner().await;
    let void = "update agreement set status = 'void', voided_on = '2018-03-05', \
                void_reason = 'wrong_facts'";
    run(&owner, void.into()).await;
    let code = issue(&town, &household).await;
    let resident = open(&town, code["lookup_code"].as_str().unwrap(), &six).await;
    let found = case(&resident).await;
    assert_eq!(found["stage"], "registered");
    assert_eq!(found["agreement"]["voided_on"], "2018-03-05");
    let title =
        "原协议（A-1）已于2018年3月5日作废，金额不再有效。请与改造（征收）办公室联系重新签订。";
    let next = json!({"code": "sign", "title": title, "due_on": "2018-03-31", "days_left": 26});
    assert_eq!(found["next_step"], next);
    assert!(found["moving_out"].is_null());
}

#[tokio::test]
async fn needs_say_whose_they_are_whether_they_are_late_and_how_they_ended() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let owner = town.owner().await;
    for (kind, due, rest) in [
        ("schooling", "2018-03-04", "null, null, 'open', null, null"),
        ("medical", "2018-03-05", "null, null, 'open', null, null"),
        (
            "medical",
            "2018-03-01",
            "null, null, 'closed', 'withdrawn', '2018-03-02'",
        ),
        (
            "schooling",
            "2018-03-02",
            "null, null, 'closed', 'moved_away', '2018-03-02'",
        ),
        (
            "medical",
            "2018-03-03",
            "null, null, 'closed', 'deceased', '2018-03-02'",
        ),
    ] {
        let need = format!(
            "insert into need (id, household_id, person_id, kind, due_on, provider, arranged_on,
                               status, outcome, closed_on, created_at)
             select gen_random_uuid(), '{}', id, '{kind}', '{due}', {rest}, now()
               from person where name = '张*四'",
            id(&household)
        );
        run(&owner, need).await;
    }
    let needs = case(&open(&town, &code, &six).await).await["needs"].clone();
    let told: Vec<_> = needs
        .as_array()
        .unwrap()
        .iter()
        .map(|need| {
            let word = |name: &str| need[name].as_str().unwrap_or("-").to_owned();
            assert_eq!(need["person_name"], "张*四");
            (word("due_on"), need["overdue"] == true, word("outcome"))
        })
        .collect();
    let is = |due: &str, late, outcome: &str| (due.to_owned(), late, outcome.to_owned());
    assert_eq!(
        told,
        [
            is("2018-03-04", true, "-"),
            is("2018-03-05", false, "-"),
            is("2018-03-01", false, "withdrawn"),
            is("2018-03-02", false, "moved_away"),
        ]
    );
}
