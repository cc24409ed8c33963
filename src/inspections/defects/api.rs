//! Operations on defects.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    super::store::flat_of,
    model::{Defect, DefectSeverity, DefectStatus, NewDefect, NewRecheck, NewRectification},
    rules,
    store::{self, DefectFilter},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    housing,
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, Page, Paging,
        Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    staff::{Scope, Staff, may},
    values::{Day, DefectId, FlatId},
};

pub struct DefectsApi(pub App);

fn no_defect() -> Problem {
    Problem::not_found("质量问题", "defect")
}

#[OpenApi(tag = "Tag::Inspections")]
impl DefectsApi {
    /// List defects
    ///
    /// The last found first; each filter narrows.
    #[oai(path = "/defects", method = "get", operation_id = "listDefects")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_defects(
        &self,
        staff: Staff<may::ReadHousing>,
        flat_id: Query<Option<FlatId>>,
        status: Query<Option<DefectStatus>>,
        severity: Query<Option<DefectSeverity>>,
        /// Still open although the day by which it was to be rectified has passed.
        overdue: Query<Option<bool>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Defect>>, ReadProblem> {
        let filter = DefectFilter {
            flat_id: flat_id.0,
            status: status.0,
            severity: severity.0,
            overdue: overdue.0,
            today: self.0.today(),
        };
        // Not bound to the day: a list that is being read at midnight goes on.
        let binding = (flat_id.0, status.0, severity.0, overdue.0);
        let paging =
            Paging::<Day>::new(&self.0, staff.key_id, &binding, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let (after, after_id) = (paging.after().copied(), paging.after_id());
        let take = paging.take();
        let rows = store::list(&mut conn, &staff.scope, &filter, after, after_id, take).await?;
        Ok(Json::new(paging.page(rows, |d| (d.found_on, d.id.0))))
    }

    /// Record a defect
    ///
    /// A severe one keeps the keys of the flat back until it is closed.
    #[oai(path = "/defects", method = "post", operation_id = "recordDefect")]
    async fn record_defect(
        &self,
        staff: Staff<may::Inspect>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewDefect>,
    ) -> Result<Created<Defect>, WriteProblem> {
        let new = &body.value;
        not_in_future(&self.0, "found_on", new.found_on)?;
        rules::check(new)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        // A hand-over under way ends first, or waits and sees this defect.
        let found = housing::lock_flat(&mut act, &staff.scope, new.flat_id).await?;
        let flat = found.ok_or_else(housing::no_flat)?;
        if let Some(inspection) = new.inspection_id {
            rules::belongs(flat.id, flat_of(&mut act, inspection).await?)?;
        }
        let id = DefectId(self.0.fresh_id());
        let defect = store::insert(&mut act, id, new).await?;
        let entry = Entry::new("defect.recorded", "defect", id.0)
            .became(defect.version)
            .changed(audit::fields(new));
        let entry = housing::place(&mut act, entry, &flat).await?;
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Created {
            version: defect.version,
            value: defect,
            location: format!("/v1/defects/{id}"),
        })
        .await
    }

    /// Read a defect
    ///
    /// With who reported the rectification and who re-checked it.
    #[oai(
        path = "/defects/:defect_id",
        method = "get",
        operation_id = "getDefect"
    )]
    async fn get_defect(
        &self,
        staff: Staff<may::ReadHousing>,
        defect_id: Path<DefectId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Defect>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, defect_id.0).await?;
        let defect = found.ok_or_else(no_defect)?;
        Ok(Versioned::new(&defect, defect.version).unless(&known))
    }

    /// Report a rectification
    ///
    /// The defect then waits for its re-check by somebody else.
    #[oai(
        path = "/defects/:defect_id/rectifications",
        method = "post",
        operation_id = "reportRectification"
    )]
    async fn report_rectification(
        &self,
        staff: Staff<may::Inspect>,
        defect_id: Path<DefectId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewRectification>,
    ) -> Result<Versioned<Defect>, WriteProblem> {
        let on = body.value.rectified_on;
        not_in_future(&self.0, "rectified_on", on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, defect_id.0).await?;
        let before = found.ok_or_else(no_defect)?;
        if_match.admit(before.version)?;
        rules::rectify(&before, on)?;
        let by = staff.caller.actor();
        let defect = store::rectify(&mut act, before.id, on, by.id()).await?;
        let entry = Entry::new("defect.rectified", "defect", before.id.0)
            .was(before.version)
            .became(defect.version)
            .changed(audit::fields(&body.value));
        self.record(&mut act, &staff.scope, entry, &before).await?;
        act.commit(Versioned::new(&defect, defect.version)).await
    }

    /// Re-check a rectification
    ///
    /// By another person than the one who reported it, whatever key they use. In order, the defect is closed today; not in
    /// order, it is open again.
    #[oai(
        path = "/defects/:defect_id/rechecks",
        method = "post",
        operation_id = "recheckDefect"
    )]
    async fn recheck_defect(
        &self,
        staff: Staff<may::Inspect>,
        defect_id: Path<DefectId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewRecheck>,
    ) -> Result<Versioned<Defect>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, defect_id.0).await?;
        let before = found.ok_or_else(no_defect)?;
        if_match.admit(before.version)?;
        let by = staff.caller.actor();
        let after = rules::recheck(&before, by, body.value.passed)?;
        let (action, defect) = if after == DefectStatus::Closed {
            let today = self.0.clock.day_of(act.at);
            let defect = store::close(&mut act, before.id, today, by.id()).await?;
            ("defect.closed", defect)
        } else {
            ("defect.reopened", store::reopen(&mut act, before.id).await?)
        };
        let entry = Entry::new(action, "defect", before.id.0)
            .was(before.version)
            .became(defect.version)
            .changed(audit::fields(&body.value));
        self.record(&mut act, &staff.scope, entry, &before).await?;
        act.commit(Versioned::new(&defect, defect.version)).await
    }
}

impl DefectsApi {
    /// Writes the record into the parcel of the household the flat is assigned to.
    async fn record(
        &self,
        act: &mut Act,
        scope: &Scope,
        entry: Entry,
        defect: &Defect,
    ) -> Result<(), Problem> {
        let found = housing::find_flat(act, scope, defect.flat_id).await?;
        let flat = found.ok_or_else(housing::no_flat)?;
        let entry = housing::place(act, entry, &flat).await?;
        audit::record(&self.0, act, &entry).await
    }
}
