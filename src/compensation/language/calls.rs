//! Functions: the few that plans need.

use rust_decimal::prelude::ToPrimitive as _;
use zen_expression::{
    functions::{ClosureFunction, FunctionKind, InternalFunction},
    parser::Node,
};

use super::{
    lower::{Lowered, Lowering},
    names::Frame,
    read::Misread,
    tree::{Expr, Items, Many, Op},
};
use crate::{
    compensation::value::{Base, Kind, Value},
    plans::FaultCode,
};

impl Lowering<'_, '_> {
    pub(super) fn call(
        &mut self,
        node: &Node<'_>,
        kind: &FunctionKind,
        arguments: &[&Node<'_>],
    ) -> Lowered {
        use {ClosureFunction as Over, InternalFunction as Plain};
        match (kind, arguments) {
            (FunctionKind::Internal(Plain::Max), [of]) => self.extreme(node, true, of),
            (FunctionKind::Internal(Plain::Min), [of]) => self.extreme(node, false, of),
            (FunctionKind::Internal(Plain::Sum), [of]) => {
                let (many, base) = self.many(of)?;
                self.must_be(of, Kind::sure(base), Base::Number)?;
                Ok((self.expr(node, Op::Sum(many)), Kind::NUMBER))
            }
            (FunctionKind::Internal(Plain::Round), [number, places]) => {
                self.round(node, number, places)
            }
            (FunctionKind::Internal(Plain::Round), [number]) => {
                let number = Box::new(self.sure(number, Base::Number)?);
                Ok((self.expr(node, Op::Round(number, 0)), Kind::NUMBER))
            }
            (
                FunctionKind::Internal(name @ (Plain::Floor | Plain::Ceil | Plain::Abs)),
                [number],
            ) => {
                let number = Box::new(self.sure(number, Base::Number)?);
                let op = match name {
                    Plain::Floor => Op::Floor(number),
                    Plain::Ceil => Op::Ceil(number),
                    _ => Op::Abs(number),
                };
                Ok((self.expr(node, op), Kind::NUMBER))
            }
            (FunctionKind::Internal(Plain::Len), [list]) => {
                let (items, _) = self.items(list)?;
                Ok((self.expr(node, Op::Count(items, None)), Kind::NUMBER))
            }
            (FunctionKind::Closure(Over::Count), [list, body]) => {
                let (items, body) = self.over(list, body, Base::Flag)?;
                let op = Op::Count(items, Some(Box::new(body)));
                Ok((self.expr(node, op), Kind::NUMBER))
            }
            (FunctionKind::Closure(name @ (Over::All | Over::Some)), [list, body]) => {
                let (items, body) = self.over(list, body, Base::Flag)?;
                let every = *name == Over::All;
                let op = Op::Holds { every, items, body: Box::new(body) };
                Ok((self.expr(node, op), Kind::FLAG))
            }
            (FunctionKind::Closure(Over::Map | Over::Filter), _) => Err(self.wrong(
                node,
                FaultCode::FormulaType,
                "map 和 filter 只能放在 sum、min、max、count、len、some、all 之中",
                "`map` and `filter` stand inside `sum`, `min`, `max`, `count`, `len`, `some`, `all` only",
            )),
            _ => Err(self.no_function(node, kind)),
        }
    }

    fn no_function(&self, node: &Node<'_>, kind: &FunctionKind) -> Misread {
        self.wrong(
            node,
            FaultCode::FunctionUnknown,
            format!("方案中没有函数 {kind}，或参数个数不对；可用：min max sum round floor ceil abs map filter count len some all"),
            format!("plans have no function `{kind}` with these arguments; there are min, max, sum, round, floor, ceil, abs, map, filter, count, len, some, all"),
        )
    }

    fn extreme(&mut self, node: &Node<'_>, largest: bool, of: &Node<'_>) -> Lowered {
        let (many, base) = self.many(of)?;
        if base != Base::Date {
            self.must_be(of, Kind::sure(base), Base::Number)?;
        }
        let op = Op::Extreme { largest, of: many };
        Ok((self.expr(node, op), Kind::sure(base)))
    }

    fn round(&mut self, node: &Node<'_>, number: &Node<'_>, places: &Node<'_>) -> Lowered {
        let number = Box::new(self.sure(number, Base::Number)?);
        let written = match self.sure(places, Base::Number)?.op {
            Op::Const(Value::Number(written)) => written.to_u32().filter(|_| written.is_integer()),
            _ => None,
        };
        let Some(written) = written.filter(|written| *written <= 10) else {
            return Err(self.wrong(
                places,
                FaultCode::FormulaNotAllowed,
                "round 的位数应写明 0 到 10",
                "the decimals of `round` are written out, 0 to 10",
            ));
        };
        Ok((self.expr(node, Op::Round(number, written)), Kind::NUMBER))
    }

    /// `[a, b]` or `map(list, …)`, and what each is.
    fn many(&mut self, node: &Node<'_>) -> Result<(Many, Base), Misread> {
        match node {
            Node::Array(each) if !each.is_empty() => {
                let (first, kind) = self.lower(each[0])?;
                self.must_be_there(each[0], kind)?;
                let mut found = vec![first];
                for one in &each[1..] {
                    found.push(self.sure(one, kind.base)?);
                }
                Ok((Many::Listed(found), kind.base))
            }
            Node::FunctionCall {
                kind: FunctionKind::Closure(ClosureFunction::Map),
                arguments: [list, body],
            } => {
                let (items, body) = self.over(list, body, Base::Number)?;
                Ok((Many::Mapped(items, Box::new(body)), Base::Number))
            }
            _ => Err(self.wrong(
                node,
                FaultCode::FormulaType,
                "此处应为 [a, b] 或 map(列表, …)",
                "`[a, b]` or `map(list, …)` belongs here",
            )),
        }
    }

    fn items(&mut self, node: &Node<'_>) -> Result<(Items, usize), Misread> {
        if let Node::FunctionCall {
            kind: FunctionKind::Closure(ClosureFunction::Filter),
            arguments: [list, condition],
        } = node
        {
            let (mut items, shape) = self.items(list)?;
            items.filters.push(self.body(condition, shape, Base::Flag)?);
            return Ok((items, shape));
        }
        let (slot, shape) = self.list(node)?;
        let filters = vec![];
        Ok((Items { slot, filters }, shape))
    }

    /// A list, and what is done with each of its items.
    fn over(
        &mut self,
        list: &Node<'_>,
        body: &Node<'_>,
        wanted: Base,
    ) -> Result<(Items, Expr), Misread> {
        let (items, shape) = self.items(list)?;
        let body = self.body(body, shape, wanted)?;
        Ok((items, body))
    }

    fn body(&mut self, node: &Node<'_>, shape: usize, wanted: Base) -> Result<Expr, Misread> {
        let Node::Closure { body, alias } = node else {
            return Err(self.wrong(
                node,
                FaultCode::FormulaSyntax,
                "此处应为对每一项的计算，例如 #.area",
                "what is done with each item belongs here, such as `#.area`",
            ));
        };
        let alias = alias.map(str::to_owned);
        self.frames.push(Frame { alias, shape });
        let found = self.sure(body, wanted);
        self.frames.pop();
        found
    }
}
