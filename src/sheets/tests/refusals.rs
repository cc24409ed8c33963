use super::{
    SHEET_LIST, container_of, file_of, lines_of, refusal_of, rows_of, sound, spec, texts,
    workbook_of,
};
use crate::sheets::limits::MAX_XML_PIECE_BYTES;
use crate::sheets::{FileFormat, MAX_CELL_CHARS, TableReader, archive, open, write_table};

fn workbook() -> Vec<u8> {
    let mut bytes = Vec::new();
    let rows = sound((0..50).map(|n| texts(&[&format!("户{n}"), "a"])));
    write_table(&mut bytes, &spec("S", &["a", "b"]), rows).unwrap();
    bytes
}

/// The workbook with the unpacked size of its sheet declared as something else.
fn with_declared_size(size: u32) -> Vec<u8> {
    let mut bytes = workbook();
    let name = b"xl/worksheets/sheet1.xml";
    let entry = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, w)| *w == b"PK\x01\x02");
    let entry = entry
        .map(|(at, _)| at)
        .find(|at| bytes[at + 46..].starts_with(name))
        .unwrap();
    bytes[entry + 24..entry + 28].copy_from_slice(&size.to_le_bytes());
    bytes
}

#[test]
fn every_wrong_kind_of_file_is_refused_by_what_it_is() {
    let ole = |name: &str| {
        let name = name.encode_utf16().flat_map(u16::to_le_bytes);
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
            .iter()
            .copied()
            .chain(std::iter::repeat_n(0, 70_000))
            .chain(name)
            .collect::<Vec<u8>>()
    };
    for (bytes, code) in [
        (b"".to_vec(), "file-empty"),
        (b"\xEF\xBB\xBF \r\n\t\r\n".to_vec(), "file-empty"),
        (b"%PDF-1.7\n%\xE2\xE3\xCF\xD3".to_vec(), "file-is-pdf"),
        (ole("Workbook"), "file-is-old-excel"),
        (
            b"\x09\x04\x06\x00\x00\x00\x10\x00".to_vec(),
            "file-is-old-excel",
        ),
        (ole("EncryptedPackage"), "file-is-encrypted"),
        (
            b"\r\n<html><table><tr><td>1</td></tr></table></html>".to_vec(),
            "file-is-web-page",
        ),
        (
            b"<?xml version=\"1.0\"?><Workbook/>".to_vec(),
            "file-is-web-page",
        ),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            "file-is-not-a-table",
        ),
        (container_of(&[("a.txt", "hello")]), "file-is-not-a-table"),
        (
            container_of(&[("word/document.xml", "<w/>")]),
            "file-is-not-a-table",
        ),
        (
            container_of(&[("mimetype", "x"), ("content.xml", "<o/>")]),
            "file-is-other-workbook",
        ),
        (
            container_of(&[("xl/workbook.bin", "x")]),
            "file-is-other-workbook",
        ),
        (b"\xFF\xFF,\xFF\xFF\n".to_vec(), "encoding-unknown"),
        (workbook_of("", &[]), "file-empty"),
    ] {
        let error = refusal_of(&bytes);
        assert_eq!(error.code, code);
        assert!(!error.zh.is_ascii() && error.en.is_ascii(), "{error:?}");
    }
}

#[test]
fn text_declared_as_something_else_than_a_table_is_refused_and_a_wrong_name_is_forgiven() {
    let text = file_of(b"a,b\n1,2\n");
    for declared in [
        "roster.json",
        "application/json; charset=utf-8",
        "application/geo+json",
    ] {
        assert_eq!(
            open(text.path(), Some(declared)).unwrap_err().code,
            "file-is-not-a-table"
        );
    }
    for declared in [
        "roster.csv",
        "text/plain",
        "roster.xlsx",
        "application/octet-stream",
    ] {
        assert!(open(text.path(), Some(declared)).is_ok(), "{declared}");
    }
    assert!(open(file_of(&workbook()).path(), Some("roster.csv")).is_ok());
    assert_eq!(
        open("/no/such/file".as_ref(), None).unwrap_err().code,
        "file-unreadable"
    );
}

#[test]
fn a_damaged_workbook_is_refused() {
    let whole = workbook();
    assert_eq!(
        refusal_of(&whole[..whole.len() - 200]).code,
        "workbook-damaged"
    );
    let mut scratched = whole.clone();
    let sheet = whole
        .windows(24)
        .position(|w| w == b"xl/worksheets/sheet1.xml")
        .unwrap();
    scratched[sheet + 60..sheet + 90].fill(0x5A);
    assert_eq!(refusal_of(&scratched).code, "workbook-damaged");
    let cut = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2"#;
    let error = refusal_of(&workbook_of(cut, &[]));
    assert_eq!((error.code, error.row), ("workbook-damaged", Some(1)));
    let backwards =
        r#"<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>"#;
    assert_eq!(
        refusal_of(&workbook_of(backwards, &[])).code,
        "workbook-damaged"
    );
}

#[test]
fn rows_before_the_damage_are_delivered_and_nothing_after_it() {
    // The row before the damage may itself be cut short, so it is held back.
    let data = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row><row r="3"><c r="A3" t="?"><v>3</v></c></row>"#;
    let mut reader = open(file_of(&workbook_of(data, &[])).path(), None).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().cells, ["1"]);
    let error = reader.next().unwrap().unwrap_err();
    assert_eq!((error.code, error.row), ("workbook-damaged", Some(2)));
    assert_eq!(reader.next(), None);
}

