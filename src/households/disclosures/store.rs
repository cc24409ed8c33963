//! SQL of disclosures.

use sqlx::PgConnection;
use uuid::Uuid;

use super::model::DisclosureReason;
use crate::{
    staff::{Role, Scope},
    values::{Day, HouseholdId, IdDocumentKind, Instant, ParcelId, PersonId, Relation},
};

/// A household with its clear values.
pub(crate) struct ClearHousehold {
    pub(super) id: HouseholdId,
    pub(super) parcel_id: ParcelId,
    pub(super) org_unit_id: Uuid,
    pub(super) household_no: String,
    pub(super) holder_name: String,
    pub(super) address: String,
    pub(super) phone: Option<String>,
    pub(super) version: i32,
}

pub(crate) async fn find(
    conn: &mut PgConnection,
    scope: &Scope,
    id: HouseholdId,
) -> sqlx::Result<Option<ClearHousehold>> {
    sqlx::query_as!(
        ClearHousehold,
        r#"select h.id, h.parcel_id, h.org_unit_id as "org_unit_id: Uuid", h.household_no,
                  h.holder_name, h.address, h.phone, h.version
             from household h
            where h.id = $1 and ($2::uuid[] is null or h.org_unit_id = any($2))"#,
        id.0,
        scope.units(),
    )
    .fetch_optional(conn)
    .await
}

/// A person with everything that is sealed.
pub(super) struct PersonRow {
    pub(super) id: PersonId,
    /// Of a child masked.
    pub(super) name: String,
    pub(super) name_sealed: Option<Vec<u8>>,
    pub(super) relation: Relation,
    pub(super) birth_on: Option<Day>,
    pub(super) id_kind: IdDocumentKind,
    pub(super) id_sealed: Option<Vec<u8>>,
}

/// The persons of a household that was found in scope, holders first.
pub(super) async fn persons(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Vec<PersonRow>> {
    sqlx::query_as!(
        PersonRow,
        r#"select id, name, name_sealed, relation as "relation: Relation", birth_on, id_kind, id_sealed
             from person
            where household_id = $1
            order by holder desc, relation, id"#,
        household.0,
    )
    .fetch_all(conn)
    .await
}

/// Who saw a household in clear, and why.
pub(super) struct NewRecord {
    pub(super) id: Uuid,
    pub(super) household_id: HouseholdId,
    pub(super) client_id: Uuid,
    pub(super) staff_id: Option<Uuid>,
    pub(super) role: Role,
    pub(super) org_unit_id: Uuid,
    pub(super) reason: DisclosureReason,
    pub(super) note_sealed: Option<Vec<u8>>,
    pub(super) at: Instant,
}

pub(super) async fn insert(conn: &mut PgConnection, new: &NewRecord) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into disclosure (id, household_id, client_id, staff_id, role, org_unit_id, reason,
                                 note_sealed, disclosed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id,
        new.household_id.0,
        new.client_id,
        new.staff_id,
        new.role,
        new.org_unit_id,
        new.reason,
        new.note_sealed,
        new.at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
