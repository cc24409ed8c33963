//! The settings of single sign-on.

use super::reading::Reading;

/// Whose tokens are accepted, for whom they must be, and whom they name (OpenID Connect).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// Exactly as the provider writes it into its tokens.
    pub issuer: String,
    pub audience: String,
    /// `sub`, which is looked up among the identities entered here, or a claim that holds the
    /// staff number.
    pub staff_claim: String,
}

/// An address reached encrypted, or on this machine; without query and fragment.
fn is_issuer(text: &str) -> bool {
    let place = text.strip_prefix("https://").or_else(|| {
        let place = text.strip_prefix("http://")?;
        is_this_machine(place).then_some(place)
    });
    place.is_some_and(|place| {
        !place.is_empty()
            && place
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"?#@".contains(&b))
    })
}

/// Whether what follows `http://` is an address of this machine.
pub(crate) fn is_this_machine(place: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| {
        place
            .strip_prefix(host)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

impl Reading {
    pub(super) fn oidc(&mut self) -> Option<OidcSettings> {
        let given = |name| self.values.get(name).cloned();
        let (issuer, audience) = (given("ANJU_OIDC_ISSUER"), given("ANJU_OIDC_AUDIENCE"));
        let claim = given("ANJU_OIDC_STAFF_CLAIM");
        let (Some(issuer), Some(audience)) = (issuer.clone(), audience.clone()) else {
            if issuer.or(audience).or(claim).is_some() {
                self.mistakes.push(
                    "ANJU_OIDC_ISSUER and ANJU_OIDC_AUDIENCE go together: a token must say by \
                     whom and for whom it is"
                        .to_owned(),
                );
            }
            return None;
        };
        if !is_issuer(&issuer) {
            self.mistakes.push(format!(
                "ANJU_OIDC_ISSUER: `{issuer}` is no issuer; for example \
                 https://id.example.org/realms/district"
            ));
        }
        Some(OidcSettings {
            issuer,
            audience,
            staff_claim: claim.unwrap_or_else(|| "sub".to_owned()),
        })
    }
}
