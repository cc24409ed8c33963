//! The audit trail (审计轨迹): a record in the transaction of every change.
//!
//! No clear personal data ever enters a record: the changed fields are committed to by a salted
//! hash, and erasing the salt makes the commitment unreadable while the trail stays whole. The
//! service may add and read records, never change or delete them. Tables: `audit_event`,
//! `audit_salt`.

mod api;
mod export;
mod store;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    App,
    http::{Act, Problem},
    values::ParcelId,
};

pub use api::{AuditApi, AuditEvent};
pub use export::AuditExportsApi;

/// What is to be recorded; who, when and why-asked come from the [`Act`].
#[derive(Debug, Clone)]
pub struct Entry {
    action: &'static str,
    object_type: &'static str,
    object_id: Uuid,
    version_before: Option<i32>,
    version_after: Option<i32>,
    changed: Value,
    reason: Option<String>,
    on_behalf_of: Option<&'static str>,
    parcel_id: Option<ParcelId>,
    outcome: &'static str,
}

impl Entry {
    /// `object.acted`, in the past tense.
    pub fn new(action: &'static str, object_type: &'static str, object_id: Uuid) -> Self {
        Self {
            action,
            object_type,
            object_id,
            version_before: None,
            version_after: None,
            changed: Value::Null,
            reason: None,
            on_behalf_of: None,
            parcel_id: None,
            outcome: "done",
        }
    }

    /// The version before the change.
    #[must_use]
    pub fn was(mut self, version: i32) -> Self {
        self.version_before = Some(version);
        self
    }

    /// The version after the change.
    #[must_use]
    pub fn became(mut self, version: i32) -> Self {
        self.version_after = Some(version);
        self
    }

    /// The changed fields; only a salted digest of them is kept.
    #[must_use]
    pub fn changed(mut self, fields: Value) -> Self {
        self.changed = fields;
        self
    }

    /// A coded reason or legal basis, never free text.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// In what capacity somebody acted for another, for example `resident`.
    #[must_use]
    pub fn on_behalf_of(mut self, whom: &'static str) -> Self {
        self.on_behalf_of = Some(whom);
        self
    }

    /// It was tried and refused.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.outcome = "refused";
        self
    }

    /// The parcel the object belongs to, for the scope of those who read the trail.
    #[must_use]
    pub fn within(mut self, parcel: ParcelId) -> Self {
        self.parcel_id = Some(parcel);
        self
    }
}

/// Writes one record in the transaction of the act.
pub async fn record(app: &App, act: &mut Act, entry: &Entry) -> Result<(), Problem> {
    record_all(app, act, std::slice::from_ref(entry)).await
}

/// Writes many records in one statement; for bulk acts, in batches of the caller's making.
pub async fn record_all(app: &App, act: &mut Act, entries: &[Entry]) -> Result<(), Problem> {
    store::insert(app, act, entries).await?;
    Ok(())
}

/// The fields of a request, as they are committed to.
pub fn fields(body: &impl poem_openapi::types::ToJSON) -> Value {
    body.to_json().unwrap_or_default()
}

/// RFC 8785: the same fields give the same bytes everywhere.
fn canonical(fields: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(fields).expect("JSON values have a canonical form")
}
