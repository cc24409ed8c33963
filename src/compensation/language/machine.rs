//! Computes formulas, exactly, within bounds, writing down every step.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{
    lower::Formula,
    names::Names,
    trace::Trace,
    tree::{Arithmetic, Expr, Op},
};
use crate::{
    compensation::value::{Item, Value},
    plans::{Fault, FaultCode},
};

/// What a place of the statement holds.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// A fact that was not given; whoever needs it is refused.
    Absent,
    Ready(Value),
    /// Something above could not be computed; whoever needs it is refused for the same reason.
    Failed(Arc<Fault>),
}

/// Computes the formulas of one statement.
#[derive(Debug)]
pub(crate) struct Machine<'p> {
    pub(super) names: &'p Names,
    /// What is known, by place.
    pub(crate) cells: Vec<Cell>,
    /// Who says so, by place.
    pub(crate) sources: Vec<Option<Arc<str>>>,
    /// How many are left.
    pub(crate) steps: u32,
    pub(super) frames: Vec<(usize, Item)>,
    pub(super) trace: Trace,
    pub(super) quiet: u32,
}

/// Why a formula cannot be computed.
#[derive(Debug)]
pub(super) enum Stop {
    Here {
        code: FaultCode,
        column: usize,
        zh: String,
        en: String,
    },
    Earlier(Arc<Fault>),
}

pub(super) type Computed = Result<Value, Box<Stop>>;

