//! Agreements (补偿安置协议): draft → signed → void, one live agreement per household.
//!
//! Words: a *draft* (草稿) can be changed, a *signed* agreement (已签约) only voided, a *void* one
//! (已作废) stays for the record. *Live* means not void. The legal day of an act and the instant it
//! was entered are different facts, and both are kept. While a flat is assigned because an agreement
//! was signed, that agreement is not voided.
//!
//! Whoever writes an agreement locks its household first: that orders all acts on one household,
//! and the partial unique index `agreement_one_live` stands behind it. Table: `agreement`.
//!
//! [`bulk`] is the way in for files; [`signing_rate`] counts what is signed.

mod api;
pub mod bulk;
mod export;
pub mod model;
mod rules;
pub mod signing_rate;
mod store;

use sqlx::PgConnection;

use crate::{staff::Scope, values::HouseholdId};

pub use api::AgreementsApi;
pub use export::AgreementExportsApi;
pub use model::{Agreement, AgreementStatus, VoidReason};
pub use store::erase_notes;

/// Every agreement of a household, live or void, at most 200.
pub async fn of_household(
    conn: &mut PgConnection,
    scope: &Scope,
    household: HouseholdId,
) -> sqlx::Result<Vec<Agreement>> {
    let filter = store::AgreementFilter {
        household_id: Some(household),
        ..store::AgreementFilter::default()
    };
    store::list(conn, scope, &filter, "", uuid::Uuid::nil(), 200).await
}
