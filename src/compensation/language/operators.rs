//! Operators: what may stand on either side, and what comes out.

use zen_expression::{
    lexer::{ArithmeticOperator, ComparisonOperator, LogicalOperator, Operator},
    parser::Node,
};

use super::{
    lower::{Lowered, Lowering},
    read::Misread,
    tree::{Arithmetic, Comparison, Expr, Op},
};
use crate::{
    compensation::value::{Base, Kind, Value},
    plans::FaultCode,
};

impl Lowering<'_, '_> {
    pub(super) fn unary(
        &mut self,
        node: &Node<'_>,
        inner: &Node<'_>,
        operator: Operator,
    ) -> Lowered {
        match operator {
            Operator::Arithmetic(ArithmeticOperator::Subtract) => {
                let inner = self.sure(inner, Base::Number)?;
                Ok((self.expr(node, Op::Negate(Box::new(inner))), Kind::NUMBER))
            }
            Operator::Arithmetic(ArithmeticOperator::Add) => {
                Ok((self.sure(inner, Base::Number)?, Kind::NUMBER))
            }
            Operator::Logical(LogicalOperator::Not) => {
                let inner = self.sure(inner, Base::Flag)?;
                Ok((self.expr(node, Op::Not(Box::new(inner))), Kind::FLAG))
            }
            other => Err(self.no_operator(node, other)),
        }
    }

    fn no_operator(&self, node: &Node<'_>, operator: Operator) -> Misread {
        self.wrong(
            node,
            FaultCode::FormulaNotAllowed,
            format!("公式中没有运算符「{operator}」"),
            format!("formulas have no operator `{operator}`"),
        )
    }

    pub(super) fn binary(
        &mut self,
        node: &Node<'_>,
        left: &Node<'_>,
        operator: Operator,
        right: &Node<'_>,
    ) -> Lowered {
        match operator {
            Operator::Arithmetic(sign) => self.arithmetic(node, left, sign, right),
            Operator::Logical(LogicalOperator::NullishCoalescing) => {
                self.or_else(node, left, right)
            }
            Operator::Logical(word) => {
                let a = Box::new(self.sure(left, Base::Flag)?);
                let b = Box::new(self.sure(right, Base::Flag)?);
                let op = if word == LogicalOperator::And {
                    Op::And(a, b)
                } else {
                    Op::Or(a, b)
                };
                Ok((self.expr(node, op), Kind::FLAG))
            }
            Operator::Comparison(word @ (ComparisonOperator::In | ComparisonOperator::NotIn)) => {
                self.one_of(node, left, right, word == ComparisonOperator::In)
            }
            Operator::Comparison(sign) => self.compare(node, left, sign, right),
            other => Err(self.no_operator(node, other)),
        }
    }

    fn arithmetic(
        &mut self,
        node: &Node<'_>,
        left: &Node<'_>,
        sign: ArithmeticOperator,
        right: &Node<'_>,
    ) -> Lowered {
        let (a, a_kind) = self.lower(left)?;
        self.must_be_there(left, a_kind)?;
        let (b, b_kind) = self.lower(right)?;
        self.must_be_there(right, b_kind)?;
        let (a, b) = (Box::new(a), Box::new(b));
        let subtract = sign == ArithmeticOperator::Subtract;
        let days = subtract || sign == ArithmeticOperator::Add;
        match (a_kind.base, b_kind.base) {
            (Base::Date, Base::Date) if subtract => {
                Ok((self.expr(node, Op::Days(a, b)), Kind::NUMBER))
            }
            (Base::Date, Base::Number) if days => {
                let op = Op::Shift {
                    date: a,
                    days: b,
                    back: subtract,
                };
                Ok((self.expr(node, op), Kind::DATE))
            }
            (Base::Number, other) => {
                self.must_be(right, Kind::sure(other), Base::Number)?;
                let op = match sign {
                    ArithmeticOperator::Add => Arithmetic::Add,
                    ArithmeticOperator::Subtract => Arithmetic::Subtract,
                    ArithmeticOperator::Multiply => Arithmetic::Multiply,
                    ArithmeticOperator::Divide => Arithmetic::Divide,
                    other => return Err(self.no_operator(node, Operator::Arithmetic(other))),
                };
                Ok((self.expr(node, Op::Arithmetic(op, a, b)), Kind::NUMBER))
            }
            (other, _) => Err(self
                .must_be(left, Kind::sure(other), Base::Number)
                .expect_err("no number")),
        }
    }

    fn or_else(&mut self, node: &Node<'_>, left: &Node<'_>, right: &Node<'_>) -> Lowered {
        let (a, a_kind) = self.lower(left)?;
        if !a_kind.may_be_empty {
            return Err(self.wrong(
                left,
                FaultCode::FormulaType,
                "?? 前面的内容不会为空；请删去 ??，或把该事实设为 optional = true",
                "what stands before `??` is never empty; remove `??`, or make the input `optional = true`",
            ));
        }
        let (b, b_kind) = self.lower(right)?;
        self.must_be(right, Kind::sure(b_kind.base), a_kind.base)?;
        let op = Op::OrElse(Box::new(a), Box::new(b));
        Ok((self.expr(node, op), b_kind))
    }

