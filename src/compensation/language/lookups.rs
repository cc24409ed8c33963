//! What a formula reads: facts, steps, earlier lines, fields of items and cells of tables.

use std::sync::Arc;

use super::{
    machine::{Cell, Computed, Machine, Stop, stop},
    names::{Origin, Slot},
    tree::Expr,
};
use crate::{
    compensation::{
        statement::{Use, UseFrom},
        value::Value,
    },
    plans::{Fault, FaultCode},
};

impl Machine<'_> {
    /// What a place holds, without noting that it was used.
    fn read(&self, place: usize) -> Computed {
        match &self.cells[place] {
            Cell::Ready(value) => Ok(value.clone()),
            Cell::Failed(fault) => Err(Box::new(Stop::Earlier(fault.clone()))),
            Cell::Absent => {
                let slot = &self.names.slots[place];
                if slot.kind.may_be_empty {
                    return Ok(Value::Empty);
                }
                Err(Box::new(Stop::Earlier(Arc::new(absent(slot)))))
            }
        }
    }

    pub(super) fn slot(&mut self, place: usize) -> Computed {
        let value = self.read(place)?;
        let slot = &self.names.slots[place];
        let source = &self.sources[place];
        self.trace.note((0, place, 0), || Use {
            from: slot.origin.into(),
            name: match slot.origin {
                Origin::Choice => format!("choice.{}", slot.name).into(),
                _ => slot.name.clone(),
            },
            title: slot.title.clone(),
            title_en: slot.title_en.clone(),
            value: value.print(slot.decimals),
            unit: slot.unit.clone(),
            source: source.clone(),
            row: None,
            rule: slot.rule.clone(),
        });
        self.write_value(&value, slot.decimals);
        Ok(value)
    }

    /// The items of a list; how many there are is noted.
    pub(super) fn list(&mut self, place: usize) -> Computed {
        let value = self.read(place)?;
        let slot = &self.names.slots[place];
        let source = &self.sources[place];
        self.trace.note((0, place, 0), || Use {
            from: slot.origin.into(),
            name: slot.name.clone(),
            title: slot.title.clone(),
            title_en: slot.title_en.clone(),
            value: value.to_string(),
            unit: Some("项".into()),
            source: source.clone(),
            row: None,
            rule: None,
        });
        Ok(value)
    }

    pub(super) fn field(&mut self, frame: usize, shape: usize, field: usize) -> Value {
        let (number, item) = &self.frames[frame];
        let (number, value) = (*number, item[field].clone());
        let shape_of = &self.names.shapes[shape];
        let declared = &shape_of.fields[field];
        let source = self
            .names
            .slot(&shape_of.list)
            .and_then(|list| self.sources[list].clone());
        self.trace.note((1, shape * 1_000 + field, number), || Use {
            from: UseFrom::Item,
            name: format!("{}[{number}].{}", shape_of.list, declared.name).into(),
            title: declared.title.clone(),
            title_en: declared.title_en.clone(),
            value: value.print(declared.decimals),
            unit: declared.unit.clone(),
            source,
            row: None,
            rule: None,
        });
        self.write_value(&value, declared.decimals);
        value
    }

    pub(super) fn cell(
        &mut self,
        expr: &Expr,
        place: usize,
        keys: &[Expr],
        column: usize,
    ) -> Computed {
        let mut wanted = Vec::with_capacity(keys.len());
        for key in keys {
            wanted.push(self.muted(key)?);
        }
        let table = &self.names.tables[place];
        let Some(row) = table.find(&wanted) else {
            let (name, title, keys) = (&table.name, &table.title, table.told(&wanted));
            return stop(
                expr,
                FaultCode::RowMissing,
                format!("表 {name}（{title}）没有 {keys} 的行"),
                format!("the table `{name}` has no row for {keys}"),
            );
        };
        let value = row.cells[column].clone();
        let declared = &table.columns[column];
        let row_place = std::ptr::from_ref(row).addr();
        self.trace
            .note((2, place * 1_000 + column, row_place), || Use {
                from: UseFrom::Table,
                name: match &table.columns[..] {
                    [_] => table.name.clone(),
                    _ => format!("{}.{}", table.name, declared.name).into(),
                },
                title: table.title.clone(),
                title_en: table.title_en.clone(),
                value: value.to_string(),
                unit: declared.unit.clone(),
                source: None,
                row: Some(row.label.clone()),
                rule: table.rule.clone(),
            });
        self.write_value(&value, None);
        Ok(value)
    }
}

/// Why nothing is there.
fn absent(slot: &Slot) -> Fault {
    let (name, title) = (&slot.name, &slot.title);
    match slot.origin {
        Origin::Choice => Fault::new(
            FaultCode::ChoiceOpen,
            format!("/choices/{name}"),
            format!("「{title}」尚未决定采用哪种解释"),
            format!("the choice `{name}` is open"),
        ),
        _ => Fault::new(
            FaultCode::FactMissing,
            format!("/facts/{name}"),
            format!("缺少事实：{title}（{name}）"),
            format!("the fact `{name}` is needed and was not given"),
        ),
    }
    .of(&**name)
}

impl From<Origin> for UseFrom {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Constant => Self::Constant,
            Origin::Input => Self::Fact,
            Origin::Choice => Self::Choice,
            Origin::Option => Self::Option,
            Origin::Value => Self::Value,
            Origin::Entitlement => Self::Entitlement,
            Origin::Line => Self::Line,
        }
    }
}
