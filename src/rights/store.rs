//! SQL of requests.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{Asker, CorrectionField, Kind, Proof, RefusalReason, State},
    rules::Standing,
};
use crate::{
    jobs::JobState,
    reports::ReportLanguage,
    staff::{Role, Scope},
    values::{
        ActorId, DataRequestId, Day, HouseholdId, Instant, JobId, MaskedName, ParcelId, PersonId,
        StaffId,
    },
};

/// A request as the table has it.
#[derive(Debug, Clone)]
pub(super) struct RequestRow {
    pub(super) id: DataRequestId,
    pub(super) household_id: HouseholdId,
    pub(super) household_no: String,
    pub(super) parcel_id: ParcelId,
    pub(super) person_id: Option<PersonId>,
    pub(super) person_name: Option<MaskedName>,
    pub(super) kind: Kind,
    pub(super) asked_by: Asker,
    pub(super) proof: Proof,
    pub(super) received_on: Day,
    pub(super) due_on: Day,
    pub(super) state: State,
    pub(super) field: Option<CorrectionField>,
    pub(super) proposed_sealed: Option<Vec<u8>>,
    pub(super) language: ReportLanguage,
    pub(super) responsible_id: Option<StaffId>,
    pub(super) responsible_name: Option<String>,
    pub(super) entered_by: ActorId,
    pub(super) decided_by: Option<ActorId>,
    pub(super) decided_on: Option<Day>,
    pub(super) refusal: Option<RefusalReason>,
    pub(super) refusal_note_sealed: Option<Vec<u8>>,
    pub(super) job_id: Option<JobId>,
    pub(super) job_state: Option<JobState>,
    pub(super) expires_at: Option<Instant>,
    pub(super) version: i32,
}

