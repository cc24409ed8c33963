//! Erasure (删除): what is known of a person goes, the person stays counted.

use sqlx::PgConnection;

use super::{
    disclosures,
    members::{self, no_person},
    model::Place,
    search, store,
};
use crate::{
    App,
    http::{Act, Problem, words},
    values::{HouseholdId, PersonId},
};

/// What stands where a name or an address was. No name that is entered has a star, and masking
/// leaves it as it is.
pub const ERASED: &str = "***";

/// What remains after somebody was erased.
#[derive(Debug, Clone, Copy)]
pub struct Remainder {
    /// The household after the change.
    pub version: i32,
    /// Nobody of the household is known any more, so what is known of the household went, too.
    pub nobody_left: bool,
}

/// 409 for somebody who was erased before.
pub fn person_erased() -> Problem {
    Problem::conflict(
        "person-erased",
        "此人的个人信息已删除",
        "The data of this person were erased",
    )
    .detail(words!(
        "已删除的信息无法查阅、更正或再次删除",
        "what was erased cannot be read, corrected or erased again"
    ))
}

/// Erases everything that is known of a person of a household, which the caller has locked.
///
/// Of the household goes what is theirs: its telephone number when it bears their name, and with
/// the last person its address and the numbers of its certificates. What was typed about why
/// somebody saw the household goes with anyone. Numbers, areas and relations stay, so that every
/// count stays. 404 when the person is none of the household, 409 when they were erased before.
pub async fn erase_person(
    app: &App,
    act: &mut Act,
    before: &Place,
    id: PersonId,
) -> Result<Remainder, Problem> {
    let household = before.household_id;
    let kept = members::find_person(act, &app.keys, household, id).await?;
    let kept = kept.ok_or_else(no_person)?;
    if kept.name == ERASED {
        return Err(person_erased());
    }
    let noise = app.entropy.bytes::<32>();
    blank_person(act, id, &noise).await?;
    let nobody_left = left(act, household).await? == 0;
    let theirs = kept.is_called(&before.holder_name);
    if theirs || nobody_left {
        blank_holder(act, household).await?;
    }
    if nobody_left {
        blank_place(act, household).await?;
    }
    disclosures::erase_notes(act, household).await?;
    search::rekey(act, &[household.0]).await?;
    let version = store::bump(act, household).await?;
    Ok(Remainder {
        version,
        nobody_left,
    })
}

/// `noise` stands where the hash of the name was: nobody is found by it.
async fn blank_person(conn: &mut PgConnection, id: PersonId, noise: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "update person
            set name = $2, name_sealed = null, name_fingerprint = $3, id_kind = 'none',
                id_sealed = null, id_fingerprint = null, last_six_hash = null, birth_on = null,
                version = version + 1
          where id = $1",
        id.0,
        ERASED,
        noise,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many of a household are still known.
async fn left(conn: &mut PgConnection, household: HouseholdId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "left!" from person where household_id = $1 and name <> $2"#,
        household.0,
        ERASED,
    )
    .fetch_one(conn)
    .await
}

async fn blank_holder(conn: &mut PgConnection, household: HouseholdId) -> sqlx::Result<()> {
    sqlx::query!(
        "update household
            set holder_name = $2, phone = null, phone_fingerprint = null,
                phone_tail_fingerprint = null
          where id = $1",
        household.0,
        ERASED,
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn blank_place(conn: &mut PgConnection, household: HouseholdId) -> sqlx::Result<()> {
    sqlx::query!(
        "update household set address = $2 where id = $1",
        household.0,
        ERASED,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update structure set certificate_no = null, version = version + 1
          where household_id = $1 and certificate_no is not null",
        household.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}
