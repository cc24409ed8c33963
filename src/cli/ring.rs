//! The key ring of a command's database: read, made for a new one, or refused.

use anyhow::{Context as _, bail};
use sqlx::PgConnection;

use super::out::say;
use crate::{
    Entropy,
    config::Config,
    privacy::{KeyRing, admit_ring, was_sealed},
};

/// The ring of a database. One is made for a private database that never held any; otherwise it
/// must be there, and be the one the database was sealed with.
pub(super) async fn ring_of(
    config: &Config,
    owner: &mut PgConnection,
    entropy: &Entropy,
) -> anyhow::Result<KeyRing> {
    let file = &config.key_file;
    let shown = file.display();
    let there = file
        .try_exists()
        .with_context(|| format!("cannot look for the key ring {shown}"))?;
    if !there {
        if was_sealed(owner).await? {
            bail!(
                "the key ring {shown} is missing, and this database was sealed with one: nobody \
                 can read its personal data without it, so no other is made. Put the ring of this \
                 database there (mode 0600), or set ANJU_KEY_FILE"
            );
        }
        if config.database_url.is_some() {
            bail!(
                "the key ring {shown} is missing. Put the ring of this database there (mode 0600), \
                 or set ANJU_KEY_FILE. For a new database make one with `anju key ring`"
            );
        }
        new_ring(entropy).create_file(file)?;
        tracing::info!(file = %shown, "made a key ring: keep a copy apart from backups");
    }
    let ring = KeyRing::load(file)?;
    admit_ring(owner, &ring).await.with_context(|| {
        format!(
            "the key ring {shown} does not fit this database. Put the ring of this database there \
             (mode 0600), or set ANJU_KEY_FILE"
        )
    })?;
    Ok(ring)
}

fn new_ring(entropy: &Entropy) -> KeyRing {
    KeyRing::generate(&mut |bytes| entropy.fill(bytes))
}

/// Makes the ring of a new database.
pub(super) fn make(config: &Config) -> anyhow::Result<()> {
    new_ring(&Entropy::system()).create_file(&config.key_file)?;
    say!("{}", config.key_file.display());
    Ok(())
}

/// After a restore: what is still to be done before the database can be served.
pub(super) async fn advise(config: &Config, owner: &mut PgConnection) -> anyhow::Result<()> {
    let file = &config.key_file;
    let fits = match KeyRing::load(file) {
        Ok(ring) => admit_ring(owner, &ring).await.is_ok(),
        Err(_) => !was_sealed(owner).await?,
    };
    if !fits {
        say!(
            "Put the key ring of this backup at {} (mode 0600) before you serve.",
            file.display()
        );
    }
    Ok(())
}
