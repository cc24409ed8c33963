//! Commands beside the service, on a server that is there already.

use std::{fs, process::Stdio};

use sqlx::{Connection as _, PgConnection};

use super::{Place, done, refused};
use crate::support::{empty_database, fresh_database, ground};

async fn one<T>(url: &str, query: &'static str) -> T
where
    T: Send + Unpin,
    (T,): for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
{
    let mut owner = PgConnection::connect(url).await.unwrap();
    let (found,) = sqlx::query_as(query).fetch_one(&mut owner).await.unwrap();
    owner.close().await.unwrap();
    found
}

#[tokio::test]
async fn a_named_database_is_not_touched_without_its_ring_and_never_taken_with_another() {
    let url = (ground().owner_url)(&empty_database().await);
    let place = Place::new();
    let create = || {
        let arguments = ["key", "create", "--role", "auditor", "--label", "desk"];
        let mut command = place.anju(&arguments);
        command.env("DATABASE_URL", &url);
        command
    };
    let told = refused(&mut create());
    assert!(told.contains("`anju key ring`"), "{told}");
    let tables = "select count(*) from pg_tables where schemaname = 'public'";
    assert_eq!(
        one::<i64>(&url, tables).await,
        0,
        "keys come before migrations"
    );

    done(place.anju(&["key", "ring"]).env("DATABASE_URL", &url));
    let secret = done(&mut create());
    assert!(secret.starts_with("anju_"), "{secret}");
    let trail = "select role || ' ' || action || ' ' || outcome from audit_event";
    let trail = one::<String>(&url, trail).await;
    assert_eq!(trail, "operator api_key.created done");

    fs::remove_file(place.ring()).unwrap();
    let told = refused(&mut create());
    assert!(told.contains("was sealed with one"), "{told}");
    done(place.anju(&["key", "ring"]).env("DATABASE_URL", &url));
    let told = refused(&mut create());
    assert!(told.contains("does not fit this database"), "{told}");
    assert_eq!(one::<i64>(&url, "select count(*) from api_key").await, 1);
}

#[tokio::test]
async fn a_schema_of_a_newer_program_is_refused() {
    let url = (ground().owner_url)(&fresh_database().await);
    let newer =
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (209901010000, 'later', true, '', 0) returning version";
    one::<i64>(&url, newer).await;
    let place = Place::new();
    let told = refused(place.anju(&["migrate"]).env("DATABASE_URL", &url));
    assert!(
        told.contains("the database comes from a newer Anju"),
        "{told}"
    );
}

#[tokio::test]
async fn a_label_is_held_to_the_rules_of_the_api() {
    let url = (ground().owner_url)(&fresh_database().await);
    let place = Place::new();
    for label in ["", "  ", "two\nlines", &"x".repeat(121)] {
        let arguments = ["key", "create", "--role", "auditor", "--label", label];
        let ended = place.anju(&arguments).env("DATABASE_URL", &url).output();
        let ended = ended.unwrap();
        let told = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{told}");
        assert!(told.contains("--label"), "{told}");
    }
}

#[test]
fn a_cause_is_told_once_with_its_password_kept() {
    let place = Place::new();
    let url = "postgres://anju:geheim@127.0.0.1:1/anju";
    let told = refused(place.anju(&["migrate"]).env("DATABASE_URL", url));
    assert_eq!(told.matches("refused").count(), 1, "{told}");
    assert!(!told.contains("geheim"), "{told}");
}

#[test]
fn help_lists_every_setting_where_the_documents_say_and_describes_every_argument() {
    let place = Place::new();
    let help = |arguments: &[&str]| done(&mut place.anju(arguments));
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        let text = help(arguments);
        for (name, ..) in anju::config::SETTINGS {
            assert!(text.contains(name), "{name}: {text}");
        }
    }
    assert!(help(&["backup", "--help"]).contains("Where to write it"));
    assert!(help(&["restore", "--help"]).contains("What `anju backup` wrote"));
    assert!(help(&["key", "create", "--help"]).contains("what the key may do"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::new();
    let (nobody, stdout) = std::io::pipe().unwrap();
    drop(nobody);
    let mut command = place.anju(&["openapi"]);
    let ended = command.stdout(stdout).stderr(Stdio::piped()).output();
    let ended = ended.unwrap();
    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!((ended.status.code(), told.as_str()), (Some(0), ""));
    // And one that has no room left is.
    let full = fs::File::options().write(true).open("/dev/full");
    if let Ok(full) = full {
        let ended = place.anju(&["openapi"]).stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(1));
    }
}
