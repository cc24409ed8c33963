//! What becomes of each row of a list of flats.

use std::collections::{HashMap, HashSet};

use super::{FlatRow, Known};
use crate::{
    bulk::{FieldChange, RowOutcome},
    housing::flats::rules::no_area,
    http::{FieldError, words},
    values::Area,
};

/// A building by the name of its estate and its own.
pub(super) type BuildingName<'a> = (&'a str, &'a str);

const FLOORS: std::ops::RangeInclusive<i32> = 1..=100;

pub(super) fn building_of(row: &FlatRow) -> BuildingName<'_> {
    (row.estate_name.as_str(), row.building_name.as_str())
}

/// The floors of each building, by the first row that says them.
pub(super) fn floors_said(rows: &[FlatRow]) -> HashMap<BuildingName<'_>, i32> {
    let mut said = HashMap::new();
    for row in rows {
        if let Some(floors) = row.floors {
            said.entry(building_of(row)).or_insert(floors);
        }
    }
    said
}

/// One outcome per row, in their order.
pub(super) fn compare(rows: &[FlatRow], known: &[Known]) -> Vec<RowOutcome> {
    let floors = floors_said(rows);
    let mut seen = HashSet::new();
    let each = rows.iter().zip(known).map(|(row, known)| {
        let name = building_of(row);
        let first = seen.insert((name, row.flat_no.as_str()));
        let mistakes = mistakes(row, known, floors.get(&name).copied(), first);
        if mistakes.is_empty() {
            difference(row, known)
        } else {
            RowOutcome::Refused(mistakes)
        }
    });
    each.collect()
}

fn mistakes(row: &FlatRow, known: &Known, floors: Option<i32>, first: bool) -> Vec<FieldError> {
    let mut found = vec![];
    if !first {
        let words = words!(
            "同一楼栋的同一房号在文件中出现多次",
            "the file names this flat more than once"
        );
        found.push(FieldError::new("flat_no", "row-twice", words));
    }
    if row.area_m2 == Area::ZERO {
        found.push(no_area());
    }
    match row.floors {
        Some(said) if !FLOORS.contains(&said) => {
            let words = words!("层数应为 1 至 100", "floors must lie between 1 and 100");
            found.push(FieldError::new("floors", "floors-out-of-range", words));
        }
        Some(said) if floors != Some(said) => {
            let words = words!(
                "与同一楼栋其他行的层数不一致",
                "differs from the floors another row says for this building"
            );
            found.push(FieldError::new("floors", "floors-conflict", words));
        }
        None if floors.is_none() && known.building_id.is_none() => {
            let words = words!(
                "新楼栋须在至少一行填写层数",
                "a new building needs its floors in one of its rows"
            );
            found.push(FieldError::new("floors", "floors-required", words));
        }
        _ => {}
    }
    found
}

fn difference(row: &FlatRow, known: &Known) -> RowOutcome {
    let Some(area) = known.area_m2 else {
        return RowOutcome::New;
    };
    let mut changes = vec![];
    if area != row.area_m2 {
        changes.push(FieldChange {
            field: "area_m2",
            old: Some(area.to_string()),
            new: row.area_m2.to_string(),
            note: None,
        });
    }
    if let (Some(old), Some(new)) = (known.floors, row.floors)
        && old != new
    {
        changes.push(FieldChange {
            field: "floors",
            old: Some(old.to_string()),
            new: new.to_string(),
            note: None,
        });
    }
    if changes.is_empty() {
        RowOutcome::Unchanged
    } else {
        RowOutcome::Changed(changes)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::values::{Label, Number, PlaceName};

    fn row(building: &str, flat_no: &str, area: &str, floors: Option<i32>) -> FlatRow {
        FlatRow {
            estate_name: PlaceName::parse("安居苑").unwrap(),
            building_name: Label::parse(building).unwrap(),
            flat_no: Number::parse(flat_no).unwrap(),
            area_m2: Area::parse(area).unwrap(),
            floors,
        }
    }

    fn standing(area: &str, floors: i32) -> Known {
        Known {
            estate_id: Some(Uuid::from_u128(1)),
            building_id: Some(Uuid::from_u128(2)),
            floors: Some(floors),
            flat_id: Some(Uuid::from_u128(3)),
            area_m2: Some(Area::parse(area).unwrap()),
        }
    }

    fn codes(outcome: &RowOutcome) -> Vec<&str> {
        match outcome {
            RowOutcome::Refused(mistakes) => mistakes.iter().map(|m| m.code.as_str()).collect(),
            _ => vec![],
        }
    }

    #[test]
    fn rows_are_new_changed_or_unchanged() {
        let rows = [
            row("1号楼", "101", "88.00", Some(18)),
            row("1号楼", "102", "90.5", None),
            row("1号楼", "103", "70.00", None),
            row("1号楼", "104", "70.00", None),
        ];
        let nothing = Known::default();
        let known = [
            nothing,
            standing("90.50", 18),
            standing("71.00", 18),
            nothing,
        ];
        let outcomes = compare(&rows, &known);
        let change = FieldChange {
            field: "area_m2",
            old: Some("71.00".into()),
            new: "70.00".into(),
            note: None,
        };
        assert_eq!(
            outcomes,
            [
                RowOutcome::New,
                RowOutcome::Unchanged,
                RowOutcome::Changed(vec![change]),
                RowOutcome::New
            ]
        );
    }

    #[test]
    fn a_new_building_needs_its_floors_once() {
        let rows = [
            row("1号楼", "101", "88.00", None),
            row("1号楼", "102", "88.00", Some(18)),
            row("2号楼", "101", "88.00", None),
        ];
        let outcomes = compare(&rows, &[Known::default(); 3]);
        assert_eq!(outcomes[..2], [RowOutcome::New, RowOutcome::New]);
        assert_eq!(codes(&outcomes[2]), ["floors-required"]);
    }

    #[test]
    fn rows_that_contradict_each_other_are_refused() {
        let rows = [
            row("1号楼", "101", "88.00", Some(18)),
            row("1号楼", "101", "88.00", Some(17)),
            row("1号楼", "102", "88.00", Some(101)),
        ];
        let outcomes = compare(&rows, &[standing("88.00", 18); 3]);
        assert_eq!(outcomes[0], RowOutcome::Unchanged);
        assert_eq!(codes(&outcomes[1]), ["row-twice", "floors-conflict"]);
        assert_eq!(codes(&outcomes[2]), ["floors-out-of-range"]);
    }

    #[test]
    fn corrected_floors_are_told_beside_the_flat() {
        let outcomes = compare(
            &[row("1号楼", "101", "88.00", Some(17))],
            &[standing("88.00", 18)],
        );
        let change = FieldChange {
            field: "floors",
            old: Some("18".into()),
            new: "17".into(),
            note: None,
        };
        assert_eq!(outcomes, [RowOutcome::Changed(vec![change])]);
    }
}
