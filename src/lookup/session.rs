//! The resident as a caller: a token that is looked up by the statement that answers.

use poem::{Request, RequestBody, Result};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use sha2::{Digest as _, Sha256};

use super::case;
use crate::{
    App,
    http::{Problem, Words},
    staff::{Scope, Secret},
};

/// What a token begins with.
pub(super) const PREFIX: &str = "anjr_";
/// Characters after the prefix: 32 random bytes in base64url.
const SECRET_LENGTH: usize = 43;

impl ResidentSession {
    /// What the session lets one see: one household, and what it shares with others. A token keeps
    /// its household, so a process asks once.
    pub(super) async fn scope(&self, app: &App) -> Result<Scope, Problem> {
        if let Some(known) = app.residents.get(&self.token_hash) {
            return Ok(known);
        }
        let secret = Scope::of_secret(Secret::Token, self.token_hash);
        let mut conn = app.begin(&secret).await?;
        let household = case::find_session(&mut conn, &self.token_hash).await?;
        let household = household.ok_or_else(not_open)?;
        case::look_at(&mut conn, household).await?;
        let above = case::units_above(&mut conn, household).await?;
        let scope = Scope::of_household(household, above.into());
        app.residents.put(self.token_hash, scope.clone());
        Ok(scope)
    }
}

/// A resident session that was presented; whether it is live says the statement that answers.
#[derive(Debug, Clone)]
pub struct ResidentSession {
    pub token_hash: [u8; 32],
}

/// What is kept of a token: it has 256 random bits, so a plain hash protects it.
pub(super) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// 401, the same for no token, an unknown one, and one whose time is over.
pub(super) fn not_open() -> Problem {
    Problem::unauthenticated("unauthenticated", "未登录或凭据无效", "Not signed in").detail(
        Words::new(
            "查询已结束，请重新输入查询码",
            "the lookup has ended; enter the lookup code again",
        ),
    )
}

fn presented(request: &Request) -> Option<&str> {
    let value = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let secret = token.strip_prefix(PREFIX)?;
    (scheme.eq_ignore_ascii_case("bearer") && secret.len() == SECRET_LENGTH).then_some(token)
}

impl<'a> ApiExtractor<'a> for ResidentSession {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec!["ResidentSession"]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let token = presented(request).ok_or_else(not_open)?;
        Ok(Self {
            token_hash: hash(token),
        })
    }
}
