//! How much a plan may ask of the machine. Every limit of documents and computing stands here.

/// The longest document, in bytes.
pub const DOCUMENT_BYTES: usize = 512 * 1024;
/// The most entries of one section: inputs, values, lines, tables and so on.
pub const SECTION: usize = 200;
/// The most answers of a choice, fields of a list, keys or columns of a table, payees of a split.
pub const MEMBERS: usize = 20;
/// The most values an input of type `text` may be one of.
pub const WORDS: usize = 500;
/// The most rows of one table.
pub const TABLE_ROWS: usize = 5_000;
/// The longest formula, in characters.
pub const FORMULA_CHARS: usize = 1_000;
/// The most words and signs of a formula.
pub const FORMULA_TOKENS: usize = 400;
/// How deep brackets, and parts of a formula, may stand inside each other.
pub const FORMULA_DEPTH: usize = 48;
/// The most items of a list of facts.
pub const LIST_ITEMS: usize = 200;
/// The most calendar months between two days: twenty years.
pub const MONTHS: u32 = 240;
/// What computing one statement may take, in parts of formulas evaluated; what is written down
/// counts as well. An ordinary statement takes one or two thousand.
pub const STEPS: u32 = 500_000;
/// What publishing a plan may take, with all its examples; a few seconds.
pub const PUBLICATION_STEPS: u32 = 40_000_000;
/// The most lines of a statement.
pub const STATEMENT_LINES: usize = 2_000;
/// The longest text of a calculation; what is longer ends in `…`.
pub const WORKED_CHARS: usize = 4_000;
/// The most intermediate results kept of one calculation.
pub const INTERMEDIATE: usize = 50;
/// The most figures kept of one calculation.
pub const USES: usize = 1_000;
/// The most mistakes told at once.
pub const FAULTS: usize = 100;
