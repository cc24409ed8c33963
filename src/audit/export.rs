//! The trail as a workbook.

use poem_openapi::{OpenApi, param::Query};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    api::{AuditEvent, EventFilter},
    store,
};
use crate::{
    App,
    http::{Asked, Download, Exported, FigureProblem, Language, ListName, Reader, Tag, export},
    sheets::{Bilingual, OutCell, Tabular},
    staff::{Staff, may},
    values::{Code, Instant},
};

pub struct AuditExportsApi(pub App);

#[OpenApi(tag = "Tag::Audit")]
impl AuditExportsApi {
    /// Download audit records
    ///
    /// As XLSX, narrowed and ordered like the list, at most 200,000 rows; recorded in the trail.
    #[oai(
        path = "/audit-events/export",
        method = "get",
        operation_id = "exportAuditEvents"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn export_audit_events(
        &self,
        staff: Staff<may::ReadTrail>,
        asked: Asked,
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
    ) -> Result<Download, FigureProblem> {
        let filter = EventFilter {
            object_id: object_id.0,
            action: action.0,
            client_id: client_id.0,
            from: from.0,
            until: until.0,
        };
        Ok(export(&self.0, staff, asked, &filter).await?)
    }
}

impl Exported for EventFilter {
    type Row = AuditEvent;

    const NAME: ListName = ListName {
        key: "audit-events",
        title: ("审计记录", "Audit records"),
    };

    async fn page(
        &self,
        conn: &mut PgConnection,
        reader: &Reader,
        after: Option<&AuditEvent>,
        take: i64,
    ) -> sqlx::Result<Vec<AuditEvent>> {
        let (at, id) = (after.map(|e| e.at), after.map(|e| e.id.0));
        store::list(conn, &reader.scope, self, at, id, take).await
    }
}

impl Tabular for AuditEvent {
    const COLUMNS: &'static [Bilingual] = &[
        ("时间（UTC）", "At (UTC)"),
        ("密钥", "Client"),
        ("密钥名称", "Client label"),
        ("岗位", "Role"),
        ("代办", "On behalf of"),
        ("行为", "Action"),
        ("对象类型", "Object type"),
        ("对象", "Object"),
        ("原版本", "Version before"),
        ("新版本", "Version after"),
        ("承诺值", "Commitment"),
        ("理由", "Reason"),
        ("请求", "Request"),
        ("结果", "Outcome"),
        ("标识", "Id"),
    ];

    fn cells(&self, _language: Language) -> Vec<OutCell> {
        let version = |v: i32| OutCell::Integer(v.into());
        vec![
            OutCell::instant(self.at),
            OutCell::text(self.client_id.to_string()),
            OutCell::maybe(self.client_label.as_deref(), OutCell::text),
            OutCell::text(&self.role),
            OutCell::maybe(self.on_behalf_of.as_deref(), OutCell::text),
            OutCell::text(&self.action),
            OutCell::text(&self.object_type),
            OutCell::text(self.object_id.to_string()),
            OutCell::maybe(self.version_before, version),
            OutCell::maybe(self.version_after, version),
            OutCell::text(&self.commitment),
            OutCell::maybe(self.reason.as_deref(), OutCell::text),
            OutCell::text(self.request_id.to_string()),
            OutCell::text(&self.outcome),
            OutCell::text(self.id.to_string()),
        ]
    }
}
