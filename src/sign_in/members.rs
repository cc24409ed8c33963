//! Whose ways to sign in somebody may decide over: whoever opens, resets or disables an account can
//! become its owner, so this may give nobody more than they have.
//!
//! In scope is who is employed by one of the caller's units and works, now or later, nowhere else.
//! Of these, who has a role that gives roles is decided over by who has it, too.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    http::Problem,
    staff::{Known, Role, Scope, may_grant, members},
    values::{Day, OrgUnitId, StaffId},
};

/// A member of staff in scope.
pub(super) struct Member {
    pub(super) id: StaffId,
    pub(super) staff_no: String,
    left_on: Option<Day>,
    /// Those of the posts they have now or will have, and their units one by one.
    roles: Vec<Role>,
    units: Vec<Uuid>,
}

impl Member {
    /// 409 for who has left.
    pub(super) fn must_work_here(&self) -> Result<(), Problem> {
        self.left_on
            .map_or(Ok(()), |left_on| Err(members::gone(left_on)))
    }

    /// 403 for who may do what the caller may not give.
    pub(super) fn must_not_be_above(&self, caller: &Known) -> Result<(), Problem> {
        self.roles
            .iter()
            .zip(&self.units)
            .try_for_each(|(role, unit)| may_grant(caller, *role, OrgUnitId(*unit)))
    }
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: StaffId,
    today: Day,
) -> sqlx::Result<Option<Member>> {
    sqlx::query_as!(
        Member,
        r#"select s.id, s.staff_no, s.left_on,
                  array(select p.role from post p
                         where p.staff_id = s.id and (p.to_on is null or p.to_on >= $3)
                         order by p.id) as "roles!",
                  array(select p.org_unit_id from post p
                         where p.staff_id = s.id and (p.to_on is null or p.to_on >= $3)
                         order by p.id) as "units!"
             from staff s
            where s.id = $1
              and ($2::uuid[] is null or (
                    s.org_unit_id = any($2)
                and not exists (select from post p
                                 where p.staff_id = s.id and (p.to_on is null or p.to_on >= $3)
                                   and p.org_unit_id <> all($2))))"#,
        id.0,
        scope.units(),
        today,
    )
    .fetch_optional(conn)
    .await
}
