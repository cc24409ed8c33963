//! Operations on API keys and roles.

use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
};

use super::{
    Held, KeyTerms, NewKey, PERMISSIONS, Role, Staff, Via, key_rules, keys, may, members, posts,
    store,
};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    organisation::no_unit,
    values::{ApiKeyId, Code, Day, Instant, Label, OrgUnitId, StaffId, StaffSessionId},
};

/// How long a key lives when nothing else is said, in days.
const KEY_DAYS_DEFAULT: u16 = 365;
const KEY_DAYS_MAX: u16 = 730;

pub struct StaffApi(pub App);

/// An API key, without its secret.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct ApiKey {
    pub id: ApiKeyId,
    /// The visible part between the first two underscores.
    pub prefix: String,
    pub label: String,
    pub role: Role,
    /// Where it works: it sees what hangs on this unit and below.
    pub org_unit_id: OrgUnitId,
    /// Works in an invented district and sees nothing real.
    pub synthetic_only: bool,
    /// Who answers for it: what it does counts as done by them.
    pub staff_id: Option<StaffId>,
    /// Only these permissions of its role.
    pub permissions: Option<Vec<String>>,
    /// Only from these networks.
    pub networks: Option<Vec<String>>,
    pub created_at: Instant,
    pub expires_at: Instant,
    /// The day it was last presented.
    pub last_used_on: Option<Day>,
    pub revoked_at: Option<Instant>,
    pub version: i32,
}

/// What a new key is for.
#[derive(Debug, Object)]
struct NewApiKey {
    /// Who holds it, for example the name of the desk or the program.
    label: Label,
    role: Role,
    /// Days until it expires, 1 to 730.
    #[oai(
        default = "days_default",
        validator(minimum(value = "1"), maximum(value = "730"))
    )]
    days: u16,
    /// Where it works, one's own unit or one below; one's own when not said.
    org_unit_id: Option<OrgUnitId>,
    /// Who answers for it: what it does counts as done by them. They hold the role at that unit,
    /// and the key opens nothing once they no longer do. A program that works for somebody may do
    /// and see what both it and they may, by the posts they hold on the day.
    staff_id: Option<StaffId>,
    /// Only these permissions of the role, at most 100; all when not said. The key of a program
    /// (`api_client`) names them.
    #[oai(validator(max_items = "100"))]
    permissions: Option<Vec<Code>>,
    /// Only from these addresses and networks (`10.1.0.0/16`), 1 to 50; from anywhere when not said.
    #[oai(validator(min_items = "1", max_items = "50"))]
    networks: Option<Vec<Label>>,
}

fn days_default() -> u16 {
    KEY_DAYS_DEFAULT
}

/// A new key with its secret, shown this once.
#[derive(Debug, Object)]
struct IssuedApiKey {
    id: ApiKeyId,
    /// Send it as `Authorization: Bearer …`. It cannot be shown again.
    secret: String,
    expires_at: Instant,
}

/// The caller as the service knows them.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
struct Me {
    /// The API key, when one was presented.
    key_id: Option<ApiKeyId>,
    /// The session, when one was presented.
    session_id: Option<StaffSessionId>,
    /// The person behind it, when it is known.
    staff_id: Option<StaffId>,
    posts: Vec<MyPost>,
    /// What these posts let one do.
    permissions: Vec<String>,
}

/// A post held today.
#[derive(Debug, Object)]
struct MyPost {
    role: Role,
    org_unit_id: OrgUnitId,
}

/// A role with what it may do.
#[derive(Debug, Object)]
struct RoleRights {
    role: Role,
    permissions: Vec<Right>,
}

/// One permission.
#[derive(Debug, Object)]
struct Right {
    permission: String,
    meaning: String,
}

