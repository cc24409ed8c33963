//! Rosters: many households at once, new and corrected.

use std::collections::HashSet;

use anju::{
    bulk::{FieldChange, RowOutcome},
    households::{RosterRow, absent_from, compare_roster, import_roster},
    http::{Act, NoContent, RequestId},
    staff::Scope,
    values::{
        Area, IdDocument, IdDocumentKind, Label, Number, ParcelId, PersonName, Phone, PlaceName,
        Relation,
    },
};
use serde_json::{Value, json};

use super::{parcel, path, person};
use crate::support::{Town, citizen_number, citizen_number_of};

fn everything() -> Scope {
    Scope::everything()
}

fn id(parcel: &Value) -> ParcelId {
    ParcelId::parse(parcel["id"].as_str().unwrap()).unwrap()
}

fn area(text: &str) -> Option<Area> {
    Area::parse(text).ok()
}

/// A full row; its holder has the number of [`citizen_number`].
fn row(parcel: &Value, number: &str) -> RosterRow {
    let document = citizen_number(number);
    let document = IdDocument::parse(IdDocumentKind::CitizenNumber, Some(&document));
    RosterRow {
        parcel_id: id(parcel),
        household_no: Number::parse(number).unwrap(),
        holder_name: PersonName::parse("张小三").unwrap(),
        address: PlaceName::parse("大沟村 12 号").unwrap(),
        phone: Some(Phone::parse("0531-12345678").unwrap()),
        relation: None,
        document: Some(document.unwrap()),
        structure_use: None,
        certificate_no: Some(Label::parse("济房权证 001").unwrap()),
        certificate_area_m2: area("118.00"),
        measured_area_m2: area("121.30"),
        recognised_area_m2: None,
    }
}

/// A row that names a household and says as little as a row can.
fn bare(parcel: &Value, number: &str) -> RosterRow {
    RosterRow {
        phone: None,
        document: None,
        certificate_no: None,
        certificate_area_m2: None,
        measured_area_m2: None,
        ..row(parcel, number)
    }
}

async fn compare(town: &Town, rows: &[RosterRow]) -> Vec<RowOutcome> {
    let mut conn = town.conn().await;
    compare_roster(&mut conn, &town.app, &everything(), rows)
        .await
        .unwrap()
}

async fn import(town: &Town, rows: &[RosterRow]) -> Vec<RowOutcome> {
    let caller = crate::support::machine(uuid::Uuid::nil(), "case_officer");
    let mut act = Act::begin_conditional(&town.app, &caller, RequestId(uuid::Uuid::nil()))
        .await
        .unwrap();
    let outcomes = import_roster(&mut act, &town.app, &everything(), rows)
        .await
        .unwrap();
    assert!(act.commit(NoContent).await.is_ok());
    outcomes
}

/// The household of a number, read as an officer reads it.
async fn read(town: &Town, number: &str) -> Value {
    let list = format!("/v1/households?household_no={number}");
    let list = town.officer().get(&list).send().await.ok(200);
    let place = path("households", &list.items()[0]);
    town.officer().get(&place).send().await.ok(200).json
}

fn change(field: &'static str, old: Option<&str>, new: &str) -> FieldChange {
    FieldChange {
        field,
        old: old.map(str::to_owned),
        new: new.to_owned(),
        note: None,
    }
}

#[tokio::test]
async fn a_row_registers_a_household_as_a_single_registration_would() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let rows = [row(&parcel, "H-1"), bare(&parcel, "H-2")];
    assert_eq!(
        compare(&town, &rows).await,
        [RowOutcome::New, RowOutcome::New]
    );
    assert_eq!(town.count("household").await, 0, "comparing writes nothing");
    assert_eq!(
        import(&town, &rows).await,
        [RowOutcome::New, RowOutcome::New]
    );

    let mut body = Town::household_body(&parcel, "S-1");
    body["persons"][0]["document"]["number"] = json!(citizen_number("H-1"));
    body["structures"][0]
        .as_object_mut()
        .unwrap()
        .remove("recognised_area_m2");
    let single = town
        .officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201)
        .json;
    let mut imported = read(&town, "H-1").await;
    assert_eq!(imported["floor_area_m2"], "121.30");
    for key in ["id", "household_no"] {
        imported[key] = single[key].clone();
    }
    for members in ["persons", "structures"] {
        imported[members][0]["id"] = single[members][0]["id"].clone();
    }
    assert_eq!(imported, single);
    let bare = read(&town, "H-2").await;
    assert_eq!(bare["structures"], json!([]));
    assert_eq!(bare["persons"][0]["document"], json!({"kind": "none"}));
    assert_eq!(bare["persons"][0]["relation"], "02");
}

