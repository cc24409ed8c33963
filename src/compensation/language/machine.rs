//! Computes formulas, exactly, within bounds, writing down every step.

use std::sync::Arc;

use chrono::Days;
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};

use super::{
    lower::Formula,
    names::Names,
    trace::Trace,
    tree::{Expr, Items, Many, Op},
};
use crate::{
    compensation::value::{Item, Value},
    plans::{Fault, FaultCode, limits},
    values::Day,
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
    steps: u32,
    pub(super) frames: Vec<(usize, Item)>,
    pub(super) trace: Trace,
    pub(super) quiet: u32,
}

/// Why a formula cannot be computed.
#[derive(Debug)]
pub(super) enum Stop {
    Here { code: FaultCode, column: usize, zh: String, en: String },
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

fn too_large<T>(expr: &Expr) -> Result<T, Box<Stop>> {
    stop(
        expr,
        FaultCode::NumberTooLarge,
        "结果太大，无法精确表示",
        "the result is too large to be exact",
    )
}

impl<'p> Machine<'p> {
    pub(crate) fn new(names: &'p Names) -> Self {
        Self {
            names,
            cells: vec![Cell::Absent; names.slots.len()],
            sources: vec![None; names.slots.len()],
            steps: limits::STEPS,
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
            Ok(value) => Ok((value, std::mem::take(&mut self.trace))),
            Err(stop) => Err(match *stop {
                Stop::Earlier(fault) => (*fault).clone(),
                Stop::Here { code, column, zh, en } => Fault::new(code, &*formula.pointer, zh, en)
                    .of(&*formula.item)
                    .in_formula(&formula.text, column),
            }),
        }
    }

    pub(super) fn compute(&mut self, expr: &Expr) -> Computed {
        self.steps = match self.steps.checked_sub(1) {
            Some(left) => left,
            None => {
                return stop(expr, FaultCode::TooMuchWork, "计算量过大", "this is too much work");
            }
        };
        match &expr.op {
            Op::Const(value) => {
                self.write_value(value, None);
                Ok(value.clone())
            }
            Op::Slot(slot) => self.slot(expr, *slot),
            Op::Field { frame, shape, field } => Ok(self.field(*frame, *shape, *field)),
            Op::Cell { table, keys, column } => self.cell(expr, *table, keys, *column),
            Op::Parenthesised(inner) => {
                self.write("(");
                let value = self.kept(inner)?;
                self.write(")");
                Ok(value)
            }
            Op::Negate(inner) => {
                self.write("-");
                Ok(Value::Number(-self.number(inner)?))
            }
            Op::Arithmetic(sign, a, b) => {
                let a = self.number(a)?;
                self.write(sign.sign());
                let b = self.number(b)?;
                match sign.apply(a, b) {
                    Some(result) => Ok(Value::Number(result)),
                    None if b.is_zero() => {
                        stop(expr, FaultCode::DivisionByZero, "除数为零", "divided by zero")
                    }
                    None => too_large(expr),
                }
            }
            Op::Extreme { .. } | Op::Sum(_) | Op::Round(..) | Op::Floor(_) | Op::Ceil(_)
            | Op::Abs(_) | Op::Count(..) | Op::Holds { .. } => self.function(expr),
            Op::Days(..) | Op::Shift { .. } => self.date(expr),
            _ => self.logic(expr),
        }
    }

