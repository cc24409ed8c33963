//! The cells of a row, read one by one; every mistake is kept, not only the first.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::model::Finding;
use crate::{
    sheets::{Binding, NO_RESULT, Row},
    values::{Day, ValueError, masked_address, masked_document, masked_name, masked_phone},
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
            Some(text) => self.read(field, text, parse),
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
            Some(text) => self.read(field, text, parse).map(Some),
            None => Some(None),
        }
    }

    fn read<T>(
        &mut self,
        field: &'static str,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        if text == NO_RESULT {
            return self.keep(field, Err(no_result()));
        }
        self.keep(field, parse(&half_width(text)))
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
        let text = self.binding.get(self.row, field);
        finding.new = text.and_then(|text| repeated(field, text));
        self.mistakes.push(finding);
    }

    pub(super) fn into_mistakes(self) -> Vec<Finding> {
        self.mistakes
    }
}

fn no_result() -> ValueError {
    ValueError::new(
        "formula-without-result",
        "公式没有结果，请在表格软件中打开并保存",
        "the formula has no result; open the file in a spreadsheet program and save it",
    )
}

/// The most characters of a refused cell that are repeated.
const REPEATED_CHARS: usize = 60;

/// What of a refused cell is repeated to whoever sent it: personal data masked, what is sealed not
/// at all.
fn repeated(field: &str, text: &str) -> Option<String> {
    let shown = match field {
        _ if text == NO_RESULT => return None,
        "detail" => return None,
        "holder_name" | "person_name" => masked_name(text),
        "address" => masked_address(text),
        "phone" => masked_phone(text),
        "id_number" => masked_document(text),
        _ => text.to_owned(),
    };
    Some(shown.chars().take(REPEATED_CHARS).collect())
}

/// Digits and letters as a Chinese keyboard may leave them (`０１２`, `Ａ`) in their usual width;
/// brackets and other marks stay, names are written with them.
pub(super) fn half_width(text: &str) -> Cow<'_, str> {
    let wide = |c: char| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ');
    if text.contains(wide) {
        text.chars()
            .map(|c| if wide(c) { narrow(c) } else { c })
            .collect()
    } else {
        Cow::Borrowed(text)
    }
}

/// A character of the full-width block in its usual width.
fn narrow(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// A text in its one spelling, as the value types keep it.
pub(super) fn spelt(text: &str) -> Cow<'_, str> {
    let text = half_width(text);
    if is_nfc(&text) {
        text
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// A day as people write it: `2018-03-05`, `2018/3/5`, `2018.3.5`, `20180305`, `2018年3月5日`; a
/// time of day behind it (`2018-03-05 13:05`) is passed over.
pub(super) fn day(text: &str) -> Result<Day, ValueError> {
    let narrow: String = text.chars().map(narrow).collect();
    let text = match narrow.split_once([' ', 'T', '\u{3000}']) {
        Some((day, time)) if is_time(time.trim()) => day,
        _ => &narrow,
    };
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

/// `9:30`, `13:05:00`, `00:00:00.000`.
fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Vec<&str> = clock.split(':').collect();
    let in_range = |part: &str, below: u32| {
        (1..=2).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse().is_ok_and(|number: u32| number < below)
    };
    fraction.bytes().all(|b| b.is_ascii_digit())
        && (2..=3).contains(&parts.len())
        && in_range(parts[0], 24)
        && parts[1..].iter().all(|part| in_range(part, 60))
}

/// A decimal as people write it: `1,250,000.00` without its separators, zeros in front gone.
pub(super) fn decimal(text: &str) -> Cow<'_, str> {
    if text.contains(['，', '．']) {
        let narrow: String = text.chars().map(narrow).collect();
        return Cow::Owned(decimal(&narrow).into_owned());
    }
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
            "2018-03-05 13:05",
            "2018/3/5 9:30",
            "2018-03-05 00:00:00",
            "2018-03-05T23:59:59.000",
            "2018．3．5",
        ] {
            assert_eq!(day(text).unwrap().to_string(), "2018-03-05", "{text}");
        }
        for text in [
            "2018-13-01",
            "5/3/2018",
            "2018年3月",
            "昨天",
            "2018-3-5-1",
            "2018-03-05 25:00",
            "2018-03-05 下午",
        ] {
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
    fn wide_digits_and_letters_become_narrow_and_marks_stay() {
        assert_eq!(half_width("ＤＪＧＤ－０１２（东）"), "DJGD－012（东）");
        assert_eq!(decimal(&half_width("１，２５０．５")), "1250.5");
    }

    #[test]
    fn what_is_repeated_of_a_refused_cell_names_nobody() {
        assert_eq!(repeated("amount", "-5").as_deref(), Some("-5"));
        assert_eq!(
            repeated("phone", "13812345678x").as_deref(),
            Some("138****5678")
        );
        assert_eq!(
            repeated("id_number", "11010519491231002A").as_deref(),
            Some("110*************2A")
        );
        assert_eq!(repeated("detail", "高血压"), None);
        assert_eq!(
            repeated("address", &"路".repeat(99))
                .unwrap()
                .chars()
                .count(),
            60
        );
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
