//! What screens and letters show instead of personal data.

/// Family names of two characters (复姓) that still occur, and the manners of writing them.
const COMPOUND_SURNAMES: &[&str] = &[
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "东方", "東方", "独孤", "南宫", "南宮",
    "夏侯", "尉迟", "尉遲", "公孙", "公孫", "令狐", "皇甫", "宇文", "长孙", "長孫", "慕容", "司徒",
    "司空", "轩辕", "軒轅", "端木", "百里", "东郭", "東郭", "西门", "西門", "呼延", "赫连", "赫連",
    "澹台", "澹臺", "公冶", "宗政", "濮阳", "濮陽", "淳于", "单于", "太叔", "申屠", "公羊", "仲孙",
    "仲孫", "钟离", "鍾離", "闻人", "聞人", "司寇", "万俟", "拓跋", "闾丘", "鲜于", "鮮于", "亓官",
    "梁丘", "左丘", "东门", "東門", "南门", "南門", "第五", "纳兰", "納蘭", "完颜", "完顏", "叶赫",
    "段干", "谷梁", "穀梁", "宰父", "漆雕", "乐正", "樂正", "壤驷", "公良", "夹谷", "微生", "羊舌",
    "巫马", "巫馬", "公西",
];

/// A name of more characters than this is not written in the Chinese manner.
const LONGEST_CHINESE: usize = 4;

/// A person's name as others may see it: 张三 → 张*,
/// 张小三 → 张*三, 欧阳小三 → 欧阳*三; long and foreign names keep their first and last character.
pub fn masked_name(name: &str) -> String {
    let name: Vec<char> = name.trim().chars().collect();
    let [first, .., last] = name.as_slice() else {
        return "*".repeat(name.len());
    };
    let foreign = name.len() > LONGEST_CHINESE || first.is_uppercase() || first.is_lowercase();
    if foreign && name.len() > 2 {
        // A fixed number of stars, because the length of a long name tells much.
        return format!("{first}***{last}");
    }
    let surname: String = name[..2].iter().collect();
    let compound = name.len() > 2 && COMPOUND_SURNAMES.contains(&surname.as_str());
    let shown = if compound { 2 } else { 1 };
    let head: String = name[..shown].iter().collect();
    match name.len() - shown {
        1 => format!("{head}*"),
        hidden_and_last => format!("{head}{}{last}", "*".repeat(hidden_and_last - 1)),
    }
}

/// A phone number as others may see it: the first three and the last four digits of eleven and
/// more, the last four of a number with area code, the last two of a shorter one. The country
/// code of China and all spacing go.
pub fn masked_phone(phone: &str) -> String {
    let phone = phone.trim();
    let national = phone.strip_prefix("+86").unwrap_or(phone);
    let digits: String = national.chars().filter(char::is_ascii_digit).collect();
    let (head, tail) = match digits.len() {
        11.. => (3, 4),
        9..11 => (0, 4),
        4..9 => (0, 2),
        _ => (0, 0),
    };
    let (first, last) = (&digits[..head], &digits[digits.len() - tail..]);
    format!("{first}{}{last}", "*".repeat(digits.len() - head - tail))
}

/// The number of an identity document: the first three and the last two characters of ten and
/// more, the last two of a shorter one. The number is made of ASCII characters.
pub(super) fn masked_id(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    let head = if characters.len() < 10 { 0 } else { 3 };
    let tail_at = characters.len().saturating_sub(2).max(head);
    let show = |at: usize, c: char| if at < head || at >= tail_at { c } else { '*' };
    characters
        .iter()
        .enumerate()
        .map(|(at, &c)| show(at, c))
        .collect()
}

/// What somebody wrote where the number of a document belongs, as [`masked_id`] shows numbers.
pub fn masked_document(text: &str) -> String {
    masked_id(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_masked_as_notices_do() {
        for (name, masked) in [
            ("张三", "张*"),
            ("张小三", "张*三"),
            ("欧阳小三", "欧阳*三"),
            ("欧阳三", "欧阳*"),
            ("欧阳", "欧*"),
            ("张王小三", "张**三"),
            ("王𬱖", "王*"),
            ("𬱖小䶮", "𬱖*䶮"),
            ("阿卜杜拉·买买提", "阿***提"),
            ("古丽米热", "古**热"),
            ("John Smith", "J***h"),
            ("Li", "L*"),
            ("Ana", "A***a"),
            (" 张三 ", "张*"),
            ("张", "*"),
            ("", ""),
        ] {
            assert_eq!(masked_name(name), masked, "{name}");
        }
    }

    #[test]
    fn phones_show_three_and_four_digits() {
        for (phone, masked) in [
            ("13800001234", "138****1234"),
            ("+86 138-0000-1234", "138****1234"),
            ("0531-82921234", "053*****1234"),
            ("8613800001234", "861******1234"),
            ("053182921", "*****2921"),
            ("82921234", "******34"),
            ("12345", "***45"),
            ("110", "***"),
            ("", ""),
        ] {
            assert_eq!(masked_phone(phone), masked, "{phone}");
        }
    }

    #[test]
    fn short_document_numbers_show_two_characters_only() {
        assert_eq!(masked_id("11010519491231002X"), "110*************2X");
        assert_eq!(masked_id("E123456789"), "E12*****89");
        assert_eq!(masked_id("E12345678"), "*******78");
        assert_eq!(masked_id("12345"), "***45");
    }

    proptest! {
        #[test]
        fn every_name_and_number_hides_something(name in r"\PC{1,12}", number in "[0-9A-Z]{5,20}", phone in "[0-9 -]{5,20}") {
            prop_assert!(name.trim().is_empty() || masked_name(&name).contains('*'));
            prop_assert!(masked_id(&number).matches('*').count() >= 3);
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            prop_assert!(masked_phone(&phone).matches('*').count() * 3 >= digits);
        }
    }
}
