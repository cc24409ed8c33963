//! SQL of households: reads, locks and single changes. Batches are in `batch.rs`.

use serde::Deserialize;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::{
    model::{HouseholdSummary, Place, Structure},
    phones::StoredPhone,
};
use crate::{
    staff::Scope,
    values::{
        Area, Day, HouseholdId, IdDocumentKind, MaskedAddress, MaskedName, MaskedPhone, OrgUnitId,
        ParcelId, PersonId, ProgrammeId, Relation, StructureId,
    },
};

/// A household as the database holds it, documents sealed.
#[derive(Debug, Deserialize)]
pub(super) struct HouseholdRow {
    pub(super) id: HouseholdId,
    pub(super) org_unit_id: OrgUnitId,
    pub(super) programme_id: ProgrammeId,
    pub(super) parcel_id: ParcelId,
    pub(super) parcel_name: String,
    pub(super) household_no: String,
    pub(super) holder_name: MaskedName,
    pub(super) address: MaskedAddress,
    pub(super) phone: Option<MaskedPhone>,
    pub(super) floor_area_m2: Area,
    pub(super) persons: Vec<PersonRow>,
    pub(super) structures: Vec<Structure>,
    pub(super) synthetic: bool,
    pub(super) version: i32,
}

/// A person as the database holds it.
#[derive(Debug, Deserialize)]
pub(super) struct PersonRow {
    pub(super) id: PersonId,
    pub(super) name: String,
    pub(super) relation: Relation,
    pub(super) holder: bool,
    pub(super) id_kind: IdDocumentKind,
    /// Hexadecimal, as JSON has no bytes.
    pub(super) id_sealed: Option<String>,
    pub(super) birth_on: Option<Day>,
}

/// What a hot read finds.
pub(super) struct HotRow {
    pub(super) epoch: i64,
    pub(super) household: Option<Json<HouseholdRow>>,
}

/// The household with everything below it as one JSON object, inside a statement that says whose
/// scope it is: one statement reads it, for whichever caller. `$1` is the household.
macro_rules! household_object {
    ($record:ident, $head:literal, $tail:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            $record,
            $head
                + "(select json_build_object(
                      'id', h.id, 'org_unit_id', h.org_unit_id, 'programme_id', p.programme_id, 'parcel_id', h.parcel_id,
                      'parcel_name', p.name, 'household_no', h.household_no,
                      'holder_name', h.holder_name, 'address', h.address, 'phone', h.phone,
                      'floor_area_m2',
                      (select a.floor_area_m2::text from household_area a
                        where a.household_id = h.id),
                      'persons',
                      (select coalesce(json_agg(json_build_object(
                                  'id', m.id, 'name', m.name, 'relation', m.relation,
                                  'holder', m.holder, 'id_kind', m.id_kind,
                                  'id_sealed', encode(m.id_sealed, 'hex'), 'birth_on', m.birth_on)
                              order by m.holder desc, m.relation, m.id), '[]')
                         from person m where m.household_id = h.id),
                      'structures',
                      (select coalesce(json_agg(json_build_object(
                                  'id', s.id, 'seq', s.seq, 'use', s.use,
                                  'certificate_no', s.certificate_no,
                                  'certificate_area_m2', s.certificate_area_m2::text,
                                  'measured_area_m2', s.measured_area_m2::text,
                                  'recognised_area_m2', s.recognised_area_m2::text,
                                  'built_year', s.built_year)
                              order by s.seq), '[]')
                         from structure s where s.household_id = h.id),
                      'synthetic', g.synthetic, 'version', h.version)
                    from household h
                    join parcel p on p.id = h.parcel_id
                    join programme g on g.id = p.programme_id
                   where h.id = $1 and "
                + $tail,
            $($given),+
        )
    };
}

/// The hot read: one statement finds the household and tells whether the caller still is who they
/// were known as.
pub(super) async fn find_hot(
    conn: &mut PgConnection,
    scope: &Scope,
    id: HouseholdId,
) -> sqlx::Result<HotRow> {
    household_object!(
        HotRow,
        r#"select (select epoch from authority) as "epoch!", "#,
        r#"($2::uuid[] is null or h.org_unit_id = any($2))) as "household: Json<HouseholdRow>""#,
        id.0,
        scope.units(),
    )
    .fetch_one(conn)
    .await
}

