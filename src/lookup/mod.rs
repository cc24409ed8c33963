//! The resident lookup (住户查询): one household sees its own case, with a code from a letter.
//!
//! A *lookup code* (查询码) opens the case of one household to whoever also knows the last six
//! characters of an adult's document; a *resident session* is half an hour of that. This is the
//! only slice with an anonymous operation, so it has limits of its own and a view model of its
//! own: nothing that staff see is ever passed on. Codes and tokens are kept as hashes. Tables:
//! `lookup_code`, `resident_session`.

mod api;
mod case;
mod export;
mod letters;
mod limits;
pub mod model;
mod resident;
mod rules;
mod session;
mod steps;
mod store;
#[cfg(test)]
mod tests;

pub use api::LookupCodesApi;
pub use export::LookupCodeExportsApi;
pub use model::LookupChannel;
pub use resident::ResidentApi;
pub use session::ResidentSession;

use serde_json::json;
use uuid::Uuid;

use crate::{
    App,
    audit::{self, Entry},
    http::{Act, Problem},
    privacy::KeyRing,
    values::{HouseholdId, LookupCode, LookupCodeId, ParcelId},
};

/// A code as it was just issued, in clear; nothing keeps it.
#[derive(Debug)]
pub struct Issued {
    pub id: LookupCodeId,
    pub household_id: HouseholdId,
    pub lookup_code: LookupCode,
}

/// Issues a code to each of up to 5,000 households of one parcel, which the caller has locked.
///
/// A live code of such a household is revoked, so it stops with this act; both are recorded.
pub async fn issue(
    app: &App,
    act: &mut Act,
    parcel: ParcelId,
    households: &[HouseholdId],
) -> Result<Vec<Issued>, Problem> {
    let issued: Vec<Issued> = households
        .iter()
        .map(|household| Issued {
            id: LookupCodeId(app.fresh_id()),
            household_id: *household,
            lookup_code: LookupCode::from_random(app.entropy.bytes()),
        })
        .collect();
    let at = act.at;
    let revoked = store::revoke_live(act, households, at).await?;
    store::insert(act, &app.keys, &issued, at).await?;
    let about = |action, id: LookupCodeId, household: HouseholdId| {
        Entry::new(action, "lookup_code", id.0)
            .changed(json!({"household_id": household.to_string()}))
            .within(parcel)
    };
    let mut entries: Vec<Entry> = revoked
        .iter()
        .map(|old| {
            about("lookup_code.revoked", old.id, old.household_id)
                .was(old.version - 1)
                .became(old.version)
                .because("re-issue")
        })
        .collect();
    entries.extend(
        issued
            .iter()
            .map(|new| about("lookup_code.issued", new.id, new.household_id).became(1)),
    );
    audit::record_all(app, act, &entries).await?;
    Ok(issued)
}

/// What is kept of a code.
fn code_hash(keys: &KeyRing, code: &LookupCode) -> [u8; 32] {
    keys.fingerprint("lookup_code.code_hash", code.canonical().as_bytes())
}

/// The household of a code that nobody was given: work on it takes as long as on any other.
const NOBODY: HouseholdId = HouseholdId(Uuid::nil());
