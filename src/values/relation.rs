//! How a person is related to the head of the household, GB/T 4761-2008.

use std::fmt;

use poem_openapi::registry::MetaSchema;

use super::ValueError;
use super::wire::string_schema;

/// Every two-digit code of the standard with its name.
const CODES: &[(&str, &str)] = &[
    ("01", "本人"),
    ("02", "户主"),
    ("10", "配偶"),
    ("11", "夫"),
    ("12", "妻"),
    ("20", "子"),
    ("21", "独生子"),
    ("22", "长子"),
    ("23", "次子"),
    ("24", "三子"),
    ("25", "四子"),
    ("26", "五子"),
    ("27", "养子或继子"),
    ("28", "女婿"),
    ("29", "其他儿子"),
    ("30", "女"),
    ("31", "独生女"),
    ("32", "长女"),
    ("33", "次女"),
    ("34", "三女"),
    ("35", "四女"),
    ("36", "五女"),
    ("37", "养女或继女"),
    ("38", "儿媳"),
    ("39", "其他女儿"),
    ("40", "孙子、孙女或外孙子、外孙女"),
    ("41", "孙子"),
    ("42", "孙女"),
    ("43", "外孙子"),
    ("44", "外孙女"),
    ("45", "孙媳妇或外孙媳妇"),
    ("46", "孙女婿或外孙女婿"),
    ("47", "曾孙子或外曾孙子"),
    ("48", "曾孙女或外曾孙女"),
    ("49", "其他孙子、孙女或外孙子、外孙女"),
    ("50", "父母"),
    ("51", "父亲"),
    ("52", "母亲"),
    ("53", "公公"),
    ("54", "婆婆"),
    ("55", "岳父"),
    ("56", "岳母"),
    ("57", "继父或养父"),
    ("58", "继母或养母"),
    ("59", "其他父母关系"),
    ("60", "祖父母或外祖父母"),
    ("61", "祖父"),
    ("62", "祖母"),
    ("63", "外祖父"),
    ("64", "外祖母"),
    ("65", "配偶的祖父母或外祖父母"),
    ("66", "曾祖父"),
    ("67", "曾祖母"),
    ("68", "配偶的曾祖父母或外曾祖父母"),
    ("69", "其他祖父母或外祖父母关系"),
    ("70", "兄、弟、姐、妹"),
    ("71", "兄"),
    ("72", "嫂"),
    ("73", "弟"),
    ("74", "弟媳"),
    ("75", "姐姐"),
    ("76", "姐夫"),
    ("77", "妹妹"),
    ("78", "妹夫"),
    ("79", "其他兄弟姐妹"),
    ("80", "其他"),
    ("81", "伯父"),
    ("82", "伯母"),
    ("83", "叔父"),
    ("84", "婶母"),
    ("85", "舅父"),
    ("86", "舅母"),
    ("87", "姨父"),
    ("88", "姨母"),
    ("89", "姑父"),
    ("90", "姑母"),
    ("91", "堂兄弟、堂姐妹"),
    ("92", "表兄弟、表姐妹"),
    ("93", "侄子"),
    ("94", "侄女"),
    ("95", "外甥"),
    ("96", "外甥女"),
    ("97", "其他亲属"),
    ("99", "非亲属"),
];

/// The relation to the head of the household (家庭关系), a two-digit code of GB/T 4761:
/// `01` self, `02` head, `1x` spouse, `2x` son and son-in-law, `3x` daughter and daughter-in-law,
/// `4x` grandchildren, `5x` parents, `6x` grandparents, `7x` brothers and sisters, `8x`–`97` other
/// relatives, `99` no relative.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation(String);

impl Relation {
    /// The name of its format in the contract.
    pub const FORMAT: &'static str = "relation-code";
    /// Exactly the codes of the standard.
    pub const PATTERN: &'static str = "^(0[12]|1[0-2]|[2-8][0-9]|9[0-79])$";

    /// The head of the household (户主).
    pub fn head() -> Self {
        Self("02".to_owned())
    }

    /// Reads a two-digit code.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        CODES
            .iter()
            .find(|(code, _)| *code == text)
            .map(|(code, _)| Self((*code).to_owned()))
            .ok_or_else(|| {
                ValueError::new(
                    "relation-unknown",
                    "应为 GB/T 4761 的两位家庭关系代码，例如 02 户主、10 配偶",
                    "must be a two-digit code of GB/T 4761, such as 02 (head) or 10 (spouse)",
                )
            })
    }

    /// The relation of a name as the standard writes it, for example 户主 or 长子.
    pub fn named(name: &str) -> Option<Self> {
        let (code, _) = CODES.iter().find(|(_, known)| *known == name)?;
        Some(Self((*code).to_owned()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in the standard.
    pub fn name(&self) -> &'static str {
        CODES
            .iter()
            .find(|(code, _)| *code == self.0)
            .map_or("", |(_, name)| *name)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

read_from_string!(
    Relation,
    MetaSchema {
        min_length: Some(2),
        max_length: Some(2),
        pattern: Some(Self::PATTERN.to_owned()),
        ..string_schema(Self::FORMAT, "02")
    }
);
write_as_string!(Relation);
store_as!(Relation => String, to: |it| &it.0, from: |text| Self::parse(&text));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_of_the_standard_are_read() {
        let head = Relation::parse("02").unwrap();
        assert_eq!((head.as_str(), head.name()), ("02", "户主"));
        assert_eq!(head, Relation::head());
        assert_eq!(Relation::named("长子"), Relation::parse("22").ok());
        assert_eq!(Relation::named("邻居"), None);
    }

    #[test]
    fn unassigned_codes_are_refused() {
        for text in [
            "", "2", "00", "03", "13", "19", "98", "100", "0２", " 2", "户主",
        ] {
            let code = Relation::parse(text).map_err(|e| e.code);
            assert_eq!(code, Err("relation-unknown"), "{text}");
        }
    }

    #[test]
    fn the_pattern_of_the_contract_lets_exactly_the_codes_through() {
        let schema =
            jsonschema::validator_for(&serde_json::json!({ "pattern": Relation::PATTERN }));
        let schema = schema.unwrap();
        for number in 0..100 {
            let code = format!("{number:02}");
            let listed = Relation::parse(&code).is_ok();
            assert_eq!(schema.is_valid(&serde_json::json!(code)), listed, "{code}");
        }
    }
}
