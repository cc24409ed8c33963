//! The server ends with whoever holds it, and comes back after everything was killed.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anju::postgres::{Cluster, DATABASE, PostgresError};

use super::{connect, options, place, run, server_pid, shared, text, throw_away};

/// Kills them all; those that notice the death of another one may be gone before their turn.
fn kill_9(pids: &[&str]) {
    let script = r#"for each; do kill -9 "$each" 2>/dev/null; done; true"#;
    let killed = Command::new("/bin/sh")
        .args(["-c", script, "sh"])
        .args(pids)
        .status();
    assert!(killed.unwrap().success());
}

#[tokio::test]
async fn a_committed_row_survives_the_killing_of_the_server_and_its_children() {
    let place = place();
    let data_dir = place.path().join("pg");
    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    run(
        &cluster.owner_url(),
        "create table kept as select 'committed' as word",
    )
    .await;
    let writers = "select string_agg(pid::text, ' ') from pg_stat_activity
                    where backend_type in ('checkpointer', 'background writer', 'walwriter')";
    let children = text(&cluster.owner_url(), writers).await;
    let server = server_pid(&data_dir);
    let mut victims = vec![server.as_str()];
    victims.extend(children.split(' '));
    assert_eq!(victims.len(), 4, "{victims:?}");
    kill_9(&victims);
    cluster.ended().await;
    drop(cluster);

    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    assert_eq!(
        text(&cluster.owner_url(), "select word from kept").await,
        "committed"
    );
    cluster.stop().await.unwrap();
}

/// This test runs itself a second time, as the process to be killed.
#[tokio::test]
async fn the_server_ends_when_the_process_that_holds_it_is_killed() {
    const DATA_DIR: &str = "ANJU_TEST_HOLDS";
    if let Some(data_dir) = env::var_os(DATA_DIR) {
        let cluster = Cluster::start(options(Path::new(&data_dir))).await.unwrap();
        run(
            &cluster.owner_url(),
            "create table kept as select 'committed' as word",
        )
        .await;
        writeln!(io::stdout(), "\nready").unwrap();
        cluster.ended().await;
        panic!("nobody asked the server to end");
    }
    let place = place();
    let data_dir = place.path().join("pg");
    let name = "postgres::recovery::the_server_ends_when_the_process_that_holds_it_is_killed";
    let mut holder = Command::new(env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(DATA_DIR, &data_dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(
        said.any(|line| line.unwrap() == "ready"),
        "the holder did not start"
    );
    let refused = Cluster::start(options(&data_dir)).await.unwrap_err();
    let PostgresError::DataDirectoryInUse { pid, .. } = refused else {
        panic!("{refused}")
    };
    assert_eq!(pid, Some(holder.id()));

    // This would take a minute if the server did not end.
    let address = Cluster::attach(&data_dir, DATABASE).unwrap().unwrap();
    let mut connection = connect(&address.service_url()).await;
    let waiting = sqlx::query("select pg_sleep(60)").execute(&mut connection);
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(waiting.await.is_err(), "the server served on for a minute");

    // Perhaps it is still shutting down: the next start waits for it.
    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    assert_eq!(
        text(&cluster.owner_url(), "select word from kept").await,
        "committed"
    );
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_throw_away_is_removed_when_nobody_holds_it_any_more() {
    let place = place();
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let data_dir = place.path().join("pg");
    let cluster = Cluster::start(throw_away(&data_dir)).await.unwrap();
    assert_eq!(text(&cluster.owner_url(), "show fsync").await, "off");
    let ended = cluster.ended();
    drop(cluster);
    ended.await;
    assert!(!data_dir.exists());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_left_alone_by_everybody_is_stopped_and_started_anew() {
    let place = place();
    let data_dir = place.path().join("pg");
    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    run(
        &cluster.owner_url(),
        "create table kept as select 'committed' as word",
    )
    .await;
    let server = server_pid(&data_dir);
    let supervisor = parent_of(&server).unwrap();
    let reader = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid = entry.unwrap().file_name().into_string().unwrap();
        (pid != server && parent_of(&pid).as_ref() == Some(&supervisor)).then_some(pid)
    });
    let reader: Vec<String> = reader.collect();
    assert_eq!(reader.len(), 1, "the one that waits for our end");
    kill_9(&[reader[0].as_str(), &supervisor]);
    cluster.ended().await;
    assert!(
        Path::new("/proc").join(&server).exists(),
        "the server itself was left alone"
    );
    drop(cluster);

    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    assert_ne!(server_pid(&data_dir), server);
    assert_eq!(
        text(&cluster.owner_url(), "select word from kept").await,
        "committed"
    );
    cluster.stop().await.unwrap();
}

#[cfg(target_os = "linux")]
fn parent_of(pid: &str) -> Option<String> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat")).ok()?;
    stat.rsplit_once(") ")?
        .1
        .split(' ')
        .nth(1)
        .map(str::to_owned)
}

/// After a loss of power its process id may belong to another server of the same account.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_mark_of_a_dead_server_does_not_stop_a_start_even_if_its_number_lives_on() {
    let place = place();
    let data_dir = place.path().join("pg");
    Cluster::start(options(&data_dir))
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let living = shared().await;
    let pid = server_pid(&super::data_dir_of(living));
    let mark = data_dir.join("data/postmaster.pid");
    fs::write(
        &mark,
        format!("{pid}\n{}\n0\n5432\n\n\n", data_dir.display()),
    )
    .unwrap();

    let cluster = Cluster::start(options(&data_dir)).await.unwrap();
    assert_ne!(server_pid(&data_dir), pid);
    cluster.stop().await.unwrap();
    assert_eq!(text(&living.owner_url(), "select 'alive'").await, "alive");
}

#[tokio::test]
async fn a_directory_the_account_cannot_reach_is_named() {
    let place = place();
    let closed = place.path().join("closed");
    fs::create_dir_all(closed.join("pg")).unwrap();
    // Root may enter everything, the account it gives the server may not; we may not ourselves
    // when we are not root.
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o600)).unwrap();
    let refused = Cluster::start(options(&closed.join("pg")))
        .await
        .unwrap_err()
        .to_string();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(refused.contains(closed.to_str().unwrap()), "{refused}");
}
