//! The operation that shows a household in clear.

use poem_openapi::{ApiResponse, OpenApi, param::Path};
use serde_json::json;
use uuid::Uuid;

use super::{
    model::{DisclosedDocument, DisclosedPerson, Disclosure, Extent, NewDisclosure},
    rules,
    store::{self, ClearHousehold, NewRecord, PersonRow},
};
use crate::{
    App,
    audit::{self, Entry},
    households::{documents, names, no_household},
    http::{Act, IdempotencyKey, Json, Problem, Tag, WriteProblem},
    staff::{Role, Staff, may},
    values::{HouseholdId, Instant, masked_name},
};

/// What a sealed note is bound to.
pub(crate) const NOTE: &str = "disclosure.note_sealed";

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
        let id = record_access(&self.0, &mut act, role, household_id.0, new).await?;
        let entry = Entry::new("household.disclosed", "household", household_id.0.0)
            .within(found.parcel_id)
            .was(found.version)
            .became(found.version)
            .because(new.reason.key())
            .changed(json!({"disclosure_id": id.to_string(), "extent": extent.key()}));
        audit::record(&self.0, &mut act, &entry).await?;
        let persons = match extent {
            Extent::Phone => vec![],
            _ => store::persons(&mut act, household_id.0).await?,
        };
        let shown = (household_id.0, act.at);
        let shown = self.shown(shown, found, persons, extent)?;
        act.commit_secret(Disclosed::Shown(Json::new(shown))).await
    }
}

impl DisclosuresApi {
    fn shown(
        &self,
        (household_id, disclosed_at): (HouseholdId, Instant),
        found: ClearHousehold,
        persons: Vec<PersonRow>,
        extent: Extent,
    ) -> Result<Disclosure, Problem> {
        let persons: Vec<_> = persons
            .into_iter()
            .map(|row| self.person(row, extent))
            .collect::<Result<_, _>>()?;
        let names = extent >= Extent::Contact;
        // A child who holds the property is masked in the household as well.
        let same = |name: &str| masked_name(name) == found.holder_name;
        let child = persons
            .iter()
            .map(|person| &person.name)
            .find(|name| same(name));
        let holder_name = child.filter(|_| found.holder_name.contains('*'));
        let holder_name = holder_name.cloned().unwrap_or(found.holder_name);
        Ok(Disclosure {
            household_id,
            household_no: found.household_no,
            extent,
            disclosed_at,
            holder_name: Some(holder_name).filter(|_| names),
            address: Some(found.address).filter(|_| names),
            phone: found.phone,
            persons,
        })
    }

    fn person(&self, row: PersonRow, extent: Extent) -> Result<DisclosedPerson, Problem> {
        let document = match extent {
            Extent::Everything => Some(DisclosedDocument {
                kind: row.id_kind,
                number: documents::clear(&self.0.keys, row.id, row.id_sealed.as_deref())?,
            }),
            _ => None,
        };
        Ok(DisclosedPerson {
            id: row.id,
            name: names::clear(&self.0.keys, row.id, row.name, row.name_sealed.as_deref())
                .map_err(Problem::internal)?,
            relation: row.relation,
            birth_on: row.birth_on.filter(|_| extent == Extent::Everything),
            document,
        })
    }
}

/// Writes down that whoever acts saw a household in clear; answers the id of that record.
pub async fn record_access(
    app: &App,
    act: &mut Act,
    role: Role,
    household_id: HouseholdId,
    why: &NewDisclosure,
) -> sqlx::Result<Uuid> {
    let id = app.fresh_id();
    let note = why.note.as_ref().map(|note| {
        let nonce = app.entropy.bytes();
        app.keys.seal(NOTE, id, note.as_str().as_bytes(), nonce)
    });
    let record = NewRecord {
        id,
        household_id,
        client_id: act.caller.client_id,
        staff_id: act.caller.staff_id,
        role,
        org_unit_id: act.caller.scope.home(),
        reason: why.reason,
        note_sealed: note,
        at: act.at,
    };
    store::insert(act, &record).await?;
    Ok(id)
}

/// The role in which the caller sees most of a household of this unit.
fn widest(staff: &Staff<may::Disclose>, unit: Uuid) -> (Role, Extent) {
    let roles = staff.known.roles_over::<may::Disclose>(unit);
    let widest = roles.map(|role| (role, rules::extent(role)));
    widest
        .max_by_key(|(_, extent)| *extent)
        .unwrap_or((staff.role, rules::extent(staff.role)))
}
