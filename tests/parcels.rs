//! Programmes and parcels.

use serde_json::json;

use crate::support::Town;

#[tokio::test]
async fn a_programme_is_created_read_and_replaced_with_its_version() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let path = format!("/v1/programmes/{}", programme["id"].as_str().unwrap());

    let read = town.auditor().get(&path).send().await.ok(200);
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.json, programme);
    assert_eq!(read.json["target_demolition_m2"], "3000000.00");
    let known = town
        .auditor()
        .get(&path)
        .header("if-none-match", "\"1\"")
        .send()
        .await;
    assert!(known.ok(304).bytes.is_empty());

    let fields = json!({"name": "2018 更新改造（调整）", "year": 2018, "target_villages": 23,
        "target_areas": 31, "target_demolition_m2": "3100000"});
    let put = || town.admin().put(&path, &fields);
    put().send().await.is_problem(428, "if-match-missing");
    put()
        .if_match(&json!("W/\"1\""))
        .send()
        .await
        .is_problem(400, "if-match-malformed");
    let mut invented = fields.clone();
    invented["synthetic"] = json!(true);
    let refused = town.admin().put(&path, &invented).if_match(&json!(1));
    let refused = refused.send().await;
    let refused = refused.is_problem(409, "programme-synthetic-fixed");
    assert_eq!(refused.pointers(), ["/synthetic"]);
    put()
        .if_match(&json!(7))
        .send()
        .await
        .is_problem(412, "version-stale");
    let replaced = put().if_match(&json!(1)).send().await.ok(200);
    assert_eq!(replaced.header("etag"), "\"2\"");
    assert_eq!(replaced.json["target_villages"], 23);
    assert_eq!(replaced.json["target_demolition_m2"], "3100000.00");
    put()
        .if_match(&json!(1))
        .send()
        .await
        .is_problem(412, "version-stale");
}

#[tokio::test]
async fn every_mistake_of_a_body_is_named_at_once() {
    let town = Town::new().await;
    let body = json!({"name": "", "year": "2018", "target_villages": -1,
        "target_demolition_m2": "3000000.001", "colour": "red"});
    let reply = town.admin().post("/v1/programmes", &body).send().await;
    let reply = reply.is_problem(400, "body-mismatch");
    let expected = [
        "/colour",
        "/name",
        "/target_areas",
        "/target_demolition_m2",
        "/target_villages",
        "/year",
    ];
    let mut found = reply.pointers();
    found.dedup();
    assert_eq!(found, expected, "{}", reply.text());
    assert_eq!(town.count("programme").await, 0);
}

#[tokio::test]
async fn progress_counts_started_parcels_and_demolished_area() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    town.parcel(&programme, "DJGX").await;
    let parcel_path = format!("/v1/parcels/{}", parcel["id"].as_str().unwrap());

    let stage = json!({"stage": "demolish", "entered_on": "2018-03-05"});
    let enter = town.admin().post(&format!("{parcel_path}/stages"), &stage);
    let entered = enter.if_match(&json!(1)).send().await.ok(200);
    assert_eq!(entered.json["stage"], "demolish");
    let again = town
        .admin()
        .post(&format!("{parcel_path}/stages"), &stage)
        .if_match(&json!(2));
    let refused = again.send().await.is_problem(409, "stage-unchanged");
    assert_eq!(
        refused.json["allowed"],
        json!(["plan", "supply", "build", "attract", "retain"])
    );
    let tomorrow = json!({"stage": "supply", "entered_on": "2018-03-06"});
    let early = town
        .admin()
        .post(&format!("{parcel_path}/stages"), &tomorrow)
        .if_match(&json!(2));
    early.send().await.is_problem(422, "day-in-future");

    let cleared = json!({"area_m2": "750000.00", "accepted_on": "2018-03-05"});
    let path = format!("{parcel_path}/demolitions");
    town.admin().post(&path, &cleared).send().await.ok(201);

    let path = format!(
        "/v1/programmes/{}/progress",
        programme["id"].as_str().unwrap()
    );
    let progress = town.auditor().get(&path).send().await.ok(200).json;
    assert_eq!(
        progress["villages"],
        json!({"target": 22, "planned": 2, "started": 1})
    );
    assert_eq!(
        progress["areas"],
        json!({"target": 31, "planned": 0, "started": 0})
    );
    assert_eq!(progress["demolition"]["demolished_m2"], "750000.00");
    assert_eq!(progress["demolition"]["share"], "0.2500");
    let before = town
        .auditor()
        .get(&format!("{path}?as_of=2018-03-04"))
        .send()
        .await
        .ok(200);
    assert_eq!(before.json["demolition"]["demolished_m2"], "0.00");
}

#[tokio::test]
async fn a_boundary_is_validated_and_its_area_computed() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let parcel = town.parcel(&programme, "DJGD").await;
    let path = format!("/v1/parcels/{}/boundary", parcel["id"].as_str().unwrap());
    town.auditor()
        .get(&path)
        .send()
        .await
        .is_problem(404, "not-found");

    let square = json!({"geometry": {"type": "Polygon", "coordinates":
        [[[117.0, 36.6], [117.01, 36.6], [117.01, 36.61], [117.0, 36.61], [117.0, 36.6]]]}});
    let put = town
        .admin()
        .put(&path, &square)
        .if_match(&json!(1))
        .send()
        .await
        .ok(200);
    let area: f64 = put.json["boundary_area_m2"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((985_000.0..1_000_000.0).contains(&area), "{area}");
    let read = town.auditor().get(&path).send().await.ok(200);
    assert_eq!(read.json, square);

    let metres = json!({"geometry": {"type": "Polygon", "coordinates":
        [[[5e5, 4e6], [5.1e5, 4e6], [5.1e5, 4.1e6], [5e5, 4e6]]]}});
    let refused = town
        .admin()
        .put(&path, &metres)
        .if_match(&json!(2))
        .send()
        .await;
    assert_eq!(
        refused.is_problem(400, "boundary-invalid").pointers(),
        ["/geometry"]
    );

    let query = format!(
        "/v1/parcels/features?programme_id={}",
        programme["id"].as_str().unwrap()
    );
    let map = town.auditor().get(&query).send().await.ok(200).json;
    assert_eq!(map["type"], "FeatureCollection");
    assert_eq!(map["features"][0]["properties"]["code"], "DJGD");
    assert_eq!(map["features"][0]["geometry"], square["geometry"]);
}

