//! Operations on households.

use chrono::Datelike as _;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    batch::{NewHouseholds, PersonFacts, Persons, StructureFacts, Structures},
    documents,
    model::{
        Household, HouseholdFields, HouseholdSummary, MaskedDocument, NewHousehold, Person, Place,
    },
    names,
    phones::StoredPhone,
    rules::{self, Identity},
    search,
    store::{self, HouseholdFilter, HouseholdRow, PersonRow},
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem,
    },
    organisation::{self, no_unit},
    parcels,
    privacy::KeyRing,
    staff::{Presented, Scope, Staff, may},
    values::{
        HouseholdId, MaskedName, Number, ParcelId, PersonId, PersonName, Phone, PlaceName,
        ProgrammeId, StructureId, masked_name,
    },
};

pub struct HouseholdsApi(pub App);

pub fn no_household() -> Problem {
    Problem::not_found("住户", "household")
}

pub(super) fn number_taken() -> Problem {
    Problem::conflict(
        "household-no-taken",
        "地块内已有该户编号",
        "The parcel has a household of that number",
    )
}

pub(super) fn person_twice() -> Problem {
    Problem::conflict(
        "person-already-in-household",
        "该户已有此人",
        "The household has this person already",
    )
    .detail(crate::http::words!(
        "同一证件在一户内只登记一次",
        "one document is registered once in a household"
    ))
}

pub(super) fn seq_taken() -> Problem {
    Problem::conflict(
        "structure-seq-taken",
        "该户已有此序号的房屋",
        "The household has a structure of that number",
    )
}

#[OpenApi(tag = "Tag::Households")]
impl HouseholdsApi {
    /// List households
    ///
    /// By number; each filter narrows. Names, addresses and telephone numbers are masked.
    #[oai(path = "/households", method = "get", operation_id = "listHouseholds")]
    async fn list_households(
        &self,
        staff: Staff<may::ReadHouseholds>,
        parcel_id: Query<Option<ParcelId>>,
        programme_id: Query<Option<ProgrammeId>>,
        /// The whole number of a household, which may occur once in each parcel.
        household_no: Query<Option<Number>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<HouseholdSummary>>, ReadProblem> {
        let filter = HouseholdFilter {
            parcel_id: parcel_id.0,
            programme_id: programme_id.0,
            household_no: household_no.0.map(Number::into_string),
        };
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let (after, take) = (paging.after_id(), paging.take());
        let rows = store::list(&mut conn, &staff.scope, &filter, after, take).await?;
        Ok(Json::new(
            paging.page(rows, |h| (h.household_no.clone(), h.id.0)),
        ))
    }

    /// Register a household
    ///
    /// With its persons and structures in one act: everything is registered or nothing. Every
    /// mistake of a document, a day of birth or an area is reported at once.
    #[oai(
        path = "/households",
        method = "post",
        operation_id = "registerHousehold"
    )]
    async fn register_household(
        &self,
        staff: Staff<may::WriteHouseholds>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewHousehold>,
    ) -> Result<Created<Household>, WriteProblem> {
        let new = &body.value;
        let identities = rules::check_new(new, self.0.today())?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = parcels::find_parcel(&mut act, &staff.scope, new.parcel_id).await?;
        let parcel = found.ok_or_else(parcels::no_parcel)?;
        if let Some(unit) = new.org_unit_id {
            organisation::find_at(&mut act, &staff.scope, unit, parcel.org_unit_id)
                .await?
                .ok_or_else(no_unit)?;
        }
        let id = HouseholdId(self.0.fresh_id());
        self.insert(&mut act, id, new, &identities).await?;
        let given = identities.iter().map(|identity| &identity.document);
        let changed = documents::committed(&self.0.keys, audit::fields(new), given);
        let entry = Entry::new("household.registered", "household", id.0)
            .within(parcel.id)
            .became(1)
            .changed(changed);
        audit::record(&self.0, &mut act, &entry).await?;
        let household = read(&self.0, &mut act, &staff.scope, id).await?;
        let location = format!("/v1/households/{id}");
        act.commit(Created {
            version: household.version,
            value: household,
            location,
        })
        .await
    }

    /// Read a household
    ///
    /// With its persons and structures. Names, addresses, numbers of documents and telephones are
    /// masked; a disclosure shows them, for a reason.
    #[oai(
        path = "/households/:household_id",
        method = "get",
        operation_id = "getHousehold"
    )]
    async fn get_household(
        &self,
        mut presented: Presented<may::ReadHouseholds>,
        household_id: Path<HouseholdId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Household>, ReadProblem> {
        let row = loop {
            let scope = &presented.staff.scope;
            let mut conn = self.0.begin_hot(scope).await?;
            let row = store::find_hot(&mut conn, scope, household_id.0).await?;
            conn.hand_on();
            if presented.holds(row.epoch) {
                break row;
            }
            presented.again(&self.0).await?;
        };
        let found = row.household.ok_or_else(no_household)?;
        let household = shown(&self.0.keys, found.0)?;
        Ok(Versioned::hot(&household, household.version).unless(&known))
    }

    /// Replace a household
    ///
    /// Needs the version that was read. What is left out stays; the number never changes; persons and structures have
    /// operations of their own.
    #[oai(
        path = "/households/:household_id",
        method = "put",
        operation_id = "replaceHousehold"
    )]
    async fn replace_household(
        &self,
        staff: Staff<may::WriteHouseholds>,
        request_id: RequestId,
        household_id: Path<HouseholdId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<HouseholdFields>,
    ) -> Result<Versioned<Household>, WriteProblem> {
        rules::check_fields(&body.value)?;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock_place(&mut act, &staff.scope, household_id.0).await?;
        let before = found.ok_or_else(no_household)?;
        if_match.admit(before.version)?;
        let version = self.put(&mut act, &before, &body.value).await?;
        let household = read(&self.0, &mut act, &staff.scope, before.household_id).await?;
        act.commit(Versioned::new(&household, version)).await
    }
}

