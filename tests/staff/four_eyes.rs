//! Four eyes: whoever checks is another person, whatever they sign in with.

use serde_json::{Value, json};

use crate::support::{
    Person, Reply, Town,
    homes::{defect, text},
};

async fn step(person: &Person, defect: &Value, act: &str, body: &Value) -> Reply {
    let path = format!("/v1/defects/{}/{act}", text(&defect["id"]));
    let request = person.post(&path, body).if_match(&defect["version"]);
    request.send().await
}

#[tokio::test]
async fn the_same_person_with_another_key_or_a_key_on_their_behalf_is_not_another_person() {
    let town = Town::new().await;
    let district = town.district().await;
    let programme = town.programme().await;
    let building = town.building(&programme).await;
    let flat = town.flat(&building, "1-101").await;
    let (li, first) = town.worker("001", "inspector", &district).await;
    let second = town.key_of(&li, "inspector", &district).await;
    let behalf = json!({"label": "李四委托的程序", "role": "inspector", "staff_id": li["id"],
        "permissions": ["inspection.write"]});
    let behalf = town.key(&behalf).await;
    let (wang, other) = town.worker("002", "inspector", &district).await;

    let found = first.post("/v1/defects", &defect(&flat, "severe", "2018-03-02"));
    let found = found.send().await.ok(201).json;
    let done = json!({"rectified_on": "2018-03-04"});
    let rectified = step(&first, &found, "rectifications", &done)
        .await
        .ok(200)
        .json;
    assert_eq!(
        rectified["rectified_by"], li["id"],
        "the person, not the key"
    );
    for same in [&first, &second, &behalf] {
        let refused = step(same, &rectified, "rechecks", &json!({"passed": true})).await;
        refused.is_problem(409, "recheck-by-same-person");
    }
    let closed = step(&other, &rectified, "rechecks", &json!({"passed": true})).await;
    assert_eq!(closed.ok(200).json["rechecked_by"], wang["id"]);

    // What a program did for somebody, they do not check themselves either.
    let found = first.post("/v1/defects", &defect(&flat, "general", "2018-03-02"));
    let found = found.send().await.ok(201).json;
    let rectified = step(&behalf, &found, "rectifications", &done)
        .await
        .ok(200)
        .json;
    let refused = step(&second, &rectified, "rechecks", &json!({"passed": true})).await;
    refused.is_problem(409, "recheck-by-same-person");
    // A key of nobody is known by itself alone.
    let nobody = town.inspector();
    let reopened = step(&nobody, &rectified, "rechecks", &json!({"passed": false})).await;
    reopened.ok(200);
}
