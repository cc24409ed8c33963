//! The columns a table is expected to have, and which heading of a file means which.

use unicode_normalization::UnicodeNormalization as _;

use super::cell::Row;
use crate::http::Language;

/// One column of an expected table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Name in the contract, `snake_case`; itself accepted as a heading.
    pub key: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Other headings in use for the same thing.
    pub aliases: &'static [&'static str],
    /// The column must be there; whether a cell may be empty is for the importer to say.
    pub required: bool,
    /// What to write, for the template: format, unit, accepted words.
    pub hint_zh: &'static str,
    pub hint_en: &'static str,
    /// A cell as it should look; may be empty.
    pub example: &'static str,
}

/// A kind of table that can be imported or offered as a template.
#[derive(Debug, Clone, Copy)]
pub struct TableShape {
    /// Name in the contract and of the template's file, such as `roster`.
    pub kind: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub columns: &'static [Column],
}

impl TableShape {
    /// The headings in one language, in the order of the template.
    pub fn headings(&self, language: Language) -> Vec<String> {
        self.columns
            .iter()
            .map(|c| in_language(language, c.zh, c.en).to_owned())
            .collect()
    }

    /// Headings that two columns answer to. A shape must have none; its owner tests that.
    pub fn ambiguous_headings(&self) -> Vec<String> {
        let mut ambiguous = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            let others = &self.columns[index + 1..];
            for name in column.names() {
                let meant = [plain(name), without_unit(&plain(name)).to_owned()];
                if others.iter().any(|o| meant.iter().any(|m| o.answers_to(m))) {
                    ambiguous.push(name.to_owned());
                }
            }
        }
        ambiguous
    }
}

impl Column {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.zh, self.en, self.key]
            .into_iter()
            .chain(self.aliases.iter().copied())
    }

    /// Whether a heading in its plain form, with or without its unit, is this column's.
    fn answers_to(&self, heading: &str) -> bool {
        self.names().any(|name| {
            let name = plain(name);
            name == heading || without_unit(&name) == without_unit(heading)
        })
    }
}

/// The text of the two that a file in this language shows.
pub(super) fn in_language<'a>(language: Language, zh: &'a str, en: &'a str) -> &'a str {
    match language {
        Language::Chinese => zh,
        Language::English => en,
    }
}

/// A mistake in the heading row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadingError {
    /// `column-unknown`, `column-missing` or `column-duplicate`.
    pub code: &'static str,
    /// Column in the file, from 1; `None` for a missing one.
    pub column: Option<u32>,
    /// The heading as it stands in the file; for a missing one, the Chinese heading expected.
    pub heading: String,
    /// The column meant: missing, duplicated, or most like an unknown heading.
    pub key: Option<&'static str>,
    pub zh: String,
    pub en: String,
}

/// Where in a file each column of a shape stands.
#[derive(Debug, Clone)]
pub struct Binding {
    shape: TableShape,
    /// By column of the shape: its place in a row, from 0.
    places: Vec<Option<usize>>,
    /// Places without a heading lie beyond these or between them.
    headed: Vec<bool>,
}

/// Finds the columns of a shape by their headings: Chinese, English, key or alias, whatever the
/// case, spacing and width of the characters, with a `*` or the unit in brackets behind them or
/// without. All mistakes are reported at once.
pub fn bind_headings(shape: &TableShape, row: &Row) -> Result<Binding, Vec<HeadingError>> {
    let mut places = vec![None; shape.columns.len()];
    let mut errors = Vec::new();
    for (place, heading) in row.cells.iter().enumerate().filter(|(_, h)| !h.is_empty()) {
        let meant = plain(heading);
        match shape.columns.iter().position(|c| c.answers_to(&meant)) {
            Some(index) => match places[index] {
                Some(first) => {
                    errors.push(duplicate(&shape.columns[index], place, heading, first));
                }
                None => places[index] = Some(place),
            },
            None => errors.push(unknown(shape, place, heading)),
        }
    }
    for (column, place) in shape.columns.iter().zip(&places) {
        if column.required && place.is_none() {
            errors.push(missing(column));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let headed = row.cells.iter().map(|h| !h.is_empty()).collect();
    Ok(Binding {
        shape: *shape,
        places,
        headed,
    })
}

/// Finds the row of headings among the first rows of a table, below a title or a remark: the first
/// one that has all required columns. When none has, the mistakes of the row that is most like
/// headings are told.
///
/// # Panics
/// Without any row.
pub fn find_headings(
    shape: &TableShape,
    top: &[Row],
) -> Result<(usize, Binding), Vec<HeadingError>> {
    let known = |row: &Row| {
        let headings = row.cells.iter().filter(|h| !h.is_empty());
        let columns = headings.filter_map(|heading| {
            let meant = plain(heading);
            shape.columns.iter().position(|c| c.answers_to(&meant))
        });
        columns.collect::<std::collections::BTreeSet<_>>()
    };
    let found: Vec<_> = top.iter().map(known).collect();
    let required = |index: usize| shape.columns[index].required;
    let complete = found.iter().position(|known| {
        (0..shape.columns.len()).all(|index| !required(index) || known.contains(&index))
    });
    // The first of those most alike: `max_by_key` would take the last.
    let likest = || (0..top.len()).rev().max_by_key(|at| found[*at].len());
    let at = complete.or_else(likest).expect("a table has a row");
    bind_headings(shape, &top[at]).map(|binding| (at, binding))
}

impl Binding {
    /// The cell of a column in a row; `None` when it is empty or the file has no such column.
    pub fn get<'r>(&self, row: &'r Row, key: &str) -> Option<&'r str> {
        Some(row.cell(self.place(key)?)).filter(|text| !text.is_empty())
    }

    /// Where a column stands in the file, from 1; `None` when the file does not have it.
    pub fn column(&self, key: &str) -> Option<u32> {
        self.place(key)
            .and_then(|place| u32::try_from(place + 1).ok())
    }

    /// The first cell with content below no heading, from 1: nobody would know what it means.
    pub fn stray_cell(&self, row: &Row) -> Option<u32> {
        let headed = |place: usize| self.headed.get(place).copied().unwrap_or(false);
        let stray = |(place, text): (usize, &String)| !text.is_empty() && !headed(place);
        let place = row.cells.iter().enumerate().position(stray)?;
        u32::try_from(place + 1).ok()
    }

    /// Whether the row is the example of the template, left where it was.
    pub fn is_example(&self, row: &Row) -> bool {
        let mut columns = self.shape.columns.iter();
        columns.all(|c| self.get(row, c.key).unwrap_or("") == c.example)
    }

    fn place(&self, key: &str) -> Option<usize> {
        let index = self.shape.columns.iter().position(|c| c.key == key);
        debug_assert!(index.is_some(), "{key} is no column of {}", self.shape.kind);
        self.places[index?]
    }
}

