//! Numbers and dates of a workbook as the text a person sees.

use calamine::{ExcelDateTime, Style};

/// Digits Excel keeps of a number; anything beyond is noise of the binary form.
const DIGITS: usize = 15;

/// How a number format makes a value look, as far as it changes what the value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// As it is; a time of day is shown when there is one.
    Plain,
    /// Leading zeros up to a number of digits: `0000` shows 7 as 0007.
    Padded(usize),
    /// A date whose time of day, if any, is hidden.
    DateOnly,
}

impl Look {
    pub(super) fn of(style: &Style) -> Self {
        style
            .number_format
            .as_ref()
            .map_or(Self::Plain, |format| Self::of_code(&format.format_code))
    }

    fn of_code(code: &str) -> Self {
        if code.len() > 1 && code.bytes().all(|b| b == b'0') {
            return Self::Padded(code.len());
        }
        let bare = without_literals(code);
        let shows = |letters: &[char]| bare.contains(letters);
        if shows(&['y', 'Y', 'd', 'D']) && !shows(&['h', 'H', 's', 'S']) {
            return Self::DateOnly;
        }
        Self::Plain
    }
}

/// A number format without quoted and escaped text and without its `[…]` conditions.
fn without_literals(code: &str) -> String {
    let mut bare = String::with_capacity(code.len());
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '[' => drop(chars.by_ref().find(|c| *c == ']')),
            '\\' | '_' | '*' => drop(chars.next()),
            other => bare.push(other),
        }
    }
    bare
}

/// A number with the 15 digits Excel keeps: 85.5, 120.3 for 120.30000000000001, 7 for 7.0. A
/// whole number of more than 15 digits has lost its last ones when it was typed, so it is shown
/// in scientific notation and nobody takes it for the number that was meant.
pub(super) fn number(value: f64, look: Look) -> String {
    if !value.is_finite() {
        return "#NUM!".to_owned();
    }
    let written = format!("{value:.*e}", DIGITS - 1);
    let (mantissa, exponent) = written
        .split_once('e')
        .expect("the e format always has an e");
    let exponent: i32 = exponent
        .parse()
        .expect("the e format ends in a whole number");
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |m| ("-", m));
    let digits = mantissa.replace('.', "");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        return padded("0".to_owned(), look);
    }
    let text = match usize::try_from(exponent) {
        Ok(tens) if tens >= DIGITS => scientific(digits, exponent),
        Ok(tens) if digits.len() <= tens + 1 => format!("{digits:0<width$}", width = tens + 1),
        Ok(tens) => format!("{}.{}", &digits[..=tens], &digits[tens + 1..]),
        Err(_) if exponent < -9 => scientific(digits, exponent),
        Err(_) => {
            let zeros = usize::try_from(-1 - exponent).expect("the exponent is negative");
            format!("0.{}{digits}", "0".repeat(zeros))
        }
    };
    if sign.is_empty() {
        padded(text, look)
    } else {
        format!("{sign}{text}")
    }
}

fn scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{first}{point}{rest}E{exponent:+03}")
}

fn padded(text: String, look: Look) -> String {
    match look {
        Look::Padded(width) if text.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{text:0>width$}")
        }
        _ => text,
    }
}

/// A date as `YYYY-MM-DD`, with ` HH:MM:SS` when it has a time of day that its format shows; a
/// bare time of day as `HH:MM:SS`; a duration as the number of days it is stored as.
pub(super) fn date(value: ExcelDateTime, look: Look) -> String {
    if value.is_duration() {
        return number(value.as_f64(), look);
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if value.as_f64() < 1.0 && look != Look::DateOnly {
        return time;
    }
    if look == Look::DateOnly || (hour, minute, second) == (0, 0, 0) {
        return date;
    }
    format!("{date} {time}")
}

/// A date some programs store as ISO text: `2018-05-03T00:00:00` is `2018-05-03`.
pub(super) fn iso_date(text: &str) -> String {
    match text.split_once('T') {
        Some((date, time))
            if time
                .trim_end_matches('Z')
                .bytes()
                .all(|b| b"0:.".contains(&b)) =>
        {
            date.to_owned()
        }
        Some((date, time)) => format!("{date} {time}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn numbers_read_as_a_person_sees_them() {
        for (value, text) in [
            (85.5, "85.5"),
            (120.300_000_000_000_01, "120.3"),
            (0.300_000_000_000_000_04, "0.3"),
            (7.0, "7"),
            (-7.25, "-7.25"),
            (0.0, "0"),
            (-0.0, "0"),
            (0.05, "0.05"),
            (1_200.0, "1200"),
            (258_100.0, "258100"),
            (999_999_999_999_999.0, "999999999999999"),
            (12_345_678_901_234.56, "12345678901234.6"),
            (0.000_000_001, "0.000000001"),
            (1e-12, "1E-12"),
            (f64::NAN, "#NUM!"),
        ] {
            assert_eq!(number(value, Look::Plain), text, "{value}");
        }
    }

    #[test]
    fn a_citizen_number_stored_as_a_number_cannot_be_taken_for_the_number_typed() {
        assert_eq!(
            number(510_123_199_001_011_234.0, Look::Plain),
            "5.10123199001011E+17"
        );
    }

    #[test]
    fn leading_zeros_of_the_format_are_kept() {
        assert_eq!(number(7.0, Look::of_code("0000")), "0007");
        assert_eq!(number(0.0, Look::of_code("000")), "000");
        assert_eq!(number(12345.0, Look::of_code("0000")), "12345");
        assert_eq!(number(7.5, Look::of_code("0000")), "7.5");
        assert_eq!(number(7.0, Look::of_code("0")), "7");
    }

    #[test]
    fn dates_read_as_year_month_day_and_keep_a_time_only_when_it_shows() {
        let at = |value| ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false);
        let chinese = "[$-804]yyyy\"年\"m\"月\"d\"日\";@";
        assert_eq!(date(at(43223.0), Look::Plain), "2018-05-03");
        assert_eq!(date(at(43223.5), Look::Plain), "2018-05-03 12:00:00");
        assert_eq!(date(at(43223.5), Look::of_code(chinese)), "2018-05-03");
        assert_eq!(
            date(at(43223.5), Look::of_code("yyyy/m/d h:mm")),
            "2018-05-03 12:00:00"
        );
        assert_eq!(date(at(0.75), Look::of_code("h:mm")), "18:00:00");
        let first_of_1904 = ExcelDateTime::new(1.0, ExcelDateTimeType::DateTime, true);
        assert_eq!(date(first_of_1904, Look::Plain), "1904-01-02");
        assert_eq!(iso_date("2018-05-03T00:00:00"), "2018-05-03");
        assert_eq!(iso_date("2018-05-03T08:30:00"), "2018-05-03 08:30:00");
    }
}
