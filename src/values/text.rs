//! Texts that were looked at: normalised, trimmed, free of what cannot be seen.

use std::fmt;

use poem_openapi::registry::MetaSchema;

use super::ValueError;
use super::shape::{
    Rules, any, clean, clear, code_shape, initials_shape, number_shape, phone_shape, region_shape,
    tail_shape,
};
use super::wire::string_schema;

/// What the contract says about plain texts: one visible character at least. The
/// check of invisible characters refuses a little more.
const LINE: &str = concat!(
    r"^\s*[^\s\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]",
    r"[^\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]*$"
);
/// The same, without the star of a masked value.
const CLEAR: &str = concat!(
    r"^\s*[^*\s\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]",
    r"[^*\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]*$"
);
/// Plain texts, with line breaks.
const LINES: &str = concat!(
    r"^\s*[^\s\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]",
    r"[^\u0000-\u0009\u000B\u000C\u000E-\u001F\u007F-\u009F",
    r"\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]*$"
);

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
    /// The name of a person (姓名), in any script; never a masked one.
    PersonName: personal "person-name", 1..=60, false, CLEAR, clear, "张小三";
    /// The name of a place, an estate or an area, or an address (地名、地址); never a masked one.
    PlaceName: open "place-name", 1..=120, false, CLEAR, clear, "东大沟村";
    /// A short title or description (名称).
    Label: open "label", 1..=120, false, LINE, any, "2018 年度旧村改造";
    /// A remark of some lines (备注); may name people.
    Note: personal "note", 1..=2000, true, LINES, any, "已与户主电话确认。";
    /// A code made by an office (编码): no spaces, no Chinese.
    Code: open "code", 1..=40, false, "^[A-Za-z0-9][A-Za-z0-9_./-]*$", code_shape, "SZ-2018-07";
    /// The number of a household, a parcel or a document (编号), such as 济中政发〔2018〕5号.
    Number: open "document-number", 1..=60, false,
        "^[0-9A-Za-z〇㐀-䶿一-鿿_/.〔〕()（）-]+$", number_shape, "济中征〔2018〕5号";
    /// A phone number (电话) as people write it.
    Phone: personal "phone", 5..=21, false, r"^\+?[0-9][0-9 -]{4,19}$", phone_shape, "0531-00000000";
    /// The last four digits of a phone number (电话后四位).
    PhoneTail: personal "phone-tail", 4..=4, false, "^[0-9]{4}$", tail_shape, "1234";
    /// The first letters of a name in pinyin (拼音首字母).
    PinyinInitials: personal "pinyin-initials", 2..=10, false, "^[A-Za-z]{2,10}$",
        initials_shape, "zxs";
    /// A code of an administrative region (行政区划代码): 6 digits of GB/T 2260, or 9 or 12 of
    /// the statistical code down to subdistrict and village.
    RegionCode: open "region-code", 6..=12, false,
        "^[0-9]{6}([0-9]{3}([0-9]{3})?)?$", region_shape, "370103";
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn rare_characters_of_real_names_are_kept() {
        for name in [
            "䶮",
            "𬱖",
            "王𠅤",
            "阿卜杜拉·买买提",
            "Zoë O’Neill-Šimić",
            "\u{E863}",
        ] {
            assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn names_are_normalised_and_trimmed() {
        assert_eq!(
            PersonName::parse("\u{3000}张三 \n").unwrap().as_str(),
            "张三"
        );
        assert_eq!(PersonName::parse("Zoe\u{0308}"), PersonName::parse("Zoë"));
    }

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for hidden in [
            '\0',
            '\t',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2028}',
            '\u{2060}',
            '\u{2066}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{ffff}',
            '\u{3164}',
        ] {
            let refused = PersonName::parse(&format!("张{hidden}三")).unwrap_err();
            assert_eq!(
                refused.code,
                "text-invisible-character",
                "{:x}",
                u32::from(hidden)
            );
        }
    }

    #[test]
    fn what_was_shown_masked_is_not_taken_for_a_value() {
        assert_eq!(PersonName::parse("张*三").unwrap_err().code, "text-masked");
        assert_eq!(
            PlaceName::parse("5 号楼***").unwrap_err().code,
            "text-masked"
        );
        assert!(Label::parse("1*2").is_ok());
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        assert!(PersonName::parse(&"𬱖".repeat(60)).is_ok());
        assert_eq!(
            PersonName::parse(&"𬱖".repeat(61)).unwrap_err().code,
            "text-too-long"
        );
        assert_eq!(
            PersonName::parse(" \u{3000}").unwrap_err().code,
            "text-too-short"
        );
        assert_eq!(
            Note::parse(&"a".repeat(1_000_000)).unwrap_err().code,
            "text-too-long"
        );
    }

    #[test]
    fn only_notes_hold_line_breaks() {
        let note = Note::parse("第一行\r\n第二行\r第三行").unwrap();
        assert_eq!(note.as_str(), "第一行\n第二行\n第三行");
        assert_eq!(
            Label::parse("第一行\n第二行").unwrap_err().code,
            "text-invisible-character"
        );
        assert_eq!(
            Note::parse("a\tb").unwrap_err().code,
            "text-invisible-character"
        );
    }

    #[test]
    fn codes_have_no_spaces_and_no_chinese() {
        for good in ["A", "SZ-2018-07", "370103/12.5_b"] {
            assert!(Code::parse(good).is_ok(), "{good}");
        }
        for bad in ["-A", "A B", "东-1", "A*", "Ａ1", "_x"] {
            assert_eq!(Code::parse(bad).unwrap_err().code, "code-form", "{bad}");
        }
    }

    #[test]
    fn document_numbers_hold_chinese_and_brackets() {
        for good in ["济中政发〔2018〕5号", "H-1", "（东）12", "第〇一号", "-"] {
            assert!(Number::parse(good).is_ok(), "{good}");
        }
        for bad in ["𠅤村", "H 1", "H#1", "[2018]5", "é", "１２", "「1」"] {
            assert_eq!(Number::parse(bad).unwrap_err().code, "number-form", "{bad}");
        }
    }

    #[test]
    fn phones_and_regions_have_their_shape() {
        for good in ["+86 138 0000 0000", "0531-82920000", "12345"] {
            assert!(Phone::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "-1234567",
            "1380000000O",
            "++8613800",
            "(0531)82920000",
            "１２３４５",
        ] {
            assert_eq!(Phone::parse(bad).unwrap_err().code, "phone-form", "{bad}");
        }
        assert!(
            ["370103", "370103001", "370103001002"]
                .iter()
                .all(|c| RegionCode::parse(c).is_ok())
        );
        for bad in ["3701034", "37010a", "３７"] {
            assert!(RegionCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn json_numbers_and_booleans_are_not_texts() {
        for value in [json!(5), json!(true), json!(null), json!({}), json!(["a"])] {
            assert!(Label::parse_from_json(Some(value)).is_err());
        }
        let label = Label::parse_from_json(Some(json!(" 改造 "))).unwrap();
        assert_eq!(label.to_json(), Some(json!("改造")));
        assert_eq!(serde_json::to_value(&label).unwrap(), json!("改造"));
    }

    #[test]
    fn personal_texts_stay_out_of_debug_output() {
        assert_eq!(
            format!("{:?}", PersonName::parse("张小三").unwrap()),
            "PersonName(3 characters)"
        );
        assert_eq!(
            format!("{:?}", Phone::parse("12345").unwrap()),
            "Phone(5 characters)"
        );
        assert_eq!(
            format!("{:?}", Note::parse("张三").unwrap()),
            "Note(2 characters)"
        );
        assert_eq!(
            format!("{:?}", Code::parse("A-1").unwrap()),
            "Code(\"A-1\")"
        );
    }

    #[test]
    fn the_contract_states_the_lengths() {
        let schema = Note::schema_ref();
        let schema = schema.unwrap_inline();
        assert_eq!(
            (schema.min_length, schema.max_length),
            (Some(1), Some(2000))
        );
        assert_eq!(schema.format, Some("note"));
    }

    proptest! {
        #[test]
        fn a_read_text_reads_as_itself(text in r"\PC{0,70}") {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name.clone()));
            }
            if let Ok(note) = Note::parse(&text) {
                prop_assert_eq!(Note::parse(note.as_str()), Ok(note.clone()));
            }
        }
    }
}
