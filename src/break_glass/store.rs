//! SQL of breaking the glass.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{BreakGlassAccess, BreakGlassFinding, BreakGlassReason},
    rules::Mark,
};
use crate::{
    staff::{Role, Scope},
    values::{ActorId, BreakGlassAccessId, HouseholdId, Instant, OrgUnitId, StaffId},
};

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct AccessFilter {
    pub(super) staff_id: Option<StaffId>,
    pub(super) reviewed: Option<bool>,
}

/// An access with its sealed texts, as it is shown to whoever examines it.
pub(super) struct AccessRow {
    pub(super) access: BreakGlassAccess,
    pub(super) client_id: Uuid,
    pub(super) note_sealed: Vec<u8>,
    pub(super) finding_sealed: Option<Vec<u8>>,
}

/// The household that is meant, wherever it is, when it is exactly one.
pub(super) async fn find_meant(
    conn: &mut PgConnection,
    mark: &Mark<'_>,
    phone: Option<&[u8]>,
) -> sqlx::Result<Option<HouseholdId>> {
    let (parcel, household) = match mark {
        Mark::Number { parcel, household } => (Some(parcel.as_str()), Some(household.as_str())),
        Mark::Phone(_) => (None, None),
    };
    let found = sqlx::query_scalar!(
        r#"select h.id as "id!: HouseholdId"
             from household h join parcel p on p.id = h.parcel_id
            where p.code = $1 and h.household_no = $2
           union
           select h.id from household h where h.phone_fingerprint = $3
            limit 2"#,
        parcel,
        household,
        phone,
    )
    .fetch_all(conn)
    .await?;
    match found[..] {
        [only] => Ok(Some(only)),
        _ => Ok(None),
    }
}

/// So often a person has tried since then; further attempts of theirs wait until this one is kept.
pub(super) async fn attempts_since(
    conn: &mut PgConnection,
    staff: StaffId,
    since: Instant,
) -> sqlx::Result<i64> {
    sqlx::query!(
        "select id from staff where id = $1 for no key update",
        staff.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from break_glass_access
            where staff_id = $1 and opened_at > $2"#,
        staff.0,
        since,
    )
    .fetch_one(conn)
    .await
}

pub(super) struct NewAccess {
    pub(super) id: BreakGlassAccessId,
    pub(super) household_id: Option<HouseholdId>,
    pub(super) client_id: Uuid,
    pub(super) staff_id: StaffId,
    pub(super) role: Role,
    pub(super) org_unit_id: OrgUnitId,
    pub(super) reason: BreakGlassReason,
    pub(super) note_sealed: Vec<u8>,
    pub(super) opened_at: Instant,
    pub(super) expires_at: Instant,
}

pub(super) async fn insert(conn: &mut PgConnection, new: &NewAccess) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into break_glass_access (id, household_id, client_id, staff_id, role, org_unit_id,
                                         reason, note_sealed, opened_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id.0,
        new.household_id.map(|id| id.0),
        new.client_id,
        new.staff_id.0,
        new.role as Role,
        new.org_unit_id.0,
        new.reason as BreakGlassReason,
        new.note_sealed,
        new.opened_at,
        new.expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What somebody opened themselves.
pub(super) struct OwnAccess {
    pub(super) household_id: HouseholdId,
    pub(super) role: Role,
    pub(super) expires_at: Instant,
}

/// Counts a reading of one's own access.
pub(super) async fn read(
    conn: &mut PgConnection,
    id: BreakGlassAccessId,
    staff: StaffId,
) -> sqlx::Result<Option<OwnAccess>> {
    sqlx::query_as!(
        OwnAccess,
        r#"update break_glass_access set readings = readings + 1
            where id = $1 and staff_id = $2 and household_id is not null
           returning household_id as "household_id!: HouseholdId", role, expires_at"#,
        id.0,
        staff.0,
    )
    .fetch_optional(conn)
    .await
}

/// Says once which columns make an access, and who may see one: `$1` are the units of the scope.
macro_rules! access_seen {
    ($tail:literal, $($given:expr),+ $(,)?) => {
        sqlx::query!(
            r#"select b.id, b.household_id as "household_id: HouseholdId", b.client_id, b.staff_id,
                      s.name as staff_name, b.role, b.org_unit_id, b.reason, b.note_sealed,
                      b.opened_at, b.expires_at, b.readings, b.finding as "finding: BreakGlassFinding",
                      b.finding_sealed, b.reviewed_by as "reviewed_by: ActorId", b.reviewed_at,
                      b.version
                 from break_glass_access b
                 join staff s on s.id = b.staff_id
                 left join household h on h.id = b.household_id
                where ($1::uuid[] is null or b.org_unit_id = any($1) or h.org_unit_id = any($1))"#
                + $tail,
            $($given),+
        )
        .map(|row| AccessRow {
            access: BreakGlassAccess {
                id: row.id,
                household_id: row.household_id,
                staff_id: row.staff_id,
                staff_name: row.staff_name,
                role: row.role,
                org_unit_id: row.org_unit_id,
                reason: row.reason,
                note: None,
                opened_at: row.opened_at,
                expires_at: row.expires_at,
                readings: row.readings,
                finding: row.finding,
                finding_note: None,
                reviewed_by: row.reviewed_by,
                reviewed_at: row.reviewed_at,
                version: row.version,
            },
            client_id: row.client_id,
            note_sealed: row.note_sealed,
            finding_sealed: row.finding_sealed,
        })
    };
}

/// The latest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &AccessFilter,
    (after, after_id): (Option<Instant>, Option<Uuid>),
    take: i64,
) -> sqlx::Result<Vec<BreakGlassAccess>> {
    let rows = access_seen!(
        " and ($2::uuid is null or b.staff_id = $2)
          and ($3::boolean is null or (b.finding is not null) = $3)
          and ($4::timestamptz is null or (b.opened_at, b.id) < ($4, $5))
        order by b.opened_at desc, b.id desc
        limit $6",
        scope.units(),
        filter.staff_id.map(|id| id.0),
        filter.reviewed,
        after as Option<Instant>,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.access).collect())
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BreakGlassAccessId,
) -> sqlx::Result<Option<AccessRow>> {
    access_seen!(" and b.id = $2", scope.units(), id.0)
        .fetch_optional(conn)
        .await
}

/// The same, held until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: BreakGlassAccessId,
) -> sqlx::Result<Option<AccessRow>> {
    access_seen!(" and b.id = $2 for no key update of b", scope.units(), id.0)
        .fetch_optional(conn)
        .await
}

pub(super) async fn review(
    conn: &mut PgConnection,
    id: BreakGlassAccessId,
    finding: BreakGlassFinding,
    note_sealed: &[u8],
    by: ActorId,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update break_glass_access
            set finding = $2, finding_sealed = $3, reviewed_by = $4, reviewed_at = $5,
                version = version + 1
          where id = $1",
        id.0,
        finding as BreakGlassFinding,
        note_sealed,
        by.0,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