#[test]
fn a_file_that_breaks_its_reader_is_damaged_and_breaks_nothing_else() {
    let broken = TableReader::start(FileFormat::Xlsx, |_| panic!("a bug met by a hostile file"));
    assert_eq!(broken.unwrap_err().code, "workbook-damaged");
}

#[test]
fn a_sheet_is_not_unpacked_beyond_what_is_declared_and_no_declaration_beyond_the_limits() {
    assert_eq!(
        refusal_of(&with_declared_size(u32::MAX - 1)).code,
        "workbook-too-large"
    );
    assert_eq!(
        refusal_of(&with_declared_size(700)).code,
        "workbook-damaged"
    );
}

#[test]
fn a_count_of_texts_that_cannot_be_true_is_refused_before_memory_is_set_aside() {
    let data = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#;
    let texts = |count: &str| {
        format!(r#"<?xml version="1.0"?><sst xmlns="x" {count}><si><t>张三</t></si></sst>"#)
    };
    let of = |part: &str| workbook_of(data, &[("xl/sharedStrings.xml", part)]);
    assert_eq!(
        lines_of(&of(&texts(r#"count="1" uniqueCount="1""#))),
        [(1, "张三".to_owned())]
    );
    assert_eq!(rows_of(&of(&texts(""))).len(), 1);
    for count in [
        "uniqueCount=\"9999999999999\"",
        "uniqueCount = '99999999999999999999999'",
    ] {
        assert_eq!(refusal_of(&of(&texts(count))).code, "workbook-damaged");
    }
    let hidden = format!("<!-- <sst> -->{}", texts("uniqueCount=\"9999999999999\""));
    assert_eq!(refusal_of(&of(&hidden)).code, "workbook-damaged");
}

#[test]
fn a_large_part_that_would_be_one_piece_in_memory_is_refused() {
    let piece = usize::try_from(MAX_XML_PIECE_BYTES).unwrap();
    let check = |xml: String| archive::check_pieces(xml.as_bytes()).err().map(|e| e.code);
    let cells = r#"<c r="A1" t="inlineStr"><is><r><t>张三</t></r></is></c><c r="B1"><v/></c>"#;
    assert_eq!(
        check(format!(
            "<?xml version=\"1.0\"?><row>{}</row>",
            cells.repeat(piece / 20)
        )),
        None
    );
    let text = "字".repeat(piece / 3);
    let too_large = Some("workbook-too-large");
    assert_eq!(check(format!("<c><v>{text}{text}</v></c>")), too_large);
    assert_eq!(check(format!("<c r=\">>{text}\"/>")), too_large);
    assert_eq!(
        check(format!(
            "<is>{}</is>",
            "<r><t>ab</t></r>".repeat(piece / 10)
        )),
        too_large
    );
    assert_eq!(check("<c><!-- hidden --></c>".to_owned()), too_large);
    assert_eq!(
        check("<c r=\"<is>\"/>".to_owned()),
        Some("workbook-damaged")
    );
}

#[test]
fn cells_rows_and_records_beyond_the_limits_are_refused_with_their_place() {
    let long = "长".repeat(MAX_CELL_CHARS);
    assert_eq!(rows_of(format!("a\n{long}\n").as_bytes()).len(), 2);
    let error = refusal_of(format!("a,b\n1,{long}长\n").as_bytes());
    assert_eq!(
        (error.code, error.row, error.column),
        ("cell-too-long", Some(2), Some(2))
    );
    let wide = format!("a\n{}1\n", ",".repeat(200));
    let error = refusal_of(wide.as_bytes());
    assert_eq!(
        (error.code, error.row, error.column),
        ("too-many-columns", Some(2), Some(201))
    );
    let endless = format!("a\n1\n\"{}", "x\n".repeat(700_000));
    let error = refusal_of(endless.as_bytes());
    assert_eq!((error.code, error.row), ("record-too-long", Some(3)));
}

#[test]
fn a_quote_that_never_closes_does_not_swallow_the_rest_of_the_file() {
    let error = refusal_of("a,b\n1,\"two\n3,4\n5,6\n".as_bytes());
    assert_eq!((error.code, error.row), ("quote-unclosed", Some(2)));
    assert_eq!(rows_of(b"a,b\n1,5\" pipe\n").len(), 2);
}

#[test]
fn text_that_does_not_decode_is_refused_instead_of_replaced() {
    let mut bytes = "姓名\n".repeat(100_000).into_bytes();
    bytes.extend_from_slice(b"\xD5\xC5\xC8\xFD\n");
    let error = refusal_of(&bytes);
    assert_eq!(
        (error.code, error.row, error.column),
        ("text-unreadable", Some(100_001), Some(1))
    );
    // A character cut in half by another program, in a file that is UTF-8 otherwise.
    let cut = [&b"no,name\n1,"[..], "张三丰".as_bytes(), b"\n2,\xE6\x9D\n"].concat();
    let error = refusal_of(&cut);
    assert_eq!(
        (error.code, error.row, error.column),
        ("text-unreadable", Some(3), Some(2))
    );
}

#[test]
fn a_workbook_without_a_visible_sheet_is_refused() {
    let sheet_list = SHEET_LIST.replace("\"S\"", "\"S\" state=\"hidden\"");
    let parts = [
        ("_rels/.rels", super::RELATIONS),
        ("xl/workbook.xml", sheet_list.as_str()),
        ("xl/_rels/workbook.xml.rels", super::SHEET_RELATIONS),
    ];
    assert_eq!(
        refusal_of(&container_of(&parts)).code,
        "workbook-without-sheet"
    );
}
