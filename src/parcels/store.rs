//! SQL of parcels, their steps and demolitions.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{
    Demolition, NewDemolition, Parcel, ParcelFields, ParcelKind, ParcelStage, StageChange,
};
use crate::{
    staff::Scope,
    values::{Instant, OrgUnitId, ParcelId, Phone, PlaceName, ProgrammeId},
};

pub(super) async fn insert_parcel(
    conn: &mut PgConnection,
    id: ParcelId,
    programme: ProgrammeId,
    unit: OrgUnitId,
    new: &ParcelFields,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into parcel (id, programme_id, code, name, kind, legal_track, subdistrict, village,
                             households_planned, area_planned_m2, signing_from, signing_to,
                             moving_by, contact_name, contact_phone, created_at, org_unit_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        id.0,
        programme.0,
        new.code.as_str(),
        new.name.as_str(),
        new.kind,
        new.legal_track,
        new.subdistrict.as_str(),
        new.village.as_ref().map(PlaceName::as_str),
        new.households_planned,
        new.area_planned_m2,
        new.signing_from,
        new.signing_to,
        new.moving_by,
        new.contact_name.as_ref().map(PlaceName::as_str),
        new.contact_phone.as_ref().map(Phone::as_str),
        at,
        unit.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn replace_parcel(
    conn: &mut PgConnection,
    id: ParcelId,
    fields: &ParcelFields,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update parcel
            set code = $2, name = $3, kind = $4, legal_track = $5, subdistrict = $6, village = $7,
                households_planned = $8, area_planned_m2 = $9, signing_from = $10,
                signing_to = $11, moving_by = $12, contact_name = $13, contact_phone = $14,
                version = version + 1
          where id = $1
         returning version",
        id.0,
        fields.code.as_str(),
        fields.name.as_str(),
        fields.kind,
        fields.legal_track,
        fields.subdistrict.as_str(),
        fields.village.as_ref().map(PlaceName::as_str),
        fields.households_planned,
        fields.area_planned_m2,
        fields.signing_from,
        fields.signing_to,
        fields.moving_by,
        fields.contact_name.as_ref().map(PlaceName::as_str),
        fields.contact_phone.as_ref().map(Phone::as_str),
    )
    .fetch_one(conn)
    .await
}

/// Parcels with what their programme says of them; what follows the head says which.
macro_rules! parcels {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            Parcel,
            "select p.id, p.programme_id, p.org_unit_id, p.code, p.name, p.kind, p.legal_track, p.subdistrict,
                    p.village, p.households_planned, p.area_planned_m2, p.stage, p.signing_from,
                    p.signing_to, p.moving_by, p.contact_name, p.contact_phone, p.boundary_area_m2,
                    g.synthetic, p.version
               from parcel p join programme g on g.id = p.programme_id " + $which,
            $($given),+
        )
    };
}

pub async fn find_parcel(
    conn: &mut PgConnection,
    scope: &Scope,
    id: ParcelId,
) -> sqlx::Result<Option<Parcel>> {
    parcels!(
        "where p.id = $1 and ($2::uuid[] is null or p.org_unit_id = any($2))",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// Locks the parcel: whoever changes something that must not race with it goes through here.
pub async fn lock_parcel(
    conn: &mut PgConnection,
    scope: &Scope,
    id: ParcelId,
) -> sqlx::Result<Option<Parcel>> {
    parcels!(
        "where p.id = $1 and ($2::uuid[] is null or p.org_unit_id = any($2))
           for update of p",
        id.0,
        scope.within_sight(),
    )
    .fetch_optional(conn)
    .await
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct ParcelFilter {
    pub(super) programme_id: Option<ProgrammeId>,
    pub(super) kind: Option<ParcelKind>,
    pub(super) stage: Option<ParcelStage>,
    pub(super) subdistrict: Option<PlaceName>,
}

pub(super) async fn list_parcels(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &ParcelFilter,
    after: Option<&str>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<Parcel>> {
    parcels!(
        "where ($1::uuid[] is null or p.org_unit_id = any($1))
           and ($2::uuid is null or p.programme_id = $2)
           and ($3::parcel_kind is null or p.kind = $3)
           and ($4::parcel_stage is null or p.stage = $4)
           and ($5::text is null or p.subdistrict = $5)
           and ($6::text is null or (p.code, p.id) > ($6, $7))
         order by p.code, p.id
         limit $8",
        scope.within_sight(),
        filter.programme_id.map(|id| id.0),
        filter.kind as Option<ParcelKind>,
        filter.stage as Option<ParcelStage>,
        filter.subdistrict.as_ref().map(PlaceName::as_str),
        after,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

/// The boundary as it was sent, with the version of the parcel.
pub(super) async fn list_stages(
    conn: &mut PgConnection,
    parcel: ParcelId,
) -> sqlx::Result<Vec<StageChange>> {
    sqlx::query_as!(
        StageChange,
        "select seq, stage, entered_on, recorded_at
           from parcel_stage_change where parcel_id = $1 order by seq limit 1000",
        parcel.0,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn enter_stage(
    conn: &mut PgConnection,
    parcel: ParcelId,
    change: &StageChange,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "with entered as (
             insert into parcel_stage_change (parcel_id, seq, stage, entered_on, recorded_at)
             values ($1, $2, $3, $4, $5)
         )
         update parcel set stage = $3, version = version + 1 where id = $1 returning version",
        parcel.0,
        change.seq,
        change.stage,
        change.entered_on,
        change.recorded_at,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn insert_demolition(
    conn: &mut PgConnection,
    id: Uuid,
    parcel: ParcelId,
    new: &NewDemolition,
    at: Instant,
) -> sqlx::Result<Demolition> {
    sqlx::query_as!(
        Demolition,
        "insert into demolition (id, parcel_id, area_m2, accepted_on, recorded_at)
         values ($1, $2, $3, $4, $5)
         returning id, parcel_id, area_m2, accepted_on, recorded_at",
        id,
        parcel.0,
        new.area_m2,
        new.accepted_on,
        at,
    )
    .fetch_one(conn)
    .await
}
