//! A request as answers and lists show it.

use super::{
    model::{CopyOfData, DataRequest, State},
    rules, sealed,
    store::RequestRow,
};
use crate::{App, http::Problem, jobs};

/// What is told of a request: personal data masked.
pub(super) fn tell(app: &App, row: RequestRow) -> Result<DataRequest, Problem> {
    let proposed = match (row.field, &row.proposed_sealed) {
        (Some(field), Some(text)) => {
            let clear = sealed::open(app, sealed::PROPOSED, row.id, text)?;
            Some(sealed::masked(field, &clear))
        }
        _ => None,
    };
    let file = |kind: &str| format!("/v1/personal-data-requests/{}/{kind}", row.id);
    let there = row.state == State::Done && row.expires_at.is_some_and(|at| at > app.clock.now());
    let copy = row.job_id.map(|job| CopyOfData {
        job: jobs::address(job),
        expires_at: row.expires_at,
        json: there.then(|| file("json")),
        xlsx: there.then(|| file("xlsx")),
    });
    Ok(DataRequest {
        id: row.id,
        household_id: row.household_id,
        household_no: row.household_no,
        parcel_id: row.parcel_id,
        person_id: row.person_id,
        person_name: row.person_name,
        kind: row.kind,
        asked_by: row.asked_by,
        proof: row.proof,
        received_on: row.received_on,
        due_on: row.due_on,
        overdue: rules::is_overdue(row.state, row.due_on, app.today()),
        state: row.state,
        field: row.field,
        proposed,
        language: row.language,
        responsible_staff_id: row.responsible_id,
        responsible_name: row.responsible_name,
        entered_by: row.entered_by,
        decided_by: row.decided_by,
        decided_on: row.decided_on,
        refusal: row.refusal,
        copy,
        version: row.version,
    })
}
