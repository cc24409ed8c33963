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
    if phone.contains('*') {
        return phone.to_owned();
    }
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

/// Words behind the number of a building.
const BUILDINGS: &[&str] = &["号楼", "號樓", "栋", "棟", "幢", "座"];
/// Words behind the number of something inside a building.
const ROOMS: &[&str] = &[
    "单元", "單元", "室", "层", "層", "楼", "樓", "户", "戶", "门",
];

/// An address as others may see it: as far as the building, never the staircase or the room. What
/// names no room stays as it is: 大沟村 12 号.
pub fn masked_address(address: &str) -> String {
    let address = address.trim();
    let text: Vec<char> = address.chars().collect();
    let Some(end) = end_of_building(&text) else {
        return address.to_owned();
    };
    let shown: String = text[..end].iter().collect();
    format!("{}***", shown.trim_end())
}

/// Where the part that is shown ends; `None` when all of it is shown.
fn end_of_building(text: &[char]) -> Option<usize> {
    let numbers = numbers(text);
    let follows = |at: usize, words: &[&str]| {
        let at = skip_spaces(text, at);
        let word = words.iter().find(|word| starts_with(&text[at..], word));
        word.map(|word| at + word.chars().count())
    };
    let building = numbers.iter().find_map(|&(_, to)| follows(to, BUILDINGS));
    if let Some(end) = building {
        return (skip_spaces(text, end) < text.len()).then_some(end);
    }
    for (position, &(from, to)) in numbers.iter().enumerate() {
        if follows(to, ROOMS).is_some() {
            return Some(from);
        }
        if follows(to, &["号", "號"]).is_some() {
            continue;
        }
        // 12-3-501 and 100 号 501: the number of the building, then those inside it.
        let further = numbers.get(position + 1);
        if let Some(&(next, next_to)) = further
            && text[to..next]
                .iter()
                .all(|c| matches!(c, '-' | '－' | '—' | '–' | '/' | '#' | ' '))
            && follows(next_to, &["号", "號"]).is_none()
        {
            return Some(to);
        }
        let last = further.is_none() && skip_spaces(text, to) == text.len();
        if last && position > 0 {
            return Some(from);
        }
    }
    None
}

/// Where the numbers of an address stand, in digits of any width, Chinese ones or with a letter.
fn numbers(text: &[char]) -> Vec<(usize, usize)> {
    let is_digit = |c: char| {
        c.is_ascii_digit() || ('０'..='９').contains(&c) || "〇零一二三四五六七八九十百".contains(c)
    };
    let is_part = |c: char| is_digit(c) || c.is_ascii_alphabetic();
    let mut found = vec![];
    let mut at = 0;
    while at < text.len() {
        if is_part(text[at]) {
            let from = at;
            while at < text.len() && is_part(text[at]) {
                at += 1;
            }
            // A lone letter is the name of a building (A 座), a word in letters is none.
            if at - from == 1 || text[from..at].iter().any(|&c| is_digit(c)) {
                found.push((from, at));
            }
        } else {
            at += 1;
        }
    }
    found
}

fn skip_spaces(text: &[char], from: usize) -> usize {
    let spaces = text[from..].iter().take_while(|c| c.is_whitespace());
    from + spaces.count()
}

fn starts_with(text: &[char], word: &str) -> bool {
    word.chars().zip(text).filter(|(a, b)| a == *b).count() == word.chars().count()
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
    fn addresses_end_at_the_building() {
        for (address, masked) in [
            ("舜耕路 5 号 3 号楼 2 单元 501 室", "舜耕路 5 号 3 号楼***"),
            ("舜耕路5号3号楼2单元501", "舜耕路5号3号楼***"),
            ("玉函小区12栋501", "玉函小区12栋***"),
            ("万象城A座1203室", "万象城A座***"),
            ("大沟村三号楼东户", "大沟村三号楼***"),
            ("舜耕路 5 号 3 号楼", "舜耕路 5 号 3 号楼"),
            ("大沟村 12 号", "大沟村 12 号"),
            ("大沟村 12-1 号", "大沟村 12-1 号"),
            ("大沟村 12-3-501", "大沟村 12***"),
            ("经十路 100 号 501 室", "经十路 100 号***"),
            ("经十路100号501", "经十路100号***"),
            ("大沟村东头", "大沟村东头"),
            ("", ""),
        ] {
            assert_eq!(masked_address(address), masked, "{address}");
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
