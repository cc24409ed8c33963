//! Identities: whom the identity provider knows under which name (`sub`).
//!
//! They are matched only where `ANJU_OIDC_STAFF_CLAIM` is `sub`, which a provider never gives to
//! somebody else. Where it names another claim, that holds the staff number and nothing is entered
//! here.

mod api;
mod export;
mod store;

pub use api::IdentitiesApi;
pub use export::IdentityExportsApi;

use poem_openapi::Object;

use crate::{
    http::{Problem, words},
    values::{Instant, Label, OidcIdentityId, StaffId},
};

/// Somebody as the identity provider knows them.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
struct OidcIdentity {
    id: OidcIdentityId,
    /// The provider.
    issuer: String,
    /// Its name of the person: the claim `sub` of its tokens.
    subject: String,
    staff_id: StaffId,
    /// The number on the badge.
    staff_no: String,
    created_at: Instant,
    removed_at: Option<Instant>,
    version: i32,
}

/// Whose tokens are those of a member of staff.
#[derive(Debug, Object)]
struct NewOidcIdentity {
    staff_id: StaffId,
    /// The claim `sub` of their tokens, exactly.
    subject: Label,
}

/// Why an act on an identity is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NoProvider,
    Taken,
    Removed,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoProvider => Self::conflict(
                "oidc-not-configured",
                "未配置统一身份认证",
                "No identity provider is configured",
            )
            .detail(words!(
                "由运维设置 ANJU_OIDC_ISSUER 和 ANJU_OIDC_AUDIENCE",
                "operations set ANJU_OIDC_ISSUER and ANJU_OIDC_AUDIENCE"
            )),
            Refusal::Taken => Self::conflict(
                "oidc-identity-taken",
                "该统一身份已对应工作人员",
                "The identity is somebody's already",
            ),
            Refusal::Removed => Self::conflict(
                "oidc-identity-removed",
                "该统一身份已解除",
                "The identity is removed already",
            ),
        }
    }
}
