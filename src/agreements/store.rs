//! SQL of agreements.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    model::{Agreement, AgreementFields, AgreementStatus, NewVoiding, VoidReason},
    rules::Ended,
};
use crate::{
    households::Place,
    staff::Scope,
    values::{AgreementId, Day, HouseholdId, Instant, Note, Number, ParcelId, ProgrammeId},
};

/// The number of the one agreement of a household that is not void.
pub(super) async fn find_live_no(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select agreement_no from agreement where household_id = $1 and status <> 'void'",
        household.0,
    )
    .fetch_optional(conn)
    .await
}

/// Of the agreements of a household that counted for a day or more and are void, the one that
/// lasted longest.
pub(super) async fn find_ended(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Option<Ended>> {
    sqlx::query_as!(
        Ended,
        r#"select agreement_no, voided_on as "voided_on!"
             from agreement
            where household_id = $1 and signed_on < voided_on
            order by voided_on desc, id
            limit 1"#,
        household.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: AgreementId,
    place: &Place,
    fields: &AgreementFields,
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into agreement (id, household_id, parcel_id, agreement_no, floor_area_m2, amount,
                                created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        place.household_id.0,
        place.parcel_id.0,
        fields.agreement_no.as_str(),
        fields.floor_area_m2,
        fields.amount,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Agreements with the number of their household; what follows the head says which.
macro_rules! agreements {
    ($which:literal, $($given:expr),+ $(,)?) => {
        sqlx::query_as!(
            Agreement,
            r#"select a.id, a.parcel_id, a.household_id, h.household_no, a.agreement_no, a.status,
                      a.floor_area_m2, a.amount, a.signed_on, a.signed_at, a.voided_on,
                      a.void_reason, a.void_note as "void_note: Note", a.created_at, a.version
                 from agreement a
                 join household h on h.id = a.household_id
                 join parcel p on p.id = a.parcel_id
                 join programme g on g.id = p.programme_id "# + $which,
            $($given),+
        )
    };
}

pub(super) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: AgreementId,
) -> sqlx::Result<Option<Agreement>> {
    agreements!(
        "where a.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// Locks the household, then the agreement: in the order in which the last line names them.
pub(super) async fn lock(
    conn: &mut PgConnection,
    scope: &Scope,
    id: AgreementId,
) -> sqlx::Result<Option<Agreement>> {
    agreements!(
        "where a.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))
           for no key update of h, a",
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// What to list.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(super) struct AgreementFilter {
    pub(super) programme_id: Option<ProgrammeId>,
    pub(super) parcel_id: Option<ParcelId>,
    pub(super) household_id: Option<HouseholdId>,
    pub(super) status: Option<AgreementStatus>,
    pub(super) signed_from: Option<Day>,
    pub(super) signed_to: Option<Day>,
    pub(super) agreement_no: Option<Number>,
}

/// After the given number and id; nothing comes before an empty number.
pub(super) async fn list(
    conn: &mut PgConnection,
    scope: &Scope,
    filter: &AgreementFilter,
    after: &str,
    after_id: Uuid,
    take: i64,
) -> sqlx::Result<Vec<Agreement>> {
    agreements!(
        "where ($1::uuid[] is null or h.org_unit_id = any($1))
           and ($2::uuid is null or p.programme_id = $2)
           and ($3::uuid is null or a.parcel_id = $3)
           and ($4::uuid is null or a.household_id = $4)
           and ($5::agreement_status is null or a.status = $5)
           and ($6::date is null or a.signed_on >= $6)
           and ($7::date is null or a.signed_on <= $7)
           and ($8::text is null or a.agreement_no = $8)
           and (a.agreement_no, a.id) > ($9, $10)
         order by a.agreement_no, a.id
         limit $11",
        scope.units(),
        filter.programme_id.map(|id| id.0),
        filter.parcel_id.map(|id| id.0),
        filter.household_id.map(|id| id.0),
        filter.status as Option<AgreementStatus>,
        filter.signed_from as Option<Day>,
        filter.signed_to as Option<Day>,
        filter.agreement_no.as_ref().map(Number::as_str),
        after,
        after_id,
        take,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn replace(
    conn: &mut PgConnection,
    id: AgreementId,
    fields: &AgreementFields,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update agreement
            set agreement_no = $2, floor_area_m2 = $3, amount = $4, version = version + 1
          where id = $1
         returning version",
        id.0,
        fields.agreement_no.as_str(),
        fields.floor_area_m2,
        fields.amount,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn sign(
    conn: &mut PgConnection,
    id: AgreementId,
    signed_on: Day,
    at: Instant,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update agreement
            set status = 'signed', signed_on = $2, signed_at = $3, version = version + 1
          where id = $1
         returning version",
        id.0,
        signed_on,
        at,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn void(
    conn: &mut PgConnection,
    id: AgreementId,
    voiding: &NewVoiding,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "update agreement
            set status = 'void', voided_on = $2, void_reason = $3, void_note = $4,
                version = version + 1
          where id = $1
         returning version",
        id.0,
        voiding.voided_on,
        voiding.reason as VoidReason,
        voiding.note.as_ref().map(Note::as_str),
    )
    .fetch_one(conn)
    .await
}

/// Erases what was typed about why the agreements of a household became void; which agreements it
/// has.
pub async fn erase_notes(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"update agreement set void_note = null where household_id = $1
           returning id as "id: Uuid""#,
        household.0,
    )
    .fetch_all(conn)
    .await
}
