//! Files inside the database: in pieces, sealed, never whole in memory.

use anju::files::{FileRef, erase, spool, store_file, stream};
use sha2::{Digest as _, Sha256};

use crate::support::Town;

/// Two pieces and a half, no two stretches alike.
fn content() -> Vec<u8> {
    let numbers = (0..330_000_u32).map(|n| n.wrapping_mul(2_654_435_761));
    numbers
        .flat_map(u32::to_le_bytes)
        .chain(0..=255)
        .collect::<Vec<u8>>()
        .repeat(2)
}

async fn stored(town: &Town, bytes: &[u8], limit: u64) -> Result<FileRef, String> {
    let mut tx = town.conn().await;
    let stored = store_file(&mut tx, &town.app, "a.csv", "text/csv", bytes, limit).await;
    match stored {
        Ok(file) => {
            tx.commit().await.unwrap();
            Ok(file)
        }
        Err(problem) => Err(problem.code().to_owned()),
    }
}

#[tokio::test]
async fn a_file_comes_back_as_it_went_in_both_ways() {
    let town = Town::new().await;
    let bytes = content();
    let file = stored(&town, &bytes, 10_000_000).await.unwrap();
    assert_eq!(file.size, bytes.len() as u64);
    assert_eq!(file.sha256[..], Sha256::digest(&bytes)[..]);
    assert_eq!(
        town.count("file_chunk where length(bytes) > 1048576").await,
        0
    );
    assert_eq!(town.count("file_chunk").await, 3);
    let streamed = stream(&town.app, &anju::staff::Scope::everything(), file.id)
        .into_vec()
        .await
        .unwrap();
    assert!(streamed == bytes);
    let mut conn = town.conn().await;
    let spooled = spool(&mut conn, &town.app, file.id).await.unwrap();
    assert!(std::fs::read(spooled.path()).unwrap() == bytes);
}

#[tokio::test]
async fn a_file_above_its_limit_is_refused_and_one_at_its_limit_is_not() {
    let town = Town::new().await;
    assert!(stored(&town, b"12345", 5).await.is_ok());
    assert_eq!(
        stored(&town, b"123456", 5).await,
        Err("file-too-large".to_owned())
    );
    assert_eq!(town.count("file").await, 1);
}

#[tokio::test]
async fn pieces_that_changed_places_are_noticed() {
    let town = Town::new().await;
    let file = stored(&town, &content(), 10_000_000).await.unwrap();
    let owner = town.owner().await;
    for swap in [
        "set seq = seq + 10",
        "set seq = case seq when 10 then 1 when 11 then 0 else 2 end",
    ] {
        let sql = sqlx::AssertSqlSafe(format!("update file_chunk {swap}"));
        sqlx::query(sql).execute(&owner).await.unwrap();
    }
    let mut conn = town.conn().await;
    assert!(spool(&mut conn, &town.app, file.id).await.is_err());
    assert!(
        stream(&town.app, &anju::staff::Scope::everything(), file.id)
            .into_vec()
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_file_without_its_end_is_never_taken_for_the_whole() {
    let town = Town::new().await;
    let file = stored(&town, &content(), 10_000_000).await.unwrap();
    let owner = town.owner().await;
    for missing in [2, 1, 0] {
        let sql = format!("delete from file_chunk where seq = {missing}");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(&owner)
            .await
            .unwrap();
        let mut conn = town.app.db.acquire().await.unwrap();
        assert!(spool(&mut conn, &town.app, file.id).await.is_err());
        assert!(
            stream(&town.app, &anju::staff::Scope::everything(), file.id)
                .into_vec()
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn a_forgotten_file_keeps_its_name_and_digest_only() {
    let town = Town::new().await;
    let file = stored(&town, b"name,number", 100).await.unwrap();
    let mut conn = town.conn().await;
    erase(&mut conn, file.id).await.unwrap();
    conn.commit().await.unwrap();
    assert_eq!(town.count("file_chunk").await, 0);
    assert_eq!(
        town.count("file where name = 'a.csv' and size = 11").await,
        1
    );
}
