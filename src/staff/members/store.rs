//! SQL of staff.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{StaffMember, StaffMemberFields};
use crate::{
    staff::{Role, Scope},
    values::{Day, Instant, Number, OrgUnitId, PersonName, StaffId},
};

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct StaffFilter {
    pub(super) org_unit_id: Option<OrgUnitId>,
    pub(super) role: Option<Role>,
    pub(super) left: Option<bool>,
}

/// Says once which columns make a member of staff, and who may see one: `$1` are the units of the
/// scope, `$2` is today.
macro_rules! staff_seen {
    ($tail:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            StaffMember,
            r#"select s.id, s.staff_no, s.name, s.org_unit_id,
                      s.fingerprint is not null as "identified!", s.created_at, s.left_on, s.version
                 from staff s
                where ($1::uuid[] is null or s.org_unit_id = any($1)
                       or exists (select from post o
                                   where o.staff_id = s.id and o.org_unit_id = any($1)
                                     and (o.to_on is null or o.to_on >= $2))
                       or exists (select from responsibility r
                                    join household h on h.id = r.household_id
                                   where r.staff_id = s.id and r.to_on is null
                                     and h.org_unit_id = any($1)))"#
                + $tail,
            $($given),+
        )
    };
}

/// By their numbers.
pub(super) async fn list(
    conn: &mut PgConnection,
    (scope, today): (&Scope, Day),
    filter: &StaffFilter,
    (after, after_id): (Option<&str>, Option<Uuid>),
    take: i64,
) -> sqlx::Result<Vec<StaffMember>> {
    staff_seen!(
        r#" and ($3::uuid is null or s.org_unit_id = $3)
            and ($4::staff_role is null or exists (
                  select from post o
                   where o.staff_id = s.id and o.role = $4 and o.from_on <= $2
                     and (o.to_on is null or o.to_on >= $2)))
            and ($5::boolean is null or (s.left_on is not null and s.left_on <= $2) = $5)
            and ($6::text is null or (s.staff_no, s.id) > ($6, $7))
          order by s.staff_no, s.id
          limit $8"#,
        scope.units(),
        today,
        filter.org_unit_id.map(|id| id.0),
        filter.role as Option<Role>,
        filter.left,
        after,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

pub async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: StaffId,
    today: Day,
) -> sqlx::Result<Option<StaffMember>> {
    staff_seen!(" and s.id = $3", scope.units(), today, id.0)
        .fetch_optional(conn)
        .await
}

/// Somebody who is to take something on: they do not leave before the transaction ends.
pub async fn lock_for_share(
    conn: &mut PgConnection,
    scope: &Scope,
    id: StaffId,
    today: Day,
) -> sqlx::Result<Option<StaffMember>> {
    staff_seen!(" and s.id = $3 for share of s", scope.units(), today, id.0)
        .fetch_optional(conn)
        .await
}

/// Somebody employed by a unit of the scope, held against other changes until the transaction ends.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: StaffId,
) -> sqlx::Result<Option<StaffMember>> {
    sqlx::query_as!(
        StaffMember,
        r#"select s.id, s.staff_no, s.name, s.org_unit_id,
                  s.fingerprint is not null as "identified!", s.created_at, s.left_on, s.version
             from staff s
            where s.id = $1 and ($2::uuid[] is null or s.org_unit_id = any($2))
              for update of s"#,
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// Somebody who was seen before, held against other changes until the transaction ends.
pub async fn lock_by_id(conn: &mut PgConnection, id: StaffId) -> sqlx::Result<StaffMember> {
    sqlx::query_as!(
        StaffMember,
        r#"select s.id, s.staff_no, s.name, s.org_unit_id,
                  s.fingerprint is not null as "identified!", s.created_at, s.left_on, s.version
             from staff s
            where s.id = $1
              for update of s"#,
        id.0,
    )
    .fetch_one(conn)
    .await
}

/// Enters somebody, employed by a unit; the fingerprint is that of their citizen number.
pub async fn insert(
    conn: &mut PgConnection,
    id: StaffId,
    (staff_no, name): (&Number, &PersonName),
    (unit, fingerprint): (OrgUnitId, Option<&[u8]>),
    at: Instant,
) -> sqlx::Result<StaffMember> {
    sqlx::query_as!(
        StaffMember,
        r#"insert into staff as s (id, staff_no, name, org_unit_id, fingerprint, created_at)
           values ($1, $2, $3, $4, $5, $6)
           returning s.id, s.staff_no, s.name, s.org_unit_id,
                     s.fingerprint is not null as "identified!", s.created_at, s.left_on,
                     s.version"#,
        id.0,
        staff_no.as_str(),
        name.as_str(),
        unit.0,
        fingerprint,
        at,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn replace(
    conn: &mut PgConnection,
    id: StaffId,
    fields: &StaffMemberFields,
) -> sqlx::Result<StaffMember> {
    sqlx::query_as!(
        StaffMember,
        r#"update staff s set name = $2, org_unit_id = $3, version = version + 1
            where s.id = $1
           returning s.id, s.staff_no, s.name, s.org_unit_id,
                     s.fingerprint is not null as "identified!", s.created_at, s.left_on,
                     s.version"#,
        id.0,
        fields.name.as_str(),
        fields.org_unit_id.0,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn leave(
    conn: &mut PgConnection,
    id: StaffId,
    on: Day,
) -> sqlx::Result<StaffMember> {
    sqlx::query_as!(
        StaffMember,
        r#"update staff s set left_on = $2, version = version + 1
            where s.id = $1
           returning s.id, s.staff_no, s.name, s.org_unit_id,
                     s.fingerprint is not null as "identified!", s.created_at, s.left_on,
                     s.version"#,
        id.0,
        on,
    )
    .fetch_one(conn)
    .await
}
