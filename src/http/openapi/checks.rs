//! Schema violations in words, in both languages.

use jsonschema::{ValidationError, Validator, error::ValidationErrorKind as Kind};
use serde_json::Value;

use super::super::{FieldError, Words, words};

/// How many mistakes of one request are listed.
pub(super) const MISTAKES_MAX: usize = 200;

/// A validator that knows our formats.
pub(super) fn validator(schema: &Value) -> Validator {
    let mut options = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true);
    for (format, check) in crate::values::FORMATS {
        options = options.with_format(*format, |text: &str| check(text).is_ok());
    }
    options
        .build(schema)
        .expect("tests/contract compiles every schema of the document")
}

fn one(pointer: String, code: &str, words: Words) -> Vec<FieldError> {
    vec![FieldError::new(pointer, code, words)]
}

pub(super) fn field_errors(error: &ValidationError<'_>) -> Vec<FieldError> {
    let at = error.instance_path().as_str().to_owned();
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            one(
                format!("{at}/{name}"),
                "required",
                words!("必填", "required"),
            )
        }
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                let words = words!("未知字段", "unknown member");
                FieldError::new(format!("{at}/{}", escape(name)), "unknown-field", words)
            })
            .collect(),
        Kind::Format { format } => {
            format_error(at, format, error.instance().as_str().unwrap_or(""))
        }
        kind => {
            let (code, words) = beyond(kind).unwrap_or_else(|| unlike(kind));
            one(at, code, words)
        }
    }
}

/// A value that is shorter, longer, smaller or larger than it may be.
fn beyond(kind: &Kind) -> Option<(&'static str, Words)> {
    Some(match kind {
        Kind::MinLength { limit } => (
            "too-short",
            words!("至少 {limit} 个字符", "at least {limit} characters"),
        ),
        Kind::MaxLength { limit } => (
            "too-long",
            words!("最多 {limit} 个字符", "at most {limit} characters"),
        ),
        Kind::MinItems { limit } => (
            "too-few",
            words!("至少 {limit} 项", "at least {limit} items"),
        ),
        Kind::MaxItems { limit } => (
            "too-many",
            words!("最多 {limit} 项", "at most {limit} items"),
        ),
        Kind::Minimum { limit } => (
            "too-small",
            words!("不得小于 {limit}", "must be at least {limit}"),
        ),
        Kind::Maximum { limit } => (
            "too-large",
            words!("不得大于 {limit}", "must be at most {limit}"),
        ),
        _ => return None,
    })
}

/// A value of another kind than it must be.
fn unlike(kind: &Kind) -> (&'static str, Words) {
    match kind {
        Kind::Type { kind } => {
            let expected = match kind {
                jsonschema::error::TypeKind::Single(json_type) => json_type.to_string(),
                jsonschema::error::TypeKind::Multiple(_) => "another type".to_owned(),
            };
            (
                "wrong-type",
                words!("类型应为 {expected}", "must be of type {expected}"),
            )
        }
        Kind::Enum { options } => (
            "not-one-of",
            words!("应为其中之一：{options}", "must be one of {options}"),
        ),
        Kind::Pattern { .. } => ("wrong-pattern", words!("格式不正确", "has a wrong form")),
        other => {
            let keyword = other.keyword();
            (
                "invalid",
                words!("不符合约定（{keyword}）", "violates `{keyword}`"),
            )
        }
    }
}

/// The checker of the format knows best what is wrong.
fn format_error(at: String, format: &str, text: &str) -> Vec<FieldError> {
    let checker = crate::values::FORMATS
        .iter()
        .find(|(name, _)| *name == format);
    match checker.and_then(|(_, check)| check(text).err()) {
        Some(refused) => one(at, refused.code, Words::new(refused.zh, refused.en)),
        None => one(
            at,
            "wrong-format",
            words!("格式应为 {format}", "must have the format {format}"),
        ),
    }
}

/// Of mistakes in the order of their pointers: where one value breaks several rules of its form, the
/// one that says most. That is the sentence of its own format, else the first.
pub(super) fn one_each(mistakes: Vec<FieldError>) -> Vec<FieldError> {
    const GENERAL: [&str; 4] = ["wrong-pattern", "wrong-format", "too-short", "too-long"];
    let general = |mistake: &FieldError| GENERAL.contains(&mistake.code.as_str());
    let mut kept: Vec<FieldError> = Vec::with_capacity(mistakes.len());
    for mistake in mistakes {
        match kept.last_mut().filter(|k| k.pointer == mistake.pointer) {
            Some(earlier) if general(earlier) && !general(&mistake) => *earlier = mistake,
            Some(earlier) if general(earlier) || general(&mistake) => {}
            _ => kept.push(mistake),
        }
    }
    kept
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(told: &[(&str, &str)]) -> Vec<FieldError> {
        let each = told.iter();
        each.map(|(at, code)| FieldError::new(*at, *code, words!("", "")))
            .collect()
    }

    #[test]
    fn a_value_is_told_its_own_mistake_and_not_a_general_one_beside_it() {
        let told = one_each(mistakes(&[
            ("/amount", "wrong-pattern"),
            ("/amount", "money-negative"),
            ("/area", "area-decimals"),
            ("/area", "wrong-pattern"),
            ("/name", "too-long"),
            ("/name", "wrong-pattern"),
            ("/x", "unknown-field"),
        ]));
        let kept: Vec<_> = told.iter().map(|m| (&m.pointer[..], &m.code[..])).collect();
        assert_eq!(
            kept,
            [
                ("/amount", "money-negative"),
                ("/area", "area-decimals"),
                ("/name", "too-long"),
                ("/x", "unknown-field"),
            ]
        );
    }
}
