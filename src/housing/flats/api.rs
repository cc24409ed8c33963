//! Operations on flats.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use uuid::Uuid;

use super::{
    model::{Flat, NewAssignment, NewFlat, NewRelease},
    place,
    rules::{self, Candidate},
    store::{self, FlatFilter},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    households::no_household,
    housing::{api::no_building, store::find_building},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    staff::{Scope, Staff, may},
    values::{BuildingId, EstateId, FlatId, HouseholdId},
};

pub struct FlatsApi(pub App);

pub fn no_flat() -> Problem {
    Problem::not_found("安置房", "flat")
}

fn flat_no_taken() -> Problem {
    Problem::conflict(
        "flat-no-taken",
        "楼内已有该房号",
        "The building has a flat of that number",
    )
}

#[OpenApi(tag = "Tag::Housing")]
impl FlatsApi {
    /// List flats
    ///
    /// Building by building, by number; each filter narrows.
    #[oai(path = "/flats", method = "get", operation_id = "listFlats")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_flats(
        &self,
        staff: Staff<may::ReadHousing>,
        estate_id: Query<Option<EstateId>>,
        building_id: Query<Option<BuildingId>>,
        household_id: Query<Option<HouseholdId>>,
        /// Whether a household has it.
        assigned: Query<Option<bool>>,
        /// Whether its keys are gone.
        handed_over: Query<Option<bool>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Flat>>, ReadProblem> {
        let filter = FlatFilter {
            estate_id: estate_id.0,
            building_id: building_id.0,
            household_id: household_id.0,
            assigned: assigned.0,
            handed_over: handed_over.0,
        };
        self.page(
            staff.key_id,
            &staff.scope,
            &filter,
            limit.0,
            cursor.0.as_ref(),
        )
        .await
    }

