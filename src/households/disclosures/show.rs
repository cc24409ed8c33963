//! Showing a household in clear, with its record.

use serde_json::json;
use uuid::Uuid;

use super::{
    DisclosureReason,
    model::{DisclosedDocument, DisclosedPerson, Disclosure, Extent},
    store::{self, ClearHousehold, NewRecord, PersonRow},
};
use crate::{
    App,
    audit::{self, Entry},
    households::{documents, names},
    http::{Act, Problem},
    staff::Role,
    values::{Note, masked_name},
};

/// What a sealed note is bound to.
pub(crate) const NOTE: &str = "disclosure.note_sealed";

/// To whom a household is shown, how much of it, and why.
pub(crate) struct Showing<'a> {
    pub(crate) role: Role,
    pub(crate) extent: Extent,
    pub(crate) reason: DisclosureReason,
    pub(crate) note: Option<&'a Note>,
    /// Where they work.
    pub(crate) unit: Uuid,
}

/// Shows a household that was found in scope; that it was shown is written down in the same act.
pub(crate) async fn show(
    app: &App,
    act: &mut Act,
    found: ClearHousehold,
    to: Showing<'_>,
) -> Result<Disclosure, Problem> {
    let (id, household) = (app.fresh_id(), found.id);
    let note = to.note.map(|note| {
        let clear = note.as_str().as_bytes();
        app.keys.seal(NOTE, id, clear, app.entropy.bytes())
    });
    let record = NewRecord {
        id,
        household_id: household,
        client_id: act.caller.client_id,
        staff_id: act.caller.staff_id,
        role: to.role,
        org_unit_id: to.unit,
        reason: to.reason,
        note_sealed: note,
        at: act.at,
    };
    store::insert(act, &record).await?;
    let entry = Entry::new("household.disclosed", "household", household.0)
        .within(found.parcel_id)
        .was(found.version)
        .became(found.version)
        .because(to.reason.key())
        .changed(json!({"disclosure_id": id.to_string(), "extent": to.extent.key()}));
    audit::record(app, act, &entry).await?;
    let persons = match to.extent {
        Extent::Phone => vec![],
        _ => store::persons(act, household).await?,
    };
    shown(app, &record, found, persons, to.extent)
}

fn shown(
    app: &App,
    record: &NewRecord,
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
        household_id: record.household_id,
        household_no: found.household_no,
        extent,
        disclosed_at: record.at,
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
