//! The document that is served is the one that is committed.

use std::collections::BTreeSet;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::COMMITTED;
use crate::support::Town;

#[tokio::test]
async fn the_committed_contract_is_what_is_served() {
    let town = Town::new().await;
    let served = town
        .anonymous()
        .get("/v1/openapi.json")
        .send()
        .await
        .ok(200);
    assert_eq!(served.header("access-control-allow-origin"), "*");
    assert!(
        served.text() == COMMITTED,
        "openapi/anju-v1.json is out of date: run `cargo openapi` and commit what it wrote"
    );
    let reference = town.anonymous().get("/docs").send().await.ok(200).text();
    assert!(
        reference.contains("\"openapi\":\"3.1.0\""),
        "the reference shows the 3.1 document"
    );
    for outside in ["http://", "https://", "//"] {
        for element in ["src=\"", "href=\"", "@import \""] {
            assert!(
                !reference.contains(&format!("{element}{outside}")),
                "loads {outside}"
            );
        }
    }
}

/// JSON that refuses a member that is there twice: a `Value` would keep the last and hide it.
struct NoTwins;

impl<'de> Deserialize<'de> for NoTwins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = NoTwins;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NoTwins, A::Error> {
                let mut seen = BTreeSet::new();
                while let Some((key, NoTwins)) = map.next_entry::<String, NoTwins>()? {
                    if !seen.insert(key.clone()) {
                        return Err(serde::de::Error::custom(format!("`{key}` is there twice")));
                    }
                }
                Ok(NoTwins)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<NoTwins, A::Error> {
                while seq.next_element::<NoTwins>()?.is_some() {}
                Ok(NoTwins)
            }

            fn visit_str<E>(self, _: &str) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_bool<E>(self, _: bool) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_i64<E>(self, _: i64) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_u64<E>(self, _: u64) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_f64<E>(self, _: f64) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }

            fn visit_unit<E>(self) -> Result<NoTwins, E> {
                Ok(NoTwins)
            }
        }
        deserializer.deserialize_any(Walk)
    }
}

#[tokio::test]
async fn two_slices_never_claim_one_path() {
    // poem-openapi writes such a path twice, and readers keep only the last (style.md P4).
    let town = Town::new().await;
    let generated = anju::generated_document(&town.app);
    serde_json::from_str::<NoTwins>(&generated).expect("every path belongs to one slice");
    assert!(serde_json::from_str::<NoTwins>(r#"{"a": {"b": 1, "b": 2}}"#).is_err());
}
