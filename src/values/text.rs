//! Texts that were looked at: normalised, trimmed, free of what cannot be seen.

use std::fmt;

use poem_openapi::registry::MetaSchema;
use unicode_normalization::UnicodeNormalization;

use super::ValueError;
use super::wire::string_schema;

/// What the contract says about plain texts; [`invisible`] refuses a little more.
const LINE: &str = r"^[^\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]+$";
/// The same, with line breaks.
const LINES: &str = r"^[^\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]+$";

/// Characters without a glyph of their own, which make two different texts look alike or turn
/// the direction of writing: controls, bidi marks, zero-width characters, fillers, selectors,
/// tags, noncharacters. Private-use characters pass: old registers hold names in them.
fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{FDD0}'..='\u{FDEF}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// How long a text may be, in characters, and which characters it may hold.
struct Rules {
    min: usize,
    max: usize,
    line_breaks: bool,
    shape: fn(&str) -> Result<(), ValueError>,
}

/// Unicode NFC, without surrounding white space, line breaks as `\n`; then length and characters.
fn clean(text: &str, rules: &Rules) -> Result<String, ValueError> {
    // The longest text of all has 2,000 characters; do not normalise megabytes to say no.
    let too_long = || {
        ValueError::new(
            "text-too-long",
            format!("最多 {} 个字", rules.max),
            format!("must have at most {} characters", rules.max),
        )
    };
    if text.len() > rules.max * 16 + 64 {
        return Err(too_long());
    }
    let mut cleaned: String = text.trim().nfc().collect();
    if rules.line_breaks {
        cleaned = cleaned.replace("\r\n", "\n").replace('\r', "\n");
    }
    if cleaned
        .chars()
        .any(|c| invisible(c) && !(rules.line_breaks && c == '\n'))
    {
        return Err(ValueError::new(
            "text-invisible-character",
            "含有不可见字符（控制符、零宽字符或换行），请删除后重新输入",
            "holds an invisible character (control, zero-width, direction or line break)",
        ));
    }
    let length = cleaned.chars().count();
    if length < rules.min {
        return Err(ValueError::new(
            "text-too-short",
            format!("至少 {} 个字", rules.min),
            format!("must have at least {} characters", rules.min),
        ));
    }
    if length > rules.max {
        return Err(too_long());
    }
    (rules.shape)(&cleaned)?;
    Ok(cleaned)
}

/// Any visible text.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several shapes of the same signature"
)]
fn any(_: &str) -> Result<(), ValueError> {
    Ok(())
}

/// A shape told by a condition.
fn shaped(fits: bool, code: &'static str, zh: &str, en: &str) -> Result<(), ValueError> {
    if fits {
        Ok(())
    } else {
        Err(ValueError::new(code, zh, en))
    }
}

fn code_shape(text: &str) -> Result<(), ValueError> {
    let fits = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_./-".contains(c));
    shaped(
        fits,
        "code-form",
        "编码只能含字母、数字和 _ . / -，且以字母或数字开头",
        "a code holds letters, digits and _ . / - and starts with a letter or a digit",
    )
}

/// Chinese characters: the unified ones of the basic plane with extension A, 〇, and the
/// extensions of the second and third planes.
fn is_han(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3347F}')
}

fn number_shape(text: &str) -> Result<(), ValueError> {
    let fits = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || is_han(c) || "-_/.〔〕()（）".contains(c));
    shaped(
        fits,
        "number-form",
        "编号只能含汉字、字母、数字和 - _ / . 〔〕 ( )（）",
        "a number holds Chinese characters, letters, digits and - _ / . 〔〕 ( )（）",
    )
}

fn phone_shape(text: &str) -> Result<(), ValueError> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let fits = (5..=20).contains(&digits.len())
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    shaped(
        fits,
        "phone-form",
        "电话号码应为 5 至 20 位数字，可含空格和 -，可以 + 开头",
        "a phone number has 5 to 20 digits, spaces or hyphens, and may start with +",
    )
}

fn region_shape(text: &str) -> Result<(), ValueError> {
    let fits = matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit());
    shaped(
        fits,
        "region-code-form",
        "行政区划代码应为 6、9 或 12 位数字",
        "a region code has 6, 9 or 12 digits",
    )
}

/// Text types: name, format in the contract, length in characters, pattern, check, example.
/// `open` ones show their text in `Debug`; `personal` ones only its length, to stay out of logs.
macro_rules! text {
    ($(
        $(#[$doc:meta])* $name:ident: $privacy:ident $format:literal,
        $min:literal..=$max:literal, $breaks:literal, $pattern:expr, $shape:expr, $example:literal;
    )*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name of its format in the contract.
            pub const FORMAT: &'static str = $format;
            /// What the contract lets through.
            pub const PATTERN: &'static str = $pattern;
            /// The shortest, in characters.
            pub const MIN: usize = $min;
            /// The longest, in characters.
            pub const MAX: usize = $max;

            /// Normalises (NFC), trims and checks a text.
            pub fn parse(text: &str) -> Result<Self, ValueError> {
                let rules = Rules { min: $min, max: $max, line_breaks: $breaks, shape: $shape };
                clean(text, &rules).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                text!(@debug $privacy, $name, self, f)
            }
        }

        read_from_string!($name, MetaSchema {
            min_length: Some($min),
            max_length: Some($max),
            pattern: Some($pattern.to_owned()),
            ..string_schema($format, $example)
        });
        write_as_string!($name);
        // What stands in the database was checked on its way in.
        store_as!($name => String, to: |it| &it.0, from: |text| Ok(Self(text)));
    )*};
    (@debug open, $name:ident, $self:ident, $f:ident) => {
        write!($f, "{}({:?})", stringify!($name), $self.0)
    };
    (@debug personal, $name:ident, $self:ident, $f:ident) => {
        write!($f, "{}({} characters)", stringify!($name), $self.0.chars().count())
    };
}

text! {
    /// The name of a person (姓名), in any script.
    PersonName: personal "person-name", 1..=60, false, LINE, any, "张小三";
    /// The name of a place, an estate or an area (地名).
    PlaceName: open "place-name", 1..=120, false, LINE, any, "东大沟村";
    /// A short title or description (名称).
    Label: open "label", 1..=120, false, LINE, any, "2018 年度旧村改造";
    /// A remark of some lines (备注); may name people.
    Note: personal "note", 1..=2000, true, LINES, any, "已与户主电话确认。";
    /// A code made by an office (编码): no spaces, no Chinese.
    Code: open "code", 1..=40, false, "^[A-Za-z0-9][A-Za-z0-9_./-]*$", code_shape, "SZ-2018-07";
    /// The number of a household, a parcel or a document (编号), such as 济中政发〔2018〕5号.
    Number: open "document-number", 1..=60, false,
        "^[0-9A-Za-z〇㐀-䶿一-鿿𠀀-𳑿_/.〔〕()（）-]+$", number_shape, "济中征〔2018〕5号";
    /// A phone number (电话) as people write it.
    Phone: personal "phone", 5..=21, false, r"^\+?[0-9][0-9 -]{4,19}$", phone_shape, "0531-00000000";
    /// A code of an administrative region (行政区划代码): 6 digits of GB/T 2260, or 9 or 12 of
    /// the statistical code down to subdistrict and village.
    RegionCode: open "region-code", 6..=12, false,
        "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$", region_shape, "370103";
}
