//! Operations on identities.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{super::members, NewOidcIdentity, OidcIdentity, Refusal, store};
use crate::{
    App,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    staff::{self, Staff, may, members::no_staff},
    values::{Instant, OidcIdentityId},
};

pub struct IdentitiesApi(pub App);

fn no_identity() -> Problem {
    Problem::not_found("统一身份", "identity")
}

#[OpenApi(tag = "Tag::SignIn")]
impl IdentitiesApi {
    /// List identities
    ///
    /// Whom the identity provider knows as staff of one's own units, newest first, with those that
    /// were removed.
    #[oai(
        path = "/oidc-identities",
        method = "get",
        operation_id = "listOidcIdentities"
    )]
    async fn list_oidc_identities(
        &self,
        staff: Staff<may::ReadStaff>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<OidcIdentity>>, ReadProblem> {
        let (key_id, cursor) = (staff.key_id, cursor.0.as_ref());
        let paging = Paging::<Instant>::new(&self.0, key_id, &"oidc-identities", limit.0, cursor)?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let rows = store::list(
            &mut conn,
            &staff.scope,
            self.0.today(),
            paging.after().copied(),
            paging.after_id(),
            paging.take(),
        )
        .await?;
        Ok(Json::new(paging.page(rows, |i| (i.created_at, i.id.0))))
    }

    /// Enter an identity
    ///
    /// From the next request on, tokens of the configured provider with this `sub` are those of
    /// this member of staff. For who has a role that gives roles, by who has it or by a system
    /// administrator.
    #[oai(
        path = "/oidc-identities",
        method = "post",
        operation_id = "createOidcIdentity"
    )]
    async fn create_oidc_identity(
        &self,
        staff: Staff<may::ManageStaff>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewOidcIdentity>,
    ) -> Result<Created<OidcIdentity>, WriteProblem> {
        let app = &self.0;
        let mut act = Act::begin(app, &staff.caller, &key, &body.digest).await?;
        let today = app.clock.day_of(act.at);
        let member = members::find(&mut act, &staff.scope, body.value.staff_id, today).await?;
        let member = member.ok_or_else(no_staff)?;
        member.must_not_be_above(&staff.known)?;
        member.must_work_here()?;
        let issuer = app.gate.issuer();
        let identity = OidcIdentity {
            id: OidcIdentityId(app.fresh_id()),
            issuer: issuer
                .ok_or_else(|| Problem::from(Refusal::NoProvider))?
                .to_owned(),
            subject: body.value.subject.as_str().to_owned(),
            staff_id: member.id,
            staff_no: member.staff_no,
            created_at: act.at,
            removed_at: None,
            version: 1,
        };
        store::insert(&mut act, &identity)
            .await
            .on_constraint("oidc_identity_once", || Refusal::Taken.into())?;
        let entry = Entry::new("oidc_identity.created", "oidc_identity", identity.id.0)
            .became(1)
            .changed(json!({"staff_id": member.id.to_string(), "subject": identity.subject}));
        audit::record(app, &mut act, &entry).await?;
        act.commit(Created {
            version: 1,
            location: format!("/v1/oidc-identities/{}", identity.id),
            value: identity,
        })
        .await
    }

    /// Read an identity
    ///
    /// Of somebody who is in the list, also when it was removed.
    #[oai(
        path = "/oidc-identities/:oidc_identity_id",
        method = "get",
        operation_id = "getOidcIdentity"
    )]
    async fn get_oidc_identity(
        &self,
        staff: Staff<may::ReadStaff>,
        oidc_identity_id: Path<OidcIdentityId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<OidcIdentity>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let (id, today) = (oidc_identity_id.0, self.0.today());
        let found = store::find(&mut conn, &staff.scope, id, today).await?;
        let identity = found.ok_or_else(no_identity)?;
        Ok(Versioned::new(&identity, identity.version).unless(&known))
    }

    /// Remove an identity
    ///
    /// Its tokens are nobody's with the next request.
    #[oai(
        path = "/oidc-identities/:oidc_identity_id/removals",
        method = "post",
        operation_id = "removeOidcIdentity"
    )]
    async fn remove_oidc_identity(
        &self,
        staff: Staff<may::ManageStaff>,
        oidc_identity_id: Path<OidcIdentityId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
    ) -> Result<Versioned<OidcIdentity>, WriteProblem> {
        let app = &self.0;
        let mut act = Act::begin(app, &staff.caller, &key, &if_match.digest()).await?;
        let (at, today) = (act.at, app.clock.day_of(act.at));
        let found = store::lock(&mut act, oidc_identity_id.0).await?;
        let mut identity = found.ok_or_else(no_identity)?;
        let member = members::find(&mut act, &staff.scope, identity.staff_id, today).await?;
        let member = member.ok_or_else(no_identity)?;
        member.must_not_be_above(&staff.known)?;
        if_match.admit(identity.version)?;
        if identity.removed_at.is_some() {
            return Err(Problem::from(Refusal::Removed).into());
        }
        let before = identity.version;
        identity.version = store::remove(&mut act, identity.id, at).await?;
        identity.removed_at = Some(at);
        staff::move_on(&mut act).await?;
        let entry = Entry::new("oidc_identity.removed", "oidc_identity", identity.id.0)
            .was(before)
            .became(identity.version);
        audit::record(app, &mut act, &entry).await?;
        act.commit(Versioned::new(&identity, identity.version))
            .await
    }
}
