//! The role Anju serves as, on a server where nobody made it: who may make it, and what the others
//! are told.

use anju::database::{admit_service, connect, migrate};
use anju::postgres::{Cluster, OWNER};
use sqlx::AssertSqlSafe;

use super::{place, run, throw_away};

/// A server without the service's role, with three ordinary owners and a database for each.
async fn foreign_server(place: &std::path::Path) -> Cluster {
    let cluster = Cluster::start(throw_away(&place.join("pg"))).await.unwrap();
    let admin = cluster.url_for(OWNER, "postgres");
    run(
        &admin,
        "drop role anju_service;
         create role maker login createrole;
         create role plain login;
         create role \"o'dd \"\"name\" login",
    )
    .await;
    let mut admin = super::connect(&admin).await;
    for (database, owner) in [("made", "maker"), ("refused", "plain")] {
        let create = format!("create database {database} owner {owner}");
        sqlx::query(AssertSqlSafe(create))
            .execute(&mut admin)
            .await
            .unwrap();
    }
    cluster
}

/// Whom the service is, and whether it reads.
async fn served(url: &str) -> String {
    let pool = connect(url, 1).unwrap();
    let who = "select current_user || ' ' || count(*) from api_key";
    let who = sqlx::query_scalar(who).fetch_one(&pool).await.unwrap();
    pool.close().await;
    who
}

#[tokio::test]
async fn an_ordinary_owner_makes_the_role_or_is_told_what_a_superuser_must_run() {
    let place = place();
    let cluster = foreign_server(place.path()).await;
    let plain = cluster.url_for("plain", "refused");

    // Neither the role nor the right to make it.
    let told = migrate(&plain).await.unwrap_err().to_string();
    let sql = "create role anju_service login;\n  grant anju_service to \"plain\"";
    assert!(told.contains(sql), "{told}");

    // The right to make it.
    let maker = cluster.url_for("maker", "made");
    migrate(&maker).await.unwrap();
    admit_service(&maker, &maker).await.unwrap();
    assert_eq!(served(&maker).await, "anju_service 0");
    admit_service(&maker, &maker).await.unwrap();

    // The role is there, but not for this owner.
    migrate(&plain).await.unwrap();
    let told = admit_service(&plain, &plain).await.unwrap_err().to_string();
    let grant = "grant anju_service to \"plain\";";
    assert!(
        told.contains(grant) && !told.contains("create role"),
        "{told}"
    );
    run(
        &cluster.url_for(OWNER, "refused"),
        "grant anju_service to \"plain\"",
    )
    .await;
    admit_service(&plain, &plain).await.unwrap();
    assert_eq!(served(&plain).await, "anju_service 0");

    // A login of its own for the service.
    let service = cluster.url_for("anju_service", "refused");
    admit_service(&plain, &service).await.unwrap();
    let admin = cluster.url_for(OWNER, "refused");
    run(&admin, "alter role anju_service nologin").await;
    let told = admit_service(&plain, &service)
        .await
        .unwrap_err()
        .to_string();
    let sql = "alter role \"anju_service\" login password";
    assert!(told.contains(sql), "{told}");

    // Another login that was not given the role.
    let other = cluster.url_for("o'dd \"name", "refused");
    let told = admit_service(&plain, &other).await.unwrap_err().to_string();
    let sql = "grant anju_service to \"o'dd \"\"name\"";
    assert!(told.contains(sql), "{told}");

    // A database in which nobody migrated anything.
    run(&admin, "alter role anju_service login").await;
    let elsewhere = cluster.url_for("anju_service", "postgres");
    let told = admit_service(&plain, &elsewhere)
        .await
        .unwrap_err()
        .to_string();
    assert!(told.contains("must name the database and schema"), "{told}");
    cluster.stop().await.unwrap();
}
