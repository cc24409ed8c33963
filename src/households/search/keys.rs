//! By what a name is found: its parts to the end, and its initials.
//!
//! A part of a name is the beginning of what is left of it from some character on, so that one
//! range of an ordered index finds it, whatever its length.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;

/// Names longer than any that is called out have their first parts only.
const PARTS_MAX: usize = 12;
/// So many readings of a name are kept: most characters have one initial.
const READINGS_MAX: usize = 8;
/// A shorter part finds half the district.
pub(super) const SHORTEST: usize = 2;

/// What a search for part of a name looks for.
pub(super) fn of_part(part: &str) -> String {
    format!("n{}", plain(part))
}

/// What a search for initials looks for.
pub(super) fn of_initials(initials: &str) -> String {
    format!("p{}", initials.to_ascii_lowercase())
}

/// The first key after all that begin so.
pub(super) fn end_of(beginning: &str) -> String {
    format!("{beginning}\u{10FFFF}")
}

/// Every key of a name.
pub(super) fn keys_of(name: &str) -> BTreeSet<String> {
    let name = plain(name);
    let mut keys: BTreeSet<String> = parts(&name)
        .into_iter()
        .map(|part| format!("n{part}"))
        .collect();
    keys.extend(
        initials(&name)
            .into_iter()
            .map(|letters| format!("p{letters}")),
    );
    keys
}

/// One spelling: lower case, words apart by one space.
fn plain(name: &str) -> String {
    let name = name.to_lowercase().replace(['·', '•', '.', '-'], " ");
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ")
}

fn is_han(c: char) -> bool {
    c.to_pinyin_multi().is_some()
}

/// The name from each Chinese character on, and from each word on.
fn parts(name: &str) -> Vec<&str> {
    let mut before = ' ';
    let mut parts = vec![];
    for (at, c) in name.char_indices() {
        let begins = c != ' ' && (is_han(c) || before == ' ' || is_han(before));
        let part = &name[at..];
        if begins && (at == 0 || part.chars().count() >= SHORTEST) {
            parts.push(part);
        }
        before = c;
    }
    parts.truncate(PARTS_MAX);
    parts
}

/// The first letters of the characters and words, in each reading (拼音首字母).
fn initials(name: &str) -> BTreeSet<String> {
    let mut readings = BTreeSet::from([String::new()]);
    let mut before = ' ';
    for c in name.chars() {
        let letters: BTreeSet<char> = match c.to_pinyin_multi() {
            Some(sounds) => sounds
                .into_iter()
                .filter_map(|sound| sound.first_letter().chars().next())
                .filter(char::is_ascii_lowercase)
                .collect(),
            None if before == ' ' && c.is_ascii_alphabetic() => [c].into(),
            None => BTreeSet::new(),
        };
        before = c;
        if letters.is_empty() {
            continue;
        }
        let longer = |reading: &String| {
            letters
                .iter()
                .map(move |letter| format!("{reading}{letter}"))
                .collect::<Vec<_>>()
        };
        readings = readings
            .iter()
            .flat_map(longer)
            .take(READINGS_MAX)
            .collect();
    }
    readings.retain(|reading| reading.len() >= SHORTEST);
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str) -> Vec<String> {
        keys_of(name).into_iter().collect()
    }

    #[test]
    fn a_name_is_found_by_each_of_its_ends_and_by_its_initials() {
        assert_eq!(keys("张小三"), ["n小三", "n张小三", "pzxs"]);
        assert_eq!(keys("张三"), ["n张三", "pzs"]);
        assert_eq!(keys("张"), ["n张"]);
        assert_eq!(keys("Zoë O’Neill"), ["no’neill", "nzoë o’neill", "pzo"]);
        assert_eq!(
            keys("阿卜杜拉·买买提")[..2],
            ["n买买提".to_owned(), "n买提".to_owned()]
        );
    }

    #[test]
    fn a_character_of_two_sounds_is_found_by_either() {
        let keys = keys_of("曾小贤");
        assert!(keys.contains("pzxx") && keys.contains("pcxx"), "{keys:?}");
    }

    #[test]
    fn a_beginning_ends_before_the_next_one() {
        let (from, to) = (of_part("小三"), end_of(&of_part("小三")));
        for found in ["n小三", "n小三儿"] {
            assert!((from.as_str()..to.as_str()).contains(&found));
        }
        for other in ["n小", "n小丰", "n小四", "p小三"] {
            assert!(!(from.as_str()..to.as_str()).contains(&other), "{other}");
        }
    }
}
