//! What a row of a roster means for what is registered: pure, old against new.

use std::collections::HashSet;

use super::RosterRow;
use crate::{
    bulk::{FieldChange, RowOutcome},
    households::{
        documents::{self, SealedDocument, kind_key},
        model::StructureUse,
        refusals::Wrong,
        rules,
    },
    http::{FieldError, Problem, words},
    privacy::KeyRing,
    values::{
        Area, Day, HouseholdId, IdDocument, Label, ParcelId, PersonId, Phone, Relation,
        StructureId, masked_address, masked_name, masked_phone,
    },
};

/// A registered household as far as a roster can correct it.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) household_id: HouseholdId,
    pub(super) holder_name: String,
    pub(super) address: String,
    pub(super) phone: Option<String>,
    pub(super) version: i32,
    /// The holder; without one, who comes first.
    pub(super) person: Option<StoredPerson>,
    /// The first one.
    pub(super) structure: Option<StoredStructure>,
    /// Another person of the household has the document of the row.
    pub(super) document_taken: bool,
    /// It has a signed agreement, which rests on the areas as they were.
    pub(super) signed: bool,
}

#[derive(Debug)]
pub(super) struct StoredPerson {
    pub(super) id: PersonId,
    /// In clear, of a child too.
    pub(super) name: String,
    pub(super) relation: String,
    pub(super) holder: bool,
    pub(super) document: SealedDocument,
    pub(super) birth_on: Option<Day>,
}

#[derive(Debug)]
pub(super) struct StoredStructure {
    pub(super) id: StructureId,
    pub(super) seq: i32,
    pub(super) used_for: StructureUse,
    pub(super) certificate_no: Option<String>,
    pub(super) certificate_area_m2: Option<Area>,
    pub(super) measured_area_m2: Option<Area>,
    pub(super) recognised_area_m2: Option<Area>,
    pub(super) built_year: Option<i32>,
}

/// Judges the rows of one batch, in their order.
pub(super) struct Judge<'a> {
    keys: &'a KeyRing,
    today: Day,
    seen: HashSet<(ParcelId, &'a str)>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(keys: &'a KeyRing, today: Day, rows: usize) -> Self {
        let seen = HashSet::with_capacity(rows);
        Self { keys, today, seen }
    }

    pub(super) fn outcome(
        &mut self,
        row: &'a RosterRow,
        stored: Option<&Stored>,
    ) -> Result<RowOutcome, Problem> {
        let mut mistakes = mistakes(row, self.today);
        if !self.seen.insert((row.parcel_id, row.household_no.as_str())) {
            let told = words!("同一户编号重复", "the same household number stands twice");
            mistakes.push(FieldError::new("household_no", "row-twice", told));
        }
        if stored.is_some_and(|stored| stored.document_taken) {
            let told = words!(
                "该户另有一人使用此证件",
                "another person of the household has this document"
            );
            mistakes.push(FieldError::new(
                "id_number",
                "person-already-in-household",
                told,
            ));
        }
        if !mistakes.is_empty() {
            return Ok(RowOutcome::Refused(mistakes));
        }
        let Some(stored) = stored else {
            return Ok(RowOutcome::New);
        };
        let changes = changes(self.keys, row, stored)?;
        Ok(if changes.is_empty() {
            RowOutcome::Unchanged
        } else {
            RowOutcome::Changed(changes)
        })
    }
}

