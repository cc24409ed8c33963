//! What a row looks like in a table: said once for downloads and reports.

use std::fmt::Display;

use super::{OutCell, columns::in_language};
use crate::{
    http::Language,
    values::{Day, Instant},
};

/// A text in Chinese and in English.
pub type Bilingual = (&'static str, &'static str);

/// Something that is a row of a table.
pub trait Tabular {
    /// The headings, in the order of the cells.
    const COLUMNS: &'static [Bilingual];

    /// One cell per heading.
    fn cells(&self, language: Language) -> Vec<OutCell>;
}

/// The headings of a table of such rows.
pub fn headings<T: Tabular>(language: Language) -> Vec<String> {
    let columns = T::COLUMNS.iter();
    columns
        .map(|(zh, en)| in_language(language, zh, en).to_owned())
        .collect()
}

impl OutCell {
    /// A word in the language of the table.
    pub fn word(language: Language, (zh, en): Bilingual) -> Self {
        Self::text(in_language(language, zh, en))
    }

    pub fn yes_or_no(language: Language, is_so: bool) -> Self {
        Self::word(language, if is_so { ("是", "yes") } else { ("否", "no") })
    }

    /// An exact number as it prints: money, areas.
    pub fn decimal(number: impl Display) -> Self {
        Self::Decimal(number.to_string())
    }

    pub fn day(day: Day) -> Self {
        Self::Date(day.as_date())
    }

    pub fn instant(instant: Instant) -> Self {
        Self::text(instant.to_string())
    }

    /// Empty where there is nothing.
    pub fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }
}
