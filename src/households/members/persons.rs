//! Operations on the persons of a household.

use poem_openapi::{OpenApi, param::Path};
use serde_json::{Value, json};

use super::{changed, store};
use crate::{
    App, audit,
    households::{
        api::{no_household, person_twice},
        batch::{PersonFacts, Persons},
        documents::{self, SealedDocument},
        model::{Household, NewPerson, PersonFields, Place},
        names::{self, StoredName},
        rules::{self, Identity},
        store as households,
    },
    http::{
        Act, IdempotencyKey, IfMatch, Json, OnConstraint as _, Problem, RequestId, Tag, Versioned,
        WriteProblem,
    },
    staff::{Staff, may},
    values::{Day, HouseholdId, PersonId, PersonName},
};

pub struct PersonsApi(pub App);

pub fn no_person() -> Problem {
    Problem::not_found("人员", "person")
}

fn has_needs() -> Problem {
    Problem::conflict(
        "person-has-needs",
        "此人有登记的需求",
        "The person has needs on record",
    )
}

fn has_requests() -> Problem {
    Problem::conflict(
        "person-has-requests",
        "此人有登记的个人信息权利请求",
        "The person has requests about their data on record",
    )
}

#[OpenApi(tag = "Tag::Households")]
impl PersonsApi {
    /// Add a person
    ///
    /// Needs the version of the household that was read and answers the household.
    #[oai(
        path = "/households/:household_id/persons",
        method = "post",
        operation_id = "addPerson"
    )]
    async fn add_person(
        &self,
        staff: Staff<may::WriteHouseholds>,
        household_id: Path<HouseholdId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewPerson>,
    ) -> Result<Versioned<Household>, WriteProblem> {
        let identity = rules::check_person(&body.value, self.0.today())?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = households::lock_place(&mut act, &staff.scope, household_id.0).await?;
        let before = found.ok_or_else(no_household)?;
        if_match.admit(before.version)?;
        let persons = store::count_persons(&mut act, before.household_id).await?;
        rules::admit_person(persons)?;
        let id = PersonId(self.0.fresh_id());
        let (document, birth_on) = self.sealed(before.household_id, id, &identity);
        let clear = body.value.name.as_str();
        let name = self
            .named(&mut act, before.household_id, id, clear, birth_on)
            .await?;
        one(PersonFacts {
            id,
            household: before.household_id,
            name,
            relation: body.value.relation.as_str(),
            holder: body.value.holder,
            document,
            birth_on,
        })
        .insert(&mut act)
        .await
        .on_constraint("person_once_in_household", person_twice)?;
        let fields = json!({"person_id": id.to_string(), "person": audit::fields(&body.value)});
        let fields = documents::committed(&self.0.keys, fields, [&identity.document]);
        let (scope, action) = (&staff.scope, "household.person_added");
        let answer = changed(&self.0, &mut act, scope, &before, action, fields).await?;
        act.commit(answer).await
    }

    /// Replace a person
    ///
    /// Needs the version of the household and answers the household. Name, document and day of
    /// birth stay as they are when they are left out.
    #[oai(
        path = "/persons/:person_id",
        method = "put",
        operation_id = "replacePerson"
    )]
    async fn replace_person(
        &self,
        staff: Staff<may::WriteHouseholds>,
        request_id: RequestId,
        person_id: Path<PersonId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<PersonFields>,
    ) -> Result<Versioned<Household>, WriteProblem> {
        let new = &body.value;
        let given = rules::check_replacement(new, self.0.today())?;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = households::lock_place_of_person(&mut act, &staff.scope, person_id.0).await?;
        let before = found.ok_or_else(no_person)?;
        if_match.admit(before.version)?;
        let given = given.as_ref();
        let fields = self.put(&mut act, &before, person_id.0, new, given).await?;
        let (scope, action) = (&staff.scope, "household.person_replaced");
        let answer = changed(&self.0, &mut act, scope, &before, action, fields).await?;
        act.commit(answer).await
    }

    /// Remove a person
    ///
    /// Needs the version of the household and answers the household. A household keeps at least
    /// one person, and a person with needs on record stays.
    #[oai(
        path = "/persons/:person_id",
        method = "delete",
        operation_id = "removePerson"
    )]
    async fn remove_person(
        &self,
        staff: Staff<may::WriteHouseholds>,
        request_id: RequestId,
        person_id: Path<PersonId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
    ) -> Result<Versioned<Household>, WriteProblem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = households::lock_place_of_person(&mut act, &staff.scope, person_id.0).await?;
        let before = found.ok_or_else(no_person)?;
        if_match.admit(before.version)?;
        let persons = store::count_persons(&mut act, before.household_id).await?;
        rules::release_person(persons)?;
        let removed = store::delete_person(&mut act, before.household_id, person_id.0)
            .await
            .on_constraint("need_person", has_needs)
            .on_constraint("personal_data_request_person", has_requests)?;
        if removed == 0 {
            return Err(no_person().into());
        }
        let fields = json!({"person_id": person_id.0.to_string()});
        let (scope, action) = (&staff.scope, "household.person_removed");
        let answer = changed(&self.0, &mut act, scope, &before, action, fields).await?;
        act.commit(answer).await
    }
}

impl PersonsApi {
    /// Writes what a person is replaced with; answers what the trail commits to. `given` is the
    /// document of it, checked.
    pub(in crate::households) async fn put(
        &self,
        act: &mut Act,
        before: &Place,
        id: PersonId,
        new: &PersonFields,
        given: Option<&Identity>,
    ) -> Result<Value, Problem> {
        let household = before.household_id;
        let kept = store::find_person(act, &self.0.keys, household, id).await?;
        let kept = kept.ok_or_else(no_person)?;
        let (document, birth_on) = match given {
            Some(identity) => {
                let (document, stated) = self.sealed(household, id, identity);
                let known = kept.birth_on.filter(|_| !new.remove_birthday);
                (document, stated.or(known))
            }
            None => (
                kept.document.clone(),
                rules::keep_birth(kept.document.kind, kept.birth_on, new, self.0.today())?,
            ),
        };
        let clear = new.name.as_ref().map_or(&*kept.name, PersonName::as_str);
        let name = self.named(act, household, id, clear, birth_on).await?;
        one(PersonFacts {
            id,
            household,
            name,
            relation: new.relation.as_str(),
            holder: new.holder,
            document,
            birth_on,
        })
        .replace(act)
        .await
        .on_constraint("person_once_in_household", person_twice)?;
        let fields = json!({"person_id": id.to_string(), "person": audit::fields(new)});
        let documents = given.map(|identity| &identity.document);
        Ok(documents::committed(&self.0.keys, fields, documents))
    }

    /// The name as it is stored; a child who holds the property is masked there, too.
    async fn named(
        &self,
        act: &mut Act,
        household: HouseholdId,
        id: PersonId,
        clear: &str,
        birth_on: Option<Day>,
    ) -> sqlx::Result<StoredName> {
        let name = names::stored(&self.0, household, id, clear, birth_on);
        if name.sealed.is_some() {
            households::mask_holder(act, household, clear, &name.shown).await?;
        }
        Ok(name)
    }

    fn sealed(
        &self,
        household: HouseholdId,
        id: PersonId,
        identity: &Identity,
    ) -> (SealedDocument, Option<Day>) {
        let document = documents::seal(&self.0, household, id, &identity.document);
        (document, identity.birth_on)
    }
}

fn one(person: PersonFacts<'_>) -> Persons<'_> {
    let mut persons = Persons::with_capacity(1);
    persons.push(person);
    persons
}
