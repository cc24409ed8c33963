//! Operations that break the glass, and those that examine who did.

use std::sync::Arc;

use chrono::TimeDelta;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    model::{BreakGlassAccess, NewBreakGlassAccess, NewBreakGlassReview},
    rules::{self, Mark},
    store::{self, AccessFilter, AccessRow, NewAccess},
};
use crate::{
    App,
    audit::{self, Entry},
    households::{self, Disclosure, DisclosureReason, Extent, Showing},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, Page, Paging,
        Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem, words,
    },
    staff::{Scope, Staff, may},
    values::{ActorId, BreakGlassAccessId, Instant, OrgUnitId, StaffId},
};

/// What the sealed texts are bound to.
pub(crate) const NOTE: &str = "break_glass_access.note_sealed";
pub(crate) const FINDING: &str = "break_glass_access.finding_sealed";

pub struct BreakGlassApi(pub App);

fn no_access() -> Problem {
    Problem::not_found("紧急查阅", "access")
}

/// 403 for a program: only a person sees an emergency.
fn person_of<P>(staff: &Staff<P>) -> Result<StaffId, Problem> {
    staff.known.staff_id.map(StaffId).ok_or_else(|| {
        Problem::forbidden(
            "break-glass-by-nobody",
            "紧急查阅须由本人办理",
            "Only a person breaks the glass",
        )
        .detail(words!(
            "请使用本人的密钥或登录",
            "use a key of your own, or sign in"
        ))
    })
}

