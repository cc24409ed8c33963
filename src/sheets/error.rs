//! Why a table could not be read or written, in words its owner can act on.

use super::limits::{MAX_CELL_CHARS, MAX_COLUMNS, MAX_EXCEL_CHARS, MAX_FILE_BYTES, MAX_ROWS};

/// A table that could not be read or written: a stable code, the text in both languages, and
/// where in the file it happened when that is known. The texts never repeat what a cell holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{en}")]
pub struct SheetError {
    /// Kebab-case code, stable across versions.
    pub code: &'static str,
    pub zh: String,
    pub en: String,
    /// Row as a person counts it in the file, from 1.
    pub row: Option<u32>,
    /// Column as a person counts it in the file, from 1.
    pub column: Option<u32>,
}

/// For writers of files, where every failure is one of input and output.
impl From<SheetError> for std::io::Error {
    fn from(error: SheetError) -> Self {
        Self::other(error)
    }
}

impl SheetError {
    pub(super) fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code,
            zh: zh.into(),
            en: en.into(),
            row: None,
            column: None,
        }
    }

    fn at(mut self, row: u32, column: Option<u32>) -> Self {
        self.row = Some(row);
        self.column = column;
        self
    }

    pub(super) fn unreadable_file(cause: &std::io::Error) -> Self {
        let kind = cause.kind();
        Self::new(
            "file-unreadable",
            format!("无法读取文件（{kind}）"),
            format!("the file cannot be read ({kind})"),
        )
    }

    pub(super) fn empty() -> Self {
        Self::new(
            "file-empty",
            "文件中没有任何内容",
            "there is nothing in the file",
        )
    }

    pub(super) fn too_large() -> Self {
        let mib = MAX_FILE_BYTES >> 20;
        Self::new(
            "file-too-large",
            format!("文件超过 {mib} MB，请分成几个文件"),
            format!("the file is larger than {mib} MB; split it into several"),
        )
    }

    pub(super) fn pdf() -> Self {
        Self::new(
            "file-is-pdf",
            "这是 PDF 文件，请提供 XLSX 或 CSV 表格",
            "this is a PDF; send the table as XLSX or CSV",
        )
    }

    pub(super) fn old_excel() -> Self {
        Self::new(
            "file-is-old-excel",
            "这是旧版 Excel 97-2003 文件（.xls），请用 Excel 或 WPS 另存为 .xlsx",
            "this is an Excel 97-2003 file (.xls); save it as .xlsx in Excel or WPS",
        )
    }

    pub(super) fn encrypted() -> Self {
        Self::new(
            "file-is-encrypted",
            "工作簿设有打开密码，请去掉密码后再上传",
            "the workbook is protected by a password; remove it and send the file again",
        )
    }

    pub(super) fn web_page() -> Self {
        Self::new(
            "file-is-web-page",
            "文件内容是网页或 XML（常见于系统导出的假 .xls），请在 Excel 或 WPS 中打开并另存为 .xlsx",
            "the content is a web page or XML, as some systems export under the name .xls; open it \
             in Excel or WPS and save it as .xlsx",
        )
    }

    pub(super) fn other_workbook() -> Self {
        Self::new(
            "file-is-other-workbook",
            "这种表格格式（.xlsb 或 .ods）不受支持，请另存为 .xlsx",
            "this kind of workbook (.xlsb or .ods) is not supported; save it as .xlsx",
        )
    }

    pub(super) fn not_a_table() -> Self {
        Self::new(
            "file-is-not-a-table",
            "这不是表格文件，请提供 XLSX 或 CSV",
            "this is not a table; send XLSX or CSV",
        )
    }

    pub(super) fn damaged() -> Self {
        Self::new(
            "workbook-damaged",
            "工作簿已损坏或不完整，请在 Excel 或 WPS 中打开并重新保存",
            "the workbook is damaged or incomplete; open it in Excel or WPS and save it again",
        )
    }

    pub(super) fn damaged_at(row: u32) -> Self {
        Self {
            zh: format!("工作簿在第 {row} 行附近损坏，请在 Excel 或 WPS 中打开并重新保存"),
            en: format!(
                "the workbook is damaged near row {row}; open it in Excel or WPS and save it again"
            ),
            ..Self::damaged().at(row, None)
        }
    }

    pub(super) fn unpacks_too_large() -> Self {
        Self::new(
            "workbook-too-large",
            "工作簿解压后过大，请只保留要导入的工作表和数据",
            "the workbook unpacks to more than is accepted; keep only the sheet and data to import",
        )
    }

    pub(super) fn no_sheet() -> Self {
        Self::new(
            "workbook-without-sheet",
            "工作簿中没有可见的工作表",
            "the workbook has no visible sheet",
        )
    }

    /// The names of sheets are no cells, and their owner must know which ones are meant.
    pub(super) fn several_sheets(names: &[String]) -> Self {
        let list = names.join("、");
        Self::new(
            "several-sheets",
            format!("工作簿有多张含数据的工作表：{list}；请每个文件只保留一张，分别导入"),
            format!(
                "several sheets of the workbook hold data: {list}; keep one to a file and import \
                 them one by one"
            ),
        )
    }

    pub(super) fn not_computed() -> Self {
        Self::new(
            "formulas-without-results",
            "工作簿中的公式没有结果，请在表格软件中打开并保存",
            "the formulas of the workbook have no results; open it in a spreadsheet program and \
             save it",
        )
    }

    pub(super) fn sheet_not_found(name: &str) -> Self {
        Self::new(
            "sheet-not-found",
            format!("工作簿中没有名为“{name}”的工作表"),
            format!("the workbook has no sheet named \"{name}\""),
        )
    }

    pub(super) fn too_many_rows(row: u32) -> Self {
        Self::new(
            "too-many-rows",
            format!("表格超过 {MAX_ROWS} 行，请分成几个文件"),
            format!("the table has more than {MAX_ROWS} rows; split it into several files"),
        )
        .at(row, None)
    }

    pub(super) fn too_many_columns(row: u32) -> Self {
        Self::new(
            "too-many-columns",
            format!("第 {row} 行超过 {MAX_COLUMNS} 列"),
            format!("row {row} has more than {MAX_COLUMNS} columns"),
        )
        .at(row, Some(MAX_COLUMNS + 1))
    }

    pub(super) fn cell_too_long(row: u32, column: u32) -> Self {
        Self::new(
            "cell-too-long",
            format!("第 {row} 行第 {column} 列的内容超过 {MAX_CELL_CHARS} 个字符"),
            format!("row {row}, column {column} holds more than {MAX_CELL_CHARS} characters"),
        )
        .at(row, Some(column))
    }

    pub(super) fn unreadable_text(row: u32, column: u32) -> Self {
        Self::new(
            "text-unreadable",
            format!("第 {row} 行第 {column} 列有无法识别的字符，请检查文件的编码"),
            format!(
                "row {row}, column {column} holds a character that cannot be read; check the \
                 encoding of the file"
            ),
        )
        .at(row, Some(column))
    }

    pub(super) fn record_too_long(row: u32) -> Self {
        Self::new(
            "record-too-long",
            format!("从第 {row} 行开始的一条记录过长，可能缺少右引号"),
            format!(
                "the record that starts in row {row} is too long; a closing quote may be missing"
            ),
        )
        .at(row, None)
    }

    pub(super) fn unclosed_quote(row: u32) -> Self {
        Self::new(
            "quote-unclosed",
            format!("从第 {row} 行开始的引号没有结束"),
            format!("a quote opened in row {row} is never closed"),
        )
        .at(row, None)
    }

    pub(super) fn unknown_encoding() -> Self {
        Self::new(
            "encoding-unknown",
            "文件的文字编码既不是 UTF-8 也不是 GB18030，请另存为 UTF-8 的 CSV 或 XLSX",
            "the text is neither UTF-8 nor GB18030; save it as CSV in UTF-8 or as XLSX",
        )
    }

    pub(super) fn text_too_long_to_write() -> Self {
        Self::new(
            "text-too-long-to-write",
            format!("有内容超过 Excel 单元格 {MAX_EXCEL_CHARS} 个字符的上限，请改用 CSV"),
            format!("a text exceeds the {MAX_EXCEL_CHARS} characters of an Excel cell; use CSV"),
        )
    }

    pub(super) fn cannot_write(cause: &dyn std::fmt::Display) -> Self {
        Self::new(
            "table-not-written",
            format!("无法生成表格文件（{cause}）"),
            format!("the table cannot be written ({cause})"),
        )
    }
}
