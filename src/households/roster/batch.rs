//! A batch of rows as it is written: new households, corrected ones, and a record for each.

use serde_json::{Value, json};

use super::{
    RosterRow,
    compare::{Stored, StoredPerson, document_differs},
    store::Corrections,
};
use crate::{
    App,
    audit::{self, Entry},
    households::{
        api::{number_taken, person_twice},
        batch::{NewHouseholds, PersonFacts, Persons, StructureFacts, Structures},
        documents,
        model::StructureUse,
        names,
        phones::StoredPhone,
        search,
    },
    http::{Act, OnConstraint as _, Problem},
    values::{Area, HouseholdId, IdDocument, Label, PersonId, Phone, Relation, StructureId},
};

/// Why a household was registered or corrected.
const REASON: &str = "roster-import";
/// The head of the household.
const HEAD: &str = "02";

pub(super) struct Batch<'a> {
    households: NewHouseholds<'a>,
    persons: Persons<'a>,
    structures: Structures<'a>,
    corrections: Corrections<'a>,
    corrected_persons: Persons<'a>,
    corrected_structures: Structures<'a>,
    entries: Vec<Entry>,
}

impl<'a> Batch<'a> {
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self {
            households: NewHouseholds::with_capacity(rows),
            persons: Persons::with_capacity(rows),
            structures: Structures::with_capacity(rows),
            corrections: Corrections::default(),
            corrected_persons: Persons::with_capacity(0),
            corrected_structures: Structures::with_capacity(0),
            entries: Vec::with_capacity(rows),
        }
    }

    /// A household that is not there yet.
    pub(super) fn register(&mut self, app: &App, row: &'a RosterRow) {
        let id = HouseholdId(app.fresh_id());
        let holder = self.add_person(app, id, row);
        let phone = row.phone.as_ref().map(Phone::as_str);
        let (place, phone) = ((row.parcel_id, None), StoredPhone::of(&app.keys, phone));
        self.households
            .push(id, place, &row.household_no, holder, &row.address, phone);
        self.add_structure(app, id, row);
        let entry = Entry::new("household.registered", "household", id.0).became(1);
        self.record(app, entry, row);
    }

    /// A household that is there and says something else.
    pub(super) fn correct(&mut self, app: &App, row: &'a RosterRow, stored: &'a Stored) {
        let id = stored.household_id;
        let holder = match &stored.person {
            Some(person) => {
                let renamed = stored.holder_name != row.holder_name.as_str();
                self.correct_person(app, id, row, person, renamed)
            }
            None => self.add_person(app, id, row),
        };
        let phone = row.phone.as_ref().map(Phone::as_str);
        let phone = StoredPhone::of(&app.keys, phone.or(stored.phone.as_deref()));
        self.corrections
            .push(id, holder, row.address.as_str(), phone);
        self.correct_structure(app, row, stored);
        let entry = Entry::new("household.replaced", "household", id.0)
            .was(stored.version)
            .became(stored.version + 1);
        self.record(app, entry, row);
    }

    fn record(&mut self, app: &App, entry: Entry, row: &RosterRow) {
        let entry = entry.within(row.parcel_id).because(REASON);
        self.entries.push(entry.changed(committed(app, row)));
    }

    /// Adds the holder as a person; answers the name as the household has it.
    fn add_person(&mut self, app: &App, household: HouseholdId, row: &'a RosterRow) -> String {
        let id = PersonId(app.fresh_id());
        let document = row.document.as_ref().unwrap_or(&IdDocument::None);
        let birth_on = documents::birth_on(document);
        let name = names::stored(app, household, id, row.holder_name.as_str(), birth_on);
        let holder = name.shown.clone();
        self.persons.push(PersonFacts {
            id,
            household,
            name,
            relation: row.relation.as_ref().map_or(HEAD, Relation::as_str),
            holder: true,
            document: documents::seal(app, household, id, document),
            birth_on,
        });
        holder
    }

    /// Corrects the holder; answers the name as the household has it.
    fn correct_person(
        &mut self,
        app: &App,
        household: HouseholdId,
        row: &'a RosterRow,
        person: &'a StoredPerson,
        renamed: bool,
    ) -> String {
        let given = row.document.as_ref();
        let given = given.filter(|new| document_differs(&app.keys, new, Some(person)));
        let relation = row.relation.as_ref().map(Relation::as_str);
        let birth_on = given.and_then(documents::birth_on).or(person.birth_on);
        let holder = row.holder_name.as_str();
        let clear = if renamed { holder } else { &person.name };
        let name = names::stored(app, household, person.id, clear, birth_on);
        let holder = if clear == holder {
            name.shown.clone()
        } else {
            holder.to_owned()
        };
        self.corrected_persons.push(PersonFacts {
            id: person.id,
            household,
            name,
            relation: relation.unwrap_or(&person.relation),
            holder: person.holder,
            document: given.map_or_else(
                || person.document.clone(),
                |new| documents::seal(app, household, person.id, new),
            ),
            birth_on,
        });
        holder
    }

    fn add_structure(&mut self, app: &App, household: HouseholdId, row: &'a RosterRow) {
        if !row.has_structure() {
            return;
        }
        let facts = StructureFacts {
            seq: 1,
            used_for: row.structure_use.unwrap_or(StructureUse::Residential),
            certificate_no: row.certificate_no.as_ref().map(Label::as_str),
            certificate_area_m2: row.certificate_area_m2,
            measured_area_m2: row.measured_area_m2,
            recognised_area_m2: row.recognised_area_m2,
            built_year: None,
        };
        let id = StructureId(app.fresh_id());
        self.structures.push(id, household, facts);
    }

    fn correct_structure(&mut self, app: &App, row: &'a RosterRow, stored: &'a Stored) {
        let household = stored.household_id;
        let Some(structure) = &stored.structure else {
            return self.add_structure(app, household, row);
        };
        if !row.has_structure() {
            return;
        }
        let number = row.certificate_no.as_ref().map(Label::as_str);
        let facts = StructureFacts {
            seq: structure.seq,
            used_for: row.structure_use.unwrap_or(structure.used_for),
            certificate_no: number.or(structure.certificate_no.as_deref()),
            certificate_area_m2: row.certificate_area_m2.or(structure.certificate_area_m2),
            measured_area_m2: row.measured_area_m2.or(structure.measured_area_m2),
            recognised_area_m2: row.recognised_area_m2.or(structure.recognised_area_m2),
            built_year: structure.built_year,
        };
        self.corrected_structures
            .push(structure.id, household, facts);
    }

    pub(super) async fn write(&self, app: &App, act: &mut Act) -> Result<(), Problem> {
        let at = act.at;
        self.households
            .insert(act, at)
            .await
            .on_constraint("household_no_once", number_taken)?;
        self.corrections.apply(act).await?;
        // Corrections first: they may set free what a new person takes.
        for written in [
            self.corrected_persons.replace(act).await.map(drop),
            self.persons.insert(act).await,
        ] {
            written.on_constraint("person_once_in_household", person_twice)?;
        }
        self.corrected_structures.replace(act).await?;
        self.structures.insert(act).await?;
        search::rekey(act, self.households.ids()).await?;
        search::rekey(act, self.corrections.ids()).await?;
        if self.entries.is_empty() {
            return Ok(());
        }
        audit::record_all(app, act, &self.entries).await
    }
}

/// What the trail commits to: the row, with the fingerprint in place of the document.
fn committed(app: &App, row: &RosterRow) -> Value {
    let area = |area: Option<Area>| area.map(|area| area.to_string());
    let document = row.document.as_ref();
    json!({
        "household_no": row.household_no.as_str(),
        "holder_name": row.holder_name.as_str(),
        "address": row.address.as_str(),
        "phone": row.phone.as_ref().map(Phone::as_str),
        "relation": row.relation.as_ref().map(Relation::as_str),
        "id_kind": document.map(|document| documents::kind_key(document.kind())),
        "id_fingerprint": document
            .and_then(|document| documents::fingerprint(&app.keys, document))
            .map(hex::encode),
        "structure_use": row.structure_use.map(StructureUse::key),
        "certificate_no": row.certificate_no.as_ref().map(Label::as_str),
        "certificate_area_m2": area(row.certificate_area_m2),
        "measured_area_m2": area(row.measured_area_m2),
        "recognised_area_m2": area(row.recognised_area_m2),
    })
}
