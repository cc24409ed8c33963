//! The resident lookup: codes, sessions, the case, the letters, the page.

use poem::http::StatusCode;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

use crate::support::{Errand, Person, Reply, Town};

const PASSPORT: &str = "E1234567A";
const CHILD: &str = "370103201001011238";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

fn last_six(number: &str) -> &str {
    &number[number.len() - 6..]
}

/// A household of a holder with a citizen number, a spouse with a passport and a child.
async fn family(town: &Town, parcel: &Value, number: &str) -> (Value, String) {
    let mut body = Town::household_body(parcel, number);
    let holder = body["persons"][0]["document"]["number"]
        .as_str()
        .unwrap()
        .to_owned();
    let others = [
        json!({"name": "Ana Silva", "relation": "10",
            "document": {"kind": "passport", "number": PASSPORT}}),
        json!({"name": "张小四", "relation": "20",
            "document": {"kind": "citizen_number", "number": CHILD}}),
    ];
    body["persons"].as_array_mut().unwrap().extend(others);
    let reply = town.officer().post("/v1/households", &body).send().await;
    (reply.ok(201).json, last_six(&holder).to_owned())
}

/// A town with one family, its code and the last six characters of its holder.
struct Settled {
    town: Town,
    parcel: Value,
    household: Value,
    code: String,
    six: String,
}

async fn settled() -> Settled {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let (household, six) = family(&town, &parcel, "H-1").await;
    let code = issue(&town, &household).await["lookup_code"]
        .as_str()
        .unwrap()
        .to_owned();
    Settled {
        town,
        parcel,
        household,
        code,
        six,
    }
}

async fn issue(town: &Town, household: &Value) -> Value {
    let path = format!("/v1/households/{}/lookup-codes", id(household));
    town.officer().act(&path).send().await.ok(201).json
}

fn asking(town: &Town, code: &str, six: &str) -> Errand {
    let body = json!({"lookup_code": code, "id_last_six": six, "channel": "self"});
    town.anonymous().post("/v1/resident/sessions", &body)
}

async fn open(town: &Town, code: &str, six: &str) -> Person {
    let opened = asking(town, code, six).send().await.ok(201).json;
    town.bearer(opened["token"].as_str().unwrap())
}

async fn case(resident: &Person) -> Value {
    resident.get("/v1/resident/case").send().await.ok(200).json
}

async fn run(owner: &PgPool, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(owner)
        .await
        .unwrap();
}

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
        "next_step": {"code": "sign", "title": "签订安置补偿协议", "due_on": "2018-03-31",
            "days_left": 26},
        "homes": [], "needs": [],
        "contacts": [{"role": "village_office", "name": "改造办公室", "phone": "0531-00000000"}],
        "lookups": [{"at": "2018-03-05T02:00:00Z", "channel": "self"}],
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
        "Sign the resettlement agreement"
    );
}

#[tokio::test]
async fn any_adult_opens_the_case_with_any_document() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    for six in [
        six.as_str(),
        &six.to_lowercase(),
        last_six(PASSPORT),
        "34567a",
    ] {
        asking(&town, &code, six).send().await.ok(201);
    }
    // The child is of age on its eighteenth birthday.
    asking(&town, &code, last_six(CHILD))
        .send()
        .await
        .is_problem(401, "lookup-failed");
    town.set_clock("2027-12-31T15:59:59Z");
    asking(&town, &code, last_six(CHILD))
        .send()
        .await
        .is_problem(401, "lookup-failed");
    town.set_clock("2027-12-31T16:00:00Z");
    asking(&town, &code, last_six(CHILD)).send().await.ok(201);
}

#[tokio::test]
async fn who_was_born_on_no_known_day_counts_as_an_adult() {
    let Settled {
        town,
        code,
        household,
        ..
    } = settled().await;
    let owner = town.owner().await;
    let forget = "update person set birth_on = null where household_id = '{}'";
    run(&owner, forget.replace("{}", id(&household))).await;
    asking(&town, &code, last_six(CHILD)).send().await.ok(201);
}

