//! Whoever signed in with a password: the caller of operations on their own account.

use std::sync::Arc;

use poem::{Request, RequestBody, Result};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use uuid::Uuid;

use super::{
    Known, Scope, Via,
    credential::Credential,
    presented::{app_of, name, not_signed_in},
};
use crate::{
    http::Caller,
    values::{AccountId, StaffId, StaffSessionId},
};

/// A session, whatever it may do so far: also one that must first choose a password or set up a
/// second factor. An API key or a token of an identity provider has no account to work on.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub session_id: StaffSessionId,
    pub account_id: AccountId,
    pub staff_id: StaffId,
    /// Sees no case.
    pub caller: Caller,
}

impl SignedIn {
    fn of(known: &Arc<Known>) -> Option<Self> {
        let (Via::Session { id, account_id }, Some(staff_id)) = (known.via, known.staff_id) else {
            return None;
        };
        let first = known.posts.first();
        let home = first.map_or(Uuid::nil(), |post| post.org_unit_id);
        Some(Self {
            session_id: id,
            account_id,
            staff_id: StaffId(staff_id),
            caller: Caller {
                client_id: known.client_id,
                staff_id: known.staff_id,
                role: first.map_or("staff", |post| post.role.key()),
                scope: Scope::nothing().of(known.client_id, home),
            },
        })
    }
}

impl<'a> ApiExtractor<'a> for SignedIn {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec!["Session"]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let credential = Credential::of(request).ok_or_else(not_signed_in)?;
        let known = credential.holder(app_of(request)).await?;
        let known = known.ok_or_else(not_signed_in)?;
        name(request, &known);
        Ok(Self::of(&known).ok_or_else(not_signed_in)?)
    }
}
