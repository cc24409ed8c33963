//! Lists of flats in bulk.

use std::sync::Arc;

use anju::{
    bulk::{FieldChange, RowOutcome},
    housing::{FlatRow, compare_flats, import_flats},
    http::NoContent,
    values::{Area, Label, Number, PlaceName, ProgrammeId},
};
use serde_json::json;
use tokio::sync::Barrier;

use crate::support::{Town, homes::text};

fn row(building: &str, flat_no: &str, area: &str, floors: Option<i32>) -> FlatRow {
    FlatRow {
        estate_name: PlaceName::parse("安居苑").unwrap(),
        building_name: Label::parse(building).unwrap(),
        flat_no: Number::parse(flat_no).unwrap(),
        area_m2: Area::parse(area).unwrap(),
        floors,
    }
}

/// A programme and a list of three flats in two buildings.
async fn listed(town: &Town) -> (ProgrammeId, [FlatRow; 3]) {
    let programme = town.programme().await;
    let rows = [
        row("1号楼", "1-101", "88.60", Some(18)),
        row("1号楼", "1-102", "90.00", None),
        row("2号楼", "1-101", "70.00", Some(6)),
    ];
    (ProgrammeId::parse(text(&programme["id"])).unwrap(), rows)
}

async fn compare(town: &Town, id: ProgrammeId, rows: &[FlatRow]) -> Vec<RowOutcome> {
    let mut conn = town.conn().await;
    compare_flats(&mut conn, id, rows).await.unwrap()
}

async fn import(town: &Town, id: ProgrammeId, rows: &[FlatRow]) -> Vec<RowOutcome> {
    let mut act = town.bulk_act().await;
    let outcomes = import_flats(&mut act, &town.app, id, rows).await.unwrap();
    act.commit(NoContent).await.unwrap();
    outcomes
}

#[tokio::test]
async fn a_list_of_flats_creates_what_is_missing_and_repeats_nothing() {
    let town = Town::new().await;
    let (id, rows) = listed(&town).await;
    let told = compare(&town, id, &rows).await;
    assert_eq!(told, vec![RowOutcome::New; 3]);
    assert_eq!(
        town.count("estate").await + town.count("audit_event").await,
        1
    );
    assert_eq!(import(&town, id, &rows).await, told);
    assert_eq!(town.count("building").await, 2);
    assert_eq!(town.count("flat").await, 3);
    // The programme, one estate, two buildings, three flats.
    assert_eq!(town.count("audit_event").await, 7);
    assert_eq!(
        import(&town, id, &rows).await,
        vec![RowOutcome::Unchanged; 3]
    );
    assert_eq!(town.count("audit_event").await, 7);
}

#[tokio::test]
async fn a_list_of_flats_corrects_what_differs() {
    let town = Town::new().await;
    let (id, rows) = listed(&town).await;
    import(&town, id, &rows).await;
    let corrected = [
        row("1号楼", "1-102", "91.50", Some(17)),
        row("2号楼", "1-102", "70.00", None),
        row("3号楼", "1-101", "70.00", None),
    ];
    let change = |field, old: &str, new: &str| FieldChange {
        field,
        old: Some(old.into()),
        new: new.into(),
        note: None,
    };
    let told = compare(&town, id, &corrected).await;
    let changes = vec![
        change("area_m2", "90.00", "91.50"),
        change("floors", "18", "17"),
    ];
    assert_eq!(told[..2], [RowOutcome::Changed(changes), RowOutcome::New]);
    assert!(matches!(&told[2], RowOutcome::Refused(m) if m[0].code == "floors-required"));
    assert_eq!(import(&town, id, &corrected).await, told);
    assert_eq!(
        town.count("building").await,
        2,
        "a refused row builds nothing"
    );
    let flats = town.officer().get("/v1/flats").send().await.ok(200);
    let flat = flats
        .items()
        .iter()
        .find(|f| f["flat_no"] == "1-102" && f["building_name"] == "1号楼")
        .unwrap();
    assert_eq!(
        (&flat["area_m2"], &flat["version"]),
        (&json!("91.50"), &json!(2))
    );
    assert_eq!(town.trail(flat).await, ["flat.created", "flat.corrected"]);
    let building = format!("/v1/buildings/{}", text(&flat["building_id"]));
    let building = town.officer().get(&building).send().await.ok(200).json;
    assert_eq!(
        (&building["floors"], &building["version"]),
        (&json!(17), &json!(2))
    );
}

#[tokio::test]
async fn two_lists_of_flats_at_once_make_one_estate() {
    let town = Town::new().await;
    let programme = town.programme().await;
    let id = ProgrammeId::parse(text(&programme["id"])).unwrap();
    let barrier = Arc::new(Barrier::new(2));
    let lists = ["1-101", "1-102"].map(|flat_no| {
        let (app, barrier) = (town.app.clone(), Arc::clone(&barrier));
        let act = town.bulk_act();
        async move {
            let mut act = act.await;
            barrier.wait().await;
            let rows = [row("1号楼", flat_no, "88.60", Some(18))];
            let outcomes = import_flats(&mut act, &app, id, &rows).await.unwrap();
            act.commit(NoContent).await.unwrap();
            outcomes
        }
    });
    let [first, second] = lists;
    let (first, second) = tokio::join!(first, second);
    assert_eq!(
        (first, second),
        (vec![RowOutcome::New], vec![RowOutcome::New])
    );
    assert_eq!(town.count("estate").await, 1);
    assert_eq!(town.count("building").await, 1);
    assert_eq!(town.count("flat").await, 2);
}
