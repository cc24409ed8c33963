//! Measured points in bulk.

use anju::{
    bulk::{FieldChange, RowOutcome},
    http::NoContent,
    inspections::{PointsRow, compare_points, import_points},
    values::{Label, Measure, Number, PersonName, PlaceName, ProgrammeId},
};
use serde_json::json;

use super::free_flat;
use crate::support::{Town, day, homes::text};

fn row(flat_no: &str, item: &str, points: &str) -> PointsRow {
    PointsRow {
        estate_name: PlaceName::parse("安居苑").unwrap(),
        building_name: Label::parse("1号楼").unwrap(),
        flat_no: Number::parse(flat_no).unwrap(),
        inspected_on: day("2018-03-05"),
        inspector: PersonName::parse("李验房").unwrap(),
        item: Label::parse(item).unwrap(),
        standard: Some(Label::parse("GB 50210").unwrap()),
        unit: Label::parse("mm").unwrap(),
        lower: Some(Measure::parse("-15").unwrap()),
        upper: Some(Measure::parse("15").unwrap()),
        range_max: None,
        points: points.into(),
    }
}

#[tokio::test]
async fn points_from_a_file_become_inspections_and_a_correction_becomes_a_later_one() {
    let town = Town::new().await;
    let flat = free_flat(&town).await;
    town.flat(&json!({"id": flat["building_id"]}), "1-102")
        .await;
    let id = ProgrammeId::parse(text(&flat["programme_id"])).unwrap();
    let rows = [
        row("1-101", "开间", "-15; 15.01"),
        row("1-102", "开间", "0 1.5 2"),
        row("1-101", "进深", "3"),
    ];
    let mut conn = town.conn().await;
    let told = compare_points(&mut conn, &town.app, id, &rows)
        .await
        .unwrap();
    assert_eq!(told, vec![RowOutcome::New; 3]);
    assert_eq!(town.count("inspection").await, 0);
    let import = async |rows: &[PointsRow]| {
        let mut act = town.bulk_act().await;
        let outcomes = import_points(&mut act, &town.app, id, rows).await.unwrap();
        act.commit(NoContent).await.unwrap();
        outcomes
    };
    assert_eq!(import(&rows).await, told);
    assert_eq!(import(&rows).await, vec![RowOutcome::Unchanged; 3]);
    assert_eq!(town.count("inspection").await, 2);

    let latest = async || {
        let list = format!("/v1/inspections?flat_id={}", text(&flat["id"]));
        let page = town.auditor().get(&list).send().await.ok(200);
        let path = format!("/v1/inspections/{}", text(&page.items()[0]["id"]));
        town.auditor().get(&path).send().await.ok(200).json
    };
    let first = latest().await;
    assert_eq!(
        (&first["result"], &first["items"][0]["failed_points"]),
        (&json!("failed"), &json!([2]))
    );
    assert_eq!(town.trail(&first).await, ["inspection.recorded"]);

    let corrected = [row("1-101", "开间", "-15; 15"), row("1-103", "开间", "1")];
    let change = FieldChange {
        field: "points",
        old: Some("-15.00; 15.01".into()),
        new: "-15.00; 15.00".into(),
        note: None,
    };
    let outcomes = import(&corrected).await;
    assert_eq!(outcomes[0], RowOutcome::Changed(vec![change]));
    assert!(matches!(&outcomes[1], RowOutcome::Refused(m) if m[0].code == "flat-unknown"));
    let second = latest().await;
    assert_ne!(
        second["id"], first["id"],
        "what was recorded stays as it was"
    );
    assert_eq!(second["result"], "passed");
    let items = second["items"].as_array().unwrap().iter();
    let names: Vec<&str> = items.map(|i| text(&i["item"])).collect();
    assert_eq!(names, ["开间", "进深"]);
    assert_eq!(import(&corrected[..1]).await, [RowOutcome::Unchanged]);
    assert_eq!(town.count("inspection").await, 3);
}