/// Requests with whose they are and who sees to them; what follows the head says which.
macro_rules! requests {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            RequestRow,
            r#"select q.id, q.household_id, h.household_no, h.parcel_id,
                      q.person_id, m.name as "person_name?: MaskedName", q.kind, q.asked_by, q.proof,
                      q.received_on, q.due_on, q.state, q.field, q.proposed_sealed,
                      q.language as "language: ReportLanguage",
                      r.staff_id as "responsible_id?", s.name as "responsible_name?",
                      q.entered_by, q.decided_by, q.decided_on, q.refusal, q.refusal_note_sealed,
                      q.job_id, j.state as "job_state?: JobState", q.expires_at, q.version
                 from personal_data_request q
                 join household h on h.id = q.household_id
                 join parcel p on p.id = h.parcel_id
                 left join person m on m.id = q.person_id
                 left join job j on j.id = q.job_id
                 left join responsibility r on r.household_id = q.household_id
                                           and r.need_id is null and r.to_on is null
                 left join staff s on s.id = r.staff_id "# + $which,
            $($given),+
        )
    };
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: DataRequestId,
) -> sqlx::Result<Option<RequestRow>> {
    requests!(
        "where q.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// Locks the household, then the request, and reads it.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: DataRequestId,
) -> sqlx::Result<Option<RequestRow>> {
    requests!(
        "where q.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))
           for update of h, q",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// What to list.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct RequestFilter {
    pub(super) parcel_id: Option<ParcelId>,
    pub(super) household_id: Option<HouseholdId>,
    pub(super) kind: Option<Kind>,
    pub(super) state: Option<State>,
    pub(super) overdue: Option<bool>,
}

/// Soonest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &RequestFilter,
    today: Day,
    (after, after_id): (Option<Day>, Option<Uuid>),
    take: i64,
) -> sqlx::Result<Vec<RequestRow>> {
    requests!(
        "where ($1::uuid[] is null or h.org_unit_id = any($1))
           and ($2::uuid is null or h.parcel_id = $2)
           and ($3::uuid is null or q.household_id = $3)
           and ($4::data_request_kind is null or q.kind = $4)
           and ($5::data_request_state is null or q.state = $5)
           and ($6::boolean is null
                or $6 = (q.state in ('received', 'accepted') and q.due_on < $7))
           and ($8::date is null or (q.due_on, q.id) > ($8, $9))
         order by q.due_on, q.id
         limit $10",
        scope.units(),
        filter.parcel_id.map(|id| id.0),
        filter.household_id.map(|id| id.0),
        filter.kind as Option<Kind>,
        filter.state as Option<State>,
        filter.overdue,
        today,
        after as Option<Day>,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

/// A request that comes in.
pub(super) struct NewRow {
    pub(super) id: DataRequestId,
    pub(super) household_id: HouseholdId,
    pub(super) person_id: Option<PersonId>,
    pub(super) kind: Kind,
    pub(super) asked_by: Asker,
    pub(super) proof: Proof,
    pub(super) received_on: Day,
    pub(super) due_on: Day,
    pub(super) field: Option<CorrectionField>,
    pub(super) proposed_sealed: Option<Vec<u8>>,
    pub(super) language: ReportLanguage,
    pub(super) entered_by: ActorId,
    pub(super) at: Instant,
}

pub(super) async fn insert(conn: &mut PgConnection, new: &NewRow) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into personal_data_request
                (id, household_id, person_id, kind, asked_by, proof, received_on, due_on, field,
                 proposed_sealed, language, entered_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        new.id.0,
        new.household_id.0,
        new.person_id.map(|id| id.0),
        new.kind,
        new.asked_by,
        new.proof,
        new.received_on,
        new.due_on,
        new.field as Option<CorrectionField>,
        new.proposed_sealed,
        new.language.key(),
        new.entered_by.0,
        new.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The name of a person of a household, as it is stored.
pub(super) async fn name_of(
    conn: &mut PgConnection,
    household: HouseholdId,
    person: PersonId,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select name from person where id = $1 and household_id = $2",
        person.0,
        household.0,
    )
    .fetch_optional(conn)
    .await
}

/// Who decided, when, in which role and request, and what.
pub(super) struct Decided {
    pub(super) state: State,
    pub(super) by: ActorId,
    pub(super) on: Day,
    pub(super) role: Role,
    pub(super) request_id: Uuid,
    pub(super) refusal: Option<RefusalReason>,
    pub(super) note_sealed: Option<Vec<u8>>,
    pub(super) job_id: Option<JobId>,
}

pub(super) async fn decide(
    conn: &mut PgConnection,
    id: DataRequestId,
    decided: &Decided,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update personal_data_request
            set state = $2, decided_by = $3, decided_on = $4, decided_as = $5, decided_in = $6,
                refusal = $7, refusal_note_sealed = $8, job_id = $9, version = version + 1
          where id = $1
         returning version",
        id.0,
        decided.state,
        decided.by.0,
        decided.on,
        decided.role,
        decided.request_id,
        decided.refusal as Option<RefusalReason>,
        decided.note_sealed,
        decided.job_id.map(|job| job.0),
    )
    .fetch_one(conn)
    .await
}

/// The next state, when nothing else changes.
pub(super) async fn enter(
    conn: &mut PgConnection,
    id: DataRequestId,
    state: State,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update personal_data_request set state = $2, version = version + 1 where id = $1
         returning version",
        id.0,
        state,
    )
    .fetch_one(conn)
    .await
}

/// What of a household's case decides whether its data must be kept.
pub(super) async fn standing(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Standing> {
    sqlx::query_as!(
        Standing,
        r#"select (select count(*) from agreement where household_id = $1 and status = 'draft')
                      as "drafts!",
                  (select count(*) from agreement where household_id = $1 and status = 'signed')
                      as "signed!",
                  (select count(*) from flat where household_id = $1) as "flats!",
                  (select count(*) from flat where household_id = $1 and handed_over_on is null)
                      as "flats_to_hand_over!",
                  (select count(*) from need where household_id = $1 and status <> 'closed')
                      as "needs_to_settle!",
                  greatest(
                      (select max(greatest(signed_on, voided_on)) from agreement
                        where household_id = $1 and signed_on is not null),
                      (select max(greatest(assigned_on, handed_over_on)) from flat
                        where household_id = $1),
                      (select max(released_on) from flat_release where household_id = $1))
                      as "last_on: Day""#,
        household.0,
    )
    .fetch_one(conn)
    .await
}

/// A request of an erased person.
pub(super) struct Emptied {
    pub(super) id: Uuid,
    pub(super) json_file_id: Option<Uuid>,
    pub(super) xlsx_file_id: Option<Uuid>,
    pub(super) version: i32,
    /// It was open: there is nothing left to decide on.
    pub(super) was_open: bool,
}

/// Erases what was proposed and explained in the requests of a person, and with the last person of
/// a household in those of the household; what was open but `erasure` itself is over. Which these
/// are.
pub(super) async fn empty(
    conn: &mut PgConnection,
    erasure: DataRequestId,
    household: HouseholdId,
    person: PersonId,
    nobody_left: bool,
) -> sqlx::Result<Vec<Emptied>> {
    sqlx::query_as!(
        Emptied,
        r#"update personal_data_request q
              set proposed_sealed = null, refusal_note_sealed = null,
                  state = case when o.was_open then 'withdrawn' else q.state end,
                  version = q.version + case
                      when coalesce(q.proposed_sealed, q.refusal_note_sealed) is null
                       and not o.was_open then 0 else 1 end
             from (select id, state in ('received', 'accepted') and id <> $1 as was_open
                     from personal_data_request
                    where household_id = $2 and (person_id = $3 or person_id is null and $4)
                      for update) o
            where q.id = o.id
           returning q.id as "id: Uuid", q.json_file_id, q.xlsx_file_id, q.version,
                     o.was_open as "was_open!""#,
        erasure.0,
        household.0,
        person.0,
        nobody_left,
    )
    .fetch_all(conn)
    .await
}
