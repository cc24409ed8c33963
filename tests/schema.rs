//! Conventions of the database, held by asking its catalogue.

use sqlx::{AssertSqlSafe, PgPool};

use crate::support::Town;

async fn names(owner: &PgPool, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(owner).await.unwrap()
}

#[tokio::test]
async fn the_service_owns_nothing_and_may_only_add_to_the_trail() {
    let town = Town::new().await;
    let user: String = sqlx::query_scalar("select current_user::text")
        .fetch_one(&town.app.db)
        .await
        .unwrap();
    assert_eq!(user, "anju_service");
    let owned: i64 = sqlx::query_scalar(
        "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = 'anju_service'",
    )
    .fetch_one(&town.app.db)
    .await
    .unwrap();
    assert_eq!(owned, 0);
    town.programme().await;
    for statement in [
        "update audit_event set reason = 'x'",
        "delete from audit_event",
        "truncate audit_event",
        "alter table audit_event add x int",
        "drop table audit_event",
    ] {
        let refused = sqlx::query(statement)
            .execute(&town.app.db)
            .await
            .unwrap_err();
        let code = refused
            .as_database_error()
            .unwrap()
            .code()
            .unwrap()
            .into_owned();
        assert_eq!(code, "42501", "{statement}");
    }
    assert_eq!(town.count("audit_event").await, 1);
}

#[tokio::test]
async fn every_foreign_key_has_an_index_or_points_to_something_small() {
    // Deleting or changing the referenced row would read the whole table otherwise.
    const SMALL: &[&str] = &[
        "break_glass_access_org_unit",
        "defect_inspection",
        "disclosure_org_unit",
        "import_file",
        "import_job",
        "import_programme",
        "programme_org_unit",
        "report_job",
        "report_json_file",
        "report_programme",
        "report_xlsx_file",
        "resident_session_code",
    ];
    let town = Town::new().await;
    let owner = town.owner().await;
    let bare = names(
        &owner,
        "select c.conname::text from pg_constraint c
          where c.contype = 'f' and not exists (
                select from pg_index i
                 where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])
          order by 1",
    )
    .await;
    assert_eq!(bare, SMALL);
}

#[tokio::test]
async fn constraints_are_named_and_nothing_runs_inside_the_database() {
    let town = Town::new().await;
    let owner = town.owner().await;
    let unnamed = names(
        &owner,
        "select conname::text from pg_constraint c join pg_namespace n on n.oid = c.connamespace
          where n.nspname = 'public' and contype in ('c', 'u', 'f') and conname ~ '_(check|key|fkey)[0-9]*$'",
    )
    .await;
    assert_eq!(
        unnamed,
        Vec::<String>::new(),
        "a problem is told by the constraint's name"
    );
    let triggers = names(
        &owner,
        "select tgname::text from pg_trigger where not tgisinternal",
    )
    .await;
    let routines = names(
        &owner,
        "select proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where n.nspname = 'public'",
    )
    .await;
    let extensions = names(
        &owner,
        "select extname::text from pg_extension where extname <> 'plpgsql'",
    )
    .await;
    assert!(triggers.is_empty() && routines.is_empty() && extensions.is_empty());
}

#[tokio::test]
async fn money_and_area_columns_have_their_domains_and_ids_are_uuids() {
    let town = Town::new().await;
    let owner = town.owner().await;
    let strays = names(
        &owner,
        "select table_name || '.' || column_name from information_schema.columns
          where table_schema = 'public' and table_name not like '\\_sqlx%' and (
                (column_name like '%\\_m2' and domain_name is distinct from 'area_m2')
             or (column_name = 'amount' and domain_name is distinct from 'money_cny')
             or (column_name = 'id' and data_type <> 'uuid')
             or data_type in ('real', 'double precision', 'timestamp without time zone')
             or (column_name like '%\\_on' and data_type <> 'date')
             or (column_name like '%\\_at' and data_type <> 'timestamp with time zone'))",
    )
    .await;
    assert_eq!(strays, Vec::<String>::new());
}

#[tokio::test]
async fn the_words_of_the_database_are_those_of_the_contract() {
    let town = Town::new().await;
    let owner = town.owner().await;
    let document: serde_json::Value =
        serde_json::from_str(include_str!("../openapi/anju-v1.json")).unwrap();
    let types = names(
        &owner,
        "select typname::text from pg_type where typtype = 'e' order by 1",
    )
    .await;
    let inner = ["import_mode"];
    for name in types.iter().filter(|name| !inner.contains(&name.as_str())) {
        let sql = format!("select unnest(enum_range(null::{name}))::text");
        let values: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&owner)
            .await
            .unwrap();
        let found = document["components"]["schemas"]
            .as_object()
            .unwrap()
            .values()
            .filter_map(|schema| schema["enum"].as_array())
            .any(|words| words.iter().filter_map(|w| w.as_str()).eq(values.iter()));
        assert!(
            found,
            "the enum {name} {values:?} is in the contract, in the same order"
        );
    }
}
