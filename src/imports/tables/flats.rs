//! Flats with the estates and buildings they stand in.

use std::collections::HashMap;

use super::{Ground, Outcome, Table, outcome};
use crate::{
    housing::{FlatRow, compare_flats, import_flats},
    http::{Act, Problem},
    imports::{
        cells::{Cells, decimal},
        model::Finding,
    },
    values::{Area, Label, Number, PlaceName, ValueError},
};

/// Remembers the floors of buildings: one row of a new building says them for those that follow.
#[derive(Default)]
pub(in crate::imports) struct Flats {
    floors: HashMap<(String, String), i32>,
}

impl Table for Flats {
    type Row = FlatRow;
    type Known = ();

    const ONCE: &'static [&'static [&'static str]] = &[&["estate", "building", "flat_no"]];
    const TOGETHER: &'static [&'static str] = &["estate", "building"];

    fn read(cells: &mut Cells<'_>, (): &()) -> Option<FlatRow> {
        let estate_name = cells.required("estate", PlaceName::parse);
        let building_name = cells.required("building", Label::parse);
        let flat_no = cells.required("flat_no", Number::parse);
        let area_m2 = cells.required("area_m2", |text| Area::parse(&decimal(text)));
        let floors = cells.optional("floors", floors);
        Some(FlatRow {
            estate_name: estate_name?,
            building_name: building_name?,
            flat_no: flat_no?,
            area_m2: area_m2?,
            floors: floors?,
        })
    }

    async fn judge(
        &mut self,
        act: &mut Act,
        ground: &Ground,
        mut rows: Vec<FlatRow>,
        write: bool,
    ) -> Result<Vec<Outcome>, Problem> {
        let contradicting: Vec<bool> = rows.iter_mut().map(|row| self.recall(row)).collect();
        let outcomes = if write {
            import_flats(act, &ground.app, ground.programme_id, &rows).await?
        } else {
            compare_flats(act, ground.programme_id, &rows).await?
        };
        let told = outcomes.into_iter().zip(contradicting);
        Ok(told
            .map(|(known, contradicts)| {
                if contradicts {
                    conflict()
                } else {
                    outcome(known)
                }
            })
            .collect())
    }
}

impl Flats {
    /// Gives a row the floors of its building; whether it said something else.
    fn recall(&mut self, row: &mut FlatRow) -> bool {
        let building = (row.estate_name.to_string(), row.building_name.to_string());
        let Some(said) = row.floors else {
            row.floors = self.floors.get(&building).copied();
            return false;
        };
        let floors = *self.floors.entry(building).or_insert(said);
        row.floors = Some(floors);
        floors != said
    }
}

fn conflict() -> Outcome {
    Outcome::Refused(vec![Finding::of_field(
        "floors",
        ValueError::new(
            "floors-conflict",
            "同一楼栋的层数前后不一致",
            "the rows of the building say different floors",
        ),
    )])
}

fn floors(text: &str) -> Result<i32, ValueError> {
    let counted = text.strip_suffix('层').unwrap_or(text).parse().ok();
    counted
        .filter(|floors| (1..=100).contains(floors))
        .ok_or_else(|| {
            ValueError::new(
                "floors-out-of-range",
                "层数应为 1 至 100 的整数",
                "floors are a whole number from 1 to 100",
            )
        })
}
