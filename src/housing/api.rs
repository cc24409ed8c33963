//! Operations on estates and buildings.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    model::{Building, Estate, EstateFields, NewBuilding, NewEstate},
    store::{self, EstateFilter},
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem,
    },
    parcels,
    staff::{Scope, Staff, may},
    values::{BuildingId, EstateId, ProgrammeId},
};

pub struct HousingApi(pub App);

pub(super) fn no_estate() -> Problem {
    Problem::not_found("安置小区", "estate")
}

pub(super) fn no_building() -> Problem {
    Problem::not_found("楼栋", "building")
}

fn estate_name_taken() -> Problem {
    Problem::conflict(
        "estate-name-taken",
        "计划内已有同名小区",
        "The programme has an estate of that name",
    )
}

fn building_name_taken() -> Problem {
    Problem::conflict(
        "building-name-taken",
        "小区内已有同名楼栋",
        "The estate has a building of that name",
    )
}

#[OpenApi(tag = "Tag::Housing")]
impl HousingApi {
    /// List estates
    ///
    /// By name.
    #[oai(path = "/estates", method = "get", operation_id = "listEstates")]
    async fn list_estates(
        &self,
        staff: Staff<may::ReadHousing>,
        programme_id: Query<Option<ProgrammeId>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Estate>>, ReadProblem> {
        let filter = EstateFilter {
            programme_id: programme_id.0,
        };
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let after = paging.after().map(String::as_str);
        let (after_id, take) = (paging.after_id(), paging.take());
        let scope = &staff.scope;
        let rows = store::list_estates(&mut conn, scope, &filter, after, after_id, take).await?;
        Ok(Json::new(paging.page(rows, |e| (e.name.clone(), e.id.0))))
    }

    /// Create an estate
    ///
    /// In the programme whose households are to live there.
    #[oai(path = "/estates", method = "post", operation_id = "createEstate")]
    async fn create_estate(
        &self,
        staff: Staff<may::WriteHousing>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewEstate>,
    ) -> Result<Created<Estate>, WriteProblem> {
        let new = &body.value;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = parcels::find_programme(&mut act, &staff.scope, new.programme_id).await?;
        let programme = found.ok_or_else(parcels::no_programme)?;
        let (id, at) = (EstateId(self.0.fresh_id()), act.at);
        store::insert_estate(&mut act, id, programme.id, &new.fields, at)
            .await
            .on_constraint("estate_name_once", estate_name_taken)?;
        let entry = Entry::new("estate.created", "estate", id.0)
            .became(1)
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        let estate = self.read(&mut act, &staff.scope, id).await?;
        act.commit(Created {
            version: estate.version,
            value: estate,
            location: format!("/v1/estates/{id}"),
        })
        .await
    }

    /// Read an estate
    ///
    /// Its buildings have a list of their own.
    #[oai(
        path = "/estates/:estate_id",
        method = "get",
        operation_id = "getEstate"
    )]
    async fn get_estate(
        &self,
        staff: Staff<may::ReadHousing>,
        estate_id: Path<EstateId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Estate>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_estate(&mut conn, &staff.scope, estate_id.0).await?;
        let estate = found.ok_or_else(no_estate)?;
        Ok(Versioned::new(&estate, estate.version).unless(&known))
    }

    /// Replace an estate
    ///
    /// Needs the version that was read; what is left out is cleared. The programme never changes.
    #[oai(
        path = "/estates/:estate_id",
        method = "put",
        operation_id = "replaceEstate"
    )]
    async fn replace_estate(
        &self,
        staff: Staff<may::WriteHousing>,
        request_id: RequestId,
        estate_id: Path<EstateId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<EstateFields>,
    ) -> Result<Versioned<Estate>, WriteProblem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock_estate(&mut act, &staff.scope, estate_id.0).await?;
        let before = found.ok_or_else(no_estate)?;
        if_match.admit(before.version)?;
        let version = store::replace_estate(&mut act, before.id, &body.value)
            .await
            .on_constraint("estate_name_once", estate_name_taken)?;
        let entry = Entry::new("estate.replaced", "estate", before.id.0)
            .was(before.version)
            .became(version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let estate = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&estate, version)).await
    }

    /// List the buildings of an estate
    ///
    /// By name.
    #[oai(
        path = "/estates/:estate_id/buildings",
        method = "get",
        operation_id = "listBuildings"
    )]
    async fn list_buildings(
        &self,
        staff: Staff<may::ReadHousing>,
        estate_id: Path<EstateId>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Building>>, ReadProblem> {
        let filter = ("buildings", estate_id.0);
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_estate(&mut conn, &staff.scope, estate_id.0).await?;
        let estate = found.ok_or_else(no_estate)?;
        let after = paging.after().map(String::as_str);
        let (after_id, take) = (paging.after_id(), paging.take());
        let rows = store::list_buildings(&mut conn, estate.id, after, after_id, take).await?;
        Ok(Json::new(paging.page(rows, |b| (b.name.clone(), b.id.0))))
    }

    /// Create a building
    ///
    /// In an estate; its flats follow one by one or by import.
    #[oai(
        path = "/estates/:estate_id/buildings",
        method = "post",
        operation_id = "createBuilding"
    )]
    async fn create_building(
        &self,
        staff: Staff<may::WriteHousing>,
        estate_id: Path<EstateId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewBuilding>,
    ) -> Result<Created<Building>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::find_estate(&mut act, &staff.scope, estate_id.0).await?;
        let estate = found.ok_or_else(no_estate)?;
        let (id, at) = (BuildingId(self.0.fresh_id()), act.at);
        let building = store::insert_building(&mut act, id, estate.id, &body.value, at)
            .await
            .on_constraint("building_name_once", building_name_taken)?;
        let entry = Entry::new("building.created", "building", id.0)
            .became(building.version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Created {
            version: building.version,
            value: building,
            location: format!("/v1/buildings/{id}"),
        })
        .await
    }

    /// Read a building
    ///
    /// Its flats have a list of their own.
    #[oai(
        path = "/buildings/:building_id",
        method = "get",
        operation_id = "getBuilding"
    )]
    async fn get_building(
        &self,
        staff: Staff<may::ReadHousing>,
        building_id: Path<BuildingId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Building>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find_building(&mut conn, &staff.scope, building_id.0).await?;
        let building = found.ok_or_else(no_building)?;
        Ok(Versioned::new(&building, building.version).unless(&known))
    }
}

impl HousingApi {
    /// The estate as it stands inside the transaction.
    async fn read(&self, act: &mut Act, scope: &Scope, id: EstateId) -> Result<Estate, Problem> {
        store::find_estate(act, scope, id)
            .await?
            .ok_or_else(no_estate)
    }
}
