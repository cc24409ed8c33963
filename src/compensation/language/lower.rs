//! Holds the tree of a formula against the declarations of the plan.

use std::sync::Arc;

use zen_expression::parser::Node;

use super::{
    names::{Frame, Names},
    read::{self, Misread, Spans},
    tree::{Expr, Op},
};
use crate::{
    compensation::value::{Base, Kind, Value},
    plans::{self, Fault, FaultCode, limits},
};

/// A formula that can be computed, and where it stands in the plan.
#[derive(Debug, Clone)]
pub(crate) struct Formula {
    pub(crate) text: Arc<str>,
    pub(crate) expr: Expr,
    pub(crate) kind: Kind,
    /// JSON pointer into the document.
    pub(crate) pointer: Arc<str>,
    /// The line, value or table it belongs to.
    pub(crate) item: Arc<str>,
}

impl Formula {
    /// Reads a formula and holds it against the names it may use.
    pub(crate) fn compile(
        text: &plans::Formula,
        pointer: String,
        item: &Arc<str>,
        names: &Names,
        frame: Option<Frame>,
    ) -> Result<Self, Fault> {
        let text = text.as_str();
        let lowered = read::read(text, |root, spans| {
            let mut lowering = Lowering {
                names,
                spans,
                text,
                frames: frame.into_iter().collect(),
            };
            let (expr, kind) = lowering.lower(root)?;
            if expr.depth() > limits::FORMULA_DEPTH {
                return Err(read::too_deep(0));
            }
            Ok((expr, kind))
        });
        let (expr, kind) = lowered.map_err(|wrong| fault(wrong, text, pointer.clone(), item))?;
        Ok(Self {
            text: text.into(),
            expr,
            kind,
            pointer: pointer.into(),
            item: item.clone(),
        })
    }

    /// Refuses a formula that gives something else, or may give nothing.
    pub(crate) fn gives(self, wanted: Base) -> Result<Self, Fault> {
        let refused = if self.kind.may_be_empty {
            (
                FaultCode::FormulaMayBeEmpty,
                "结果可能为空；请用 ?? 给出缺省".to_owned(),
                "the result may be empty; say with `??` what applies then".to_owned(),
            )
        } else if self.kind.base == wanted {
            return Ok(self);
        } else {
            let (found, wanted) = (self.kind.base, wanted);
            (
                FaultCode::FormulaType,
                format!("结果是{}，应为{}", found.zh(), wanted.zh()),
                format!("it gives {}, and must give {}", found.en(), wanted.en()),
            )
        };
        let (code, zh, en) = refused;
        Err(Fault::new(code, &*self.pointer, zh, en)
            .of(&*self.item)
            .in_formula(&self.text, 1))
    }
}

fn fault(wrong: Misread, text: &str, pointer: String, item: &Arc<str>) -> Fault {
    let column = text.get(..wrong.at).unwrap_or(text).chars().count() + 1;
    Fault::new(wrong.code, pointer, wrong.zh, wrong.en)
        .of(&**item)
        .in_formula(text, column)
}

pub(super) struct Lowering<'a, 's> {
    pub(super) names: &'a Names,
    pub(super) spans: &'s Spans,
    pub(super) text: &'a str,
    /// The items at hand, the outermost first.
    pub(super) frames: Vec<Frame>,
}

pub(super) type Lowered = Result<(Expr, Kind), Misread>;

impl Lowering<'_, '_> {
    pub(super) fn lower(&mut self, node: &Node<'_>) -> Lowered {
        match node {
            Node::Number(number) => self.constant(node, Value::Number(*number), Kind::NUMBER),
            Node::Bool(flag) => self.constant(node, Value::Flag(*flag), Kind::FLAG),
            Node::String(text) => self.constant(node, Value::Text((*text).into()), Kind::TEXT),
            Node::Identifier(name) => self.name(node, name),
            Node::Member { .. } => self.member(node),
            Node::Parenthesized(inner) => {
                let (inner, kind) = self.lower(inner)?;
                Ok((self.expr(node, Op::Parenthesised(Box::new(inner))), kind))
            }
            Node::Unary {
                node: inner,
                operator,
            } => self.unary(node, inner, *operator),
            Node::Binary {
                left,
                operator,
                right,
            } => self.binary(node, left, *operator, right),
            Node::Conditional {
                condition,
                on_true,
                on_false,
            } => self.conditional(node, condition, on_true, on_false),
            Node::FunctionCall { kind, arguments } => self.call(node, kind, arguments),
            Node::Null => Err(self.wrong(
                node,
                FaultCode::FormulaNotAllowed,
                "null 只能用于 x == null 或 x != null",
                "null stands only in `x == null` and `x != null`",
            )),
            _ => Err(self.wrong(
                node,
                FaultCode::FormulaNotAllowed,
                "方案的公式没有这种写法",
                "formulas of plans have nothing of this kind",
            )),
        }
    }

