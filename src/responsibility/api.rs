//! Operations on who is responsible for a household or a need.

use poem_openapi::{OpenApi, param::Path};
use uuid::Uuid;

use super::{
    model::{Given, NewResponsibility, Responsibility},
    rules::{self, AT_ONCE_MAX, Refusal},
    store::{self, Object, Place},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    households::no_household,
    http::{
        Act, Created, IdempotencyKey, Json, OnConstraint, Problem, ReadProblem, Tag, WriteProblem,
    },
    needs::no_need,
    parcels::{lock_parcel, no_parcel},
    staff::{Scope, Staff, may, members},
    values::{HouseholdId, NeedId, ParcelId, ResponsibilityId, StaffId},
};

pub struct ResponsibilityApi(pub App);

/// 404 for an object that is not there or out of scope.
fn missing(object: Object) -> Problem {
    match object {
        Object::Household(_) => no_household(),
        Object::Need(_) => no_need(),
    }
}

/// The object a record of the trail is about.
pub(super) fn entry(
    action: &'static str,
    (household, need): (HouseholdId, Option<NeedId>),
    parcel: ParcelId,
) -> Entry {
    let entry = match need {
        Some(need) => Entry::new(action, "need", need.0),
        None => Entry::new(action, "household", household.0),
    };
    entry.within(parcel)
}

/// Two gave the same thing away at the same moment: the database lets one through.
pub(super) fn first_wins<T>(result: sqlx::Result<T>) -> Result<T, Problem> {
    result
        .on_constraint("responsibility_one_of_household", || {
            Refusal::Meanwhile.into()
        })
        .on_constraint("responsibility_one_of_need", || Refusal::Meanwhile.into())
}

#[OpenApi(tag = "Tag::Responsibility")]
impl ResponsibilityApi {
    /// List who was responsible for a household
    ///
    /// Who is and who was, the last begun first, at most 200.
    #[oai(
        path = "/households/:household_id/responsibilities",
        method = "get",
        operation_id = "listHouseholdResponsibilities"
    )]
    async fn list_household_responsibilities(
        &self,
        staff: Staff<may::ReadResponsibility>,
        household_id: Path<HouseholdId>,
    ) -> Result<Json<Vec<Responsibility>>, ReadProblem> {
        let object = Object::Household(household_id.0);
        Ok(self.history(&staff.scope, object).await?)
    }

    /// Make somebody responsible for a household
    ///
    /// From a day on; whoever was before is no longer from that day on. Needs that have somebody of
    /// their own stay with them.
    #[oai(
        path = "/households/:household_id/responsibilities",
        method = "post",
        operation_id = "assignHousehold"
    )]
    async fn assign_household(
        &self,
        staff: Staff<may::HandOver>,
        household_id: Path<HouseholdId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewResponsibility>,
    ) -> Result<Created<Responsibility>, WriteProblem> {
        let object = Object::Household(household_id.0);
        self.assign(&staff, object, &key, &body).await
    }

    /// List who was responsible for a need
    ///
    /// For it alone; when nobody is, whoever is for the household. The last begun first, at most
    /// 200.
    #[oai(
        path = "/needs/:need_id/responsibilities",
        method = "get",
        operation_id = "listNeedResponsibilities"
    )]
    async fn list_need_responsibilities(
        &self,
        staff: Staff<may::ReadResponsibility>,
        need_id: Path<NeedId>,
    ) -> Result<Json<Vec<Responsibility>>, ReadProblem> {
        let object = Object::Need(need_id.0);
        Ok(self.history(&staff.scope, object).await?)
    }

    /// Make somebody responsible for a need
    ///
    /// From a day on, in place of whoever was before, or of whoever has the household.
    #[oai(
        path = "/needs/:need_id/responsibilities",
        method = "post",
        operation_id = "assignNeed"
    )]
    async fn assign_need(
        &self,
        staff: Staff<may::HandOver>,
        need_id: Path<NeedId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewResponsibility>,
    ) -> Result<Created<Responsibility>, WriteProblem> {
        let object = Object::Need(need_id.0);
        self.assign(&staff, object, &key, &body).await
    }

    /// Make somebody responsible for the rest of a parcel
    ///
    /// For all its households in scope that have nobody, at most 10,000 at once; the others stay
    /// where they are. All of them or, when some lie outside that person's posts, none.
    #[oai(
        path = "/parcels/:parcel_id/responsibilities",
        method = "post",
        operation_id = "assignParcel"
    )]
    async fn assign_parcel(
        &self,
        staff: Staff<may::HandOver>,
        parcel_id: Path<ParcelId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewResponsibility>,
    ) -> Result<Created<Given>, WriteProblem> {
        let (to, from) = (body.value.staff_id, body.value.from_on);
        not_in_future(&self.0, "from_on", from)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = lock_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let parcel = found.ok_or_else(no_parcel)?;
        let to = taker(&self.0, &mut act, &staff.scope, to).await?;
        let who = (to, self.0.clock.day_of(act.at));
        let unheld = store::list_unheld(&mut act, &staff.scope, parcel.id, who).await?;
        let strange = unheld.iter().filter(|(_, fits)| !fits).count();
        if strange > 0 {
            return Err(Problem::from(Refusal::OutOfPlace(strange)).into());
        }
        let count = unheld.len().min(AT_ONCE_MAX);
        let (now, left) = unheld.split_at(count);
        let ids: Vec<Uuid> = now.iter().map(|_| self.0.fresh_id()).collect();
        let households: Vec<Uuid> = now.iter().map(|(household, _)| household.0).collect();
        let at = act.at;
        let columns = (&ids[..], &households[..]);
        first_wins(store::begin_all(&mut act, columns, (to, from), at).await)?;
        let changed = audit::fields(&body.value);
        let entries: Vec<Entry> = now
            .iter()
            .map(|(household, _)| {
                let entry = entry("responsibility.assigned", (*household, None), parcel.id);
                entry.changed(changed.clone())
            })
            .collect();
        audit::record_all(&self.0, &mut act, &entries).await?;
        let counted = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        act.commit(Created {
            value: Given {
                households: counted(now.len()),
                left: counted(left.len()),
            },
            version: 1,
            location: format!("/v1/staff/{to}/holdings"),
        })
        .await
    }
}