impl HouseholdsApi {
    /// Writes what a household is replaced with and records it; answers its version.
    pub(super) async fn put(
        &self,
        act: &mut Act,
        before: &Place,
        fields: &HouseholdFields,
    ) -> Result<i32, Problem> {
        let id = before.household_id;
        let holder = match &fields.holder_name {
            Some(name) => Some(self.holder_shown(act, id, name).await?),
            None => None,
        };
        let phone = fields.phone.as_ref().map(Phone::as_str);
        let phone = StoredPhone::of(&self.0.keys, phone);
        let (holder, gone) = (holder.as_deref(), fields.remove_phone);
        let address = fields.address.as_ref().map(PlaceName::as_str);
        let version = store::replace(act, id, holder, address, &phone, gone).await?;
        search::rekey(act, &[id.0]).await?;
        let entry = Entry::new("household.replaced", "household", id.0)
            .within(before.parcel_id)
            .was(before.version)
            .became(version)
            .changed(audit::fields(fields));
        audit::record(&self.0, act, &entry).await?;
        Ok(version)
    }

    /// The name of the holder as it is stored: masked when a child of the household is called so.
    async fn holder_shown(
        &self,
        act: &mut Act,
        household: HouseholdId,
        name: &PersonName,
    ) -> sqlx::Result<String> {
        let fingerprint = names::name_fingerprint(&self.0.keys, household, name.as_str());
        let is_child = store::a_child_is_called(act, household, &fingerprint).await?;
        Ok(if is_child {
            masked_name(name.as_str())
        } else {
            name.to_string()
        })
    }

    async fn insert(
        &self,
        act: &mut Act,
        id: HouseholdId,
        new: &NewHousehold,
        identities: &[Identity],
    ) -> Result<(), Problem> {
        let mut household = NewHouseholds::with_capacity(1);
        let phone = StoredPhone::of(&self.0.keys, new.phone.as_ref().map(Phone::as_str));
        let mut holder = new.holder_name.to_string();
        let mut persons = Persons::with_capacity(new.persons.len());
        for (person, identity) in new.persons.iter().zip(identities) {
            let person_id = PersonId(self.0.fresh_id());
            let birth_on = identity.birth_on;
            let name = names::stored(&self.0, id, person_id, person.name.as_str(), birth_on);
            if name.sealed.is_some() && person.name == new.holder_name {
                holder.clone_from(&name.shown);
            }
            persons.push(PersonFacts {
                id: person_id,
                household: id,
                name,
                relation: person.relation.as_str(),
                holder: person.holder,
                document: documents::seal(&self.0, id, person_id, &identity.document),
                birth_on: identity.birth_on,
            });
        }
        let place = (new.parcel_id, new.org_unit_id);
        household.push(id, place, &new.household_no, holder, &new.address, phone);
        let mut structures = Structures::with_capacity(new.structures.len());
        for fields in &new.structures {
            let structure_id = StructureId(self.0.fresh_id());
            structures.push(structure_id, id, StructureFacts::from(fields));
        }
        let at = act.at;
        household
            .insert(act, at)
            .await
            .on_constraint("household_no_once", number_taken)?;
        persons
            .insert(act)
            .await
            .on_constraint("person_once_in_household", person_twice)?;
        structures
            .insert(act)
            .await
            .on_constraint("structure_seq_once", seq_taken)?;
        search::rekey(act, &[id.0]).await?;
        Ok(())
    }
}

/// The household as it stands inside the transaction.
pub(super) async fn read(
    app: &App,
    act: &mut Act,
    scope: &Scope,
    id: HouseholdId,
) -> Result<Household, Problem> {
    let found = store::find(act, scope, id).await?;
    shown(&app.keys, found.ok_or_else(no_household)?)
}

/// The household as answers show it: personal data masked.
fn shown(keys: &KeyRing, row: HouseholdRow) -> Result<Household, Problem> {
    let persons = row
        .persons
        .into_iter()
        .map(|person| shown_person(keys, person));
    Ok(Household {
        id: row.id,
        org_unit_id: row.org_unit_id,
        programme_id: row.programme_id,
        parcel_id: row.parcel_id,
        parcel_name: row.parcel_name,
        household_no: row.household_no,
        holder_name: row.holder_name,
        address: row.address,
        phone: row.phone,
        floor_area_m2: row.floor_area_m2,
        persons: persons.collect::<Result<_, _>>()?,
        structures: row.structures,
        synthetic: row.synthetic,
        version: row.version,
    })
}

fn shown_person(keys: &KeyRing, row: PersonRow) -> Result<Person, Problem> {
    let sealed = row.id_sealed.map(hex::decode).transpose();
    let sealed = sealed.map_err(Problem::internal)?;
    Ok(Person {
        id: row.id,
        name: MaskedName::of(&row.name),
        relation: row.relation,
        holder: row.holder,
        document: MaskedDocument {
            kind: row.id_kind,
            number_masked: documents::masked(keys, row.id, row.id_kind, sealed.as_deref())?,
        },
        birth_year: row.birth_on.map(|day| day.as_date().year()),
    })
}
