//! Tokens of an identity provider (OpenID Connect): who it vouches for.
//!
//! Its keys are fetched when the first token comes, kept, and fetched again when they are old or
//! a token names one that is not among them, but never more often than every half minute: made-up
//! names of keys do not become requests to the provider. While it does not answer, the keys it
//! published last count for another hour.

mod fetch;
mod keys;
mod token;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta};
use tokio::sync::Mutex;

use self::{keys::Key, token::Token};
use crate::{
    config::OidcSettings,
    http::{Problem, words},
    values::Instant,
};

pub use token::Flaw;

/// Keys are fetched no more often than this.
const FETCH_EVERY: TimeDelta = TimeDelta::seconds(30);
/// Keys older than this are fetched again.
const KEYS_FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// Keys older than this count no longer, whatever the provider's state.
const KEYS_GOOD_FOR: TimeDelta = TimeDelta::minutes(70);

/// Whom an identity provider vouches for, and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    pub issuer: String,
    /// The provider's own name of the person, or the staff number.
    pub name: String,
    pub by_staff_no: bool,
    pub expires_at: Instant,
}

#[derive(Debug)]
struct KeySet {
    keys: Vec<Key>,
    fetched_at: Instant,
}

/// The provider of the settings, with its keys.
#[derive(Debug)]
pub(super) struct Provider {
    settings: OidcSettings,
    fetcher: fetch::Fetcher,
    held: RwLock<Option<Arc<KeySet>>>,
    /// Held while fetching; when that was last begun.
    asked_at: Mutex<Option<Instant>>,
}

fn age(at: Instant, now: Instant) -> TimeDelta {
    (now.as_datetime() - at.as_datetime()).abs()
}

impl KeySet {
    fn find(&self, token: &Token<'_>) -> Option<&Key> {
        let mut keys = self.keys.iter();
        keys.find(|key| key.is(&token.key_id, token.algorithm))
    }
}

impl Provider {
    pub(super) fn new(settings: OidcSettings) -> Self {
        Self {
            fetcher: fetch::Fetcher::new(&settings.issuer),
            settings,
            held: RwLock::default(),
            asked_at: Mutex::default(),
        }
    }

    pub(super) fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// Whom a token is of; `None` for one that is not good, 503 while its signature cannot be
    /// checked because the provider does not answer.
    pub(super) async fn vouched(
        &self,
        text: &str,
        now: Instant,
    ) -> Result<Option<Vouched>, Problem> {
        let checked = match Token::parse(text) {
            Ok(token) => self.check(&token, now).await?,
            Err(flaw) => Err(flaw),
        };
        match checked {
            Ok(vouched) => Ok(Some(vouched)),
            Err(flaw) => {
                tracing::warn!(reason = %flaw, "a token of the identity provider was refused");
                Ok(None)
            }
        }
    }

    async fn check(
        &self,
        token: &Token<'_>,
        now: Instant,
    ) -> Result<Result<Vouched, Flaw>, Problem> {
        let set = self.keys_for(token, now).await?;
        let Some(key) = set.find(token) else {
            return Ok(Err(Flaw::UnknownKey));
        };
        let now_s = now.as_datetime().timestamp();
        Ok(token.check(key, &self.settings, now_s).map(|said| {
            let expires_at = DateTime::from_timestamp(said.expires_s, 0);
            Vouched {
                issuer: self.settings.issuer.clone(),
                name: said.name,
                by_staff_no: self.settings.staff_claim != "sub",
                expires_at: Instant::new(expires_at.unwrap_or(DateTime::UNIX_EPOCH)),
            }
        }))
    }

    fn held(&self) -> Option<Arc<KeySet>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    /// The keys among which the token's should be: those held, or fetched now.
    async fn keys_for(&self, token: &Token<'_>, now: Instant) -> Result<Arc<KeySet>, Problem> {
        let good = |held: &Arc<KeySet>| age(held.fetched_at, now) < KEYS_GOOD_FOR;
        let enough = |held: &Arc<KeySet>| {
            age(held.fetched_at, now) < KEYS_FRESH_FOR && held.find(token).is_some()
        };
        let held = self.held().filter(good);
        if let Some(held) = &held
            && (enough(held) || (held.find(token).is_some() && self.asked_at.try_lock().is_err()))
        {
            return Ok(Arc::clone(held));
        }
        let mut asked_at = self.asked_at.lock().await;
        // Somebody else may have fetched them meanwhile.
        let held = self.held().filter(good);
        let lately = asked_at.is_some_and(|at| age(at, now) < FETCH_EVERY);
        if lately || held.as_ref().is_some_and(enough) {
            return held.ok_or_else(unavailable);
        }
        *asked_at = Some(now);
        match self.fetcher.keys().await {
            Ok(keys) => {
                let set = Arc::new(KeySet {
                    keys,
                    fetched_at: now,
                });
                let mut place = self.held.write().unwrap_or_else(PoisonError::into_inner);
                *place = Some(Arc::clone(&set));
                Ok(set)
            }
            Err(error) => {
                tracing::error!(%error, "the keys of the identity provider cannot be fetched");
                held.ok_or_else(unavailable)
            }
        }
    }
}

fn unavailable() -> Problem {
    Problem::unavailable(
        "identity-provider-unavailable",
        "统一身份认证暂时不可用",
        "The identity provider is not available",
    )
    .detail(words!(
        "无法取得其签名公钥，请稍后再试",
        "its keys cannot be fetched; try again later"
    ))
    .retry_after(30)
}