struct FoundRow {
    household: Option<Json<HouseholdRow>>,
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: HouseholdId,
) -> sqlx::Result<Option<HouseholdRow>> {
    let found = household_object!(
        FoundRow,
        "select ",
        r#"($2::uuid[] is null or h.org_unit_id = any($2))) as "household: Json<HouseholdRow>""#,
        id.0,
        scope.units(),
    )
    .fetch_one(conn)
    .await?;
    Ok(found.household.map(|Json(household)| household))
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct HouseholdFilter {
    pub(super) parcel_id: Option<ParcelId>,
    pub(super) programme_id: Option<ProgrammeId>,
    pub(super) household_no: Option<String>,
}

/// By number as people count (2 before 10), after the given household.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &HouseholdFilter,
    after: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<HouseholdSummary>> {
    sqlx::query_as!(
        HouseholdSummary,
        r#"select h.id, h.org_unit_id, h.parcel_id, p.name as parcel_name, h.household_no,
                  h.holder_name as "holder_name: MaskedName", h.address as "address: MaskedAddress",
                  h.phone as "phone: MaskedPhone", a.floor_area_m2 as "floor_area_m2!", h.version
             from household h
             join household_area a on a.household_id = h.id
             join parcel p on p.id = h.parcel_id
             join programme g on g.id = p.programme_id
            where ($1::uuid[] is null or h.org_unit_id = any($1))
              and ($2::uuid is null or h.parcel_id = $2)
              and ($3::uuid is null or p.programme_id = $3)
              and ($4::text is null or h.household_no = $4)
              and ($5::uuid is null or (h.household_sort, h.id)
                   > (coalesce((select household_sort from household where id = $5), ''), $5))
            order by h.household_sort, h.id
            limit $6"#,
        scope.units(),
        filter.parcel_id.map(|id| id.0),
        filter.programme_id.map(|id| id.0),
        filter.household_no,
        after,
        take,
    )
    .fetch_all(conn)
    .await
}

/// Where a household stands; `None` also when it is out of scope.
pub async fn find_place(
    conn: &mut PgConnection,
    scope: &Scope,
    id: HouseholdId,
) -> sqlx::Result<Option<Place>> {
    sqlx::query_as!(
        Place,
        "select h.id as household_id, h.parcel_id, p.programme_id, h.household_no, h.holder_name,
                h.version
           from household h
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where h.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// Locks the household: whoever changes something that must not race with it goes through here.
pub async fn lock_place(
    conn: &mut PgConnection,
    scope: &Scope,
    id: HouseholdId,
) -> sqlx::Result<Option<Place>> {
    sqlx::query_as!(
        Place,
        "select h.id as household_id, h.parcel_id, p.programme_id, h.household_no, h.holder_name,
                h.version
           from household h
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where h.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))
            for update of h",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// Where the households of these numbers stand, in the same order; `None` where there is none in
/// scope. For files that name households by parcel and number; at most 5,000 at once.
pub async fn find_places(
    conn: &mut PgConnection,
    scope: &Scope,
    numbers: &[(ParcelId, &str)],
) -> sqlx::Result<Vec<Option<Place>>> {
    let (parcels, numbers): (Vec<Uuid>, Vec<String>) = numbers
        .iter()
        .map(|(parcel, number)| (parcel.0, (*number).to_owned()))
        .unzip();
    let rows = sqlx::query!(
        r#"select r.at as "at!", h.id, h.parcel_id, p.programme_id, h.household_no, h.holder_name,
                  h.version
             from unnest($1::uuid[], $2::text[]) with ordinality as r(parcel_id, household_no, at)
             join household h on h.parcel_id = r.parcel_id and h.household_no = r.household_no
             join parcel p on p.id = h.parcel_id
             join programme g on g.id = p.programme_id
            where ($3::uuid[] is null or h.org_unit_id = any($3))"#,
        &parcels[..],
        &numbers[..],
        scope.units(),
    )
    .fetch_all(conn)
    .await?;
    let mut places = vec![None; parcels.len()];
    for row in rows {
        let at = usize::try_from(row.at - 1).expect("ordinality counts from one");
        places[at] = Some(Place {
            household_id: row.id,
            parcel_id: row.parcel_id,
            programme_id: row.programme_id,
            household_no: row.household_no,
            holder_name: row.holder_name,
            version: row.version,
        });
    }
    Ok(places)
}

pub(super) async fn lock_place_of_person(
    conn: &mut PgConnection,
    scope: &Scope,
    id: PersonId,
) -> sqlx::Result<Option<Place>> {
    let household = sqlx::query_scalar!("select household_id from person where id = $1", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    match household {
        Some(household) => lock_place(conn, scope, household).await,
        None => Ok(None),
    }
}

pub(super) async fn lock_place_of_structure(
    conn: &mut PgConnection,
    scope: &Scope,
    id: StructureId,
) -> sqlx::Result<Option<Place>> {
    let household = sqlx::query_scalar!("select household_id from structure where id = $1", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    match household {
        Some(household) => lock_place(conn, scope, household).await,
        None => Ok(None),
    }
}

/// Its own fields; what is not given stays, and a telephone number can be taken away.
pub(super) async fn replace(
    conn: &mut PgConnection,
    id: HouseholdId,
    holder: Option<&str>,
    address: Option<&str>,
    phone: &StoredPhone<'_>,
    remove_phone: bool,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update household
            set holder_name = coalesce($2, holder_name), address = coalesce($3, address),
                phone = case when $5 then null else coalesce($4, phone) end,
                phone_fingerprint = case when $5 then null
                                         else coalesce($6, phone_fingerprint) end,
                phone_tail_fingerprint = case when $5 then null
                                              else coalesce($7, phone_tail_fingerprint) end,
                version = version + 1
          where id = $1
         returning version",
        id.0,
        holder,
        address,
        phone.text,
        remove_phone,
        phone.fingerprint.as_deref(),
        phone.tail.as_deref(),
    )
    .fetch_one(conn)
    .await
}

/// Whether the name of this fingerprint is that of a child of the household.
pub(super) async fn a_child_is_called(
    conn: &mut PgConnection,
    id: HouseholdId,
    fingerprint: &[u8],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from person
                where household_id = $1 and name_fingerprint = $2 and name_sealed is not null
           ) as "known!""#,
        id.0,
        fingerprint,
    )
    .fetch_one(conn)
    .await
}

/// Masks the name of the holder when it is that of a child.
pub(super) async fn mask_holder(
    conn: &mut PgConnection,
    id: HouseholdId,
    clear: &str,
    shown: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update household set holder_name = $3 where id = $1 and holder_name = $2",
        id.0,
        clear,
        shown,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The next version of a household: something below it changed.
pub(super) async fn bump(conn: &mut PgConnection, id: HouseholdId) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update household set version = version + 1 where id = $1 returning version",
        id.0,
    )
    .fetch_one(conn)
    .await
}
