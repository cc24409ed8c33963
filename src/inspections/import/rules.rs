//! From rows to inspections: which belong together, what differs from what stands.

use std::collections::{HashMap, HashSet};

use super::{
    PointsRow,
    points::read_points,
    store::{Flat, Standing},
};
use crate::{
    bulk::{FieldChange, RowOutcome},
    http::{FieldError, words},
    inspections::{
        model::MeasuredItem,
        rules::{ITEMS_MAX, Refusal, refusals_of},
    },
    values::{Day, FlatId, Measure},
};

/// What makes rows one inspection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct FormKey {
    pub(super) flat_id: FlatId,
    pub(super) inspected_on: Day,
    pub(super) inspector: String,
}

/// An inspection to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) flat_id: FlatId,
    pub(super) inspected_on: Day,
    pub(super) inspector: String,
    pub(super) items: Vec<MeasuredItem>,
}

/// The rows of a file as forms.
pub(super) struct Forms {
    /// In the order of their first rows, each with the places of its rows.
    forms: Vec<(FormKey, Vec<usize>)>,
    /// Each row read, or every mistake in it.
    read: Vec<Result<MeasuredItem, Vec<FieldError>>>,
}

fn read_row(
    row: &PointsRow,
    flat: Option<Flat>,
    today: Day,
) -> Result<MeasuredItem, Vec<FieldError>> {
    let mut mistakes = vec![];
    if flat.is_none() {
        let words = words!("计划内没有该安置房", "the programme has no such flat");
        mistakes.push(FieldError::new("flat_no", "flat-unknown", words));
    }
    if row.inspected_on > today {
        let words = words!("日期不能晚于今天 {today}", "lies after today, {today}");
        mistakes.push(FieldError::new("inspected_on", "day-in-future", words));
    }
    let points = read_points(&row.points).unwrap_or_else(|mistake| {
        mistakes.push(mistake);
        vec![]
    });
    let item = MeasuredItem {
        item: row.item.clone(),
        standard: row.standard.clone(),
        unit: row.unit.clone(),
        lower: row.lower,
        upper: row.upper,
        range_max: row.range_max,
        points,
    };
    mistakes.extend(
        refusals_of(&item)
            .into_iter()
            .map(|refusal| refusal.told("")),
    );
    if mistakes.is_empty() {
        Ok(item)
    } else {
        Err(mistakes)
    }
}

/// Reads the rows and puts those of one form together.
pub(super) fn forms(rows: &[PointsRow], flats: &[Option<Flat>], today: Day) -> Forms {
    let mut read: Vec<_> = rows
        .iter()
        .zip(flats)
        .map(|(row, flat)| read_row(row, *flat, today))
        .collect();
    let mut places: HashMap<FormKey, usize> = HashMap::new();
    let mut forms: Vec<(FormKey, Vec<usize>)> = vec![];
    let mut names = HashSet::new();
    for (at, (row, flat)) in rows.iter().zip(flats).enumerate() {
        let Some(flat) = flat else { continue };
        let key = FormKey {
            flat_id: flat.id,
            inspected_on: row.inspected_on,
            inspector: row.inspector.to_string(),
        };
        let form = *places.entry(key.clone()).or_insert_with(|| {
            forms.push((key, vec![]));
            forms.len() - 1
        });
        forms[form].1.push(at);
        if !names.insert((form, row.item.as_str())) {
            refuse(&mut read[at], Refusal::ItemTwice.told(""));
        }
    }
    Forms { forms, read }
}

fn refuse(row: &mut Result<MeasuredItem, Vec<FieldError>>, mistake: FieldError) {
    match row {
        Ok(_) => *row = Err(vec![mistake]),
        Err(mistakes) => mistakes.push(mistake),
    }
}

impl Forms {
    pub(super) fn keys(&self) -> Vec<&FormKey> {
        self.forms.iter().map(|(key, _)| key).collect()
    }

