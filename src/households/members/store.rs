//! SQL of single persons and structures. What is written is in the batches of the slice.

use sqlx::PgConnection;

use crate::{
    households::{documents::SealedDocument, names},
    http::Problem,
    privacy::KeyRing,
    values::{Day, HouseholdId, PersonId, Relation, StructureId, masked_name},
};

/// What a change of a person may keep.
pub(in crate::households) struct KeptPerson {
    pub(in crate::households) name: String,
    pub(in crate::households) document: SealedDocument,
    pub(in crate::households) birth_on: Option<Day>,
    pub(in crate::households) relation: Relation,
    pub(in crate::households) holder: bool,
    /// The name is sealed: lists and the household show it masked.
    pub(in crate::households) child: bool,
}

impl KeptPerson {
    /// Whether this is who the household names as its holder.
    pub(in crate::households) fn is_called(&self, holder: &str) -> bool {
        holder == self.name || (self.child && holder == masked_name(&self.name))
    }
}

/// A person of a household that is locked.
pub(in crate::households) async fn find_person(
    conn: &mut PgConnection,
    keys: &KeyRing,
    household: HouseholdId,
    id: PersonId,
) -> Result<Option<KeptPerson>, Problem> {
    let row = sqlx::query!(
        r#"select name, name_sealed, id_kind, id_sealed, id_fingerprint, last_six_hash, birth_on,
                  relation as "relation: Relation", holder
             from person where id = $1 and household_id = $2"#,
        id.0,
        household.0,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let child = row.name_sealed.is_some();
    let name = names::clear(keys, id, row.name, row.name_sealed.as_deref());
    Ok(Some(KeptPerson {
        name: name.map_err(Problem::internal)?,
        document: SealedDocument {
            kind: row.id_kind,
            sealed: row.id_sealed,
            fingerprint: row.id_fingerprint,
            last_six_hash: row.last_six_hash,
        },
        birth_on: row.birth_on,
        relation: row.relation,
        holder: row.holder,
        child,
    }))
}

pub(super) async fn count_persons(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "persons!" from person where household_id = $1"#,
        household.0,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn delete_person(
    conn: &mut PgConnection,
    household: HouseholdId,
    id: PersonId,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from person where id = $1 and household_id = $2",
        id.0,
        household.0,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

pub(super) async fn count_structures(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "structures!" from structure where household_id = $1"#,
        household.0,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn delete_structure(
    conn: &mut PgConnection,
    household: HouseholdId,
    id: StructureId,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from structure where id = $1 and household_id = $2",
        id.0,
        household.0,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
