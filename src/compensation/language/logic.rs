//! Conditions, comparisons, what may be empty, and dates.

use chrono::Days;
use rust_decimal::prelude::ToPrimitive as _;

use super::{
    machine::{Computed, Machine, stop},
    tree::{Comparison, Expr},
};
use crate::{compensation::value::Value, plans::FaultCode, values::Day};

impl Machine<'_> {
    pub(super) fn branch(&mut self, condition: &Expr, a: &Expr, b: &Expr) -> Computed {
        if self.aside(condition)? {
            self.compute(a)
        } else {
            self.compute(b)
        }
    }

    pub(super) fn or_else(&mut self, fact: &Expr, otherwise: &Expr) -> Computed {
        match self.muted(fact)? {
            Value::Empty => self.compute(otherwise),
            _ => self.compute(fact),
        }
    }

    pub(super) fn is_empty(&mut self, fact: &Expr) -> Computed {
        let value = self.compute(fact)?;
        self.write(" = —");
        Ok(Value::Flag(value == Value::Empty))
    }

    pub(super) fn compare(&mut self, sign: Comparison, a: &Expr, b: &Expr) -> Computed {
        let a = self.compute(a)?;
        self.write(sign.sign());
        let b = self.compute(b)?;
        Ok(Value::Flag(sign.holds(&a, &b)))
    }

    pub(super) fn one_of(&mut self, subject: &Expr, values: &[Value]) -> Computed {
        let subject = self.compute(subject)?;
        self.write(" ∈ {");
        for (n, value) in values.iter().enumerate() {
            self.write(if n == 0 { "" } else { ", " });
            self.write_value(value, None);
        }
        self.write("}");
        Ok(Value::Flag(values.contains(&subject)))
    }

    pub(super) fn not(&mut self, inner: &Expr) -> Computed {
        self.write("not ");
        Ok(Value::Flag(!self.flag(inner)?))
    }

    pub(super) fn both(&mut self, a: &Expr, b: &Expr) -> Computed {
        if !self.flag(a)? {
            return Ok(Value::Flag(false));
        }
        self.write(" and ");
        Ok(Value::Flag(self.flag(b)?))
    }

    pub(super) fn either(&mut self, a: &Expr, b: &Expr) -> Computed {
        if self.flag(a)? {
            return Ok(Value::Flag(true));
        }
        self.write(" or ");
        Ok(Value::Flag(self.flag(b)?))
    }

    pub(super) fn days(&mut self, expr: &Expr, a: &Expr, b: &Expr) -> Computed {
        let a = self.compute(a)?;
        self.write(" − ");
        let b = self.compute(b)?;
        match (a, b) {
            (Value::Date(a), Value::Date(b)) => {
                Ok(Value::Number(a.signed_duration_since(b).num_days().into()))
            }
            _ => out_of_range(expr),
        }
    }

    pub(super) fn shift(&mut self, expr: &Expr, date: &Expr, days: &Expr, back: bool) -> Computed {
        let Value::Date(date) = self.compute(date)? else {
            return out_of_range(expr);
        };
        self.write(if back { " − " } else { " + " });
        let days = self.number(days)?;
        let days = if back { -days } else { days };
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
        moved.map_or_else(|| out_of_range(expr), |day| Ok(Value::Date(day.as_date())))
    }
}

fn out_of_range(expr: &Expr) -> Computed {
    stop(
        expr,
        FaultCode::DateOutOfRange,
        "日期超出 1900 至 2200 年，或天数不是整数",
        "the date lies outside 1900 to 2200, or the days are not whole",
    )
}
