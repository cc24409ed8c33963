//! Tables: every cell read, every row once, sorted for looking up.

use std::collections::BTreeMap;

use super::Compiling;
use crate::{
    compensation::{
        reading::{self, shared},
        table::{Row, Table, TableColumn, TableKey},
        value::{Base, Value},
    },
    plans::{self, Fault, FaultCode, Id, Match, Scalar},
};

impl Compiling<'_> {
    pub(super) fn tables(&mut self) {
        for (n, table) in self.document.tables.iter().enumerate() {
            let pointer = format!("/tables/{n}");
            self.table_head(&pointer, table);
            let mut rows = vec![];
            for (r, row) in table.rows.iter().enumerate() {
                rows.extend(
                    self.row(&format!("{pointer}/rows/{r}"), table, row)
                        .map(|row| (r, row)),
                );
            }
            let otherwise = table.otherwise.as_ref().and_then(|cells| {
                let at = format!("{pointer}/otherwise");
                self.known_cells(&at, table, cells, false);
                let cells = self.columns(&at, table, cells)?;
                Some(Row {
                    keys: vec![],
                    cells,
                    label: "其余（otherwise）".into(),
                })
            });
            let keys: Vec<TableKey> = table.keys.iter().map(key).collect();
            rows.sort_by(|(_, a), (_, b)| Table::order(&keys, &a.keys, &b.keys));
            for pair in rows.windows(2) {
                let [(first, a), (second, b)] = pair else {
                    continue;
                };
                if Table::order(&keys, &a.keys, &b.keys).is_eq() {
                    self.twice(&pointer, table, *first, *second, &a.label);
                }
            }
            self.names.add_table(Table {
                name: shared(table.id.as_str()),
                title: shared(table.title.as_str()),
                title_en: table.title_en.as_ref().map(|text| shared(text.as_str())),
                rule: table.rule.as_ref().map(|text| shared(text.as_str())),
                keys,
                columns: table.columns.iter().map(column).collect(),
                rows: rows.into_iter().map(|(_, row)| row).collect(),
                otherwise,
            });
        }
    }

    /// Keys and columns once each, at most one key that is not exact, and that one ordered.
    fn table_head(&mut self, pointer: &str, table: &plans::Table) {
        let mut seen: Vec<&Id> = vec![];
        let keys = table
            .keys
            .iter()
            .enumerate()
            .map(|(n, key)| (format!("keys/{n}"), &key.id));
        let columns = table.columns.iter().enumerate();
        let columns = columns.map(|(n, column)| (format!("columns/{n}"), &column.id));
        for (at, id) in keys.chain(columns) {
            if seen.contains(&id) {
                let at = format!("{pointer}/{at}/id");
                self.faults.push(super::taken(&at, id.as_str(), pointer));
            }
            seen.push(id);
        }
        let ranged = table
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| !key.matching.is_exact());
        for (nth, (n, key)) in ranged.enumerate() {
            let ordered = matches!(Base::from(key.kind), Base::Number | Base::Date);
            if nth > 0 || !ordered {
                self.faults.push(
                    Fault::new(
                        FaultCode::RangedKeys,
                        format!("{pointer}/keys/{n}/match"),
                        "一张表只能有一个 from 或 up_to 的键，且应为数字或日期",
                        "one key of a table can be `from` or `up_to`, and it is a number or a date",
                    )
                    .of(table.id.as_str()),
                );
            }
        }
    }

    fn row(
        &mut self,
        pointer: &str,
        table: &plans::Table,
        cells: &BTreeMap<Id, Scalar>,
    ) -> Option<Row> {
        self.known_cells(pointer, table, cells, true);
        let mut keys = vec![];
        let mut label = vec![];
        for key in &table.keys {
            let value = self.cell(pointer, table, cells, &key.id, key.kind.into())?;
            let sign = match key.matching {
                Match::Exact => "=",
                Match::From => "≥",
                Match::UpTo => "≤",
            };
            label.push(format!("{} {sign} {value}", key.id));
            keys.push(value);
        }
        let cells = self.columns(pointer, table, cells)?;
        Some(Row {
            keys,
            cells,
            label: label.join(", ").into(),
        })
    }

    fn columns(
        &mut self,
        pointer: &str,
        table: &plans::Table,
        cells: &BTreeMap<Id, Scalar>,
    ) -> Option<Vec<Value>> {
        let each = table.columns.iter();
        let each =
            each.map(|column| self.cell(pointer, table, cells, &column.id, column.kind.into()));
        // All of them, so that every mistake of a row is told.
        each.collect::<Vec<_>>().into_iter().collect()
    }

    fn cell(
        &mut self,
        pointer: &str,
        table: &plans::Table,
        cells: &BTreeMap<Id, Scalar>,
        id: &Id,
        base: Base,
    ) -> Option<Value> {
        let at = format!("{pointer}/{id}");
        let read = match cells.get(id) {
            Some(given) => reading::scalar(given, base, &at),
            None => Err(Fault::new(
                FaultCode::CellMissing,
                at,
                format!("该行缺少 {id}"),
                format!("this row has no `{id}`"),
            )),
        };
        self.faults
            .keep(read.map_err(|fault| fault.of(table.id.as_str())))
    }

    fn known_cells(
        &mut self,
        pointer: &str,
        table: &plans::Table,
        cells: &BTreeMap<Id, Scalar>,
        keys: bool,
    ) {
        for id in cells.keys() {
            let key = keys && table.keys.iter().any(|key| key.id == *id);
            if !key && !table.columns.iter().any(|column| column.id == *id) {
                self.faults.push(
                    Fault::new(
                        FaultCode::CellUnknown,
                        format!("{pointer}/{id}"),
                        format!("表中没有键或列 {id}"),
                        format!("the table has no key or column `{id}`"),
                    )
                    .of(table.id.as_str()),
                );
            }
        }
    }

    fn twice(
        &mut self,
        pointer: &str,
        table: &plans::Table,
        first: usize,
        second: usize,
        label: &str,
    ) {
        let (first, second) = (first.min(second), first.max(second));
        self.faults.push(
            Fault::new(
                FaultCode::RowTwice,
                format!("{pointer}/rows/{second}"),
                format!("与第 {} 行重复：{label}", first + 1),
                format!("the same as row {}: {label}", first + 1),
            )
            .of(table.id.as_str()),
        );
    }
}

fn key(key: &plans::Key) -> TableKey {
    TableKey {
        name: shared(key.id.as_str()),
        base: key.kind.into(),
        matching: key.matching,
    }
}

fn column(column: &plans::Column) -> TableColumn {
    TableColumn {
        name: shared(column.id.as_str()),
        base: column.kind.into(),
        unit: column.unit.as_ref().map(|unit| shared(unit.as_str())),
    }
}
