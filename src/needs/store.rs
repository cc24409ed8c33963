//! SQL of needs.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::{Need, NeedKind, NeedOutcome, NeedStatus, NewArrangement, NewClosure};
use crate::{
    staff::Scope,
    values::{
        Day, HouseholdId, Instant, MaskedName, NeedId, OrgUnitId, ParcelId, PersonId, ProgrammeId,
    },
};

/// A need as it is stored, the detail sealed.
pub(super) struct NeedRecord {
    pub(super) id: NeedId,
    pub(super) household_id: HouseholdId,
    pub(super) household_no: String,
    /// Where the household hangs.
    pub(super) org_unit_id: OrgUnitId,
    pub(super) parcel_id: ParcelId,
    pub(super) person_id: PersonId,
    pub(super) person_name: MaskedName,
    pub(super) kind: NeedKind,
    pub(super) due_on: Day,
    pub(super) status: NeedStatus,
    pub(super) detail_sealed: Option<Vec<u8>>,
    pub(super) provider: Option<String>,
    pub(super) arranged_on: Option<Day>,
    pub(super) outcome: Option<NeedOutcome>,
    pub(super) closed_on: Option<Day>,
    pub(super) version: i32,
}

impl NeedRecord {
    /// What is told of it; whether it is overdue is judged by `today`.
    pub(super) fn tell(self, detail: Option<String>, today: Day) -> Need {
        Need {
            id: self.id,
            household_id: self.household_id,
            household_no: self.household_no,
            parcel_id: self.parcel_id,
            person_id: self.person_id,
            person_name: self.person_name,
            kind: self.kind,
            due_on: self.due_on,
            status: self.status,
            overdue: self.status != NeedStatus::Closed && self.due_on < today,
            detail,
            provider: self.provider,
            arranged_on: self.arranged_on,
            outcome: self.outcome,
            closed_on: self.closed_on,
            version: self.version,
        }
    }
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct NeedFilter {
    pub(super) programme_id: Option<ProgrammeId>,
    pub(super) parcel_id: Option<ParcelId>,
    pub(super) household_id: Option<HouseholdId>,
    pub(super) kind: Option<NeedKind>,
    pub(super) status: Option<NeedStatus>,
    pub(super) overdue: Option<bool>,
}

/// The person a need is for, with the household, if both are in scope.
pub(super) struct Subject {
    pub(super) household_id: HouseholdId,
    pub(super) parcel_id: ParcelId,
}

pub(super) async fn find_subject(
    conn: &mut PgConnection,
    scope: &Scope,
    person: PersonId,
) -> sqlx::Result<Option<Subject>> {
    sqlx::query_as!(
        Subject,
        "select h.id as household_id, h.parcel_id
           from person m
           join household h on h.id = m.household_id
           join parcel p on p.id = h.parcel_id
           join programme g on g.id = p.programme_id
          where m.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))",
        person.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

#[expect(clippy::too_many_arguments, reason = "one per column")]
pub(super) async fn insert(
    conn: &mut PgConnection,
    id: NeedId,
    household: HouseholdId,
    person: PersonId,
    kind: NeedKind,
    due_on: Day,
    detail_sealed: Option<&[u8]>,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into need (id, household_id, person_id, kind, due_on, detail_sealed, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        household.0,
        person.0,
        kind,
        due_on,
        detail_sealed,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Needs with the person and the household they are of; what follows the head says which.
macro_rules! needs {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            NeedRecord,
            "select n.id, n.household_id, h.household_no, h.org_unit_id, h.parcel_id, n.person_id,
                    m.name as \"person_name: MaskedName\", n.kind, n.due_on, n.status, n.detail_sealed, n.provider,
                    n.arranged_on, n.outcome, n.closed_on, n.version
               from need n
               join person m on m.id = n.person_id
               join household h on h.id = n.household_id
               join parcel p on p.id = h.parcel_id
               join programme g on g.id = p.programme_id " + $which,
            $($given),+
        )
    };
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: NeedId,
) -> sqlx::Result<Option<NeedRecord>> {
    needs!(
        "where n.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))
           and ($3::need_kind is null or n.kind = $3)",
        id.0,
        scope.units(),
        scope.need_kind() as Option<NeedKind>,
    )
    .fetch_optional(conn)
    .await
}

/// Locks a need that is in scope.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: NeedId,
) -> sqlx::Result<Option<NeedRecord>> {
    needs!(
        "where n.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))
           and ($3::need_kind is null or n.kind = $3)
           for update of n",
        id.0,
        scope.units(),
        scope.need_kind() as Option<NeedKind>,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn arrange(
    conn: &mut PgConnection,
    id: NeedId,
    by: &NewArrangement,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update need set status = 'arranged', provider = $2, arranged_on = $3, version = version + 1
          where id = $1",
        id.0,
        by.provider.as_str(),
        by.arranged_on,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn close(
    conn: &mut PgConnection,
    id: NeedId,
    closure: &NewClosure,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update need set status = 'closed', outcome = $2, closed_on = $3, version = version + 1
          where id = $1",
        id.0,
        closure.outcome,
        closure.closed_on,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Soonest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &NeedFilter,
    today: Day,
    after: Option<Day>,
    after_id: Option<Uuid>,
    take: i64,
) -> sqlx::Result<Vec<NeedRecord>> {
    needs!(
        "where ($1::uuid[] is null or h.org_unit_id = any($1))
           and ($2::uuid is null or p.programme_id = $2)
           and ($3::uuid is null or h.parcel_id = $3)
           and ($4::uuid is null or n.household_id = $4)
           and ($5::need_kind is null or n.kind = $5)
           and ($12::need_kind is null or n.kind = $12)
           and ($6::need_status is null or n.status = $6)
           and ($7::boolean is null or $7 = (n.status <> 'closed' and n.due_on < $8))
           and ($9::date is null or (n.due_on, n.id) > ($9, $10))
         order by n.due_on, n.id
         limit $11",
        scope.units(),
        filter.programme_id.map(|id| id.0),
        filter.parcel_id.map(|id| id.0),
        filter.household_id.map(|id| id.0),
        filter.kind as Option<NeedKind>,
        filter.status as Option<NeedStatus>,
        filter.overdue,
        today,
        after as Option<Day>,
        after_id,
        take,
        scope.need_kind() as Option<NeedKind>,
    )
    .fetch_all(conn)
    .await
}
