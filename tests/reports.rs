//! Reports: ordered, produced from one snapshot, kept with their digests.

use std::io::{Cursor, Read as _};

use anju::{
    jobs::run_all,
    reports::{
        Follow, HouseholdLedgerReport, Order, ReportKind, ReportLanguage, SigningProgressReport,
        produce,
    },
    values::ProgrammeId,
};
use calamine::{Data, Reader as _, Xlsx};
use poem_openapi::types::ParseFromJSON;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::PgPool;

use crate::support::{Person, Reply, Town, day};

/// A village of four households, its roster frozen, and one whose roster is not.
///
/// H-1 signed on 20 February, H-2 on 1 March; H-3 signed on 25 February and withdrew on 3 March;
/// H-4 has a draft. 500.00 m² in all, of which H-4 has 138.50.
struct Village {
    town: Town,
    programme: Value,
}

impl Village {
    async fn new() -> Self {
        let town = Town::new().await;
        let programme = town.programme().await;
        let east = town.parcel(&programme, "DJG-E").await;
        town.parcel(&programme, "DJG-W").await;
        let mut households = vec![];
        for number in ["H-1", "H-2", "H-3"] {
            households.push(town.household(&east, number).await);
        }
        let mut body = Town::household_body(&east, "H-4");
        body["structures"][0]["recognised_area_m2"] = json!("138.50");
        let request = town.officer().post("/v1/households", &body);
        households.push(request.send().await.ok(201).json);
        let path = format!("/v1/parcels/{}/rosters", east["id"].as_str().unwrap());
        town.admin().act(&path).send().await.ok(201);
        town.signed(&households[0], "A-1", "2018-02-20").await;
        town.signed(&households[1], "A-2", "2018-03-01").await;
        let third = town.signed(&households[2], "A-3", "2018-02-25").await;
        withdraw(&town, &third, "2018-03-03").await;
        town.draft(&households[3], "A-4").await;
        Self { town, programme }
    }

    fn body(&self, kind: &str) -> Value {
        json!({"programme_id": self.programme["id"], "kind": kind})
    }

    /// Orders a report, has it produced and reads it again.
    async fn report(&self, body: &Value) -> Value {
        let auditor = self.town.auditor();
        let ordered = auditor.post("/v1/reports", body).send().await.ok(202).json;
        assert_eq!(run_all(&self.town.app).await.unwrap(), 1);
        read(&auditor, &ordered).await
    }

    async fn document(&self, body: &Value) -> Value {
        let report = self.report(body).await;
        let path = format!("{}/json", path_of(&report));
        self.town.auditor().get(&path).send().await.ok(200).json
    }

    fn programme_id(&self) -> ProgrammeId {
        ProgrammeId::parse(self.programme["id"].as_str().unwrap()).unwrap()
    }
}

async fn withdraw(town: &Town, agreement: &Value, on: &str) {
    let path = format!(
        "/v1/agreements/{}/voidings",
        agreement["id"].as_str().unwrap()
    );
    let body = json!({"voided_on": on, "reason": "household_withdrew"});
    let request = town.officer().post(&path, &body);
    request.if_match(&agreement["version"]).send().await.ok(200);
}

fn path_of(report: &Value) -> String {
    format!("/v1/reports/{}", report["id"].as_str().unwrap())
}

async fn read(person: &Person, report: &Value) -> Value {
    person.get(&path_of(report)).send().await.ok(200).json
}

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
async fn signing_progress_counts_as_the_signing_rate_does() {
    let village = Village::new().await;
    let document = village.document(&village.body("signing-progress")).await;
    assert_eq!(document["as_of"], "2018-03-05");
    assert_eq!(document["row_count"], 2);
    let east = &document["rows"][0];
    let figures = json!({"households_total": 4, "households_signed": 2, "households_share": "0.5000",
        "area_total_m2": "500.00", "area_signed_m2": "241.00", "area_share": "0.4820",
        "signed_last_7_days": 1, "unsigned": 2});
    assert_eq!(east["figures"], figures);
    assert_eq!(east["frozen_on"], "2018-03-05");
    assert_eq!(
        document["rows"][1],
        json!({"parcel_code": "DJG-W", "parcel_name": "DJG-W村", "kind": "old_village",
            "subdistrict": "十六里河街道"}),
        "no roster, no figures"
    );
    let totals = json!({"parcels": 2, "parcels_without_roster": 1, "figures": figures});
    assert_eq!(document["totals"], totals);
    assert!(SigningProgressReport::parse_from_json(Some(document)).is_ok());
}

