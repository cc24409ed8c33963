//! New households, persons and structures, one column at a time: one statement per table writes
//! one of them or thousands.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    documents::SealedDocument,
    model::{StructureFields, StructureUse},
    names::StoredName,
    phones::StoredPhone,
};
use crate::values::{
    Area, Day, HouseholdId, IdDocumentKind, Instant, Label, Number, OrgUnitId, ParcelId, PersonId,
    PlaceName, StructureId,
};

/// Households to be inserted.
pub(super) struct NewHouseholds<'a> {
    ids: Vec<Uuid>,
    parcels: Vec<Uuid>,
    units: Vec<Option<Uuid>>,
    numbers: Vec<&'a str>,
    holders: Vec<String>,
    addresses: Vec<&'a str>,
    phones: Vec<Option<&'a str>>,
    phone_fingerprints: Vec<Option<Vec<u8>>>,
    phone_tails: Vec<Option<Vec<u8>>>,
}

impl<'a> NewHouseholds<'a> {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            ids: Vec::with_capacity(rows),
            parcels: Vec::with_capacity(rows),
            units: Vec::with_capacity(rows),
            numbers: Vec::with_capacity(rows),
            holders: Vec::with_capacity(rows),
            addresses: Vec::with_capacity(rows),
            phones: Vec::with_capacity(rows),
            phone_fingerprints: Vec::with_capacity(rows),
            phone_tails: Vec::with_capacity(rows),
        }
    }

    pub(super) fn push(
        &mut self,
        id: HouseholdId,
        (parcel, unit): (ParcelId, Option<OrgUnitId>),
        number: &'a Number,
        holder: String,
        address: &'a PlaceName,
        phone: StoredPhone<'a>,
    ) {
        self.ids.push(id.0);
        self.parcels.push(parcel.0);
        self.units.push(unit.map(|unit| unit.0));
        self.numbers.push(number.as_str());
        self.holders.push(holder);
        self.addresses.push(address.as_str());
        self.phones.push(phone.text);
        self.phone_fingerprints.push(phone.fingerprint);
        self.phone_tails.push(phone.tail);
    }

    pub(super) async fn insert(&self, conn: &mut PgConnection, at: Instant) -> sqlx::Result<()> {
        if self.ids.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "insert into household
                    (id, parcel_id, org_unit_id, household_no, holder_name, address, phone,
                     created_at, phone_fingerprint, phone_tail_fingerprint)
             select h.id, h.parcel_id, coalesce(h.unit_id, p.org_unit_id), h.household_no,
                    h.holder_name, h.address, h.phone, $7, h.fingerprint, h.tail
               from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[],
                           $8::uuid[], $9::bytea[], $10::bytea[])
                    as h(id, parcel_id, household_no, holder_name, address, phone, unit_id,
                         fingerprint, tail)
               join parcel p on p.id = h.parcel_id",
            &self.ids[..],
            &self.parcels[..],
            &self.numbers[..] as _,
            &self.holders[..] as _,
            &self.addresses[..] as _,
            &self.phones[..] as _,
            at,
            &self.units[..] as _,
            &self.phone_fingerprints[..] as _,
            &self.phone_tails[..] as _,
        )
        .execute(&mut *conn)
        .await?;
        Ok(())
    }

    pub(super) fn ids(&self) -> &[Uuid] {
        &self.ids
    }
}

/// Persons, to be inserted or to replace those of the same ids.
pub(super) struct Persons<'a> {
    ids: Vec<Uuid>,
    households: Vec<Uuid>,
    names: Vec<String>,
    sealed_names: Vec<Option<Vec<u8>>>,
    name_fingerprints: Vec<Vec<u8>>,
    relations: Vec<&'a str>,
    holders: Vec<bool>,
    kinds: Vec<IdDocumentKind>,
    sealed: Vec<Option<Vec<u8>>>,
    fingerprints: Vec<Option<Vec<u8>>>,
    last_six: Vec<Option<Vec<u8>>>,
    births: Vec<Option<Day>>,
}

/// One person of a batch.
pub(super) struct PersonFacts<'a> {
    pub(super) id: PersonId,
    pub(super) household: HouseholdId,
    pub(super) name: StoredName,
    pub(super) relation: &'a str,
    pub(super) holder: bool,
    pub(super) document: SealedDocument,
    pub(super) birth_on: Option<Day>,
}

