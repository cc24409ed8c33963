//! Reading everything about one person in one snapshot.

use sqlx::PgConnection;

use super::{
    document::{
        CopiedAgreement, CopiedFlat, CopiedHousehold, CopiedNeed, CopiedPerson, CopiedRequest,
        DataCopy,
    },
    store::{self, Home},
};
use crate::{
    App,
    agreements::{self, Agreement},
    households::{ClearPerson, Place, clear_person, find_place, no_household, no_person},
    housing::{self, Flat},
    http::Problem,
    needs::{self, model::Need},
    rights::{
        sealed,
        store::{RequestFilter, RequestRow, list},
    },
    staff::Scope,
    values::{DataRequestId, HouseholdId, PersonId},
};

/// The form of a copy, so that a program knows what it reads.
const FORMAT: &str = "anju-personal-data/1";

/// More requests about a household than anybody enters.
const REQUESTS_MAX: i64 = 1_000;

/// Everything Anju holds about a person.
pub(super) async fn gather(
    app: &App,
    scope: &Scope,
    id: DataRequestId,
    household: HouseholdId,
    person: PersonId,
) -> Result<DataCopy, Problem> {
    let mut snapshot = app.begin_snapshot(scope).await?;
    let conn = &mut *snapshot;
    let place = find_place(conn, scope, household).await?;
    let place = place.ok_or_else(no_household)?;
    let clear = clear_person(conn, &app.keys, &place, person).await?;
    let clear = clear.ok_or_else(no_person)?;
    let home = store::find_home(conn, scope, household, person).await?;
    let mut home = home.ok_or_else(no_household)?;
    let agreements = agreements::of_household(conn, scope, household).await?;
    let flats = housing::flats_of(conn, scope, household).await?;
    let needs = needs::of_person(app, conn, scope, household, person).await?;
    let requests = requests_of(app, conn, scope, household, person).await?;
    snapshot.commit().await?;
    Ok(DataCopy {
        format: FORMAT.to_owned(),
        data_request_id: id,
        produced_at: app.clock.now(),
        authority: app.config.authority.to_string(),
        others: std::mem::take(&mut home.others.0),
        released_flats: std::mem::take(&mut home.releases.0),
        lookups: std::mem::take(&mut home.lookups.0),
        lookup_codes: std::mem::take(&mut home.codes.0),
        disclosures: std::mem::take(&mut home.disclosures.0),
        household: household_of(&place, &clear, home),
        person: person_of(person, clear),
        agreements: agreements.into_iter().map(Into::into).collect(),
        flats: flats.into_iter().map(Into::into).collect(),
        needs: needs.into_iter().map(Into::into).collect(),
        requests,
    })
}

fn household_of(place: &Place, clear: &ClearPerson, home: Home) -> CopiedHousehold {
    CopiedHousehold {
        id: place.household_id,
        programme_name: home.programme_name,
        parcel_name: home.parcel_name,
        household_no: place.household_no.clone(),
        holder_name: clear.holder_name.clone(),
        address: home.address,
        registered_at: home.registered_at,
        floor_area_m2: home.floor_area_m2,
        structures: home.structures.0,
        phone: home.phone,
    }
}

fn person_of(id: PersonId, clear: ClearPerson) -> CopiedPerson {
    CopiedPerson {
        id,
        name: clear.name,
        relation: clear.relation,
        holder: clear.holder,
        id_kind: clear.id_kind,
        id_number: clear.id_number,
        birth_on: clear.birth_on,
    }
}

impl From<Agreement> for CopiedAgreement {
    fn from(of: Agreement) -> Self {
        Self {
            agreement_no: of.agreement_no,
            status: of.status,
            floor_area_m2: of.floor_area_m2,
            amount: of.amount,
            signed_on: of.signed_on,
            voided_on: of.voided_on,
            void_reason: of.void_reason,
        }
    }
}

impl From<Flat> for CopiedFlat {
    fn from(of: Flat) -> Self {
        Self {
            estate: of.estate_name,
            building: of.building_name,
            flat_no: of.flat_no,
            area_m2: of.area_m2,
            assigned_on: of.assigned_on,
            handed_over_on: of.handed_over_on,
            keys: of.keys,
        }
    }
}

impl From<Need> for CopiedNeed {
    fn from(of: Need) -> Self {
        Self {
            kind: of.kind,
            status: of.status,
            due_on: of.due_on,
            detail: of.detail,
            provider: of.provider,
            arranged_on: of.arranged_on,
            outcome: of.outcome,
            closed_on: of.closed_on,
        }
    }
}

/// The requests about a person, and those about the household's own fields; none of another member.
async fn requests_of(
    app: &App,
    conn: &mut PgConnection,
    scope: &Scope,
    household: HouseholdId,
    person: PersonId,
) -> Result<Vec<CopiedRequest>, Problem> {
    let filter = RequestFilter {
        parcel_id: None,
        household_id: Some(household),
        kind: None,
        state: None,
        overdue: None,
    };
    let start = (None, None);
    let rows = list(conn, scope, &filter, app.today(), start, REQUESTS_MAX).await?;
    let own = rows
        .into_iter()
        .filter(|row| row.person_id.is_none_or(|id| id == person));
    own.map(|row| copied(app, &row)).collect()
}

fn copied(app: &App, row: &RequestRow) -> Result<CopiedRequest, Problem> {
    let open = |column, text: &Option<Vec<u8>>| {
        let text = text.as_deref();
        text.map(|text| sealed::open(app, column, row.id, text))
            .transpose()
    };
    Ok(CopiedRequest {
        kind: row.kind,
        asked_by: row.asked_by,
        proof: row.proof,
        received_on: row.received_on,
        due_on: row.due_on,
        state: row.state,
        field: row.field,
        proposed: open(sealed::PROPOSED, &row.proposed_sealed)?,
        decided_on: row.decided_on,
        refusal: row.refusal,
        refusal_note: open(sealed::NOTE, &row.refusal_note_sealed)?,
    })
}
