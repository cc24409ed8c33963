//! A request that comes in, at the office or from a lookup session.

use serde_json::{Value, json};

use super::{
    api::asked_already,
    model::{Asker, Correction, Kind, Proof},
    rules, sealed,
    store::{self, NewRow},
};
use crate::{
    App,
    audit::Entry,
    households::{ERASED, check_document, fingerprint, no_person, person_erased},
    http::{Act, OnConstraint as _, Problem},
    reports::ReportLanguage,
    values::{ActorId, DataRequestId, Day, HouseholdId, IdDocument, ParcelId, PersonId},
};

/// What a request is about, where it is a correction: the field and its value, checked.
pub(super) struct Content {
    correction: Option<Correction>,
    document: Option<IdDocument>,
}

/// Who asks for what.
pub(super) struct Incoming {
    pub(super) household_id: HouseholdId,
    pub(super) parcel_id: ParcelId,
    pub(super) person_id: Option<PersonId>,
    pub(super) kind: Kind,
    pub(super) asked_by: Asker,
    pub(super) proof: Proof,
    pub(super) received_on: Day,
    pub(super) language: ReportLanguage,
    pub(super) entered_by: ActorId,
}

/// A correction whose document, if it is of one, has a number that can be right.
pub(super) fn checked(app: &App, correction: Option<Correction>) -> Result<Content, Problem> {
    let document = match &correction {
        Some(Correction::Document(given)) => Some(check_document(given, app.today())?),
        _ => None,
    };
    Ok(Content {
        correction,
        document,
    })
}

/// Keeps a request about a household that was found in scope; answers its id and what the trail
/// says of it. 404 for somebody who is none of the household, 409 when they were erased or the
/// same waits already.
pub(super) async fn keep(
    app: &App,
    act: &mut Act,
    new: Incoming,
    content: Content,
) -> Result<(DataRequestId, Entry), Problem> {
    if let Some(person) = new.person_id {
        let name = store::name_of(act, new.household_id, person).await?;
        if name.ok_or_else(no_person)? == ERASED {
            return Err(person_erased());
        }
    }
    let id = DataRequestId(app.fresh_id());
    let document = content.document.as_ref();
    let correction = content.correction.as_ref();
    let text = correction.map(|correction| sealed::text_of(correction, document));
    let row = NewRow {
        id,
        household_id: new.household_id,
        person_id: new.person_id,
        kind: new.kind,
        asked_by: new.asked_by,
        proof: new.proof,
        received_on: new.received_on,
        due_on: rules::due_on(new.received_on),
        field: correction.map(rules::field_of),
        proposed_sealed: text
            .as_deref()
            .map(|text| sealed::seal(app, sealed::PROPOSED, id, text)),
        language: new.language,
        entered_by: new.entered_by,
        at: act.at,
    };
    store::insert(act, &row)
        .await
        .on_constraint("personal_data_request_one_open", asked_already)?;
    let entry = Entry::new(
        "personal_data_request.received",
        "personal_data_request",
        id.0,
    )
    .within(new.parcel_id)
    .because(new.kind.key())
    .became(1)
    .changed(committed(app, &row, text, document));
    Ok((id, entry))
}

/// What the trail commits to: of a document its fingerprint in place of the number.
fn committed(
    app: &App,
    row: &NewRow,
    text: Option<String>,
    document: Option<&IdDocument>,
) -> Value {
    let print = document.and_then(|document| fingerprint(&app.keys, document));
    let proposed = match document {
        Some(_) => print.map(hex::encode),
        None => text,
    };
    json!({
        "household_id": row.household_id.to_string(),
        "person_id": row.person_id.map(|id| id.to_string()),
        "kind": row.kind.key(),
        "asked_by": row.asked_by.key(),
        "proof": row.proof.key(),
        "received_on": row.received_on.to_string(),
        "field": row.field.map(super::model::CorrectionField::key),
        "proposed": proposed,
    })
}
