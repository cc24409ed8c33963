//! Agreements from files: many rows at once, under the same rules as one.
//!
//! A row names a household by parcel and number and says what its agreement is. It makes a new
//! agreement (a draft, or a signed one when it has a day of signing), changes or signs the draft
//! the household has, or finds everything as it is. A signed agreement is never changed by a file,
//! and an empty day of signing leaves the signing as it is.
//!
//! [`compare`] tells what [`write`] would do. Both look at one batch: that no number and no
//! household stands twice in a *file* is for the caller to see to; within a batch it is refused
//! here.

mod rules;
mod store;

use sqlx::PgConnection;

use self::rules::Verdict;
use super::api::number_taken;
use crate::{
    App,
    audit::{self, Entry},
    bulk::{ROWS_MAX, RowOutcome},
    http::{Act, OnConstraint as _, Problem},
    staff::Scope,
    values::{AgreementId, Area, Day, Money, Number, ParcelId},
};

/// What a file says about the agreement of one household.
#[derive(Debug, Clone)]
pub struct AgreementRow {
    pub parcel_id: ParcelId,
    pub household_no: Number,
    pub agreement_no: Number,
    /// Floor area the agreement compensates, m².
    pub floor_area_m2: Area,
    pub amount: Money,
    /// The legal day of signing; none leaves a draft a draft and a signed agreement signed.
    pub signed_on: Option<Day>,
}

/// Tells what writing the rows would do, in their order; writes nothing.
pub async fn compare(
    conn: &mut PgConnection,
    scope: &Scope,
    today: Day,
    rows: &[AgreementRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let verdicts = judge(conn, scope, today, rows).await?;
    Ok(verdicts.into_iter().map(outcome).collect())
}

/// Writes the rows that are not refused, with one audit record each; tells what happened, in
/// their order. Whether refused rows take the others with them is for the caller to decide, by
/// not committing.
pub async fn write(
    act: &mut Act,
    app: &App,
    scope: &Scope,
    rows: &[AgreementRow],
) -> Result<Vec<RowOutcome>, Problem> {
    let today = app.clock.day_of(act.at);
    store::lock_households(act, scope, rows).await?;
    let verdicts = judge(act, scope, today, rows).await?;
    let (mut new, mut changed, mut entries) = (vec![], vec![], vec![]);
    for (row, verdict) in rows.iter().zip(&verdicts) {
        let (id, before) = match verdict {
            Verdict::New { household_id } => {
                let id = AgreementId(app.fresh_id());
                new.push((id, *household_id, row));
                (id, None)
            }
            Verdict::Changed { id, version, .. } => {
                changed.push((*id, row));
                (*id, Some(*version))
            }
            Verdict::Unchanged | Verdict::Refused(_) => continue,
        };
        entries.push(entry(row, id, before));
    }
    let at = act.at;
    store::insert(act, &new, at)
        .await
        .on_constraint("agreement_no_once", number_taken)?;
    let written = store::update(act, &changed, at)
        .await
        .on_constraint("agreement_no_once", number_taken)?;
    if usize::try_from(written).ok() != Some(changed.len()) {
        return Err(Problem::internal("a locked draft was changed by another"));
    }
    audit::record_all(app, act, &entries).await?;
    Ok(verdicts.into_iter().map(outcome).collect())
}

/// Whoever looks for signings in the trail finds those from files under the same name.
fn entry(row: &AgreementRow, id: AgreementId, before: Option<i32>) -> Entry {
    let action = match (row.signed_on, before) {
        (Some(_), _) => "agreement.signed",
        (None, None) => "agreement.drafted",
        (None, Some(_)) => "agreement.replaced",
    };
    let entry = Entry::new(action, "agreement", id.0)
        .within(row.parcel_id)
        .changed(rules::fields(row));
    match before {
        Some(version) => entry.was(version).became(version + 1),
        None => entry.became(1),
    }
}

async fn judge(
    conn: &mut PgConnection,
    scope: &Scope,
    today: Day,
    rows: &[AgreementRow],
) -> Result<Vec<Verdict>, Problem> {
    assert!(
        rows.len() <= ROWS_MAX,
        "a batch has at most {ROWS_MAX} rows"
    );
    let facts = store::facts(conn, scope, rows).await?;
    Ok(rules::judge(rows, &facts, today))
}

fn outcome(verdict: Verdict) -> RowOutcome {
    match verdict {
        Verdict::New { .. } => RowOutcome::New,
        Verdict::Changed { changes, .. } => RowOutcome::Changed(changes),
        Verdict::Unchanged => RowOutcome::Unchanged,
        Verdict::Refused(mistakes) => RowOutcome::Refused(mistakes),
    }
}
