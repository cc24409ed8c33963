//! The private PostgreSQL: how it starts, ends and recovers.
#![expect(
    clippy::unwrap_used,
    reason = "in what the tests share, too, it fails the test"
)]

mod backup;
mod recovery;
mod service;
mod town;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anju::postgres::{Binaries, Cluster, ClusterOptions, DATABASE, OWNER, PostgresError, SERVICE};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A directory the account of the server can reach, removed at the end of the test.
fn place() -> TempDir {
    let everybody = Permissions::from_mode(0o755);
    tempfile::Builder::new()
        .prefix("anju-test-")
        .permissions(everybody)
        .tempdir()
        .unwrap()
}

fn options(data_dir: &Path) -> ClusterOptions {
    ClusterOptions {
        data_dir: data_dir.to_owned(),
        binaries: Binaries::find(None).unwrap(),
        throw_away: false,
        database: DATABASE.to_owned(),
    }
}

fn throw_away(data_dir: &Path) -> ClusterOptions {
    ClusterOptions {
        throw_away: true,
        ..options(data_dir)
    }
}

/// One cluster for the tests that only look at it; the supervisor removes it with this process.
async fn shared() -> &'static Cluster {
    static SHARED: OnceCell<Cluster> = OnceCell::const_new();
    let start = async || {
        let data_dir = tempfile::Builder::new()
            .prefix("anju-test-")
            .tempdir()
            .unwrap()
            .keep();
        Cluster::start(throw_away(&data_dir)).await.unwrap()
    };
    SHARED.get_or_init(start).await
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn text(url: &str, query: &'static str) -> String {
    let mut connection = connect(url).await;
    let found = sqlx::query_scalar(query)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    found
}

