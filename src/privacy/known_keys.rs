//! Which keys a database was sealed with, so that it is never served with others.
//!
//! The database keeps a mark of every key it was used with: a keyed hash, from which nothing
//! follows but whether a key is the same. Table: `ring_key`. Only the owner of the tables reads and
//! writes it, at the start.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::KeyRing;
use crate::values::Instant;

/// Why a ring is not the one of a database.
#[derive(Debug, thiserror::Error)]
pub enum ForeignRing {
    /// It has a key of this number, but another one.
    #[error(
        "it is not the key ring this database was sealed with (another {})", key_name(*.0)
    )]
    Other(u8),
    /// It lacks a key the database was used with.
    #[error(
        "it lacks a key this database was sealed with ({}); keys are added to a ring, never removed",
        key_name(*.0)
    )]
    Lacking(u8),
    #[error("the keys this database was sealed with cannot be read")]
    Sql(#[from] sqlx::Error),
}

fn key_name(id: u8) -> String {
    match id {
        0 => "key of the keyed hashes".to_owned(),
        id => format!("sealing key {id}"),
    }
}

/// Whether a database was ever used with a ring. One without the table was not.
pub async fn was_sealed(owner: &mut PgConnection) -> sqlx::Result<bool> {
    Ok(!marks(owner).await?.is_empty())
}

/// Refuses a ring that lacks a key this database was used with, or has another in its place.
pub async fn admit_ring(owner: &mut PgConnection, ring: &KeyRing) -> Result<(), ForeignRing> {
    compare(&marks(owner).await?, &ring.marks())
}

/// Notes the keys of a ring that are new to the database, after [`admit_ring`] once more: two may
/// start at the same time.
pub async fn note_ring(
    owner: &mut PgConnection,
    ring: &KeyRing,
    at: Instant,
) -> Result<(), ForeignRing> {
    for (id, mark) in ring.marks() {
        sqlx::query!(
            "insert into ring_key (key_id, mark, first_used_at) values ($1, $2, $3)
             on conflict (key_id) do nothing",
            i16::from(id),
            &mark[..],
            at,
        )
        .execute(&mut *owner)
        .await?;
    }
    admit_ring(owner, ring).await
}

fn compare(
    known: &BTreeMap<u8, Vec<u8>>,
    ring: &BTreeMap<u8, [u8; 32]>,
) -> Result<(), ForeignRing> {
    // The key of the keyed hashes is in every ring and never changes, so it comes first.
    for (id, mark) in known {
        match ring.get(id) {
            None => return Err(ForeignRing::Lacking(*id)),
            Some(own) if own[..] != mark[..] => return Err(ForeignRing::Other(*id)),
            Some(_) => {}
        }
    }
    Ok(())
}

async fn marks(owner: &mut PgConnection) -> sqlx::Result<BTreeMap<u8, Vec<u8>>> {
    let table: Option<String> = sqlx::query_scalar!("select to_regclass('ring_key')::text")
        .fetch_one(&mut *owner)
        .await?;
    if table.is_none() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query!("select key_id, mark from ring_key")
        .fetch_all(owner)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                u8::try_from(row.key_id).expect("checked by the table"),
                row.mark,
            )
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::tests::seeded;

    /// What a database keeps that was used with this ring.
    fn known(ring: &KeyRing) -> BTreeMap<u8, Vec<u8>> {
        let marks = ring.marks().into_iter();
        marks.map(|(id, mark)| (id, mark.to_vec())).collect()
    }

    #[test]
    fn the_ring_and_every_later_one_of_the_same_house_are_admitted() {
        let ring = KeyRing::generate(&mut seeded(1));
        let later = ring.rotated(&mut seeded(3)).unwrap();
        assert!(compare(&BTreeMap::new(), &ring.marks()).is_ok());
        assert!(compare(&known(&ring), &ring.marks()).is_ok());
        assert!(compare(&known(&ring), &later.marks()).is_ok());
    }

    #[test]
    fn another_ring_and_an_older_one_are_refused() {
        let ring = KeyRing::generate(&mut seeded(1));
        let later = ring.rotated(&mut seeded(3)).unwrap();
        let other = KeyRing::generate(&mut seeded(2));
        let told = |known, ring: &KeyRing| compare(&known, &ring.marks());
        assert!(matches!(
            told(known(&ring), &other),
            Err(ForeignRing::Other(0))
        ));
        assert!(matches!(
            told(known(&later), &ring),
            Err(ForeignRing::Lacking(4))
        ));
    }

    #[test]
    fn marks_tell_keys_apart_and_hold_nothing_of_them() {
        let ring = KeyRing::generate(&mut seeded(1));
        let marks = ring.marks();
        assert_eq!(marks.keys().copied().collect::<Vec<_>>(), [0, 1, 2, 3]);
        let distinct: std::collections::BTreeSet<_> = marks.values().collect();
        assert_eq!(distinct.len(), marks.len());
        for (id, _, secret) in ring.sealing_secrets() {
            assert_ne!(marks[&id], **secret);
        }
    }
}
