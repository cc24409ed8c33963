//! Why a value was refused, in both languages.

use std::fmt;

/// A refused value: a stable code and one sentence per language.
///
/// The sentences never repeat the refused text, which may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// Stable, kebab-case, listed in the documentation of problems.
    pub code: &'static str,
    /// The sentence for readers of Chinese.
    pub zh: String,
    /// The sentence for readers of English.
    pub en: String,
}

impl ValueError {
    /// A refusal with its code and its two sentences.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code,
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// A member that must be there is not.
    pub fn missing() -> Self {
        Self::new("required", "必填", "a value is required")
    }

    /// A number, a boolean or a structure stands where a text belongs.
    pub fn not_text() -> Self {
        Self::new(
            "not-a-string",
            "应为字符串（加引号）",
            "must be a JSON string, in quotes",
        )
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}

impl std::error::Error for ValueError {}
