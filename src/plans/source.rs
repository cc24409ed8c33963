//! From the author's TOML or the API's JSON to a document, with every mistake of its form.

use std::collections::HashMap;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use toml::{Spanned, de::DeTable, de::DeValue};

use super::{
    document::Document,
    fault::{Fault, FaultCode},
    limits, schema,
};

/// A document as its author wrote it: what it says, and where each part stands in the file.
#[derive(Debug, Clone)]
pub struct Source {
    /// What it says.
    pub document: Document,
    places: Places,
}

impl Source {
    /// Tells mistakes with the lines of the file.
    pub fn locate(&self, faults: Vec<Fault>) -> Vec<Fault> {
        self.places.locate(faults)
    }
}

impl Document {
    /// Reads the JSON of the API.
    pub fn from_json(value: &Value) -> Result<Self, Vec<Fault>> {
        let departures = schema::departures(value);
        if !departures.is_empty() {
            return Err(departures);
        }
        serde_json::from_value(value.clone()).map_err(|error| {
            let told = error.to_string();
            vec![Fault::new(FaultCode::Invalid, "", told.clone(), told)]
        })
    }

    /// Reads JSON text, of limited size.
    pub fn from_json_text(text: &str) -> Result<Self, Vec<Fault>> {
        within_size(text)?;
        let value: Value = serde_json::from_str(text).map_err(|error| {
            vec![Fault::new(
                FaultCode::NotJson,
                "",
                format!(
                    "不是有效的 JSON：第 {} 行第 {} 列",
                    error.line(),
                    error.column()
                ),
                format!("is not JSON: {error}"),
            )]
        })?;
        Self::from_json(&value)
    }

    /// Reads the TOML an author writes. Numbers keep every digit; mistakes name the line.
    pub fn from_toml(text: &str) -> Result<Source, Vec<Fault>> {
        within_size(text)?;
        let line_ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        let table = DeTable::parse(text).map_err(|error| {
            let told = error.message().to_owned();
            let mut fault = Fault::new(
                FaultCode::NotToml,
                "",
                format!("TOML 语法错误：{told}"),
                told,
            );
            fault.source_line = error.span().map(|span| line_of(&line_ends, span.start));
            vec![fault]
        })?;
        let mut reading = Reading {
            line_ends,
            places: Places::default(),
        };
        let value = reading.table("", table.get_ref());
        let places = reading.places;
        match Self::from_json(&value) {
            Ok(document) => Ok(Source { document, places }),
            Err(faults) => Err(places.locate(faults)),
        }
    }

    /// The document as JSON.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("a document has only texts as keys")
    }

    /// SHA-256 of the canonical JSON (RFC 8785), in hexadecimal: what a final version is known by.
    pub fn digest(&self) -> String {
        let canonical = serde_json_canonicalizer::to_vec(&self.to_json())
            .expect("JSON of a document has a canonical form");
        hex::encode(Sha256::digest(&canonical))
    }
}

fn within_size(text: &str) -> Result<(), Vec<Fault>> {
    if text.len() <= limits::DOCUMENT_BYTES {
        return Ok(());
    }
    let most = limits::DOCUMENT_BYTES / 1024;
    Err(vec![Fault::new(
        FaultCode::DocumentTooLarge,
        "",
        format!("文件最大 {most} KiB"),
        format!("a document has at most {most} KiB"),
    )])
}

/// The line on which a byte stands, counted from 1, by where lines end.
fn line_of(line_ends: &[usize], at: usize) -> u32 {
    let before = line_ends.partition_point(|end| *end < at);
    u32::try_from(before).map_or(u32::MAX, |before| before + 1)
}

/// The lines of a file by JSON pointer.
#[derive(Debug, Clone, Default)]
struct Places(HashMap<String, u32>);

impl Places {
    fn locate(&self, mut faults: Vec<Fault>) -> Vec<Fault> {
        for fault in &mut faults {
            let mut at = fault.pointer.as_str();
            // What is missing stands nowhere: its parent does.
            while !self.0.contains_key(at) && !at.is_empty() {
                at = at.rsplit_once('/').map_or("", |(parent, _)| parent);
            }
            fault.source_line = fault.source_line.or_else(|| self.0.get(at).copied());
        }
        faults
    }
}

struct Reading {
    line_ends: Vec<usize>,
    places: Places,
}

impl Reading {
    fn table(&mut self, at: &str, table: &DeTable<'_>) -> Value {
        let mut members = Map::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            members.insert(name.to_owned(), self.value(&pointer, value));
        }
        Value::Object(members)
    }

    fn value(&mut self, at: &str, value: &Spanned<DeValue<'_>>) -> Value {
        let line = line_of(&self.line_ends, value.span().start);
        self.places.0.insert(at.to_owned(), line);
        match value.get_ref() {
            DeValue::String(text) => Value::String(text.as_ref().to_owned()),
            // The digits as they stand: a float would change them.
            DeValue::Integer(number) => Value::String(number.to_string()),
            DeValue::Float(number) => Value::String(number.as_str().to_owned()),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(moment) => Value::String(moment.to_string()),
            DeValue::Array(items) => {
                let each = items.iter().enumerate();
                each.map(|(n, item)| self.value(&format!("{at}/{n}"), item))
                    .collect()
            }
            DeValue::Table(table) => self.table(at, table),
        }
    }
}
