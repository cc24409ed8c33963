//! The page of residents, and the page that explains problems.

use std::sync::Arc;

use anju::config::Config;
use poem::EndpointExt as _;

use crate::support::Town;

#[tokio::test]
async fn the_page_names_the_authority_behind_it_as_text() {
    let mut town = Town::new().await;
    let plain = town.anonymous().get("/").send().await.ok(200).text();
    assert!(plain.contains("本区房屋征收（改造）主管部门") && !plain.contains("{{"));

    let mut app = town.app.clone();
    app.config = Arc::new(Config {
        authority: "某区<住建局> & 征收办".parse().unwrap(),
        authority_phone: "0531-0000 0000".parse().unwrap(),
        ..Config::clone(&app.config)
    });
    town.service = Arc::new(anju::service(app).map_to_response().boxed());
    let named = town.anonymous().get("/").send().await.ok(200).text();
    assert!(named.contains("某区&lt;住建局&gt; &amp; 征收办"));
    assert!(named.contains("<a href=\"tel:053100000000\">0531-0000 0000</a>"));
}

/// Shantytown areas have no village, and the law calls the agreement by one name.
#[tokio::test]
async fn the_page_uses_the_words_of_the_law_and_of_its_readers() {
    let town = Town::new().await;
    let page = town.anonymous().get("/").send().await.ok(200).text();
    for word in ["村改造办公室", "village redevelopment", "安置补偿协议"] {
        assert!(!page.contains(word), "{word}");
    }
    for word in ["改造（征收）办公室", "补偿安置协议", "<noscript>"] {
        assert!(page.contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_page_is_small_and_loads_nothing_from_elsewhere() {
    let town = Town::new().await;
    let mut total = 0;
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/resident/page.css", "text/css; charset=utf-8"),
        ("/resident/page.js", "text/javascript; charset=utf-8"),
        ("/resident/answer.js", "text/javascript; charset=utf-8"),
        ("/resident/words.js", "text/javascript; charset=utf-8"),
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
