//! Flats (安置房): who they are for, and when the keys may go.

mod api;
mod blockers;
mod export;
mod handover;
mod import;
pub mod model;
mod rules;
mod store;

use sqlx::PgConnection;

use crate::{audit::Entry, staff::Scope, values::HouseholdId};

pub use api::{FlatsApi, no_flat};
pub use export::FlatExportsApi;
pub use handover::HandoversApi;
pub use import::{FlatRow, compare_flats, import_flats};
pub use store::{find_flat, lock_flat};

/// The flats of a household, at most 200: more than a problem document would name.
pub async fn flats_of(
    conn: &mut PgConnection,
    scope: &Scope,
    household: HouseholdId,
) -> sqlx::Result<Vec<model::Flat>> {
    let filter = store::FlatFilter {
        household_id: Some(household),
        ..store::FlatFilter::default()
    };
    store::list_flats(conn, scope, &filter, None, 200).await
}

/// Puts a record of the trail into the parcel of the household the flat is assigned to.
pub async fn place(
    conn: &mut PgConnection,
    entry: Entry,
    flat: &model::Flat,
) -> sqlx::Result<Entry> {
    let parcel = store::parcel_of(conn, flat).await?;
    Ok(match parcel {
        Some(parcel) => entry.within(parcel),
        None => entry,
    })
}
