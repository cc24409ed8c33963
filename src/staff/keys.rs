//! API keys: `anju_<prefix>_<secret>`, 256 random bits, shown once, stored as a hash.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{Role, store};
use crate::{
    app::{Clock, Entropy, fresh_id},
    values::{ApiKeyId, Instant, OrgUnitId, StaffId},
};

/// What to create.
#[derive(Debug, Clone)]
pub struct NewKey {
    pub label: String,
    pub role: Role,
    /// Where it works: it sees what hangs on this unit and below.
    pub org_unit_id: OrgUnitId,
    pub expires_at: Instant,
}

/// What narrows a key further; nothing, unless it is said.
#[derive(Debug, Clone, Default)]
pub struct KeyTerms {
    /// Who answers for it: what it does counts as done by them.
    pub staff_id: Option<StaffId>,
    /// Only these permissions of its role.
    pub permissions: Option<Vec<String>>,
    /// Only from these networks, in CIDR notation.
    pub networks: Option<Vec<String>>,
}

/// The hash under which a presented secret is found.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether a text has the form of a key at all; spares the database what cannot be one.
pub(super) fn looks_like_a_key(text: &str) -> bool {
    let mut parts = text.splitn(3, '_');
    parts.next() == Some("anju")
        && parts.next().is_some_and(|prefix| prefix.len() == 8)
        && parts.next().is_some_and(|secret| secret.len() == 43)
}

/// Creates a key and returns it in clear, the only time it is.
pub async fn create_key(
    conn: &mut PgConnection,
    clock: &Clock,
    entropy: &Entropy,
    new: &NewKey,
) -> sqlx::Result<(ApiKeyId, String)> {
    create_key_on(conn, (clock, entropy), new, &KeyTerms::default()).await
}

/// The same, on terms.
pub async fn create_key_on(
    conn: &mut PgConnection,
    (clock, entropy): (&Clock, &Entropy),
    new: &NewKey,
    terms: &KeyTerms,
) -> sqlx::Result<(ApiKeyId, String)> {
    let prefix = hex::encode(entropy.bytes::<4>());
    let secret = format!(
        "anju_{prefix}_{}",
        URL_SAFE_NO_PAD.encode(entropy.bytes::<32>())
    );
    let id = ApiKeyId(fresh_id(clock, entropy));
    let both = (new, terms);
    store::insert(conn, id, &prefix, &hash(&secret), both, clock.now()).await?;
    Ok((id, secret))
}
