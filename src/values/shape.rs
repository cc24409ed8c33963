//! Which texts are let in: cleaning, length, characters.

use unicode_normalization::UnicodeNormalization;

use super::ValueError;

/// Characters without a glyph of their own, which make two different texts look alike or turn
/// the direction of writing: controls, bidi marks, zero-width characters, fillers, selectors,
/// tags, noncharacters. Private-use characters pass: old registers hold names in them.
pub(crate) fn invisible(c: char) -> bool {
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
pub(super) struct Rules {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) line_breaks: bool,
    pub(super) shape: fn(&str) -> Result<(), ValueError>,
}

/// Unicode NFC, without surrounding white space, line breaks as `\n`; then length and characters.
pub(super) fn clean(text: &str, rules: &Rules) -> Result<String, ValueError> {
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
pub(super) fn any(_: &str) -> Result<(), ValueError> {
    Ok(())
}

/// Any visible text that was not masked: who sends back what was shown would lose what it was.
pub(super) fn clear(text: &str) -> Result<(), ValueError> {
    shaped(
        !text.contains('*'),
        "text-masked",
        "含有 *：显示的是脱敏内容，请填写完整内容，或不填以保持原值",
        "holds a star: what is shown is masked; give the whole value or leave it out to keep it",
    )
}

/// A shape told by a condition.
fn shaped(fits: bool, code: &'static str, zh: &str, en: &str) -> Result<(), ValueError> {
    if fits {
        Ok(())
    } else {
        Err(ValueError::new(code, zh, en))
    }
}

pub(super) fn code_shape(text: &str) -> Result<(), ValueError> {
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

/// Chinese characters of the basic plane: a pattern beyond it means different things to different
/// regex engines, and no office numbers its files with a rarer one.
fn is_han(c: char) -> bool {
    matches!(c, '〇' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}')
}

pub(super) fn number_shape(text: &str) -> Result<(), ValueError> {
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

pub(super) fn phone_shape(text: &str) -> Result<(), ValueError> {
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

pub(super) fn tail_shape(text: &str) -> Result<(), ValueError> {
    shaped(
        text.bytes().all(|b| b.is_ascii_digit()),
        "phone-tail-form",
        "请填写电话号码的最后四位数字",
        "the last four digits of a phone number",
    )
}

pub(super) fn initials_shape(text: &str) -> Result<(), ValueError> {
    shaped(
        text.bytes().all(|b| b.is_ascii_alphabetic()),
        "pinyin-initials-form",
        "请填写姓名拼音的首字母，例如 zxs",
        "the first letters of a name in pinyin, for example zxs",
    )
}

pub(super) fn region_shape(text: &str) -> Result<(), ValueError> {
    let fits = matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit());
    shaped(
        fits,
        "region-code-form",
        "行政区划代码应为 6、9 或 12 位数字",
        "a region code has 6, 9 or 12 digits",
    )
}
