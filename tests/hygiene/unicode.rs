//! Texts that look alike are one text, and nothing hides in them.

use serde_json::json;

use super::{Crowd, Parts, encoded, errand, example, nowhere, put, with_bodies};
use crate::contract::document;
use crate::support::Town;

/// Turns the direction, takes no room, fills, selects, marks.
const HIDDEN: [char; 12] = [
    '\u{202e}',
    '\u{2066}',
    '\u{200f}',
    '\u{061c}',
    '\u{200b}',
    '\u{200d}',
    '\u{2060}',
    '\u{feff}',
    '\u{3164}',
    '\u{fe0f}',
    '\u{e0041}',
    '\u{fff9}',
];

#[tokio::test]
async fn nothing_that_cannot_be_seen_is_taken_in_any_member() {
    let crowd = Crowd::gather().await;
    let document = document();
    let mut refused = 0;
    for operation in with_bodies() {
        let person = crowd.entitled(&operation);
        let mut fields = Parts::of(&document, &operation).fields;
        // A secret is nobody's name, and is compared as it is.
        fields.retain(|field| field.format() != "password");
        if fields.is_empty() {
            continue;
        }
        for hidden in HIDDEN {
            let mut body = example(&operation).unwrap();
            for field in &fields {
                put(&mut body, &field.pointer, json!(format!("张{hidden}三")));
            }
            let sent = errand(&person, &operation, &nowhere(&operation)).json(&body);
            let reply = sent.send().await.is_problem(400, "body-mismatch");
            let mut expected: Vec<_> = fields.iter().map(|field| &*field.pointer).collect();
            expected.sort_unstable();
            assert_eq!(reply.pointers(), expected, "{} {hidden:?}", operation.id());
            refused += expected.len();
        }
    }
    assert!(refused > 1_000, "only {refused}");
}

#[tokio::test]
async fn a_name_is_the_same_however_its_letters_are_put_together() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let mut body = json!({"programme_id": programme["id"], "code": "ZOE", "kind": "old_village",
        "name": "Zoe\u{308}村", "legal_track": "agreement_relocation",
        "subdistrict": "Cafe\u{301}街道", "households_planned": 1, "area_planned_m2": "1.00"});
    let made = town.admin().post("/v1/parcels", &body).send().await.ok(201);
    assert_eq!(made.json["name"], "Zoë村");
    for spelling in ["Café街道", "Cafe\u{301}街道"] {
        let path = format!("/v1/parcels?subdistrict={}", encoded(spelling));
        let found = town.admin().get(&path).send().await.ok(200);
        assert_eq!(found.items().len(), 1, "{spelling:?}");
    }
    // A han character that Unicode has twice, for old character sets.
    body["code"] = json!("\u{F9DD}1");
    let refused = town.admin().post("/v1/parcels", &body).send().await;
    let refused = refused.is_problem(400, "body-mismatch");
    assert_eq!(refused.pointers(), ["/code"]);
}

#[tokio::test]
async fn a_household_is_found_under_its_name_and_number_and_under_nothing_that_looks_like_them() {
    let town = Town::new().await;
    let parcel = town.parcel(&town.programme().await, "DJGD").await;
    let mut body = Town::household_body(&parcel, "H-1");
    body["holder_name"] = json!("Zoë 张");
    body["persons"][0]["name"] = json!("Zoë 张");
    let officer = town.officer();
    let made = officer.post("/v1/households", &body).send().await.ok(201);
    let search = json!({"parcel_id": parcel["id"], "name": "Zoe\u{308} 张"});
    let found = officer.post("/v1/households/search", &search).send().await;
    assert_eq!(found.ok(200).items()[0]["id"], made.json["id"]);
    // The Cyrillic letter, the wide one, and the one of mathematics.
    for number in ["\u{41D}-1", "Ｈ-1", "\u{1D407}-1", "H\u{2010}1", "H-１"] {
        let path = format!("/v1/households?household_no={}", encoded(number));
        let refused = officer.get(&path).send().await;
        let refused = refused.is_problem(400, "parameter-invalid");
        assert_eq!(refused.pointers(), ["query:household_no"], "{number}");
        let code = &refused.json["errors"][0]["code"];
        assert_eq!(code, "number-form", "{number}");
        body["household_no"] = json!(number);
        let refused = officer.post("/v1/households", &body).send().await;
        let refused = refused.is_problem(400, "body-mismatch");
        assert_eq!(refused.pointers(), ["/household_no"], "{number}");
    }
}

#[tokio::test]
async fn a_file_is_named_without_what_cannot_be_seen() {
    let town = Town::new().await;
    let programme = town.programme().await;
    town.parcel(&programme, "DJGD").await;
    let sending = crate::imports::Sending {
        town: &town,
        person: town.officer(),
        programme: &programme,
        kind: "roster",
        name: "名册\u{202e}vsc\u{200b}.csv",
    };
    let line = crate::imports::household("0001", "张小三", "120.50");
    let bytes = crate::imports::csv(crate::imports::ROSTER, &[line]);
    let import = sending.through("validate", &bytes).await;
    assert_eq!(import["file"]["name"], "名册vsc.csv", "{import}");
}
