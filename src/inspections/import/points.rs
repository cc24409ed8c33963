//! The measured points of a cell, as people separate them.

use crate::{
    http::{FieldError, Words, words},
    inspections::rules::POINTS_MAX,
    values::Measure,
};

/// `1.5; -2 3`, separated by semicolons, commas, `、` or blanks in full or half width.
///
/// A comma between digits in a list that has other separators as well may be one of thousands: nobody
/// can tell `2,803;2,795` from four points, so it is refused.
pub(super) fn read_points(text: &str) -> Result<Vec<Measure>, FieldError> {
    let blocks = text.split(|c: char| ";；、".contains(c) || c.is_whitespace());
    let blocks: Vec<&str> = blocks.filter(|block| !block.is_empty()).collect();
    if blocks.len() > 1 && blocks.iter().any(|block| in_thousands(block)) {
        let words = words!(
            "逗号可能是千位分隔符；请写成 2803;2795",
            "the comma may separate thousands; write 2803;2795"
        );
        return Err(FieldError::new("points", "points-ambiguous", words));
    }
    let parts = text.split(|c: char| ";；,，、".contains(c) || c.is_whitespace());
    let points = parts
        .filter(|part| !part.is_empty())
        .map(Measure::parse)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| FieldError::new("points", e.code, Words::new(e.zh, e.en)))?;
    if (1..=POINTS_MAX).contains(&points.len()) {
        return Ok(points);
    }
    let words = words!(
        "测点应为 1 至 {POINTS_MAX} 个",
        "1 to {POINTS_MAX} points are needed"
    );
    Err(FieldError::new("points", "points-count", words))
}

/// `2,803` and `1,002,803.5`.
fn in_thousands(block: &str) -> bool {
    let whole = block.split_once('.').map_or(block, |(whole, _)| whole);
    let mut groups = whole.trim_start_matches('-').split(',');
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    (1..=3).contains(&first.len()) && !rest.is_empty() && rest.iter().all(|g| g.len() == 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_separated_by_semicolons_commas_or_spaces_of_either_width() {
        let read = |text| {
            let points = read_points(text).unwrap();
            points.iter().map(Measure::to_string).collect::<Vec<_>>()
        };
        assert_eq!(read("1;-2.5; 3"), ["1.00", "-2.50", "3.00"]);
        assert_eq!(read(" 1\u{3000}2；3 "), ["1.00", "2.00", "3.00"]);
        assert_eq!(
            read("1,2，3、4;5"),
            ["1.00", "2.00", "3.00", "4.00", "5.00"]
        );
        assert_eq!(read("280, 279, 281"), ["280.00", "279.00", "281.00"]);
        for unclear in ["2,803;2,795", "2803 2,795.5"] {
            assert_eq!(read_points(unclear).unwrap_err().code, "points-ambiguous");
        }
        assert_eq!(read_points("1a").unwrap_err().code, "measure-not-a-number");
        assert_eq!(read_points("1.005").unwrap_err().code, "measure-decimals");
        assert_eq!(read_points(" ; ").unwrap_err().code, "points-count");
        assert!(read_points(&"1 ".repeat(200)).is_ok());
        assert_eq!(
            read_points(&"1 ".repeat(201)).unwrap_err().code,
            "points-count"
        );
    }
}