#[tokio::test]
async fn imported_households_are_on_record_and_their_residents_can_look_up() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let rows = [row(&parcel, "H-1"), bare(&parcel, "H-2")];
    import(&town, &rows).await;
    let hashes: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select m.last_six_hash, h.id::text::bytea from person m
           join household h on h.id = m.household_id where m.id_sealed is not null",
    )
    .fetch_all(&town.owner().await)
    .await
    .unwrap();
    for (stored, household) in hashes {
        let household = String::from_utf8(household).unwrap();
        let household = anju::values::HouseholdId::parse(&household).unwrap();
        let last_six = &citizen_number("H-1")[12..];
        let hash = anju::households::last_six_hash(&town.app.keys, household, last_six);
        assert_eq!(
            stored, hash,
            "residents of imported households can look up too"
        );
    }
    let trail = town
        .auditor()
        .get("/v1/audit-events?action=household.registered");
    let trail = trail.send().await.ok(200);
    let reasons: Vec<_> = trail.items().iter().map(|e| e["reason"].as_str()).collect();
    assert_eq!(
        reasons
            .iter()
            .filter(|r| **r == Some("roster-import"))
            .count(),
        2
    );
}

#[tokio::test]
async fn a_row_that_says_nothing_new_changes_nothing() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let rows = [row(&parcel, "H-1"), row(&parcel, "H-2")];
    import(&town, &rows).await;
    assert_eq!(
        compare(&town, &rows).await,
        [RowOutcome::Unchanged, RowOutcome::Unchanged]
    );
    assert_eq!(
        compare(&town, &[bare(&parcel, "H-1")]).await,
        [RowOutcome::Unchanged],
        "absence changes nothing"
    );
}

#[tokio::test]
async fn a_corrected_row_is_told_old_and_new_and_leaves_the_rest_alone() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    import(&town, &[row(&parcel, "H-1"), row(&parcel, "H-2")]).await;

    let other = citizen_number("someone else");
    let document = IdDocument::parse(IdDocumentKind::CitizenNumber, Some(&other)).unwrap();
    let corrected = RosterRow {
        holder_name: PersonName::parse("张小山").unwrap(),
        phone: Some(Phone::parse("13800001234").unwrap()),
        relation: Some(Relation::parse("01").unwrap()),
        document: Some(document),
        certificate_no: None,
        measured_area_m2: area("121.35"),
        recognised_area_m2: area("119.99"),
        ..row(&parcel, "H-1")
    };
    let mask = |number: &str| format!("{}*************{}", &number[..3], &number[16..]);
    let expected = RowOutcome::Changed(vec![
        change("holder_name", Some("张*三"), "张*山"),
        change("phone", Some("053*****5678"), "138****1234"),
        change("relation", Some("02"), "01"),
        change(
            "id_number",
            Some(&mask(&citizen_number("H-1"))),
            &mask(&other),
        ),
        change("measured_area_m2", Some("121.30"), "121.35"),
        change("recognised_area_m2", None, "119.99"),
    ]);
    let rows = [corrected, row(&parcel, "H-2"), row(&parcel, "H-3")];
    let outcomes = [expected, RowOutcome::Unchanged, RowOutcome::New];
    assert_eq!(compare(&town, &rows).await, outcomes);
    assert_eq!(import(&town, &rows).await, outcomes);

    let household = read(&town, "H-1").await;
    assert_eq!(household["version"], 2);
    assert_eq!(household["holder_name"], "张*山");
    assert_eq!(household["persons"][0]["name"], "张*山");
    let birth = household["persons"][0]["birth_year"].to_string();
    assert_eq!(birth, other[6..10]);
    assert_eq!(household["floor_area_m2"], "119.99");
    let structure = &household["structures"][0];
    assert_eq!(
        structure["certificate_no"], "济房权证 001",
        "left out, it stays"
    );
    assert_eq!(read(&town, "H-2").await["version"], 1);
    let repeated = compare(&town, &rows).await;
    assert!(
        repeated
            .iter()
            .all(|outcome| *outcome == RowOutcome::Unchanged)
    );

    let trail = town.trail(&household).await;
    assert_eq!(trail, ["household.registered", "household.replaced"]);
}