#[tokio::test]
async fn an_earlier_day_has_other_figures_and_those_are_of_the_signing_rate() {
    let village = Village::new().await;
    for (as_of, signed, share, last_week) in [
        ("2018-03-02", 3, "0.7500", 2),
        ("2018-02-24", 1, "0.2500", 1),
        ("2018-02-19", 0, "0.0000", 0),
    ] {
        let mut body = village.body("signing-progress");
        body["as_of"] = json!(as_of);
        let document = village.document(&body).await;
        let figures = &document["totals"]["figures"];
        assert_eq!(figures["households_signed"], signed, "{as_of}");
        assert_eq!(figures["households_share"], share, "{as_of}");
        assert_eq!(figures["signed_last_7_days"], last_week, "{as_of}");
        let id = village.programme["id"].as_str().unwrap();
        let path = format!("/v1/programmes/{id}/signing-rates?as_of={as_of}");
        let rates = village.town.auditor().get(&path).send().await.ok(200).json;
        let told = rates["total"].to_string();
        for key in ["area_signed_m2", "area_share", "households_share"] {
            let value = figures[key].to_string();
            assert!(told.contains(&value), "{key} {value} is not in {told}");
        }
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
    assert_eq!(
        rows[1][..],
        [
            "DJG-E",
            "DJG-E村",
            "旧村",
            "十六里河街道",
            "2018-03-05",
            "4",
            "2",
            "50",
            "500",
            "241",
            "48.2",
            "1",
            "2"
        ]
    );
    assert_eq!(
        rows[2][4..],
        [""; 9],
        "a parcel without a roster has blanks"
    );
    assert_eq!(rows[3][0], "合计");
    assert_eq!(
        rows[3][5..],
        ["4", "2", "50", "500", "241", "48.2", "1", "2"]
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
async fn the_ledger_shows_every_household_as_it_stands_on_the_day() {
    let village = Village::new().await;
    let owner = village.town.owner().await;
    settle(&owner).await;
    let document = village.document(&village.body("household-ledger")).await;
    let [first, second, third, fourth] = &document["rows"].as_array().unwrap()[..] else {
        panic!("four households: {document}");
    };
    assert_eq!(
        first["agreement"],
        json!({"agreement_no": "A-1", "status": "signed", "signed_on": "2018-02-20",
            "floor_area_m2": "120.50", "amount": "1250000.00"})
    );
    assert_eq!(first["holder_name"], "张*三");
    assert_eq!(first["flats"][0]["flat_no"], "1-101");
    assert_eq!(first["handed_over_on"], "2018-03-04");
    assert_eq!(
        (&first["needs_open"], &first["needs_closed"]),
        (&json!(1), &json!(1))
    );
    assert!(second["handed_over_on"].is_null() && second["flats"] == json!([]));
    assert!(third["agreement"].is_null());
    assert_eq!(third["agreements_void"], 1);
    assert_eq!(fourth["agreement"]["status"], "draft");
    assert_eq!(fourth["floor_area_m2"], "138.50");
    let totals = &document["totals"];
    assert_eq!(totals["signed"], 2);
    assert_eq!(
        totals["signed_amount"], "2500000.00",
        "drafts are not counted"
    );
    assert_eq!(totals["floor_area_m2"], "500.00");
    assert!(HouseholdLedgerReport::parse_from_json(Some(document.clone())).is_ok());

    let mut body = village.body("household-ledger");
    body["as_of"] = json!("2018-03-02");
    let earlier = village.document(&body).await;
    assert_eq!(earlier["rows"][2]["agreement"]["status"], "signed");
    assert_eq!(earlier["rows"][2]["agreements_void"], 0);
    assert!(
        earlier["rows"][3]["agreement"].is_null(),
        "the draft is of 5 March"
    );
    assert!(earlier["rows"][0]["handed_over_on"].is_null());
    assert_eq!(earlier["totals"]["signed"], 3);
}

/// H-1 has a flat, an open need and a settled one.
async fn settle(owner: &PgPool) {
    sqlx::raw_sql(
        "insert into estate (id, programme_id, name, address, created_at)
         select gen_random_uuid(), id, '阳光花园', '路 1 号', '2018-01-01' from programme;
         insert into building (id, estate_id, name, floors, created_at)
         select gen_random_uuid(), id, '3号楼', 18, '2018-01-01' from estate;
         insert into flat (id, building_id, flat_no, area_m2, household_id, assigned_on,
                           handed_over_on, keys, created_at)
         select gen_random_uuid(), b.id, '1-101', 90, h.id, '2018-03-02', '2018-03-04', 3,
                '2018-01-01'
           from building b, household h where h.household_no = 'H-1';
         insert into need (id, household_id, person_id, kind, due_on, status, outcome, closed_on,
                           created_at)
         select gen_random_uuid(), h.id, m.id, n.kind, '2018-09-01', n.status, n.outcome,
                n.closed_on, '2018-02-01'
           from household h join person m on m.household_id = h.id,
                (values ('schooling'::need_kind, 'open'::need_status, null::need_outcome,
                         null::date),
                        ('medical', 'closed', 'withdrawn', '2018-03-01'))
                as n(kind, status, outcome, closed_on)
          where h.household_no = 'H-1'",
    )
    .execute(owner)
    .await
    .unwrap();
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
             insert into household (id, parcel_id, household_no, holder_name, address, created_at)
             select gen_random_uuid(), parcel_id, 'H-9', '李四', '新', now() from household limit 1;
             insert into parcel (id, programme_id, code, name, kind, legal_track, subdistrict,
                                 households_planned, area_planned_m2, created_at)
             select gen_random_uuid(), id, 'NEW', '新', 'old_village', 'agreement_relocation', '街',
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

#[tokio::test]
async fn a_report_is_not_there_before_its_job_is_done() {
    let village = Village::new().await;
    let auditor = village.town.auditor();
    let body = village.body("signing-progress");
    let reply = auditor.post("/v1/reports", &body).send().await.ok(202);
    let report = &reply.json;
    assert_eq!(report["links"]["job"], reply.header("location"));
    assert_eq!(report["state"], "queued");
    for format in ["json", "xlsx"] {
        let path = format!("{}/{format}", path_of(report));
        auditor
            .get(&path)
            .send()
            .await
            .is_problem(409, "report-not-ready");
    }
    let job = auditor
        .get(reply.header("location"))
        .send()
        .await
        .ok(200)
        .json;
    assert_eq!(job["links"]["result"], path_of(report));
    let cancel = auditor.act(&format!("{}/cancellations", reply.header("location")));
    cancel.if_match(&job["version"]).send().await.ok(200);
    let seen = auditor.get(&path_of(report)).send().await.ok(200);
    assert_eq!(seen.json["state"], "cancelled");
    assert_ne!(
        seen.json["version"], report["version"],
        "the change is seen by its version"
    );
    let path = format!("{}/json", path_of(report));
    auditor
        .get(&path)
        .send()
        .await
        .is_problem(409, "report-not-ready");
}

#[tokio::test]
async fn reports_are_for_headquarters_and_auditors_each_their_own() {
    let village = Village::new().await;
    let (town, body) = (&village.town, village.body("signing-progress"));
    for person in [town.officer(), town.inspector(), town.needs_officer()] {
        let order = person.post("/v1/reports", &body).send().await;
        order.is_problem(403, "permission-missing");
        let list = person.get("/v1/reports").send().await;
        list.is_problem(403, "permission-missing");
    }
    let first = village.report(&body).await;
    town.set_clock("2018-03-05T05:00:00Z");
    let second = village.report(&village.body("household-ledger")).await;
    let list = town.auditor().get("/v1/reports").send().await.ok(200);
    let ids: Vec<_> = list.items().iter().map(|r| &r["id"]).collect();
    assert_eq!(ids, [&second["id"], &first["id"]], "newest first");
    let page = town
        .auditor()
        .get("/v1/reports?limit=1")
        .send()
        .await
        .ok(200);
    let next = page.json["next"].as_str().unwrap();
    let page = town
        .auditor()
        .get(&format!("/v1/reports?limit=1&cursor={next}"));
    assert_eq!(page.send().await.ok(200).items()[0]["id"], first["id"]);
    let narrowed = town.auditor().get("/v1/reports?kind=signing-progress");
    assert_eq!(narrowed.send().await.ok(200).items().len(), 1);
    assert!(
        town.admin()
            .get("/v1/reports")
            .send()
            .await
            .ok(200)
            .items()
            .is_empty()
    );
    for suffix in ["", "/json", "/xlsx"] {
        let path = format!("{}{suffix}", path_of(&first));
        town.admin()
            .get(&path)
            .send()
            .await
            .is_problem(404, "not-found");
    }
}

#[tokio::test]
async fn an_order_names_a_visible_programme_and_a_day_that_has_come() {
    let village = Village::new().await;
    let (town, mut body) = (&village.town, village.body("signing-progress"));
    let demo = town.person(anju::staff::Role::Auditor, true);
    let order = demo.post("/v1/reports", &body).send().await;
    order.is_problem(404, "not-found");
    body["as_of"] = json!("2018-03-06");
    let order = town.auditor().post("/v1/reports", &body).send().await;
    assert_eq!(
        order.is_problem(422, "day-in-future").pointers(),
        ["/as_of"]
    );
    body["as_of"] = json!("2018-03-05");
    body["kind"] = json!("weather");
    let order = town.auditor().post("/v1/reports", &body).send().await;
    order.is_problem(400, "body-mismatch");
    assert_eq!(town.count("report").await, 0);
}