impl<'a> Persons<'a> {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            ids: Vec::with_capacity(rows),
            households: Vec::with_capacity(rows),
            names: Vec::with_capacity(rows),
            sealed_names: Vec::with_capacity(rows),
            name_fingerprints: Vec::with_capacity(rows),
            relations: Vec::with_capacity(rows),
            holders: Vec::with_capacity(rows),
            kinds: Vec::with_capacity(rows),
            sealed: Vec::with_capacity(rows),
            fingerprints: Vec::with_capacity(rows),
            last_six: Vec::with_capacity(rows),
            births: Vec::with_capacity(rows),
        }
    }

    pub(super) fn push(&mut self, person: PersonFacts<'a>) {
        self.ids.push(person.id.0);
        self.households.push(person.household.0);
        self.names.push(person.name.shown);
        self.sealed_names.push(person.name.sealed);
        self.name_fingerprints.push(person.name.fingerprint);
        self.relations.push(person.relation);
        self.holders.push(person.holder);
        self.kinds.push(person.document.kind);
        self.sealed.push(person.document.sealed);
        self.fingerprints.push(person.document.fingerprint);
        self.last_six.push(person.document.last_six_hash);
        self.births.push(person.birth_on);
    }

    pub(super) async fn insert(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        if self.ids.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "insert into person (id, household_id, name, relation, holder, id_kind, id_sealed,
                                 id_fingerprint, last_six_hash, birth_on, name_sealed,
                                 name_fingerprint)
             select id, household_id, name, relation, holder, id_kind, id_sealed, id_fingerprint,
                    last_six_hash, birth_on, name_sealed, name_fingerprint
               from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[],
                           $6::id_document_kind[], $7::bytea[], $8::bytea[], $9::bytea[],
                           $10::date[], $11::bytea[], $12::bytea[])
                    as p(id, household_id, name, relation, holder, id_kind, id_sealed,
                         id_fingerprint, last_six_hash, birth_on, name_sealed,
                         name_fingerprint)",
            &self.ids[..],
            &self.households[..],
            &self.names[..] as _,
            &self.relations[..] as _,
            &self.holders[..],
            &self.kinds[..] as _,
            &self.sealed[..] as _,
            &self.fingerprints[..] as _,
            &self.last_six[..] as _,
            &self.births[..] as _,
            &self.sealed_names[..] as _,
            &self.name_fingerprints[..],
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Replaces the persons of these ids; returns how many there were.
    pub(super) async fn replace(&self, conn: &mut PgConnection) -> sqlx::Result<u64> {
        if self.ids.is_empty() {
            return Ok(0);
        }
        let done = sqlx::query!(
            "update person p
                set name = u.name, relation = u.relation, holder = u.holder, id_kind = u.id_kind,
                    id_sealed = u.id_sealed, id_fingerprint = u.id_fingerprint,
                    last_six_hash = u.last_six_hash, birth_on = u.birth_on,
                    name_sealed = u.name_sealed, name_fingerprint = u.name_fingerprint,
                    version = p.version + 1
               from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[],
                           $5::id_document_kind[], $6::bytea[], $7::bytea[], $8::bytea[],
                           $9::date[], $10::bytea[], $11::bytea[])
                    as u(id, name, relation, holder, id_kind, id_sealed, id_fingerprint,
                         last_six_hash, birth_on, name_sealed, name_fingerprint)
              where p.id = u.id",
            &self.ids[..],
            &self.names[..] as _,
            &self.relations[..] as _,
            &self.holders[..],
            &self.kinds[..] as _,
            &self.sealed[..] as _,
            &self.fingerprints[..] as _,
            &self.last_six[..] as _,
            &self.births[..] as _,
            &self.sealed_names[..] as _,
            &self.name_fingerprints[..],
        )
        .execute(conn)
        .await?;
        Ok(done.rows_affected())
    }
}

/// Structures, to be inserted or to replace those of the same ids.
pub(super) struct Structures<'a> {
    ids: Vec<Uuid>,
    households: Vec<Uuid>,
    numbers: Vec<i32>,
    uses: Vec<StructureUse>,
    certificates: Vec<Option<&'a str>>,
    certificate_areas: Vec<Option<Area>>,
    measured_areas: Vec<Option<Area>>,
    recognised_areas: Vec<Option<Area>>,
    built: Vec<Option<i32>>,
}