#[OpenApi(tag = "Tag::Staff")]
impl StaffApi {
    /// Show who I am
    ///
    /// What was presented, the posts it gives and what they let one do.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn get_me(&self, staff: Staff<may::Anyone>) -> Result<Json<Me>, ReadProblem> {
        let (key_id, session_id) = match staff.known.via {
            Via::ApiKey => (Some(ApiKeyId(staff.key_id)), None),
            Via::Session { id, .. } => (None, Some(id)),
            Via::Person => (None, None),
        };
        Ok(Json::new(Me {
            key_id,
            session_id,
            staff_id: staff.known.staff_id.map(StaffId),
            posts: staff.known.posts.iter().map(MyPost::from).collect(),
            permissions: staff.known.rights().map(str::to_owned).collect(),
        }))
    }

    /// List the roles
    ///
    /// Every role with its permissions: the table the service itself decides by.
    #[oai(path = "/roles", method = "get", operation_id = "listRoles")]
    async fn list_roles(
        &self,
        _staff: Staff<may::Anyone>,
    ) -> Result<Json<Vec<RoleRights>>, ReadProblem> {
        let roles = Role::ALL.iter().map(|role| RoleRights {
            role: *role,
            permissions: rights_of(*role),
        });
        Ok(Json::new(roles.collect()))
    }

    /// List API keys
    ///
    /// Newest first, without secrets.
    #[oai(path = "/api-keys", method = "get", operation_id = "listApiKeys")]
    async fn list_api_keys(
        &self,
        staff: Staff<may::ManageKeys>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<ApiKey>>, ReadProblem> {
        let paging = Paging::<Instant>::new(
            &self.0,
            staff.key_id,
            &"api-keys",
            limit.0,
            cursor.0.as_ref(),
        )?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let rows = store::list(
            &mut conn,
            staff.scope.units(),
            paging.after().copied(),
            paging.after_id(),
            paging.take(),
        )
        .await?;
        Ok(Json::new(
            paging.page(rows, |key| (key.created_at, key.id.0)),
        ))
    }

    /// Create an API key
    ///
    /// The secret is in the answer and nowhere else afterwards. It works at one's own unit or one
    /// below, may do no more than its role, and can be narrowed to permissions and networks.
    #[oai(path = "/api-keys", method = "post", operation_id = "createApiKey")]
    async fn create_api_key(
        &self,
        staff: Staff<may::ManageKeys>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewApiKey>,
    ) -> Result<Created<IssuedApiKey>, WriteProblem> {
        let asked = &body.value;
        let terms = asked.terms()?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let own = OrgUnitId(staff.scope.home());
        let org_unit_id = asked.org_unit_id.unwrap_or(own);
        if !staff.scope.covers(org_unit_id.0) {
            return Err(no_unit().into());
        }
        key_rules::may_grant(&staff.known, asked.role, org_unit_id)?;
        if let Some(holder) = terms.staff_id {
            let today = self.0.clock.day_of(act.at);
            let found = members::find(&mut act, &staff.scope, holder, today).await?;
            let holder = found.ok_or_else(members::no_staff)?;
            members::must_work_here(&holder)?;
            let held = posts::is_held(&mut act, holder.id, (asked.role, org_unit_id), today);
            if asked.role != Role::ApiClient && !held.await? {
                return Err(posts::not_held().into());
            }
        }
        let days = i64::from(asked.days.clamp(1, KEY_DAYS_MAX));
        let expires_at = Instant::new(act.at.as_datetime() + chrono::Duration::days(days));
        let new = NewKey {
            label: asked.label.as_str().to_owned(),
            role: asked.role,
            org_unit_id,
            expires_at,
        };
        let chance = (&self.0.clock, &self.0.entropy);
        let (id, secret) = keys::create_key_on(&mut act, chance, &new, &terms)
            .await
            .on_constraint("api_key_org_unit", no_unit)?;
        let entry = Entry::new("api_key.created", "api_key", id.0)
            .became(1)
            .changed(audit::fields(asked));
        audit::record(&self.0, &mut act, &entry).await?;
        let location = format!("/v1/api-keys/{id}");
        act.commit_secret(Created {
            value: IssuedApiKey {
                id,
                secret,
                expires_at,
            },
            version: 1,
            location,
        })
        .await
    }

    /// Show an API key
    ///
    /// Without its secret, also when it is revoked or expired.
    #[oai(
        path = "/api-keys/:api_key_id",
        method = "get",
        operation_id = "getApiKey"
    )]
    async fn get_api_key(
        &self,
        staff: Staff<may::ManageKeys>,
        api_key_id: Path<ApiKeyId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<ApiKey>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, staff.scope.units(), api_key_id.0).await?;
        let found = found.ok_or_else(|| Problem::not_found("密钥", "API key"))?;
        Ok(Versioned::new(&found, found.version).unless(&known))
    }

    /// Revoke an API key
    ///
    /// Effective with the next request made with it.
    #[oai(
        path = "/api-keys/:api_key_id/revocations",
        method = "post",
        operation_id = "revokeApiKey"
    )]
    async fn revoke_api_key(
        &self,
        staff: Staff<may::ManageKeys>,
        api_key_id: Path<ApiKeyId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
    ) -> Result<Versioned<ApiKey>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &if_match.digest()).await?;
        let found = store::lock(&mut act, api_key_id.0).await?;
        let mut found = found
            .filter(|k| staff.scope.covers(k.org_unit_id.0))
            .ok_or_else(|| Problem::not_found("密钥", "API key"))?;
        if_match.admit(found.version)?;
        if found.revoked_at.is_some() {
            return Err(Problem::conflict(
                "api-key-revoked",
                "密钥已吊销",
                "The key is revoked already",
            )
            .into());
        }
        let at = act.at;
        found.revoked_at = Some(at);
        found.version = store::revoke(&mut act, found.id, at).await?;
        store::move_on(&mut act).await?;
        let entry = Entry::new("api_key.revoked", "api_key", found.id.0)
            .was(found.version - 1)
            .became(found.version);
        audit::record(&self.0, &mut act, &entry).await?;
        let answer = Versioned::new(&found, found.version);
        act.commit(answer).await
    }
}

impl NewApiKey {
    fn terms(&self) -> Result<KeyTerms, Problem> {
        let (permissions, networks) = (self.permissions.as_deref(), self.networks.as_deref());
        key_rules::terms(self.role, self.staff_id, permissions, networks)
    }
}

impl From<&Held> for MyPost {
    fn from(post: &Held) -> Self {
        Self {
            role: post.role,
            org_unit_id: OrgUnitId(post.org_unit_id),
        }
    }
}

fn rights_of(role: Role) -> Vec<Right> {
    PERMISSIONS
        .iter()
        .filter(|row| row.roles.contains(&role))
        .map(|row| Right {
            permission: row.key.to_owned(),
            meaning: row.meaning.to_owned(),
        })
        .collect()
}
