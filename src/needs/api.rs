//! Operations on needs.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    model::{Need, NeedKind, NeedStatus, NewArrangement, NewClosure, NewNeed},
    rules,
    store::{self, NeedFilter, NeedRecord},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    households::no_person,
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem,
    },
    staff::{Role, Staff, may},
    values::{Day, HouseholdId, NeedId, ParcelId, ProgrammeId},
};

/// Where a sealed detail belongs.
pub(crate) const DETAIL: &str = "need.detail";

pub struct NeedsApi(pub App);

pub fn no_need() -> Problem {
    Problem::not_found("需求", "need")
}

#[OpenApi(tag = "Tag::Needs")]
impl NeedsApi {
    /// List needs
    ///
    /// Soonest first; `overdue=true` lists what is past its day and not settled. What exactly is
    /// needed is told need by need.
    #[oai(path = "/needs", method = "get", operation_id = "listNeeds")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_needs(
        &self,
        staff: Staff<may::ReadNeeds>,
        programme_id: Query<Option<ProgrammeId>>,
        parcel_id: Query<Option<ParcelId>>,
        household_id: Query<Option<HouseholdId>>,
        kind: Query<Option<NeedKind>>,
        status: Query<Option<NeedStatus>>,
        overdue: Query<Option<bool>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Need>>, ReadProblem> {
        let filter = NeedFilter {
            programme_id: programme_id.0,
            parcel_id: parcel_id.0,
            household_id: household_id.0,
            kind: kind.0,
            status: status.0,
            overdue: overdue.0,
        };
        let paging =
            Paging::<Day>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let (after, after_id, take) = (paging.after().copied(), paging.after_id(), paging.take());
        let today = self.0.today();
        let rows = store::list(
            &mut conn,
            &staff.scope,
            &filter,
            today,
            after,
            after_id,
            take,
        )
        .await?;
        let needs = rows.into_iter().map(|row| row.tell(None, today)).collect();
        Ok(Json::new(
            paging.page(needs, |need: &Need| (need.due_on, need.id.0)),
        ))
    }

    /// Register a need
    ///
    /// One unsettled need of each kind per person.
    #[oai(path = "/needs", method = "post", operation_id = "registerNeed")]
    async fn register_need(
        &self,
        staff: Staff<may::WriteNeeds>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewNeed>,
    ) -> Result<Created<Need>, WriteProblem> {
        let new = &body.value;
        rules::of_desk(&staff.scope, new.kind)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let subject = store::find_subject(&mut act, &staff.scope, new.person_id).await?;
        let subject = subject.ok_or_else(no_person)?;
        let (id, at) = (NeedId(self.0.fresh_id()), act.at);
        let nonce = self.0.entropy.bytes();
        let sealed = new.detail.as_ref();
        let purpose = new.kind.sealed_for();
        let sealed = sealed.map(|detail| {
            let clear = detail.as_str().as_bytes();
            self.0.keys.seal_for(purpose, DETAIL, id.0, clear, nonce)
        });
        store::insert(
            &mut act,
            id,
            subject.household_id,
            new.person_id,
            new.kind,
            new.due_on,
            sealed.as_deref(),
            at,
        )
        .await
        .on_constraint("need_one_unsettled", || {
            Problem::conflict(
                "need-unsettled-exists",
                "该人员已有同类未办结需求",
                "The person has an unsettled need of that kind",
            )
        })?;
        let entry = Entry::new("need.registered", "need", id.0)
            .within(subject.parcel_id)
            .became(1)
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        let found = store::find(&mut act, &staff.scope, id)
            .await?
            .ok_or_else(no_need)?;
        let value = self.tell(found, staff.role)?;
        act.commit(Created {
            version: value.version,
            value,
            location: format!("/v1/needs/{id}"),
        })
        .await
    }

