//! Showing a household in clear, with its record.

use serde_json::json;
use uuid::Uuid;

use super::{
    model::{DisclosedDocument, DisclosedPerson, Disclosure, Extent, NewDisclosure},
    store::{self, ClearHousehold, NewRecord, PersonRow},
};
use crate::{
    App,
    audit::{self, Entry},
    households::{documents, names},
    http::{Act, Problem},
    staff::Role,
    values::{HouseholdId, Instant, masked_name},
};

/// What a sealed note is bound to.
pub(crate) const NOTE: &str = "disclosure.note_sealed";

/// Shows a household that was found in scope, as much as the role sees; that it was shown is
/// written down in the same act.
pub(crate) async fn show(
    app: &App,
    act: &mut Act,
    found: ClearHousehold,
    (role, extent): (Role, Extent),
    why: &NewDisclosure,
) -> Result<Disclosure, Problem> {
    let household = found.id;
    let id = record_access(app, act, role, household, why).await?;
    let entry = Entry::new("household.disclosed", "household", household.0)
        .within(found.parcel_id)
        .was(found.version)
        .became(found.version)
        .because(why.reason.key())
        .changed(json!({"disclosure_id": id.to_string(), "extent": extent.key()}));
    audit::record(app, act, &entry).await?;
    let persons = match extent {
        Extent::Phone => vec![],
        _ => store::persons(act, household).await?,
    };
    shown(app, act.at, found, persons, extent)
}

/// Writes down that whoever acts saw a household in clear; answers the id of that record.
pub async fn record_access(
    app: &App,
    act: &mut Act,
    role: Role,
    household_id: HouseholdId,
    why: &NewDisclosure,
) -> sqlx::Result<Uuid> {
    let id = app.fresh_id();
    let note = why.note.as_ref().map(|note| {
        let nonce = app.entropy.bytes();
        app.keys.seal(NOTE, id, note.as_str().as_bytes(), nonce)
    });
    let record = NewRecord {
        id,
        household_id,
        client_id: act.caller.client_id,
        staff_id: act.caller.staff_id,
        role,
        org_unit_id: act.caller.scope.home(),
        reason: why.reason,
        note_sealed: note,
        at: act.at,
    };
    store::insert(act, &record).await?;
    Ok(id)
}

fn shown(
    app: &App,
    disclosed_at: Instant,
    found: ClearHousehold,
    persons: Vec<PersonRow>,
    extent: Extent,
) -> Result<Disclosure, Problem> {
    let persons: Vec<_> = persons
        .into_iter()
        .map(|row| person(app, row, extent))
        .collect::<Result<_, _>>()?;
    let names = extent >= Extent::Contact;
    // A child who holds the property is masked in the household as well.
    let same = |name: &str| masked_name(name) == found.holder_name;
    let child = persons
        .iter()
        .map(|person| &person.name)
        .find(|name| same(name));
    let holder_name = child.filter(|_| found.holder_name.contains('*'));
    let holder_name = holder_name.cloned().unwrap_or(found.holder_name);
    Ok(Disclosure {
        household_id: found.id,
        household_no: found.household_no,
        extent,
        disclosed_at,
        holder_name: Some(holder_name).filter(|_| names),
        address: Some(found.address).filter(|_| names),
        phone: found.phone,
        persons,
    })
}

fn person(app: &App, row: PersonRow, extent: Extent) -> Result<DisclosedPerson, Problem> {
    let document = match extent {
        Extent::Everything => Some(DisclosedDocument {
            kind: row.id_kind,
            number: documents::clear(&app.keys, row.id, row.id_sealed.as_deref())?,
        }),
        _ => None,
    };
    Ok(DisclosedPerson {
        id: row.id,
        name: names::clear(&app.keys, row.id, row.name, row.name_sealed.as_deref())
            .map_err(Problem::internal)?,
        relation: row.relation,
        birth_on: row.birth_on.filter(|_| extent == Extent::Everything),
        document,
    })
}
