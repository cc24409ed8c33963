//! Operations on parcels, their steps and demolitions.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    find_programme,
    model::{
        Demolition, NewDemolition, NewParcel, NewStageChange, Parcel, ParcelFields, ParcelKind,
        ParcelStage, StageChange,
    },
    no_programme, rules,
    store::{self, ParcelFilter},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem,
    },
    organisation::{self, no_unit},
    staff::{Scope, Staff, may},
    values::{ParcelId, PlaceName, ProgrammeId},
};

pub struct ParcelsApi(pub App);

pub fn no_parcel() -> Problem {
    Problem::not_found("地块", "parcel")
}

fn code_taken() -> Problem {
    Problem::conflict(
        "parcel-code-taken",
        "计划内已有该地块编号",
        "The programme has a parcel of that code",
    )
}

#[OpenApi(tag = "Tag::Parcels")]
impl ParcelsApi {
    /// List parcels
    ///
    /// By code; each filter narrows.
    #[oai(path = "/parcels", method = "get", operation_id = "listParcels")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_parcels(
        &self,
        staff: Staff<may::ReadProgrammes>,
        programme_id: Query<Option<ProgrammeId>>,
        kind: Query<Option<ParcelKind>>,
        stage: Query<Option<ParcelStage>>,
        subdistrict: Query<Option<PlaceName>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Parcel>>, ReadProblem> {
        let filter = ParcelFilter {
            programme_id: programme_id.0,
            kind: kind.0,
            stage: stage.0,
            subdistrict: subdistrict.0,
        };
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let after = paging.after().map(String::as_str);
        let (after_id, take) = (paging.after_id(), paging.take());
        let rows =
            store::list_parcels(&mut conn, &staff.scope, &filter, after, after_id, take).await?;
        Ok(Json::new(paging.page(rows, |p| (p.code.clone(), p.id.0))))
    }

    /// Create a parcel
    ///
    /// One old village or one shantytown area of a programme; it begins in the planning step.
    #[oai(path = "/parcels", method = "post", operation_id = "createParcel")]
    async fn create_parcel(
        &self,
        staff: Staff<may::WriteProgrammes>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewParcel>,
    ) -> Result<Created<Parcel>, WriteProblem> {
        let new = &body.value;
        rules::check(&new.fields)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = find_programme(&mut act, &staff.scope, new.programme_id).await?;
        let programme = found.ok_or_else(no_programme)?;
        let unit = new.org_unit_id.unwrap_or(programme.org_unit_id);
        organisation::find_at(&mut act, &staff.scope, unit, programme.org_unit_id)
            .await?
            .ok_or_else(no_unit)?;
        let (id, at) = (ParcelId(self.0.fresh_id()), act.at);
        store::insert_parcel(&mut act, id, programme.id, unit, &new.fields, at)
            .await
            .on_constraint("parcel_code_once", code_taken)?;
        let entry = Entry::new("parcel.created", "parcel", id.0)
            .within(id)
            .became(1)
            .changed(audit::fields(&new.fields));
        audit::record(&self.0, &mut act, &entry).await?;
        let parcel = read(&mut act, &staff.scope, id).await?;
        let location = format!("/v1/parcels/{id}");
        act.commit(Created {
            version: parcel.version,
            value: parcel,
            location,
        })
        .await
    }

