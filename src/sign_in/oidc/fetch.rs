//! Fetching the keys of an identity provider: discovery, then the list it names.

use std::{sync::Arc, time::Duration};

use serde::Deserialize;
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::keys::{self, Key};
use crate::config::is_this_machine;

/// For one document, from looking up the name to the last byte.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest document that is read.
const BYTES_MAX: u64 = 256 * 1024;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("{0}: {1}")]
    Request(String, Box<ureq::Error>),
    #[error("{0} is no discovery document of this issuer")]
    Discovery(String),
    #[error("the keys are said to be at {0}, which is not reached encrypted")]
    Unencrypted(String),
    #[error("{0} is no list of keys")]
    Keys(String),
    #[error("the work was cut off")]
    CutOff,
}

/// Asks one issuer: by its address alone, without following redirections or going through
/// proxies, trusting the certificates that this machine trusts.
#[derive(Debug, Clone)]
pub(super) struct Fetcher {
    issuer: String,
    agent: Agent,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Fetcher {
    pub(super) fn new(issuer: &str) -> Self {
        let trusted = rustls_native_certs::load_native_certs();
        let trusted = trusted
            .certs
            .iter()
            .map(|certificate| Certificate::from_der(certificate).to_owned())
            .collect::<Vec<_>>();
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&trusted))
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("anju/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build();
        Self {
            issuer: issuer.to_owned(),
            agent: config.new_agent(),
        }
    }

    pub(super) async fn keys(&self) -> Result<Vec<Key>, FetchError> {
        let fetcher = self.clone();
        let work = tokio::task::spawn_blocking(move || fetcher.keys_now());
        work.await.map_err(|_cut_off| FetchError::CutOff)?
    }

    fn keys_now(&self) -> Result<Vec<Key>, FetchError> {
        let address = format!(
            "{}/.well-known/openid-configuration",
            self.issuer.trim_end_matches('/')
        );
        let document = self.get(&address)?;
        let discovery: Discovery = serde_json::from_slice(&document)
            .map_err(|_| FetchError::Discovery(address.clone()))?;
        if discovery.issuer != self.issuer {
            return Err(FetchError::Discovery(address));
        }
        let keys_at = discovery.jwks_uri;
        if !self.may_ask(&keys_at) {
            return Err(FetchError::Unencrypted(keys_at));
        }
        keys::read(&self.get(&keys_at)?).ok_or(FetchError::Keys(keys_at))
    }

    /// Only encrypted; on this machine as the issuer itself.
    fn may_ask(&self, address: &str) -> bool {
        let here = |address: &str| address.strip_prefix("http://").is_some_and(is_this_machine);
        address.starts_with("https://") || (here(&self.issuer) && here(address))
    }

    fn get(&self, address: &str) -> Result<Vec<u8>, FetchError> {
        let failed = |error| FetchError::Request(address.to_owned(), Box::new(error));
        let mut answer = self.agent.get(address).call().map_err(failed)?;
        let body = answer.body_mut().with_config().limit(BYTES_MAX);
        body.read_to_vec().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_fetched_encrypted_or_from_this_machine() {
        let far = Fetcher::new("https://id.example.org");
        assert!(far.may_ask("https://keys.example.org/jwks"));
        assert!(!far.may_ask("http://keys.example.org/jwks"));
        assert!(!far.may_ask("http://127.0.0.1:9/jwks"));
        assert!(!far.may_ask("file:///etc/passwd"));
        let here = Fetcher::new("http://127.0.0.1:4000");
        assert!(here.may_ask("http://127.0.0.1:4000/jwks"));
        assert!(!here.may_ask("http://127.0.0.1.example.org/jwks"));
    }
}