    /// Read a need
    ///
    /// The detail is told to the desk of its kind alone, and that it was read is recorded.
    #[oai(path = "/needs/:need_id", method = "get", operation_id = "getNeed")]
    async fn get_need(
        &self,
        staff: Staff<may::ReadNeeds>,
        need_id: Path<NeedId>,
        request_id: RequestId,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Need>, ReadProblem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::find(&mut act, &staff.scope, need_id.0)
            .await?
            .ok_or_else(no_need)?;
        let (parcel, version) = (found.parcel_id, found.version);
        let need = self.tell(found, staff.role)?;
        if need.detail.is_some() {
            let entry = Entry::new("need.read", "need", need.id.0)
                .within(parcel)
                .was(version)
                .became(version);
            audit::record(&self.0, &mut act, &entry).await?;
        }
        let answer = Versioned::new(&need, need.version).unless(&known);
        Ok(act.conclude(answer).await?)
    }

    /// Arrange a need
    ///
    /// Names the school, clinic or office that takes it on; may be repeated while unsettled.
    #[oai(
        path = "/needs/:need_id/arrangements",
        method = "post",
        operation_id = "arrangeNeed"
    )]
    async fn arrange_need(
        &self,
        staff: Staff<may::WriteNeeds>,
        need_id: Path<NeedId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewArrangement>,
    ) -> Result<Versioned<Need>, WriteProblem> {
        not_in_future(&self.0, "arranged_on", body.value.arranged_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let before = store::lock(&mut act, &staff.scope, need_id.0)
            .await?
            .ok_or_else(no_need)?;
        if_match.admit(before.version)?;
        rules::arrange(before.status)?;
        store::arrange(&mut act, before.id, &body.value).await?;
        let changed = audit::fields(&body.value);
        self.finish(act, &staff, &before, "need.arranged", changed, None)
            .await
    }

    /// Close a need
    ///
    /// Met (a provider is needed), withdrawn, moved away or deceased.
    #[oai(
        path = "/needs/:need_id/closures",
        method = "post",
        operation_id = "closeNeed"
    )]
    async fn close_need(
        &self,
        staff: Staff<may::WriteNeeds>,
        need_id: Path<NeedId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewClosure>,
    ) -> Result<Versioned<Need>, WriteProblem> {
        let closure = &body.value;
        not_in_future(&self.0, "closed_on", closure.closed_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let before = store::lock(&mut act, &staff.scope, need_id.0)
            .await?
            .ok_or_else(no_need)?;
        if_match.admit(before.version)?;
        rules::close(
            before.status,
            before.arranged_on,
            closure.outcome,
            closure.closed_on,
        )?;
        store::close(&mut act, before.id, closure).await?;
        let reason = json!(audit::fields(closure)["outcome"])
            .as_str()
            .map(str::to_owned);
        self.finish(
            act,
            &staff,
            &before,
            "need.closed",
            audit::fields(closure),
            reason,
        )
        .await
    }
}

impl NeedsApi {
    /// What is told of a need: the detail only to the desk of its kind.
    fn tell(&self, mut row: NeedRecord, role: Role) -> Result<Need, Problem> {
        let desk = rules::is_desk_of(role, row.kind);
        let detail = match row.detail_sealed.take().filter(|_| desk) {
            Some(sealed) => {
                let clear = self
                    .0
                    .keys
                    .open(DETAIL, row.id.0, &sealed)
                    .map_err(Problem::internal)?;
                Some(String::from_utf8_lossy(&clear).into_owned())
            }
            None => None,
        };
        Ok(row.tell(detail, self.0.today()))
    }

    /// Records a transition and answers with the need as it is now.
    async fn finish(
        &self,
        mut act: Act,
        staff: &Staff<may::WriteNeeds>,
        before: &NeedRecord,
        action: &'static str,
        changed: serde_json::Value,
        reason: Option<String>,
    ) -> Result<Versioned<Need>, WriteProblem> {
        let mut entry = Entry::new(action, "need", before.id.0)
            .within(before.parcel_id)
            .was(before.version)
            .became(before.version + 1)
            .changed(changed);
        if let Some(reason) = reason {
            entry = entry.because(reason);
        }
        audit::record(&self.0, &mut act, &entry).await?;
        let found = store::find(&mut act, &staff.scope, before.id)
            .await?
            .ok_or_else(no_need)?;
        let need = self.tell(found, staff.role)?;
        let answer = Versioned::new(&need, need.version);
        act.commit(answer).await
    }
}
