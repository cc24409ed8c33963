//! The container of a workbook, looked over before anything is unpacked into memory.
//!
//! The sizes in a container's directory bind: the unpacker fails as soon as a part grows past
//! the size declared for it, so what is checked here holds while the workbook is read.

use std::fs::File;
use std::io::{BufReader, Read};

use regex_lite::Regex;
use zip::ZipArchive;

use super::error::SheetError;
use super::limits::{
    MAX_PART_BYTES, MAX_PARTS, MAX_STRINGS_BYTES, MAX_STRUCTURE_BYTES, MAX_UNPACKED_BYTES,
    MAX_XML_PIECE_BYTES, SAFE_PART_BYTES,
};

/// Bytes at the start of the shared texts that hold their root element.
const ROOT_BYTES: u64 = 4 << 10;

/// Refuses containers that are damaged, no XLSX, or unpack to more than the limits.
pub(super) fn look_over(file: &File) -> Result<(), SheetError> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| SheetError::damaged())?;
    if archive.len() > MAX_PARTS {
        return Err(SheetError::unpacks_too_large());
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive
            .by_index_raw(index)
            .map_err(|_| SheetError::damaged())?;
        let name = part
            .name()
            .map_err(|_| SheetError::damaged())?
            .to_ascii_lowercase();
        let (size, encrypted) = (part.size(), part.encrypted());
        drop(part);
        total += size;
        refuse_other_kinds(&name)?;
        if encrypted {
            return Err(SheetError::encrypted());
        }
        if size > limit_of(&name) || total > MAX_UNPACKED_BYTES {
            return Err(SheetError::unpacks_too_large());
        }
        let is_strings = name.ends_with("sharedstrings.xml");
        if is_strings || size > SAFE_PART_BYTES {
            let part = archive.by_index(index).map_err(|_| SheetError::damaged())?;
            if is_strings {
                check_count(part, size)?;
            } else {
                check_pieces(part)?;
            }
        }
    }
    Ok(())
}

/// Whether any sheet computes anything.
pub(super) fn has_formulas(file: &File) -> Result<bool, SheetError> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| SheetError::damaged())?;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| SheetError::damaged())?;
        let name = part.name().map_err(|_| SheetError::damaged())?;
        if name.to_ascii_lowercase().contains("worksheets/") && names_a_formula(part)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a sheet's XML has a tag `f`, with whatever prefix.
fn names_a_formula(part: impl Read) -> Result<bool, SheetError> {
    // Of the tag being read: whether its name goes on, and what of it is behind the last colon.
    let (mut in_name, mut length, mut is_f) = (false, 0, false);
    for byte in BufReader::with_capacity(64 << 10, part).bytes() {
        match byte.map_err(|_| SheetError::damaged())? {
            b'<' => (in_name, length, is_f) = (true, 0, false),
            b':' if in_name => (length, is_f) = (0, false),
            b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n' if in_name => {
                if is_f && length == 1 {
                    return Ok(true);
                }
                in_name = false;
            }
            other if in_name => (length, is_f) = (length + 1, other == b'f'),
            _ => {}
        }
    }
    Ok(false)
}

/// Other things that come as a zip: what matters is that the message says what to do.
fn refuse_other_kinds(name: &str) -> Result<(), SheetError> {
    match name {
        "xl/workbook.bin" | "content.xml" => Err(SheetError::other_workbook()),
        "word/document.xml" | "ppt/presentation.xml" => Err(SheetError::not_a_table()),
        _ => Ok(()),
    }
}

fn limit_of(name: &str) -> u64 {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    match file {
        "sharedstrings.xml" => MAX_STRINGS_BYTES,
        "styles.xml" | "workbook.xml" | "theme1.xml" => MAX_STRUCTURE_BYTES,
        _ if file.rsplit('.').next() == Some("rels") => MAX_STRUCTURE_BYTES,
        _ => MAX_PART_BYTES,
    }
}

