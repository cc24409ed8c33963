//! Schema violations in words, in both languages.

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};

use super::super::{FieldError, Words};

/// How many mistakes of one request are listed.
pub(super) const MISTAKES_MAX: usize = 200;

fn one(pointer: String, code: &str, zh: String, en: String) -> Vec<FieldError> {
    vec![FieldError::new(pointer, code, Words::new(zh, en))]
}

pub(super) fn field_errors(error: &ValidationError<'_>) -> Vec<FieldError> {
    let at = error.instance_path().as_str().to_owned();
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            one(
                format!("{at}/{name}"),
                "required",
                "必填".into(),
                "required".into(),
            )
        }
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                let words = Words::new("未知字段", "unknown member");
                FieldError::new(format!("{at}/{}", escape(name)), "unknown-field", words)
            })
            .collect(),
        Kind::Type { kind } => {
            let expected = match kind {
                jsonschema::error::TypeKind::Single(json_type) => json_type.to_string(),
                jsonschema::error::TypeKind::Multiple(_) => "another type".to_owned(),
            };
            one(
                at,
                "wrong-type",
                format!("类型应为 {expected}"),
                format!("must be of type {expected}"),
            )
        }
        Kind::Format { format } => {
            format_error(at, format, error.instance().as_str().unwrap_or(""))
        }
        Kind::Enum { options } => one(
            at,
            "not-one-of",
            format!("应为其中之一：{options}"),
            format!("must be one of {options}"),
        ),
        Kind::Pattern { .. } => one(
            at,
            "wrong-pattern",
            "格式不正确".into(),
            "has a wrong form".into(),
        ),
        Kind::MinLength { limit } => one(
            at,
            "too-short",
            format!("至少 {limit} 个字符"),
            format!("at least {limit} characters"),
        ),
        Kind::MaxLength { limit } => one(
            at,
            "too-long",
            format!("最多 {limit} 个字符"),
            format!("at most {limit} characters"),
        ),
        Kind::MinItems { limit } => one(
            at,
            "too-few",
            format!("至少 {limit} 项"),
            format!("at least {limit} items"),
        ),
        Kind::MaxItems { limit } => one(
            at,
            "too-many",
            format!("最多 {limit} 项"),
            format!("at most {limit} items"),
        ),
        Kind::Minimum { limit } => one(
            at,
            "too-small",
            format!("不得小于 {limit}"),
            format!("must be at least {limit}"),
        ),
        Kind::Maximum { limit } => one(
            at,
            "too-large",
            format!("不得大于 {limit}"),
            format!("must be at most {limit}"),
        ),
        other => {
            let keyword = other.keyword();
            one(
                at,
                "invalid",
                format!("不符合约定（{keyword}）"),
                format!("violates `{keyword}`"),
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
        Some(refused) => one(at, refused.code, refused.zh, refused.en),
        None => one(
            at,
            "wrong-format",
            format!("格式应为 {format}"),
            format!("must have the format {format}"),
        ),
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
