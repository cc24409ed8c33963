//! The signing rate (签约率): a defined metric over a frozen roster (签约底册).
//!
//! Definition `signing-rate/1`. An agreement *counts* on a legal day when it was signed on or
//! before that day and is not void on it: an agreement that is voided on the day it was signed
//! never counts. A household of the roster is signed on a day when at least one of its agreements
//! counts on it, so it is counted once. All days are legal days in Asia/Shanghai.
//!
//! - The denominator is the roster: the households of the parcel on the day it was frozen, each
//!   with its floor area of that day. Later corrections of households never move it.
//! - By household: signed households over households of the roster.
//! - By floor area: the *roster* area of the signed households over the area of the roster. The
//!   area written in an agreement is what is compensated; it may include what the roster does not
//!   have, and with it more than the whole could be signed. The roster's own area never exceeds
//!   the whole and reaches it exactly when every household has signed.
//! - Shares are cut off after the fourth decimal, never rounded up.
//! - `signed_last_7_days`: households signed on the day that were not signed seven days before it.
//!   An agreement that was voided and replaced within the week is therefore no new signature.
//!
//! [`recount`] is the same definition in a few lines of Rust, for whoever wants to check.
//! Tables: `roster`, `roster_entry`.

mod api;
mod export;
pub mod model;
mod rules;
mod store;

pub use api::SigningRateApi;
pub use export::UnsignedExportsApi;
pub use model::{GroupBy, ProgrammeSigningRates, Roster, SigningRate};
pub use rules::{DEFINITION, RosterLine, Signing, recount};

use sqlx::PgConnection;

use crate::{
    http::Problem,
    parcels::Programme,
    values::{Day, ProgrammeId},
};

/// The signing rates of a programme the caller may see, grouped, with their total.
pub async fn of_programme(
    conn: &mut PgConnection,
    programme: &Programme,
    group_by: GroupBy,
    as_of: Day,
) -> Result<ProgrammeSigningRates, Problem> {
    let id: ProgrammeId = programme.id;
    let rows = store::programme_rates(conn, id, group_by, as_of).await?;
    rules::grouped(id, group_by, as_of, rows).map_err(Problem::internal)
}