    fn logic(&mut self, expr: &Expr) -> Computed {
        match &expr.op {
            Op::If(condition, a, b) => {
                if self.aside(condition)? {
                    self.compute(a)
                } else {
                    self.compute(b)
                }
            }
            Op::OrElse(fact, otherwise) => match self.muted(fact)? {
                Value::Empty => self.compute(otherwise),
                _ => self.compute(fact),
            },
            Op::IsEmpty(fact) => {
                let value = self.compute(fact)?;
                self.write(" = —");
                Ok(Value::Flag(value == Value::Empty))
            }
            Op::Compare(sign, a, b) => {
                let a = self.compute(a)?;
                self.write(sign.sign());
                let b = self.compute(b)?;
                Ok(Value::Flag(sign.holds(&a, &b)))
            }
            Op::OneOf(subject, values) => {
                let subject = self.compute(subject)?;
                self.write(" ∈ {");
                for (n, value) in values.iter().enumerate() {
                    self.write(if n == 0 { "" } else { ", " });
                    self.write_value(value, None);
                }
                self.write("}");
                Ok(Value::Flag(values.contains(&subject)))
            }
            Op::Not(inner) => {
                self.write("not ");
                Ok(Value::Flag(!self.flag(inner)?))
            }
            Op::And(a, b) => {
                if !self.flag(a)? {
                    return Ok(Value::Flag(false));
                }
                self.write(" and ");
                Ok(Value::Flag(self.flag(b)?))
            }
            Op::Or(a, b) => {
                if self.flag(a)? {
                    return Ok(Value::Flag(true));
                }
                self.write(" or ");
                Ok(Value::Flag(self.flag(b)?))
            }
            _ => unreachable!("`compute` sends nothing else here"),
        }
    }

    fn date(&mut self, expr: &Expr) -> Computed {
        let out = || {
            stop(
                expr,
                FaultCode::DateOutOfRange,
                "日期超出 1900 至 2200 年，或天数不是整数",
                "the date lies outside 1900 to 2200, or the days are not whole",
            )
        };
        match &expr.op {
            Op::Days(a, b) => {
                let Value::Date(a) = self.compute(a)? else { return out() };
                self.write(" − ");
                let Value::Date(b) = self.compute(b)? else { return out() };
                Ok(Value::Number(a.signed_duration_since(b).num_days().into()))
            }
            Op::Shift { date, days, back } => {
                let Value::Date(date) = self.compute(date)? else { return out() };
                self.write(if *back { " − " } else { " + " });
                let days = self.number(days)?;
                let days = if *back { -days } else { days };
                let whole = days.is_integer().then(|| days.to_i64()).flatten();
                let moved = whole.and_then(|days| {
                    let size = Days::new(days.unsigned_abs());
                    if days < 0 {
                        date.checked_sub_days(size)
                    } else {
                        date.checked_add_days(size)
                    }
                });
                let moved = moved.and_then(|date| Day::new(date).ok());
                moved.map_or_else(out, |day| Ok(Value::Date(day.as_date())))
            }
            _ => unreachable!("`compute` sends nothing else here"),
        }
    }

    fn function(&mut self, expr: &Expr) -> Computed {
        match &expr.op {
            Op::Extreme { largest, of } => {
                self.write(if *largest { "max(" } else { "min(" });
                let found = self.extreme(*largest, of)?;
                self.write(")");
                let none = || {
                    stop(expr, FaultCode::ListEmpty, "列表为空，没有最大或最小值", "the list is empty: there is no largest or smallest")
                };
                found.map_or_else(none, Ok)
            }
            Op::Sum(of) => self.sum(expr, of),
            Op::Round(inner, places) => {
                let number = self.argument("round(", inner)?;
                self.write(&format!(", {places})"));
                let half_up = RoundingStrategy::MidpointAwayFromZero;
                Ok(Value::Number(number.round_dp_with_strategy(*places, half_up)))
            }
            Op::Floor(inner) => {
                let number = self.argument("floor(", inner)?;
                self.write(")");
                Ok(Value::Number(number.floor()))
            }
            Op::Ceil(inner) => {
                let number = self.argument("ceil(", inner)?;
                self.write(")");
                Ok(Value::Number(number.ceil()))
            }
            Op::Abs(inner) => {
                let number = self.argument("abs(", inner)?;
                self.write(")");
                Ok(Value::Number(number.abs()))
            }
            Op::Count(items, body) => {
                let mut count = 0_i64;
                for item in self.items(items)? {
                    let counts = match body {
                        Some(body) => self.within(item, |machine| machine.muted(body))?,
                        None => Value::Flag(true),
                    };
                    count += i64::from(counts == Value::Flag(true));
                }
                let count = Value::Number(count.into());
                self.write_value(&count, None);
                Ok(count)
            }
            Op::Holds { every, items, body } => {
                let mut holds = *every;
                for item in self.items(items)? {
                    holds = self.within(item, |machine| machine.muted(body))? == Value::Flag(true);
                    if holds != *every {
                        break;
                    }
                }
                self.write_value(&Value::Flag(holds), None);
                Ok(Value::Flag(holds))
            }
            _ => unreachable!("`compute` sends nothing else here"),
        }
    }

