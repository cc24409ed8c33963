//! Corrections (更正): one field put right because the person asked for it, by the rules and the
//! store of every other change.

use super::{
    api::HouseholdsApi,
    documents,
    members::{self, PersonsApi, no_person},
    model::{GivenDocument, HouseholdFields, PersonFields, Place},
    rules,
};
use crate::{
    App,
    http::{Act, Problem},
    staff::Scope,
    values::{Day, IdDocument, PersonId, PersonName, Phone, PlaceName, Relation},
};

/// One field as it should be.
#[derive(Debug, Clone)]
pub enum Correction {
    Name(PersonName),
    BirthOn(Day),
    Relation(Relation),
    Document(GivenDocument),
    /// The household's telephone number.
    Phone(Phone),
    /// The household's address.
    Address(PlaceName),
}

/// A document whose number is right in itself, or every mistake.
pub fn check_document(given: &GivenDocument, today: Day) -> Result<IdDocument, Problem> {
    let identity = rules::check_identity(given, None, today)?;
    Ok(identity.document)
}

/// Puts a field of a person, or of the household, right and records it as every change of it.
///
/// The household is locked. 404 when the person is none of it.
pub async fn correct(
    app: &App,
    act: &mut Act,
    scope: &Scope,
    before: &Place,
    person: Option<PersonId>,
    correction: &Correction,
) -> Result<(), Problem> {
    let mut household = HouseholdFields {
        holder_name: None,
        address: None,
        phone: None,
        remove_phone: false,
    };
    match correction {
        Correction::Phone(phone) => household.phone = Some(phone.clone()),
        Correction::Address(address) => household.address = Some(address.clone()),
        _ => {
            let person = person.ok_or_else(no_person)?;
            return correct_person(app, act, scope, before, person, correction).await;
        }
    }
    let households = HouseholdsApi(app.clone());
    households.put(act, before, &household).await?;
    Ok(())
}

async fn correct_person(
    app: &App,
    act: &mut Act,
    scope: &Scope,
    before: &Place,
    id: PersonId,
    correction: &Correction,
) -> Result<(), Problem> {
    let kept = members::find_person(act, &app.keys, before.household_id, id).await?;
    let kept = kept.ok_or_else(no_person)?;
    let mut person = PersonFields {
        name: None,
        relation: kept.relation.clone(),
        holder: kept.holder,
        document: None,
        birth_on: None,
        remove_birthday: false,
    };
    match correction {
        Correction::Name(name) => person.name = Some(name.clone()),
        Correction::BirthOn(day) => person.birth_on = Some(*day),
        Correction::Relation(relation) => person.relation = relation.clone(),
        Correction::Document(document) => person.document = Some(document.clone()),
        Correction::Phone(_) | Correction::Address(_) => {}
    }
    let given = rules::check_replacement(&person, app.today())?;
    let persons = PersonsApi(app.clone());
    let fields = persons
        .put(act, before, id, &person, given.as_ref())
        .await?;
    let action = "household.person_replaced";
    let answer = members::changed(app, act, scope, before, action, fields).await?;
    drop(answer);
    if let Correction::Name(name) = correction
        && kept.is_called(&before.holder_name)
    {
        // Whoever holds the property is called so there, too.
        let now = super::find_place(act, scope, before.household_id).await?;
        let now = now.ok_or_else(super::no_household)?;
        let household = HouseholdFields {
            holder_name: Some(name.clone()),
            address: None,
            phone: None,
            remove_phone: false,
        };
        HouseholdsApi(app.clone())
            .put(act, &now, &household)
            .await?;
    }
    Ok(())
}

/// A document as its kind and number, for whoever keeps it sealed.
pub fn number_of(document: &IdDocument) -> (&'static str, Option<&str>) {
    (documents::kind_key(document.kind()), document.expose())
}
