//! The cells of a row, read one by one; every mistake is kept, not only the first.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::model::Finding;
use crate::{
    sheets::{Binding, Row},
    values::{Day, ValueError},
};

/// A row being read.
pub(super) struct Cells<'a> {
    binding: &'a Binding,
    row: &'a Row,
    mistakes: Vec<Finding>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(binding: &'a Binding, row: &'a Row) -> Self {
        let mut cells = Self {
            binding,
            row,
            mistakes: vec![],
        };
        if let Some(column) = binding.stray_cell(row) {
            let mut stray = Finding::of_row(
                "cell-without-heading",
                "该单元格上方没有列名",
                "the cell stands below no heading",
            );
            stray.column = Some(column);
            cells.mistakes.push(stray);
        }
        cells
    }

    /// A cell that must be filled in; `None` when it is empty or wrong.
    pub(super) fn required<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        match self.binding.get(self.row, field) {
            Some(text) => self.keep(field, parse(text)),
            None => self.keep(field, Err(ValueError::missing())),
        }
    }

    /// A cell that may be empty; the outer `None` when it is wrong.
    #[expect(
        clippy::option_option,
        reason = "wrong and empty are two things, and both occur"
    )]
    pub(super) fn optional<T>(
        &mut self,
        field: &'static str,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<Option<T>> {
        match self.binding.get(self.row, field) {
            Some(text) => self.keep(field, parse(text)).map(Some),
            None => Some(None),
        }
    }

    /// The text of a cell, if there is any.
    pub(super) fn text(&self, field: &'static str) -> Option<&'a str> {
        self.binding.get(self.row, field)
    }

    /// Keeps what was read, or the mistake.
    pub(super) fn keep<T>(
        &mut self,
        field: &'static str,
        read: Result<T, ValueError>,
    ) -> Option<T> {
        read.map_err(|refused| self.refuse(field, refused)).ok()
    }

    pub(super) fn refuse(&mut self, field: &'static str, refused: ValueError) {
        let mut finding = Finding::of_field(field, refused);
        finding.column = self.binding.column(field);
        self.mistakes.push(finding);
    }

    pub(super) fn into_mistakes(self) -> Vec<Finding> {
        self.mistakes
    }
}

/// A text in its one spelling, as the value types keep it.
pub(super) fn spelt(text: &str) -> Cow<'_, str> {
    if is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// A day as people write it: `2018-03-05`, `2018/3/5`, `2018.3.5`, `20180305`, `2018年3月5日`.
pub(super) fn day(text: &str) -> Result<Day, ValueError> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Day::parse(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]));
    }
    let trimmed = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = trimmed.split(['-', '/', '.', '年', '月']).collect();
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    match parts[..] {
        [year, month, day] if year.len() == 4 && digits(month, 2) && digits(day, 2) => {
            Day::parse(&format!("{year}-{month:0>2}-{day:0>2}"))
        }
        _ => Day::parse(text),
    }
}

/// A decimal as people write it: `1,250,000.00` without its separators, zeros in front gone.
pub(super) fn decimal(text: &str) -> Cow<'_, str> {
    if !text.contains(',') {
        return Cow::Borrowed(text);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    if grouped && !fraction.contains(',') {
        Cow::Owned(text.replace(',', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// One of several words, in either language or as the contract spells it.
pub(super) fn one_of<T: Copy>(text: &str, words: &[(&[&str], T)]) -> Result<T, ValueError> {
    let asked = text.to_lowercase();
    let found = words
        .iter()
        .find(|(names, _)| names.iter().any(|name| *name == asked));
    found.map(|(_, value)| *value).ok_or_else(|| {
        let first = |at: usize| {
            let names = words.iter().filter_map(move |(names, _)| names.get(at));
            names.copied().collect::<Vec<_>>()
        };
        ValueError::new(
            "not-one-of",
            format!("应为其中之一：{}", first(1).join("、")),
            format!("must be one of {}", first(0).join(", ")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        for text in [
            "2018-03-05",
            "2018/3/5",
            "2018.3.5",
            "20180305",
            "2018年3月5日",
            "2018年03月05日",
        ] {
            assert_eq!(day(text).unwrap().to_string(), "2018-03-05", "{text}");
        }
        for text in ["2018-13-01", "5/3/2018", "2018年3月", "昨天", "2018-3-5-1"] {
            assert_eq!(day(text).unwrap_err().code, "not-a-date", "{text}");
        }
    }

    #[test]
    fn separators_of_thousands_are_passed_over_and_nothing_else() {
        assert_eq!(decimal("1,250,000.50"), "1250000.50");
        assert_eq!(decimal("120.50"), "120.50");
        for text in ["1,25", "1,2500", ",250", "1.250,00", "1,,250"] {
            assert_eq!(decimal(text), text);
        }
    }

    #[test]
    fn a_word_is_known_in_both_languages_and_others_are_told() {
        let words: &[(&[&str], i32)] = &[(&["yes", "是"], 1), (&["no", "否"], 0)];
        assert_eq!(one_of("YES", words), Ok(1));
        assert_eq!(one_of("否", words), Ok(0));
        let refused = one_of("也许", words).unwrap_err();
        assert_eq!(refused.zh, "应为其中之一：是、否");
        assert_eq!(refused.en, "must be one of yes, no");
    }
}
