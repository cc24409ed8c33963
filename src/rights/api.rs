//! Operations on requests: enter, read, withdraw.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    model::{Clear, DataRequest, Kind, NewRequest, State},
    receive::{self, Incoming},
    refusals::Refusal,
    rules, sealed,
    store::{self, RequestFilter, RequestRow},
    tell::tell,
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    households::{NewDisclosure, check_disclosure, lock_place, no_household, record_access},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, Page, Paging,
        Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    staff::{Scope, Staff, may},
    values::{DataRequestId, Day, HouseholdId, ParcelId},
};

pub struct DataRequestsApi(pub App);

pub(super) fn no_request() -> Problem {
    Problem::not_found("个人信息权利请求", "personal data request")
}

#[derive(poem_openapi::ApiResponse)]
enum Disclosed {
    /// Shown and recorded; a repeat is told that it is done.
    #[oai(status = 201)]
    Shown(Json<Clear>),
}

#[OpenApi(tag = "Tag::Rights")]
impl DataRequestsApi {
    /// List requests of persons about their data
    ///
    /// Soonest first; `overdue=true` lists what is past its day and not answered.
    #[oai(
        path = "/personal-data-requests",
        method = "get",
        operation_id = "listPersonalDataRequests"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_personal_data_requests(
        &self,
        staff: Staff<may::ReadDataRequests>,
        parcel_id: Query<Option<ParcelId>>,
        household_id: Query<Option<HouseholdId>>,
        kind: Query<Option<Kind>>,
        state: Query<Option<State>>,
        overdue: Query<Option<bool>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<DataRequest>>, ReadProblem> {
        let filter = RequestFilter {
            parcel_id: parcel_id.0,
            household_id: household_id.0,
            kind: kind.0,
            state: state.0,
            overdue: overdue.0,
        };
        let paging =
            Paging::<Day>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let (after, take) = ((paging.after().copied(), paging.after_id()), paging.take());
        let (scope, today) = (&staff.scope, self.0.today());
        let rows = store::list(&mut conn, scope, &filter, today, after, take).await?;
        let told: Result<Vec<_>, _> = rows.into_iter().map(|row| tell(&self.0, row)).collect();
        Ok(Json::new(paging.page(told?, |q| (q.due_on, q.id.0))))
    }

    /// Enter a request of a person about their data
    ///
    /// To have a copy of them, to have a field corrected, or to have them erased. It is to be
    /// decided on within 15 days. The same request waits only once.
    #[oai(
        path = "/personal-data-requests",
        method = "post",
        operation_id = "enterPersonalDataRequest"
    )]
    async fn enter_personal_data_request(
        &self,
        staff: Staff<may::EnterDataRequests>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewRequest>,
    ) -> Result<Created<DataRequest>, WriteProblem> {
        let new = &body.value;
        not_in_future(&self.0, "received_on", new.received_on)?;
        rules::check_proof(new.asked_by, new.proof)?;
        let about_person = new.person_id.is_some();
        let correction = rules::check_content(new.kind, about_person, new.correction.as_ref())?;
        let content = receive::checked(&self.0, correction)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = lock_place(&mut act, &staff.scope, new.household_id).await?;
        let place = found.ok_or_else(no_household)?;
        let incoming = Incoming {
            household_id: place.household_id,
            parcel_id: place.parcel_id,
            person_id: new.person_id,
            kind: new.kind,
            asked_by: new.asked_by,
            proof: new.proof,
            received_on: new.received_on,
            language: new.language,
            entered_by: staff.caller.actor().id(),
        };
        let (id, entry) = receive::keep(&self.0, &mut act, incoming, content).await?;
        audit::record(&self.0, &mut act, &entry).await?;
        let value = self.read(&mut act, &staff.scope, id).await?;
        act.commit(Created {
            version: value.version,
            value,
            location: format!("/v1/personal-data-requests/{id}"),
        })
        .await
    }

    /// Read a request
    ///
    /// What is proposed is masked; a disclosure shows it, for a reason.
    #[oai(
        path = "/personal-data-requests/:personal_data_request_id",
        method = "get",
        operation_id = "getPersonalDataRequest"
    )]
    async fn get_personal_data_request(
        &self,
        staff: Staff<may::ReadDataRequests>,
        personal_data_request_id: Path<DataRequestId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<DataRequest>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, personal_data_request_id.0).await?;
        let request = tell(&self.0, found.ok_or_else(no_request)?)?;
        Ok(Versioned::new(&request, request.version).unless(&known))
    }

    /// Show what a request proposes in clear
    ///
    /// And what was written with its refusal. For a reason: the trail and the resident's own case
    /// tell who saw it, when and why.
    #[oai(
        path = "/personal-data-requests/:personal_data_request_id/disclosures",
        method = "post",
        operation_id = "disclosePersonalDataRequest"
    )]
    async fn disclose_personal_data_request(
        &self,
        staff: Staff<may::DecideDataRequests>,
        personal_data_request_id: Path<DataRequestId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewDisclosure>,
    ) -> Result<Disclosed, WriteProblem> {
        check_disclosure(&body.value)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::find(&mut act, &staff.scope, personal_data_request_id.0).await?;
        let row = found.ok_or_else(no_request)?;
        let (role, why) = (staff.role, &body.value);
        let seen = record_access(&self.0, &mut act, role, row.household_id, why).await?;
        let entry = about("personal_data_request.disclosed", &row)
            .became(row.version)
            .because(why.reason.key())
            .changed(json!({"disclosure_id": seen.to_string()}));
        audit::record(&self.0, &mut act, &entry).await?;
        let open = |column, text: &Option<Vec<u8>>| {
            let text = text.as_deref();
            text.map(|text| sealed::open(&self.0, column, row.id, text))
                .transpose()
        };
        let shown = Clear {
            data_request_id: row.id,
            disclosed_at: act.at,
            field: row.field,
            proposed: open(sealed::PROPOSED, &row.proposed_sealed)?,
            refusal_note: open(sealed::NOTE, &row.refusal_note_sealed)?,
        };
        act.commit_secret(Disclosed::Shown(Json::new(shown))).await
    }

    /// Withdraw a request
    ///
    /// Because whoever asked takes it back; before it is decided on.
    #[oai(
        path = "/personal-data-requests/:personal_data_request_id/withdrawals",
        method = "post",
        operation_id = "withdrawPersonalDataRequest"
    )]
    async fn withdraw_personal_data_request(
        &self,
        staff: Staff<may::EnterDataRequests>,
        personal_data_request_id: Path<DataRequestId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
    ) -> Result<Versioned<DataRequest>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &if_match.digest()).await?;
        let found = store::lock(&mut act, &staff.scope, personal_data_request_id.0).await?;
        let before = found.ok_or_else(no_request)?;
        if_match.admit(before.version)?;
        rules::withdraw(before.state)?;
        let version = store::enter(&mut act, before.id, State::Withdrawn).await?;
        let entry = about("personal_data_request.withdrawn", &before).became(version);
        audit::record(&self.0, &mut act, &entry).await?;
        let request = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&request, version)).await
    }
}

impl DataRequestsApi {
    /// The request as it stands inside the transaction.
    pub(super) async fn read(
        &self,
        act: &mut Act,
        scope: &Scope,
        id: DataRequestId,
    ) -> Result<DataRequest, Problem> {
        let found = store::find(act, scope, id).await?;
        tell(&self.0, found.ok_or_else(no_request)?)
    }
}

/// A record of the trail about a request, of the version it had.
pub(super) fn about(action: &'static str, before: &RequestRow) -> Entry {
    Entry::new(action, "personal_data_request", before.id.0)
        .within(before.parcel_id)
        .was(before.version)
}

/// The same waits for an answer already.
pub(super) fn asked_already() -> Problem {
    Refusal::AskedAlready.into()
}
