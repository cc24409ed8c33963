//! Operations on the hand-over of a flat (交房).

use poem::http::HeaderMap;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use sqlx::PgConnection;

use super::{
    api::no_flat,
    blockers::{Blocker, Circumstances, blockers},
    model::{Flat, HandoverBlocker, HandoverReadiness, NewHandover},
    place, rules, store,
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    http::{
        Act, IdempotencyKey, IfMatch, Json, Language, ReadProblem, Tag, Versioned, WriteProblem,
    },
    staff::{Staff, may},
    values::{Day, FlatId},
};

pub struct HandoversApi(pub App);

/// Everything that is in the way of handing a flat over on a day; decides only while the flat
/// is locked, since inspections and defects are recorded under the same lock.
async fn known_blockers(
    conn: &mut PgConnection,
    flat: &Flat,
    on: Day,
) -> sqlx::Result<Vec<Blocker>> {
    let signed_on = match flat.household_id {
        Some(household) => store::signed_on(conn, household).await?,
        None => None,
    };
    let known = Circumstances {
        signed_on,
        newest: store::latest_inspection(conn, flat.id, None).await?,
        latest: store::latest_inspection(conn, flat.id, Some(on)).await?,
        severe: store::list_severe_defects(conn, flat.id).await?,
    };
    Ok(blockers(flat, on, &known))
}

#[OpenApi(tag = "Tag::Housing")]
impl HandoversApi {
    /// What blocks the hand-over
    ///
    /// The same list a refused hand-over gives.
    #[oai(
        path = "/flats/:flat_id/handover-blockers",
        method = "get",
        operation_id = "getHandoverBlockers"
    )]
    async fn get_handover_blockers(
        &self,
        staff: Staff<may::ReadHousing>,
        headers: &HeaderMap,
        flat_id: Path<FlatId>,
        /// The legal day of the hand-over; today when not said. A later inspection that passed does
        /// not count, one that failed does.
        on: Query<Option<Day>>,
    ) -> Result<Json<HandoverReadiness>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_flat(&mut conn, &staff.scope, flat_id.0).await?;
        let flat = found.ok_or_else(no_flat)?;
        let on = on.0.unwrap_or_else(|| self.0.today());
        let blockers = known_blockers(&mut conn, &flat, on).await?;
        let language = Language::of(headers);
        let told = blockers.into_iter().map(|blocker| HandoverBlocker {
            pointer: blocker.pointer(),
            code: blocker.code(),
            detail: blocker.words().read(language).to_owned(),
        });
        let blockers: Vec<_> = told.collect();
        Ok(Json::new(HandoverReadiness {
            flat_id: flat.id,
            on,
            ready: blockers.is_empty(),
            blockers,
        }))
    }

    /// Hand a flat over
    ///
    /// The keys go to the household. Refused with every blocker named: without an assignment,
    /// without a signed agreement that stands, without a passed inspection by that day, with a
    /// newer inspection that failed, with a severe defect that is not closed.
    #[oai(
        path = "/flats/:flat_id/handovers",
        method = "post",
        operation_id = "handOverFlat"
    )]
    async fn hand_over_flat(
        &self,
        staff: Staff<may::AssignFlats>,
        flat_id: Path<FlatId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewHandover>,
    ) -> Result<Versioned<Flat>, WriteProblem> {
        let new = &body.value;
        not_in_future(&self.0, "handed_over_on", new.handed_over_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock_flat(&mut act, &staff.scope, flat_id.0).await?;
        let before = found.ok_or_else(no_flat)?;
        if_match.admit(before.version)?;
        if let Some(household) = before.household_id {
            // Who voids the agreement waits until the keys are gone.
            store::hold_signature(&mut act, household).await?;
        }
        let blockers = known_blockers(&mut act, &before, new.handed_over_on).await?;
        rules::hand_over(&before, new.handed_over_on, blockers)?;
        let version = store::hand_over(&mut act, before.id, new).await?;
        let entry = Entry::new("flat.handed_over", "flat", before.id.0)
            .was(before.version)
            .became(version)
            .changed(audit::fields(new));
        let entry = place(&mut act, entry, &before).await?;
        audit::record(&self.0, &mut act, &entry).await?;
        let flat = store::find_flat(&mut act, &staff.scope, before.id)
            .await?
            .ok_or_else(no_flat)?;
        act.commit(Versioned::new(&flat, version)).await
    }
}