/// What is known of one structure of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct StructureFacts<'a> {
    pub(super) seq: i32,
    pub(super) used_for: StructureUse,
    pub(super) certificate_no: Option<&'a str>,
    pub(super) certificate_area_m2: Option<Area>,
    pub(super) measured_area_m2: Option<Area>,
    pub(super) recognised_area_m2: Option<Area>,
    pub(super) built_year: Option<i32>,
}

impl<'a> From<&'a StructureFields> for StructureFacts<'a> {
    fn from(fields: &'a StructureFields) -> Self {
        Self {
            seq: fields.seq,
            used_for: fields.used_for,
            certificate_no: fields.certificate_no.as_ref().map(Label::as_str),
            certificate_area_m2: fields.certificate_area_m2,
            measured_area_m2: fields.measured_area_m2,
            recognised_area_m2: fields.recognised_area_m2,
            built_year: fields.built_year,
        }
    }
}

impl<'a> Structures<'a> {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            ids: Vec::with_capacity(rows),
            households: Vec::with_capacity(rows),
            numbers: Vec::with_capacity(rows),
            uses: Vec::with_capacity(rows),
            certificates: Vec::with_capacity(rows),
            certificate_areas: Vec::with_capacity(rows),
            measured_areas: Vec::with_capacity(rows),
            recognised_areas: Vec::with_capacity(rows),
            built: Vec::with_capacity(rows),
        }
    }

    pub(super) fn push(
        &mut self,
        id: StructureId,
        household: HouseholdId,
        facts: StructureFacts<'a>,
    ) {
        self.ids.push(id.0);
        self.households.push(household.0);
        self.numbers.push(facts.seq);
        self.uses.push(facts.used_for);
        self.certificates.push(facts.certificate_no);
        self.certificate_areas.push(facts.certificate_area_m2);
        self.measured_areas.push(facts.measured_area_m2);
        self.recognised_areas.push(facts.recognised_area_m2);
        self.built.push(facts.built_year);
    }

    pub(super) async fn insert(&self, conn: &mut PgConnection) -> sqlx::Result<()> {
        if self.ids.is_empty() {
            return Ok(());
        }
        sqlx::query!(
            "insert into structure (id, household_id, seq, use, certificate_no,
                                    certificate_area_m2, measured_area_m2, recognised_area_m2,
                                    built_year)
             select id, household_id, seq, use, certificate_no, certificate_area_m2,
                    measured_area_m2, recognised_area_m2, built_year
               from unnest($1::uuid[], $2::uuid[], $3::int[], $4::structure_use[], $5::text[],
                           $6::numeric[], $7::numeric[], $8::numeric[], $9::int[])
                    as s(id, household_id, seq, use, certificate_no, certificate_area_m2,
                         measured_area_m2, recognised_area_m2, built_year)",
            &self.ids[..],
            &self.households[..],
            &self.numbers[..],
            &self.uses[..] as _,
            &self.certificates[..] as _,
            &self.certificate_areas[..] as _,
            &self.measured_areas[..] as _,
            &self.recognised_areas[..] as _,
            &self.built[..] as _,
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Replaces the structures of these ids; returns how many there were.
    pub(super) async fn replace(&self, conn: &mut PgConnection) -> sqlx::Result<u64> {
        if self.ids.is_empty() {
            return Ok(0);
        }
        let done = sqlx::query!(
            "update structure s
                set seq = u.seq, use = u.use, certificate_no = u.certificate_no,
                    certificate_area_m2 = u.certificate_area_m2,
                    measured_area_m2 = u.measured_area_m2,
                    recognised_area_m2 = u.recognised_area_m2, built_year = u.built_year,
                    version = s.version + 1
               from unnest($1::uuid[], $2::int[], $3::structure_use[], $4::text[],
                           $5::numeric[], $6::numeric[], $7::numeric[], $8::int[])
                    as u(id, seq, use, certificate_no, certificate_area_m2, measured_area_m2,
                         recognised_area_m2, built_year)
              where s.id = u.id",
            &self.ids[..],
            &self.numbers[..],
            &self.uses[..] as _,
            &self.certificates[..] as _,
            &self.certificate_areas[..] as _,
            &self.measured_areas[..] as _,
            &self.recognised_areas[..] as _,
            &self.built[..] as _,
        )
        .execute(conn)
        .await?;
        Ok(done.rows_affected())
    }
}
