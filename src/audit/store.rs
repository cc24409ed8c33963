//! SQL of the trail.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{AuditEvent, Entry, api::EventFilter, canonical};
use crate::{
    App,
    http::Act,
    staff::Scope,
    values::{Code, Instant, OrgUnitId, StaffId},
};

/// Records as the columns of one statement.
#[derive(Default)]
struct Columns<'a> {
    ids: Vec<Uuid>,
    salts: Vec<Vec<u8>>,
    contents: Vec<Vec<u8>>,
    actions: Vec<&'a str>,
    types: Vec<&'a str>,
    objects: Vec<Uuid>,
    before: Vec<Option<i32>>,
    after: Vec<Option<i32>>,
    reasons: Vec<Option<&'a str>>,
    behalf: Vec<Option<&'a str>>,
    parcels: Vec<Option<Uuid>>,
    outcomes: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, app: &App, entry: &'a Entry) {
        self.ids.push(app.fresh_id());
        self.salts.push(app.entropy.bytes::<16>().to_vec());
        self.contents.push(canonical(&entry.changed));
        self.actions.push(entry.action);
        self.types.push(entry.object_type);
        self.objects.push(entry.object_id);
        self.before.push(entry.version_before);
        self.after.push(entry.version_after);
        self.reasons.push(entry.reason.as_deref());
        self.behalf.push(entry.on_behalf_of);
        self.parcels.push(entry.parcel_id.map(|parcel| parcel.0));
        self.outcomes.push(entry.outcome);
    }
}

/// One statement for any number of records: salts are made for new subjects and read for old ones.
pub(super) async fn insert(app: &App, act: &mut Act, entries: &[Entry]) -> sqlx::Result<()> {
    let mut of = Columns::default();
    for entry in entries {
        of.push(app, entry);
    }
    sqlx::query!(
        "with subject as (
             select distinct on (object_id) object_id, salt
               from unnest($3::uuid[], $4::bytea[]) as s(object_id, salt)
              order by object_id
         ), salted as (
             insert into audit_salt (subject_id, salt)
             select object_id, salt from subject
             on conflict (subject_id) do update set subject_id = excluded.subject_id
             returning subject_id, salt
         )
         insert into audit_event
                (id, at, client_id, staff_id, role, action, object_type, object_id, version_before,
                 version_after, commitment, reason, on_behalf_of, parcel_id, request_id, outcome)
         select e.id, $1, $2, $16, $13, e.action, e.object_type, e.object_id, e.version_before,
                e.version_after, sha256(salted.salt || e.content), e.reason, e.on_behalf_of,
                e.parcel_id, $14, e.outcome
           from unnest($5::uuid[], $6::text[], $7::text[], $3::uuid[], $8::int[], $9::int[],
                       $10::bytea[], $11::text[], $12::text[], $15::uuid[], $17::text[])
                as e(id, action, object_type, object_id, version_before, version_after, content,
                     reason, on_behalf_of, parcel_id, outcome)
           join salted on salted.subject_id = e.object_id",
        act.at,
        act.caller.client_id,
        &of.objects[..],
        &of.salts[..],
        &of.ids[..],
        &of.actions[..] as _,
        &of.types[..] as _,
        &of.before as _,
        &of.after as _,
        &of.contents[..],
        &of.reasons as _,
        &of.behalf as _,
        act.caller.role,
        act.request_id,
        &of.parcels as _,
        act.caller.staff_id,
        &of.outcomes[..] as _,
    )
    .execute(&mut **act)
    .await?;
    Ok(())
}

/// Newest first: what was done by the units of the scope, and what was done to their parcels.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &EventFilter,
    after: Option<Instant>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<AuditEvent>> {
    sqlx::query_as!(
        AuditEvent,
        r#"select e.id, e.at, e.client_id, e.staff_id as "staff_id: StaffId", e.org_unit_id as "org_unit_id: OrgUnitId", k.label as "client_label?", e.role, e.on_behalf_of,
                  e.action, e.object_type, e.object_id, e.version_before, e.version_after,
                  encode(e.commitment, 'hex') as "commitment!", e.reason, e.request_id, e.outcome
             from audit_event e
             left join api_key k on k.id = e.client_id
            where ($1::timestamptz is null or (e.at, e.id) < ($1, $2))
              and ($3::uuid is null or e.object_id = $3)
              and ($4::text is null or e.action = $4)
              and ($5::uuid is null or e.client_id = $5)
              and ($6::timestamptz is null or e.at >= $6)
              and ($7::timestamptz is null or e.at < $7)
              and ($8::uuid[] is null or e.org_unit_id = any($8) or exists (
                    select from parcel p
                     where p.id = e.parcel_id and p.org_unit_id = any($8)))
            order by e.at desc, e.id desc
            limit $9"#,
        after as _,
        after_id,
        filter.object_id,
        filter.action.as_ref().map(Code::as_str),
        filter.client_id,
        filter.from as _,
        filter.until as _,
        scope.units(),
        take,
    )
    .fetch_all(conn)
    .await
}

/// Erases the salts of these subjects; how many there were.
pub(super) async fn delete_salts(conn: &mut PgConnection, subjects: &[Uuid]) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from audit_salt where subject_id = any($1)",
        subjects
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
