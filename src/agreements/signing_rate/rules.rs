//! What the signing rate means, without a database.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::{
    model::{
        GroupBy, ProgrammeSigningRates, SignedFloorArea, SignedHouseholds, SigningFigures,
        SigningRateGroup, SigningRateTotal,
    },
    store::GroupRow,
};
use crate::{
    http::{Problem, words},
    values::{Area, Day, HouseholdId, ProgrammeId, Share, ValueError},
};

/// The name of the definition, in every answer: who recomputes a figure knows by what.
pub const DEFINITION: &str = "signing-rate/1";

/// The days of the week before: a household signed then is no new signature.
const WEEK_DAYS: u64 = 7;

/// The longest series.
const SERIES_DAYS_MAX: i64 = 400;

/// Why a figure is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The denominator is not fixed yet.
    RosterNotFrozen,
    /// The denominator was fixed on that day and stays.
    RosterFrozenAlready,
    /// A parcel without households has no denominator.
    RosterEmpty,
    /// The day has not come yet.
    InFuture(&'static str, Day, Day),
    /// The series ends before it begins.
    SeriesBackwards,
    /// So many days are more than a series has.
    SeriesTooLong(i64),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::RosterNotFrozen => Self::conflict(
                "roster-not-frozen",
                "底册尚未冻结",
                "The roster is not frozen",
            )
            .detail(words!(
                "请先冻结该地块的签约底册",
                "freeze the roster of the parcel first"
            )),
            Refusal::RosterFrozenAlready => Self::conflict(
                "roster-frozen-already",
                "底册已冻结",
                "The roster is frozen already",
            ),
            Refusal::RosterEmpty => Self::conflict(
                "roster-empty",
                "地块没有住户",
                "The parcel has no households",
            )
            .detail(words!(
                "请先登记住户，再冻结底册",
                "register its households first"
            )),
            Refusal::InFuture(parameter, day, today) => Self::invalid(
                "day-in-future",
                "日期不能晚于今天",
                "The day lies in the future",
            )
            .at(
                format!("query:{parameter}"),
                words!("{day} 晚于今天 {today}", "{day} is after today, {today}"),
            ),
            Refusal::SeriesBackwards => Self::invalid(
                "series-backwards",
                "起止日期颠倒",
                "The series ends before it begins",
            )
            .at(
                "query:to",
                words!("须不早于 from", "must not lie before `from`"),
            ),
            Refusal::SeriesTooLong(days) => {
                Self::invalid("series-too-long", "时间跨度过长", "The series is too long").at(
                    "query:from",
                    words!(
                        "共 {days} 天，最多 {SERIES_DAYS_MAX} 天",
                        "it has {days} days, the most is {SERIES_DAYS_MAX}"
                    ),
                )
            }
        }
    }
}

/// The day a figure stands for: today when not said, never later.
pub(super) fn as_of(
    parameter: &'static str,
    wish: Option<Day>,
    today: Day,
) -> Result<Day, Refusal> {
    let day = wish.unwrap_or(today);
    if day > today {
        return Err(Refusal::InFuture(parameter, day, today));
    }
    Ok(day)
}

/// A series runs forward, over at most 400 days.
pub(super) fn span(from: Day, to: Day) -> Result<(), Refusal> {
    let days = to.days_since(from) + 1;
    if days < 1 {
        return Err(Refusal::SeriesBackwards);
    }
    if days > SERIES_DAYS_MAX {
        return Err(Refusal::SeriesTooLong(days));
    }
    Ok(())
}

/// What was counted, before it is put into shares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) signed: i64,
    pub(super) total: i64,
    pub(super) signed_m2: Decimal,
    pub(super) total_m2: Decimal,
}

impl Counts {
    pub(super) fn households(&self) -> SignedHouseholds {
        SignedHouseholds {
            signed: self.signed,
            total: self.total,
            share: Share::of(self.signed, self.total),
        }
    }

    pub(super) fn floor_area(&self) -> Result<SignedFloorArea, ValueError> {
        Ok(SignedFloorArea {
            signed_m2: Area::from_decimal(self.signed_m2)?,
            total_m2: Area::from_decimal(self.total_m2)?,
            share: Share::of(self.signed_m2, self.total_m2),
        })
    }

    pub(super) fn figures(&self, signed_last_7_days: i64) -> Result<SigningFigures, ValueError> {
        Ok(SigningFigures {
            households: self.households(),
            floor_area: self.floor_area()?,
            signed_last_7_days,
            unsigned: self.total - self.signed,
        })
    }
}

/// The answer for a programme from its groups; the row without a key is the total.
pub(super) fn grouped(
    programme_id: ProgrammeId,
    group_by: GroupBy,
    as_of: Day,
    rows: Vec<GroupRow>,
) -> Result<ProgrammeSigningRates, ValueError> {
    let mut groups = Vec::with_capacity(rows.len());
    let mut total = None;
    for row in rows {
        let rate = SigningRateTotal {
            parcels: row.parcels,
            parcels_without_roster: row.parcels_without_roster,
            figures: row.counts().figures(row.signed_last_7_days)?,
        };
        if row.is_total {
            total = Some(rate);
        } else {
            groups.push(SigningRateGroup {
                parcel_id: row.parcel_id,
                parcel_code: row.parcel_code,
                parcel_name: row.parcel_name,
                kind: row.kind,
                subdistrict: row.subdistrict,
                rate,
            });
        }
    }
    let total = total.expect("the empty grouping set always has its row");
    Ok(ProgrammeSigningRates {
        programme_id,
        as_of,
        definition: DEFINITION.to_owned(),
        group_by,
        groups,
        parcels_without_roster: total.parcels_without_roster,
        total,
    })
}

