//! Erasing everything that is known of one person, slice by slice, in one transaction.

use serde_json::json;
use uuid::Uuid;

use super::store::{self, RequestRow};
use crate::{
    App, agreements,
    audit::{self, Entry},
    files,
    households::{Place, erase_person, no_person},
    http::{Act, Problem, forget_answers_about},
    lookup, needs,
};

/// Erases a person whose household is locked and whose case need not be kept.
///
/// The salts of the records about them go first, so that what was committed to can never be tried
/// out again; the record of the erasure itself comes after, under a new salt, and can be opened.
pub(super) async fn erase(
    app: &App,
    act: &mut Act,
    place: &Place,
    request: &RequestRow,
) -> Result<(), Problem> {
    let person = request.person_id.ok_or_else(no_person)?;
    let household = place.household_id;
    let remainder = erase_person(app, act, place, person).await?;
    let needs = needs::erase_of(act, person).await?;
    let requests = store::empty(act, request.id, household, person, remainder.nobody_left).await?;
    for request in &requests {
        let files = [request.json_file_id, request.xlsx_file_id];
        for file in files.into_iter().flatten() {
            files::erase(act, file).await?;
        }
    }
    let mut subjects: Vec<Uuid> = vec![household.0];
    subjects.extend(&needs);
    subjects.extend(requests.iter().map(|request| request.id));
    if remainder.nobody_left {
        subjects.extend(agreements::erase_notes(act, household).await?);
    }
    let salts = audit::forget(act, &subjects).await?;
    let answers = forget_answers_about(app, act, household.0).await?;
    let (parcel, nobody_left) = (place.parcel_id, remainder.nobody_left);
    lookup::close_to(app, act, parcel, household, person, nobody_left).await?;
    let over: Vec<Entry> = requests
        .iter()
        .filter(|request| request.was_open)
        .map(|over| {
            Entry::new(
                "personal_data_request.withdrawn",
                "personal_data_request",
                over.id,
            )
            .within(parcel)
            .was(over.version - 1)
            .became(over.version)
            .because("erasure")
        })
        .collect();
    audit::record_all(app, act, &over).await?;
    let entry = Entry::new("household.person_erased", "household", household.0)
        .within(place.parcel_id)
        .was(place.version)
        .became(remainder.version)
        .because("erasure")
        .changed(json!({
            "data_request_id": request.id.to_string(),
            "person_id": person.to_string(),
            "nobody_left": remainder.nobody_left,
            "needs": needs.len(),
            "salts": salts,
            "answers": answers,
        }));
    audit::record(app, act, &entry).await
}
