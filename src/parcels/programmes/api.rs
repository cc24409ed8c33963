//! Operations on programmes.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    model::{CountProgress, DemolitionProgress, Programme, ProgrammeFields, Progress},
    store,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem, words,
    },
    staff::{Staff, may},
    values::{Area, Day, OrgUnitId, ProgrammeId, Share},
};

pub struct ProgrammesApi(pub App);

pub fn no_programme() -> Problem {
    Problem::not_found("年度计划", "programme")
}

fn name_taken() -> Problem {
    Problem::conflict(
        "programme-name-taken",
        "同年已有同名计划",
        "The year has a programme of that name",
    )
}

fn synthetic_stays() -> Problem {
    Problem::conflict(
        "programme-synthetic-fixed",
        "计划是否为合成数据不能改变",
        "Whether a programme is synthetic never changes",
    )
    .at(
        "/synthetic",
        words!(
            "与创建时不同；请另建计划",
            "differs from what it was created with; create another programme"
        ),
    )
}

#[OpenApi(tag = "Tag::Parcels")]
impl ProgrammesApi {
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
        let mut conn = self.0.begin(&staff.scope).await?;
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
    /// It hangs on the unit of whoever creates it. A demo key creates synthetic programmes only.
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
        if staff.known.is_synthetic() && !new.synthetic {
            return Err(Problem::forbidden(
                "demo-key-synthetic-only",
                "演示密钥只能用于合成数据",
                "A demo key is for synthetic programmes only",
            )
            .into());
        }
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let at = act.at;
        let unit = OrgUnitId(staff.scope.home());
        let programme =
            store::insert_programme(&mut act, ProgrammeId(self.0.fresh_id()), unit, new, at)
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
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_programme(&mut conn, &staff.scope, programme_id.0).await?;
        let programme = found.ok_or_else(no_programme)?;
        Ok(Versioned::new(&programme, programme.version).unless(&known))
    }

    /// Replace a programme
    ///
    /// Needs the version that was read. Whether it is synthetic never changes: another `synthetic`
    /// is refused.
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
        if body.value.synthetic != before.synthetic {
            return Err(synthetic_stays().into());
        }
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
        let mut conn = self.0.begin(&staff.scope).await?;
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
}
