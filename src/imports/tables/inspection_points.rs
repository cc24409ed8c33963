//! Measured points; the rows of one flat, day and inspector are one inspection.

use std::borrow::Cow;

use super::{Ground, Outcome, Table, outcome};
use crate::{
    http::{Act, Problem},
    imports::cells::{Cells, day, decimal, spelt},
    inspections::{PointsRow, compare_points, import_points},
    values::{Label, Measure, Number, PersonName, PlaceName},
};

pub(in crate::imports) struct InspectionPoints;

impl Table for InspectionPoints {
    type Row = PointsRow;
    type Known = ();

    const ONCE: &'static [&'static [&'static str]] = &[&[
        "estate",
        "building",
        "flat_no",
        "inspected_on",
        "inspector",
        "item",
    ]];
    const TOGETHER: &'static [&'static str] =
        &["estate", "building", "flat_no", "inspected_on", "inspector"];

    fn read(cells: &mut Cells<'_>, (): &()) -> Option<PointsRow> {
        let estate_name = cells.required("estate", PlaceName::parse);
        let building_name = cells.required("building", Label::parse);
        let flat_no = cells.required("flat_no", Number::parse);
        let inspected_on = cells.required("inspected_on", day);
        let inspector = cells.required("inspector", PersonName::parse);
        let item = cells.required("item", Label::parse);
        let standard = cells.optional("standard", Label::parse);
        let unit = cells.required("unit", Label::parse);
        let mut limit = |field| cells.optional(field, |text| Measure::parse(&decimal(text)));
        let (lower, upper, range_max) = (limit("lower"), limit("upper"), limit("range_max"));
        let points = cells.required("points", |text| Ok(text.to_owned()));
        Some(PointsRow {
            estate_name: estate_name?,
            building_name: building_name?,
            flat_no: flat_no?,
            inspected_on: inspected_on?,
            inspector: inspector?,
            item: item?,
            standard: standard?,
            unit: unit?,
            lower: lower?,
            upper: upper?,
            range_max: range_max?,
            points: points?,
        })
    }

    fn spelt<'a>(field: &str, text: &'a str) -> Cow<'a, str> {
        match day(text) {
            Ok(day) if field == "inspected_on" => day.to_string().into(),
            _ => spelt(text),
        }
    }

    async fn judge(
        &mut self,
        act: &mut Act,
        ground: &Ground,
        rows: Vec<PointsRow>,
        write: bool,
    ) -> Result<Vec<Outcome>, Problem> {
        let (app, programme) = (&ground.app, ground.programme_id);
        let outcomes = if write {
            import_points(act, app, programme, &rows).await?
        } else {
            compare_points(act, app, programme, &rows).await?
        };
        Ok(outcomes.into_iter().map(outcome).collect())
    }
}
