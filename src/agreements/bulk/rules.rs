//! What a row of a file means for the agreement of its household.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::AgreementRow;
use crate::bulk::FieldChange;
use crate::{
    agreements::{
        AgreementStatus,
        rules::{Ended, another_live, earliest, needs_draft, one_at_a_time, too_early},
    },
    http::{FieldError, words},
    values::{AgreementId, Area, Day, HouseholdId, Money},
};

/// What the database knows about a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// `None` when there is no such household that the caller may see.
    pub(super) household_id: Option<HouseholdId>,
    pub(super) live: Option<Live>,
    /// Of its agreements that counted and are void, the one that lasted longest.
    pub(super) ended: Option<Ended>,
    /// The agreement that has the number of the row, whosever it is.
    pub(super) holder_of_number: Option<AgreementId>,
}

/// The one agreement of the household that is not void.
#[derive(Debug, Clone)]
pub(super) struct Live {
    pub(super) id: AgreementId,
    pub(super) agreement_no: String,
    pub(super) status: AgreementStatus,
    pub(super) floor_area_m2: Area,
    pub(super) amount: Money,
    pub(super) signed_on: Option<Day>,
    pub(super) version: i32,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    New {
        household_id: HouseholdId,
    },
    Changed {
        id: AgreementId,
        version: i32,
        changes: Vec<FieldChange>,
    },
    Unchanged,
    Refused(Vec<FieldError>),
}

/// One verdict per row, in their order.
pub(super) fn judge(rows: &[AgreementRow], facts: &[Facts], today: Day) -> Vec<Verdict> {
    let mut numbers = HashSet::new();
    let mut households = HashSet::new();
    let mut verdicts = Vec::with_capacity(rows.len());
    for (row, facts) in rows.iter().zip(facts) {
        let mut mistakes = day_mistakes(row, today);
        if !numbers.insert(row.agreement_no.as_str()) {
            let words = words!("文件中重复", "stands in the file twice");
            mistakes.push(mistake("agreement_no", "agreement-no-repeated", words));
        }
        if !households.insert((row.parcel_id, row.household_no.as_str())) {
            let words = words!("文件中重复", "stands in the file twice");
            mistakes.push(mistake("household_no", "household-repeated", words));
        }
        let verdict = judge_one(row, facts, &mut mistakes);
        verdicts.push(match verdict {
            Some(verdict) if mistakes.is_empty() => verdict,
            _ => Verdict::Refused(mistakes),
        });
    }
    verdicts
}

/// `None` when there is a mistake that leaves nothing to do.
fn judge_one(row: &AgreementRow, facts: &Facts, mistakes: &mut Vec<FieldError>) -> Option<Verdict> {
    let Some(household_id) = facts.household_id else {
        let words = words!("地块内没有该户", "the parcel has no such household");
        mistakes.push(mistake("household_no", "household-unknown", words));
        return None;
    };
    let own = facts.live.as_ref().map(|live| live.id);
    if facts.holder_of_number.is_some() && facts.holder_of_number != own {
        let words = words!("协议编号已被使用", "the agreement number is taken");
        mistakes.push(mistake("agreement_no", "agreement-no-taken", words));
        return None;
    }
    let Some(live) = &facts.live else {
        mistakes.extend(overlap(row, facts));
        return Some(Verdict::New { household_id });
    };
    let changes = changes(row, live);
    if changes.is_empty() {
        return Some(Verdict::Unchanged);
    }
    if needs_draft(live.status).is_err() {
        let number = &live.agreement_no;
        mistakes.extend(changes.iter().map(|change| {
            let words = words!(
                "协议 {number} 已签约，不能修改；请先作废",
                "agreement {number} is signed and cannot be changed; void it first"
            );
            mistake(change.field, "agreement-not-a-draft", words)
        }));
        return None;
    }
    mistakes.extend(overlap(row, facts));
    Some(Verdict::Changed {
        id: live.id,
        version: live.version,
        changes,
    })
}

