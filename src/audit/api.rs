//! Reading the trail.

use poem_openapi::{Object, OpenApi, param::Query};
use uuid::Uuid;

use super::store;
use crate::{
    App,
    http::{Cursor, Json, Limit, Page, Paging, ReadProblem, Tag},
    staff::{Staff, may},
    values::{AuditEventId, Code, Instant, OrgUnitId, StaffId},
};

pub struct AuditApi(pub App);

/// One record of the trail (审计记录).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct AuditEvent {
    pub id: AuditEventId,
    pub at: Instant,
    /// The key or resident session that acted.
    pub client_id: Uuid,
    /// The member of staff behind it, when it is known.
    pub staff_id: Option<StaffId>,
    /// The unit they worked at.
    pub org_unit_id: Option<OrgUnitId>,
    /// The label of the key, as it is today.
    pub client_label: Option<String>,
    pub role: String,
    /// In what capacity the caller acted for another.
    pub on_behalf_of: Option<String>,
    /// For example `agreement.signed`.
    pub action: String,
    pub object_type: String,
    pub object_id: Uuid,
    /// Absent for a new object.
    pub version_before: Option<i32>,
    pub version_after: Option<i32>,
    /// SHA-256 (hex) over the subject's salt and the canonical JSON of the changed fields.
    pub commitment: String,
    /// A coded reason or legal basis.
    pub reason: Option<String>,
    /// The request it happened in; the same id is in the log.
    pub request_id: Uuid,
    pub outcome: String,
}

/// What to list.
#[derive(Debug, serde::Serialize)]
pub(super) struct EventFilter {
    pub(super) object_id: Option<Uuid>,
    pub(super) action: Option<Code>,
    pub(super) client_id: Option<Uuid>,
    pub(super) from: Option<Instant>,
    pub(super) until: Option<Instant>,
}

#[OpenApi(tag = "Tag::Audit")]
impl AuditApi {
    /// List audit records
    ///
    /// Newest first. Every change of every object is here, written in the same transaction.
    #[oai(
        path = "/audit-events",
        method = "get",
        operation_id = "listAuditEvents"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_audit_events(
        &self,
        staff: Staff<may::ReadTrail>,
        /// Records of one object.
        object_id: Query<Option<Uuid>>,
        /// Records of one kind of act, for example `agreement.signed`.
        action: Query<Option<Code>>,
        /// Records of one caller.
        client_id: Query<Option<Uuid>>,
        /// Not before this instant.
        from: Query<Option<Instant>>,
        /// Before this instant.
        until: Query<Option<Instant>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<AuditEvent>>, ReadProblem> {
        let filter = EventFilter {
            object_id: object_id.0,
            action: action.0,
            client_id: client_id.0,
            from: from.0,
            until: until.0,
        };
        let paging =
            Paging::<Instant>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let rows = store::list(
            &mut conn,
            &staff.scope,
            &filter,
            paging.after().copied(),
            paging.after_id(),
            paging.take(),
        )
        .await?;
        Ok(Json::new(paging.page(rows, |event| (event.at, event.id.0))))
    }
}