#[tokio::test]
async fn no_refusal_says_what_was_wrong() {
    let Settled {
        town,
        parcel,
        code,
        six,
        ..
    } = settled().await;
    let (neighbour, neighbour_six) = family(&town, &parcel, "H-2").await;
    let revoked = issue(&town, &neighbour).await["lookup_code"].clone();
    issue(&town, &neighbour).await;
    let none = "0000-0000-0000";
    let mut bodies = vec![];
    for (code, six) in [
        (none, six.as_str()),
        (revoked.as_str().unwrap(), &neighbour_six),
        (&code, "000000"),
        (&code, last_six(CHILD)),
        (&code, &neighbour_six),
    ] {
        let reply = asking(&town, code, six)
            .send()
            .await
            .is_problem(401, "lookup-failed");
        let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
        names.sort();
        let mut body = reply.json;
        body["request_id"] = Value::Null;
        bodies.push((body, names));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert_eq!(town.count("resident_session").await, 0);
    let trail = town
        .auditor()
        .get("/v1/audit-events?action=lookup.opened")
        .send()
        .await
        .ok(200);
    assert!(trail.items().is_empty());
}

#[tokio::test]
async fn a_code_is_read_however_it_is_typed() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    let plain = code.replace('-', "");
    let lookalikes = code.replace('0', "o").replace('1', "l");
    let other = code
        .to_lowercase()
        .replace('0', "O")
        .replace('1', "I")
        .replace('-', " ");
    let wide: String = plain
        .chars()
        .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap())
        .collect();
    for typed in [plain, lookalikes, other, wide] {
        asking(&town, &typed, &six).send().await.ok(201);
    }
    let short = asking(&town, "ABCD", &six)
        .send()
        .await
        .is_problem(400, "body-mismatch");
    assert!(
        short
            .pointers()
            .iter()
            .all(|pointer| *pointer == "/lookup_code")
    );
}

#[tokio::test]
async fn a_new_code_stops_the_old_one_and_what_it_opened() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let resident = open(&town, &code, &six).await;
    town.set_clock("2018-03-05T02:10:00Z");
    let again = issue(&town, &household).await;
    resident
        .get("/v1/resident/case")
        .send()
        .await
        .is_problem(401, "unauthenticated");
    asking(&town, &code, &six)
        .send()
        .await
        .is_problem(401, "lookup-failed");
    let new = again["lookup_code"].as_str().unwrap();
    assert_ne!(new, code);
    open(&town, new, &six).await;

    let path = format!("/v1/lookup-codes?household_id={}", id(&household));
    let list = town.officer().get(&path).send().await.ok(200);
    let live: Vec<_> = list
        .items()
        .iter()
        .map(|c| c["revoked_at"].is_null())
        .collect();
    assert_eq!(live, [true, false]);
    assert!(!list.text().contains(new) && list.items()[0].get("lookup_code").is_none());
    for action in ["lookup_code.issued", "lookup_code.revoked"] {
        let path = format!("/v1/audit-events?action={action}");
        let trail = town.auditor().get(&path).send().await.ok(200);
        assert_eq!(
            trail.items().len(),
            if action.ends_with("issued") { 2 } else { 1 }
        );
    }
}

#[tokio::test]
async fn a_code_is_issued_once_per_key_and_shown_once() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let path = format!("/v1/households/{}/lookup-codes", id(&household));
    let send = || town.officer().act(&path).key("one").send();
    let first = send().await.ok(201);
    assert_eq!(first.header("etag"), "\"1\"");
    let record = town
        .officer()
        .get(first.header("location"))
        .send()
        .await
        .ok(200);
    assert_eq!(record.json["household_no"], "H-1");
    send().await.is_problem(409, "already-done");
    open(&town, first.json["lookup_code"].as_str().unwrap(), &six).await;
    asking(&town, &code, &six)
        .send()
        .await
        .is_problem(401, "lookup-failed");
}