pub(super) fn stop<T>(
    expr: &Expr,
    code: FaultCode,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> Result<T, Box<Stop>> {
    Err(Box::new(Stop::Here {
        code,
        column: expr.column,
        zh: zh.into(),
        en: en.into(),
    }))
}

pub(super) fn too_large<T>(expr: &Expr) -> Result<T, Box<Stop>> {
    stop(
        expr,
        FaultCode::NumberTooLarge,
        "结果太大，无法精确表示",
        "the result is too large to be exact",
    )
}

impl<'p> Machine<'p> {
    /// With so many steps to take.
    pub(crate) fn new(names: &'p Names, steps: u32) -> Self {
        Self {
            names,
            cells: vec![Cell::Absent; names.slots.len()],
            sources: vec![None; names.slots.len()],
            steps,
            frames: vec![],
            trace: Trace::default(),
            quiet: 0,
        }
    }

    /// Computes a formula, for one item of a repetition if there is one.
    pub(crate) fn run(
        &mut self,
        formula: &Formula,
        frame: Option<(usize, Item)>,
    ) -> Result<(Value, Trace), Fault> {
        self.trace = Trace::default();
        self.quiet = 0;
        self.frames.clear();
        self.frames.extend(frame);
        match self.compute(&formula.expr) {
            Ok(value) => {
                let trace = std::mem::take(&mut self.trace);
                self.steps = self.steps.saturating_sub(trace.cost());
                Ok((value, trace))
            }
            Err(stop) => Err(match *stop {
                Stop::Earlier(fault) => (*fault).clone(),
                Stop::Here {
                    code,
                    column,
                    zh,
                    en,
                } => Fault::new(code, &*formula.pointer, zh, en)
                    .of(&*formula.item)
                    .in_formula(&formula.text, column),
            }),
        }
    }

    /// Computes a part, whatever it is.
    pub(super) fn compute(&mut self, expr: &Expr) -> Computed {
        let Some(left) = self.steps.checked_sub(1) else {
            let (zh, en) = ("计算量过大", "this is too much work");
            return stop(expr, FaultCode::TooMuchWork, zh, en);
        };
        self.steps = left;
        match &expr.op {
            Op::Const(value) => {
                self.write_value(value, None);
                Ok(value.clone())
            }
            Op::Slot(slot) => self.slot(*slot),
            Op::Field {
                frame,
                shape,
                field,
            } => Ok(self.field(*frame, *shape, *field)),
            Op::Cell {
                table,
                keys,
                column,
            } => self.cell(expr, *table, keys, *column),
            Op::Parenthesised(inner) => self.bracketed(inner),
            Op::Negate(inner) => self.negative(inner),
            Op::Arithmetic(sign, a, b) => self.arithmetic(expr, *sign, a, b),
            Op::Days(a, b) => self.days(expr, a, b),
            Op::Shift { date, days, back } => self.shift(expr, date, days, *back),
            Op::Compare(sign, a, b) => self.compare(*sign, a, b),
            Op::Not(inner) => self.not(inner),
            Op::And(a, b) => self.both(a, b),
            Op::Or(a, b) => self.either(a, b),
            Op::OrElse(fact, otherwise) => self.or_else(fact, otherwise),
            Op::IsEmpty(fact) => self.is_empty(fact),
            Op::OneOf(subject, values) => self.one_of(subject, values),
            Op::If(condition, a, b) => self.branch(condition, a, b),
            Op::Extreme { largest, of } => self.extreme(expr, *largest, of),
            Op::Sum(of) => self.sum(expr, of),
            Op::Round(inner, places) => self.round(inner, *places),
            Op::Floor(inner) => self.call("floor(", inner, |number| number.floor()),
            Op::Ceil(inner) => self.call("ceil(", inner, |number| number.ceil()),
            Op::Abs(inner) => self.call("abs(", inner, |number| number.abs()),
            Op::Count(items, body) => self.count(items, body.as_deref()),
            Op::Holds { every, items, body } => self.holds(*every, items, body),
        }
    }

    fn bracketed(&mut self, inner: &Expr) -> Computed {
        let start = self.trace.worked.len();
        let value = self.kept(inner)?;
        if self.quiet == 0 {
            self.trace.bracket(start);
        }
        Ok(value)
    }

    fn negative(&mut self, inner: &Expr) -> Computed {
        self.write("-");
        Ok(Value::Number(-self.number(inner)?))
    }

    fn arithmetic(&mut self, expr: &Expr, sign: Arithmetic, a: &Expr, b: &Expr) -> Computed {
        let a = self.number(a)?;
        self.write(sign.sign());
        let b = self.number(b)?;
        match sign.apply(a, b) {
            Some(result) => Ok(Value::Number(result)),
            None if b.is_zero() => {
                let (zh, en) = ("除数为零", "divided by zero");
                stop(expr, FaultCode::DivisionByZero, zh, en)
            }
            None => too_large(expr),
        }
    }

    /// Computes a part without writing it; what it uses is noted all the same.
    pub(super) fn muted(&mut self, expr: &Expr) -> Computed {
        self.quiet += 1;
        let value = self.compute(expr);
        self.quiet -= 1;
        value
    }

    /// Computes a condition and keeps it beside the text.
    pub(super) fn aside(&mut self, condition: &Expr) -> Result<bool, Box<Stop>> {
        let text = std::mem::take(&mut self.trace.worked);
        let holds = self.flag(condition);
        let worked = std::mem::replace(&mut self.trace.worked, text);
        let holds = holds?;
        if self.quiet == 0 {
            self.trace.keep_aside(worked, &Value::Flag(holds));
        }
        Ok(holds)
    }

    /// Computes a part and keeps its result, if there was anything to compute.
    pub(super) fn kept(&mut self, expr: &Expr) -> Computed {
        let start = self.trace.worked.len();
        let value = self.compute(expr)?;
        if self.quiet == 0 && !expr.is_plain() {
            self.trace.keep(start, &value);
        }
        Ok(value)
    }

    pub(super) fn number(&mut self, expr: &Expr) -> Result<Decimal, Box<Stop>> {
        match self.compute(expr)? {
            Value::Number(number) => Ok(number),
            _ => too_large(expr),
        }
    }

    pub(super) fn flag(&mut self, expr: &Expr) -> Result<bool, Box<Stop>> {
        Ok(self.compute(expr)? == Value::Flag(true))
    }

    pub(super) fn write(&mut self, text: &str) {
        if self.quiet == 0 {
            self.trace.write(text);
        }
    }

    pub(super) fn write_value(&mut self, value: &Value, decimals: Option<u32>) {
        if self.quiet == 0 {
            self.trace.write_value(value, decimals);
        }
    }
}
