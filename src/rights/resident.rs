//! What residents ask for about themselves, from their lookup session.

use poem_openapi::OpenApi;

use super::{
    model::{Asker, NewOwnRequest, Proof},
    receive::{self, Incoming},
    refusals::Refusal,
    rules,
};
use crate::{
    App, audit,
    http::{
        Act, ClientAddress, IdempotencyKey, Json, Limited, NoContent, Problem, Tag, WriteProblem,
    },
    lookup::{Filings, ResidentSession},
    reports::ReportLanguage,
    values::ActorId,
};

/// The requests of residents, with their limits: one per process.
pub struct OwnRequestsApi {
    app: App,
    filings: Filings,
}

impl OwnRequestsApi {
    pub fn new(app: App) -> Self {
        let filings = Filings::new();
        Self { app, filings }
    }
}

#[OpenApi(tag = "Tag::Lookup")]
impl OwnRequestsApi {
    /// Ask for one's own data, or for a correction
    ///
    /// About whoever's document opened the session; telephone and address are the household's. The
    /// office decides within 15 days, and the case tells how far it is. Limited like the lookup
    /// itself, six requests a session: `RateLimit-Policy` says how, `RateLimit` how much is left.
    #[oai(
        path = "/resident/personal-data-requests",
        method = "post",
        operation_id = "fileOwnDataRequest"
    )]
    async fn file_own_data_request(
        &self,
        session: ResidentSession,
        client: ClientAddress,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewOwnRequest>,
    ) -> Result<Limited<NoContent>, Limited<WriteProblem>> {
        let now = self.app.clock.now();
        let standing = self.filings.admit(client, &session, now)?;
        match self.file(&session, &key, &body).await {
            Ok(done) => Ok(Limited::new(done, standing)),
            Err(refused) => Err(Limited::new(refused, standing)),
        }
    }
}

impl OwnRequestsApi {
    async fn file(
        &self,
        session: &ResidentSession,
        key: &IdempotencyKey,
        body: &Json<NewOwnRequest>,
    ) -> Result<NoContent, WriteProblem> {
        let (app, new) = (&self.app, &body.value);
        let kind = new.kind.into();
        let correction = rules::check_content(kind, true, new.correction.as_ref())?;
        let content = receive::checked(app, correction)?;
        let caller = session.caller(app).await?;
        let mut act = Act::begin(app, &caller, key, &body.digest).await?;
        let open = session.open_in(&mut act).await?;
        let person = open
            .person_id
            .ok_or_else(|| Problem::from(Refusal::SessionOfTwo))?;
        let incoming = Incoming {
            household_id: open.household_id,
            parcel_id: open.parcel_id,
            person_id: Some(person),
            kind,
            asked_by: Asker::Person,
            proof: Proof::LookupSession,
            received_on: app.clock.day_of(act.at),
            language: ReportLanguage::Zh,
            entered_by: ActorId(open.id.0),
        };
        let (_, entry) = receive::keep(app, &mut act, incoming, content).await?;
        // The session acts; the key was claimed by whoever holds its token.
        let claimant = std::mem::replace(&mut act.caller.client_id, open.id.0);
        audit::record(app, &mut act, &open.on_behalf(entry)).await?;
        act.caller.client_id = claimant;
        act.commit(NoContent).await
    }
}