/// The row would sign on a day on which another agreement of the household was live.
fn overlap(row: &AgreementRow, facts: &Facts) -> Option<FieldError> {
    let ended = facts.ended.as_ref();
    one_at_a_time(row.signed_on?, ended).err()?;
    ended.map(another_live)
}

fn changes(row: &AgreementRow, live: &Live) -> Vec<FieldChange> {
    let differs = |field, old: Option<String>, new: String| {
        (old.as_ref() != Some(&new)).then_some(FieldChange {
            field,
            old,
            new,
            note: None,
        })
    };
    let day = |day: Day| day.to_string();
    [
        differs(
            "agreement_no",
            Some(live.agreement_no.clone()),
            row.agreement_no.to_string(),
        ),
        differs(
            "floor_area_m2",
            Some(live.floor_area_m2.to_string()),
            row.floor_area_m2.to_string(),
        ),
        differs(
            "amount",
            Some(live.amount.to_string()),
            row.amount.to_string(),
        ),
        row.signed_on
            .and_then(|new| differs("signed_on", live.signed_on.map(day), day(new))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn day_mistakes(row: &AgreementRow, today: Day) -> Vec<FieldError> {
    match row.signed_on {
        Some(day) if day > today => vec![mistake(
            "signed_on",
            "day-in-future",
            words!("{day} 晚于今天 {today}", "{day} is after today, {today}"),
        )],
        Some(day) if day < earliest() => vec![too_early("signed_on")],
        _ => vec![],
    }
}

fn mistake(field: &str, code: &str, words: crate::http::Words) -> FieldError {
    FieldError::new(format!("/{field}"), code, words)
}

/// What the trail commits to.
pub(super) fn fields(row: &AgreementRow) -> Value {
    json!({
        "household_no": row.household_no,
        "agreement_no": row.agreement_no,
        "floor_area_m2": row.floor_area_m2,
        "amount": row.amount,
        "signed_on": row.signed_on,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Number, ParcelId};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn id<T>(wrap: impl Fn(uuid::Uuid) -> T, n: u128) -> T {
        wrap(uuid::Uuid::from_u128(n))
    }

    fn row(household: &str, number: &str, signed_on: Option<&str>) -> AgreementRow {
        AgreementRow {
            parcel_id: id(ParcelId, 1),
            household_no: Number::parse(household).unwrap(),
            agreement_no: Number::parse(number).unwrap(),
            floor_area_m2: Area::parse("120.5").unwrap(),
            amount: Money::parse("1250000").unwrap(),
            signed_on: signed_on.map(day),
        }
    }

    fn free() -> Facts {
        Facts {
            household_id: Some(id(HouseholdId, 2)),
            ..Facts::default()
        }
    }

    fn with(status: AgreementStatus, signed_on: Option<&str>) -> Facts {
        let live = Live {
            id: id(AgreementId, 3),
            agreement_no: "A-1".into(),
            status,
            floor_area_m2: Area::parse("120.50").unwrap(),
            amount: Money::parse("1250000.00").unwrap(),
            signed_on: signed_on.map(day),
            version: 4,
        };
        Facts {
            holder_of_number: Some(live.id),
            live: Some(live),
            ..free()
        }
    }

    fn judged(row: AgreementRow, facts: Facts) -> Verdict {
        let verdicts = judge(&[row], &[facts], day("2018-03-05"));
        verdicts.into_iter().next().unwrap()
    }

    fn codes(verdict: &Verdict) -> Vec<&str> {
        match verdict {
            Verdict::Refused(mistakes) => mistakes.iter().map(|m| m.code.as_str()).collect(),
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn a_household_without_an_agreement_gets_one() {
        let household_id = id(HouseholdId, 2);
        assert_eq!(
            judged(row("H-1", "A-1", None), free()),
            Verdict::New { household_id }
        );
    }

    #[test]
    fn what_is_as_the_row_says_stays_untouched() {
        let draft = with(AgreementStatus::Draft, None);
        assert_eq!(judged(row("H-1", "A-1", None), draft), Verdict::Unchanged);
        let signed = with(AgreementStatus::Signed, Some("2018-03-01"));
        let same = row("H-1", "A-1", Some("2018-03-01"));
        assert_eq!(judged(same, signed.clone()), Verdict::Unchanged);
        let silent = row("H-1", "A-1", None);
        assert_eq!(judged(silent, signed), Verdict::Unchanged);
    }

    #[test]
    fn a_draft_is_changed_and_signed_by_a_row() {
        let mut row = row("H-1", "A-2", Some("2018-03-05"));
        row.amount = Money::parse("1").unwrap();
        let mut draft = with(AgreementStatus::Draft, None);
        draft.holder_of_number = None;
        let change = |field, old: Option<&str>, new: &str| FieldChange {
            field,
            old: old.map(str::to_owned),
            new: new.to_owned(),
            note: None,
        };
        let changes = vec![
            change("agreement_no", Some("A-1"), "A-2"),
            change("amount", Some("1250000.00"), "1.00"),
            change("signed_on", None, "2018-03-05"),
        ];
        let (id, version) = (id(AgreementId, 3), 4);
        assert_eq!(
            judged(row, draft),
            Verdict::Changed {
                id,
                version,
                changes
            }
        );
    }

    #[test]
    fn a_signed_agreement_is_never_changed_by_a_row() {
        let signed = with(AgreementStatus::Signed, Some("2018-03-01"));
        let verdict = judged(row("H-1", "A-1", Some("2018-03-02")), signed);
        assert_eq!(codes(&verdict), ["agreement-not-a-draft"]);
    }

    #[test]
    fn every_mistake_of_a_row_is_told() {
        let nobody = Facts::default();
        let verdict = judged(row("H-9", "A-1", Some("2018-03-06")), nobody);
        assert_eq!(codes(&verdict), ["day-in-future", "household-unknown"]);
        let verdict = judged(row("H-1", "A-1", Some("1989-12-31")), free());
        assert_eq!(codes(&verdict), ["day-too-early"]);
    }

    #[test]
    fn a_number_belongs_to_one_agreement_void_ones_included() {
        let mut taken = free();
        taken.holder_of_number = Some(id(AgreementId, 9));
        let verdict = judged(row("H-1", "A-1", None), taken);
        assert_eq!(codes(&verdict), ["agreement-no-taken"]);
    }

    #[test]
    fn a_row_signs_on_no_day_on_which_another_agreement_was_live() {
        let ended = Ended {
            agreement_no: "A-0".into(),
            voided_on: day("2018-03-03"),
        };
        let free = Facts {
            ended: Some(ended.clone()),
            ..free()
        };
        let verdict = judged(row("H-1", "A-1", Some("2018-03-02")), free.clone());
        assert_eq!(codes(&verdict), ["agreement-live-on-day"]);
        let verdict = judged(row("H-1", "A-1", Some("2018-03-03")), free);
        assert!(matches!(verdict, Verdict::New { .. }));
        let draft = Facts {
            ended: Some(ended),
            ..with(AgreementStatus::Draft, None)
        };
        let verdict = judged(row("H-1", "A-1", Some("2018-03-02")), draft);
        assert_eq!(codes(&verdict), ["agreement-live-on-day"]);
    }

    #[test]
    fn what_stands_twice_is_refused_the_second_time() {
        let rows = [row("H-1", "A-1", None), row("H-1", "A-1", None)];
        let verdicts = judge(&rows, &[free(), free()], day("2018-03-05"));
        assert!(matches!(verdicts[0], Verdict::New { .. }));
        assert_eq!(
            codes(&verdicts[1]),
            ["agreement-no-repeated", "household-repeated"]
        );
    }
}