    /// List the flats of a building
    ///
    /// By number.
    #[oai(
        path = "/buildings/:building_id/flats",
        method = "get",
        operation_id = "listBuildingFlats"
    )]
    async fn list_building_flats(
        &self,
        staff: Staff<may::ReadHousing>,
        building_id: Path<BuildingId>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Flat>>, ReadProblem> {
        let filter = FlatFilter {
            estate_id: None,
            building_id: Some(building_id.0),
            household_id: None,
            assigned: None,
            handed_over: None,
        };
        let mut conn = self.0.begin(&staff.scope).await?;
        find_building(&mut conn, &staff.scope, building_id.0)
            .await?
            .ok_or_else(no_building)?;
        drop(conn);
        self.page(
            staff.key_id,
            &staff.scope,
            &filter,
            limit.0,
            cursor.0.as_ref(),
        )
        .await
    }

    /// Create a flat
    ///
    /// In a building; free until it is assigned.
    #[oai(
        path = "/buildings/:building_id/flats",
        method = "post",
        operation_id = "createFlat"
    )]
    async fn create_flat(
        &self,
        staff: Staff<may::WriteHousing>,
        building_id: Path<BuildingId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewFlat>,
    ) -> Result<Created<Flat>, WriteProblem> {
        rules::has_area(body.value.area_m2)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = find_building(&mut act, &staff.scope, building_id.0).await?;
        let building = found.ok_or_else(no_building)?;
        let (id, at) = (FlatId(self.0.fresh_id()), act.at);
        store::insert_flat(&mut act, id, building.id, &body.value, at)
            .await
            .on_constraint("flat_no_once", flat_no_taken)?;
        let entry = Entry::new("flat.created", "flat", id.0)
            .became(1)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let flat = self.read(&mut act, &staff.scope, id).await?;
        act.commit(Created {
            version: flat.version,
            value: flat,
            location: format!("/v1/flats/{id}"),
        })
        .await
    }

    /// Read a flat
    ///
    /// With its estate, its building and the household it is assigned to.
    #[oai(path = "/flats/:flat_id", method = "get", operation_id = "getFlat")]
    async fn get_flat(
        &self,
        staff: Staff<may::ReadHousing>,
        flat_id: Path<FlatId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Flat>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_flat(&mut conn, &staff.scope, flat_id.0).await?;
        let flat = found.ok_or_else(no_flat)?;
        Ok(Versioned::new(&flat, flat.version).unless(&known))
    }

    /// Assign a flat
    ///
    /// One flat goes to one household of the same programme that has a signed agreement, on a day
    /// not before it signed.
    #[oai(
        path = "/flats/:flat_id/assignments",
        method = "post",
        operation_id = "assignFlat"
    )]
    async fn assign_flat(
        &self,
        staff: Staff<may::AssignFlats>,
        flat_id: Path<FlatId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewAssignment>,
    ) -> Result<Versioned<Flat>, WriteProblem> {
        let new = &body.value;
        not_in_future(&self.0, "assigned_on", new.assigned_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock_flat(&mut act, &staff.scope, flat_id.0).await?;
        let before = found.ok_or_else(no_flat)?;
        if_match.admit(before.version)?;
        let home = store::find_home(&mut act, &staff.scope, new.household_id).await?;
        let (programme_id, parcel) = home.ok_or_else(no_household)?;
        let candidate = Candidate {
            programme_id,
            signed_on: store::hold_signature(&mut act, new.household_id).await?,
        };
        let released_on = store::last_released_on(&mut act, before.id).await?;
        rules::assign(&before, new.assigned_on, candidate, released_on)?;
        let version = store::assign(&mut act, before.id, new).await?;
        let entry = Entry::new("flat.assigned", "flat", before.id.0)
            .within(parcel)
            .was(before.version)
            .became(version)
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        let flat = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&flat, version)).await
    }

    /// Give a flat back
    ///
    /// Ends the assignment from a day on, with a coded reason; possible until the keys are handed
    /// over. Whose it was, and from when to when, is kept: what is asked of an earlier day still
    /// shows it.
    #[oai(
        path = "/flats/:flat_id/releases",
        method = "post",
        operation_id = "releaseFlat"
    )]
    async fn release_flat(
        &self,
        staff: Staff<may::AssignFlats>,
        flat_id: Path<FlatId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewRelease>,
    ) -> Result<Versioned<Flat>, WriteProblem> {
        let new = &body.value;
        not_in_future(&self.0, "released_on", new.released_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock_flat(&mut act, &staff.scope, flat_id.0).await?;
        let before = found.ok_or_else(no_flat)?;
        if_match.admit(before.version)?;
        let held = rules::release(&before, new.released_on)?;
        let at = act.at;
        let version = store::release(&mut act, before.id, held, new, at).await?;
        let entry = Entry::new("flat.released", "flat", before.id.0)
            .was(before.version)
            .became(version)
            .because(new.reason.key())
            .changed(serde_json::json!({
                "household_id": before.household_id,
                "released_on": new.released_on,
                "reason": new.reason,
            }));
        let entry = place(&mut act, entry, &before).await?;
        audit::record(&self.0, &mut act, &entry).await?;
        let flat = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&flat, version)).await
    }
}

impl FlatsApi {
    /// The flat as it stands inside the transaction.
    async fn read(&self, act: &mut Act, scope: &Scope, id: FlatId) -> Result<Flat, Problem> {
        store::find_flat(act, scope, id).await?.ok_or_else(no_flat)
    }

    async fn page(
        &self,
        caller: Uuid,
        scope: &Scope,
        filter: &FlatFilter,
        limit: Limit,
        cursor: Option<&Cursor>,
    ) -> Result<Json<Page<Flat>>, ReadProblem> {
        let paging = Paging::<(Uuid, String)>::new(&self.0, caller, filter, limit, cursor)?;
        let mut conn = self.0.begin(scope).await?;
        let rows =
            store::list_flats(&mut conn, scope, filter, paging.after(), paging.take()).await?;
        Ok(Json::new(paging.page(rows, |f| {
            ((f.building_id.0, f.flat_no.clone()), f.id.0)
        })))
    }
}
