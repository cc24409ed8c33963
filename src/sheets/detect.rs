//! What a file is, judged by its content: names and media types are often wrong.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::error::SheetError;
use super::limits::MAX_FILE_BYTES;

/// Bytes looked at for the signature of a format.
const HEAD_BYTES: usize = 4 << 10;

/// Bytes decoded, from the first that is not ASCII, to tell UTF-8 from GB18030.
const ENCODING_SAMPLE_BYTES: usize = 256 << 10;

const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Excel 2 to 4 wrote their records without a container; this is the first one of each.
const BARE_BIFF: [&[u8]; 3] = [
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
];

/// The two contents a table can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Workbook,
    Text(&'static Encoding),
}

/// Tells a workbook from text, and refuses everything else by what it is. `declared`, the file
/// name or media type it came with, only decides where text could be several things.
pub(super) fn content_of(file: &mut File, declared: Option<&str>) -> Result<Content, SheetError> {
    let length = file
        .metadata()
        .map_err(|e| SheetError::unreadable_file(&e))?
        .len();
    if length > MAX_FILE_BYTES {
        return Err(SheetError::too_large());
    }
    let head = read_from(file, 0, HEAD_BYTES)?;
    if head.starts_with(ZIP) || head.starts_with(EMPTY_ZIP) {
        return Ok(Content::Workbook);
    }
    if head.starts_with(OLE) {
        let encrypted = holds_utf16(file, "EncryptedPackage")?;
        return Err(if encrypted {
            SheetError::encrypted()
        } else {
            SheetError::old_excel()
        });
    }
    if BARE_BIFF.iter().any(|first| head.starts_with(first)) {
        return Err(SheetError::old_excel());
    }
    if head.starts_with(b"%PDF") {
        return Err(SheetError::pdf());
    }
    let marked = Encoding::for_bom(&head).map(|(encoding, _)| encoding);
    if marked.is_none() && head.contains(&0) {
        return Err(SheetError::not_a_table());
    }
    if declared.is_some_and(names_no_table) {
        return Err(SheetError::not_a_table());
    }
    let encoding = match marked {
        Some(encoding) => encoding,
        None => encoding_of(file)?,
    };
    let (text, _, _) = encoding.decode(&head);
    match text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .chars()
        .next()
    {
        None if length <= HEAD_BYTES as u64 => Err(SheetError::empty()),
        Some('<') => Err(SheetError::web_page()),
        _ => Ok(Content::Text(encoding)),
    }
}

/// Whether the declared name or media type is a text that is certainly no table.
fn names_no_table(declared: &str) -> bool {
    let kind = declared
        .split(';')
        .next()
        .unwrap_or(declared)
        .trim()
        .to_ascii_lowercase();
    let last = kind.rsplit(['.', '/', '+']).next().unwrap_or(&kind);
    matches!(
        last,
        "json" | "geojson" | "ndjson" | "sql" | "rtf" | "yaml" | "toml" | "md"
    )
}

/// UTF-8 or GB18030, whichever a sample makes sense in. A file may begin with any amount of
/// ASCII, which says nothing, so the sample starts at the first other byte. A few bad bytes do
/// not change what the rest is (UTF-8 read as GB18030 is nonsense without an error): the cell
/// that holds them is refused, with its place, when it is read.
fn encoding_of(file: &mut File) -> Result<&'static Encoding, SheetError> {
    let Some(start) = first_beyond_ascii(file)? else {
        return Ok(UTF_8);
    };
    let sample = read_from(file, start, ENCODING_SAMPLE_BYTES)?;
    // Of GB18030 read as UTF-8 most is bad, so half tells the two apart even in a short text.
    [(UTF_8, 2), (GB18030, 5)]
        .into_iter()
        .find(|(encoding, share)| {
            let (text, _) = encoding.decode_without_bom_handling(&sample);
            let bad = text
                .chars()
                .filter(|c| *c == char::REPLACEMENT_CHARACTER)
                .count();
            let beyond_ascii = text.chars().filter(|c| !c.is_ascii()).count();
            bad * share < beyond_ascii
        })
        .map(|(encoding, _)| encoding)
        .ok_or_else(SheetError::unknown_encoding)
}

fn first_beyond_ascii(file: &mut File) -> Result<Option<u64>, SheetError> {
    let mut found = None;
    let mut before = 0;
    each_chunk(file, |chunk| {
        found = chunk
            .iter()
            .position(|byte| !byte.is_ascii())
            .map(|i| before + i as u64);
        before += chunk.len() as u64;
        found.is_none()
    })?;
    Ok(found)
}

/// Whether the file holds a name as OLE containers write theirs, in UTF-16.
fn holds_utf16(file: &mut File, name: &str) -> Result<bool, SheetError> {
    let wanted: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (mut found, mut window) = (false, Vec::new());
    each_chunk(file, |chunk| {
        window.extend_from_slice(chunk);
        found = window.windows(wanted.len()).any(|part| part == wanted);
        // Keep what a name cut by the end of the chunk would need.
        window.drain(..window.len().saturating_sub(wanted.len()));
        !found
    })?;
    Ok(found)
}

/// Hands over the file piece by piece until the callback has seen enough.
fn each_chunk(file: &mut File, mut more: impl FnMut(&[u8]) -> bool) -> Result<(), SheetError> {
    let mut buffer = vec![0; 64 << 10];
    let failed = |e: std::io::Error| SheetError::unreadable_file(&e);
    file.rewind().map_err(failed)?;
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 || !more(&buffer[..count]) {
            return Ok(());
        }
    }
}

fn read_from(file: &mut File, start: u64, at_most: usize) -> Result<Vec<u8>, SheetError> {
    let failed = |e: std::io::Error| SheetError::unreadable_file(&e);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    file.take(at_most as u64)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}
