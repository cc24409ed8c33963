//! The form: who may send which file, what is refused at once, what is repeated.

use std::sync::Arc;

use anju::jobs::run_all;
use poem::EndpointExt as _;
use serde_json::json;

use super::{ROSTER, Sending, csv, form, household, roster};
use crate::support::Town;

fn one() -> Vec<u8> {
    csv(ROSTER, &[household("0001", "张小三", "120.50")])
}

#[tokio::test]
async fn an_accepted_file_says_where_its_job_is_seen() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let reply = roster(&town, &programme)
        .send("validate", &one())
        .await
        .ok(202);
    let job = format!("/v1/jobs/{}", reply.json["job_id"].as_str().unwrap());
    assert_eq!(reply.header("location"), job);
    assert_eq!(reply.json["state"], "queued");
    assert_eq!(reply.json["file"]["name"], "花名册.csv");
    assert_eq!(reply.json["file"]["size"], one().len());
    let seen = town.officer().get(&job).send().await.ok(200);
    let import = format!("/v1/imports/{}", reply.json["id"].as_str().unwrap());
    assert_eq!(seen.json["links"]["result"], import);
}

#[tokio::test]
async fn a_column_nobody_knows_is_refused_at_once_with_its_place() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let bytes = csv(
        "地块编号,户编号,户主,联系地址人,血型",
        &["DJGD,1,张,村,A".to_owned()],
    );
    let reply = roster(&town, &programme).send("commit", &bytes).await;
    let reply = reply.is_problem(422, "columns-mismatch");
    assert_eq!(
        reply.pointers(),
        ["/file/columns/4", "/file/columns/5", "/file/columns"]
    );
    let codes: Vec<_> = reply.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["code"])
        .collect();
    assert_eq!(
        codes,
        ["column-unknown", "column-unknown", "column-missing"]
    );
    assert_eq!(town.count("import").await, 0);
    assert_eq!(town.count("file").await, 0);
}

#[tokio::test]
async fn what_is_no_table_is_refused_at_once_in_words() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let reply = roster(&town, &programme)
        .send("commit", b"%PDF-1.4 and so on")
        .await;
    let reply = reply.is_problem(422, "table-unreadable");
    assert_eq!(reply.json["errors"][0]["code"], "file-is-pdf");
    let reply = roster(&town, &programme).send("commit", b"").await;
    reply.is_problem(422, "table-unreadable");
}

#[tokio::test]
async fn every_mistake_of_the_form_is_told() {
    let town = Town::new().await;
    let officer = town.officer();
    let (content_type, body) = form(&[("kind", "people"), ("mode", "maybe")], None);
    let reply = officer
        .act("/v1/imports")
        .body(&content_type, body)
        .send()
        .await;
    let reply = reply.is_problem(400, "body-mismatch");
    assert_eq!(
        reply.pointers(),
        ["/file", "/kind", "/mode", "/programme_id"]
    );
    let (content_type, body) = form(&[("kind", "roster"), ("kind", "flats")], None);
    let reply = officer
        .act("/v1/imports")
        .body(&content_type, body)
        .send()
        .await;
    assert_eq!(reply.is_problem(400, "body-mismatch").pointers(), ["/kind"]);
    let reply = officer.post("/v1/imports", &json!({})).send().await;
    reply.is_problem(415, "media-type-unsupported");
}

#[tokio::test]
async fn a_file_above_the_limit_is_refused() {
    let mut town = Town::new().await;
    let programme = town.programme().await;
    let mut config = (*town.app.config).clone();
    config.upload_bytes_max = 1_000;
    town.app.config = Arc::new(config);
    town.service = Arc::new(anju::service(town.app.clone()).map_to_response().boxed());
    let mut lines = vec![];
    for number in 0..20 {
        lines.push(household(&format!("{number:04}"), "张小三", "120.50"));
    }
    let sending = roster(&town, &programme);
    let reply = sending.send("commit", &csv(ROSTER, &lines)).await;
    let reply = reply.is_problem(413, "file-too-large");
    assert_eq!(reply.json["detail"], "上限为 1000 字节");
    assert_eq!(town.count("file").await, 0);
    sending.send("commit", &one()).await.ok(202);
}

#[tokio::test]
async fn a_kind_needs_the_right_to_write_what_it_holds() {
    let town = Town::new().await;
    let programme = town.programme().await;
    for (person, kind) in [
        (town.inspector(), "roster"),
        (town.needs_officer(), "agreements"),
        (town.officer(), "flats"),
        (town.admin(), "inspection-points"),
        (town.inspector(), "needs"),
    ] {
        let sending = Sending {
            person,
            kind,
            ..roster(&town, &programme)
        };
        let reply = sending.send("commit", &one()).await;
        reply.is_problem(403, "permission-missing");
    }
    let auditor = Sending {
        person: town.auditor(),
        ..roster(&town, &programme)
    };
    auditor
        .send("validate", &one())
        .await
        .is_problem(403, "permission-missing");
}

#[tokio::test]
async fn a_repeated_request_is_one_import_and_another_file_under_its_key_is_refused() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let id = programme["id"].as_str().unwrap();
    let fields = [
        ("kind", "roster"),
        ("mode", "validate"),
        ("programme_id", id),
    ];
    let send = async |bytes: &[u8]| {
        let (content_type, body) = form(&fields, Some(("a.csv", bytes)));
        let errand = town.officer().act("/v1/imports").key("once");
        errand.body(&content_type, body).send().await
    };
    let first = send(&one()).await.ok(202);
    let again = send(&one()).await.ok(202);
    assert_eq!(again.json, first.json);
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = csv(ROSTER, &[household("0002", "李小四", "98.00")]);
    send(&other).await.is_problem(422, "idempotency-key-reused");
    assert_eq!(town.count("import").await, 1);
    let (content_type, body) = form(&fields, Some(("a.csv", &one())));
    let errand = town.officer().act("/v1/imports").without("idempotency-key");
    let reply = errand.body(&content_type, body).send().await;
    reply.is_problem(428, "idempotency-key-missing");
}

#[tokio::test]
async fn another_keys_import_is_not_there() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let sending = roster(&town, &programme);
    let import = sending.send("validate", &one()).await.ok(202).json;
    let id = import["id"].as_str().unwrap();
    run_all(&town.app).await.unwrap();
    for path in ["", "/rows", "/findings"] {
        let path = format!("/v1/imports/{id}{path}");
        town.admin()
            .get(&path)
            .send()
            .await
            .is_problem(404, "not-found");
        town.officer().get(&path).send().await.ok(200);
    }
}

#[tokio::test]
async fn a_demo_key_reaches_no_real_programme() {
    let town = Town::new().await;
    let real = town.programme().await;
    let demo = Sending {
        person: town.person(anju::staff::Role::CaseOfficer, true),
        ..roster(&town, &real)
    };
    demo.send("validate", &one())
        .await
        .is_problem(404, "not-found");
}

#[tokio::test]
async fn an_import_has_a_version_that_moves_with_its_job() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let sending = roster(&town, &programme);
    let import = sending.send("validate", &one()).await.ok(202).json;
    let path = format!("/v1/imports/{}", import["id"].as_str().unwrap());
    let seen = town.officer().get(&path).send().await.ok(200);
    let tag = seen.header("etag").to_owned();
    let again = town.officer().get(&path).header("if-none-match", &tag);
    again.send().await.ok(304);
    run_all(&town.app).await.unwrap();
    let again = town.officer().get(&path).header("if-none-match", &tag);
    assert_eq!(again.send().await.ok(200).json["state"], "succeeded");
}
