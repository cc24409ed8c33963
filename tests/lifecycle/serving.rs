//! `anju serve` on its private database: from the first start to the last.

use std::{
    ffi::OsStr, fs, net::TcpListener, os::unix::ffi::OsStrExt as _, path::Path, time::Instant,
};

use anju::postgres::{Cluster, DATABASE};

use super::{PATIENCE, Place, Serving, refused, signal};

fn database_runs(place: &Place) -> bool {
    let found = Cluster::attach(&place.path("data/postgres"), DATABASE);
    found.unwrap().is_some()
}

/// One data directory from start to start, because every first start costs seconds.
#[test]
fn a_service_starts_drains_stops_and_refuses_other_keys() {
    let place = Place::new();
    drains_before_it_stops(&place);
    refuses_a_missing_and_a_foreign_ring(&place);
    fails_with_its_database(&place);
}

fn drains_before_it_stops(place: &Place) {
    let mut command = place.anju(&["serve"]);
    command
        .env("ANJU_DRAIN_SECONDS", "30")
        .env("ANJU_CONFIG", "")
        .env("LS_COLORS", OsStr::from_bytes(b"\xff"));
    let serving = Serving::start(&mut command, &place.path("log"));
    let (status, _) = serving.get("/readyz", "").unwrap();
    assert_eq!(status, 200);
    let key = format!("authorization: Bearer anju_0badcafe_{}\r\n", "x".repeat(43));
    let (status, answer) = serving.get("/v1/me?canary-query=1", &key).unwrap();
    assert_eq!(status, 400, "{answer}");

    serving.signal("TERM");
    let told = Instant::now();
    while serving.get("/readyz", "").unwrap().0 == 200 {
        assert!(told.elapsed() < PATIENCE);
    }
    assert_eq!(serving.get("/livez", "").unwrap().0, 200, "still serving");
    serving.signal("TERM");
    let log = serving.log.clone();
    assert_eq!(serving.ended().code(), Some(0));
    assert!(told.elapsed().as_secs() < 30, "the second signal is enough");
    assert!(!database_runs(place));

    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("key=\"0badcafe\""), "{log}");
    for absent in ["\u{1b}", "already exists", "canary", "panic"] {
        assert!(!log.contains(absent), "{absent}: {log}");
    }
}

fn refuses_a_missing_and_a_foreign_ring(place: &Place) {
    let ring = fs::read(place.ring()).unwrap();
    let aside = place.path("data/keys/aside.toml");
    fs::rename(place.ring(), &aside).unwrap();
    let serve = || refused(place.anju(&["serve"]).env("ANJU_LISTEN", "127.0.0.1:0"));
    let told = serve();
    assert!(told.contains("was sealed with one"), "{told}");
    assert!(told.contains(&place.ring().display().to_string()), "{told}");
    assert!(!place.ring().exists(), "no other ring is made");
    assert!(!database_runs(place), "the failure waits for its database");

    super::done(&mut place.anju(&["key", "ring"]));
    let told = serve();
    assert!(told.contains("does not fit this database"), "{told}");
    assert!(told.contains("ANJU_KEY_FILE"), "{told}");
    fs::remove_file(place.ring()).unwrap();
    fs::rename(&aside, place.ring()).unwrap();
    assert_eq!(fs::read(place.ring()).unwrap(), ring);
}

fn fails_with_its_database(place: &Place) {
    let serving = Serving::start(&mut place.anju(&["serve"]), &place.path("log"));
    kill_server(&place.path("data/postgres"));
    let log = serving.log.clone();
    assert_eq!(serving.ended().code(), Some(1));
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("the private PostgreSQL ended by itself"),
        "{log}"
    );
    assert!(log.contains("server.log"), "{log}");
}

fn kill_server(cluster: &Path) {
    let marks = fs::read_to_string(cluster.join("data/postmaster.pid")).unwrap();
    signal("KILL", marks.lines().next().unwrap());
}

#[test]
fn an_address_in_use_is_told_with_what_to_do_before_anything_is_touched() {
    let place = Place::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let told = refused(place.anju(&["serve"]).env("ANJU_LISTEN", &address));
    assert!(told.contains("set ANJU_LISTEN"), "{told}");
    assert_eq!(told.matches("in use").count(), 1, "{told}");
    assert!(!place.path("data").exists());
}
