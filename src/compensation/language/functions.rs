//! Functions, of numbers and over the items of lists.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    machine::{Computed, Machine, Stop, stop, too_large},
    tree::{Expr, Items, Many},
};
use crate::{
    compensation::{
        table,
        value::{Item, Value},
    },
    plans::FaultCode,
};

impl Machine<'_> {
    pub(super) fn extreme(&mut self, expr: &Expr, largest: bool, of: &Many) -> Computed {
        let mut found: Option<Value> = None;
        self.write(if largest { "max(" } else { "min(" });
        self.each(of, ", ", |_, value| {
            let order = found.as_ref().map(|best| table::order(&value, best));
            let better = order.is_none_or(|order| {
                if largest {
                    order.is_gt()
                } else {
                    order.is_lt()
                }
            });
            if better {
                found = Some(value);
            }
            Ok(())
        })?;
        self.write(")");
        let none = || {
            stop(
                expr,
                FaultCode::ListEmpty,
                "列表为空，没有最大或最小值",
                "the list is empty: there is no largest or smallest",
            )
        };
        found.map_or_else(none, Ok)
    }

    pub(super) fn round(&mut self, inner: &Expr, places: u32) -> Computed {
        let number = self.argument("round(", inner)?;
        self.write(&format!(", {places})"));
        let half_up = RoundingStrategy::MidpointAwayFromZero;
        Ok(Value::Number(
            number.round_dp_with_strategy(places, half_up),
        ))
    }

    pub(super) fn call(
        &mut self,
        open: &str,
        inner: &Expr,
        function: impl FnOnce(Decimal) -> Decimal,
    ) -> Computed {
        let number = self.argument(open, inner)?;
        self.write(")");
        Ok(Value::Number(function(number)))
    }

    pub(super) fn count(&mut self, items: &Items, body: Option<&Expr>) -> Computed {
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

    pub(super) fn holds(&mut self, every: bool, items: &Items, body: &Expr) -> Computed {
        let mut holds = every;
        for item in self.items(items)? {
            holds = self.within(item, |machine| machine.muted(body))? == Value::Flag(true);
            if holds != every {
                break;
            }
        }
        self.write_value(&Value::Flag(holds), None);
        Ok(Value::Flag(holds))
    }

    pub(super) fn sum(&mut self, expr: &Expr, of: &Many) -> Computed {
        let mut sum = Decimal::ZERO;
        let mut none = true;
        let start = self.trace.worked.len();
        self.each(of, " + ", |_, value| {
            none = false;
            let Value::Number(number) = value else {
                return too_large(expr);
            };
            match sum.checked_add(number) {
                Some(more) => sum = more,
                None => return too_large(expr),
            }
            Ok(())
        })?;
        if none {
            self.write("0");
        } else if self.quiet == 0 {
            self.trace.bracket(start);
        }
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
        let Value::List(all) = self.list(items.slot)? else {
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

    fn argument(&mut self, open: &str, inner: &Expr) -> Result<Decimal, Box<Stop>> {
        self.write(open);
        match self.kept(inner)? {
            Value::Number(number) => Ok(number),
            _ => too_large(inner),
        }
    }
}
