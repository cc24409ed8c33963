//! Operations on boundaries.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    model::{Boundary, ParcelFeatures},
    shape::{self, Geometry},
    store,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{Act, IfMatch, Json, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem},
    parcels::{Parcel, api::read, lock_parcel, no_parcel},
    staff::{Staff, may},
    values::{ParcelId, ProgrammeId},
};

pub struct BoundariesApi(pub App);

#[OpenApi(tag = "Tag::Parcels")]
impl BoundariesApi {
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
        let mut conn = self.0.begin(&staff.scope).await?;
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
        let area = shape::area_of(geometry)?;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = lock_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let before = found.ok_or_else(no_parcel)?;
        if_match.admit(before.version)?;
        let version = store::save_boundary(&mut act, before.id, geometry, area).await?;
        let entry = Entry::new("parcel.boundary_set", "parcel", before.id.0)
            .within(before.id)
            .was(before.version)
            .became(version)
            .changed(json!({"boundary": geometry}));
        audit::record(&self.0, &mut act, &entry).await?;
        let parcel = read(&mut act, &staff.scope, before.id).await?;
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
        let mut conn = self.0.begin(&staff.scope).await?;
        Ok(Json::new(ParcelFeatures {
            kind: "FeatureCollection".into(),
            features: store::list_features(&mut conn, &staff.scope, programme_id.0).await?,
        }))
    }
}
