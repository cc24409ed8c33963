//! What stands behind a point or in brackets: readings, cells of tables, fields of items.

use zen_expression::parser::Node;

use super::{
    lower::{Lowered, Lowering},
    read::Misread,
    tree::{Expr, Op},
};
use crate::{
    compensation::{
        table::Table,
        value::{Base, Kind, Value},
    },
    plans::FaultCode,
};

impl Lowering<'_, '_> {
    pub(super) fn member(&mut self, node: &Node<'_>) -> Lowered {
        let (root, members) = chain(node);
        match root {
            Node::Identifier("choice") => self.reading(node, &members),
            Node::Pointer => self.field(node, self.frames.len().checked_sub(1), &members),
            Node::Identifier(name) => {
                let frame = self
                    .frames
                    .iter()
                    .rposition(|frame| frame.alias.as_deref() == Some(*name));
                if frame.is_some() {
                    return self.field(node, frame, &members);
                }
                if let Some(table) = self.names.table(name) {
                    return self.cell(node, table, &members);
                }
                if self.names.slot(name).is_none() {
                    return Err(self.unknown(root, name));
                }
                Err(self.wrong(
                    node,
                    FaultCode::FormulaType,
                    format!("{name} 不是表，后面不能有 . 或 [ ]"),
                    format!("`{name}` is no table; nothing can stand behind it in `.` or `[ ]`"),
                ))
            }
            _ => Err(self.wrong(
                node,
                FaultCode::FormulaNotAllowed,
                ". 和 [ ] 只能跟在表、choice 和列表项之后",
                "`.` and `[ ]` stand behind tables, `choice` and items of lists only",
            )),
        }
    }

    /// `choice.bonus_base`
    fn reading(&self, node: &Node<'_>, members: &[&Node<'_>]) -> Lowered {
        let [Node::String(name)] = members else {
            return Err(self.wrong(
                node,
                FaultCode::FormulaSyntax,
                "请写 choice.名称",
                "write `choice.name`",
            ));
        };
        match self.names.choice(name) {
            Some(slot) => Ok((self.expr(node, Op::Slot(slot)), Kind::TEXT)),
            None => Err(self.wrong(
                members[0],
                FaultCode::NameUnknown,
                format!("choices 中没有 {name}"),
                format!("`choices` has no `{name}`"),
            )),
        }
    }

    /// `#.area`, `building.area`
    fn field(&self, node: &Node<'_>, frame: Option<usize>, members: &[&Node<'_>]) -> Lowered {
        let (Some(frame), [Node::String(name)]) = (frame, members) else {
            return Err(self.wrong(
                node,
                FaultCode::FormulaSyntax,
                "请写 #.字段 或 别名.字段",
                "write `#.field`, or the name of the item and its field",
            ));
        };
        let shape = self.frames[frame].shape;
        let fields = &self.names.shapes[shape].fields;
        if let Some(field) = fields.iter().position(|field| *field.name == **name) {
            let kind = fields[field].kind;
            let op = Op::Field {
                frame,
                shape,
                field,
            };
            return Ok((self.expr(node, op), kind));
        }
        let known: Vec<&str> = fields.iter().map(|field| &*field.name).collect();
        let known = known.join(", ");
        Err(self.wrong(
            members[0],
            FaultCode::NameUnknown,
            format!("没有字段 {name}；可用：{known}"),
            format!("there is no field `{name}`; known are {known}"),
        ))
    }

    /// `rates[use]`, `tariff[zone][use].rate`
    fn cell(&mut self, node: &Node<'_>, place: usize, members: &[&Node<'_>]) -> Lowered {
        let table = &self.names.tables[place];
        if members.len() < table.keys.len() {
            let (name, wanted) = (&table.name, table.spelled());
            return Err(self.wrong(
                node,
                FaultCode::FormulaSyntax,
                format!("查表 {name} 应写作 {wanted}"),
                format!("the table `{name}` is read as `{wanted}`"),
            ));
        }
        let (keys, rest) = members.split_at(table.keys.len());
        let column = self.column(node, table, rest)?;
        let mut found = vec![];
        for (key, wanted) in keys.iter().zip(&table.keys) {
            found.push(self.sure(key, wanted.base)?);
        }
        self.row_exists(keys[0], table, &found)?;
        let kind = Kind::sure(table.columns[column].base);
        let op = Op::Cell {
            table: place,
            keys: found,
            column,
        };
        Ok((self.expr(node, op), kind))
    }

    fn column(&self, node: &Node<'_>, table: &Table, rest: &[&Node<'_>]) -> Result<usize, Misread> {
        let named = match rest {
            [] if table.columns.len() == 1 => Some(0),
            [Node::String(name)] => table.columns.iter().position(|c| *c.name == **name),
            _ => None,
        };
        named.ok_or_else(|| {
            let known: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
            let (known, wanted) = (known.join(", "), table.spelled());
            self.wrong(
                rest.first().copied().unwrap_or(node),
                FaultCode::NameUnknown,
                format!("应写作 {wanted}；列：{known}"),
                format!("it is read as `{wanted}`; its columns are {known}"),
            )
        })
    }

    /// A key that is written out must have a row.
    fn row_exists(&self, node: &Node<'_>, table: &Table, keys: &[Expr]) -> Result<(), Misread> {
        let fixed = keys.iter().map(|key| match &key.op {
            Op::Const(value) => Some(value.clone()),
            _ => None,
        });
        let Some(fixed) = fixed.collect::<Option<Vec<Value>>>() else {
            return Ok(());
        };
        if table.find(&fixed).is_some() {
            return Ok(());
        }
        let (name, keys) = (&table.name, table.told(&fixed));
        Err(self.wrong(
            node,
            FaultCode::RowMissing,
            format!("表 {name} 没有 {keys} 的行"),
            format!("the table `{name}` has no row for {keys}"),
        ))
    }

    /// The list a function goes through, with its filters: `buildings`, `filter(buildings, …)`.
    pub(super) fn list(&self, node: &Node<'_>) -> Result<(usize, usize), Misread> {
        let wrong = || {
            self.wrong(
                node,
                FaultCode::FormulaType,
                "此处应为列表类型的事实，或 filter(列表, 条件)",
                "a list belongs here: an input of type `list`, or `filter(list, condition)`",
            )
        };
        match node {
            Node::Identifier(name) => {
                match self.names.slot(name).map(|s| self.names.slots[s].kind.base) {
                    Some(Base::List(_)) => self.names.list(name).ok_or_else(wrong),
                    Some(_) => Err(wrong()),
                    None => Err(self.unknown(node, name)),
                }
            }
            _ => Err(wrong()),
        }
    }
}

/// What is at the root of a chain of members, and the members from the left.
fn chain<'n, 'a>(node: &'n Node<'a>) -> (&'n Node<'a>, Vec<&'n Node<'a>>) {
    let (mut root, mut members) = (node, vec![]);
    while let Node::Member { node, property } = root {
        members.push(*property);
        root = node;
    }
    members.reverse();
    (root, members)
}