    fn extreme(&mut self, largest: bool, of: &Many) -> Result<Option<Value>, Box<Stop>> {
        let mut found: Option<Value> = None;
        self.each(of, ", ", |_, value| {
            let better = found.as_ref().is_none_or(|best| {
                let order = crate::compensation::table::order(&value, best);
                if largest { order.is_gt() } else { order.is_lt() }
            });
            if better {
                found = Some(value);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn sum(&mut self, expr: &Expr, of: &Many) -> Computed {
        let mut sum = Decimal::ZERO;
        let mut many = false;
        self.write("(");
        self.each(of, " + ", |_, value| {
            many = true;
            let Value::Number(number) = value else {
                return too_large(expr);
            };
            match sum.checked_add(number) {
                Some(more) => sum = more,
                None => return too_large(expr),
            }
            Ok(())
        })?;
        self.write(if many { ")" } else { "0)" });
        Ok(Value::Number(sum))
    }

    /// Computes several values and hands each on.
    fn each(
        &mut self,
        of: &Many,
        between: &str,
        mut then: impl FnMut(&mut Self, Value) -> Result<(), Box<Stop>>,
    ) -> Result<(), Box<Stop>> {
        match of {
            Many::Listed(each) => {
                for (n, one) in each.iter().enumerate() {
                    self.write(if n == 0 { "" } else { between });
                    let value = self.kept(one)?;
                    then(self, value)?;
                }
            }
            Many::Mapped(items, body) => {
                for (n, item) in self.items(items)?.into_iter().enumerate() {
                    self.write(if n == 0 { "" } else { between });
                    let value = self.within(item, |machine| machine.kept(body))?;
                    then(self, value)?;
                }
            }
        }
        Ok(())
    }

    /// The items of a list that pass its filters, with their numbers.
    fn items(&mut self, items: &Items) -> Result<Vec<(usize, Item)>, Box<Stop>> {
        let Value::List(all) = self.read(items.slot)? else {
            return Ok(vec![]);
        };
        let mut kept = vec![];
        for (n, item) in all.iter().enumerate() {
            let mut passes = true;
            for filter in &items.filters {
                let at = (n + 1, item.clone());
                passes = passes
                    && self.within(at, |machine| machine.muted(filter))? == Value::Flag(true);
            }
            if passes {
                kept.push((n + 1, item.clone()));
            }
        }
        Ok(kept)
    }

    fn within<T>(&mut self, item: (usize, Item), then: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(item);
        let result = then(self);
        self.frames.pop();
        result
    }

    /// Computes a part without writing it; what it uses is noted all the same.
    pub(super) fn muted(&mut self, expr: &Expr) -> Computed {
        self.quiet += 1;
        let value = self.compute(expr);
        self.quiet -= 1;
        value
    }

    /// Computes a condition and keeps it beside the text.
    fn aside(&mut self, condition: &Expr) -> Result<bool, Box<Stop>> {
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
    fn kept(&mut self, expr: &Expr) -> Computed {
        let start = self.trace.worked.len();
        let value = self.compute(expr)?;
        if self.quiet == 0 && !expr.is_plain() {
            self.trace.keep(start, &value);
        }
        Ok(value)
    }

    fn argument(&mut self, open: &str, inner: &Expr) -> Result<Decimal, Box<Stop>> {
        self.write(open);
        match self.kept(inner)? {
            Value::Number(number) => Ok(number),
            _ => too_large(inner),
        }
    }

    fn number(&mut self, expr: &Expr) -> Result<Decimal, Box<Stop>> {
        match self.compute(expr)? {
            Value::Number(number) => Ok(number),
            _ => too_large(expr),
        }
    }

    fn flag(&mut self, expr: &Expr) -> Result<bool, Box<Stop>> {
        Ok(self.compute(expr)? == Value::Flag(true))
    }

    fn write(&mut self, text: &str) {
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