    /// One outcome per row, in their order.
    pub(super) fn compare(&self, rows: &[PointsRow], standing: &Standing) -> Vec<RowOutcome> {
        let mut outcomes: Vec<RowOutcome> = self
            .read
            .iter()
            .map(|row| match row {
                Ok(_) => RowOutcome::New,
                Err(mistakes) => RowOutcome::Refused(mistakes.clone()),
            })
            .collect();
        for (key, places) in &self.forms {
            let stands = standing.get(key).map_or(&[][..], Vec::as_slice);
            let mut count = stands.len();
            for &at in places {
                let Ok(item) = &self.read[at] else { continue };
                outcomes[at] = match stands.iter().find(|s| s.item == rows[at].item) {
                    Some(old) => difference(old, item),
                    None if count < ITEMS_MAX => {
                        count += 1;
                        RowOutcome::New
                    }
                    None => RowOutcome::Refused(vec![too_many_items()]),
                };
            }
        }
        outcomes
    }

    /// The inspections to be written: those with something new and nothing refused.
    pub(super) fn inspections(
        &self,
        rows: &[PointsRow],
        outcomes: &[RowOutcome],
        standing: &Standing,
    ) -> Vec<Written> {
        let mut written = vec![];
        for (key, places) in &self.forms {
            let refused = places
                .iter()
                .any(|&at| matches!(outcomes[at], RowOutcome::Refused(_)));
            let writes =
                |at: &usize| matches!(outcomes[*at], RowOutcome::New | RowOutcome::Changed(_));
            if refused || !places.iter().any(writes) {
                continue;
            }
            let mut items = standing.get(key).cloned().unwrap_or_default();
            for &at in places {
                let Ok(item) = &self.read[at] else { continue };
                match items.iter_mut().find(|old| old.item == rows[at].item) {
                    Some(old) => *old = item.clone(),
                    None => items.push(item.clone()),
                }
            }
            written.push(Written {
                flat_id: key.flat_id,
                inspected_on: key.inspected_on,
                inspector: key.inspector.clone(),
                items,
            });
        }
        written
    }
}

fn too_many_items() -> FieldError {
    let words = words!(
        "一次验收最多 {ITEMS_MAX} 项",
        "an inspection has at most {ITEMS_MAX} items"
    );
    FieldError::new("item", "too-many-items", words)
}

