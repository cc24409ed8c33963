//! SQL of the resident's side. Every statement is bound to one code or one session.

use sqlx::{AssertSqlSafe, Executor as _, PgConnection, types::Json};
use uuid::Uuid;

use super::{
    model::{
        CaseAgreement, CaseContact, CaseDisclosure, CaseHome, CaseLookup, CaseNeed, CaseParcel,
        CaseProgramme, CaseRequest, ContactRole, LookupChannel, ResidentCase,
    },
    steps::Circumstances,
};
use crate::{
    http::Language,
    parcels::{ParcelKind, ParcelStage},
    values::{
        Area, Day, HouseholdId, Instant, LookupCodeId, MaskedName, ParcelId, PersonId, PersonName,
        ResidentSessionId,
    },
};

/// A code that works.
pub(super) struct LiveCode {
    pub(super) id: LookupCodeId,
    pub(super) household_id: HouseholdId,
}

pub(super) async fn find_live_code(
    conn: &mut PgConnection,
    code_hash: &[u8],
) -> sqlx::Result<Option<LiveCode>> {
    sqlx::query_as!(
        LiveCode,
        "select id, household_id from lookup_code where code_hash = $1 and revoked_at is null",
        code_hash,
    )
    .fetch_optional(conn)
    .await
}

/// From here on the transaction may see this household, of whose code the hash was right; of a
/// wrong one it is nobody's, so that both run the same statements.
pub(super) async fn look_at(conn: &mut PgConnection, household: HouseholdId) -> sqlx::Result<()> {
    let look = format!("set local anju.household = '{}'", household.0);
    conn.execute(AssertSqlSafe(look)).await?;
    Ok(())
}

/// The parcel of a household that is looked at.
pub(super) async fn parcel_of(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<ParcelId> {
    sqlx::query_scalar!("select parcel_id from household where id = $1", household.0)
        .fetch_one(conn)
        .await
}

/// Whose session this is, and the units its case is shared with; whether it is live says the
/// statement that answers.
pub(super) async fn find_session(
    conn: &mut PgConnection,
    token_hash: &[u8],
) -> sqlx::Result<Option<HouseholdId>> {
    sqlx::query_scalar!(
        "select household_id from resident_session where token_hash = $1",
        token_hash,
    )
    .fetch_optional(conn)
    .await
}

/// The unit of a household that is looked at, and all above it.
pub(super) async fn units_above(
    conn: &mut PgConnection,
    household: HouseholdId,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with recursive upwards as (
               select org_unit_id as id from household where id = $1
               union all
               select n.parent_id from upwards w
                 join org_unit_place n on n.unit_id = w.id and n.to_on is null
                where n.parent_id is not null
           )
           select id as "id!" from upwards"#,
        household.0,
    )
    .fetch_all(conn)
    .await
}

/// The adults of the household whose document ends so, one or two of them; who was born on no known
/// day counts as one (the rule of `households::is_adult`).
pub(super) async fn adults_with(
    conn: &mut PgConnection,
    household: HouseholdId,
    last_six_hash: &[u8],
    today: Day,
) -> sqlx::Result<Vec<PersonId>> {
    sqlx::query_scalar!(
        "select id from person
          where household_id = $1 and last_six_hash = $2
            and (birth_on is null or birth_on <= ($3::date - interval '18 years')::date)
          limit 2",
        household.0,
        last_six_hash,
        today,
    )
    .fetch_all(conn)
    .await
}

/// A session to be opened.
pub(super) struct Opening<'a> {
    pub(super) id: ResidentSessionId,
    pub(super) token_hash: &'a [u8],
    pub(super) code: &'a LiveCode,
    /// Whose document it was, when it can be but one person's.
    pub(super) person_id: Option<PersonId>,
    pub(super) channel: LookupChannel,
    pub(super) assistant: Option<&'a PersonName>,
    pub(super) opened_at: Instant,
    pub(super) expires_at: Instant,
}