    fn compare(
        &mut self,
        node: &Node<'_>,
        left: &Node<'_>,
        sign: ComparisonOperator,
        right: &Node<'_>,
    ) -> Lowered {
        let sign = match sign {
            ComparisonOperator::Equal => Comparison::Equal,
            ComparisonOperator::NotEqual => Comparison::Unequal,
            ComparisonOperator::LessThan => Comparison::Less,
            ComparisonOperator::LessThanOrEqual => Comparison::LessOrEqual,
            ComparisonOperator::GreaterThan => Comparison::More,
            ComparisonOperator::GreaterThanOrEqual => Comparison::MoreOrEqual,
            other => return Err(self.no_operator(node, Operator::Comparison(other))),
        };
        let equality = matches!(sign, Comparison::Equal | Comparison::Unequal);
        match (left, right) {
            (Node::Null, fact) | (fact, Node::Null) if equality => {
                return self.is_empty(node, fact, sign == Comparison::Unequal);
            }
            _ => {}
        }
        let (a, a_kind) = self.lower(left)?;
        self.must_be_there(left, a_kind)?;
        let (b, b_kind) = self.lower(right)?;
        self.must_be(right, b_kind, a_kind.base)?;
        if !equality && !matches!(a_kind.base, Base::Number | Base::Date) {
            return Err(self
                .must_be(left, a_kind, Base::Number)
                .expect_err("it is no number"));
        }
        self.known_word(right, &a, &b)?;
        self.known_word(left, &b, &a)?;
        let op = Op::Compare(sign, Box::new(a), Box::new(b));
        Ok((self.expr(node, op), Kind::FLAG))
    }

    fn is_empty(&mut self, node: &Node<'_>, fact: &Node<'_>, negated: bool) -> Lowered {
        let (inner, kind) = self.lower(fact)?;
        if !kind.may_be_empty {
            return Err(self.wrong(
                fact,
                FaultCode::FormulaType,
                "该内容不会为空，无须与 null 比较",
                "this is never empty; there is nothing to compare with null",
            ));
        }
        let empty = self.expr(node, Op::IsEmpty(Box::new(inner)));
        if negated {
            return Ok((self.expr(node, Op::Not(Box::new(empty))), Kind::FLAG));
        }
        Ok((empty, Kind::FLAG))
    }

    /// Refuses a text that the other side can never be: a misspelt word would pass for "no".
    pub(super) fn known_word(
        &self,
        node: &Node<'_>,
        subject: &Expr,
        word: &Expr,
    ) -> Result<(), Misread> {
        let words = match subject.op {
            Op::Slot(slot) => &self.names.slots[slot].words,
            Op::Field { shape, field, .. } => &self.names.shapes[shape].fields[field].words,
            _ => return Ok(()),
        };
        let Op::Const(Value::Text(word)) = &word.op else {
            return Ok(());
        };
        if words.is_empty() || words.contains(word) {
            return Ok(());
        }
        let known = words.join(", ");
        Err(self.wrong(
            node,
            FaultCode::NotOneOf,
            format!("「{word}」不在可用的值之中：{known}"),
            format!("`{word}` is none of {known}"),
        ))
    }

    fn one_of(
        &mut self,
        node: &Node<'_>,
        left: &Node<'_>,
        right: &Node<'_>,
        wanted: bool,
    ) -> Lowered {
        let Node::Array(each) = right else {
            return Err(self.wrong(
                right,
                FaultCode::FormulaNotAllowed,
                "in 后面应为列出的值，例如 ['a', 'b']",
                "after `in` stand listed values such as ['a', 'b']",
            ));
        };
        let (subject, kind) = self.lower(left)?;
        self.must_be_there(left, kind)?;
        let mut values = vec![];
        for one in *each {
            let part = self.sure(one, kind.base)?;
            self.known_word(one, &subject, &part)?;
            let Op::Const(value) = part.op else {
                return Err(self.wrong(
                    one,
                    FaultCode::FormulaNotAllowed,
                    "in 后面只能列出固定的值",
                    "after `in` stand fixed values only",
                ));
            };
            values.push(value);
        }
        let op = Op::OneOf(Box::new(subject), values);
        let found = self.expr(node, op);
        if wanted {
            return Ok((found, Kind::FLAG));
        }
        Ok((self.expr(node, Op::Not(Box::new(found))), Kind::FLAG))
    }

    pub(super) fn conditional(
        &mut self,
        node: &Node<'_>,
        condition: &Node<'_>,
        on_true: &Node<'_>,
        on_false: &Node<'_>,
    ) -> Lowered {
        let condition = self.sure(condition, Base::Flag)?;
        let (a, a_kind) = self.lower(on_true)?;
        let (b, b_kind) = self.lower(on_false)?;
        self.must_be(on_false, Kind::sure(b_kind.base), a_kind.base)?;
        let kind = Kind {
            base: a_kind.base,
            may_be_empty: a_kind.may_be_empty || b_kind.may_be_empty,
        };
        let op = Op::If(Box::new(condition), Box::new(a), Box::new(b));
        Ok((self.expr(node, op), kind))
    }
}
