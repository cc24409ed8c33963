//! Operations on programmes and parcels.

use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    boundary::{self, Geometry},
    model::{
        CountProgress, Demolition, DemolitionProgress, NewDemolition, NewParcel, NewStageChange,
        Parcel, ParcelFields, ParcelKind, ParcelStage, Programme, ProgrammeFields, Progress,
        StageChange,
    },
    rules,
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
    staff::{Scope, Staff, may},
    values::{Area, Day, ParcelId, ProgrammeId, Share},
};

pub struct ParcelsApi(pub App);

/// A boundary as a GeoJSON geometry (RFC 7946): Polygon or MultiPolygon, CGCS2000.
#[derive(Debug, Object)]
struct Boundary {
    /// The geometry; longitude before latitude.
    geometry: Geometry,
}

/// A GeoJSON FeatureCollection of parcels.
#[derive(Debug, Object)]
struct ParcelFeatures {
    /// Always `FeatureCollection`.
    #[oai(rename = "type")]
    kind: String,
    features: Vec<ParcelFeature>,
}

/// One parcel as a GeoJSON feature.
#[derive(Debug, Object)]
struct ParcelFeature {
    /// Always `Feature`.
    #[oai(rename = "type")]
    kind: String,
    id: ParcelId,
    geometry: Geometry,
    properties: ParcelProperties,
}

/// What a map shows of a parcel.
#[derive(Debug, Object)]
struct ParcelProperties {
    code: String,
    name: String,
    kind: ParcelKind,
    stage: ParcelStage,
}

fn no_programme() -> Problem {
    Problem::not_found("年度计划", "programme")
}

fn no_parcel() -> Problem {
    Problem::not_found("地块", "parcel")
}

