//! What is wrong with a plan, with the facts of a household, or with computing the two together.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::limits;

macro_rules! codes {
    ($($name:ident $text:literal)*) => {
        /// What is wrong, as a stable code. `docs/writing-a-plan.md` says what to do about each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum FaultCode {
            $(#[doc = $text] #[serde(rename = $text)] $name,)*
        }

        impl FaultCode {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The code as texts have it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    // Reading the document.
    DocumentTooLarge "document-too-large"
    NotJson "not-json"
    NotToml "not-toml"
    Required "required"
    UnknownField "unknown-field"
    WrongType "wrong-type"
    NotOneOf "not-one-of"
    WrongPattern "wrong-pattern"
    TooLong "too-long"
    TooShort "too-short"
    TooMany "too-many"
    TooFew "too-few"
    Invalid "invalid"
    // What the sections say of each other.
    NameTaken "name-taken"
    NameReserved "name-reserved"
    NameUnknown "name-unknown"
    NameLater "name-later"
    ExactlyOneOf "exactly-one-of"
    NotANumber "not-a-number"
    NotADate "not-a-date"
    NotYesOrNo "not-yes-or-no"
    NotAText "not-a-text"
    NotAList "not-a-list"
    TooSmall "too-small"
    TooLarge "too-large"
    TooManyDecimals "too-many-decimals"
    Misplaced "misplaced"
    RoundingStep "rounding-step"
    CellMissing "cell-missing"
    CellUnknown "cell-unknown"
    RowTwice "row-twice"
    RowMissing "row-missing"
    RangedKeys "ranged-keys"
    MustAccrue "must-accrue"
    NothingCollective "nothing-collective"
    // Formulas.
    FormulaCharacter "formula-character"
    FormulaTooLong "formula-too-long"
    FormulaTooDeep "formula-too-deep"
    FormulaSyntax "formula-syntax"
    FormulaNotAllowed "formula-not-allowed"
    FunctionUnknown "function-unknown"
    FormulaType "formula-type"
    FormulaMayBeEmpty "formula-may-be-empty"
    // Publication.
    ChoiceOpen "choice-open"
    ExampleMissing "example-missing"
    ExampleExpectsNothing "example-expects-nothing"
    ExampleRefused "example-refused"
    ExampleDiffers "example-differs"
    LineWithoutExample "line-without-example"
    EarlierLowers "earlier-lowers"
    // Facts and computing.
    FactUnknown "fact-unknown"
    FactMissing "fact-missing"
    DivisionByZero "division-by-zero"
    NumberTooLarge "number-too-large"
    DateOutOfRange "date-out-of-range"
    ListEmpty "list-empty"
    AmountNegative "amount-negative"
    AmountTooLarge "amount-too-large"
    SharesNotOne "shares-not-one"
    TooManyMonths "too-many-months"
    TooManyLines "too-many-lines"
    TooMuchWork "too-much-work"
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One mistake: where it is and what to do, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Stable, kebab-case.
    pub code: FaultCode,
    /// JSON pointer into the document (`/lines/3/formula`) or into the facts (`/facts/area`).
    pub pointer: String,
    /// The line, value, table, input or example it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<Box<str>>,
    /// The formula.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<Box<str>>,
    /// The place in the formula, counted in characters from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// The line of the TOML file, counted from 1, when the document came from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_line: Option<u32>,
    /// The sentence for readers of Chinese.
    pub zh: Box<str>,
    /// The sentence for readers of English.
    pub en: Box<str>,
}

impl Fault {
    /// A mistake at a place of the document or the facts.
    pub fn new(
        code: FaultCode,
        pointer: impl Into<String>,
        zh: impl Into<Box<str>>,
        en: impl Into<Box<str>>,
    ) -> Self {
        Self {
            code,
            pointer: pointer.into(),
            item: None,
            expression: None,
            column: None,
            source_line: None,
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// Names what it belongs to.
    #[must_use]
    pub fn of(mut self, item: impl Into<Box<str>>) -> Self {
        self.item = Some(item.into());
        self
    }

    /// Names the formula and the place in it.
    #[must_use]
    pub fn in_formula(mut self, text: &str, column: usize) -> Self {
        self.expression = Some(text.into());
        self.column = u32::try_from(column).ok();
        self
    }
}

impl Fault {
    /// The sentences with what they are about and where: Chinese, then English. Together with
    /// `pointer` and `code` they are all an answer has to tell.
    pub fn sentences(&self) -> (String, String) {
        let pair = |zh: String, en: String| (zh, en);
        let item = self.item.as_ref();
        let item = item.map(|item| pair(format!("{item}："), format!("{item}: ")));
        let formula = self.expression.as_ref().zip(self.column);
        let formula = formula.map(|(text, column)| {
            pair(
                format!("（公式第 {column} 列：{text}）"),
                format!(" (column {column} of `{text}`)"),
            )
        });
        let line = self.source_line.map(|line| {
            pair(
                format!("（文件第 {line} 行）"),
                format!(" (line {line} of the file)"),
            )
        });
        let (item, formula, line) = (
            item.unwrap_or_default(),
            formula.unwrap_or_default(),
            line.unwrap_or_default(),
        );
        (
            [&item.0, &*self.zh, &formula.0, &line.0].concat(),
            [&item.1, &*self.en, &formula.1, &line.1].concat(),
        )
    }
}

/// Where it is, in words: what it belongs to, the line of the file, the place in the formula.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pointer)?;
        if let Some(item) = &self.item {
            write!(f, " ({item})")?;
        }
        if let Some(line) = self.source_line {
            write!(f, ", line {line}")?;
        }
        if let (Some(text), Some(column)) = (&self.expression, self.column) {
            write!(f, ", column {column} of `{text}`")?;
        }
        write!(f, " [{}]: {} / {}", self.code, self.zh, self.en)
    }
}

impl std::error::Error for Fault {}

/// The mistakes found so far; more than a screenful helps nobody.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn push(&mut self, fault: Fault) {
        if self.0.len() < limits::FAULTS && !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    pub(crate) fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            self.push(fault);
        }
    }

    /// Keeps what went well, and notes what did not.
    pub(crate) fn keep<T>(&mut self, result: Result<T, impl Into<Vec<Fault>>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(faults) => {
                self.extend(faults.into());
                None
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `value` when nothing is wrong.
    pub(crate) fn or<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self.0)
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.0
    }
}

impl From<Fault> for Vec<Fault> {
    fn from(fault: Fault) -> Self {
        vec![fault]
    }
}

impl From<Box<Fault>> for Vec<Fault> {
    fn from(fault: Box<Fault>) -> Self {
        vec![*fault]
    }
}