async fn run(url: &str, statements: &'static str) {
    let mut connection = connect(url).await;
    sqlx::raw_sql(statements)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// The process id of the server, as it wrote it down itself.
fn server_pid(data_dir: &Path) -> String {
    let file = fs::read_to_string(data_dir.join("data/postmaster.pid")).unwrap();
    file.lines().next().unwrap().to_owned()
}

fn data_dir_of(cluster: &Cluster) -> PathBuf {
    cluster
        .address()
        .socket_directory()
        .parent()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_owner_is_a_superuser_and_the_serving_role_may_nothing_by_itself() {
    let cluster = shared().await;
    let rights = "select concat_ws(' ', current_user, current_database(), rolsuper, rolcreatedb,
                         rolcreaterole, rolbypassrls, rolreplication)
                    from pg_roles where rolname = current_user";
    assert_eq!(
        text(&cluster.owner_url(), rights).await,
        "postgres anju t t t t t"
    );
    assert_eq!(
        text(&cluster.service_url(), rights).await,
        "anju_service anju f f f f f"
    );

    let mut service = connect(&cluster.service_url()).await;
    let refused = sqlx::query("create table t (a int)")
        .execute(&mut service)
        .await
        .unwrap_err();
    assert_eq!(
        refused.as_database_error().unwrap().code().unwrap(),
        "42501"
    );
    assert_eq!(cluster.url_for(SERVICE, DATABASE), cluster.service_url());
    assert_eq!(cluster.url_for(OWNER, DATABASE), cluster.owner_url());
}

#[tokio::test]
async fn the_server_listens_on_a_private_socket_and_on_no_tcp_port() {
    let cluster = shared().await;
    assert_eq!(
        text(&cluster.owner_url(), "show listen_addresses").await,
        ""
    );
    // The sixth line holds the first address it listens on.
    let data_dir = data_dir_of(cluster);
    let marks = fs::read_to_string(data_dir.join("data/postmaster.pid")).unwrap();
    assert_eq!(marks.lines().nth(5), Some(""), "{marks}");
    for directory in [&data_dir, cluster.address().socket_directory()] {
        let mode = fs::metadata(directory).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", directory.display());
    }
}

#[tokio::test]
async fn a_second_start_on_the_same_directory_is_refused_and_told_who_holds_it() {
    let cluster = shared().await;
    let second = options(&data_dir_of(cluster));
    let refused = Cluster::start(second).await.unwrap_err();
    let PostgresError::DataDirectoryInUse { pid, .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(pid, Some(std::process::id()));
}

#[tokio::test]
async fn another_process_reaches_the_server_by_its_directory() {
    let cluster = shared().await;
    let address = Cluster::attach(&data_dir_of(cluster), DATABASE).unwrap();
    assert_eq!(address.as_ref(), Some(cluster.address()));

    let place = place();
    assert_eq!(Cluster::attach(place.path(), DATABASE).unwrap(), None);
    assert_eq!(
        Cluster::attach(&place.path().join("absent"), DATABASE).unwrap(),
        None
    );
}

#[tokio::test]
async fn what_was_written_is_there_after_the_next_start_and_nothing_listens_between() {
    let place = place();
    let data_dir = place.path().join("pg");
    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    let durable = "select current_setting('fsync') || ' ' || current_setting('full_page_writes')
                          || ' ' || current_setting('data_checksums')";
    assert_eq!(text(&cluster.owner_url(), durable).await, "on on on");
    assert_eq!(
        text(&cluster.owner_url(), "show server_encoding").await,
        "UTF8"
    );
    run(
        &cluster.owner_url(),
        "create table kept as select '安居' as word",
    )
    .await;
    cluster.stop().await.unwrap();
    assert_eq!(Cluster::attach(&data_dir, DATABASE).unwrap(), None);

    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    assert_eq!(
        text(&cluster.owner_url(), "select word from kept").await,
        "安居"
    );
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_cannot_start_says_why() {
    let place = place();
    let data_dir = place.path().join("pg");
    Cluster::start(options(&data_dir))
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let settings = data_dir.join("data/postgresql.conf");
    let spoilt = fs::read_to_string(&settings).unwrap() + "\nno_such_setting = on\n";
    fs::write(&settings, spoilt).unwrap();

    let refused = Cluster::start(options(&data_dir)).await.unwrap_err();
    assert!(
        matches!(refused, PostgresError::StartFailed { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("no_such_setting"), "{refused}");
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_a_short_private_one() {
    let place = place();
    let data_dir = place.path().join("long".repeat(20)).join("pg");
    let cluster = Cluster::start(throw_away(&data_dir)).await.unwrap();
    assert_eq!(text(&cluster.service_url(), "select 'here'").await, "here");
    let run = cluster.address().socket_directory().to_owned();
    assert!(!run.starts_with(place.path()), "{}", run.display());
    assert_eq!(
        fs::metadata(&run).unwrap().permissions().mode() & 0o777,
        0o700
    );
    let attached = Cluster::attach(&data_dir, DATABASE).unwrap();
    assert_eq!(attached.as_ref(), Some(cluster.address()));

    cluster.stop().await.unwrap();
    assert!(!run.exists() && !data_dir.exists());
}

#[tokio::test]
async fn a_directory_of_another_major_version_is_refused_with_what_to_do() {
    let place = place();
    let data_dir = place.path().join("pg");
    fs::create_dir_all(data_dir.join("data")).unwrap();
    fs::write(data_dir.join("data/PG_VERSION"), "9.6\n").unwrap();
    let refused = Cluster::start(options(&data_dir)).await.unwrap_err();
    let PostgresError::OtherMajor { found, .. } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(found, "9.6");
    for advice in ["ANJU_PG_BIN", "anju backup", "anju restore"] {
        assert!(refused.to_string().contains(advice), "{refused}");
    }
}

#[tokio::test]
async fn a_throw_away_never_takes_a_directory_with_something_in_it() {
    let place = place();
    fs::write(place.path().join("letter"), "keep me").unwrap();
    let refused = Cluster::start(throw_away(place.path())).await.unwrap_err();
    assert!(
        matches!(refused, PostgresError::ThrowAwayNotEmpty(_)),
        "{refused}"
    );
    assert_eq!(
        fs::read_to_string(place.path().join("letter")).unwrap(),
        "keep me"
    );
}

#[tokio::test]
async fn a_name_that_would_need_escaping_is_refused() {
    let place = place();
    let odd = ClusterOptions {
        database: "a\"; drop".to_owned(),
        ..options(place.path())
    };
    let refused = Cluster::start(odd).await.unwrap_err();
    assert!(
        matches!(refused, PostgresError::DatabaseName(_)),
        "{refused}"
    );
}

#[test]
fn futures_can_be_spawned() {
    fn is_send<T: Send>(_: T) {}
    let place = place();
    is_send(Cluster::start(options(place.path())));
    is_send(anju::postgres::backup(
        "",
        &options(place.path()).binaries,
        place.path(),
    ));
    is_send(anju::postgres::restore(
        "",
        &options(place.path()).binaries,
        place.path(),
        0,
        town::at(),
    ));
}
