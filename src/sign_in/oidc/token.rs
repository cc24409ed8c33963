//! A token of an identity provider (RFC 7519, RFC 9068): taken apart, its signature checked against
//! one key, its claims against what is expected. No clock, no network.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::keys::{Algorithm, Key};
use crate::config::OidcSettings;

/// How far the clocks of the provider and ours may stand apart, in seconds.
const LEEWAY_S: i64 = 30;
/// The longest name of a person in a token.
const NAME_LENGTH_MAX: usize = 255;

/// What is wrong with a token; for the log, never told to who presented it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error("it is not three parts of base64url with a header and claims in JSON")]
    Form,
    #[error("its algorithm is none of RS256, ES256 and EdDSA")]
    Algorithm,
    #[error("its header demands what is not understood (crit)")]
    Critical,
    #[error("it is not an access token")]
    Kind,
    #[error("the provider has no key of that id and algorithm")]
    UnknownKey,
    #[error("the signature is wrong")]
    Signature,
    #[error("it is of another issuer")]
    Issuer,
    #[error("it is for another audience")]
    Audience,
    #[error("it is expired or says no time of expiry")]
    Expired,
    #[error("it is not valid yet")]
    TooEarly,
    #[error("it does not name anybody")]
    Nobody,
}

#[derive(Deserialize)]
struct Header {
    /// Anything but a name in the list is refused before a key is looked for: `none` and HMAC
    /// with a public key as secret cannot even be expressed.
    alg: String,
    /// Compared with the ids of the provider's keys, and used for nothing else.
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// A token whose form is right, and nothing more.
#[derive(Debug)]
pub(super) struct Token<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) key_id: String,
    typ: Option<String>,
    signed: &'a str,
    claims: Map<String, Value>,
    signature: Vec<u8>,
}

/// What a good token says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) name: String,
    /// Seconds since 1970.
    pub(super) expires_s: i64,
}

fn decoded(part: &str) -> Result<Vec<u8>, Flaw> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Flaw::Form)
}

impl<'a> Token<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Flaw> {
        let (signed, signature) = text.rsplit_once('.').ok_or(Flaw::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(Flaw::Form)?;
        let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Flaw::Form)?;
        let algorithm = Algorithm::named(&header.alg).ok_or(Flaw::Algorithm)?;
        if header.crit.is_some() {
            return Err(Flaw::Critical);
        }
        Ok(Self {
            algorithm,
            key_id: header.kid.ok_or(Flaw::UnknownKey)?,
            typ: header.typ,
            signed,
            claims: serde_json::from_slice(&decoded(claims)?).map_err(|_| Flaw::Form)?,
            signature: decoded(signature)?,
        })
    }

    /// Checks everything there is to check.
    pub(super) fn check(
        &self,
        key: &Key,
        expected: &OidcSettings,
        now_s: i64,
    ) -> Result<Said, Flaw> {
        if !key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature) {
            return Err(Flaw::Signature);
        }
        if !self.is_access_token() {
            return Err(Flaw::Kind);
        }
        if self.text("iss") != Some(expected.issuer.as_str()) {
            return Err(Flaw::Issuer);
        }
        if !self.is_for(&expected.audience) {
            return Err(Flaw::Audience);
        }
        let expires_s = self.seconds("exp").ok_or(Flaw::Expired)?;
        if now_s >= expires_s.saturating_add(LEEWAY_S) {
            return Err(Flaw::Expired);
        }
        for from in ["nbf", "iat"] {
            let early = match (self.claims.get(from), self.seconds(from)) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(_), Some(from_s)) => from_s > now_s.saturating_add(LEEWAY_S),
            };
            if early {
                return Err(Flaw::TooEarly);
            }
        }
        let name = self.text(&expected.staff_claim).unwrap_or_default();
        if name.is_empty() || name.len() > NAME_LENGTH_MAX {
            return Err(Flaw::Nobody);
        }
        Ok(Said {
            name: name.to_owned(),
            expires_s,
        })
    }

    /// By its type (RFC 9068), or by the claim with which some providers (Keycloak) tell access
    /// tokens from others. An identity token says who signed in at another program: it opens
    /// nothing here.
    fn is_access_token(&self) -> bool {
        let typ = self.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "at+jwt" => true,
            "jwt" => self.text("typ") == Some("Bearer"),
            _ => false,
        }
    }

    fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => several.iter().any(|one| one == audience),
            _ => false,
        }
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    fn seconds(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }
}
