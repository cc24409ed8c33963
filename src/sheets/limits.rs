//! Every limit of tables that come in or go out.

/// Largest file accepted, as stored (XLSX is compressed, CSV is not), in bytes.
pub const MAX_FILE_BYTES: u64 = 512 << 20;

/// Rows with content a table may have, the heading included.
pub const MAX_ROWS: u32 = 1_000_000;

/// Columns a row may reach with content.
pub const MAX_COLUMNS: u32 = 200;

/// Characters of one cell.
pub const MAX_CELL_CHARS: usize = 10_000;

/// Bytes of one CSV record once decoded, line feeds inside quotes included.
pub const MAX_RECORD_BYTES: usize = 1 << 20;

/// Parts a workbook's container may list.
pub(super) const MAX_PARTS: usize = 10_000;

/// Any one part of a workbook once unpacked: a million rows of some fifteen columns.
pub(super) const MAX_PART_BYTES: u64 = 1 << 30;

/// The texts a workbook shares between cells; these stay in memory while it is read.
pub(super) const MAX_STRINGS_BYTES: u64 = 256 << 20;

/// Parts of a workbook that say what it consists of (styles, relations, the list of sheets).
pub(super) const MAX_STRUCTURE_BYTES: u64 = 32 << 20;

/// All parts of a workbook together once unpacked.
pub(super) const MAX_UNPACKED_BYTES: u64 = 2 << 30;

/// Parts up to this size may be unpacked in one piece without harm; larger ones are looked
/// through first for a piece longer than [`MAX_XML_PIECE_BYTES`].
pub(super) const SAFE_PART_BYTES: u64 = 64 << 20;

/// The longest tag or cell text in a large part. A cell of 32,767 characters, Excel's own
/// limit, fits however its characters are escaped.
pub(super) const MAX_XML_PIECE_BYTES: u64 = 512 << 10;

/// Rows handed from the reading thread to the reader at a time.
pub(super) const ROWS_PER_BATCH: usize = 256;

/// Batches that may wait between them: with the one being filled and the one being read, the
/// most that is in memory at once, however long the table.
pub(super) const BATCHES_WAITING: usize = 4;

/// Rows of a worksheet below its heading: Excel's own limit.
pub(super) const ROWS_PER_SHEET: u32 = 1_048_575;

/// Characters of one cell Excel can hold.
pub(super) const MAX_EXCEL_CHARS: usize = 32_767;