#[tokio::test]
async fn a_revoked_code_opens_nothing() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let resident = open(&town, &code, &six).await;
    let path = format!("/v1/lookup-codes?household_id={}", id(&household));
    let record = town.officer().get(&path).send().await.ok(200).items()[0].clone();
    let path = format!("/v1/lookup-codes/{}/revocations", id(&record));
    let revoke = |version: Value| town.officer().act(&path).if_match(&version).send();
    town.officer()
        .act(&path)
        .send()
        .await
        .is_problem(428, "if-match-missing");
    revoke(json!(9)).await.is_problem(412, "version-stale");
    let revoked = revoke(json!(1)).await.ok(200);
    assert_eq!(revoked.json["revoked_at"], "2018-03-05T02:00:00Z");
    revoke(json!(2))
        .await
        .is_problem(409, "lookup-code-revoked");
    asking(&town, &code, &six)
        .send()
        .await
        .is_problem(401, "lookup-failed");
    resident
        .get("/v1/resident/case")
        .send()
        .await
        .is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_lasts_half_an_hour_or_until_it_is_ended() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    let resident = open(&town, &code, &six).await;
    let status = |resident: &Person| {
        let read = resident.get("/v1/resident/case");
        async { read.send().await.status }
    };
    town.set_clock("2018-03-05T02:29:59Z");
    assert_eq!(status(&resident).await, StatusCode::OK);
    town.set_clock("2018-03-05T02:30:00Z");
    assert_eq!(status(&resident).await, StatusCode::UNAUTHORIZED);
    let end = |resident: &Person| resident.delete("/v1/resident/sessions/current").send();
    end(&resident).await.is_problem(401, "unauthenticated");

    let resident = open(&town, &code, &six).await;
    end(&resident).await.ok(204);
    assert_eq!(status(&resident).await, StatusCode::UNAUTHORIZED);
    end(&resident).await.is_problem(401, "unauthenticated");
    // A staff key is no resident, and a resident no staff.
    let officer = town.officer().get("/v1/resident/case").send().await;
    officer.is_problem(401, "unauthenticated");
    let resident = open(&town, &code, &six).await;
    resident
        .get("/v1/households")
        .send()
        .await
        .is_problem(401, "unauthenticated");
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
        "area_m2": "98.40", "inspection": "none", "open_defects": 1}]);
    assert_eq!(case["homes"], homes);
    let needs = json!([{"kind": "schooling", "status": "arranged", "due_on": "2018-08-31",
        "provider": "东小学"}]);
    assert_eq!(case["needs"], needs);
    let agreement = json!({"agreement_no": "A-1", "status": "signed", "signed_on": "2018-03-04",
        "floor_area_m2": "120.50", "amount": "1250000.00"});
    assert_eq!(case["agreement"], agreement);
}

