//! Operations on the organisation.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    model::{NewMove, NewOrgUnit, OrgUnit, OrgUnitFields, OrgUnitPlace},
    rules::{self, Refusal},
    store::{self, Founded},
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem,
    },
    staff::{self, Scope, Staff, may},
    values::OrgUnitId,
};

pub struct OrganisationApi(pub App);

/// 404, also for a unit out of scope.
pub fn no_unit() -> Problem {
    Problem::not_found("单位", "organisation unit")
}

fn code_taken() -> Problem {
    Problem::conflict(
        "org-unit-code-taken",
        "单位代码已存在",
        "There is a unit of that code",
    )
}

#[OpenApi(tag = "Tag::Organisation")]
impl OrganisationApi {
    /// List organisation units
    ///
    /// One's own, those below and those above, by code.
    #[oai(path = "/org-units", method = "get", operation_id = "listOrgUnits")]
    async fn list_org_units(
        &self,
        staff: Staff<may::ReadOrganisation>,
        /// Only those right below this unit.
        parent_id: Query<Option<OrgUnitId>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<OrgUnit>>, ReadProblem> {
        let filter = ("org-units", parent_id.0);
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let after = paging.after().map(String::as_str);
        let (after_id, take) = (paging.after_id(), paging.take());
        let rows = store::list(&mut conn, &staff.scope, parent_id.0, after, after_id, take).await?;
        Ok(Json::new(paging.page(rows, |u| (u.code.clone(), u.id.0))))
    }

    /// Set up an organisation unit
    ///
    /// Below one of one's own; its level is lower than that of the unit it belongs to.
    #[oai(path = "/org-units", method = "post", operation_id = "createOrgUnit")]
    async fn create_org_unit(
        &self,
        staff: Staff<may::WriteOrganisation>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewOrgUnit>,
    ) -> Result<Created<OrgUnit>, WriteProblem> {
        let new = &body.value;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, new.parent_id).await?;
        let parent = found.ok_or_else(no_unit)?;
        rules::stands_below(new.level, parent.level)?;
        let id = OrgUnitId(self.0.fresh_id());
        let unit = Founded {
            id,
            code: new.code.as_str(),
            name: new.name.as_str(),
            level: new.level,
            parent: Some((parent.id, parent.level)),
            synthetic: parent.synthetic,
            on: self.0.clock.day_of(act.at),
            at: act.at,
        };
        store::insert(&mut act, &unit)
            .await
            .on_constraint("org_unit_code_once", code_taken)?;
        staff::move_on(&mut act).await?;
        let entry = Entry::new("org_unit.created", "org_unit", id.0)
            .became(1)
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        let unit = read(&mut act, id).await?;
        act.commit(Created {
            version: unit.version,
            value: unit,
            location: format!("/v1/org-units/{id}"),
        })
        .await
    }

    /// Read an organisation unit
    ///
    /// Where it stands now; its earlier places have a list of their own.
    #[oai(
        path = "/org-units/:org_unit_id",
        method = "get",
        operation_id = "getOrgUnit"
    )]
    async fn get_org_unit(
        &self,
        staff: Staff<may::ReadOrganisation>,
        org_unit_id: Path<OrgUnitId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<OrgUnit>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, org_unit_id.0).await?;
        let unit = found.ok_or_else(no_unit)?;
        Ok(Versioned::new(&unit, unit.version).unless(&known))
    }

    /// Rename an organisation unit
    ///
    /// Needs the version that was read. Code and level never change.
    #[oai(
        path = "/org-units/:org_unit_id",
        method = "put",
        operation_id = "replaceOrgUnit"
    )]
    async fn replace_org_unit(
        &self,
        staff: Staff<may::WriteOrganisation>,
        request_id: RequestId,
        org_unit_id: Path<OrgUnitId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<OrgUnitFields>,
    ) -> Result<Versioned<OrgUnit>, WriteProblem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock(&mut act, &staff.scope, org_unit_id.0).await?;
        let before = found.ok_or_else(no_unit)?;
        if_match.admit(before.version)?;
        let version = store::rename(&mut act, before.id, body.value.name.as_str()).await?;
        let entry = Entry::new("org_unit.renamed", "org_unit", before.id.0)
            .was(before.version)
            .became(version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let unit = read(&mut act, before.id).await?;
        act.commit(Versioned::new(&unit, version)).await
    }

    /// Move an organisation unit
    ///
    /// With everything below it to another unit, from today on. Cases stay with the unit they hang
    /// on; where it stood before is kept.
    #[oai(
        path = "/org-units/:org_unit_id/moves",
        method = "post",
        operation_id = "moveOrgUnit"
    )]
    async fn move_org_unit(
        &self,
        staff: Staff<may::WriteOrganisation>,
        org_unit_id: Path<OrgUnitId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewMove>,
    ) -> Result<Versioned<OrgUnit>, WriteProblem> {
        let digest = [&body.digest[..], &if_match.digest()].concat();
        let mut act = Act::begin(&self.0, &staff.caller, &key, &digest).await?;
        let parent = self
            .lock(&mut act, &staff.scope, body.value.parent_id)
            .await?;
        let before = self.lock(&mut act, &staff.scope, org_unit_id.0).await?;
        if_match.admit(before.version)?;
        rules::stands_below(before.level, parent.level)?;
        if before.synthetic != parent.synthetic {
            return Err(Problem::from(Refusal::MixedKinds).into());
        }
        if before.parent_id == Some(parent.id) {
            return Err(Problem::from(Refusal::AlreadyThere).into());
        }
        let on = self.0.clock.day_of(act.at);
        let version = store::move_to(&mut act, &before, parent.id, parent.level, on).await?;
        staff::move_on(&mut act).await?;
        let entry = Entry::new("org_unit.moved", "org_unit", before.id.0)
            .was(before.version)
            .became(version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let unit = read(&mut act, before.id).await?;
        act.commit(Versioned::new(&unit, version)).await
    }

    /// List the places of an organisation unit
    ///
    /// Where it stands and where it stood before, last first, at most 200.
    #[oai(
        path = "/org-units/:org_unit_id/places",
        method = "get",
        operation_id = "listOrgUnitPlaces"
    )]
    async fn list_org_unit_places(
        &self,
        staff: Staff<may::ReadOrganisation>,
        org_unit_id: Path<OrgUnitId>,
    ) -> Result<Json<Vec<OrgUnitPlace>>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, org_unit_id.0).await?;
        let unit = found.ok_or_else(no_unit)?;
        Ok(Json::new(store::places(&mut conn, unit.id).await?))
    }
}

impl OrganisationApi {
    async fn lock(&self, act: &mut Act, scope: &Scope, id: OrgUnitId) -> Result<OrgUnit, Problem> {
        store::lock(act, scope, id).await?.ok_or_else(no_unit)
    }
}

/// A unit that was just written, which the scope of its author may not know yet.
async fn read(act: &mut Act, id: OrgUnitId) -> Result<OrgUnit, Problem> {
    let found = store::find(act, &Scope::everything(), id).await?;
    found.ok_or_else(no_unit)
}