#[tokio::test]
async fn a_list_pages_through_everything_once_and_a_cursor_serves_nobody_else() {
    let town = Town::new().await;
    let programme = town.programme().await;
    for n in 0..7 {
        town.parcel(&programme, &format!("P-{n}")).await;
    }
    let (mut seen, mut next) = (vec![], String::new());
    loop {
        let path = format!("/v1/parcels?limit=3{next}");
        let page = town.auditor().get(&path).send().await.ok(200);
        seen.extend(
            page.items()
                .iter()
                .map(|p| p["code"].as_str().unwrap().to_owned()),
        );
        match page.json["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..7).map(|n| format!("P-{n}")).collect::<Vec<_>>());

    let first = town
        .auditor()
        .get("/v1/parcels?limit=3")
        .send()
        .await
        .ok(200);
    let cursor = first.json["next"].as_str().unwrap();
    let path = format!("/v1/parcels?limit=3&cursor={cursor}");
    town.officer()
        .get(&path)
        .send()
        .await
        .is_problem(404, "cursor-unknown");
    let other = format!("/v1/parcels?limit=3&kind=old_village&cursor={cursor}");
    town.auditor()
        .get(&other)
        .send()
        .await
        .is_problem(404, "cursor-unknown");
    town.auditor()
        .get("/v1/parcels?limit=201")
        .send()
        .await
        .is_problem(400, "parameter-invalid");
    let typo = town
        .auditor()
        .get("/v1/parcels?knd=old_village")
        .send()
        .await;
    assert_eq!(
        typo.is_problem(400, "unknown-parameter").pointers(),
        ["query:knd"]
    );
}

#[tokio::test]
async fn a_demo_key_sees_and_makes_synthetic_programmes_only() {
    use anju::staff::Role;
    let town = Town::new().await;
    let real = town.programme().await;
    let parcel = town.parcel(&real, "DJGD").await;
    let demo = town.person(Role::DistrictAdmin, true);

    let path = format!("/v1/programmes/{}", real["id"].as_str().unwrap());
    demo.get(&path).send().await.is_problem(404, "not-found");
    let path = format!("/v1/parcels/{}", parcel["id"].as_str().unwrap());
    demo.get(&path).send().await.is_problem(404, "not-found");
    assert!(
        demo.get("/v1/parcels")
            .send()
            .await
            .ok(200)
            .items()
            .is_empty()
    );

    let mut fields = json!({"name": "演示", "year": 2018, "target_villages": 1, "target_areas": 1,
        "target_demolition_m2": "1.00"});
    let refused = demo.post("/v1/programmes", &fields).send().await;
    refused.is_problem(403, "demo-key-synthetic-only");
    fields["synthetic"] = json!(true);
    demo.post("/v1/programmes", &fields).send().await.ok(201);
    assert_eq!(
        demo.get("/v1/programmes")
            .send()
            .await
            .ok(200)
            .items()
            .len(),
        1
    );
    assert_eq!(
        town.auditor()
            .get("/v1/programmes")
            .send()
            .await
            .ok(200)
            .items()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_repeated_key_repeats_the_answer_and_another_body_is_refused() {
    let town = Town::new().await;
    let body = |name: &str| {
        json!({"name": name, "year": 2018, "target_villages": 1, "target_areas": 1,
            "target_demolition_m2": "1.00"})
    };
    let send = |name: &str| town.admin().post("/v1/programmes", &body(name)).key("K-1");
    let first = send("甲").send().await.ok(201);
    let second = send("甲").send().await.ok(201);
    assert_eq!(first.json, second.json);
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(second.header("etag"), "\"1\"");
    send("乙")
        .send()
        .await
        .is_problem(422, "idempotency-key-reused");
    send("甲")
        .without("idempotency-key")
        .send()
        .await
        .is_problem(428, "idempotency-key-missing");
    assert_eq!(town.count("programme").await, 1);
}

#[tokio::test]
async fn fifty_twins_with_one_key_do_the_work_once() {
    let town = Town::new().await;
    let body = json!({"name": "并发", "year": 2018, "target_villages": 1, "target_areas": 1,
        "target_demolition_m2": "1.00"});
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(50));
    let twins = (0..50).map(|_| {
        let (errand, barrier) = (
            town.admin().post("/v1/programmes", &body).key("twin"),
            barrier.clone(),
        );
        tokio::spawn(async move {
            barrier.wait().await;
            errand.send().await.status.as_u16()
        })
    });
    let mut statuses = vec![];
    for twin in twins.collect::<Vec<_>>() {
        statuses.push(twin.await.unwrap());
    }
    assert!(
        statuses.iter().all(|s| matches!(s, 201 | 409)),
        "{statuses:?}"
    );
    assert!(statuses.contains(&201));
    assert_eq!(town.count("programme").await, 1);
}
