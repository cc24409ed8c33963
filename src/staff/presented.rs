//! The caller of an operation. Exactly one such argument, first after `&self`, on every operation.

use std::marker::PhantomData;

use poem::{Request, RequestBody, Result};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use uuid::Uuid;

use super::{Permission, Role, keys, store};
use crate::{
    App,
    http::{Caller, Problem, Words, name_caller},
};

/// Which cases a caller may see. Every store function that reads case data takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// Demo keys see synthetic programmes only.
    pub synthetic_only: bool,
}

/// A known caller with the permission `P`.
#[derive(Debug, Clone)]
pub struct Staff<P> {
    pub key_id: Uuid,
    pub role: Role,
    pub scope: Scope,
    pub caller: Caller,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Staff<P> {
    /// Whether the role also has another permission.
    pub fn also_may<Q: Permission>(&self) -> bool {
        Q::ROLES.contains(&self.role)
    }

    /// 403 unless the role also has another permission.
    pub fn must_also<Q: Permission>(&self) -> Result<(), Problem> {
        if self.also_may::<Q>() {
            Ok(())
        } else {
            Err(lacking::<Q>(self.role))
        }
    }
}

/// A key that was presented and is looked up by the statement that answers: for hot reads.
#[derive(Debug, Clone)]
pub struct Presented<P> {
    pub secret_hash: [u8; 32],
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Presented<P> {
    /// 401 for an unknown, revoked or expired key, 403 for one whose role lacks the permission.
    pub fn admit(&self, role: Option<Role>) -> Result<Role, Problem> {
        let role = role.ok_or_else(unknown_key)?;
        if P::ROLES.contains(&role) {
            Ok(role)
        } else {
            Err(lacking::<P>(role))
        }
    }
}

fn unknown_key() -> Problem {
    Problem::unauthenticated("unauthenticated", "未登录或凭据无效", "Not signed in").detail(
        Words::new(
            "请在 Authorization 头中提供有效的 API 密钥",
            "present a valid API key in the Authorization header",
        ),
    )
}

fn lacking<P: Permission>(role: Role) -> Problem {
    let (permission, role) = (P::KEY, role.key());
    Problem::forbidden(
        "permission-missing",
        "没有办理此事的权限",
        "Permission missing",
    )
    .detail(Words::new(
        format!("角色 {role} 没有权限 {permission}"),
        format!("the role {role} does not have the permission {permission}"),
    ))
}

/// The secret of the bearer header, if it can be a key.
fn presented(request: &Request) -> Option<&str> {
    let value = request.headers().get("authorization")?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && keys::looks_like_a_key(secret)).then_some(secret)
}

impl<'a, P: Permission> ApiExtractor<'a> for Presented<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec![P::SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let secret = presented(request).ok_or_else(unknown_key)?;
        Ok(Self {
            secret_hash: keys::hash(secret),
            permission: PhantomData,
        })
    }
}

impl<'a, P: Permission> ApiExtractor<'a> for Staff<P> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn security_schemes() -> Vec<&'static str> {
        vec![P::SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let options = ExtractParamOptions::default();
        let presented =
            <Presented<P> as ApiExtractor>::from_request(request, body, options).await?;
        let app = request
            .data::<App>()
            .expect("the service carries its state");
        let mut conn = app.hot.acquire().await.map_err(Problem::from)?;
        let known = store::find_live(&mut conn, &presented.secret_hash, app.clock.now())
            .await
            .map_err(Problem::from)?;
        conn.hand_on();
        let known = known.ok_or_else(unknown_key)?;
        let caller = Caller {
            client_id: known.id.0,
            role: known.role.key(),
        };
        name_caller(request, &caller);
        Ok(Self {
            key_id: known.id.0,
            role: presented.admit(Some(known.role))?,
            scope: Scope {
                synthetic_only: known.synthetic_only,
            },
            caller,
            permission: PhantomData,
        })
    }
}