fn difference(old: &MeasuredItem, new: &MeasuredItem) -> RowOutcome {
    let limit = |value: Option<Measure>| value.map(|m| m.to_string());
    let standard = |item: &MeasuredItem| item.standard.as_ref().map(ToString::to_string);
    let points = |item: &MeasuredItem| {
        let each: Vec<String> = item.points.iter().map(Measure::to_string).collect();
        Some(each.join("; "))
    };
    let unit = |item: &MeasuredItem| Some(item.unit.to_string());
    let fields = [
        ("standard", standard(old), standard(new)),
        ("unit", unit(old), unit(new)),
        ("lower", limit(old.lower), limit(new.lower)),
        ("upper", limit(old.upper), limit(new.upper)),
        ("range_max", limit(old.range_max), limit(new.range_max)),
        ("points", points(old), points(new)),
    ];
    let changes: Vec<FieldChange> = fields
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(field, old, new)| FieldChange {
            field,
            old,
            new: new.unwrap_or_default(),
            note: None,
        })
        .collect();
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
    use crate::values::{Label, Number, PersonName, PlaceName};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn row(inspector: &str, item: &str, points: &str) -> PointsRow {
        PointsRow {
            estate_name: PlaceName::parse("安居苑").unwrap(),
            building_name: Label::parse("1号楼").unwrap(),
            flat_no: Number::parse("1-101").unwrap(),
            inspected_on: day("2018-03-01"),
            inspector: PersonName::parse(inspector).unwrap(),
            item: Label::parse(item).unwrap(),
            standard: None,
            unit: Label::parse("mm").unwrap(),
            lower: Some(Measure::parse("-15").unwrap()),
            upper: Some(Measure::parse("15").unwrap()),
            range_max: None,
            points: points.into(),
        }
    }

    const FLAT: Option<Flat> = Some(Flat {
        id: FlatId(Uuid::from_u128(1)),
        parcel_id: None,
    });

    fn read(rows: &[PointsRow]) -> Forms {
        forms(rows, &vec![FLAT; rows.len()], day("2018-03-05"))
    }

    fn key(inspector: &str) -> FormKey {
        FormKey {
            flat_id: FlatId(Uuid::from_u128(1)),
            inspected_on: day("2018-03-01"),
            inspector: inspector.into(),
        }
    }

    fn codes(outcome: &RowOutcome) -> Vec<&str> {
        match outcome {
            RowOutcome::Refused(mistakes) => mistakes.iter().map(|m| m.code.as_str()).collect(),
            _ => vec![],
        }
    }

    #[test]
    fn rows_of_one_flat_day_and_inspector_make_one_inspection() {
        let rows = [
            row("张三", "净高", "1 2"),
            row("李四", "净高", "1 2"),
            row("张三", "开间", "3"),
        ];
        let forms = read(&rows);
        let outcomes = forms.compare(&rows, &Standing::new());
        assert_eq!(outcomes, vec![RowOutcome::New; 3]);
        let written = forms.inspections(&rows, &outcomes, &Standing::new());
        let shape: Vec<(&str, usize)> = written
            .iter()
            .map(|w| (w.inspector.as_str(), w.items.len()))
            .collect();
        assert_eq!(shape, [("张三", 2), ("李四", 1)]);
    }

    #[test]
    fn a_corrected_row_keeps_the_items_the_file_does_not_name() {
        let first = [row("张三", "净高", "1 2"), row("张三", "开间", "3")];
        let forms = read(&first);
        let items = first
            .iter()
            .zip(&forms.read)
            .map(|(_, item)| item.clone().unwrap());
        let standing = Standing::from([(key("张三"), items.collect::<Vec<_>>())]);
        let outcomes = forms.compare(&first, &standing);
        assert_eq!(outcomes, vec![RowOutcome::Unchanged; 2]);
        assert!(forms.inspections(&first, &outcomes, &standing).is_empty());

        let correction = [row("张三", "净高", "1 3")];
        let forms = read(&correction);
        let outcomes = forms.compare(&correction, &standing);
        let change = FieldChange {
            field: "points",
            old: Some("1.00; 2.00".into()),
            new: "1.00; 3.00".into(),
            note: None,
        };
        assert_eq!(outcomes, [RowOutcome::Changed(vec![change])]);
        let written = forms.inspections(&correction, &outcomes, &standing);
        let names: Vec<&str> = written[0].items.iter().map(|i| i.item.as_str()).collect();
        assert_eq!(names, ["净高", "开间"]);
    }

    #[test]
    fn a_refused_row_keeps_its_whole_inspection_back() {
        let mut unjudgeable = row("张三", "开间", "3");
        (unjudgeable.lower, unjudgeable.upper) = (None, None);
        let rows = [
            row("张三", "净高", "1"),
            unjudgeable,
            row("李四", "净高", "1"),
            row("李四", "净高", "x"),
        ];
        let forms = read(&rows);
        let outcomes = forms.compare(&rows, &Standing::new());
        assert_eq!(codes(&outcomes[1]), ["tolerance-missing"]);
        assert_eq!(codes(&outcomes[3]), ["measure-not-a-number", "item-twice"]);
        assert!(
            forms
                .inspections(&rows, &outcomes, &Standing::new())
                .is_empty()
        );
    }

    #[test]
    fn an_unknown_flat_and_a_day_to_come_are_refused() {
        let rows = [row("张三", "净高", "1"), row("张三", "净高", "1")];
        let forms = forms(&rows, &[None, FLAT], day("2018-02-28"));
        let outcomes = forms.compare(&rows, &Standing::new());
        assert_eq!(codes(&outcomes[0]), ["flat-unknown", "day-in-future"]);
        assert_eq!(codes(&outcomes[1]), ["day-in-future"]);
    }

    #[test]
    fn the_hundred_and_first_item_is_refused() {
        let rows: Vec<PointsRow> = (0..=ITEMS_MAX)
            .map(|n| row("张三", &format!("净高{n}"), "1"))
            .collect();
        let outcomes = read(&rows).compare(&rows, &Standing::new());
        assert_eq!(outcomes[ITEMS_MAX - 1], RowOutcome::New);
        assert_eq!(codes(&outcomes[ITEMS_MAX]), ["too-many-items"]);
    }
}