/// A household of a roster, as it was frozen.
#[derive(Debug, Clone, Copy)]
pub struct RosterLine {
    pub household_id: HouseholdId,
    pub floor_area_m2: Area,
}

/// An agreement as the signing rate sees it.
#[derive(Debug, Clone, Copy)]
pub struct Signing {
    pub household_id: HouseholdId,
    pub signed_on: Day,
    pub voided_on: Option<Day>,
}

impl Signing {
    /// Signed on the day or before, and not void on it.
    pub fn counts_on(&self, day: Day) -> bool {
        self.signed_on <= day && self.voided_on.is_none_or(|voided_on| voided_on > day)
    }
}

/// The figures of a day, counted again from the roster and the agreements.
pub fn recount(
    roster: &[RosterLine],
    signings: &[Signing],
    day: Day,
) -> Result<SigningFigures, ValueError> {
    let signed_on = |day: Day| -> HashSet<HouseholdId> {
        let counting = signings.iter().filter(|s| s.counts_on(day));
        counting.map(|s| s.household_id).collect()
    };
    let now = signed_on(day);
    let before = day.minus_days(WEEK_DAYS).map(signed_on).unwrap_or_default();
    let signed = || {
        roster
            .iter()
            .filter(|line| now.contains(&line.household_id))
    };
    let count = |n: usize| i64::try_from(n).expect("a roster has fewer than 2⁶³ households");
    let area = |lines: &mut dyn Iterator<Item = &RosterLine>| {
        Area::sum(lines.map(|line| line.floor_area_m2))
    };
    let counts = Counts {
        signed: count(signed().count()),
        total: count(roster.len()),
        signed_m2: area(&mut signed())?.as_decimal(),
        total_m2: area(&mut roster.iter())?.as_decimal(),
    };
    let new = signed().filter(|line| !before.contains(&line.household_id));
    counts.figures(count(new.count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn household(n: u128) -> HouseholdId {
        HouseholdId(uuid::Uuid::from_u128(n))
    }

    fn line(n: u128, area: &str) -> RosterLine {
        RosterLine {
            household_id: household(n),
            floor_area_m2: Area::parse(area).unwrap(),
        }
    }

    fn signing(n: u128, signed_on: &str, voided_on: Option<&str>) -> Signing {
        Signing {
            household_id: household(n),
            signed_on: day(signed_on),
            voided_on: voided_on.map(day),
        }
    }

    #[test]
    fn an_agreement_counts_from_its_day_until_the_day_it_is_void() {
        let signing = signing(1, "2018-03-02", Some("2018-03-05"));
        let counts = ["2018-03-01", "2018-03-02", "2018-03-04", "2018-03-05"]
            .map(|on| signing.counts_on(day(on)));
        assert_eq!(counts, [false, true, true, false]);
    }

    #[test]
    fn what_is_voided_on_the_day_it_was_signed_never_counts() {
        let signing = signing(1, "2018-03-02", Some("2018-03-02"));
        assert!(!signing.counts_on(day("2018-03-02")));
    }

    #[test]
    fn a_household_counts_once_and_strangers_to_the_roster_not_at_all() {
        let roster = [line(1, "100"), line(2, "50.50")];
        let signings = [
            signing(1, "2018-02-01", Some("2018-03-04")),
            signing(1, "2018-03-01", None),
            signing(3, "2018-03-01", None),
        ];
        let figures = recount(&roster, &signings, day("2018-03-03")).unwrap();
        assert_eq!(
            (figures.households.signed, figures.households.total),
            (1, 2)
        );
        assert_eq!(figures.floor_area.signed_m2.to_string(), "100.00");
        assert_eq!(figures.floor_area.total_m2.to_string(), "150.50");
        assert_eq!(figures.unsigned, 1);
    }

    #[test]
    fn an_agreement_replaced_within_the_week_is_no_new_signature() {
        let roster = [line(1, "100"), line(2, "100")];
        let signings = [
            signing(1, "2018-02-01", Some("2018-03-03")),
            signing(1, "2018-03-05", None),
            signing(2, "2018-02-27", None),
        ];
        let new = |on| {
            recount(&roster, &signings, day(on))
                .unwrap()
                .signed_last_7_days
        };
        assert_eq!(new("2018-02-27"), 1);
        assert_eq!(new("2018-03-05"), 1, "seven days: 2018-02-27 to 2018-03-05");
        assert_eq!(new("2018-03-06"), 0);
    }

    #[test]
    fn a_figure_is_never_of_a_day_to_come() {
        let today = day("2018-03-05");
        assert_eq!(as_of("as_of", None, today), Ok(today));
        assert_eq!(as_of("as_of", Some(today), today), Ok(today));
        let tomorrow = day("2018-03-06");
        assert_eq!(
            as_of("as_of", Some(tomorrow), today),
            Err(Refusal::InFuture("as_of", tomorrow, today))
        );
    }

    #[test]
    fn a_series_has_one_to_four_hundred_days() {
        let from = day("2018-01-01");
        assert_eq!(span(from, from), Ok(()));
        assert_eq!(span(from, from.plus_days(399).unwrap()), Ok(()));
        assert_eq!(
            span(from, from.plus_days(400).unwrap()),
            Err(Refusal::SeriesTooLong(401))
        );
        assert_eq!(span(from, day("2017-12-31")), Err(Refusal::SeriesBackwards));
    }
}
