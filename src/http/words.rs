//! A text in both languages; which one is sent is decided at the very edge.

use std::borrow::Cow;

use poem::{FromRequest, Request, RequestBody, Result, http::HeaderMap};

/// The languages Anju answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Chinese,
    English,
}

impl Language {
    /// The better of the two by `Accept-Language`; Chinese when the caller has no wish.
    pub fn of(headers: &HeaderMap) -> Self {
        let wish = headers
            .get("accept-language")
            .and_then(|v| v.to_str().ok())
            .unwrap_or("");
        let (mut chinese, mut english) = (0, 0);
        for part in wish.split(',') {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or("").trim().to_ascii_lowercase();
            let weight = pieces
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(1000, permille);
            if tag.starts_with("zh") || tag == "*" {
                chinese = chinese.max(weight);
            } else if tag.starts_with("en") {
                english = english.max(weight);
            }
        }
        if english > chinese {
            Self::English
        } else {
            Self::Chinese
        }
    }

    /// The tag for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// For answers that tell something in the caller's language.
impl<'a> FromRequest<'a> for Language {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(Self::of(request.headers()))
    }
}

/// A quality value (`0.8`) in thousandths; anything malformed counts as nothing.
fn permille(q: &str) -> u32 {
    let (whole, fraction) = q.trim().split_once('.').unwrap_or((q.trim(), ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u32>()) {
        ("0", Ok(thousandths)) => thousandths,
        ("1", Ok(_)) => 1000,
        _ => 0,
    }
}

/// A text in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub zh: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

impl Words {
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    pub fn read(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// `words!("中文 {x}", "English {x}")`
macro_rules! words {
    ($zh:literal, $en:literal) => {
        $crate::http::Words::new(format!($zh), format!($en))
    };
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert("accept-language", value.parse().unwrap());
        Language::of(&headers)
    }

    #[test]
    fn chinese_is_the_default_and_wins_ties() {
        assert_eq!(Language::of(&HeaderMap::new()), Language::Chinese);
        assert_eq!(asked("fr"), Language::Chinese);
        assert_eq!(asked("en, zh"), Language::Chinese);
        assert_eq!(asked("*"), Language::Chinese);
    }

    #[test]
    fn english_is_answered_when_preferred() {
        assert_eq!(asked("en-GB"), Language::English);
        assert_eq!(asked("zh;q=0.4, en;q=0.85"), Language::English);
        assert_eq!(asked("en;q=0, zh;q=0"), Language::Chinese);
        assert_eq!(asked("en;q=banana"), Language::Chinese);
    }
}
