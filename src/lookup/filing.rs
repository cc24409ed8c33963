//! What a resident files in a session: whose it is, and how often.

use sqlx::PgConnection;

use super::{
    ResidentSession,
    limits::{Limits, TooMany},
    model::LookupChannel,
    resident, session,
};
use crate::{
    App,
    audit::Entry,
    http::{Act, Caller, ClientAddress, Problem, Source, Standing},
    values::{HouseholdId, Instant, ParcelId, PersonId, ResidentSessionId},
};

/// How often residents may file: the limits of the lookup, with a session in place of a code.
pub struct Filings(Limits);

impl Filings {
    pub fn new() -> Self {
        Self(Limits::new())
    }

    /// Lets a request through and counts it, or says until when it must wait.
    pub fn admit(
        &self,
        client: ClientAddress,
        session: &ResidentSession,
        now: Instant,
    ) -> Result<Standing, TooMany> {
        let place = self.0.admit(Source::of(client), session.token_hash, now)?;
        Ok(place.standing)
    }
}

impl Default for Filings {
    fn default() -> Self {
        Self::new()
    }
}

/// A session that is live, and whose it is.
pub struct OpenSession {
    pub id: ResidentSessionId,
    pub household_id: HouseholdId,
    pub parcel_id: ParcelId,
    /// Whose document opened it; `None` when it may be one of two.
    pub person_id: Option<PersonId>,
    channel: LookupChannel,
}

impl OpenSession {
    /// The record of what a grid worker did for the resident says so.
    pub fn on_behalf(&self, entry: Entry) -> Entry {
        resident::on_behalf(entry, self.channel)
    }
}

impl ResidentSession {
    /// Whoever holds the token, for what they write.
    pub async fn caller(&self, app: &App) -> Result<Caller, Problem> {
        let scope = self.scope(app).await?;
        let hash = app
            .keys
            .fingerprint("resident_session.filer", &self.token_hash);
        let (id, _) = hash.split_first_chunk().expect("32 bytes");
        let id = uuid::Builder::from_custom_bytes(*id).into_uuid();
        Ok(resident::resident(id, scope))
    }

    /// The session behind the token in a transaction of its own scope. 401 when it is over.
    pub async fn open_in(&self, act: &mut Act) -> Result<OpenSession, Problem> {
        let at = act.at;
        let found = find_open(act, &self.token_hash, at).await?;
        found.ok_or_else(session::not_open)
    }
}

async fn find_open(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: Instant,
) -> sqlx::Result<Option<OpenSession>> {
    sqlx::query_as!(
        OpenSession,
        "select s.id, s.household_id, h.parcel_id, s.person_id, s.channel
           from resident_session s
           join lookup_code c on c.id = s.code_id and c.revoked_at is null
           join household h on h.id = s.household_id
          where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2",
        token_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}
