//! Whoever logs a person ends the run: every line this process logs is looked at, whatever test it
//! belongs to, and so is where a request goes and what an answer is called.
//!
//! The log is English: ids, codes, figures. So nothing Chinese belongs into it, no number of a
//! document, no credential, and nothing that any test ever sent in a member of a body that the
//! contract knows as personal.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    io::Write,
    sync::{Mutex, OnceLock},
};

use anju::{config::LogFormat, telemetry, values::CitizenNumber};
use serde_json::Value;

/// Statements of the database included, but not what each connection does byte by byte.
const FILTER: &str = "debug,anju=trace";

/// Formats of the contract that hold nothing of a person; whatever is new counts as personal.
const OPEN_FORMATS: [&str; 18] = [
    "area-m2",
    "binary",
    "code",
    "date",
    "date-time",
    "document-number",
    "double",
    "int32",
    "int64",
    "label",
    "measure",
    "money-cny",
    "place-name",
    "region-code",
    "relation-code",
    "share",
    "uint16",
    "uuid",
];

/// Members that are personal where they stand, though their format is not.
const PERSONAL_THERE: [&str; 2] = ["address", "certificate_no"];

/// What all tests sent so far, in pieces that are told apart from any other word: with a digit.
static SENT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

thread_local! {
    /// What the test on this thread sent, whole.
    static OWN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Looks at every line from now on.
pub fn begin() {
    static BEGUN: OnceLock<()> = OnceLock::new();
    BEGUN.get_or_init(|| {
        let logs = telemetry::subscriber(LogFormat::Json, FILTER, false, || Watch);
        tracing::subscriber::set_global_default(logs).expect("no other test watches all others");
    });
}

struct Watch;

impl Write for Watch {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        line(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Ends the run if the line tells of a person. A panic would be an answer of the service.
pub fn line(text: &str) {
    if let Some(found) = personal(text) {
        let thread = std::thread::current();
        let name = thread.name().unwrap_or("a thread without a name");
        let told = format!("{name} logs {found}:\n{text}\n");
        let _nobody_listens = std::io::stderr().write_all(told.as_bytes());
        std::process::exit(1);
    }
}

/// What a text tells of a person.
pub fn personal(text: &str) -> Option<String> {
    // A statement is a text of the program, and values are bound to it.
    let statement = text.contains("\"target\":\"sqlx::query\"");
    if !statement && let Some(chinese) = text.chars().find(|c| is_chinese(*c)) {
        return Some(format!("something Chinese ({chinese})"));
    }
    if let Some(secret) = ["anju_", "anjr_", "anjs_"]
        .iter()
        .find(|prefix| has_secret(text, prefix))
    {
        return Some(format!("a credential ({secret}…)"));
    }
    sent(text)
}

/// What a text repeats of what was sent.
fn sent(text: &str) -> Option<String> {
    let own = OWN.with_borrow(|own| own.iter().find(|value| stands_in(text, value)).cloned());
    if own.is_some() {
        return own;
    }
    let all = SENT.lock().unwrap();
    pieces(text)
        .find(|piece| all.contains(*piece) || CitizenNumber::parse(piece).is_ok())
        .map(str::to_owned)
}

/// Whether a value is there by itself, and not as a part of an id.
fn stands_in(text: &str, value: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '-';
    text.match_indices(value).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + value.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    })
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The prefix with more behind it than its name.
fn has_secret(text: &str, prefix: &str) -> bool {
    let secret = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    text.match_indices(prefix).any(|(at, _)| {
        let rest = &text[at + prefix.len()..];
        rest.chars().take_while(|c| secret(*c)).count() >= 40
    })
}

/// Words of eight characters or more that hold a digit.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !"-_.+".contains(c))
        .filter(|piece| piece.len() >= 8 && piece.contains(|c: char| c.is_ascii_digit()))
}

/// Remembers what is personal in a body.
pub fn remember(body: &Value) {
    static PERSONAL: OnceLock<BTreeSet<String>> = OnceLock::new();
    let personal = PERSONAL.get_or_init(personal_members);
    gather(body, false, personal);
}

fn gather(value: &Value, is_personal: bool, personal: &BTreeSet<String>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, member)| gather(member, personal.contains(name), personal)),
        Value::Array(items) => items
            .iter()
            .for_each(|item| gather(item, is_personal, personal)),
        Value::String(text) if is_personal => {
            SENT.lock().unwrap().extend(pieces(text).map(str::to_owned));
            // Shorter ones are words of the program, and so are some people's logins; digits stand
            // in any time and id.
            let digits = text.bytes().all(|b| b.is_ascii_digit());
            let word = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if !word && text.trim().len() >= if digits { 10 } else { 6 } {
                OWN.with_borrow_mut(|own| own.insert(text.trim().to_owned()));
            }
        }
        _ => {}
    }
}

/// The members of all bodies of the contract whose format is a person's.
pub fn personal_members() -> BTreeSet<String> {
    let mut found: BTreeSet<_> = PERSONAL_THERE.map(str::to_owned).into();
    let document = crate::contract::document();
    for schema in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .values()
    {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let personal = properties.filter(|(_, property)| has_personal_format(property));
        found.extend(personal.map(|(name, _)| name.clone()));
    }
    found
}

/// Whether a schema is of a format that may hold something of a person.
pub fn has_personal_format(schema: &Value) -> bool {
    let format = schema["format"].as_str();
    format.is_some_and(|format| !OPEN_FORMATS.contains(&format))
}

/// Fails the test if something that is kept or shown to others beside a body, such as an address,
/// holds what was sent as personal.
#[track_caller]
pub fn beside_a_body(what: &str, text: &str) {
    if let Some(found) = sent(text) {
        panic!("{what} holds {found}, which is a person's: {text}");
    }
}

#[test]
fn a_line_that_tells_of_a_person_is_found() {
    let body = serde_json::json!({"persons": [{"name": "Zoë O’Neill"}], "phone": "0531-99887766",
        "household_no": "H-123456789", "lookup_code": "0000-0000-0000", "document": {"number": "E99887766"}});
    remember(&body);
    for found in [
        "{\"name\":\"Zoë O’Neill\"}",
        "called 0531-99887766, and nobody came",
        "sealed E99887766",
        "张",
        "11010519491231002X",
        "Bearer anju_a1b2c3d4_0123456789012345678901234567890123456789012",
    ] {
        assert!(personal(found).is_some(), "{found}");
    }
    let elsewhere = std::thread::spawn(|| personal("called 0531-99887766, and nobody came"));
    assert!(elsewhere.join().unwrap().is_some(), "on any thread");
    for nothing in [
        "household H-123456789",
        "2018-03-05T02:00:00.123456Z",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "00000000-0000-0000-0000-000000000000",
        "key anju_a1b2c3d4",
        "110105194912310021",
    ] {
        assert_eq!(personal(nothing), None);
    }
}

#[test]
fn the_contract_says_what_is_personal() {
    let members = personal_members();
    for name in [
        "holder_name",
        "name",
        "number",
        "citizen_number",
        "phone",
        "note",
        "detail",
        "id_last_six",
        "lookup_code",
        "address",
    ] {
        assert!(members.contains(name), "{name} of {members:?}");
    }
    for name in ["household_no", "amount", "signed_on", "role", "id"] {
        assert!(!members.contains(name), "{name}");
    }
}
