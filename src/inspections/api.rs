//! Operations on inspections.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    model::{Inspection, InspectionForm, InspectionResult, NewInspection},
    rules,
    store::{self, InspectionFilter, Recorded},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    housing,
    http::{
        Act, Created, Cursor, IdempotencyKey, IfNoneMatch, Json, Limit, Page, Paging, Problem,
        ReadProblem, Tag, Versioned, WriteProblem,
    },
    staff::{Scope, Staff, may},
    values::{Day, FlatId, InspectionId},
};

pub struct InspectionsApi(pub App);

fn no_inspection() -> Problem {
    Problem::not_found("分户验收记录", "inspection")
}

#[OpenApi(tag = "Tag::Inspections")]
impl InspectionsApi {
    /// List inspections
    ///
    /// The latest first; each filter narrows.
    #[oai(
        path = "/inspections",
        method = "get",
        operation_id = "listInspections"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_inspections(
        &self,
        staff: Staff<may::ReadHousing>,
        flat_id: Query<Option<FlatId>>,
        result: Query<Option<InspectionResult>>,
        /// Inspected on this day or later.
        from: Query<Option<Day>>,
        /// Inspected on this day or earlier.
        to: Query<Option<Day>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Inspection>>, ReadProblem> {
        let filter = InspectionFilter {
            flat_id: flat_id.0,
            result: result.0,
            from: from.0,
            to: to.0,
        };
        let paging =
            Paging::<Day>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let (after, after_id) = (paging.after().copied(), paging.after_id());
        let rows = store::list(
            &mut conn,
            &staff.scope,
            &filter,
            after,
            after_id,
            paging.take(),
        )
        .await?;
        Ok(Json::new(paging.page(rows, |i| (i.inspected_on, i.id.0))))
    }

    /// Record an inspection
    ///
    /// The result is computed: every point within its limits, both included, and every item
    /// within its range. The latest inspection of a flat decides whether it can be handed over.
    #[oai(
        path = "/inspections",
        method = "post",
        operation_id = "recordInspection"
    )]
    async fn record_inspection(
        &self,
        staff: Staff<may::Inspect>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewInspection>,
    ) -> Result<Created<InspectionForm>, WriteProblem> {
        let new = &body.value;
        not_in_future(&self.0, "inspected_on", new.inspected_on)?;
        rules::check(&new.items)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = housing::lock_flat(&mut act, &staff.scope, new.flat_id).await?;
        let flat = found.ok_or_else(housing::no_flat)?;
        let last = store::last_of_days(&mut act, &[(flat.id, new.inspected_on)]).await?;
        let id = rules::following(self.0.fresh_id(), last.into_iter().flatten().next());
        let recorded = Recorded {
            id,
            flat_id: flat.id,
            inspected_on: new.inspected_on,
            inspector: new.inspector.to_string(),
            items: new.items.clone(),
        };
        store::insert(&mut act, &[recorded]).await?;
        let entry = Entry::new("inspection.recorded", "inspection", id.0)
            .became(1)
            .changed(audit::fields(new));
        let entry = housing::place(&mut act, entry, &flat).await?;
        audit::record(&self.0, &mut act, &entry).await?;
        let form = read(&mut act, &staff.scope, id).await?;
        act.commit(Created {
            version: form.inspection.version,
            value: form,
            location: format!("/v1/inspections/{id}"),
        })
        .await
    }

    /// Read an inspection
    ///
    /// With every item, and which points failed.
    #[oai(
        path = "/inspections/:inspection_id",
        method = "get",
        operation_id = "getInspection"
    )]
    async fn get_inspection(
        &self,
        staff: Staff<may::ReadHousing>,
        inspection_id: Path<InspectionId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<InspectionForm>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let form = read(&mut conn, &staff.scope, inspection_id.0).await?;
        Ok(Versioned::new(&form, form.inspection.version).unless(&known))
    }
}

/// The inspection with its items.
async fn read(
    conn: &mut sqlx::PgConnection,
    scope: &Scope,
    id: InspectionId,
) -> Result<InspectionForm, Problem> {
    let found = store::find(conn, scope, id).await?;
    let inspection = found.ok_or_else(no_inspection)?;
    let items = store::list_items(conn, id).await?;
    Ok(InspectionForm { inspection, items })
}
