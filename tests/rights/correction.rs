//! Corrections: by the rules of every other change, in one transaction.

use serde_json::{Value, json};

use super::{Home, PATH, decision};
use crate::{
    privacy::{CHILD, HOLDER},
    support::{citizen_number_of, homes::text},
};

async fn corrected(home: &Home, person: usize, correction: &Value) -> Value {
    let request = home
        .enter("correction", person, &json!({"correction": correction}))
        .await;
    let done = home.accept(&request).await;
    assert_eq!(done["state"], "done", "{done}");
    done
}

#[tokio::test]
async fn each_field_is_put_right_where_it_stands() {
    let home = Home::new().await;
    corrected(&home, 0, &json!({"name": "欧阳秀岚"})).await;
    corrected(&home, 1, &json!({"relation": "30"})).await;
    corrected(&home, 0, &json!({"phone": "13911112222"})).await;
    corrected(&home, 0, &json!({"address": "舜耕路 6 号"})).await;
    let number = citizen_number_of("37010319790302001");
    let document = json!({"kind": "citizen_number", "number": number});
    corrected(&home, 0, &json!({"document": document})).await;
    let shown = home.shown().await;
    assert_eq!(
        shown["holder_name"], "欧阳秀岚",
        "the household names its holder so, too"
    );
    assert_eq!(shown["phone"], "13911112222");
    assert_eq!(shown["address"], "舜耕路 6 号");
    let person = |name: &str| {
        let persons = shown["persons"].as_array().unwrap();
        persons.iter().find(|p| p["name"] == name).unwrap().clone()
    };
    assert_eq!(person("欧阳秀岚")["document"]["number"], number);
    assert_eq!(person("欧阳秀岚")["birth_on"], "1979-03-02");
    assert_eq!(person(CHILD)["relation"], "30");
    // It is found by its new name and telephone, and not by the old ones.
    for (criterion, found) in [
        (json!({"name": "欧阳秀岚"}), 1),
        (json!({"name": HOLDER}), 0),
        (json!({"phone": "13911112222"}), 1),
        (json!({"phone": crate::privacy::PHONE}), 0),
    ] {
        let search = home
            .town
            .officer()
            .post("/v1/households/search", &criterion);
        let search = search.send().await.ok(200);
        assert_eq!(search.items().len(), found, "{criterion}");
    }
    let trail = home.town.trail(&home.household).await;
    assert!(
        trail.contains(&"household.person_replaced".to_owned()),
        "{trail:?}"
    );
    assert!(
        trail.contains(&"household.replaced".to_owned()),
        "{trail:?}"
    );
}

#[tokio::test]
async fn a_correction_that_breaks_a_rule_is_not_made_and_stays_open() {
    let home = Home::new().await;
    let bad = json!({"correction": {"document": {"kind": "citizen_number",
        "number": "370103197903020010"}}});
    let refused = home
        .town
        .officer()
        .post(PATH, &home.asking("correction", 0, &bad));
    let refused = refused.send().await.is_problem(422, "document-invalid");
    assert_eq!(refused.pointers(), ["/document/number"]);
    // The day of birth contradicts the number that is kept.
    let day = json!({"correction": {"birth_on": "1970-01-01"}});
    let request = home.enter("correction", 0, &day).await;
    let accepted = json!({"accepted": true});
    let decided = decision(&home.lead(), &request, &accepted).send().await;
    decided.is_problem(422, "birth-contradicts-number");
    let path = format!("{PATH}/{}", text(&request["id"]));
    let still = home.town.auditor().get(&path).send().await.ok(200).json;
    assert_eq!(
        (&still["state"], &still["version"]),
        (&json!("received"), &json!(1))
    );
    // The document of somebody else of the household.
    let same = json!({"kind": "citizen_number", "number": crate::privacy::child_number()});
    let request = home
        .enter("correction", 0, &json!({"correction": {"document": same}}))
        .await;
    let decided = decision(&home.lead(), &request, &accepted).send().await;
    decided.is_problem(409, "person-already-in-household");
}

#[tokio::test]
async fn what_is_proposed_is_masked_until_it_is_shown_for_a_reason() {
    let home = Home::new().await;
    let request = home
        .enter(
            "correction",
            0,
            &json!({"correction": {"name": "欧阳秀岚"}}),
        )
        .await;
    assert_eq!(request["proposed"], "欧阳*岚");
    assert_eq!(request["person_name"], "欧阳*兰");
    let path = format!("{PATH}/{}/disclosures", text(&request["id"]));
    let shown = home.lead().post(&path, &json!({"reason": "verification"}));
    let shown = shown.send().await.ok(201).json;
    assert_eq!(
        (&shown["field"], &shown["proposed"]),
        (&json!("name"), &json!("欧阳秀岚"))
    );
    let count = home
        .town
        .count("disclosure where reason = 'verification'")
        .await;
    assert_eq!(count, 1, "on record like every disclosure");
    let vague = home
        .lead()
        .post(&path, &json!({"reason": "other"}))
        .send()
        .await;
    vague.is_problem(422, "disclosure-note-missing");
    // Refused because the record is right: nothing is changed.
    let body = json!({"accepted": false, "refusal": "record_is_right"});
    let refused = decision(&home.lead(), &request, &body).send().await;
    assert_eq!(refused.ok(200).json["refusal"], "record_is_right");
    assert_eq!(home.shown().await["persons"][0]["name"], HOLDER);
}

#[tokio::test]
async fn somebody_with_requests_on_record_is_not_removed_from_the_household() {
    let home = Home::new().await;
    home.enter("export", 1, &json!({})).await;
    let path = format!("/v1/persons/{}", text(&home.household["persons"][1]["id"]));
    let removed = home.town.officer().delete(&path).if_match(&json!(1));
    removed.send().await.is_problem(409, "person-has-requests");
}
