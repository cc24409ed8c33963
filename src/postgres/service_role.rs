//! The role Anju serves as: made where it is missing, given to an owner who serves as it.

use sqlx::{AssertSqlSafe, PgConnection};

use super::{PostgresError, Result, SERVICE};

/// Why a statement is refused to somebody who has not the right.
const FORBIDDEN: &str = "42501";

/// What a second maker of the same role is told: that it exists by now.
const MADE_MEANWHILE: [&str; 2] = ["42710", "23505"];

/// The first major version whose memberships tell the right to take a role on from others.
const MEMBERSHIP_OPTIONS_SINCE: i32 = 16;

/// Makes the role [`SERVICE`], unless the server has it. Migrations and backups grant it rights,
/// so it comes before both.
///
/// It may log in, but has no password, so that a server that asks for one does not let it in
/// before it is given one.
pub async fn make_service_role(owner: &mut PgConnection) -> Result<()> {
    let found: Option<i32> = sqlx::query_scalar("select 1 from pg_roles where rolname = $1")
        .bind(SERVICE)
        .fetch_optional(&mut *owner)
        .await?;
    if found.is_some() {
        return Ok(());
    }
    let made = sqlx::query("create role anju_service login nosuperuser nocreatedb nocreaterole")
        .execute(&mut *owner)
        .await;
    match made {
        Err(error) if has_code(&error, &MADE_MEANWHILE) => Ok(()),
        Err(error) if has_code(&error, &[FORBIDDEN]) => {
            let grant = grant_to(&quoted(&current_user(owner).await?), major(owner).await?);
            let sql = format!("create role {SERVICE} login;\n  {grant}");
            Err(PostgresError::ServiceRoleForbidden { sql })
        }
        made => made.map(drop).map_err(PostgresError::from),
    }
}

/// Lets the owner take the role on, for an owner that serves without a second login. A superuser
/// may anyway; whoever made the role may give it to itself.
pub async fn give_service_role(owner: &mut PgConnection) -> Result<()> {
    if may_take_on(owner).await? {
        return Ok(());
    }
    let major = major(owner).await?;
    let given = sqlx::query(AssertSqlSafe(grant_to("current_user", major)))
        .execute(&mut *owner)
        .await;
    match given {
        Err(error) if has_code(&error, &[FORBIDDEN]) => {
            let sql = grant_to(&quoted(&current_user(owner).await?), major);
            Err(PostgresError::ServiceRoleForbidden { sql })
        }
        given => given.map(drop).map_err(PostgresError::from),
    }
}

async fn may_take_on(owner: &mut PgConnection) -> Result<bool> {
    match sqlx::query("set role anju_service")
        .execute(&mut *owner)
        .await
    {
        Ok(_) => {
            sqlx::query("reset role").execute(owner).await?;
            Ok(true)
        }
        Err(error) if has_code(&error, &[FORBIDDEN]) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The statement that lets somebody take the role on, on a server of this major version.
pub fn grant_to(somebody: &str, major: i32) -> String {
    let options = if major >= MEMBERSHIP_OPTIONS_SINCE {
        " with set true, inherit false"
    } else {
        ""
    };
    format!("grant {SERVICE} to {somebody}{options};")
}

/// The major version of the server, such as 15.
pub async fn major(connection: &mut PgConnection) -> Result<i32> {
    let major = sqlx::query_scalar("select current_setting('server_version_num')::int / 10000")
        .fetch_one(connection)
        .await?;
    Ok(major)
}

async fn current_user(connection: &mut PgConnection) -> Result<String> {
    let user = sqlx::query_scalar("select current_user::text")
        .fetch_one(connection)
        .await?;
    Ok(user)
}

/// A role's name as SQL takes it, whatever is in it.
pub fn quoted(role: &str) -> String {
    format!("\"{}\"", role.replace('"', "\"\""))
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| codes.contains(&&*code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_version_16_the_right_to_take_a_role_on_is_named() {
        assert_eq!(
            grant_to("\"clerk\"", 15),
            "grant anju_service to \"clerk\";"
        );
        assert_eq!(
            grant_to("current_user", 16),
            "grant anju_service to current_user with set true, inherit false;"
        );
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
