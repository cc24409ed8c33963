//! What facts, tables and formulas give.

use std::{fmt, sync::Arc};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::plans::ScalarType;

/// A value while a plan is computed. Numbers are exact decimals, from the first to the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// An optional fact that was not given.
    Empty,
    Number(Decimal),
    Flag(bool),
    Text(Arc<str>),
    Date(NaiveDate),
    List(Arc<[Item]>),
}

/// An item of a list: its fields in the order of their declaration.
pub(crate) type Item = Arc<[Value]>;

/// What a value can be, apart from being empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Number,
    Flag,
    Text,
    Date,
    /// A list whose items have the fields of this shape.
    List(usize),
}

/// What a formula gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) base: Base,
    pub(crate) may_be_empty: bool,
}

impl Kind {
    pub(crate) const NUMBER: Self = Self::sure(Base::Number);
    pub(crate) const FLAG: Self = Self::sure(Base::Flag);
    pub(crate) const TEXT: Self = Self::sure(Base::Text);
    pub(crate) const DATE: Self = Self::sure(Base::Date);

    pub(crate) const fn sure(base: Base) -> Self {
        Self {
            base,
            may_be_empty: false,
        }
    }
}

impl From<ScalarType> for Base {
    fn from(declared: ScalarType) -> Self {
        match declared {
            ScalarType::Number => Self::Number,
            ScalarType::Date => Self::Date,
            ScalarType::Text => Self::Text,
            ScalarType::YesNo => Self::Flag,
        }
    }
}

impl Base {
    pub(crate) fn zh(self) -> &'static str {
        match self {
            Self::Number => "数字",
            Self::Flag => "是/否",
            Self::Text => "文本",
            Self::Date => "日期",
            Self::List(_) => "列表",
        }
    }

    pub(crate) fn en(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Flag => "yes or no",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::List(_) => "a list",
        }
    }
}

impl Value {
    /// As a statement prints it; a number with at least `decimals` decimals.
    pub(crate) fn print(&self, decimals: Option<u32>) -> String {
        match self {
            Self::Number(number) => printed(*number, decimals),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("—"),
            Self::Number(number) => write!(f, "{}", number.normalize()),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Text(text) => f.write_str(text),
            Self::Date(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            Self::List(items) => write!(f, "{}", items.len()),
        }
    }
}

/// A number without trailing zeros, or with as many decimals as its declaration says.
pub(crate) fn printed(number: Decimal, decimals: Option<u32>) -> String {
    let mut plain = number.normalize();
    if let Some(wanted) = decimals.filter(|wanted| *wanted > plain.scale()) {
        plain.rescale(wanted);
    }
    plain.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_printed_with_the_decimals_it_was_declared_with() {
        let number = |text: &str| Decimal::from_str_exact(text).unwrap();
        assert_eq!(printed(number("38"), Some(2)), "38.00");
        assert_eq!(printed(number("38.50"), None), "38.5");
        assert_eq!(printed(number("0.125"), Some(2)), "0.125");
        assert_eq!(printed(number("-0.00"), None), "0");
        assert_eq!(printed(number("100"), None), "100");
    }
}
