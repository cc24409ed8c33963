//! Operations on staff.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    model::{NewDeparture, NewStaffMember, StaffMember, StaffMemberFields},
    store::{self, StaffFilter},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    http::{
        Act, Caller, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit,
        OnConstraint as _, Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned,
        WriteProblem, words,
    },
    organisation::no_unit,
    responsibility,
    staff::{Role, Scope, Staff, may, move_on, posts, store as keys},
    values::{Day, OrgUnitId, StaffId},
};

/// The column whose keyed hash tells one person from another.
const FINGERPRINT: &str = "staff.fingerprint";

pub struct StaffMembersApi(pub App);

/// 404, also for somebody out of scope.
pub fn no_staff() -> Problem {
    Problem::not_found("工作人员", "member of staff")
}

/// 409 for somebody who has left: they take nothing on.
pub fn must_work_here(member: &StaffMember) -> Result<(), Problem> {
    member.left_on.map_or(Ok(()), |left_on| Err(gone(left_on)))
}

/// 409 for somebody who works here no longer since that day.
pub fn gone(left_on: Day) -> Problem {
    Problem::conflict("staff-left", "该工作人员已离职", "They have left").detail(words!(
        "已于 {left_on} 离职",
        "they no longer work here since {left_on}"
    ))
}

/// 409 for a staff number that somebody has.
pub fn number_taken() -> Problem {
    Problem::conflict(
        "staff-no-taken",
        "工号已存在",
        "Somebody has that staff number",
    )
}

fn person_known() -> Problem {
    Problem::conflict(
        "staff-person-known",
        "该身份证号码的工作人员已登记",
        "The person is entered already",
    )
    .detail(words!(
        "同一人只登记一次，请查询已有记录并为其设置岗位",
        "one person is entered once; find them and give them a post"
    ))
}

fn still_responsible(count: i64) -> Problem {
    Problem::conflict(
        "staff-still-responsible",
        "仍有未移交的责任事项",
        "They are still responsible for something",
    )
    .detail(words!(
        "还有 {count} 项未移交；请先移交，或以 leave_open=true 办理离职后再移交",
        "{count} households and needs are in their hands; hand them over first, or send leave_open=true and do it afterwards"
    ))
}

#[OpenApi(tag = "Tag::Staff")]
impl StaffMembersApi {
    /// List the staff
    ///
    /// By staff number; each filter narrows. Whoever works at a unit in scope or for a case there.
    #[oai(path = "/staff", method = "get", operation_id = "listStaff")]
    async fn list_staff(
        &self,
        staff: Staff<may::ReadStaff>,
        /// Employed by this unit.
        org_unit_id: Query<Option<OrgUnitId>>,
        /// Holding a post of this role today.
        role: Query<Option<Role>>,
        /// Only those who have left, or only those who have not.
        left: Query<Option<bool>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<StaffMember>>, ReadProblem> {
        let filter = StaffFilter {
            org_unit_id: org_unit_id.0,
            role: role.0,
            left: left.0,
        };
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let seen = (&staff.scope, self.0.today());
        let after = (paging.after().map(String::as_str), paging.after_id());
        let rows = store::list(&mut conn, seen, &filter, after, paging.take()).await?;
        Ok(Json::new(
            paging.page(rows, |s| (s.staff_no.clone(), s.id.0)),
        ))
    }

    /// Enter a member of staff
    ///
    /// A person, entered once, who may do nothing until they are given a post.
    #[oai(path = "/staff", method = "post", operation_id = "enterStaffMember")]
    async fn enter_staff_member(
        &self,
        staff: Staff<may::ManageStaff>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewStaffMember>,
    ) -> Result<Created<StaffMember>, WriteProblem> {
        let new = &body.value;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let unit = new.org_unit_id.unwrap_or(OrgUnitId(staff.scope.home()));
        if !staff.scope.covers(unit.0) {
            return Err(no_unit().into());
        }
        let number = new.citizen_number.as_ref();
        let hash = |number: &str| self.0.keys.fingerprint(FINGERPRINT, number.as_bytes());
        let fingerprint = number.map(|number| hash(number.expose()));
        let (id, at) = (StaffId(self.0.fresh_id()), act.at);
        let bytes = fingerprint.as_ref().map(|hash| &hash[..]);
        let named = (&new.staff_no, &new.name);
        let member = store::insert(&mut act, id, named, (unit, bytes), at)
            .await
            .on_constraint("staff_no_once", number_taken)
            .on_constraint("staff_person_once", person_known)
            .on_constraint("staff_org_unit", no_unit)?;
        let mut changed = audit::fields(new);
        changed["fingerprint"] = json!(fingerprint.map(hex::encode));
        let entry = Entry::new("staff.entered", "staff", id.0)
            .became(1)
            .changed(changed);
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Created {
            version: member.version,
            value: member,
            location: format!("/v1/staff/{id}"),
        })
        .await
    }

