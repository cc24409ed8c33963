//! What a statement keeps of a calculation, so that a pocket calculator can follow it.

use std::{collections::HashSet, fmt::Write as _};

use rust_decimal::Decimal;

use crate::{
    compensation::{
        statement::{Intermediate, Use},
        value::{Value, printed},
    },
    plans::limits,
};

/// The calculation of one formula.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// The formula with figures in the place of names.
    pub(crate) worked: String,
    pub(crate) uses: Vec<Use>,
    pub(crate) intermediate: Vec<Intermediate>,
    /// What of `uses` is there already.
    seen: Vec<Seen>,
    /// The same, once it is too much to look through.
    seen_many: HashSet<Seen>,
    cut: bool,
}

/// Up to so many figures are looked through one by one.
const FEW: usize = 32;

/// What tells two uses apart: what it is, its place, and the item or row.
pub(super) type Seen = (u8, usize, usize);

impl Trace {
    /// Notes a value that was used, once.
    pub(super) fn note(&mut self, seen: Seen, make: impl FnOnce() -> Use) {
        let known = match self.seen.len() {
            0..=FEW => self.seen.contains(&seen),
            _ => self.seen_many.contains(&seen),
        };
        if known || self.uses.len() >= limits::USES {
            return;
        }
        self.seen.push(seen);
        if self.seen.len() > FEW {
            self.seen_many.extend(self.seen.iter().copied());
        }
        self.uses.push(make());
    }

    /// What it took to write it down, in steps.
    pub(super) fn cost(&self) -> u32 {
        let kept = self.intermediate.iter().map(|kept| kept.worked.len());
        let text = self.worked.len() + kept.sum::<usize>();
        u32::try_from(text / 16 + self.uses.len() * 10).unwrap_or(u32::MAX)
    }

    pub(super) fn write(&mut self, text: &str) {
        if self.worked.len() + text.len() <= limits::WORKED_CHARS {
            self.worked.push_str(text);
        } else if !self.cut {
            self.cut = true;
            self.worked.push('…');
        }
    }

    /// Puts what was written since `start` in brackets, unless it is a single figure.
    pub(super) fn bracket(&mut self, start: usize) {
        if self.worked[start..].contains(' ') && !self.cut {
            self.worked.insert(start, '(');
            self.worked.push(')');
        }
    }

    /// Writes a figure; below zero in brackets, because a sign may stand before it.
    pub(super) fn write_value(&mut self, value: &Value, decimals: Option<u32>) {
        match value {
            Value::Number(number) => self.write_number(*number, decimals),
            Value::Text(text) => {
                self.write("'");
                self.write(text);
                self.write("'");
            }
            other => self.write(&other.to_string()),
        }
    }

    fn write_number(&mut self, number: Decimal, decimals: Option<u32>) {
        if self.worked.len() + 40 > limits::WORKED_CHARS {
            return self.write(&printed(number, decimals));
        }
        let mut plain = number.normalize();
        if let Some(wanted) = decimals.filter(|wanted| *wanted > plain.scale()) {
            plain.rescale(wanted);
        }
        let written = if plain.is_sign_negative() {
            write!(self.worked, "({plain})")
        } else {
            write!(self.worked, "{plain}")
        };
        written.expect("a string takes every text");
    }

    /// Keeps what came out of the calculation written since `start`.
    pub(super) fn keep(&mut self, start: usize, value: &Value) {
        if self.intermediate.len() < limits::INTERMEDIATE && !self.cut {
            let worked = self.worked[start..].to_owned();
            self.keep_aside(worked, value);
        }
    }

    /// Keeps a calculation that is not part of the text, such as a condition.
    pub(super) fn keep_aside(&mut self, worked: String, value: &Value) {
        let kept = Intermediate {
            worked,
            value: value.to_string(),
        };
        if self.intermediate.len() < limits::INTERMEDIATE && !self.intermediate.contains(&kept) {
            self.intermediate.push(kept);
        }
    }
}
