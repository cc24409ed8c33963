//! A person and their household in clear, for the person themselves.

use sqlx::PgConnection;

use super::{documents, members, model::Place};
use crate::{
    http::Problem,
    privacy::KeyRing,
    values::{Day, IdDocumentKind, PersonId, Relation, masked_name},
};

/// A person in clear.
#[derive(Debug, Clone)]
pub struct ClearPerson {
    pub name: String,
    pub relation: Relation,
    pub holder: bool,
    pub birth_on: Option<Day>,
    pub id_kind: IdDocumentKind,
    pub id_number: Option<String>,
    /// The holder of the household: this person's own name, another's masked.
    pub holder_name: String,
}

/// The person of this id in a household that was found in scope.
pub async fn clear_person(
    conn: &mut PgConnection,
    keys: &KeyRing,
    household: &Place,
    id: PersonId,
) -> Result<Option<ClearPerson>, Problem> {
    let Some(kept) = members::find_person(conn, keys, household.household_id, id).await? else {
        return Ok(None);
    };
    let number = documents::clear(keys, id, kept.document.sealed.as_deref())?;
    let holder = &household.holder_name;
    let holder_name = if kept.is_called(holder) {
        kept.name.clone()
    } else {
        masked_name(holder)
    };
    Ok(Some(ClearPerson {
        holder_name,
        name: kept.name,
        relation: kept.relation,
        holder: kept.holder,
        birth_on: kept.birth_on,
        id_kind: kept.document.kind,
        id_number: number,
    }))
}
