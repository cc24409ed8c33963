//! Backup and restore: everything comes back, and nothing is lost when it does not.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use anju::postgres::{
    Binaries, Cluster, DATABASE, OWNER, PostgresError, Restored, backup, newest_migration, restore,
};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection};

use super::town::{NEWEST, Town, at, everything};
use super::{connect, place, run, shared, text, throw_away};

#[tokio::test]
async fn a_backup_brings_every_row_of_every_table_to_a_fresh_machine() {
    let town = Town::new("moved").await;
    let place = place();
    let file = place.path().join("moved.backup");
    town.backup(&file).await;
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let names: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert!(names == [&*file], "the unfinished file is gone");

    let fresh = Cluster::start(throw_away(&place.path().join("pg")))
        .await
        .unwrap();
    let restored = restore(&fresh.owner_url(), fresh.binaries(), &file, NEWEST, at())
        .await
        .unwrap();
    assert_eq!(
        restored,
        Restored {
            newest_migration: NEWEST,
            kept_as: None
        }
    );
    let before = everything(&town.url()).await;
    assert_eq!(before["table household"].len(), 2000);
    assert!(before.len() > 8, "{:?}", before.keys());
    assert_eq!(everything(&fresh.owner_url()).await, before);
    let databases = "select string_agg(datname, ' ' order by datname) from pg_database";
    assert_eq!(
        text(&fresh.owner_url(), databases).await,
        "anju postgres template0 template1"
    );
    let analyzed = "select (reltuples = 2000)::text from pg_class where relname = 'household'";
    assert_eq!(text(&fresh.owner_url(), analyzed).await, "true");
    fresh.stop().await.unwrap();
}

#[tokio::test]
async fn a_restore_takes_the_place_of_a_database_that_is_being_used() {
    let town = Town::new("served").await;
    let place = place();
    let file = place.path().join("served.backup");
    town.backup(&file).await;
    let before = everything(&town.url()).await;
    run(
        &town.url(),
        "delete from agreement; create table later (a int)",
    )
    .await;
    let after = everything(&town.url()).await;

    let pool = PgPoolOptions::new()
        .max_connections(8)
        .connect(&town.service_url())
        .await
        .unwrap();
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let count = "select count(*) from agreement";
                let mut seen = vec![];
                while seen.last() != Some(&2000) {
                    match sqlx::query_scalar::<_, i64>(count).fetch_one(&pool).await {
                        Ok(agreements) => seen.push(agreements),
                        Err(_) => tokio::task::yield_now().await, // ended by the restore
                    }
                }
                seen.dedup();
                seen
            })
        })
        .collect();
    // Idle transactions do not hold it up, either.
    let mut idle: PgConnection = connect(&town.url()).await;
    sqlx::query("begin").execute(&mut idle).await.unwrap();

    let restored = town.restore(&file, NEWEST).await.unwrap();
    let kept = restored.kept_as.unwrap();
    assert_eq!(kept, "served_before_restore_20261123101500");
    for reader in readers {
        assert_eq!(
            reader.await.unwrap(),
            [0, 2000],
            "first the old rows, then the restored"
        );
    }
    assert_eq!(everything(&town.url()).await, before);
    assert_eq!(everything(&town.cluster.url_for(OWNER, &kept)).await, after);
    assert_eq!(town.databases().await, ["served".to_owned(), kept]);
}