/// Somebody who is to take something on, who works here and does not leave meanwhile.
pub(super) async fn taker(
    app: &App,
    act: &mut Act,
    scope: &Scope,
    id: StaffId,
) -> Result<StaffId, Problem> {
    let today = app.clock.day_of(act.at);
    let found = members::lock_for_share(act, scope, id, today).await?;
    let member = found.ok_or_else(members::no_staff)?;
    members::must_work_here(&member)?;
    Ok(member.id)
}

impl ResponsibilityApi {
    async fn history(
        &self,
        scope: &Scope,
        object: Object,
    ) -> Result<Json<Vec<Responsibility>>, Problem> {
        let mut conn = self.0.begin(scope).await?;
        let found = store::find_place(&mut conn, scope, object).await?;
        let place = found.ok_or_else(|| missing(object))?;
        Ok(Json::new(store::history(&mut conn, &place).await?))
    }

    async fn assign(
        &self,
        staff: &Staff<may::HandOver>,
        object: Object,
        key: &IdempotencyKey,
        body: &Json<NewResponsibility>,
    ) -> Result<Created<Responsibility>, WriteProblem> {
        let (to, from) = (body.value.staff_id, body.value.from_on);
        not_in_future(&self.0, "from_on", from)?;
        let mut act = Act::begin(&self.0, &staff.caller, key, &body.digest).await?;
        let found = store::find_place(&mut act, &staff.scope, object).await?;
        let place = found.ok_or_else(|| missing(object))?;
        let to = taker(&self.0, &mut act, &staff.scope, to).await?;
        let today = self.0.clock.day_of(act.at);
        if !store::covers(&mut act, to, place.unit, today).await? {
            return Err(Problem::from(Refusal::OutOfPlace(1)).into());
        }
        let present = store::lock_present(&mut act, &place).await?;
        rules::can_take(present.as_ref(), to, from)?;
        let begun = self.pass(&mut act, &place, to, &body.value).await?;
        let kind = match object {
            Object::Household(id) => format!("households/{id}"),
            Object::Need(id) => format!("needs/{id}"),
        };
        act.commit(Created {
            value: begun,
            version: 1,
            location: format!("/v1/{kind}/responsibilities"),
        })
        .await
    }

    /// Puts an object into somebody's hands and records it.
    async fn pass(
        &self,
        act: &mut Act,
        place: &Place,
        to: StaffId,
        new: &NewResponsibility,
    ) -> Result<Responsibility, Problem> {
        let (id, at) = (ResponsibilityId(self.0.fresh_id()), act.at);
        store::end(act, place, new.from_on).await?;
        let begun = store::begin(act, id, place, (to, new.from_on), at).await;
        let begun = first_wins(begun)?;
        let object = (place.household_id, place.need_id);
        let entry = entry("responsibility.assigned", object, place.parcel_id);
        let entry = entry.changed(audit::fields(new));
        audit::record(&self.0, act, &entry).await?;
        Ok(begun)
    }
}