    /// Read a member of staff
    ///
    /// Their posts and what they are responsible for have lists of their own.
    #[oai(
        path = "/staff/:staff_id",
        method = "get",
        operation_id = "getStaffMember"
    )]
    async fn get_staff_member(
        &self,
        staff: Staff<may::ReadStaff>,
        staff_id: Path<StaffId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<StaffMember>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let today = self.0.today();
        let found = store::find(&mut conn, &staff.scope, staff_id.0, today).await?;
        let member = found.ok_or_else(no_staff)?;
        Ok(Versioned::new(&member, member.version).unless(&known))
    }

    /// Put a member of staff right
    ///
    /// Needs the version that was read. By whoever's scope covers the unit that employs them, and
    /// the one that shall. The number never changes.
    #[oai(
        path = "/staff/:staff_id",
        method = "put",
        operation_id = "replaceStaffMember"
    )]
    async fn replace_staff_member(
        &self,
        staff: Staff<may::ManageStaff>,
        request_id: RequestId,
        staff_id: Path<StaffId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<StaffMemberFields>,
    ) -> Result<Versioned<StaffMember>, WriteProblem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock(&mut act, &staff.scope, staff_id.0).await?;
        let before = found.ok_or_else(no_staff)?;
        if_match.admit(before.version)?;
        if !staff.scope.covers(body.value.org_unit_id.0) {
            return Err(no_unit().into());
        }
        let member = store::replace(&mut act, before.id, &body.value)
            .await
            .on_constraint("staff_org_unit", no_unit)?;
        let entry = Entry::new("staff.replaced", "staff", member.id.0)
            .was(before.version)
            .became(member.version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Versioned::new(&member, member.version)).await
    }

    /// Let a member of staff go
    ///
    /// Ends their posts and revokes their keys, from the next request on. Who is still responsible
    /// for households or needs does not leave by mistake: that is refused with their number, unless
    /// `leave_open` says that they are to be handed over afterwards (`/v1/staff/{id}/hand-overs`).
    #[oai(
        path = "/staff/:staff_id/departures",
        method = "post",
        operation_id = "recordDeparture"
    )]
    async fn record_departure(
        &self,
        staff: Staff<may::ManageStaff>,
        staff_id: Path<StaffId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewDeparture>,
    ) -> Result<Versioned<StaffMember>, WriteProblem> {
        let left_on = body.value.left_on;
        not_in_future(&self.0, "left_on", left_on)?;
        // What somebody holds is counted wherever it hangs; nothing of it but the number is told.
        let (client_id, home) = (staff.caller.client_id, staff.scope.home());
        let caller = Caller {
            scope: Scope::everything().of(client_id, home),
            ..staff.caller.clone()
        };
        let digest = [&body.digest[..], &if_match.digest()].concat();
        let mut act = Act::begin(&self.0, &caller, &key, &digest).await?;
        let found = store::lock(&mut act, &staff.scope, staff_id.0).await?;
        let before = found.ok_or_else(no_staff)?;
        if_match.admit(before.version)?;
        must_work_here(&before)?;
        let open = responsibility::open_of(&mut act, before.id).await?;
        if open > 0 && !body.value.leave_open {
            return Err(still_responsible(open).into());
        }
        let member = store::leave(&mut act, before.id, left_on).await?;
        let entry = Entry::new("staff.left", "staff", member.id.0)
            .was(before.version)
            .became(member.version)
            .changed(audit::fields(&body.value));
        let mut entries = vec![entry];
        entries.extend(end_authority(&mut act, member.id, left_on).await?);
        audit::record_all(&self.0, &mut act, &entries).await?;
        act.commit(Versioned::new(&member, member.version)).await
    }
}

/// Ends the posts of somebody who left and revokes their keys; what is to be recorded of it.
async fn end_authority(act: &mut Act, id: StaffId, left_on: Day) -> Result<Vec<Entry>, Problem> {
    let (at, because) = (act.at, "staff left");
    let ended = posts::end_all(act, id, left_on).await?;
    let ended = ended.into_iter().map(|(id, version)| {
        Entry::new("post.ended", "post", id.0)
            .was(version - 1)
            .became(version)
            .because(because)
    });
    let revoked = keys::revoke_of(act, id, at).await?;
    let revoked = revoked.into_iter().map(|(id, version)| {
        Entry::new("api_key.revoked", "api_key", id.0)
            .was(version - 1)
            .became(version)
            .because(because)
    });
    let entries = ended.chain(revoked).collect();
    move_on(act).await?;
    Ok(entries)
}
