//! What one process needs to let people in.

use std::sync::Arc;

use super::{
    limits::Limits,
    oidc::{Provider, Vouched},
    passwords::Passwords,
};
use crate::{config::Config, http::Problem, values::Instant};

/// Limits, turns of hashing, and the keys of the identity provider: one per process.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: Limits,
    passwords: Passwords,
    provider: Option<Provider>,
}

impl Gate {
    pub fn new(config: &Config) -> Self {
        Self(Arc::new(Inner {
            limits: Limits::new(),
            passwords: Passwords::new(),
            provider: config.oidc.clone().map(Provider::new),
        }))
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub(super) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The identity provider of the settings.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.0.provider.as_ref().map(Provider::issuer)
    }

    /// Whom a token of the identity provider is of; `None` for one that is not good.
    pub(crate) async fn vouched(
        &self,
        token: &str,
        now: Instant,
    ) -> Result<Option<Vouched>, Problem> {
        match &self.0.provider {
            Some(provider) => provider.vouched(token, now).await,
            None => Ok(None),
        }
    }
}