/// The reader sets memory aside for as many shared texts as the part *says* it has; a count
/// that cannot be true would end the process.
fn check_count(part: impl Read, size: u64) -> Result<(), SheetError> {
    let mut head = Vec::new();
    part.take(ROOT_BYTES)
        .read_to_end(&mut head)
        .map_err(|_| SheetError::damaged())?;
    let head = String::from_utf8_lossy(&head);
    let root = Regex::new(r"^\u{feff}?\s*(<\?xml[^<>]*\?>)?\s*<(\w+:)?sst\b([^<>]*)>")
        .expect("the pattern is well formed")
        .captures(&head)
        .and_then(|found| found.get(3))
        .ok_or_else(SheetError::damaged)?;
    let counts =
        Regex::new(r#"uniqueCount\s*=\s*["']\s*(\d*)"#).expect("the pattern is well formed");
    for found in counts.captures_iter(root.as_str()) {
        // The shortest text, `<si/>`, takes five bytes.
        match found[1].parse::<u64>() {
            Ok(count) if count <= size / 5 => {}
            _ => return Err(SheetError::damaged()),
        }
    }
    Ok(())
}

/// Where a reader of a sheet's XML stands, as far as the length of its pieces goes.
#[derive(Default)]
struct Pieces {
    /// Bytes of the piece so far: a tag, the text between two tags, or a whole cell value.
    length: u64,
    seen: u64,
    in_tag: bool,
    quote: Option<u8>,
    tag_name: Vec<u8>,
    tag_name_ended: bool,
    /// The tag being read begins a value, and the byte before this one.
    begins_value: bool,
    before: u8,
    /// Inside a value (`is` or `v`), whose texts are put together into one.
    inside: Option<u8>,
}

/// Refuses a large part whose XML, read one tag and one text at a time, would still have to be
/// held in memory as one piece.
pub(super) fn check_pieces(mut part: impl Read) -> Result<(), SheetError> {
    let mut buffer = vec![0; 64 << 10];
    let mut pieces = Pieces::default();
    loop {
        let count = part.read(&mut buffer).map_err(|_| SheetError::damaged())?;
        if count == 0 {
            return Ok(());
        }
        for byte in &buffer[..count] {
            pieces.take(*byte)?;
        }
    }
}

impl Pieces {
    fn take(&mut self, byte: u8) -> Result<(), SheetError> {
        self.seen += 1;
        self.length += 1;
        if self.length > MAX_XML_PIECE_BYTES {
            return Err(SheetError::unpacks_too_large());
        }
        let before = std::mem::replace(&mut self.before, byte);
        match (self.in_tag, self.quote, byte) {
            (false, _, b'<') => {
                (self.in_tag, self.tag_name_ended, self.begins_value) = (true, false, false);
                self.tag_name.clear();
                self.start_piece();
            }
            // A tag within a tag is no XML, but a lenient reader would go on collecting.
            (true, _, b'<') => return Err(SheetError::damaged()),
            (true, Some(quote), _) if byte == quote => self.quote = None,
            (false, ..) | (true, Some(_), _) => {}
            (true, None, b'"' | b'\'') => self.quote = Some(byte),
            (true, None, b'>') => {
                self.name_ends()?;
                self.in_tag = false;
                if self.begins_value && before == b'/' {
                    self.inside = None;
                }
                self.start_piece();
            }
            (true, None, b' ' | b'\t' | b'\r' | b'\n') => self.name_ends()?,
            (true, None, _) if self.tag_name_ended => {}
            (true, None, b'/') if !self.tag_name.is_empty() => self.name_ends()?,
            (true, None, _) => self.tag_name.push(byte),
        }
        Ok(())
    }

    fn start_piece(&mut self) {
        if self.inside.is_none() {
            self.length = 0;
        }
    }

    fn name_ends(&mut self) -> Result<(), SheetError> {
        if std::mem::replace(&mut self.tag_name_ended, true) {
            return Ok(());
        }
        // Comments, CDATA and declarations do not occur in sheets and could hide anything.
        if self.tag_name.starts_with(b"!") || self.tag_name.starts_with(b"?") && self.seen > 64 {
            return Err(SheetError::unpacks_too_large());
        }
        let closing = self.tag_name.first() == Some(&b'/');
        let name = self
            .tag_name
            .rsplit(|b| matches!(b, b':' | b'/'))
            .next()
            .unwrap_or_default();
        let value = match name {
            b"is" => Some(b'i'),
            b"v" => Some(b'v'),
            _ => None,
        };
        match (closing, self.inside) {
            (false, None) => {
                self.inside = value;
                self.begins_value = value.is_some();
            }
            (true, Some(_)) if value == self.inside => self.inside = None,
            _ => {}
        }
        Ok(())
    }
}
