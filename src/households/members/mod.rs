//! Persons and structures of a registered household. Each change is a change of the household: it
//! takes the version of the household, makes the next one and answers the whole household.

mod persons;
mod store;
mod structures;

use serde_json::Value;

use super::{
    api,
    model::{Household, Place},
    search, store as households,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{Act, Problem, Versioned},
    staff::Scope,
};

pub use persons::{PersonsApi, no_person};
pub(super) use store::find_person;
pub use structures::StructuresApi;

/// Makes the next version of the household, records what happened and reads the household again.
pub(super) async fn changed(
    app: &App,
    act: &mut Act,
    scope: &Scope,
    before: &Place,
    action: &'static str,
    fields: Value,
) -> Result<Versioned<Household>, Problem> {
    let version = households::bump(act, before.household_id).await?;
    search::rekey(act, &[before.household_id.0]).await?;
    let entry = Entry::new(action, "household", before.household_id.0)
        .within(before.parcel_id)
        .was(before.version)
        .became(version)
        .changed(fields);
    audit::record(app, act, &entry).await?;
    let household = api::read(app, act, scope, before.household_id).await?;
    Ok(Versioned::new(&household, version))
}
