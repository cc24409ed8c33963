//! What people type from paper or paste on a phone: read in one place, however it is spaced,
//! dashed, cased or wide.

/// The inside of a character class: what may stand between the characters that count. White
/// space of any width, line ends, what cannot be seen, and every dash and minus.
macro_rules! spacing {
    () => {
        concat!(
            r"\t\n\r \u00A0\u00AD\u2000-\u200B\u2010-\u2015\u202F\u205F\u2060\u2212",
            r"\u3000\uFE58\uFE63\uFEFF\uFF0D-"
        )
    };
}

/// The inside of a character class: signs of multiplication, typed where an X belongs.
macro_rules! crosses {
    () => {
        "×✕✖"
    };
}

/// The longest a typed text may be, with everything that does not count.
pub(super) const LENGTH_MAX: usize = 40;

fn is_spacing(typed: char) -> bool {
    matches!(typed,
        '\t' | '\n' | '\r' | ' ' | '-' | '\u{A0}' | '\u{AD}' | '\u{2000}'..='\u{200B}'
        | '\u{2010}'..='\u{2015}' | '\u{202F}' | '\u{205F}' | '\u{2060}' | '\u{2212}'
        | '\u{3000}' | '\u{FE58}' | '\u{FE63}' | '\u{FEFF}' | '\u{FF0D}')
}

/// The characters that count: narrow, upper case, X for a cross.
pub(super) fn characters(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|typed| !is_spacing(*typed)).map(plain)
}

fn plain(typed: char) -> char {
    let narrow = match typed {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
            char::from_u32(u32::from(typed) - 0xFEE0).expect("their places are 0xFEE0 apart")
        }
        '×' | '✕' | '✖' => 'X',
        other => other,
    };
    narrow.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        characters(text).collect()
    }

    #[test]
    fn width_case_spacing_and_dashes_do_not_count() {
        for typed in [
            "31002x",
            "３１００２Ｘ",
            " 310 02x\n",
            "310\u{A0}02x\r\n",
            "310\u{2212}02×",
            "\u{FEFF}310\u{200B}—02✕",
            "3-1－0‐0–2―✖",
        ] {
            assert_eq!(read(typed), "31002X", "{typed:?}");
        }
    }

    #[test]
    fn what_has_a_meaning_of_its_own_stays() {
        assert_eq!(read("三1_2.é"), "三1_2.é");
    }

    /// A foreign validator lets through exactly what is overlooked here.
    #[test]
    fn the_pattern_and_the_reading_agree_on_what_is_spacing() {
        let pattern = serde_json::json!({"pattern": concat!("^[", spacing!(), "]$")});
        let pattern = jsonschema::validator_for(&pattern).unwrap();
        for point in (0..=0xFFFF).filter_map(char::from_u32) {
            let listed = pattern.is_valid(&point.to_string().into());
            assert_eq!(listed, is_spacing(point), "U+{:04X}", u32::from(point));
        }
    }
}