#[tokio::test]
async fn the_case_follows_the_household_from_roster_to_keys() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let owner = town.owner().await;
    let programme = town
        .admin()
        .get("/v1/programmes")
        .send()
        .await
        .ok(200)
        .items()[0]
        .clone();
    let resident = open(&town, &code, &six).await;
    let told = async || {
        let case = case(&resident).await;
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        (
            word(&case["stage"]),
            word(&case["next_step"]["code"]),
            word(&case["agreement"]["status"]),
        )
    };
    let is = |stage: &str, code: &str, agreement: &str| {
        (stage.to_owned(), code.to_owned(), agreement.to_owned())
    };
    assert_eq!(told().await, is("registered", "sign", "-"));
    let signed = town.signed(&household, "A-1", "2018-03-04").await;
    assert_eq!(told().await, is("signed", "vacate", "signed"));
    let path = format!("/v1/agreements/{}/voidings", id(&signed));
    let void = json!({"voided_on": "2018-03-05", "reason": "wrong_facts"});
    let request = town
        .officer()
        .post(&path, &void)
        .if_match(&signed["version"]);
    request.send().await.ok(200);
    assert_eq!(told().await, is("registered", "sign", "void"));
    town.draft(&household, "A-2").await;
    assert_eq!(told().await, is("drafted", "sign", "draft"));

    furnish(&town, &programme, &household, "东").await;
    assert_eq!(told().await, is("home_assigned", "wait_for_home", "draft"));
    let inspect = |result: &str, on: &str| {
        format!(
            "insert into inspection (id, flat_id, inspected_on, inspector, result, recorded_at)
             select gen_random_uuid(), id, '{on}', '李', '{result}', now() from flat"
        )
    };
    run(&owner, inspect("failed", "2018-03-02")).await;
    assert_eq!(case(&resident).await["homes"][0]["inspection"], "failed");
    assert_eq!(told().await, is("home_assigned", "wait_for_home", "draft"));
    run(&owner, inspect("passed", "2018-03-03")).await;
    assert_eq!(told().await, is("home_assigned", "collect_keys", "draft"));
    run(&owner, "update defect set severity = 'severe'".into()).await;
    assert_eq!(told().await, is("home_assigned", "wait_for_home", "draft"));
    run(
        &owner,
        "update flat set handed_over_on = '2018-03-05', keys = 3".into(),
    )
    .await;
    assert_eq!(told().await, is("handed_over", "done", "draft"));
}

#[tokio::test]
async fn six_failures_close_a_code_for_a_quarter_of_an_hour() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    for n in 0..6 {
        asking(&town, &code, &six).send().await.ok(201);
        let wrong = asking(&town, &code, &format!("00000{n}"));
        wrong
            .from(&format!("192.0.2.{n}:9"))
            .send()
            .await
            .is_problem(401, "lookup-failed");
    }
    let closed = asking(&town, &code, &six).from("192.0.2.99:9").send().await;
    let closed = closed.is_problem(429, "too-many-requests");
    assert_eq!(closed.header("retry-after"), "900");
    town.set_clock("2018-03-05T02:14:59Z");
    let closed = asking(&town, &code, &six)
        .send()
        .await
        .is_problem(429, "too-many-requests");
    assert_eq!(closed.header("retry-after"), "1");
    town.set_clock("2018-03-05T02:15:00Z");
    asking(&town, &code, &six).send().await.ok(201);
}

#[tokio::test]
async fn a_grid_worker_is_on_record_and_the_name_is_not_in_the_trail() {
    let Settled {
        town,
        household,
        code,
        six,
        ..
    } = settled().await;
    let send = |channel: &str, assistant: Option<&str>| {
        let mut body = json!({"lookup_code": code, "id_last_six": six, "channel": channel});
        if let Some(name) = assistant {
            body["assistant"] = name.into();
        }
        town.anonymous().post("/v1/resident/sessions", &body).send()
    };
    for (channel, assistant) in [("grid_worker", None), ("self", Some("张网格"))] {
        let refused = send(channel, assistant)
            .await
            .is_problem(400, "assistant-mismatch");
        assert_eq!(refused.pointers(), ["/assistant"]);
    }
    send("self", None).await.ok(201);
    town.set_clock("2018-03-05T02:05:00Z");
    let opened = send("grid_worker", Some("张网格 / 东一网格"))
        .await
        .ok(201)
        .json;
    let case = case(&town.bearer(opened["token"].as_str().unwrap())).await;
    let lookups = json!([{"at": "2018-03-05T02:05:00Z", "channel": "grid_worker"},
        {"at": "2018-03-05T02:00:00Z", "channel": "self"}]);
    assert_eq!(case["lookups"], lookups);

    let owner = town.owner().await;
    let (session, kept): (sqlx::types::Uuid, String) =
        sqlx::query_as("select id, assistant from resident_session where channel = 'grid_worker'")
            .fetch_one(&owner)
            .await
            .unwrap();
    assert_eq!(kept, "张网格 / 东一网格");
    let trail = town
        .auditor()
        .get("/v1/audit-events?action=lookup.opened")
        .send()
        .await
        .ok(200);
    let last = &trail.items()[0];
    assert_eq!(last["client_id"], session.to_string());
    assert_eq!(
        (&last["role"], &last["on_behalf_of"]),
        (&json!("resident"), &json!("resident"))
    );
    assert_eq!(
        (&last["reason"], &last["object_id"]),
        (&json!("grid_worker"), &household["id"])
    );
    assert!(trail.items()[1]["on_behalf_of"].is_null());
    let events: String = sqlx::query_scalar("select string_agg(e::text, ' ') from audit_event e")
        .fetch_one(&owner)
        .await
        .unwrap();
    assert!(!events.contains("张网格"));
}