    /// Read a parcel
    ///
    /// With its signing period and the office residents can turn to.
    #[oai(
        path = "/parcels/:parcel_id",
        method = "get",
        operation_id = "getParcel"
    )]
    async fn get_parcel(
        &self,
        staff: Staff<may::ReadProgrammes>,
        parcel_id: Path<ParcelId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Parcel>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_parcel(&mut conn, &staff.scope, parcel_id.0).await?;
        let parcel = found.ok_or_else(no_parcel)?;
        Ok(Versioned::new(&parcel, parcel.version).unless(&known))
    }

    /// Replace a parcel
    ///
    /// Needs the version that was read; what is left out is cleared. Stage and boundary have
    /// operations of their own.
    #[oai(
        path = "/parcels/:parcel_id",
        method = "put",
        operation_id = "replaceParcel"
    )]
    async fn replace_parcel(
        &self,
        staff: Staff<may::WriteProgrammes>,
        request_id: RequestId,
        parcel_id: Path<ParcelId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<ParcelFields>,
    ) -> Result<Versioned<Parcel>, WriteProblem> {
        rules::check(&body.value)?;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let before = found.ok_or_else(no_parcel)?;
        if_match.admit(before.version)?;
        let version = store::replace_parcel(&mut act, before.id, &body.value)
            .await
            .on_constraint("parcel_code_once", code_taken)?;
        let entry = Entry::new("parcel.replaced", "parcel", before.id.0)
            .within(before.id)
            .was(before.version)
            .became(version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let parcel = read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&parcel, version)).await
    }

    /// Steps of a parcel
    ///
    /// 谋、拆、供、建、招、留, in the order they were entered.
    #[oai(
        path = "/parcels/:parcel_id/stages",
        method = "get",
        operation_id = "listParcelStages"
    )]
    async fn list_parcel_stages(
        &self,
        staff: Staff<may::ReadProgrammes>,
        parcel_id: Path<ParcelId>,
    ) -> Result<Json<Vec<StageChange>>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_parcel(&mut conn, &staff.scope, parcel_id.0).await?;
        let parcel = found.ok_or_else(no_parcel)?;
        Ok(Json::new(store::list_stages(&mut conn, parcel.id).await?))
    }

    /// Enter a step
    ///
    /// Never dated before the step it follows.
    #[oai(
        path = "/parcels/:parcel_id/stages",
        method = "post",
        operation_id = "enterParcelStage"
    )]
    async fn enter_parcel_stage(
        &self,
        staff: Staff<may::WriteProgrammes>,
        parcel_id: Path<ParcelId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewStageChange>,
    ) -> Result<Versioned<Parcel>, WriteProblem> {
        not_in_future(&self.0, "entered_on", body.value.entered_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let before = found.ok_or_else(no_parcel)?;
        if_match.admit(before.version)?;
        let NewStageChange { stage, entered_on } = body.value;
        let stages = store::list_stages(&mut act, before.id).await?;
        let seq = rules::enter(before.stage, stages.last(), stage, entered_on)?;
        let change = StageChange {
            seq,
            stage,
            entered_on,
            recorded_at: act.at,
        };
        let version = store::enter_stage(&mut act, before.id, &change).await?;
        let entry = Entry::new("parcel.stage_entered", "parcel", before.id.0)
            .within(before.id)
            .was(before.version)
            .became(version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let parcel = read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&parcel, version)).await
    }

    /// Record a demolition
    ///
    /// Floor area cleared and accepted (拆除验收); counts against the target of the programme.
    #[oai(
        path = "/parcels/:parcel_id/demolitions",
        method = "post",
        operation_id = "recordDemolition"
    )]
    async fn record_demolition(
        &self,
        staff: Staff<may::WriteProgrammes>,
        parcel_id: Path<ParcelId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewDemolition>,
    ) -> Result<Created<Demolition>, WriteProblem> {
        not_in_future(&self.0, "accepted_on", body.value.accepted_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::find_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let parcel = found.ok_or_else(no_parcel)?;
        let (id, at) = (self.0.fresh_id(), act.at);
        let demolition = store::insert_demolition(&mut act, id, parcel.id, &body.value, at).await?;
        let entry = Entry::new("demolition.recorded", "demolition", id)
            .within(parcel.id)
            .became(1)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let location = format!("/v1/parcels/{}", parcel.id);
        act.commit(Created {
            value: demolition,
            version: 1,
            location,
        })
        .await
    }
}

/// The parcel as it stands inside the transaction.
pub(super) async fn read(act: &mut Act, scope: &Scope, id: ParcelId) -> Result<Parcel, Problem> {
    let found = store::find_parcel(act, scope, id).await?;
    found.ok_or_else(no_parcel)
}
