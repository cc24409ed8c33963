//! What people sign in with: a login, a password, a code of their second factor.

use std::fmt;

use poem_openapi::registry::MetaSchema;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::ValueError;
use super::wire::string_schema;

/// The name one signs in under (登录名): 3 to 60 letters, digits and `._@-`; upper and lower case
/// are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "login";
    /// What the contract lets through.
    pub const PATTERN: &'static str = "^[0-9A-Za-z][0-9A-Za-z._@-]{2,59}$";

    /// Reads a login and folds its case.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let bytes = text.as_bytes();
        let fits = (3..=60).contains(&bytes.len())
            && bytes[0].is_ascii_alphanumeric()
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"._@-".contains(b));
        if fits {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(ValueError::new(
                "login-form",
                "登录名应为 3 至 60 位字母、数字或 . _ @ -，以字母或数字开头",
                "a login has 3 to 60 letters, digits or . _ @ - and begins with a letter or digit",
            ))
        }
    }

    /// In lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

read_from_string!(
    Login,
    MetaSchema {
        min_length: Some(3),
        max_length: Some(60),
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "zhang.san")
    }
);

/// A password (口令) as somebody typed it: up to 128 characters, normalised (NFC) so that every
/// keyboard sends the same. Read only, and never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "password";
    /// The longest, in characters.
    pub const MAX: usize = 128;

    /// Reads any text of 1 to 128 characters.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.is_empty() || text.chars().take(Self::MAX + 1).count() > Self::MAX {
            return Err(ValueError::new(
                "password-length",
                "口令应为 1 至 128 个字符",
                "a password has 1 to 128 characters",
            ));
        }
        Ok(Self(Zeroizing::new(text.nfc().collect())))
    }

    /// In clear.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

read_from_string!(
    Password,
    MetaSchema {
        min_length: Some(1),
        max_length: Some(Self::MAX),
        ..string_schema(Self::FORMAT, "correct-Horse-7-battery")
    }
);

/// A code of the second factor (动态验证码): six digits.
#[derive(Clone)]
pub struct OneTimeCode(Zeroizing<String>);

impl OneTimeCode {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "one-time-code";
    /// What the contract lets through.
    pub const PATTERN: &'static str = "^[0-9]{6}$";

    /// Reads six digits.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(ValueError::new(
                "one-time-code-form",
                "动态验证码应为 6 位数字",
                "a one-time code has six digits",
            ))
        }
    }

    /// In clear.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(******)")
    }
}

read_from_string!(
    OneTimeCode,
    MetaSchema {
        min_length: Some(6),
        max_length: Some(6),
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "081804")
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_one_whatever_its_case() {
        assert_eq!(Login::parse("Zhang.San").unwrap().as_str(), "zhang.san");
        for bad in ["", "ab", "-ab", "a b", "张三丰", "a:b", " abc"] {
            assert_eq!(Login::parse(bad).unwrap_err().code, "login-form", "{bad}");
        }
        assert!(Login::parse(&"a".repeat(60)).is_ok());
        assert!(Login::parse(&"a".repeat(61)).is_err());
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard_and_never_shown() {
        let composed = Password::parse("Zoë-1234").unwrap();
        assert_eq!(
            composed.expose(),
            Password::parse("Zoe\u{308}-1234").unwrap().expose()
        );
        assert!(!format!("{composed:?}").contains("Zo"));
        assert!(Password::parse(&"长".repeat(128)).is_ok());
        assert!(Password::parse(&"长".repeat(129)).is_err());
    }

    #[test]
    fn a_code_has_six_digits_and_is_never_shown() {
        assert!(!format!("{:?}", OneTimeCode::parse("081804").unwrap()).contains('8'));
        for bad in ["", "08180", "0818045", "08180x", "０８１８０４"] {
            assert!(OneTimeCode::parse(bad).is_err(), "{bad}");
        }
    }
}
