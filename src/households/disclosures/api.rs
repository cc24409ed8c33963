//! The operation that shows a household in clear.

use poem_openapi::{ApiResponse, OpenApi, param::Path};

use super::{
    model::{Disclosure, Extent, NewDisclosure},
    rules,
    show::{Showing, show},
    store,
};
use crate::{
    App,
    households::no_household,
    http::{Act, IdempotencyKey, Json, Tag, WriteProblem},
    staff::{Role, Staff, may},
    values::HouseholdId,
};

pub struct DisclosuresApi(pub App);

#[derive(ApiResponse)]
enum Disclosed {
    /// Shown and recorded; a repeat is told that it is done.
    #[oai(status = 201)]
    Shown(Json<Disclosure>),
}

#[OpenApi(tag = "Tag::Households")]
impl DisclosuresApi {
    /// Show a household in clear
    ///
    /// For a reason. The trail and the resident's own case tell who saw it, when and why. Case
    /// officers, leads, headquarters and auditors see names, address, telephone number, days of
    /// birth and numbers of documents; grid workers and the desks see names, address and telephone
    /// number; the hotline sees the telephone number.
    #[oai(
        path = "/households/:household_id/disclosures",
        method = "post",
        operation_id = "discloseHousehold"
    )]
    async fn disclose_household(
        &self,
        staff: Staff<may::Disclose>,
        household_id: Path<HouseholdId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewDisclosure>,
    ) -> Result<Disclosed, WriteProblem> {
        let new = &body.value;
        rules::check(new)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::find(&mut act, &staff.scope, household_id.0).await?;
        let found = found.ok_or_else(no_household)?;
        let (role, extent) = widest(&staff, found.org_unit_id);
        let showing = Showing {
            role,
            extent,
            reason: new.reason,
            note: new.note.as_ref(),
            unit: staff.scope.home(),
        };
        let shown = show(&self.0, &mut act, found, showing).await?;
        act.commit_secret(Disclosed::Shown(Json::new(shown))).await
    }
}

/// The role in which the caller sees most of a household of this unit.
fn widest(staff: &Staff<may::Disclose>, unit: uuid::Uuid) -> (Role, Extent) {
    let roles = staff.known.roles_over::<may::Disclose>(unit);
    let widest = roles.map(|role| (role, rules::extent(role)));
    widest
        .max_by_key(|(_, extent)| *extent)
        .unwrap_or((staff.role, rules::extent(staff.role)))
}
