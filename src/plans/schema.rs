//! The form of plan documents as JSON Schema, and what a document says against it.

use std::sync::LazyLock;

use jsonschema::{ValidationError, Validator, error::TypeKind, error::ValidationErrorKind as Kind};
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use serde_json::{Map, Value};

use super::{
    document::Document,
    fault::{Fault, FaultCode, Faults},
    limits,
};

/// The JSON Schema (draft 2020-12) of plan documents, with descriptions.
///
/// It is made from the very types that read documents, so it cannot say anything else.
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Document>()
        .to_value();
    without_null(&mut schema);
    schema
}

/// What may be left out is left out; nothing is ever `null`.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = &types[..] {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(any)) = members.remove("anyOf") {
                let some = any.into_iter().find(|one| one["type"] != "null");
                members.extend(
                    some.and_then(|one| one.as_object().cloned())
                        .unwrap_or_default(),
                );
            }
            members.values_mut().for_each(without_null);
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// A day of the calendar.
pub(super) fn day(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
}

/// One list of words, with what each means in the description.
pub(super) fn plain_enum(schema: &mut Schema) {
    let Some(Value::Array(each)) = schema.remove("oneOf") else {
        return;
    };
    let told = each.iter().map(|one| {
        let meaning = one["description"].as_str().unwrap_or_default();
        format!("`{}`: {meaning}", one["const"].as_str().unwrap_or_default())
    });
    let about = schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let about = [about.to_owned()]
        .into_iter()
        .chain(told)
        .collect::<Vec<_>>()
        .join("\n\n");
    let words: Vec<Value> = each.iter().map(|one| one["const"].clone()).collect();
    schema.insert("description".to_owned(), about.into());
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), words.into());
}

static SCHEMA: LazyLock<Value> = LazyLock::new(schema);

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(&SCHEMA)
        .expect("the schema is a schema, as tests show")
});

/// Everything by which a document departs from the form.
pub(super) fn departures(document: &Value) -> Vec<Fault> {
    let mut faults = Faults::default();
    for error in VALIDATOR.iter_errors(document).take(limits::FAULTS) {
        faults.extend(departure(&error));
    }
    faults.into_vec()
}

fn departure(error: &ValidationError<'_>) -> Vec<Fault> {
    let at = error.instance_path().as_str().to_owned();
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let (zh, en) = (format!("缺少 `{name}`"), format!("`{name}` is missing"));
            vec![Fault::new(
                FaultCode::Required,
                format!("{at}/{name}"),
                zh,
                en,
            )]
        }
        Kind::AdditionalProperties { unexpected } => {
            let known = known_members(error);
            let each = unexpected.iter().map(|name| {
                let (zh, en) = (
                    format!("没有名为 `{name}` 的字段{}", known.0),
                    format!("there is no field `{name}`{}", known.1),
                );
                let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                Fault::new(FaultCode::UnknownField, pointer, zh, en)
            });
            each.collect()
        }
        kind => {
            let (code, zh, en) = wrong(kind, error.instance());
            vec![Fault::new(code, at, zh, en)]
        }
    }
}

/// The fields that may stand there, when the schema says so.
fn known_members(error: &ValidationError<'_>) -> (String, String) {
    let path = error.schema_path().as_str();
    let parent = path.strip_suffix("/additionalProperties").unwrap_or(path);
    let schema = &*SCHEMA;
    let at = parent.rfind("/$ref").map_or(parent, |end| &parent[..end]);
    let at = schema.pointer(at).and_then(|found| found["$ref"].as_str());
    let shared = at.and_then(|name| schema.pointer(name.trim_start_matches('#')));
    let members = shared
        .or(schema.pointer(parent))
        .and_then(|s| s["properties"].as_object());
    let listed = |members: &Map<String, Value>| {
        let each: Vec<&str> = members.keys().map(String::as_str).collect();
        each.join(", ")
    };
    members.map(listed).map_or_else(Default::default, |names| {
        (format!("；可用：{names}"), format!("; known are {names}"))
    })
}

fn wrong(kind: &Kind, found: &Value) -> (FaultCode, String, String) {
    match kind {
        Kind::MinLength { limit } => (
            FaultCode::TooShort,
            format!("至少 {limit} 个字符"),
            format!("at least {limit} characters"),
        ),
        Kind::MaxLength { limit } => (
            FaultCode::TooLong,
            format!("最多 {limit} 个字符"),
            format!("at most {limit} characters"),
        ),
        Kind::MinItems { limit } => (
            FaultCode::TooFew,
            format!("至少 {limit} 项"),
            format!("at least {limit} entries"),
        ),
        Kind::MaxItems { limit } => (
            FaultCode::TooMany,
            format!("最多 {limit} 项"),
            format!("at most {limit} entries"),
        ),
        Kind::Enum { options } => (
            FaultCode::NotOneOf,
            format!("应为其中之一：{options}"),
            format!("must be one of {options}"),
        ),
        Kind::Pattern { pattern } => (
            FaultCode::WrongPattern,
            format!("格式不正确，应符合 {pattern}"),
            format!("has a wrong form; it must match {pattern}"),
        ),
        Kind::Type { kind } => wrong_type(kind, found),
        other => {
            let keyword = other.keyword();
            (
                FaultCode::Invalid,
                format!("不符合约定（{keyword}）"),
                format!("violates `{keyword}`"),
            )
        }
    }
}

fn wrong_type(kind: &TypeKind, found: &Value) -> (FaultCode, String, String) {
    if found.is_number() {
        return (
            FaultCode::WrongType,
            "JSON 中的数字应写成字符串，例如 \"30\"，以保证精确".to_owned(),
            "in JSON a number is written as a string such as \"30\", so that it stays exact"
                .to_owned(),
        );
    }
    let expected = match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(_) => "string, boolean".to_owned(),
    };
    (
        FaultCode::WrongType,
        format!("类型应为 {expected}"),
        format!("must be of type {expected}"),
    )
}
