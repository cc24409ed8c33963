//! The page of residents, and the page that explains problems.

use crate::support::Town;

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
