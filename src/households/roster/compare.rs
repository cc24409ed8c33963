//! What a row of a roster changes: pure, old against new.

use crate::{
    households::{
        documents::{self, SealedDocument, kind_key},
        model::StructureUse,
        roster::RosterRow,
    },
    http::Problem,
    privacy::KeyRing,
    values::{Area, Day, HouseholdId, IdDocument, Number, PersonId, Phone, Relation, StructureId},
};

/// What happens, or would happen, to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterVerdict {
    /// The household is not there yet.
    New,
    /// The household says the same already.
    Unchanged,
    /// The household is corrected in these members.
    Changed(Vec<FieldChange>),
}

/// One corrected member, old and new. Numbers of documents are masked, so that two different ones
/// may look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// A member of [`RosterRow`], or `id_kind` and `id_number` for its document.
    pub field: &'static str,
    /// `None` where nothing was known.
    pub old: Option<String>,
    /// `None` where something was taken away.
    pub new: Option<String>,
}

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
}

#[derive(Debug)]
pub(super) struct StoredPerson {
    pub(super) id: PersonId,
    pub(super) name: String,
    pub(super) relation: String,
    pub(super) holder: bool,
    pub(super) document: SealedDocument,
    pub(super) birth_on: Option<Day>,
}

#[derive(Debug)]
pub(super) struct StoredStructure {
    pub(super) id: StructureId,
    pub(super) used_for: StructureUse,
    pub(super) certificate_no: Option<String>,
    pub(super) certificate_area_m2: Option<Area>,
    pub(super) measured_area_m2: Option<Area>,
    pub(super) recognised_area_m2: Option<Area>,
    pub(super) built_year: Option<i32>,
}

pub(super) fn verdict(
    keys: &KeyRing,
    row: &RosterRow,
    stored: Option<&Stored>,
) -> Result<RosterVerdict, Problem> {
    let Some(stored) = stored else {
        return Ok(RosterVerdict::New);
    };
    let mut changes = Changes(vec![]);
    changes.text(
        "holder_name",
        Some(&stored.holder_name),
        row.holder_name.as_str(),
    );
    changes.text("address", Some(&stored.address), row.address.as_str());
    if let Some(phone) = row.phone.as_ref().map(Phone::as_str) {
        changes.text("phone", stored.phone.as_ref(), phone);
    }
    let person = stored.person.as_ref();
    if let Some(relation) = row.relation.as_ref().map(Relation::as_str) {
        changes.text("relation", person.map(|p| &p.relation), relation);
    }
    if let Some(document) = &row.document
        && document_differs(keys, document, person)
    {
        changes.document(keys, document, person)?;
    }
    let structure = stored.structure.as_ref();
    if let Some(used_for) = row.structure_use {
        let old = structure.map(|s| s.used_for.key().to_owned());
        changes.text("structure_use", old.as_ref(), used_for.key());
    }
    if let Some(number) = row.certificate_no.as_ref().map(Number::as_str) {
        let old = structure.and_then(|s| s.certificate_no.as_ref());
        changes.text("certificate_no", old, number);
    }
    let old_areas = structure.map_or([None; 3], |s| {
        [
            s.certificate_area_m2,
            s.measured_area_m2,
            s.recognised_area_m2,
        ]
    });
    let new_areas = [
        row.certificate_area_m2,
        row.measured_area_m2,
        row.recognised_area_m2,
    ];
    for (at, field) in [
        "certificate_area_m2",
        "measured_area_m2",
        "recognised_area_m2",
    ]
    .into_iter()
    .enumerate()
    {
        changes.area(field, old_areas[at], new_areas[at]);
    }
    Ok(if changes.0.is_empty() {
        RosterVerdict::Unchanged
    } else {
        RosterVerdict::Changed(changes.0)
    })
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
    fn push(&mut self, field: &'static str, old: Option<String>, new: Option<String>) {
        self.0.push(FieldChange { field, old, new });
    }

    fn text(&mut self, field: &'static str, old: Option<&String>, new: &str) {
        if old.is_none_or(|old| old != new) {
            self.push(field, old.cloned(), Some(new.to_owned()));
        }
    }

    fn area(&mut self, field: &'static str, old: Option<Area>, new: Option<Area>) {
        if new.is_some() && new != old {
            let text = |area: Option<Area>| area.map(|area| area.to_string());
            self.push(field, text(old), text(new));
        }
    }

    fn document(
        &mut self,
        keys: &KeyRing,
        new: &IdDocument,
        person: Option<&StoredPerson>,
    ) -> Result<(), Problem> {
        let old_kind = person.map(|p| p.document.kind);
        let old_number = match person {
            Some(person) => {
                let SealedDocument { kind, sealed, .. } = &person.document;
                documents::masked(keys, person.id, *kind, sealed.as_deref())?
            }
            None => None,
        };
        if old_kind != Some(new.kind()) {
            let text = |kind| kind_key(kind).to_owned();
            self.push("id_kind", old_kind.map(text), Some(text(new.kind())));
        }
        self.push("id_number", old_number, new.masked());
        Ok(())
    }
}
