//! The needs of one person: for themselves, and to erase what is sensitive of them.

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    api::DETAIL,
    model::Need,
    store::{self, NeedFilter},
};
use crate::{
    App,
    http::Problem,
    staff::Scope,
    values::{HouseholdId, PersonId},
};

/// More needs of a household than anybody enters.
const NEEDS_MAX: i64 = 1_000;

/// What stands where a provider was of whom nobody is to know what they provided.
const NOBODY: &str = "***";

/// The needs of a person with their details, whatever desk they are for: for the person alone.
pub async fn of_person(
    app: &App,
    conn: &mut PgConnection,
    scope: &Scope,
    household: HouseholdId,
    person: PersonId,
) -> Result<Vec<Need>, Problem> {
    let filter = NeedFilter {
        programme_id: None,
        parcel_id: None,
        household_id: Some(household),
        kind: None,
        status: None,
        overdue: None,
    };
    let today = app.today();
    let rows = store::list(conn, scope, &filter, today, None, None, NEEDS_MAX).await?;
    let own = rows.into_iter().filter(|row| row.person_id == person);
    own.map(|mut row| {
        let detail = match row.detail_sealed.take() {
            Some(sealed) => {
                let clear = app.keys.open(DETAIL, row.id.0, &sealed);
                let clear = clear.map_err(Problem::internal)?;
                Some(String::from_utf8_lossy(&clear).into_owned())
            }
            None => None,
        };
        Ok(row.tell(detail, today))
    })
    .collect()
}

/// Erases what somebody needed and who provided it; kinds, days and outcomes stay counted. Which
/// needs they have.
pub async fn erase_of(conn: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"update need
              set detail_sealed = null, version = version + 1,
                  provider = case when provider is not null then $2 end
            where person_id = $1
           returning id as "id: Uuid""#,
        person.0,
        NOBODY,
    )
    .fetch_all(conn)
    .await
}
