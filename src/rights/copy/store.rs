//! SQL of copies: what is read for one person, and where the files of a copy are.

use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use super::document::{
    CopiedCode, CopiedDisclosure, CopiedLookup, CopiedOther, CopiedRelease, CopiedStructure,
};
use crate::{
    reports::ReportLanguage,
    rights::model::{Kind, State},
    staff::{Role, Scope},
    values::{ActorId, Area, DataRequestId, HouseholdId, Instant, ParcelId, PersonId},
};

/// A request for a copy, for its job.
pub(super) struct Ordered {
    pub(super) state: State,
    pub(super) household_id: HouseholdId,
    pub(super) person_id: Option<PersonId>,
    pub(super) language: ReportLanguage,
    pub(super) parcel_id: ParcelId,
    pub(super) unit: Uuid,
    pub(super) client_id: Uuid,
    pub(super) decided_by: Option<ActorId>,
    pub(super) decided_as: Option<Role>,
    pub(super) decided_in: Option<Uuid>,
    pub(super) version: i32,
}

/// Whoever decided was asked whether they may.
pub(super) async fn find_order(
    conn: &mut PgConnection,
    id: DataRequestId,
    job: Uuid,
) -> sqlx::Result<Option<Ordered>> {
    sqlx::query_as!(
        Ordered,
        r#"select q.state, q.household_id, q.person_id, q.language as "language: ReportLanguage",
                  h.parcel_id, h.org_unit_id as "unit: Uuid", j.client_id, q.decided_by,
                  q.decided_as as "decided_as: Role", q.decided_in, q.version
             from personal_data_request q
             join household h on h.id = q.household_id
             join job j on j.id = q.job_id
            where q.id = $1 and j.id = $2
              for update of q"#,
        id.0,
        job,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn finish(
    conn: &mut PgConnection,
    id: DataRequestId,
    (json, xlsx): (Uuid, Uuid),
    expires_at: Instant,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update personal_data_request
            set state = 'done', json_file_id = $2, xlsx_file_id = $3, expires_at = $4,
                version = version + 1
          where id = $1
         returning version",
        id.0,
        json,
        xlsx,
        expires_at,
    )
    .fetch_one(conn)
    .await
}

/// The files of copies that have expired and are still there.
pub(super) async fn expired(
    conn: &mut PgConnection,
    now: Instant,
    take: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select f.id as "id: Uuid"
             from personal_data_request q
             join file f on f.id in (q.json_file_id, q.xlsx_file_id)
            where q.expires_at <= $1
              and exists (select from file_chunk c where c.file_id = f.id and c.seq = 0)
            limit $2"#,
        now,
        take,
    )
    .fetch_all(conn)
    .await
}

/// What is handed out.
pub(super) struct Kept {
    pub(super) household_id: HouseholdId,
    pub(super) parcel_id: ParcelId,
    pub(super) kind: Kind,
    pub(super) expires_at: Option<Instant>,
    pub(super) json: Option<Uuid>,
    pub(super) json_sha256: Option<Vec<u8>>,
    pub(super) xlsx: Option<Uuid>,
    pub(super) xlsx_sha256: Option<Vec<u8>>,
}

pub(super) async fn find_kept(
    conn: &mut PgConnection,
    scope: &Scope,
    id: DataRequestId,
) -> sqlx::Result<Option<Kept>> {
    sqlx::query_as!(
        Kept,
        r#"select q.household_id, h.parcel_id, q.kind, q.expires_at, q.json_file_id as json,
                  fj.sha256 as "json_sha256?", q.xlsx_file_id as xlsx, fx.sha256 as "xlsx_sha256?"
             from personal_data_request q
             join household h on h.id = q.household_id
             left join file fj on fj.id = q.json_file_id
             left join file fx on fx.id = q.xlsx_file_id
            where q.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))"#,
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// What is known of a household beside its persons, agreements, flats and needs.
pub(super) struct Home {
    pub(super) programme_name: String,
    pub(super) parcel_name: String,
    pub(super) address: String,
    pub(super) phone: Option<String>,
    pub(super) registered_at: Instant,
    pub(super) floor_area_m2: Area,
    pub(super) structures: Json<Vec<CopiedStructure>>,
    pub(super) others: Json<Vec<CopiedOther>>,
    pub(super) releases: Json<Vec<CopiedRelease>>,
    pub(super) lookups: Json<Vec<CopiedLookup>>,
    pub(super) codes: Json<Vec<CopiedCode>>,
    pub(super) disclosures: Json<Vec<CopiedDisclosure>>,
}

pub(super) async fn find_home(
    conn: &mut PgConnection,
    scope: &Scope,
    household: HouseholdId,
    person: PersonId,
) -> sqlx::Result<Option<Home>> {
    sqlx::query_as!(
        Home,
        r#"select g.name as programme_name, p.name as parcel_name, h.address, h.phone,
                  h.created_at as registered_at,
                  (select a.floor_area_m2 from household_area a where a.household_id = h.id)
                      as "floor_area_m2!: Area",
                  (select coalesce(json_agg(json_build_object(
                              'seq', s.seq, 'used_for', s.use, 'certificate_no', s.certificate_no,
                              'certificate_area_m2', s.certificate_area_m2::text,
                              'measured_area_m2', s.measured_area_m2::text,
                              'recognised_area_m2', s.recognised_area_m2::text,
                              'built_year', s.built_year) order by s.seq), '[]')
                     from structure s where s.household_id = h.id)
                      as "structures!: Json<Vec<CopiedStructure>>",
                  (select coalesce(json_agg(json_build_object('name', m.name,
                                                              'relation', m.relation)
                              order by m.holder desc, m.relation, m.id), '[]')
                     from person m where m.household_id = h.id and m.id <> $3)
                      as "others!: Json<Vec<CopiedOther>>",
                  (select coalesce(json_agg(json_build_object(
                              'estate', e.name, 'building', b.name, 'flat_no', f.flat_no,
                              'assigned_on', r.assigned_on, 'released_on', r.released_on,
                              'reason', r.reason) order by r.released_on, f.id), '[]')
                     from flat_release r
                     join flat f on f.id = r.flat_id
                     join building b on b.id = f.building_id
                     join estate e on e.id = b.estate_id
                    where r.household_id = h.id) as "releases!: Json<Vec<CopiedRelease>>",
                  (select coalesce(json_agg(json_build_object(
                              'opened_at', l.opened_at, 'channel', l.channel,
                              'assistant', l.assistant) order by l.opened_at, l.id), '[]')
                     from resident_session l where l.household_id = h.id)
                      as "lookups!: Json<Vec<CopiedLookup>>",
                  (select coalesce(json_agg(json_build_object(
                              'issued_at', c.issued_at, 'revoked_at', c.revoked_at)
                              order by c.issued_at, c.id), '[]')
                     from lookup_code c where c.household_id = h.id)
                      as "codes!: Json<Vec<CopiedCode>>",
                  (select coalesce(json_agg(json_build_object(
                              'disclosed_at', d.disclosed_at, 'role', d.role, 'unit', u.name,
                              'reason', d.reason) order by d.disclosed_at, d.id), '[]')
                     from disclosure d join org_unit u on u.id = d.org_unit_id
                    where d.household_id = h.id)
                      as "disclosures!: Json<Vec<CopiedDisclosure>>"
             from household h
             join parcel p on p.id = h.parcel_id
             join programme g on g.id = p.programme_id
            where h.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))"#,
        household.0,
        scope.units(),
        person.0,
    )
    .fetch_optional(conn)
    .await
}
