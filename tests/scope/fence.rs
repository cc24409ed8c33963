//! The second fence: what the database shows when a statement forgets the first.

use sqlx::Row as _;

use super::{Twins, id};
use crate::support::Town;

/// Tables that hold no case: the organisation, staff, what callers are known by, the queue, salts.
/// Accounts, sessions and identities are read before anybody is known, so no scope can be asked.
const NO_CASES: &[&str] = &[
    "_sqlx_migrations",
    "account",
    "api_key",
    "audit_salt",
    "authority",
    "job",
    "key_rotation",
    "oidc_identity",
    "org_unit",
    "org_unit_place",
    "post",
    "post_parcel",
    "ring_key",
    "staff",
    "staff_session",
];

async fn tables(town: &Town, which: &'static str) -> Vec<String> {
    let owner = town.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(which).fetch_all(&owner).await.unwrap();
    tables
        .into_iter()
        .filter(|table| !NO_CASES.contains(&table.as_str()))
        .collect()
}

const EVERY_TABLE: &str = "select relname::text from pg_class
    where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace order by 1";

#[tokio::test]
async fn every_table_of_a_case_has_a_policy_and_no_view_steps_around_it() {
    let town = Town::new().await;
    let owner = town.owner().await;
    let open: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c
          where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
            and not (c.relrowsecurity and exists (
                select from pg_policy p where p.polrelid = c.oid))
          order by 1",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    assert_eq!(open, NO_CASES, "a case table without a policy");
    let views: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
          where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace
            and not coalesce('security_invoker=true' = any(reloptions), false)",
    )
    .fetch_all(&owner)
    .await
    .unwrap();
    assert!(
        views.is_empty(),
        "a view with the rights of its owner: {views:?}"
    );
}

#[tokio::test]
async fn a_transaction_that_does_not_say_whose_it_is_sees_nothing() {
    let twins = Twins::new().await;
    let owner = twins.town.owner().await;
    let mut filled = 0;
    for table in tables(&twins.town, EVERY_TABLE).await {
        let count = format!("select count(*) from {table}");
        let all: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count.clone()))
            .fetch_one(&owner)
            .await
            .unwrap();
        let seen: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .fetch_one(&twins.town.app.db)
            .await
            .unwrap();
        assert_eq!(seen, 0, "{table} of {all}");
        filled += i64::from(all > 0);
    }
    assert!(filled > 18, "only {filled} tables hold anything");
}

/// Rows of the east that a statement without any condition finds in a transaction of the west.
#[tokio::test]
async fn a_statement_that_forgets_the_scope_finds_only_ones_own() {
    let twins = Twins::new().await;
    let (west, east) = (&twins.west, &twins.east);
    let units = [id(&west.unit), id(&west.village)].map(|u| uuid::Uuid::parse_str(u).unwrap());
    let scope = anju::staff::Scope::of_units(units.into(), None, [].into());
    let mut conn = twins.town.app.begin(&scope).await.unwrap();
    let foreign = [
        id(&east.parcel),
        id(&east.household),
        id(&east.flat),
        id(&east.village),
    ];
    for table in tables(&twins.town, EVERY_TABLE).await {
        let rows = format!("select t::text as row from {table} t");
        let rows = sqlx::query(sqlx::AssertSqlSafe(rows))
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        for row in rows {
            let text: String = row.get("row");
            for id in foreign {
                assert!(!text.contains(id), "{table}: {text}");
            }
        }
    }
    for (table, id) in [
        ("household", id(&west.household)),
        ("parcel", id(&west.parcel)),
    ] {
        let own = format!("select count(*) from {table} where id = '{id}'");
        let own: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(own))
            .fetch_one(&mut *conn)
            .await
            .unwrap();
        assert_eq!(own, 1, "{table}");
    }
}

#[tokio::test]
async fn nothing_can_be_written_into_somebody_elses_unit() {
    let twins = Twins::new().await;
    let units = [id(&twins.west.unit)].map(|u| uuid::Uuid::parse_str(u).unwrap());
    let scope = anju::staff::Scope::of_units(units.into(), None, [].into());
    let change = format!(
        "update household set holder_name = 'x' where id = '{}'",
        id(&twins.east.household)
    );
    let mut conn = twins.town.app.begin(&scope).await.unwrap();
    let done = sqlx::query(sqlx::AssertSqlSafe(change))
        .execute(&mut *conn)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 0);
    let smuggle = format!(
        "insert into structure (id, household_id, seq, use, measured_area_m2)
         values (gen_random_uuid(), '{}', 9, 'residential', 1)",
        id(&twins.east.household)
    );
    let refused = sqlx::query(sqlx::AssertSqlSafe(smuggle))
        .execute(&mut *conn)
        .await;
    let refused = refused.unwrap_err();
    let code = refused
        .as_database_error()
        .unwrap()
        .code()
        .unwrap()
        .into_owned();
    assert_eq!(code, "42501", "row-level security refuses it");
}
