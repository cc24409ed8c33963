//! Legal days and moments.

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, SecondsFormat, SubsecRound, Utc};
use poem_openapi::registry::MetaSchema;

use super::ValueError;
use super::wire::string_schema;

/// The years in which something of ours can have happened or be planned.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

fn year_outside() -> ValueError {
    ValueError::new(
        "year-out-of-range",
        "年份须在 1900 至 2200 之间",
        "the year must lie between 1900 and 2200",
    )
}

/// A legal day (日期), in the time zone of the office; `YYYY-MM-DD`, years 1900–2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// Takes a date of the calendar.
    pub fn new(date: NaiveDate) -> Result<Self, ValueError> {
        if YEARS.contains(&date.year()) {
            Ok(Self(date))
        } else {
            Err(year_outside())
        }
    }

    /// The day of year, month (1–12) and day of month; `None` when the calendar has none.
    pub fn of(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(|date| Self::new(date).ok())
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refused = || {
            ValueError::new(
                "not-a-date",
                "应为真实存在的日期，格式 YYYY-MM-DD",
                "must be a day of the calendar, as YYYY-MM-DD",
            )
        };
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(refused());
        }
        Self::new(NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| refused())?)
    }

    /// The date of the calendar.
    pub fn as_date(self) -> NaiveDate {
        self.0
    }

    /// This day and `days` more; `None` beyond 2200.
    pub fn plus_days(self, days: u64) -> Option<Self> {
        self.0
            .checked_add_days(Days::new(days))
            .and_then(|date| Self::new(date).ok())
    }

    /// `days` before this day; `None` before 1900.
    pub fn minus_days(self, days: u64) -> Option<Self> {
        self.0
            .checked_sub_days(Days::new(days))
            .and_then(|date| Self::new(date).ok())
    }

    /// The day as a letter says it, `2018年3月5日`.
    pub fn in_chinese(self) -> String {
        self.0.format("%Y年%-m月%-d日").to_string()
    }

    /// The day as a letter says it, `5 March 2018`.
    pub fn in_english(self) -> String {
        self.0.format("%-d %B %Y").to_string()
    }

    /// Whole days from `earlier` to this day, negative when it lies before.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

read_from_string!(
    Day,
    MetaSchema {
        ..string_schema("date", "2018-03-01")
    }
);
write_as_string!(Day);
store_as!(Day => NaiveDate, to: |day| &day.0, from: Day::new);

/// A moment (时刻) in UTC, exact to the microsecond as the database keeps it.
///
/// Reads RFC 3339 with any offset, prints `…Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// Takes a moment and cuts off what lies behind the microsecond.
    pub fn new(moment: DateTime<Utc>) -> Self {
        Self(moment.trunc_subsecs(6))
    }

    /// Reads an RFC 3339 date-time; the offset must be given, leap seconds are refused.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let refused = || {
            ValueError::new(
                "not-a-date-time",
                "应为带时区的时间，例如 2018-03-01T09:30:00+08:00",
                "must be a date-time with its offset, such as 2018-03-01T09:30:00+08:00",
            )
        };
        let bytes = text.as_bytes();
        if text.len() < 20 || text.len() > 40 || bytes[10] != b'T' || &bytes[17..19] == b"60" {
            return Err(refused());
        }
        let moment = DateTime::parse_from_rfc3339(text)
            .map_err(|_| refused())?
            .to_utc();
        if YEARS.contains(&moment.year()) {
            Ok(Self::new(moment))
        } else {
            Err(year_outside())
        }
    }

    /// The moment.
    pub fn as_datetime(self) -> DateTime<Utc> {
        self.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(moment: DateTime<Utc>) -> Self {
        Self::new(moment)
    }
}