/// What a single registration would refuse for the same facts.
fn mistakes(row: &RosterRow, today: Day) -> Vec<FieldError> {
    let mut wrongs: Vec<(&'static str, Wrong)> = vec![];
    let birth_on = row.document.as_ref().and_then(documents::birth_on);
    if birth_on.is_some_and(|birth| birth > today) {
        wrongs.push(("id_number", Wrong::BirthInFuture));
    }
    if row.has_structure() {
        wrongs.extend(rules::wrong_areas(row.areas()));
    }
    let told = wrongs.into_iter().map(|(field, wrong)| {
        // A structure without any area is told at the first of the three.
        let field = if field.is_empty() { AREAS[0] } else { field };
        FieldError::new(field, wrong.code(), wrong.words())
    });
    told.collect()
}

pub(super) const AREAS: [&str; 3] = [
    "certificate_area_m2",
    "measured_area_m2",
    "recognised_area_m2",
];

fn changes(keys: &KeyRing, row: &RosterRow, stored: &Stored) -> Result<Vec<FieldChange>, Problem> {
    let mut changes = Changes(vec![]);
    let holder = row.holder_name.as_str();
    let phone = row.phone.as_ref().map(Phone::as_str);
    changes.personal(
        "holder_name",
        Some(&stored.holder_name),
        Some(holder),
        masked_name,
    );
    let (old, new) = (Some(&*stored.address), Some(row.address.as_str()));
    changes.personal("address", old, new, masked_address);
    changes.personal("phone", stored.phone.as_deref(), phone, masked_phone);
    let person = stored.person.as_ref();
    let relation = row.relation.as_ref().map(Relation::as_str);
    changes.text("relation", person.map(|p| p.relation.as_str()), relation);
    if let Some(document) = &row.document
        && document_differs(keys, document, person)
    {
        changes.document(keys, document, person)?;
    }
    let structure = stored.structure.as_ref();
    let old_use = structure.map(|s| s.used_for.key());
    changes.text(
        "structure_use",
        old_use,
        row.structure_use.map(StructureUse::key),
    );
    let old_number = structure.and_then(|s| s.certificate_no.as_deref());
    let number = row.certificate_no.as_ref().map(Label::as_str);
    changes.text("certificate_no", old_number, number);
    let old_areas = structure.map_or([None; 3], |s| {
        [
            s.certificate_area_m2,
            s.measured_area_m2,
            s.recognised_area_m2,
        ]
    });
    for ((field, new), old) in row.areas().into_iter().zip(old_areas) {
        let text = |area: Option<Area>| area.map(|area| area.to_string());
        changes.text(field, text(old).as_deref(), text(new).as_deref());
    }
    if stored.signed {
        changes.warn_of_areas();
    }
    Ok(changes.0)
}

/// Whether a row names another document than the one that is on record.
pub(super) fn document_differs(
    keys: &KeyRing,
    document: &IdDocument,
    person: Option<&StoredPerson>,
) -> bool {
    let Some(person) = person else { return true };
    let fingerprint = documents::fingerprint(keys, document);
    document.kind() != person.document.kind
        || fingerprint.as_ref().map(<[u8; 32]>::as_slice) != person.document.fingerprint.as_deref()
}

struct Changes(Vec<FieldChange>);

impl Changes {
    /// What a row leaves out changes nothing.
    fn text(&mut self, field: &'static str, old: Option<&str>, new: Option<&str>) {
        if let Some(new) = new
            && old != Some(new)
        {
            let (old, new) = (old.map(str::to_owned), new.to_owned());
            self.0.push(FieldChange {
                field,
                old,
                new,
                note: None,
            });
        }
    }

    /// What a corrected area does not do once the household has signed.
    fn warn_of_areas(&mut self) {
        let areas = self.0.iter_mut().filter(|c| AREAS.contains(&c.field));
        for change in areas {
            change.note = Some(words!(
                "该户已签约：已签协议和已冻结底册的面积不随之改变",
                "the household has signed: its agreement and a frozen roster keep the old area"
            ));
        }
    }

    /// Masked, so that two different ones may look the same.
    fn personal(
        &mut self,
        field: &'static str,
        old: Option<&str>,
        new: Option<&str>,
        masked: fn(&str) -> String,
    ) {
        if let Some(new) = new
            && old != Some(new)
        {
            let (old, new) = (old.map(masked), masked(new));
            self.0.push(FieldChange {
                field,
                old,
                new,
                note: None,
            });
        }
    }

    /// Numbers are masked, so that two different ones may look the same.
    fn document(
        &mut self,
        keys: &KeyRing,
        new: &IdDocument,
        person: Option<&StoredPerson>,
    ) -> Result<(), Problem> {
        let old_kind = person.map(|p| kind_key(p.document.kind));
        self.text("id_kind", old_kind, Some(kind_key(new.kind())));
        if let Some(new) = new.masked() {
            let old = person.map(|person| {
                let SealedDocument { kind, sealed, .. } = &person.document;
                documents::masked(keys, person.id, *kind, sealed.as_deref())
            });
            self.0.push(FieldChange {
                field: "id_number",
                old: old.transpose()?.flatten(),
                new,
                note: None,
            });
        }
        Ok(())
    }
}
