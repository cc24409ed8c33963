//! What a request presents as bearer: an API key, a session, or a token of an identity provider.

use std::{fmt, sync::Arc};

use poem::Request;
use zeroize::Zeroizing;

use super::{Known, keys, known};
use crate::{App, http::Problem};

/// What a session's token begins with.
pub const SESSION_PREFIX: &str = "anjs_";
/// Characters after it: 32 random bytes in base64url.
const SESSION_SECRET_LENGTH: usize = 43;
/// The longest token of an identity provider that is looked at.
const TOKEN_LENGTH_MAX: usize = 8 * 1024;

/// A credential of one of the three kinds, by its form alone.
#[derive(Clone)]
pub(super) enum Credential {
    ApiKey([u8; 32]),
    Session([u8; 32]),
    Token([u8; 32], Zeroizing<String>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiKey(_) => "ApiKey(***)",
            Self::Session(_) => "Session(***)",
            Self::Token(..) => "Token(***)",
        })
    }
}

impl Credential {
    /// What the bearer header holds, if it has the form of anything at all.
    pub(super) fn of(request: &Request) -> Option<Self> {
        let value = request.headers().get("authorization")?.to_str().ok()?;
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(())?;
        Self::parse(secret)
    }

    fn parse(secret: &str) -> Option<Self> {
        let session = secret.strip_prefix(SESSION_PREFIX);
        if keys::looks_like_a_key(secret) {
            Some(Self::ApiKey(keys::hash(secret)))
        } else if session.is_some_and(|rest| rest.len() == SESSION_SECRET_LENGTH) {
            Some(Self::Session(keys::hash(secret)))
        } else if secret.len() <= TOKEN_LENGTH_MAX && secret.split('.').count() == 3 {
            let text = Zeroizing::new(secret.to_owned());
            Some(Self::Token(keys::hash(secret), text))
        } else {
            None
        }
    }

    /// Under which it is remembered.
    pub(super) fn hash(&self) -> &[u8; 32] {
        match self {
            Self::ApiKey(hash) | Self::Session(hash) | Self::Token(hash, _) => hash,
        }
    }

    /// Who presents it, as of now.
    pub(super) async fn holder(&self, app: &App) -> Result<Option<Arc<Known>>, Problem> {
        let now = app.clock.now();
        let vouched = match self {
            Self::Token(_, text) => app.gate.vouched(text, now).await?,
            _ => None,
        };
        let sought = match (self, &vouched) {
            (Self::ApiKey(hash), _) => known::Sought::ApiKey(hash),
            (Self::Session(hash), _) => known::Sought::Session(hash),
            (Self::Token(..), Some(vouched)) => known::Sought::Vouched(vouched),
            (Self::Token(..), None) => return Ok(None),
        };
        let mut conn = app.hot.acquire().await?;
        let today = app.clock.day_of(now);
        let found = app
            .callers
            .find(&mut conn, self.hash(), sought, now, today)
            .await?;
        conn.hand_on();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_told_by_its_form_and_never_shown() {
        let secret = "x".repeat(43);
        let kind = |text: &str| Credential::parse(text).map(|c| format!("{c:?}"));
        assert_eq!(
            kind(&format!("anju_00000000_{secret}")).unwrap(),
            "ApiKey(***)"
        );
        assert_eq!(kind(&format!("anjs_{secret}")).unwrap(), "Session(***)");
        assert_eq!(kind("e30.e30.e30").unwrap(), "Token(***)");
        for nothing in ["", "anjs_x", "anju_x_y", "e30.e30", "a.b.c.d"] {
            assert_eq!(kind(nothing), None, "{nothing}");
        }
        assert_eq!(kind(&format!("a.b.{}", "c".repeat(9000))), None);
    }
}
