//! SQL of rosters. What is inserted is in the batches of the slice.

use std::{collections::HashSet, hash::BuildHasher};

use futures_util::TryStreamExt as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    AbsentHousehold, RosterRow,
    compare::{Stored, StoredPerson, StoredStructure},
};
use crate::{
    households::{
        StructureUse,
        documents::{self, SealedDocument},
        names,
        phones::StoredPhone,
    },
    privacy::{KeyRing, OpenError},
    staff::Scope,
    values::{Area, Day, HouseholdId, IdDocumentKind, ParcelId, PersonId, StructureId},
};

pub(super) async fn are_visible(
    conn: &mut PgConnection,
    scope: &Scope,
    parcels: &[ParcelId],
) -> sqlx::Result<bool> {
    let ids: Vec<Uuid> = parcels.iter().map(|id| id.0).collect();
    let visible = sqlx::query_scalar!(
        r#"select count(*) as "visible!"
             from parcel p join programme g on g.id = p.programme_id
            where p.id = any($1) and ($2::uuid[] is null or p.org_unit_id = any($2))"#,
        &ids[..],
        scope.within_sight(),
    )
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(visible) == Ok(parcels.len()))
}

fn names(rows: &[RosterRow]) -> (Vec<Uuid>, Vec<&str>) {
    rows.iter()
        .map(|row| (row.parcel_id.0, row.household_no.as_str()))
        .unzip()
}

/// The registered households that the rows name, in their order, locked until the act ends.
pub(super) async fn lock_stored(
    conn: &mut PgConnection,
    keys: &KeyRing,
    rows: &[RosterRow],
) -> sqlx::Result<Vec<Option<Stored>>> {
    let (parcels, numbers) = names(rows);
    let locked = sqlx::query_scalar!(
        "select h.id
           from unnest($1::uuid[], $2::text[]) as r(parcel_id, household_no)
           join household h on h.parcel_id = r.parcel_id and h.household_no = r.household_no
          order by h.id
            for update of h",
        &parcels[..],
        &numbers[..] as _,
    )
    .fetch_all(&mut *conn)
    .await?;
    if locked.is_empty() {
        return Ok(rows.iter().map(|_| None).collect());
    }
    find_stored(conn, keys, rows).await
}

/// A household with what a roster knows of it, as the database finds it: its first person and its
/// first structure, if it has any.
struct Found {
    /// Which of the rows names it, counted from one.
    at: i64,
    id: HouseholdId,
    holder_name: String,
    address: String,
    phone: Option<String>,
    version: i32,
    person_id: Option<PersonId>,
    name: Option<String>,
    name_sealed: Option<Vec<u8>>,
    relation: Option<String>,
    holder: Option<bool>,
    id_kind: Option<IdDocumentKind>,
    id_sealed: Option<Vec<u8>>,
    id_fingerprint: Option<Vec<u8>>,
    last_six_hash: Option<Vec<u8>>,
    birth_on: Option<Day>,
    structure_id: Option<StructureId>,
    seq: Option<i32>,
    used_for: Option<StructureUse>,
    certificate_no: Option<String>,
    certificate_area_m2: Option<Area>,
    measured_area_m2: Option<Area>,
    recognised_area_m2: Option<Area>,
    built_year: Option<i32>,
    document_taken: bool,
    signed: bool,
}

impl Stored {
    /// Opens the name of a child, so that it can be compared.
    fn of(row: Found, keys: &KeyRing) -> Result<Self, OpenError> {
        let person = row.person_id.zip(row.id_kind);
        let structure = row.structure_id.zip(row.used_for);
        let mut holder_name = row.holder_name;
        let mut name = row.name.unwrap_or_default();
        if let Some((id, sealed)) = row.person_id.zip(row.name_sealed) {
            let is_holder = name == holder_name;
            name = names::clear(keys, id, name, Some(&sealed))?;
            if is_holder {
                holder_name.clone_from(&name);
            }
        }
        Ok(Self {
            household_id: row.id,
            holder_name,
            address: row.address,
            phone: row.phone,
            version: row.version,
            person: person.map(|(id, kind)| StoredPerson {
                id,
                name,
                relation: row.relation.unwrap_or_default(),
                holder: row.holder.unwrap_or_default(),
                document: SealedDocument {
                    kind,
                    sealed: row.id_sealed,
                    fingerprint: row.id_fingerprint,
                    last_six_hash: row.last_six_hash,
                },
                birth_on: row.birth_on,
            }),
            structure: structure.map(|(id, used_for)| StoredStructure {
                id,
                seq: row.seq.unwrap_or(1),
                used_for,
                certificate_no: row.certificate_no,
                certificate_area_m2: row.certificate_area_m2,
                measured_area_m2: row.measured_area_m2,
                recognised_area_m2: row.recognised_area_m2,
                built_year: row.built_year,
            }),
            document_taken: row.document_taken,
            signed: row.signed,
        })
    }
}