#[tokio::test]
async fn a_backup_of_a_newer_schema_is_refused_and_nothing_is_touched() {
    let town = Town::new("newer").await;
    let place = place();
    let file = place.path().join("newer.backup");
    town.backup(&file).await;
    run(&town.url(), "delete from agreement").await;
    let before = everything(&town.url()).await;

    let refused = town.restore(&file, NEWEST - 1).await.unwrap_err();
    let PostgresError::NewerSchema { found, known, .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!((found, known), (NEWEST, NEWEST - 1));
    assert_eq!(everything(&town.url()).await, before);
    assert_eq!(town.databases().await, ["newer"]);
}

#[tokio::test]
async fn what_is_not_a_whole_backup_of_anju_is_refused_and_nothing_is_touched() {
    let town = Town::new("whole").await;
    let place = place();
    let letter = place.path().join("letter");
    fs::write(&letter, "Dear all,").unwrap();
    let refused = town.restore(&letter, NEWEST).await.unwrap_err();
    assert!(
        matches!(refused, PostgresError::NotABackup { .. }),
        "{refused}"
    );

    let file = place.path().join("whole.backup");
    town.backup(&file).await;
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let refused = town.restore(&file, NEWEST).await.unwrap_err();
    assert!(
        matches!(refused, PostgresError::ToolFailed { .. }),
        "{refused}"
    );

    let stranger = place.path().join("stranger.backup");
    let url = town.cluster.owner_url();
    backup(&url, town.cluster.binaries(), &stranger)
        .await
        .unwrap();
    let refused = town.restore(&stranger, NEWEST).await.unwrap_err();
    assert!(
        matches!(refused, PostgresError::NotABackup { .. }),
        "{refused}"
    );
    assert_eq!(
        newest_migration(&mut connect(&url).await).await.unwrap(),
        None
    );

    let missing = town
        .restore(&place.path().join("absent"), NEWEST)
        .await
        .unwrap_err();
    assert!(matches!(missing, PostgresError::Io { .. }), "{missing}");
    assert_eq!(
        text(&town.url(), "select n::text from signed").await,
        "2000"
    );
    assert_eq!(town.databases().await, ["whole"]);
}

#[tokio::test]
async fn a_backup_never_overwrites_a_file() {
    let cluster = shared().await;
    let place = place();
    let file = place.path().join("old.backup");
    fs::write(&file, "old").unwrap();
    let refused = backup(&cluster.owner_url(), cluster.binaries(), &file)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, PostgresError::BackupExists(_)),
        "{refused}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_backup_that_fails_leaves_no_file() {
    let cluster = shared().await;
    let place = place();
    let url = cluster.url_for(OWNER, "absent");
    let file = place.path().join("absent.backup");
    let refused = backup(&url, cluster.binaries(), &file).await.unwrap_err();
    assert!(
        matches!(
            refused,
            PostgresError::ToolFailed {
                tool: "pg_dump",
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_server_without_its_tools_is_named() {
    let cluster = shared().await;
    let place = place();
    for name in ["postgres", "initdb", "pg_ctl"] {
        symlink(
            cluster.binaries().directory().join(name),
            place.path().join(name),
        )
        .unwrap();
    }
    let bare = Binaries::find(Some(place.path())).unwrap();
    let file = place.path().join("no.backup");
    let refused = backup(&cluster.owner_url(), &bare, &file)
        .await
        .unwrap_err();
    assert!(
        matches!(
            refused,
            PostgresError::MissingTool {
                tool: "pg_dump",
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(cluster.address().database(), DATABASE);
}

#[tokio::test]
async fn the_password_of_the_url_reaches_the_tools() {
    let cluster = shared().await;
    run(
        &cluster.owner_url(),
        "create role clerk superuser login password 'p@s+s% 居'",
    )
    .await;
    let rules = super::data_dir_of(cluster).join("data/pg_hba.conf");
    let others = fs::read_to_string(&rules).unwrap();
    fs::write(&rules, format!("local all clerk scram-sha-256\n{others}")).unwrap();
    run(&cluster.owner_url(), "select pg_reload_conf()").await;
    let without = cluster.url_for("clerk", DATABASE);
    // The server reads its rules again a moment later.
    let mut asked = 0;
    while PgConnection::connect(&without).await.is_ok() {
        asked += 1;
        assert!(asked < 1000, "the server never asks for the password");
    }

    let place = place();
    let with = without.replace("clerk@", "clerk:p%40s%2Bs%25%20%E5%B1%85@");
    let file = place.path().join("clerk.backup");
    assert!(
        backup(&with, cluster.binaries(), &file)
            .await
            .unwrap()
            .bytes
            > 0
    );
    let wrong = without.replace("clerk@", "clerk:guess@");
    let file = place.path().join("wrong.backup");
    let refused = backup(&wrong, cluster.binaries(), &file).await.unwrap_err();
    assert!(
        matches!(
            refused,
            PostgresError::ToolFailed {
                tool: "pg_dump",
                ..
            }
        ),
        "{refused}"
    );
}
