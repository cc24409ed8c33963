//! Operations on what a member of staff holds: the list, and the hand-over to a successor.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use uuid::Uuid;

use super::{
    api::{entry, first_wins},
    model::{HandOver, Holding, NewHandOver},
    rules::{self, AT_ONCE_MAX, Refusal},
    store::{self, Held},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    http::{
        Act, Created, Cursor, IdempotencyKey, Json, Limit, Page, Paging, Problem, ReadProblem, Tag,
        WriteProblem,
    },
    parcels::{find_parcel, no_parcel},
    staff::{Staff, may, members},
    values::{Day, ParcelId, StaffId},
};

pub struct HandOversApi(pub App);

#[OpenApi(tag = "Tag::Responsibility")]
impl HandOversApi {
    /// List what is in somebody's hands
    ///
    /// The households and needs in scope that a member of staff is responsible for, also one who has
    /// left; the longest held first.
    #[oai(
        path = "/staff/:staff_id/holdings",
        method = "get",
        operation_id = "listHoldings"
    )]
    async fn list_holdings(
        &self,
        staff: Staff<may::ReadResponsibility>,
        staff_id: Path<StaffId>,
        parcel_id: Query<Option<ParcelId>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Holding>>, ReadProblem> {
        let filter = ("holdings", staff_id.0, parcel_id.0);
        let paging =
            Paging::<Day>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let today = self.0.today();
        let found = members::find(&mut conn, &staff.scope, staff_id.0, today).await?;
        let of = (found.ok_or_else(members::no_staff)?.id, parcel_id.0);
        let after = (paging.after().copied(), paging.after_id());
        let rows = store::holdings(&mut conn, &staff.scope, of, after, paging.take()).await?;
        Ok(Json::new(paging.page(rows, |h| (h.from_on, h.id.0))))
    }

    /// Hand over to a successor
    ///
    /// Everything in scope that a member of staff is responsible for, or what of it hangs on one
    /// parcel, in one act: all of it or nothing. Of two hand-overs at once the second finds nothing
    /// left.
    #[oai(
        path = "/staff/:staff_id/hand-overs",
        method = "post",
        operation_id = "handOver"
    )]
    async fn hand_over(
        &self,
        staff: Staff<may::HandOver>,
        staff_id: Path<StaffId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewHandOver>,
    ) -> Result<Created<HandOver>, WriteProblem> {
        let new = &body.value;
        not_in_future(&self.0, "from_on", new.from_on)?;
        if new.to_staff_id == staff_id.0 {
            return Err(Problem::from(Refusal::ToOneself).into());
        }
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let (from, to) = self.both(&mut act, &staff, staff_id.0, new).await?;
        if let Some(parcel) = new.parcel_id {
            let found = find_parcel(&mut act, &staff.scope, parcel).await?;
            found.ok_or_else(no_parcel)?;
        }
        let (what, who) = ((&staff.scope, new.parcel_id), (from, to));
        let today = self.0.clock.day_of(act.at);
        let take = i64::try_from(AT_ONCE_MAX + 1).expect("the limit is small");
        let held = store::lock_held(&mut act, what, who, today, take).await?;
        rules::can_hand_over(&held, new.from_on)?;
        self.move_all(&mut act, &held, new).await?;
        let needs = held.iter().filter(|one| one.need_id.is_some()).count();
        let counted = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        act.commit(Created {
            value: HandOver {
                from_staff_id: from,
                to_staff_id: to,
                from_on: new.from_on,
                households: counted(held.len() - needs),
                needs: counted(needs),
            },
            version: 1,
            location: format!("/v1/staff/{to}/holdings"),
        })
        .await
    }
}

impl HandOversApi {
    /// Whoever hands over, who may have left, and their successor, who has not: both in scope, and
    /// held one after the other until the transaction ends, in the order of their ids.
    async fn both(
        &self,
        act: &mut Act,
        staff: &Staff<may::HandOver>,
        from: StaffId,
        new: &NewHandOver,
    ) -> Result<(StaffId, StaffId), Problem> {
        let today = self.0.clock.day_of(act.at);
        for id in [from, new.to_staff_id] {
            let found = members::find(act, &staff.scope, id, today).await?;
            found.ok_or_else(members::no_staff)?;
        }
        let mut order = [from, new.to_staff_id];
        order.sort();
        for id in order {
            let member = members::lock_by_id(act, id).await?;
            if id == new.to_staff_id {
                members::must_work_here(&member)?;
            }
        }
        Ok((from, new.to_staff_id))
    }

    /// Moves what was locked, one record of the trail for each.
    async fn move_all(
        &self,
        act: &mut Act,
        held: &[Held],
        new: &NewHandOver,
    ) -> Result<(), Problem> {
        let ended: Vec<Uuid> = held.iter().map(|one| one.id.0).collect();
        let begun: Vec<Uuid> = held.iter().map(|_| self.0.fresh_id()).collect();
        let (to, at) = ((new.to_staff_id, new.from_on), act.at);
        first_wins(store::move_all(act, (&ended, &begun), to, at).await)?;
        let changed = audit::fields(new);
        let entries: Vec<Entry> = held
            .iter()
            .map(|one| {
                let object = (one.household_id, one.need_id);
                let entry = entry("responsibility.handed_over", object, one.parcel_id);
                entry.changed(changed.clone())
            })
            .collect();
        audit::record_all(&self.0, act, &entries).await
    }
}