#[tokio::test]
async fn a_lost_answer_is_not_told_again_and_strangers_never_meet_over_a_key() {
    let Settled {
        town,
        parcel,
        code,
        six,
        ..
    } = settled().await;
    asking(&town, &code, &six).key("k").send().await.ok(201);
    asking(&town, &code, &six)
        .key("k")
        .send()
        .await
        .is_problem(409, "already-done");
    let (other, other_six) = family(&town, &parcel, "H-2").await;
    let other_code = issue(&town, &other).await;
    let other_code = other_code["lookup_code"].as_str().unwrap();
    asking(&town, other_code, &other_six)
        .key("k")
        .send()
        .await
        .ok(201);
    let bare = asking(&town, &code, &six)
        .without("idempotency-key")
        .send()
        .await;
    bare.is_problem(428, "idempotency-key-missing");
}

/// The codes of a letter set, with who they are for.
fn codes_of(letters: &Reply) -> Vec<String> {
    let text = letters.text();
    let parts = text.split("<p class=\"code\">").skip(1);
    parts.map(|part| part[..14].to_owned()).collect()
}

#[tokio::test]
async fn letters_bring_every_household_its_own_code_once() {
    let Settled {
        town,
        parcel,
        code,
        six,
        ..
    } = settled().await;
    let mut body = Town::household_body(&parcel, "H-2");
    let two = last_six(body["persons"][0]["document"]["number"].as_str().unwrap()).to_owned();
    body["holder_name"] = "<b>张&三</b>".into();
    town.officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201);
    let (_, three) = family(&town, &parcel, "H-3").await;

    let path = format!("/v1/parcels/{}/lookup-letters", id(&parcel));
    let order = json!({"page_address": "https://anju.example/?a&b"});
    let send = || town.officer().post(&path, &order).key("letters").send();
    let letters = send().await.ok(200);
    assert_eq!(letters.header("content-type"), "text/html; charset=utf-8");
    let policy = letters.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    let text = letters.text();
    for part in [
        "查询码通知单",
        "&lt;b&gt;张&amp;三&lt;/b&gt;",
        "H-3",
        "DJGD村",
        "0531-00000000",
        "https://anju.example/?a&amp;b",
        "会记下什么",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(!text.contains("<b>张") && !text.contains("src=") && !text.contains("<script"));
    let codes = codes_of(&letters);
    assert_eq!(codes.len(), 2, "H-1 has a code already");
    assert!(
        codes
            .iter()
            .all(|code| text.matches(code.as_str()).count() == 1)
    );
    open(&town, &codes[0], &two).await;
    open(&town, &codes[1], &three).await;
    open(&town, &code, &six).await;

    send().await.is_problem(409, "already-done");
    let nobody = town.officer().post(&path, &json!({})).send().await;
    nobody.is_problem(409, "nothing-to-issue");
    let all = town
        .officer()
        .post(&path, &json!({"reissue": true}))
        .send()
        .await
        .ok(200);
    assert_eq!(codes_of(&all).len(), 3);
    asking(&town, &codes[0], &two)
        .send()
        .await
        .is_problem(401, "lookup-failed");
    assert_eq!(town.count("lookup_code where revoked_at is null").await, 3);
    assert_eq!(
        town.count("audit_event where action = 'lookup_code.issued'")
            .await,
        6
    );
}