#[OpenApi(tag = "Tag::Households")]
impl BreakGlassApi {
    /// Break the glass
    ///
    /// In an emergency, for a household wherever it is in the district: named by the code of its
    /// parcel and its number, or by its telephone number. The access lasts 5 to 240 minutes; a
    /// person has five attempts in 24 hours, and also one that finds nothing, or more than one
    /// household, is kept and examined. The resident reads of every reading.
    #[oai(
        path = "/break-glass-accesses",
        method = "post",
        operation_id = "breakGlass"
    )]
    async fn break_glass(
        &self,
        staff: Staff<may::BreakGlass>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewBreakGlassAccess>,
    ) -> Result<Created<BreakGlassAccess>, WriteProblem> {
        let new = &body.value;
        let mark = rules::mark(new)?;
        let staff_id = person_of(&staff)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let since = Instant::new(act.at.as_datetime() - TimeDelta::days(1));
        rules::attempts(store::attempts_since(&mut act, staff_id, since).await?)?;
        let household_id = self.meant(&mark).await?;
        let (id, at) = (BreakGlassAccessId(self.0.fresh_id()), act.at);
        let nonce = self.0.entropy.bytes();
        let note = new.note.as_str().as_bytes();
        let access = NewAccess {
            id,
            household_id,
            client_id: staff.caller.client_id,
            staff_id,
            role: staff.role,
            org_unit_id: OrgUnitId(staff.scope.home()),
            reason: new.reason,
            note_sealed: self.0.keys.seal(NOTE, id.0, note, nonce),
            opened_at: at,
            expires_at: rules::expiry(at, new.minutes),
        };
        store::insert(&mut act, &access).await?;
        let entry = Entry::new("glass.broken", "break_glass_access", id.0)
            .became(1)
            .because(new.reason.key())
            .changed(
                json!({"household_id": household_id.map(|id| id.to_string()),
                            "minutes": new.minutes}),
            );
        audit::record(&self.0, &mut act, &entry).await?;
        tracing::warn!(access = %id, reason = new.reason.key(), "glass broken");
        let found = store::find(&mut act, &staff.scope, id).await?;
        let value = found.ok_or_else(no_access)?.access;
        act.commit(Created {
            version: value.version,
            value,
            location: format!("/v1/break-glass-accesses/{id}"),
        })
        .await
    }

    /// Read a household in an emergency
    ///
    /// In clear, as far as the role sees, at least names, address and telephone number; only for
    /// whoever broke the glass, and until the access expires. Each reading is recorded and told to
    /// the resident.
    #[oai(
        path = "/break-glass-accesses/:break_glass_access_id/household",
        method = "get",
        operation_id = "readHouseholdInEmergency"
    )]
    async fn read_household(
        &self,
        staff: Staff<may::BreakGlass>,
        break_glass_access_id: Path<BreakGlassAccessId>,
        request_id: RequestId,
    ) -> Result<Json<Disclosure>, ReadProblem> {
        let id = break_glass_access_id.0;
        let staff_id = staff.known.staff_id.map(StaffId).ok_or_else(no_access)?;
        let mut own = self.0.begin(&staff.scope).await?;
        let access = store::read(&mut own, id, staff_id).await?;
        let access = access.ok_or_else(no_access)?;
        rules::still_open(access.expires_at, self.0.clock.now())?;
        own.commit().await?;
        // From here on the second fence shows this household and nothing else.
        let (client, home) = (staff.caller.client_id, staff.scope.home());
        let mut caller = staff.caller.clone();
        caller.scope = Scope::of_household(access.household_id, Arc::default()).of(client, home);
        let mut act = Act::begin_conditional(&self.0, &caller, request_id).await?;
        let anywhere = Scope::everything();
        let found = households::find_clear(&mut act, &anywhere, access.household_id).await?;
        let found = found.ok_or_else(no_access)?;
        let showing = Showing {
            role: access.role,
            extent: households::disclosed_to(access.role).max(Extent::Contact),
            reason: DisclosureReason::Emergency,
            note: None,
            unit: home,
        };
        let shown = households::show(&self.0, &mut act, found, showing).await?;
        Ok(act.conclude(Json::new(shown)).await?)
    }

    /// List accesses in emergencies
    ///
    /// The latest first: those of people who work in one's units, and those to households there.
    /// `reviewed=false` lists what is still to be examined.
    #[oai(
        path = "/break-glass-accesses",
        method = "get",
        operation_id = "listBreakGlassAccesses"
    )]
    async fn list_accesses(
        &self,
        staff: Staff<may::ReviewBreakGlass>,
        /// Only those of this member of staff.
        staff_id: Query<Option<StaffId>>,
        /// Only those that were examined, or only those that were not.
        reviewed: Query<Option<bool>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<BreakGlassAccess>>, ReadProblem> {
        let filter = AccessFilter {
            staff_id: staff_id.0,
            reviewed: reviewed.0,
        };
        let (key_id, cursor) = (staff.key_id, cursor.0.as_ref());
        let paging = Paging::<Instant>::new(&self.0, key_id, &filter, limit.0, cursor)?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let after = (paging.after().copied(), paging.after_id());
        let rows = store::list(&mut conn, &staff.scope, &filter, after, paging.take()).await?;
        Ok(Json::new(paging.page(rows, |a| (a.opened_at, a.id.0))))
    }

    /// Read an access in an emergency
    ///
    /// With what was written about it.
    #[oai(
        path = "/break-glass-accesses/:break_glass_access_id",
        method = "get",
        operation_id = "getBreakGlassAccess"
    )]
    async fn get_access(
        &self,
        staff: Staff<may::ReviewBreakGlass>,
        break_glass_access_id: Path<BreakGlassAccessId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<BreakGlassAccess>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, break_glass_access_id.0).await?;
        let access = self.tell(found.ok_or_else(no_access)?)?;
        Ok(Versioned::new(&access, access.version).unless(&known))
    }

    /// Examine an access in an emergency
    ///
    /// By another person than whoever broke the glass, once.
    #[oai(
        path = "/break-glass-accesses/:break_glass_access_id/reviews",
        method = "post",
        operation_id = "reviewBreakGlassAccess"
    )]
    async fn review_access(
        &self,
        staff: Staff<may::ReviewBreakGlass>,
        break_glass_access_id: Path<BreakGlassAccessId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewBreakGlassReview>,
    ) -> Result<Versioned<BreakGlassAccess>, WriteProblem> {
        let (id, new) = (break_glass_access_id.0, &body.value);
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let before = store::lock(&mut act, &staff.scope, id).await?;
        let before = before.ok_or_else(no_access)?;
        let (opener, client) = (before.access.staff_id.0, before.client_id);
        let who = staff.caller.actor();
        if_match.admit(before.access.version)?;
        let reviewed = before.access.finding.is_some();
        rules::review(who, ActorId(opener), ActorId(client), reviewed)?;
        let note = new.note.as_str().as_bytes();
        let nonce = self.0.entropy.bytes();
        let sealed = self.0.keys.seal(FINDING, id.0, note, nonce);
        let at = act.at;
        store::review(&mut act, id, new.finding, &sealed, who.id(), at).await?;
        let entry = Entry::new("glass.reviewed", "break_glass_access", id.0)
            .was(before.access.version)
            .became(before.access.version + 1)
            .because(new.finding.key())
            .changed(audit::fields(new));
        audit::record(&self.0, &mut act, &entry).await?;
        let found = store::find(&mut act, &staff.scope, id).await?;
        let access = self.tell(found.ok_or_else(no_access)?)?;
        let answer = Versioned::new(&access, access.version);
        act.commit(answer).await
    }
}

impl BreakGlassApi {
    /// The one place that looks beyond a caller's scope, and only for which household it is.
    async fn meant(&self, mark: &Mark<'_>) -> Result<Option<crate::values::HouseholdId>, Problem> {
        let phone = match mark {
            Mark::Phone(phone) => Some(households::phone_fingerprint(&self.0.keys, phone)),
            Mark::Number { .. } => None,
        };
        let mut conn = self.0.begin(&Scope::everything()).await?;
        Ok(store::find_meant(&mut conn, mark, phone.as_ref().map(AsRef::as_ref)).await?)
    }

    /// The access with what was written about it.
    fn tell(&self, row: AccessRow) -> Result<BreakGlassAccess, Problem> {
        let mut access = row.access;
        let id = access.id.0;
        let open = |bound, sealed: &[u8]| {
            let clear = self.0.keys.open(bound, id, sealed);
            let clear = clear.map_err(Problem::internal)?;
            Ok::<_, Problem>(String::from_utf8_lossy(&clear).into_owned())
        };
        access.note = Some(open(NOTE, &row.note_sealed)?);
        let finding = row.finding_sealed.as_deref();
        access.finding_note = finding.map(|sealed| open(FINDING, sealed)).transpose()?;
        Ok(access)
    }
}
