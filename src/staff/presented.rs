//! The caller of an operation. Exactly one such argument, first after `&self`, on every operation.

use std::{marker::PhantomData, sync::Arc};

use poem::{Request, RequestBody, Result};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use uuid::Uuid;

use super::{Known, Lack, Permission, Role, Scope, credential::Credential};
use crate::{
    App,
    http::{Caller, ClientAddress, Problem, Words, name_caller, words},
};

/// A known caller with the permission `P`.
#[derive(Debug, Clone)]
pub struct Staff<P> {
    pub key_id: Uuid,
    /// The role that gives the permission; of several, the first.
    pub role: Role,
    /// What may be seen with this permission.
    pub scope: Scope,
    pub caller: Caller,
    pub known: Arc<Known>,
    permission: PhantomData<fn() -> P>,
}

impl<P: Permission> Staff<P> {
    fn admit(known: Arc<Known>, from: ClientAddress) -> Result<Self, Problem> {
        if !known.admits(from) {
            return Err(elsewhere());
        }
        let role = known.role_for::<P>().ok_or_else(|| lacking::<P>(&known))?;
        let scope = known.scope_for::<P>();
        Ok(Self {
            key_id: known.client_id,
            role,
            caller: Caller {
                client_id: known.client_id,
                staff_id: known.staff_id,
                role: role.key(),
                scope: scope.clone(),
            },
            scope,
            known,
            permission: PhantomData,
        })
    }

    /// Whether the caller also has another permission.
    pub fn also_may<Q: Permission>(&self) -> bool {
        self.known.role_for::<Q>().is_some()
    }

    /// 403 unless the caller also has another permission.
    pub fn must_also<Q: Permission>(&self) -> Result<(), Problem> {
        if self.also_may::<Q>() {
            Ok(())
        } else {
            Err(lacking::<Q>(&self.known))
        }
    }
}

/// A caller who was known a moment ago, for hot reads: the statement that answers also tells
/// whether that still holds, by the epoch of `authority`.
#[derive(Debug, Clone)]
pub struct Presented<P> {
    pub staff: Staff<P>,
    credential: Credential,
    from: ClientAddress,
}

impl<P: Permission> Presented<P> {
    /// Whether nothing that decides over callers was changed since this one became known.
    pub fn holds(&self, epoch: i64) -> bool {
        self.staff.known.epoch == epoch
    }

    /// Asks anew who this is. 401 when nobody, 403 without the permission.
    pub async fn again(&mut self, app: &App) -> Result<(), Problem> {
        self.staff = Staff::admit(known(app, &self.credential).await?, self.from)?;
        Ok(())
    }
}

/// 401 for an unknown, revoked or expired credential.
async fn known(app: &App, credential: &Credential) -> Result<Arc<Known>, Problem> {
    credential.holder(app).await?.ok_or_else(not_signed_in)
}

/// Who it is, for the log, whatever becomes of the request.
pub(super) fn name(request: &Request, known: &Known) {
    let role = known.posts.first().map_or("none", |post| post.role.key());
    let caller = Caller {
        client_id: known.client_id,
        staff_id: known.staff_id,
        role,
        scope: Scope::nothing(),
    };
    name_caller(request, &caller);
}

/// 401, the same whatever is wrong with a credential.
pub(super) fn not_signed_in() -> Problem {
    Problem::unauthenticated("unauthenticated", "未登录或凭据无效", "Not signed in").detail(
        Words::new(
            "请在 Authorization 头中提供有效的 API 密钥、登录会话或统一身份令牌",
            "present a valid API key, session or token of the identity provider in the \
             Authorization header",
        ),
    )
}

fn elsewhere() -> Problem {
    Problem::forbidden(
        "network-not-allowed",
        "该密钥不得从此网络使用",
        "The key may not be used from this network",
    )
}

fn lacking<P: Permission>(known: &Known) -> Problem {
    match known.lacks {
        Some(Lack::NewPassword) => {
            return Problem::forbidden(
                "password-change-required",
                "请先修改初始口令",
                "Choose a password of your own first",
            );
        }
        Some(Lack::SecondFactor) => {
            return Problem::forbidden(
                "second-factor-required",
                "请先设置并使用动态验证码",
                "Set up a second factor and sign in with it first",
            );
        }
        None => {}
    }
    let roles: Vec<_> = known.posts.iter().map(|post| post.role.key()).collect();
    let (permission, roles) = (P::KEY, roles.join(", "));
    Problem::forbidden(
        "permission-missing",
        "没有办理此事的权限",
        "Permission missing",
    )
    .detail(if roles.is_empty() {
        words!("您今天没有任何岗位", "you hold no post today")
    } else {
        words!(
            "角色 {roles} 没有权限 {permission}",
            "the role {roles} does not have the permission {permission}"
        )
    })
}

pub(super) fn app_of(request: &Request) -> &App {
    request
        .data::<App>()
        .expect("the service carries its state")
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
        let credential = Credential::of(request).ok_or_else(not_signed_in)?;
        let app = app_of(request);
        let from = ClientAddress::of(app, request);
        let now = app.clock.now();
        let remembered = app
            .callers
            .remembered(credential.hash(), now, app.clock.day_of(now));
        if let Some(known) = &remembered {
            name(request, known);
        }
        let admitted = remembered.map(|known| Staff::admit(known, from));
        let staff = if let Some(Ok(staff)) = admitted {
            staff
        } else {
            // Refused by what was known a moment ago, or not known at all.
            let known = known(app, &credential).await?;
            name(request, &known);
            Staff::admit(known, from)?
        };
        Ok(Self {
            staff,
            credential,
            from,
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
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> Result<Self> {
        let credential = Credential::of(request).ok_or_else(not_signed_in)?;
        let app = app_of(request);
        let known = known(app, &credential).await?;
        name(request, &known);
        Ok(Staff::admit(known, ClientAddress::of(app, request))?)
    }
}
