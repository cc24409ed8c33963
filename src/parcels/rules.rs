//! Rules of parcels.

use super::model::{ParcelFields, ParcelStage, StageChange};
use crate::{
    http::{Problem, words},
    values::Day,
};

/// Why something about a parcel is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The signing period ends before it begins, or moving is due before signing begins.
    PeriodsOutOfOrder(&'static str),
    /// The parcel is in this step already.
    SameStage(ParcelStage),
    /// The step is dated before the one it follows.
    BeforePrevious(Day),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::PeriodsOutOfOrder(field) => Self::invalid(
                "periods-out-of-order",
                "期限先后不对",
                "The periods are out of order",
            )
            .at(
                format!("/{field}"),
                words!(
                    "须不早于签约开始日",
                    "must not lie before the signing period begins"
                ),
            ),
            Refusal::SameStage(stage) => Self::conflict(
                "stage-unchanged",
                "地块已在该阶段",
                "The parcel is in that step already",
            )
            .allowed(
                ParcelStage::ALL
                    .into_iter()
                    .filter(|s| *s != stage)
                    .filter_map(|s| serde_json::to_value(s).ok()?.as_str().map(str::to_owned)),
            ),
            Refusal::BeforePrevious(day) => Self::invalid(
                "stage-before-previous",
                "早于上一阶段",
                "Before the previous step",
            )
            .at(
                "/entered_on",
                words!("上一阶段始于 {day}", "the previous step began on {day}"),
            ),
        }
    }
}

pub(super) fn check(fields: &ParcelFields) -> Result<(), Refusal> {
    let Some(from) = fields.signing_from else {
        return Ok(());
    };
    for (name, day) in [
        ("signing_to", fields.signing_to),
        ("moving_by", fields.moving_by),
    ] {
        if day.is_some_and(|day| day < from) {
            return Err(Refusal::PeriodsOutOfOrder(name));
        }
    }
    Ok(())
}

/// A parcel may step back (a plan can fail), but never in time and never into the same step.
pub(super) fn enter(
    current: ParcelStage,
    last: Option<&StageChange>,
    stage: ParcelStage,
    on: Day,
) -> Result<i32, Refusal> {
    if stage == current {
        return Err(Refusal::SameStage(current));
    }
    match last {
        Some(last) if on < last.entered_on => Err(Refusal::BeforePrevious(last.entered_on)),
        last => Ok(last.map_or(1, |last| last.seq + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Instant;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn entered(seq: i32, on: &str) -> StageChange {
        StageChange {
            seq,
            stage: ParcelStage::Demolish,
            entered_on: day(on),
            recorded_at: Instant::parse("2018-01-01T00:00:00Z").unwrap(),
        }
    }

    #[test]
    fn a_step_follows_in_time_and_counts_up() {
        let last = entered(3, "2018-03-01");
        let enter = |stage, on| enter(ParcelStage::Demolish, Some(&last), stage, day(on));
        assert_eq!(enter(ParcelStage::Supply, "2018-03-01"), Ok(4));
        assert_eq!(
            enter(ParcelStage::Plan, "2018-04-01"),
            Ok(4),
            "a plan may fail"
        );
        assert_eq!(
            enter(ParcelStage::Supply, "2018-02-28"),
            Err(Refusal::BeforePrevious(day("2018-03-01")))
        );
        assert_eq!(
            enter(ParcelStage::Demolish, "2018-04-01"),
            Err(Refusal::SameStage(ParcelStage::Demolish))
        );
    }
}