pub(super) async fn insert_session(conn: &mut PgConnection, new: &Opening<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into resident_session (id, token_hash, code_id, household_id, channel, assistant,
                                       opened_at, expires_at, person_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id.0,
        new.token_hash,
        new.code.id.0,
        new.code.household_id.0,
        new.channel,
        new.assistant.map(PersonName::as_str),
        new.opened_at,
        new.expires_at,
        new.person_id.map(|id| id.0),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A session that was ended.
pub(super) struct Ended {
    pub(super) id: ResidentSessionId,
    pub(super) household_id: HouseholdId,
    pub(super) parcel_id: ParcelId,
    pub(super) channel: LookupChannel,
}

/// Ends a session; `None` when there was none to end.
pub(super) async fn end_session(
    conn: &mut PgConnection,
    token_hash: &[u8],
    at: Instant,
) -> sqlx::Result<Option<Ended>> {
    sqlx::query_as!(
        Ended,
        "update resident_session s set ended_at = $2
           from household h
          where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2
            and h.id = s.household_id
         returning s.id, s.household_id, h.parcel_id, s.channel",
        token_hash,
        at,
    )
    .fetch_optional(conn)
    .await
}

struct CaseRow {
    programme_name: String,
    synthetic: bool,
    parcel_name: String,
    parcel_kind: ParcelKind,
    parcel_stage: ParcelStage,
    signing_to: Option<Day>,
    moving_by: Option<Day>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    household_no: String,
    holder_name: MaskedName,
    floor_area_m2: Area,
    agreement: Option<Json<CaseAgreement>>,
    homes: Json<Vec<CaseHome>>,
    needs: Json<Vec<CaseNeed>>,
    lookups: Json<Vec<CaseLookup>>,
    disclosures: Json<Vec<CaseDisclosure>>,
    requests: Json<Vec<CaseRequest>>,
}

/// The whole case behind a live session of a live code, in one statement.
pub(super) async fn find_case(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: Instant,
    today: Day,
    language: Language,
) -> sqlx::Result<Option<ResidentCase>> {
    let row = sqlx::query_as!(
        CaseRow,
        r#"select g.name as programme_name, g.synthetic, p.name as parcel_name,
                  p.kind as parcel_kind, p.stage as parcel_stage, p.signing_to, p.moving_by,
                  p.contact_name, p.contact_phone, h.household_no,
                  h.holder_name as "holder_name: MaskedName",
                  (select a.floor_area_m2 from household_area a where a.household_id = h.id)
                      as "floor_area_m2!: Area",
                  (select json_build_object(
                              'agreement_no', a.agreement_no, 'status', a.status,
                              'signed_on', a.signed_on, 'voided_on', a.voided_on,
                              'floor_area_m2', a.floor_area_m2::text, 'amount', a.amount::text)
                     from agreement a where a.household_id = h.id
                    order by a.status = 'void', a.created_at desc, a.id desc limit 1)
                      as "agreement: Json<CaseAgreement>",
                  (select coalesce(json_agg(json_build_object(
                              'estate', e.name, 'building', b.name, 'flat_no', f.flat_no,
                              'area_m2', f.area_m2::text, 'handed_over_on', f.handed_over_on,
                              'inspection', coalesce(
                                  (select i.result::text from inspection i where i.flat_id = f.id
                                    order by i.inspected_on desc, i.id desc limit 1), 'none'),
                              'open_defects', d.open, 'severe_defects', d.severe)
                              order by e.name, b.name, f.flat_no), '[]')
                     from flat f
                     join building b on b.id = f.building_id
                     join estate e on e.id = b.estate_id
                     cross join lateral (
                         select count(*) as open,
                                count(*) filter (where severity = 'severe') as severe
                           from defect where flat_id = f.id and status <> 'closed') d
                    where f.household_id = h.id) as "homes!: Json<Vec<CaseHome>>",
                  (select coalesce(json_agg(json_build_object(
                              'kind', n.kind, 'person_name', w.name, 'status', n.status,
                              'due_on', n.due_on, 'provider', n.provider, 'outcome', n.outcome,
                              'overdue', n.status <> 'closed' and n.due_on < $3)
                              order by n.status = 'closed', n.due_on, n.id), '[]')
                     from need n join person w on w.id = n.person_id
                    where n.household_id = h.id and n.outcome is distinct from 'deceased')
                      as "needs!: Json<Vec<CaseNeed>>",
                  v.lookups as "lookups!: Json<Vec<CaseLookup>>",
                  v.disclosures as "disclosures!: Json<Vec<CaseDisclosure>>",
                  v.requests as "requests!: Json<Vec<CaseRequest>>"
             from resident_session s
             join lookup_code c on c.id = s.code_id and c.revoked_at is null
             join household h on h.id = s.household_id
             join parcel p on p.id = h.parcel_id
             join programme g on g.id = p.programme_id
             join household_access v on v.household_id = h.id
            where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2"#,
        token_hash,
        now,
        today,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.told(today, language)))
}

impl CaseRow {
    /// What of it is told, masked and with what follows from it.
    fn told(self, today: Day, language: Language) -> ResidentCase {
        let agreement = self.agreement.map(|agreement| agreement.0);
        let now = Circumstances {
            parcel: self.parcel_stage,
            signing_to: self.signing_to,
            moving_by: self.moving_by,
            agreement: agreement.as_ref(),
            homes: &self.homes,
            needs: &self.needs,
            today,
        };
        let stage = now.stage();
        let (next_step, moving_out) = (now.next_step(language), now.moving_out(language));
        let office = CaseContact {
            role: ContactRole::VillageOffice,
            name: self.contact_name,
            phone: self.contact_phone,
        };
        ResidentCase {
            programme: CaseProgramme {
                name: self.programme_name,
                synthetic: self.synthetic,
            },
            parcel: CaseParcel {
                name: self.parcel_name,
                kind: self.parcel_kind,
                stage: self.parcel_stage,
            },
            household_no: self.household_no,
            holder: self.holder_name,
            floor_area_m2: self.floor_area_m2,
            as_of: today,
            stage,
            next_step,
            moving_out,
            agreement,
            homes: self.homes.0,
            needs: self.needs.0,
            contacts: Some(office)
                .filter(|o| o.name.is_some() || o.phone.is_some())
                .into_iter()
                .collect(),
            lookups: self.lookups.0,
            disclosures: self.disclosures.0,
            requests: self.requests.0,
        }
    }
}
