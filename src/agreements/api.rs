//! Operations on agreements.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{
    model::{Agreement, AgreementFields, AgreementStatus, NewAgreement, NewSignature, NewVoiding},
    rules::{self, Refusal},
    store::{self, AgreementFilter},
};
use crate::{
    App,
    app::not_in_future,
    audit::{self, Entry},
    households::{lock_place, no_household},
    housing::flats_of,
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, OnConstraint as _,
        Page, Paging, Problem, ReadProblem, RequestId, Tag, Versioned, WriteProblem,
    },
    staff::{Scope, Staff, may},
    values::{AgreementId, Day, HouseholdId, Number, ParcelId, ProgrammeId},
};

pub struct AgreementsApi(pub App);

fn no_agreement() -> Problem {
    Problem::not_found("协议", "agreement")
}

/// Whose it is stays untold: it may lie outside what the caller may see.
pub(super) fn number_taken() -> Problem {
    Problem::conflict(
        "agreement-no-taken",
        "协议编号已被使用",
        "The agreement number is taken",
    )
}

#[OpenApi(tag = "Tag::Agreements")]
impl AgreementsApi {
    /// List agreements
    ///
    /// By number, void ones included; each filter narrows.
    #[oai(path = "/agreements", method = "get", operation_id = "listAgreements")]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per filter of the contract"
    )]
    async fn list_agreements(
        &self,
        staff: Staff<may::ReadAgreements>,
        programme_id: Query<Option<ProgrammeId>>,
        parcel_id: Query<Option<ParcelId>>,
        household_id: Query<Option<HouseholdId>>,
        status: Query<Option<AgreementStatus>>,
        /// Signed on this legal day or later; drafts are left out.
        signed_from: Query<Option<Day>>,
        /// Signed on this legal day or earlier; drafts are left out.
        signed_to: Query<Option<Day>>,
        /// Exactly this number.
        agreement_no: Query<Option<Number>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<Agreement>>, ReadProblem> {
        let filter = AgreementFilter {
            programme_id: programme_id.0,
            parcel_id: parcel_id.0,
            household_id: household_id.0,
            status: status.0,
            signed_from: signed_from.0,
            signed_to: signed_to.0,
            agreement_no: agreement_no.0,
        };
        let paging =
            Paging::<String>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let after = paging.after().map_or("", String::as_str);
        let (after_id, take) = (paging.after_id().unwrap_or_default(), paging.take());
        let rows = store::list(&mut conn, &staff.scope, &filter, after, after_id, take).await?;
        Ok(Json::new(
            paging.page(rows, |a| (a.agreement_no.clone(), a.id.0)),
        ))
    }

    /// Draft an agreement
    ///
    /// A household has one agreement that is not void; a second one is refused with the number of
    /// the first.
    #[oai(
        path = "/agreements",
        method = "post",
        operation_id = "createAgreement"
    )]
    async fn create_agreement(
        &self,
        staff: Staff<may::WriteAgreements>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<NewAgreement>,
    ) -> Result<Created<Agreement>, WriteProblem> {
        let NewAgreement {
            household_id,
            fields,
        } = &body.value;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = lock_place(&mut act, &staff.scope, *household_id).await?;
        let place = found.ok_or_else(no_household)?;
        if let Some(number) = store::find_live_no(&mut act, place.household_id).await? {
            return Err(Refusal::LiveExists(number).into());
        }
        let (id, at) = (AgreementId(self.0.fresh_id()), act.at);
        store::insert(&mut act, id, &place, fields, at)
            .await
            .on_constraint("agreement_no_once", number_taken)?;
        let entry = Entry::new("agreement.drafted", "agreement", id.0)
            .within(place.parcel_id)
            .became(1)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let agreement = self.read(&mut act, &staff.scope, id).await?;
        let location = format!("/v1/agreements/{id}");
        act.commit(Created {
            version: agreement.version,
            value: agreement,
            location,
        })
        .await
    }

    /// Read an agreement
    ///
    /// With its signing and, when it is void, why.
    #[oai(
        path = "/agreements/:agreement_id",
        method = "get",
        operation_id = "getAgreement"
    )]
    async fn get_agreement(
        &self,
        staff: Staff<may::ReadAgreements>,
        agreement_id: Path<AgreementId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<Agreement>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, agreement_id.0).await?;
        let agreement = found.ok_or_else(no_agreement)?;
        Ok(Versioned::new(&agreement, agreement.version).unless(&known))
    }

    /// Replace a draft
    ///
    /// Needs the version that was read. A signed agreement is never changed: it is voided and
    /// another one drafted.
    #[oai(
        path = "/agreements/:agreement_id",
        method = "put",
        operation_id = "replaceAgreement"
    )]
    async fn replace_agreement(
        &self,
        staff: Staff<may::WriteAgreements>,
        request_id: RequestId,
        agreement_id: Path<AgreementId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<AgreementFields>,
    ) -> Result<Versioned<Agreement>, WriteProblem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::lock(&mut act, &staff.scope, agreement_id.0).await?;
        let before = found.ok_or_else(no_agreement)?;
        if_match.admit(before.version)?;
        rules::needs_draft(before.status)?;
        let version = store::replace(&mut act, before.id, &body.value)
            .await
            .on_constraint("agreement_no_once", number_taken)?;
        let entry = Entry::new("agreement.replaced", "agreement", before.id.0)
            .within(before.parcel_id)
            .was(before.version)
            .became(version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let agreement = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&agreement, version)).await
    }

    /// Sign an agreement
    ///
    /// Moves a draft to `signed`. A day before the signing period of the parcel is recorded as it
    /// is, a day on which another agreement of the household was live is refused; the legal day and
    /// the instant of entry are both kept.
    #[oai(
        path = "/agreements/:agreement_id/signatures",
        method = "post",
        operation_id = "signAgreement"
    )]
    async fn sign_agreement(
        &self,
        staff: Staff<may::WriteAgreements>,
        agreement_id: Path<AgreementId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewSignature>,
    ) -> Result<Versioned<Agreement>, WriteProblem> {
        let signed_on = body.value.signed_on;
        not_in_future(&self.0, "signed_on", signed_on)?;
        rules::plausible("signed_on", signed_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, agreement_id.0).await?;
        let before = found.ok_or_else(no_agreement)?;
        if_match.admit(before.version)?;
        rules::needs_draft(before.status)?;
        let ended = store::find_ended(&mut act, before.household_id).await?;
        rules::one_at_a_time(signed_on, ended.as_ref())?;
        let at = act.at;
        let version = store::sign(&mut act, before.id, signed_on, at).await?;
        let entry = Entry::new("agreement.signed", "agreement", before.id.0)
            .within(before.parcel_id)
            .was(before.version)
            .became(version)
            .changed(audit::fields(&body.value));
        audit::record(&self.0, &mut act, &entry).await?;
        let agreement = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&agreement, version)).await
    }

    /// Void an agreement
    ///
    /// A draft or a signed agreement becomes `void` and stays for the record. From `voided_on` on
    /// it counts no more, and the household can have another agreement. Refused with every flat named
    /// that is assigned because it was signed: release those first. Once the keys of one are handed
    /// over the agreement is performed and stays.
    #[oai(
        path = "/agreements/:agreement_id/voidings",
        method = "post",
        operation_id = "voidAgreement"
    )]
    async fn void_agreement(
        &self,
        staff: Staff<may::WriteAgreements>,
        agreement_id: Path<AgreementId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<NewVoiding>,
    ) -> Result<Versioned<Agreement>, WriteProblem> {
        let voiding = &body.value;
        not_in_future(&self.0, "voided_on", voiding.voided_on)?;
        rules::plausible("voided_on", voiding.voided_on)?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = store::lock(&mut act, &staff.scope, agreement_id.0).await?;
        let before = found.ok_or_else(no_agreement)?;
        if_match.admit(before.version)?;
        rules::void(before.status, before.signed_on, voiding.voided_on)?;
        if before.status == AgreementStatus::Signed {
            // Whoever assigns a flat holds the signature until it is done: with the agreement
            // locked, every flat is seen.
            let flats = flats_of(&mut act, &staff.scope, before.household_id).await?;
            rules::needs_no_flats(flats)?;
        }
        let version = store::void(&mut act, before.id, voiding).await?;
        let entry = Entry::new("agreement.voided", "agreement", before.id.0)
            .within(before.parcel_id)
            .was(before.version)
            .became(version)
            .because(voiding.reason.key())
            .changed(audit::fields(voiding));
        audit::record(&self.0, &mut act, &entry).await?;
        let agreement = self.read(&mut act, &staff.scope, before.id).await?;
        act.commit(Versioned::new(&agreement, version)).await
    }
}

impl AgreementsApi {
    /// The agreement as it stands inside the transaction.
    async fn read(
        &self,
        act: &mut Act,
        scope: &Scope,
        id: AgreementId,
    ) -> Result<Agreement, Problem> {
        let found = store::find(act, scope, id).await?;
        found.ok_or_else(no_agreement)
    }
}
