//! Operations on API keys and roles.

use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
};

use super::{NewKey, PERMISSIONS, Role, Staff, keys, may, store};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, Page, Paging,
        Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    values::{ApiKeyId, Instant, Label},
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
    /// Sees and writes synthetic programmes only.
    pub synthetic_only: bool,
    pub created_at: Instant,
    pub expires_at: Instant,
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
    /// Restricts the key to synthetic programmes.
    #[oai(default)]
    synthetic_only: bool,
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
struct Me {
    key_id: ApiKeyId,
    role: Role,
    synthetic_only: bool,
    /// What the role may do.
    permissions: Vec<String>,
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
    /// The key that was presented, its role and what the role may do.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn get_me(&self, staff: Staff<may::Anyone>) -> Result<Json<Me>, ReadProblem> {
        Ok(Json::new(Me {
            key_id: ApiKeyId(staff.key_id),
            role: staff.role,
            synthetic_only: staff.scope.synthetic_only,
            permissions: rights_of(staff.role)
                .into_iter()
                .map(|r| r.permission)
                .collect(),
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
        let roles = Role::ALL.map(|role| RoleRights {
            role,
            permissions: rights_of(role),
        });
        Ok(Json::new(roles.into()))
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
        let mut conn = self.0.db.acquire().await?;
        let only = staff.scope.synthetic_only;
        let rows = store::list(
            &mut conn,
            only,
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
    /// The secret is in the answer and nowhere else afterwards. A demo key creates demo keys only.
    #[oai(path = "/api-keys", method = "post", operation_id = "createApiKey")]
    async fn create_api_key(
        &self,
        staff: Staff<may::ManageKeys>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewApiKey>,
    ) -> Result<Created<IssuedApiKey>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let days = i64::from(body.value.days.clamp(1, KEY_DAYS_MAX));
        let expires_at = Instant::new(act.at.as_datetime() + chrono::Duration::days(days));
        let new = NewKey {
            label: body.value.label.into_string(),
            role: body.value.role,
            synthetic_only: body.value.synthetic_only || staff.scope.synthetic_only,
            expires_at,
        };
        let (id, secret) = keys::create_key(&mut act, &self.0.clock, &self.0.entropy, &new).await?;
        let changed = serde_json::json!({"role": new.role, "synthetic_only": new.synthetic_only});
        let entry = Entry::new("api_key.created", "api_key", id.0)
            .became(1)
            .changed(changed);
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
        let mut conn = self.0.db.acquire().await?;
        let found = store::find(&mut conn, staff.scope.synthetic_only, api_key_id.0).await?;
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
            .filter(|k| k.synthetic_only || !staff.scope.synthetic_only)
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
        let entry = Entry::new("api_key.revoked", "api_key", found.id.0)
            .was(found.version - 1)
            .became(found.version);
        audit::record(&self.0, &mut act, &entry).await?;
        let answer = Versioned::new(&found, found.version);
        act.commit(answer).await
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