fn name_taken() -> Problem {
    Problem::conflict(
        "programme-name-taken",
        "同年已有同名计划",
        "The year has a programme of that name",
    )
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
    /// List programmes
    ///
    /// By name.
    #[oai(path = "/programmes", method = "get", operation_id = "listProgrammes")]
    async fn list_programmes(
        &self,
        staff: Staff<may::ReadProgrammes>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Programme>>, ReadProblem> {
        let paging = Paging::<String>::new(&self.0, staff.key_id, &"", limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.db.acquire().await?;
        let after = paging.after().map(String::as_str);
        let rows = store::list_programmes(
            &mut conn,
            &staff.scope,
            after,
            paging.after_id(),
            paging.take(),
        )
        .await?;
        Ok(Json::new(paging.page(rows, |p| (p.name.clone(), p.id.0))))
    }

    /// Create a programme
    ///
    /// A demo key creates synthetic programmes only.
    #[oai(
        path = "/programmes",
        method = "post",
        operation_id = "createProgramme"
    )]
    async fn create_programme(
        &self,
        staff: Staff<may::WriteProgrammes>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<ProgrammeFields>,
    ) -> Result<Created<Programme>, WriteProblem> {
        let new = &body.value;
        if staff.scope.synthetic_only && !new.synthetic {
            return Err(Problem::forbidden(
                "demo-key-synthetic-only",
                "演示密钥只能用于合成数据",
                "A demo key is for synthetic programmes only",
            )
            .into());
        }
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let at = act.at;
        let programme = store::insert_programme(&mut act, ProgrammeId(self.0.fresh_id()), new, at)
            .await
            .on_constraint("programme_name_once", name_taken)?;
        let entry = Entry::new("programme.created", "programme", programme.id.0)
            .became(programme.version)
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        let location = format!("/v1/programmes/{}", programme.id);
        act.commit(Created {
            version: programme.version,
            value: programme,
            location,
        })
        .await
    }

    /// Read a programme
    ///
    /// With the targets of its year.
    #[oai(
        path = "/programmes/:programme_id",
        method = "get",
        operation_id = "getProgramme"
    )]
    async fn get_programme(
        &self,
        staff: Staff<may::ReadProgrammes>,
        programme_id: Path<ProgrammeId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Programme>, ReadProblem> {
        let mut conn = self.0.db.acquire().await?;
        let found = store::find_programme(&mut conn, &staff.scope, programme_id.0).await?;
        let programme = found.ok_or_else(no_programme)?;
        Ok(Versioned::new(&programme, programme.version).unless(&known))
    }

    /// Replace a programme
    ///
    /// Needs the version that was read. Whether it is synthetic never changes.
    #[oai(
        path = "/programmes/:programme_id",
        method = "put",
        operation_id = "replaceProgramme"
    )]
    async fn replace_programme(
        &self,
        staff: Staff<may::WriteProgrammes>,
        request_id: RequestId,
        programme_id: Path<ProgrammeId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<ProgrammeFields>,
    ) -> Result<Versioned<Programme>, WriteProblem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock_programme(&mut act, &staff.scope, programme_id.0).await?;
        let before = found.ok_or_else(no_programme)?;
        if_match.admit(before.version)?;
        let programme = store::replace_programme(&mut act, before.id, &body.value)
            .await
            .on_constraint("programme_name_once", name_taken)?;
        let entry = Entry::new("programme.replaced", "programme", programme.id.0)
            .was(before.version)
            .became(programme.version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Versioned::new(&programme, programme.version))
            .await
    }

    /// Progress of a programme
    ///
    /// Villages and areas started, area demolished and households registered, against the targets.
    #[oai(
        path = "/programmes/:programme_id/progress",
        method = "get",
        operation_id = "getProgrammeProgress"
    )]
    async fn get_programme_progress(
        &self,
        staff: Staff<may::ReadProgrammes>,
        programme_id: Path<ProgrammeId>,
        /// The legal day to count demolitions to; today when not said.
        as_of: Query<Option<Day>>,
    ) -> Result<Json<Progress>, ReadProblem> {
        let mut conn = self.0.db.acquire().await?;
        let found = store::find_programme(&mut conn, &staff.scope, programme_id.0).await?;
        let programme = found.ok_or_else(no_programme)?;
        let as_of = as_of.0.unwrap_or_else(|| self.0.today());
        let sums = store::progress(&mut conn, programme.id, as_of).await?;
        let stages = store::count_stages(&mut conn, programme.id).await?;
        let target = programme.target_demolition_m2;
        Ok(Json::new(Progress {
            programme_id: programme.id,
            as_of,
            villages: CountProgress {
                target: programme.target_villages,
                planned: sums.villages,
                started: sums.villages_started,
            },
            areas: CountProgress {
                target: programme.target_areas,
                planned: sums.areas,
                started: sums.areas_started,
            },
            demolition: DemolitionProgress {
                target_m2: target,
                planned_m2: Area::from_decimal(sums.planned_m2).map_err(Problem::internal)?,
                demolished_m2: Area::from_decimal(sums.demolished_m2).map_err(Problem::internal)?,
                share: Share::of(sums.demolished_m2, target.as_decimal()),
            },
            households_planned: sums.households_planned,
            households_registered: sums.households_registered,
            stages,
        }))
    }

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
        subdistrict: Query<Option<String>>,
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
        let mut conn = self.0.db.acquire().await?;
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
        let found = store::find_programme(&mut act, &staff.scope, new.programme_id).await?;
        let programme = found.ok_or_else(no_programme)?;
        let (id, at) = (ParcelId(self.0.fresh_id()), act.at);
        store::insert_parcel(&mut act, id, &programme, &new.fields, at)
            .await
            .on_constraint("parcel_code_once", code_taken)?;
        let entry = Entry::new("parcel.created", "parcel", id.0)
            .within(id)
            .became(1)
            .changed(audit::fields(&new.fields));
        audit::record(&self.0, &mut act, &entry).await?;
        let parcel = self.read(&mut act, &staff.scope, id).await?;
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
        let mut conn = self.0.db.acquire().await?;
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
        let parcel = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&parcel, version)).await
    }

    /// Read the boundary of a parcel
    ///
    /// As it was sent; 404 while there is none.
    #[oai(
        path = "/parcels/:parcel_id/boundary",
        method = "get",
        operation_id = "getParcelBoundary"
    )]
    async fn get_parcel_boundary(
        &self,
        staff: Staff<may::ReadProgrammes>,
        parcel_id: Path<ParcelId>,
    ) -> Result<Versioned<Boundary>, ReadProblem> {
        let mut conn = self.0.db.acquire().await?;
        let found = store::find_boundary(&mut conn, &staff.scope, parcel_id.0).await?;
        let Some((Some(geometry), version)) = found else {
            return Err(Problem::not_found("地块边界", "boundary").into());
        };
        Ok(Versioned::new(
            &Boundary {
                geometry: Geometry(geometry),
            },
            version,
        ))
    }

    /// Set the boundary of a parcel
    ///
    /// The shape is validated and its area computed on the ellipsoid.
    #[oai(
        path = "/parcels/:parcel_id/boundary",
        method = "put",
        operation_id = "setParcelBoundary"
    )]
    async fn set_parcel_boundary(
        &self,
        staff: Staff<may::WriteProgrammes>,
        request_id: RequestId,
        parcel_id: Path<ParcelId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<Boundary>,
    ) -> Result<Versioned<Parcel>, WriteProblem> {
        let geometry = &body.value.geometry.0;
        let area = boundary::area_of(geometry)?;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let before = found.ok_or_else(no_parcel)?;
        if_match.admit(before.version)?;
        let version = store::save_boundary(&mut act, before.id, geometry, area).await?;
        let entry = Entry::new("parcel.boundary_set", "parcel", before.id.0)
            .within(before.id)
            .was(before.version)
            .became(version)
            .changed(json!({"boundary": geometry}));
        audit::record(&self.0, &mut act, &entry).await?;
        let parcel = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&parcel, version)).await
    }

    /// Boundaries of a programme
    ///
    /// A GeoJSON FeatureCollection for maps; parcels without a boundary are left out.
    #[oai(
        path = "/parcels/features",
        method = "get",
        operation_id = "listParcelFeatures"
    )]
    async fn list_parcel_features(
        &self,
        staff: Staff<may::ReadProgrammes>,
        programme_id: Query<ProgrammeId>,
    ) -> Result<Json<ParcelFeatures>, ReadProblem> {
        let mut conn = self.0.db.acquire().await?;
        let found = store::list_features(&mut conn, &staff.scope, programme_id.0).await?;
        let features = found
            .into_iter()
            .map(|(id, code, name, kind, stage, geometry)| {
                let properties = ParcelProperties {
                    code,
                    name,
                    kind,
                    stage,
                };
                ParcelFeature {
                    kind: "Feature".into(),
                    id,
                    geometry: Geometry(geometry),
                    properties,
                }
            });
        Ok(Json::new(ParcelFeatures {
            kind: "FeatureCollection".into(),
            features: features.collect(),
        }))
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
        let mut conn = self.0.db.acquire().await?;
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
        let parcel = self.read(&mut act, &staff.scope, before.id).await?;
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

impl ParcelsApi {
    /// The parcel as it stands inside the transaction.
    async fn read(&self, act: &mut Act, scope: &Scope, id: ParcelId) -> Result<Parcel, Problem> {
        store::find_parcel(act, scope, id)
            .await?
            .ok_or_else(no_parcel)
    }
}
