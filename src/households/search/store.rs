//! SQL of searches. Each finds ids within the scope, in the order of registration, and one more
//! statement reads what is shown of them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::keys;
use crate::{
    households::model::HouseholdSummary,
    staff::Scope,
    values::{HouseholdId, MaskedAddress, MaskedName, MaskedPhone, ParcelId},
};

/// Which part of what is found: from where on, how many, in which parcel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) scope: &'a Scope,
    pub(super) parcel: Option<ParcelId>,
    pub(super) after: Option<Uuid>,
    pub(super) take: i64,
}

/// Households found by one column of theirs or of what hangs on them.
macro_rules! found {
    ($from:literal, $condition:literal, $value:expr, $part:expr, $conn:expr) => {
        sqlx::query_scalar!(
            "select h.id from "
                + $from
                + " where ($1::uuid[] is null or h.org_unit_id = any($1))
                      and ($2::uuid is null or h.parcel_id = $2)
                      and ($3::uuid is null or h.id > $3) and "
                + $condition
                + " order by h.id limit $4",
            $part.scope.units(),
            $part.parcel.map(|id| id.0),
            $part.after,
            $part.take,
            $value,
        )
        .fetch_all($conn)
        .await
    };
}

pub(super) async fn by_document(
    conn: &mut PgConnection,
    part: Part<'_>,
    fingerprint: &[u8],
) -> sqlx::Result<Vec<HouseholdId>> {
    found!(
        "person m join household h on h.id = m.household_id",
        "m.id_fingerprint = $5",
        fingerprint,
        part,
        conn
    )
}

pub(super) async fn by_phone(
    conn: &mut PgConnection,
    part: Part<'_>,
    fingerprint: &[u8],
) -> sqlx::Result<Vec<HouseholdId>> {
    found!(
        "household h",
        "h.phone_fingerprint = $5",
        fingerprint,
        part,
        conn
    )
}

pub(super) async fn by_phone_tail(
    conn: &mut PgConnection,
    part: Part<'_>,
    fingerprint: &[u8],
) -> sqlx::Result<Vec<HouseholdId>> {
    found!(
        "household h",
        "h.phone_tail_fingerprint = $5",
        fingerprint,
        part,
        conn
    )
}

pub(super) async fn by_household_no(
    conn: &mut PgConnection,
    part: Part<'_>,
    number: &str,
) -> sqlx::Result<Vec<HouseholdId>> {
    found!("household h", "h.household_no = $5", number, part, conn)
}

pub(super) async fn by_agreement_no(
    conn: &mut PgConnection,
    part: Part<'_>,
    number: &str,
) -> sqlx::Result<Vec<HouseholdId>> {
    found!(
        "agreement a join household h on h.id = a.household_id",
        "a.agreement_no = $5",
        number,
        part,
        conn
    )
}

/// By the beginning of a key, in the order of keys, so that the index is read from where the last
/// page ended and no further than this page. A household stands where its first key does.
pub(super) async fn by_name(
    conn: &mut PgConnection,
    part: Part<'_>,
    beginning: &str,
) -> sqlx::Result<Vec<HouseholdId>> {
    sqlx::query_scalar!(
        r#"select k.household_id as "id: HouseholdId"
             from household_name_key k
            where k.key >= $5 and k.key < $6
              and ($1::uuid[] is null or k.org_unit_id = any($1))
              and ($2::uuid is null or k.parcel_id = $2)
              and ($3::uuid is null or (k.key, k.household_id) > (
                    select o.key, o.household_id from household_name_key o
                     where o.household_id = $3 and o.key >= $5 and o.key < $6
                     order by o.key limit 1))
              and not exists (
                    select from household_name_key o
                     where o.household_id = k.household_id and o.key >= $5 and o.key < k.key)
            order by k.key, k.household_id
            limit $4"#,
        part.scope.units(),
        part.parcel.map(|id| id.0),
        part.after,
        part.take,
        beginning,
        keys::end_of(beginning),
    )
    .fetch_all(conn)
    .await
}

/// What is shown of these households, in their order.
pub(super) async fn summaries(
    conn: &mut PgConnection,
    ids: &[HouseholdId],
) -> sqlx::Result<Vec<HouseholdSummary>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        HouseholdSummary,
        r#"select h.id, h.org_unit_id, h.parcel_id, p.name as parcel_name, h.household_no,
                  h.holder_name as "holder_name: MaskedName", h.address as "address: MaskedAddress",
                  h.phone as "phone: MaskedPhone", a.floor_area_m2 as "floor_area_m2!", h.version
             from unnest($1::uuid[]) with ordinality as f(id, at)
             join household h on h.id = f.id
             join household_area a on a.household_id = h.id
             join parcel p on p.id = h.parcel_id
            order by f.at"#,
        &ids[..],
    )
    .fetch_all(conn)
    .await
}

/// Makes the keys of these households anew, from the names that stand in clear.
pub(in crate::households) async fn rekey(
    conn: &mut PgConnection,
    ids: &[Uuid],
) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let known = sqlx::query!(
        r#"select h.id as "id: Uuid", h.holder_name,
                  array(select m.name from person m
                         where m.household_id = h.id and m.name_sealed is null) as "names!"
             from household h where h.id = any($1)"#,
        ids,
    )
    .fetch_all(&mut *conn)
    .await?;
    let (mut households, mut keys) = (vec![], vec![]);
    for household in known {
        let names = household.names.iter().chain([&household.holder_name]);
        let clear = names.filter(|name| !name.contains('*'));
        let of_all: std::collections::BTreeSet<String> =
            clear.flat_map(|name| keys::keys_of(name)).collect();
        for key in of_all {
            households.push(household.id);
            keys.push(key);
        }
    }
    sqlx::query!(
        "delete from household_name_key where household_id = any($1)",
        ids
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into household_name_key (household_id, parcel_id, org_unit_id, key)
         select h.id, h.parcel_id, h.org_unit_id, k.key
           from unnest($1::uuid[], $2::text[]) as k(household_id, key)
           join household h on h.id = k.household_id",
        &households[..],
        &keys[..],
    )
    .execute(conn)
    .await?;
    Ok(())
}