    pub(super) fn at(&self, node: &Node<'_>) -> usize {
        self.spans.of(node).0
    }

    pub(super) fn wrong(
        &self,
        node: &Node<'_>,
        code: FaultCode,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Misread {
        Misread::new(code, self.at(node), zh, en)
    }

    pub(super) fn expr(&self, node: &Node<'_>, op: Op) -> Expr {
        let before = self.text.get(..self.at(node)).unwrap_or_default();
        Expr {
            op,
            column: before.chars().count() + 1,
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "one arm among fallible ones")]
    fn constant(&self, node: &Node<'_>, value: Value, kind: Kind) -> Lowered {
        Ok((self.expr(node, Op::Const(value)), kind))
    }

    /// A part that gives `wanted`, and surely something.
    pub(super) fn sure(&mut self, node: &Node<'_>, wanted: Base) -> Result<Expr, Misread> {
        let (expr, kind) = self.lower(node)?;
        self.must_be(node, kind, wanted)?;
        Ok(expr)
    }

    pub(super) fn must_be(&self, node: &Node<'_>, kind: Kind, wanted: Base) -> Result<(), Misread> {
        if kind.base != wanted {
            return Err(self.wrong(
                node,
                FaultCode::FormulaType,
                format!("此处是{}，应为{}", kind.base.zh(), wanted.zh()),
                format!("this is {}, and must be {}", kind.base.en(), wanted.en()),
            ));
        }
        self.must_be_there(node, kind)
    }

    pub(super) fn must_be_there(&self, node: &Node<'_>, kind: Kind) -> Result<(), Misread> {
        if !kind.may_be_empty {
            return Ok(());
        }
        let (start, end) = self.spans.of(node);
        let name = self.text.get(start..end).unwrap_or_default();
        Err(self.wrong(
            node,
            FaultCode::FormulaMayBeEmpty,
            format!("{name} 可能为空；请写 {name} ?? 缺省值"),
            format!("`{name}` may be empty; write `{name} ?? …`"),
        ))
    }

    fn name(&self, node: &Node<'_>, name: &str) -> Lowered {
        if let Some(slot) = self.names.slot(name) {
            let found = &self.names.slots[slot];
            if let Base::List(_) = found.kind.base {
                return Err(self.wrong(
                    node,
                    FaultCode::FormulaType,
                    format!("{name} 是列表；请用 sum(map({name}, …)) 等"),
                    format!("`{name}` is a list; use `sum(map({name}, …))` and the like"),
                ));
            }
            return Ok((self.expr(node, Op::Slot(slot)), found.kind));
        }
        if self.names.table(name).is_some() {
            return Err(self.wrong(
                node,
                FaultCode::FormulaType,
                format!("{name} 是表；请写 {name}[键]"),
                format!("`{name}` is a table; write `{name}[key]`"),
            ));
        }
        Err(self.unknown(node, name))
    }

    pub(super) fn unknown(&self, node: &Node<'_>, name: &str) -> Misread {
        match self.names.declared_at(name) {
            Some(pointer) => self.wrong(
                node,
                FaultCode::NameLater,
                format!("{name} 在后面（{pointer}）才定义；公式只能用前面的名称"),
                format!(
                    "`{name}` is declared below, at {pointer}; a formula uses what stands above it"
                ),
            ),
            None => self.wrong(
                node,
                FaultCode::NameUnknown,
                format!("没有名为 {name} 的常数、事实、表、值或明细"),
                format!("no constant, input, table, value or line is called `{name}`"),
            ),
        }
    }
}
