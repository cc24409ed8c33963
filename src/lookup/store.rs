//! SQL of lookup codes, as staff handle them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Issued, code_hash, model::CodeRecord};
use crate::{
    households::lock_place,
    privacy::KeyRing,
    staff::Scope,
    values::{HouseholdId, Instant, LookupCodeId, ParcelId, PersonId},
};

/// Locks every household of a parcel, in one order for everybody.
pub(super) async fn lock_households(conn: &mut PgConnection, parcel: ParcelId) -> sqlx::Result<()> {
    sqlx::query_scalar!(
        "select id from household where parcel_id = $1 order by id for update",
        parcel.0,
    )
    .fetch_all(conn)
    .await?;
    Ok(())
}

/// Somebody a letter is for.
#[derive(Debug)]
pub(super) struct Addressee {
    pub(super) household_id: HouseholdId,
    pub(super) household_no: String,
    pub(super) holder_name: String,
    pub(super) address: String,
    /// Households that are due, this one and those beyond the limit included.
    pub(super) due: i64,
}

/// Who is due a letter: households without a code, with `reissue` also those with one, the oldest
/// code first, so that the next request goes on where this one ends.
pub(super) async fn list_due(
    conn: &mut PgConnection,
    parcel: ParcelId,
    reissue: bool,
    take: i64,
) -> sqlx::Result<Vec<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"select h.id as household_id, h.household_no, h.holder_name, h.address,
                  count(*) over () as "due!"
             from household h
             left join lookup_code c on c.household_id = h.id and c.revoked_at is null
            where h.parcel_id = $1 and (c.id is null or $2)
            order by c.issued_at nulls first, h.household_sort, h.id
            limit $3"#,
        parcel.0,
        reissue,
        take,
    )
    .fetch_all(conn)
    .await
}

/// A code that stopped.
pub(super) struct Revoked {
    pub(super) id: LookupCodeId,
    pub(super) household_id: HouseholdId,
    pub(super) version: i32,
}

pub(super) async fn revoke_live(
    conn: &mut PgConnection,
    households: &[HouseholdId],
    at: Instant,
) -> sqlx::Result<Vec<Revoked>> {
    let households: Vec<Uuid> = households.iter().map(|h| h.0).collect();
    sqlx::query_as!(
        Revoked,
        "update lookup_code set revoked_at = $2, version = version + 1
          where household_id = any($1) and revoked_at is null
         returning id, household_id, version",
        &households[..],
        at,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    keys: &KeyRing,
    issued: &[Issued],
    at: Instant,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = issued.iter().map(|i| i.id.0).collect();
    let households: Vec<Uuid> = issued.iter().map(|i| i.household_id.0).collect();
    let hashes: Vec<Vec<u8>> = issued
        .iter()
        .map(|i| code_hash(keys, &i.lookup_code).to_vec())
        .collect();
    sqlx::query!(
        "insert into lookup_code (id, household_id, code_hash, issued_at)
         select id, household_id, code_hash, $4
           from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as n(id, household_id, code_hash)",
        &ids[..],
        &households[..],
        &hashes[..],
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: LookupCodeId,
) -> sqlx::Result<Option<CodeRecord>> {
    sqlx::query_as!(
        CodeRecord,
        "select c.id, c.household_id, h.household_no, c.issued_at, c.revoked_at, c.version
           from lookup_code c
           join household h on h.id = c.household_id
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where c.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// Locks a code's household, then the code, and reads it.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: LookupCodeId,
) -> sqlx::Result<Option<(ParcelId, CodeRecord)>> {
    let found = sqlx::query_scalar!("select household_id from lookup_code where id = $1", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    let Some(household) = found else {
        return Ok(None);
    };
    let Some(place) = lock_place(conn, scope, household).await? else {
        return Ok(None);
    };
    let code = find(conn, scope, id).await?;
    Ok(code.map(|code| (place.parcel_id, code)))
}

pub(super) async fn revoke(
    conn: &mut PgConnection,
    id: LookupCodeId,
    at: Instant,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update lookup_code set revoked_at = $2, version = version + 1 where id = $1
         returning version",
        id.0,
        at,
    )
    .fetch_one(conn)
    .await
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct CodeFilter {
    pub(super) household_id: Option<HouseholdId>,
    pub(super) parcel_id: Option<ParcelId>,
}

/// Newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &CodeFilter,
    after: Option<Instant>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<CodeRecord>> {
    sqlx::query_as!(
        CodeRecord,
        "select c.id, c.household_id, h.household_no, c.issued_at, c.revoked_at, c.version
           from lookup_code c
           join household h on h.id = c.household_id
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where ($1::uuid[] is null or h.org_unit_id = any($1))
            and ($2::uuid is null or c.household_id = $2)
            and ($3::uuid is null or h.parcel_id = $3)
            and ($4::timestamptz is null or (c.issued_at, c.id) < ($4, $5))
          order by c.issued_at desc, c.id desc
          limit $6",
        scope.units(),
        filter.household_id.map(|id| id.0),
        filter.parcel_id.map(|id| id.0),
        after as _,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

/// Ends the sessions that somebody's document opened.
pub(super) async fn end_sessions_of(
    conn: &mut PgConnection,
    person: PersonId,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update resident_session set ended_at = $2
          where person_id = $1 and ended_at is null and expires_at > $2",
        person.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