fn unknown(shape: &TableShape, place: usize, heading: &str) -> HeadingError {
    let nearest = nearest(shape, heading);
    let (zh_hint, en_hint) = nearest.map_or_else(Default::default, |c| {
        (
            format!("，是否为“{}”？", c.zh),
            format!("; did you mean \"{}\"?", c.en),
        )
    });
    let number = place + 1;
    HeadingError {
        code: "column-unknown",
        column: u32::try_from(number).ok(),
        heading: heading.to_owned(),
        key: nearest.map(|c| c.key),
        zh: format!("第 {number} 列的列名“{heading}”无法识别{zh_hint}"),
        en: format!("column {number}, \"{heading}\", is not known{en_hint}"),
    }
}

fn duplicate(column: &Column, place: usize, heading: &str, first: usize) -> HeadingError {
    let (number, first) = (place + 1, first + 1);
    HeadingError {
        code: "column-duplicate",
        column: u32::try_from(number).ok(),
        heading: heading.to_owned(),
        key: Some(column.key),
        zh: format!(
            "第 {number} 列“{heading}”与第 {first} 列重复（都是“{}”）",
            column.zh
        ),
        en: format!(
            "column {number}, \"{heading}\", repeats column {first} (\"{}\")",
            column.en
        ),
    }
}

fn missing(column: &Column) -> HeadingError {
    HeadingError {
        code: "column-missing",
        column: None,
        heading: column.zh.to_owned(),
        key: Some(column.key),
        zh: format!("缺少必填列“{}”", column.zh),
        en: format!("the required column \"{}\" is missing", column.en),
    }
}

/// The column most like a heading, unless more than half of it would have to change.
fn nearest(shape: &TableShape, heading: &str) -> Option<&'static Column> {
    let meant = plain(heading);
    let meant = without_unit(&meant);
    let names = shape
        .columns
        .iter()
        .flat_map(|c| c.names().map(move |name| (c, plain(name))));
    names
        .map(|(column, name)| {
            let name = without_unit(&name);
            (
                column,
                edits(meant, name),
                meant.chars().count().max(name.chars().count()),
            )
        })
        .filter(|(_, edits, length)| edits * 2 <= *length)
        .min_by_key(|(_, edits, _)| *edits)
        .map(|(column, ..)| column)
}

/// Characters to insert, remove or replace to turn one text into the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut costs: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut costs[0], row + 1);
        for (column, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = costs[column + 1];
            costs[column + 1] = replaced.min(diagonal + 1).min(costs[column] + 1);
        }
    }
    costs[to.len()]
}

/// A heading without what people vary: width and case of characters, blanks and underscores,
/// the `*` of a required column, a colon at the end.
fn plain(heading: &str) -> String {
    let folded = heading.nfkc().flat_map(char::to_lowercase);
    let text: String = folded
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '\u{feff}'))
        .collect();
    text.trim_matches(['*', ':']).to_owned()
}

/// Units and remarks that may follow a heading in brackets, in their plain form. Units that would
/// change the number, 万元 or 亩, are not among them on purpose.
const UNITS: [&str; 28] = [
    "m2",
    "平方米",
    "平米",
    "sqm",
    "squaremetres",
    "squaremeters",
    "元",
    "人民币元",
    "yuan",
    "rmb",
    "cny",
    "户",
    "人",
    "层",
    "套",
    "毫米",
    "mm",
    "%",
    "yyyymmdd",
    "yyyy/mm/dd",
    "年月日",
    "日期",
    "date",
    "必填",
    "选填",
    "required",
    "optional",
    "households",
];

/// A plain heading without a unit or remark in brackets behind it.
fn without_unit(heading: &str) -> &str {
    for (open, close) in [('(', ')'), ('[', ']'), ('【', '】'), ('〔', '〕')] {
        if let Some((name, unit)) = heading
            .strip_suffix(close)
            .and_then(|h| h.rsplit_once(open))
            && !name.is_empty()
            && UNITS.contains(&unit)
        {
            return name.trim_end_matches('*');
        }
    }
    heading
}
