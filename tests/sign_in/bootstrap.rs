//! The first administrator, made at the machine.

use std::process::{Command, Output};

use anju::config::Config;

use super::{bearer, choose_password, enrol, knock, trail};
use crate::support::Town;

fn bootstrap(town: &Town, folder: &std::path::Path, login: &str) -> Output {
    let ring = folder.join("ring.toml");
    if !ring.exists() {
        Town::put_ring(&ring);
    }
    Command::new(env!("CARGO_BIN_EXE_anju"))
        .env_clear()
        .args([
            "staff",
            "bootstrap",
            "--staff-no",
            "A-0001",
            "--name",
            "王管理",
        ])
        .args(["--login", login])
        .env("DATABASE_URL", town.owner_url())
        .env("ANJU_DATA_DIR", folder.join("data"))
        .env("ANJU_KEY_FILE", ring)
        .output()
        .unwrap()
}

#[tokio::test]
async fn the_first_administrator_is_made_once_and_makes_the_others() {
    let town = Town::new().await;
    let folder = tempfile::tempdir().unwrap();
    let made = bootstrap(&town, folder.path(), "admin.wang");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let password = String::from_utf8(made.stdout)
        .unwrap()
        .trim_end()
        .to_owned();
    assert_eq!(password.len(), 19, "one line with the password: {password}");
    // The machine has the clock of today, the town that of 2018.
    let now: chrono::DateTime<chrono::Utc> = sqlx::query_scalar("select now()")
        .fetch_one(&town.owner().await)
        .await
        .unwrap();
    town.set_clock(&now.to_rfc3339());
    let opened = knock(&town, "admin.wang", &password, None)
        .send()
        .await
        .ok(201)
        .json;
    let person = bearer(&town, &opened);
    choose_password(&person, &password).await;
    enrol(&town, &person).await;
    let me = person.get("/v1/me").send().await.ok(200).json;
    assert_eq!(me["posts"][0]["role"], "system_administrator");
    person.get("/v1/accounts").send().await.ok(200);
    // Employed by the district, and administrator of everything in it.
    let district = town.district().await;
    let staff = me["staff_id"].as_str().unwrap();
    let entry = person
        .get(&format!("/v1/staff/{staff}"))
        .send()
        .await
        .ok(200);
    assert_eq!(entry.json["org_unit_id"], district["id"]);
    assert_eq!(me["posts"][0]["org_unit_id"], district["id"]);
    person
        .get("/v1/households")
        .send()
        .await
        .is_problem(403, "permission-missing");
    let first = trail(&town).await.pop().unwrap();
    assert_eq!(first.0, "account.bootstrapped");

    let again = bootstrap(&town, folder.path(), "admin.li");
    assert!(!again.status.success());
    assert_eq!(again.stdout, b"");
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains("There are accounts already"), "{told}");
    assert_eq!(town.count("account").await, 1);
    assert_eq!(town.count("staff").await, 1);
}

#[tokio::test]
async fn a_new_database_has_no_account() {
    let town = Town::new().await;
    assert_eq!(town.count("account").await, 0);
    assert_eq!(town.count("oidc_identity").await, 0);
    for (login, password) in [("admin", "admin"), ("anju", "anju"), ("root", "password")] {
        knock(&town, login, password, None)
            .send()
            .await
            .is_problem(401, "sign-in-failed");
    }
}

#[test]
fn half_a_provider_and_one_that_is_reached_unencrypted_are_refused_at_the_start() {
    let read = |settings: &[(&str, &str)]| {
        let environment = settings
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Config::read(&environment.collect()).map(|config| config.oidc)
    };
    let issuer = |issuer| [("ANJU_OIDC_ISSUER", issuer), ("ANJU_OIDC_AUDIENCE", "anju")];
    assert_eq!(read(&[]), Ok(None));
    for good in [
        "https://id.example.org/realms/d",
        "http://127.0.0.1:4000",
        "http://[::1]:4000",
    ] {
        let oidc = read(&issuer(good)).unwrap().unwrap();
        assert_eq!(
            (oidc.issuer.as_str(), oidc.staff_claim.as_str()),
            (good, "sub")
        );
    }
    for bad in [
        "http://id.example.org",
        "id.example.org",
        "https://",
        "http://127.0.0.1.evil.org",
        "https://id.example.org?x",
        "https://user@id.example.org",
        "http://localhost.evil.org",
    ] {
        let mistakes = read(&issuer(bad)).unwrap_err();
        assert!(mistakes.to_string().contains(bad), "{mistakes}");
    }
    for half in [
        ("ANJU_OIDC_ISSUER", "https://id.example.org"),
        ("ANJU_OIDC_AUDIENCE", "anju"),
        ("ANJU_OIDC_STAFF_CLAIM", "sub"),
    ] {
        assert!(
            read(&[half])
                .unwrap_err()
                .to_string()
                .contains("go together")
        );
    }
}
