//! A formula after it was checked: every name is a place, every type fits.

use rust_decimal::Decimal;

use super::super::value::Value;

/// A part of a formula and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) op: Op,
    /// Counted in characters from 1.
    pub(crate) column: usize,
}

/// What a part does.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Const(Value),
    /// A constant, fact, choice, value, entitlement or earlier line.
    Slot(usize),
    /// A field of the item at hand: of the `frame`-th repetition, counted from the outermost.
    Field {
        frame: usize,
        shape: usize,
        field: usize,
    },
    /// A cell of a table.
    Cell {
        table: usize,
        keys: Vec<Expr>,
        column: usize,
    },
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// Days from the second date to the first.
    Days(Box<Expr>, Box<Expr>),
    /// A date some days later, or earlier.
    Shift {
        date: Box<Expr>,
        days: Box<Expr>,
        back: bool,
    },
    Compare(Comparison, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// The first unless it is empty.
    OrElse(Box<Expr>, Box<Expr>),
    IsEmpty(Box<Expr>),
    OneOf(Box<Expr>, Vec<Value>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// The largest or the smallest.
    Extreme {
        largest: bool,
        of: Many,
    },
    Sum(Many),
    Round(Box<Expr>, u32),
    Floor(Box<Expr>),
    Ceil(Box<Expr>),
    Abs(Box<Expr>),
    /// How many items there are, or of how many something holds.
    Count(Items, Option<Box<Expr>>),
    /// Whether something holds of every item, or of one at least.
    Holds {
        every: bool,
        items: Items,
        body: Box<Expr>,
    },
    Parenthesised(Box<Expr>),
}

/// Several values.
#[derive(Debug, Clone)]
pub(crate) enum Many {
    /// `[a, b, c]`
    Listed(Vec<Expr>),
    /// `map(list, #.field * 2)`
    Mapped(Items, Box<Expr>),
}

/// The items of a list, filtered.
#[derive(Debug, Clone)]
pub(crate) struct Items {
    pub(crate) slot: usize,
    pub(crate) filters: Vec<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Arithmetic {
    /// `None` when the result cannot be told exactly enough: too large, or divided by zero.
    pub(crate) fn apply(self, a: Decimal, b: Decimal) -> Option<Decimal> {
        match self {
            Self::Add => a.checked_add(b),
            Self::Subtract => a.checked_sub(b),
            Self::Multiply => a.checked_mul(b),
            Self::Divide => a.checked_div(b),
        }
    }

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Add => " + ",
            Self::Subtract => " − ",
            Self::Multiply => " × ",
            Self::Divide => " ÷ ",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Comparison {
    pub(crate) fn holds(self, a: &Value, b: &Value) -> bool {
        let order = match (a, b) {
            (Value::Number(a), Value::Number(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
            _ => return self == Self::Unequal,
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::More => order.is_gt(),
            Self::MoreOrEqual => order.is_ge(),
        }
    }

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Equal => " = ",
            Self::Unequal => " ≠ ",
            Self::Less => " < ",
            Self::LessOrEqual => " ≤ ",
            Self::More => " > ",
            Self::MoreOrEqual => " ≥ ",
        }
    }
}

impl Expr {
    /// Whether it is a single value, of which nothing is worked out.
    pub(crate) fn is_plain(&self) -> bool {
        match &self.op {
            Op::Const(_) | Op::Slot(_) | Op::Field { .. } | Op::Cell { .. } => true,
            Op::Parenthesised(inner) => inner.is_plain(),
            _ => false,
        }
    }

    /// The parts it is made of.
    pub(crate) fn parts(&self) -> Vec<&Self> {
        match &self.op {
            Op::Const(_) | Op::Slot(_) | Op::Field { .. } => vec![],
            Op::Cell { keys, .. } => keys.iter().collect(),
            Op::Negate(a)
            | Op::Not(a)
            | Op::IsEmpty(a)
            | Op::OneOf(a, _)
            | Op::Round(a, _)
            | Op::Floor(a)
            | Op::Ceil(a)
            | Op::Abs(a)
            | Op::Parenthesised(a) => vec![a],
            Op::Arithmetic(_, a, b)
            | Op::Days(a, b)
            | Op::Compare(_, a, b)
            | Op::And(a, b)
            | Op::Or(a, b)
            | Op::OrElse(a, b)
            | Op::Shift {
                date: a, days: b, ..
            } => vec![a, b],
            Op::If(a, b, c) => vec![a, b, c],
            Op::Extreme { of: many, .. } | Op::Sum(many) => match many {
                Many::Listed(each) => each.iter().collect(),
                Many::Mapped(items, body) => items.filters.iter().chain([body.as_ref()]).collect(),
            },
            Op::Count(items, body) => items.filters.iter().chain(body.as_deref()).collect(),
            Op::Holds { items, body, .. } => items.filters.iter().chain([body.as_ref()]).collect(),
        }
    }

    /// Hands every place it reads to `found`.
    pub(crate) fn reads(&self, found: &mut impl FnMut(usize)) {
        match &self.op {
            Op::Slot(slot) => found(*slot),
            Op::Extreme {
                of: Many::Mapped(items, _),
                ..
            }
            | Op::Sum(Many::Mapped(items, _))
            | Op::Count(items, _)
            | Op::Holds { items, .. } => found(items.slot),
            _ => {}
        }
        for part in self.parts() {
            part.reads(found);
        }
    }

    /// Hands every table it looks into to `found`.
    pub(crate) fn looks(&self, found: &mut impl FnMut(usize)) {
        if let Op::Cell { table, .. } = &self.op {
            found(*table);
        }
        for part in self.parts() {
            part.looks(found);
        }
    }

    /// How deep parts stand inside each other.
    pub(crate) fn depth(&self) -> usize {
        1 + self.parts().into_iter().map(Self::depth).max().unwrap_or(0)
    }
}
