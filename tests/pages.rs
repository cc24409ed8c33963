//! The texts that stand beside the API: kept by who has them, sent small to who has not.

use crate::support::Town;

const TEXTS: &[&str] = &["/v1/openapi.json", "/docs", "/problems", "/changelog", "/"];

#[tokio::test]
async fn who_has_a_text_already_is_told_so() {
    let town = Town::new().await;
    for path in TEXTS {
        let first = town.anonymous().get(path).send().await.ok(200);
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        assert_eq!(first.header("cache-control"), "no-cache", "{path}");
        for known in [tag.as_str(), "*", &format!("\"other\", {tag}")] {
            let again = town.anonymous().get(path).header("if-none-match", known);
            let again = again.send().await.ok(304);
            assert!(again.bytes.is_empty());
            assert_eq!(again.header("etag"), tag);
        }
        let other = town
            .anonymous()
            .get(path)
            .header("if-none-match", "W/\"0\"");
        other.send().await.ok(200);
    }
    let contract = town.anonymous().get("/v1/openapi.json");
    let contract = contract.header("if-none-match", "*").send().await.ok(304);
    assert_eq!(contract.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn a_large_text_is_sent_compressed_to_who_takes_that() {
    let town = Town::new().await;
    for path in ["/v1/openapi.json", "/docs"] {
        let plain = town.anonymous().get(path).send().await.ok(200);
        assert_eq!(plain.header("content-encoding"), "");
        let small = town.anonymous().get(path).header("accept-encoding", "gzip");
        let small = small.send().await.ok(200);
        assert_eq!(small.header("content-encoding"), "gzip", "{path}");
        assert!(small.bytes.len() * 3 < plain.bytes.len(), "{path}");
        let varies: Vec<_> = small.headers.get_all("vary").iter().collect();
        assert!(varies.iter().any(|v| *v == "accept-encoding"), "{varies:?}");
    }
}

#[tokio::test]
async fn the_contract_points_to_the_changelog() {
    let town = Town::new().await;
    let contract = town
        .anonymous()
        .get("/v1/openapi.json")
        .send()
        .await
        .ok(200);
    let address = contract.json["info"]["x-changelog"].as_str().unwrap();
    let changelog = town.anonymous().get(address).send().await.ok(200);
    assert!(changelog.text().starts_with("# Changelog"));
}