#[tokio::test]
async fn a_large_parcel_is_printed_in_several_sets() {
    let Settled { town, parcel, .. } = settled().await;
    let owner = town.owner().await;
    let fill = format!(
        "insert into household (id, parcel_id, household_no, holder_name, address, created_at)
         select gen_random_uuid(), '{}', 'M-' || n, '张三', '某处', now()
           from generate_series(1, 2003) n",
        id(&parcel)
    );
    run(&owner, fill).await;
    let path = format!("/v1/parcels/{}/lookup-letters", id(&parcel));
    let first = town.officer().post(&path, &json!({})).send().await.ok(200);
    assert_eq!(codes_of(&first).len(), 2000);
    assert!(first.text().contains("还有 3 户"));
    let second = town.officer().post(&path, &json!({})).send().await.ok(200);
    assert_eq!(codes_of(&second).len(), 3);
    assert!(!second.text().contains("还有"));
}

#[tokio::test]
async fn a_copy_of_the_database_opens_nothing() {
    let Settled {
        town, code, six, ..
    } = settled().await;
    let opened = asking(&town, &code, &six).send().await.ok(201).json;
    let token = opened["token"].as_str().unwrap();
    let owner = town.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables
          where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    assert!(tables.len() > 20);
    let plain = code.replace('-', "");
    let secrets = [
        code.as_str(),
        &plain,
        token,
        token.trim_start_matches("anjr_"),
    ];
    for table in tables {
        let sql = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        let text: String = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&owner)
            .await
            .unwrap();
        for secret in secrets {
            assert!(!text.contains(secret), "{table}");
            assert!(!text.contains(&hex::encode(secret)), "{table}");
        }
    }
}

#[tokio::test]
async fn a_demo_key_issues_no_code_for_real_households() {
    let Settled {
        town,
        parcel,
        household,
        ..
    } = settled().await;
    let demo = town.person(anju::staff::Role::CaseOfficer, true);
    let path = format!("/v1/households/{}/lookup-codes", id(&household));
    demo.act(&path).send().await.is_problem(404, "not-found");
    let path = format!("/v1/parcels/{}/lookup-letters", id(&parcel));
    demo.post(&path, &json!({}))
        .send()
        .await
        .is_problem(404, "not-found");
    let list = demo.get("/v1/lookup-codes").send().await.ok(200);
    assert!(list.items().is_empty());
}

#[tokio::test]
async fn the_page_is_small_and_loads_nothing_from_elsewhere() {
    let town = Town::new().await;
    let mut total = 0;
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/resident/page.css", "text/css; charset=utf-8"),
        ("/resident/page.js", "text/javascript; charset=utf-8"),
    ] {
        let plain = town.anonymous().get(path).send().await.ok(200);
        assert_eq!(plain.header("content-type"), kind);
        let policy = plain.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'"),
            "{path}"
        );
        let zipped = town
            .anonymous()
            .get(path)
            .header("accept-encoding", "gzip")
            .send()
            .await;
        let zipped = zipped.ok(200);
        assert_eq!(zipped.header("content-encoding"), "gzip");
        total += zipped.bytes.len();
    }
    assert!(total < 40_000, "{total} bytes");
    town.anonymous()
        .get("/resident/other")
        .send()
        .await
        .is_problem(404, "route-unknown");
}

#[tokio::test]
async fn the_type_of_a_problem_is_a_page_that_explains_it() {
    let town = Town::new().await;
    let problem = town
        .anonymous()
        .get("/v1/nowhere")
        .send()
        .await
        .ok(404)
        .json;
    let (path, anchor) = problem["type"].as_str().unwrap().split_once('#').unwrap();
    let page = town.anonymous().get(path).send().await.ok(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains(&format!("<tr id=\"{anchor}\">")));
}