/// The registered households that the rows name, in their order.
pub(super) async fn find_stored(
    conn: &mut PgConnection,
    keys: &KeyRing,
    rows: &[RosterRow],
) -> sqlx::Result<Vec<Option<Stored>>> {
    let (parcels, numbers) = names(rows);
    let fingerprints: Vec<Option<Vec<u8>>> = rows
        .iter()
        .map(|row| documents::fingerprint(keys, row.document.as_ref()?).map(Vec::from))
        .collect();
    let mut found: Vec<Option<Stored>> = rows.iter().map(|_| None).collect();
    let mut records = sqlx::query_as!(
        Found,
        r#"select r.at as "at!", h.id, h.holder_name, h.address, h.phone, h.version,
                  m.id as "person_id?", m.name as "name?", m.name_sealed as "name_sealed?", m.relation as "relation?",
                  m.holder as "holder?", m.id_kind as "id_kind?", m.id_sealed as "id_sealed?",
                  m.id_fingerprint as "id_fingerprint?", m.last_six_hash as "last_six_hash?",
                  m.birth_on as "birth_on?", s.id as "structure_id?", s.seq as "seq?", s.use as "used_for?",
                  s.certificate_no as "certificate_no?",
                  s.certificate_area_m2 as "certificate_area_m2?",
                  s.measured_area_m2 as "measured_area_m2?",
                  s.recognised_area_m2 as "recognised_area_m2?", s.built_year as "built_year?",
                  exists (select from person o
                           where o.household_id = h.id and o.id_fingerprint = r.fingerprint
                             and o.id <> m.id) as "document_taken!",
                  exists (select from agreement a
                           where a.household_id = h.id and a.status = 'signed') as "signed!"
             from unnest($1::uuid[], $2::text[], $3::bytea[]) with ordinality
                  as r(parcel_id, household_no, fingerprint, at)
             join household h on h.parcel_id = r.parcel_id and h.household_no = r.household_no
             left join lateral (
                    select id, name, name_sealed, relation, holder, id_kind, id_sealed, id_fingerprint,
                           last_six_hash, birth_on
                      from person where household_id = h.id
                     order by holder desc, relation, id limit 1) m on true
             left join lateral (
                    select id, seq, use, certificate_no, certificate_area_m2, measured_area_m2,
                           recognised_area_m2, built_year
                      from structure where household_id = h.id
                     order by seq limit 1) s on true"#,
        &parcels[..],
        &numbers[..] as _,
        &fingerprints[..] as _,
    )
    .fetch(conn);
    while let Some(row) = records.try_next().await? {
        let at = usize::try_from(row.at - 1).expect("ordinality counts from one");
        let stored = Stored::of(row, keys).map_err(|e| sqlx::Error::Decode(e.into()))?;
        found[at] = Some(stored);
    }
    Ok(found)
}

/// Households whose own fields are replaced.
#[derive(Default)]
pub(super) struct Corrections<'a> {
    ids: Vec<Uuid>,
    holders: Vec<String>,
    addresses: Vec<&'a str>,
    phones: Vec<Option<&'a str>>,
    phone_fingerprints: Vec<Option<Vec<u8>>>,
    phone_tails: Vec<Option<Vec<u8>>>,
}

impl<'a> Corrections<'a> {
    pub(super) fn push(
        &mut self,
        id: HouseholdId,
        holder: String,
        address: &'a str,
        phone: StoredPhone<'a>,
    ) {
        self.ids.push(id.0);
        self.holders.push(holder);
        self.addresses.push(address);
        self.phones.push(phone.text);
        self.phone_fingerprints.push(phone.fingerprint);
        self.phone_tails.push(phone.tail);
    }

    pub(super) fn ids(&self) -> &[Uuid] {
        &self.ids
    }

    /// Each household gets its next version, whichever of its parts was corrected.
    pub(super) async fn apply(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        if self.ids.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "update household h
                set holder_name = u.holder_name, address = u.address, phone = u.phone,
                    phone_fingerprint = u.fingerprint, phone_tail_fingerprint = u.tail,
                    version = h.version + 1
               from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[],
                           $6::bytea[])
                    as u(id, holder_name, address, phone, fingerprint, tail)
              where h.id = u.id",
            &self.ids[..],
            &self.holders[..] as _,
            &self.addresses[..] as _,
            &self.phones[..] as _,
            &self.phone_fingerprints[..] as _,
            &self.phone_tails[..] as _,
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// The households of these parcels that are not among the numbers `seen`, by parcel and number; at
/// most `limit`.
pub async fn absent_from<S: BuildHasher>(
    conn: &mut PgConnection,
    scope: &Scope,
    parcels: &[ParcelId],
    seen: &HashSet<(ParcelId, &str), S>,
    limit: usize,
) -> sqlx::Result<Vec<AbsentHousehold>> {
    let ids: Vec<Uuid> = parcels.iter().map(|id| id.0).collect();
    // Compared here, row by row: no plan of a join with a list of unknown length is always good.
    let mut rows = sqlx::query_as!(
        AbsentHousehold,
        "select h.id as household_id, h.parcel_id, h.household_no, h.holder_name
           from household h
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where h.parcel_id = any($1) and ($2::uuid[] is null or h.org_unit_id = any($2))
          order by h.parcel_id, h.household_no",
        &ids[..],
        scope.units(),
    )
    .fetch(conn);
    let mut absent = vec![];
    while absent.len() < limit
        && let Some(household) = rows.try_next().await?
    {
        if !seen.contains(&(household.parcel_id, household.household_no.as_str())) {
            absent.push(household);
        }
    }
    Ok(absent)
}