#[tokio::test]
async fn a_row_corrects_the_holder_and_the_first_structure_of_a_larger_household() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let mut body = Town::household_body(&parcel, "H-1");
    let wife = citizen_number("wife");
    body["persons"]
        .as_array_mut()
        .unwrap()
        .push(person("李四", "12", &wife));
    body["structures"]
        .as_array_mut()
        .unwrap()
        .push(json!({"seq": 2, "use": "storage", "measured_area_m2": "10.00"}));
    town.officer()
        .post("/v1/households", &body)
        .send()
        .await
        .ok(201);
    let corrected = RosterRow {
        recognised_area_m2: area("100.00"),
        relation: Some(Relation::parse("01").unwrap()),
        ..row(&parcel, "H-1")
    };
    import(&town, &[corrected]).await;
    let household = read(&town, "H-1").await;
    assert_eq!(household["floor_area_m2"], "110.00");
    assert_eq!(household["persons"][0]["relation"], "01");
    assert_eq!(household["persons"][1]["name"], "李*");
    assert_eq!(household["structures"].as_array().unwrap().len(), 2);

    let hers = IdDocument::parse(IdDocumentKind::CitizenNumber, Some(&wife)).unwrap();
    let taken = RosterRow {
        document: Some(hers),
        ..row(&parcel, "H-1")
    };
    let outcomes = import(&town, &[taken]).await;
    let RowOutcome::Refused(mistakes) = &outcomes[0] else {
        panic!("{outcomes:?}")
    };
    assert_eq!(mistakes[0].pointer, "id_number");
    assert_eq!(mistakes[0].code, "person-already-in-household");
    assert_eq!(read(&town, "H-1").await, household);
}

#[tokio::test]
async fn a_wrong_row_is_refused_for_what_a_single_registration_refuses() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let unborn = citizen_number_of("37010320180306001");
    let unborn = IdDocument::parse(IdDocumentKind::CitizenNumber, Some(&unborn)).unwrap();
    let rows = [
        RosterRow {
            document: Some(unborn),
            measured_area_m2: area("1000000.01"),
            ..row(&parcel, "H-1")
        },
        RosterRow {
            certificate_area_m2: None,
            measured_area_m2: None,
            ..row(&parcel, "H-2")
        },
        row(&parcel, "H-3"),
        row(&parcel, "H-3"),
    ];
    let outcomes = import(&town, &rows).await;
    let told: Vec<Vec<(&str, &str)>> = outcomes
        .iter()
        .map(|outcome| match outcome {
            RowOutcome::Refused(errors) => errors
                .iter()
                .map(|e| (e.pointer.as_str(), e.code.as_str()))
                .collect(),
            _ => vec![],
        })
        .collect();
    let expected: [Vec<(&str, &str)>; 4] = [
        vec![
            ("id_number", "day-in-future"),
            ("measured_area_m2", "area-implausible"),
        ],
        vec![("certificate_area_m2", "structure-without-area")],
        vec![],
        vec![("household_no", "row-twice")],
    ];
    assert_eq!(told, expected);
    assert_eq!(town.count("household").await, 1);
    assert_eq!(town.count("person").await, 1);
}

#[tokio::test]
async fn parcels_out_of_scope_do_not_exist_for_a_roster() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let demo = crate::support::demo_scope();
    let mut conn = town.conn().await;
    let rows = [row(&parcel, "H-1")];
    let refused = compare_roster(&mut conn, &town.app, &demo, &rows).await;
    assert_eq!(refused.unwrap_err().code(), "not-found");
}

#[tokio::test]
async fn households_that_no_row_names_are_listed_and_kept() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    let rows = ["H-1", "H-2", "H-3"].map(|number| row(&parcel, number));
    import(&town, &rows).await;
    let mut conn = town.conn().await;
    let seen = HashSet::from([(id(&parcel), "H-2")]);
    let mut absent = async |scope: &Scope, limit| {
        let found = absent_from(&mut conn, scope, &[id(&parcel)], &seen, limit).await;
        let numbers = found.unwrap().into_iter().map(|h| h.household_no);
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(absent(&everything(), 10).await, ["H-1", "H-3"]);
    assert_eq!(absent(&everything(), 1).await, ["H-1"]);
    let demo = crate::support::demo_scope();
    assert!(absent(&demo, 10).await.is_empty());
    assert_eq!(town.count("household").await, 3);
}

#[tokio::test]
async fn a_corrected_area_of_a_household_that_signed_is_told_with_a_warning() {
    let town = Town::new().await;
    let parcel = parcel(&town).await;
    import(&town, &[row(&parcel, "H-1"), row(&parcel, "H-2")]).await;
    let signed = read(&town, "H-1").await;
    town.signed(&signed, "A-1", "2018-03-01").await;
    let corrected = |number| RosterRow {
        measured_area_m2: area("121.35"),
        ..row(&parcel, number)
    };
    let told = compare(&town, &[corrected("H-1"), corrected("H-2")]).await;
    let note = |outcome: &RowOutcome| match outcome {
        RowOutcome::Changed(changes) => changes[0].note.clone().map(|note| note.zh.into_owned()),
        other => panic!("not changed: {other:?}"),
    };
    let warning = "该户已签约：已签协议和已冻结底册的面积不随之改变";
    assert_eq!(note(&told[0]).as_deref(), Some(warning));
    assert_eq!(note(&told[1]), None);
}
