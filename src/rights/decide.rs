//! The decision on a request, and what follows from it in the same transaction.

use poem_openapi::{OpenApi, param::Path};
use serde_json::json;

use super::{
    api::{DataRequestsApi, about, no_request},
    erasing,
    model::{DataRequest, Kind, NewDecision, RefusalReason, State},
    rules, sealed,
    store::{self, Decided, RequestRow},
};
use crate::{
    App, audit,
    households::{correct, lock_place, no_household},
    http::{Act, IdempotencyKey, IfMatch, Json, Problem, Tag, Versioned, WriteProblem},
    jobs::{self, JobKind},
    staff::{Scope, Staff, may},
    values::DataRequestId,
};

pub struct DecisionsApi(pub App);

#[OpenApi(tag = "Tag::Rights")]
impl DecisionsApi {
    /// Decide on a request
    ///
    /// Accepted, a correction is made and an erasure is carried out at once; of an export the copy
    /// is made by a job. An erasure is decided on by another person than entered it, and not while
    /// the law wants the data kept. An accepted export whose job failed is accepted once more.
    #[oai(
        path = "/personal-data-requests/:personal_data_request_id/decisions",
        method = "post",
        operation_id = "decidePersonalDataRequest"
    )]
    async fn decide_personal_data_request(
        &self,
        staff: Staff<may::DecideDataRequests>,
        personal_data_request_id: Path<DataRequestId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewDecision>,
    ) -> Result<Versioned<DataRequest>, WriteProblem> {
        let new = &body.value;
        rules::check_decision(new)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, personal_data_request_id.0).await?;
        let before = found.ok_or_else(no_request)?;
        if_match.admit(before.version)?;
        rules::decide(before.state, new.accepted, before.job_state)?;
        if let Some(reason) = new.refusal {
            rules::check_reason(before.kind, reason)?;
        }
        rules::four_eyes(before.kind, staff.caller.actor(), before.entered_by)?;
        if before.kind == Kind::Erasure {
            let standing = store::standing(&mut act, before.household_id).await?;
            let keep = rules::must_keep(&standing, self.0.clock.day_of(act.at));
            rules::check_keeping(before.kind, new, &keep)?;
        }
        let accepted = self.decided(&mut act, &staff, &before, new).await?;
        if new.accepted {
            self.carry_out(&mut act, &staff.scope, &accepted).await?;
        }
        let requests = DataRequestsApi(self.0.clone());
        let request = requests.read(&mut act, &staff.scope, before.id).await?;
        let answer = Versioned::new(&request, request.version);
        let answer = act.commit(answer).await?;
        jobs::wake(&self.0);
        Ok(answer)
    }
}

impl DecisionsApi {
    /// Writes the decision down; answers the request as it is then.
    async fn decided(
        &self,
        act: &mut Act,
        staff: &Staff<may::DecideDataRequests>,
        before: &RequestRow,
        new: &NewDecision,
    ) -> Result<RequestRow, Problem> {
        let job_id = if new.accepted && before.kind == Kind::Export {
            let made = jobs::enqueue(&self.0, act, JobKind::DataExport, before.id.0).await?;
            Some(made)
        } else {
            None
        };
        let note = new.note.as_ref();
        let (state, action) = if new.accepted {
            (State::Accepted, "personal_data_request.accepted")
        } else {
            (State::Refused, "personal_data_request.refused")
        };
        let decided = Decided {
            state,
            by: staff.caller.actor().id(),
            on: self.0.clock.day_of(act.at),
            role: staff.role,
            request_id: act.request_id,
            refusal: new.refusal,
            note_sealed: note
                .map(|note| sealed::seal(&self.0, sealed::NOTE, before.id, note.as_str())),
            job_id,
        };
        let version = store::decide(act, before.id, &decided).await?;
        let reason = new.refusal.map_or(before.kind.key(), RefusalReason::key);
        let entry = about(action, before)
            .became(version)
            .because(reason)
            .changed(audit::fields(new));
        audit::record(&self.0, act, &entry).await?;
        Ok(RequestRow {
            state,
            version,
            ..before.clone()
        })
    }

    /// Does what was accepted, but for a copy, which its job makes.
    async fn carry_out(
        &self,
        act: &mut Act,
        scope: &Scope,
        request: &RequestRow,
    ) -> Result<(), Problem> {
        let place = lock_place(act, scope, request.household_id).await?;
        let place = place.ok_or_else(no_household)?;
        match request.kind {
            Kind::Export => return Ok(()),
            Kind::Correction => {
                let (Some(field), Some(text)) = (request.field, &request.proposed_sealed) else {
                    return Err(Problem::internal("a correction without its value"));
                };
                let text = sealed::open(&self.0, sealed::PROPOSED, request.id, text)?;
                let correction = sealed::read(field, &text)?;
                let person = request.person_id;
                correct(&self.0, act, scope, &place, person, &correction).await?;
            }
            Kind::Erasure => erasing::erase(&self.0, act, &place, request).await?,
        }
        let version = store::enter(act, request.id, State::Done).await?;
        let entry = about("personal_data_request.done", request)
            .became(version)
            .because(request.kind.key())
            .changed(json!({"household_id": request.household_id.to_string()}));
        audit::record(&self.0, act, &entry).await
    }
}