read_from_string!(
    Instant,
    MetaSchema {
        ..string_schema("date-time", "2018-03-01T01:30:00Z")
    }
);
write_as_string!(Instant);
store_as!(Instant => DateTime<Utc>, to: |it| &it.0, from: |moment| Ok(Instant::new(moment)));

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_day_has_ten_characters_and_exists() {
        assert_eq!(Day::parse("2016-02-29").unwrap().to_string(), "2016-02-29");
        let others = [
            "2018-02-29",
            "2018-13-01",
            "2018-00-10",
            "2018-3-1",
            "2018/03/01",
            "20180301",
            "",
            "2018-03-01T00:00:00Z",
            "+2018-03-1",
            "２０１８-03-01",
            "-018-03-01",
        ];
        for text in others {
            assert_eq!(Day::parse(text).unwrap_err().code, "not-a-date", "{text}");
        }
    }

    #[test]
    fn a_letter_writes_a_day_out_without_padding() {
        let day = Day::parse("2018-03-05").unwrap();
        assert_eq!(day.in_chinese(), "2018年3月5日");
        assert_eq!(day.in_english(), "5 March 2018");
    }

    #[test]
    fn days_lie_between_1900_and_2200() {
        assert!(Day::parse("1900-01-01").is_ok());
        assert!(Day::parse("2200-12-31").is_ok());
        assert_eq!(
            Day::parse("1899-12-31").unwrap_err().code,
            "year-out-of-range"
        );
        assert_eq!(
            Day::parse("2201-01-01").unwrap_err().code,
            "year-out-of-range"
        );
        assert_eq!(Day::of(2200, 12, 31).unwrap().plus_days(1), None);
        assert_eq!(Day::of(1900, 1, 1).unwrap().minus_days(1), None);
    }

    #[test]
    fn the_contract_calls_a_day_a_date() {
        let schema = Day::schema_ref();
        assert_eq!(schema.unwrap_inline().format, Some("date"));
    }

    #[test]
    fn days_are_counted() {
        let start = Day::of(2018, 2, 27).unwrap();
        let end = start.plus_days(3).unwrap();
        assert_eq!(end.to_string(), "2018-03-02");
        assert_eq!(end.days_since(start), 3);
        assert_eq!(start.days_since(end), -3);
    }

    #[test]
    fn any_offset_is_read_and_z_printed() {
        for text in [
            "2018-03-01T09:30:00+08:00",
            "2018-03-01T01:30:00Z",
            "2018-02-28T20:30:00-05:00",
        ] {
            let instant = Instant::parse_from_json(Some(json!(text))).unwrap();
            assert_eq!(
                instant.to_json(),
                Some(json!("2018-03-01T01:30:00Z")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_moment_keeps_microseconds_and_no_more() {
        let instant = Instant::parse("2018-03-01T01:30:00.123456789Z").unwrap();
        assert_eq!(instant.to_string(), "2018-03-01T01:30:00.123456Z");
        let before_1970 = Utc.timestamp_opt(-1, 999_999_999).unwrap();
        assert_eq!(
            Instant::new(before_1970).to_string(),
            "1969-12-31T23:59:59.999999Z"
        );
    }

    #[test]
    fn a_moment_needs_its_offset_and_a_real_second() {
        let others = [
            "2018-03-01T01:30:00",
            "2018-03-01 01:30:00Z",
            "2018-03-01",
            "2016-12-31T23:59:60Z",
            "2018-03-01T25:00:00Z",
            "2018-03-01T01:30Z",
            "",
            "2018-03-01t01:30:00z",
            "二〇一八年三月一日上午九时三十分",
        ];
        for text in others {
            assert_eq!(
                Instant::parse(text).unwrap_err().code,
                "not-a-date-time",
                "{text}"
            );
        }
        assert_eq!(
            Instant::parse("1899-12-31T23:59:59Z").unwrap_err().code,
            "year-out-of-range"
        );
    }

    proptest! {
        #[test]
        fn printing_and_reading_gives_days_and_moments_back(
            days in 0_u64..109_000,
            micros in 0_i64..4_000_000_000_000_000,
        ) {
            let day = Day::of(1900, 1, 1).unwrap().plus_days(days).unwrap();
            prop_assert_eq!(Day::parse(&day.to_string()), Ok(day));
            let instant = Instant::new(Utc.timestamp_micros(micros).unwrap());
            prop_assert_eq!(Instant::parse(&instant.to_string()), Ok(instant));
        }
    }
}
