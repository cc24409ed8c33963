//! Operations of staff on lookup codes.

use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use serde_json::json;

use super::{
    issue,
    letters::{Letter, LetterSet},
    model::{CodeRecord, IssuedCode, LetterOrder},
    rules::{LETTERS_MAX, Refusal},
    store::{self, CodeFilter},
};
use crate::{
    App,
    audit::{self, Entry},
    households::{lock_place, no_household},
    http::{
        Act, Created, Cursor, IdempotencyKey, IfMatch, IfNoneMatch, Json, Limit, Page, Paging,
        Problem, ReadProblem, Tag, Versioned, WriteProblem,
    },
    parcels::{lock_parcel, no_parcel},
    staff::{Staff, may},
    values::{HouseholdId, Instant, Label, LookupCodeId, ParcelId},
};

pub struct LookupCodesApi(pub App);

fn no_code() -> Problem {
    Problem::not_found("查询码", "lookup code")
}

#[OpenApi(tag = "Tag::Lookup")]
impl LookupCodesApi {
    /// List lookup codes
    ///
    /// Newest first, without the codes: those are shown once, when they are issued.
    #[oai(
        path = "/lookup-codes",
        method = "get",
        operation_id = "listLookupCodes"
    )]
    async fn list_lookup_codes(
        &self,
        staff: Staff<may::IssueCodes>,
        /// The codes of one household.
        household_id: Query<Option<HouseholdId>>,
        /// The codes of one parcel.
        parcel_id: Query<Option<ParcelId>>,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
    ) -> Result<Json<Page<CodeRecord>>, ReadProblem> {
        let filter = CodeFilter {
            household_id: household_id.0,
            parcel_id: parcel_id.0,
        };
        let paging =
            Paging::<Instant>::new(&self.0, staff.key_id, &filter, limit.0, cursor.0.as_ref())?;
        let mut conn = self.0.begin(&staff.scope).await?;
        let rows = store::list(
            &mut conn,
            &staff.scope,
            &filter,
            paging.after().copied(),
            paging.after_id(),
            paging.take(),
        )
        .await?;
        Ok(Json::new(paging.page(rows, |c| (c.issued_at, c.id.0))))
    }

    /// Read what is known of a lookup code
    ///
    /// Not the code itself.
    #[oai(
        path = "/lookup-codes/:lookup_code_id",
        method = "get",
        operation_id = "getLookupCode"
    )]
    async fn get_lookup_code(
        &self,
        staff: Staff<may::IssueCodes>,
        lookup_code_id: Path<LookupCodeId>,
        #[oai(name = "If-None-Match")] known: IfNoneMatch,
    ) -> Result<Versioned<CodeRecord>, ReadProblem> {
        let mut conn = self.0.begin(&staff.scope).await?;
        let found = store::find(&mut conn, &staff.scope, lookup_code_id.0).await?;
        let code = found.ok_or_else(no_code)?;
        Ok(Versioned::new(&code, code.version).unless(&known))
    }

    /// Issue a lookup code to a household
    ///
    /// The answer shows the code, and nothing shows it again: a repeat with the same key is told
    /// that it is done. A code the household had stops at once, with the sessions it opened.
    #[oai(
        path = "/households/:household_id/lookup-codes",
        method = "post",
        operation_id = "issueLookupCode"
    )]
    async fn issue_lookup_code(
        &self,
        staff: Staff<may::IssueCodes>,
        household_id: Path<HouseholdId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
    ) -> Result<Created<IssuedCode>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &[]).await?;
        let place = lock_place(&mut act, &staff.scope, household_id.0).await?;
        let place = place.ok_or_else(no_household)?;
        let households = [place.household_id];
        let issued = issue(&self.0, &mut act, place.parcel_id, &households).await?;
        let [new] = <[_; 1]>::try_from(issued).expect("one household, one code");
        let value = IssuedCode {
            id: new.id,
            household_id: new.household_id,
            lookup_code: new.lookup_code,
            issued_at: act.at,
            version: 1,
        };
        let location = format!("/v1/lookup-codes/{}", value.id);
        act.commit_secret(Created {
            version: value.version,
            value,
            location,
        })
        .await
    }

    /// Revoke a lookup code
    ///
    /// It stops at once, and so do the sessions it opened.
    #[oai(
        path = "/lookup-codes/:lookup_code_id/revocations",
        method = "post",
        operation_id = "revokeLookupCode"
    )]
    async fn revoke_lookup_code(
        &self,
        staff: Staff<may::IssueCodes>,
        lookup_code_id: Path<LookupCodeId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
    ) -> Result<Versioned<CodeRecord>, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &if_match.digest()).await?;
        let at = act.at;
        let found = store::lock(&mut act, &staff.scope, lookup_code_id.0).await?;
        let (parcel, mut code) = found.ok_or_else(no_code)?;
        if_match.admit(code.version)?;
        if code.revoked_at.is_some() {
            return Err(Problem::from(Refusal::CodeRevoked).into());
        }
        let before = code.version;
        code.version = store::revoke(&mut act, code.id, at).await?;
        code.revoked_at = Some(at);
        let entry = Entry::new("lookup_code.revoked", "lookup_code", code.id.0)
            .was(before)
            .became(code.version)
            .changed(json!({"household_id": code.household_id.to_string()}))
            .within(parcel);
        audit::record(&self.0, &mut act, &entry).await?;
        act.commit(Versioned::new(&code, code.version)).await
    }

    /// Issue lookup codes for a parcel, as letters
    ///
    /// A page to print, one letter (查询码通知单) a sheet, for every household of the parcel without
    /// a code, or with `reissue` for all. At most 2,000 at once; the page says how many are left,
    /// and the next request goes on with those. It is never stored: a repeat with the same key is
    /// told that it is done.
    #[oai(
        path = "/parcels/:parcel_id/lookup-letters",
        method = "post",
        operation_id = "issueLookupLetters"
    )]
    async fn issue_lookup_letters(
        &self,
        staff: Staff<may::IssueCodes>,
        parcel_id: Path<ParcelId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        body: Json<LetterOrder>,
    ) -> Result<LetterSet, WriteProblem> {
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let parcel = lock_parcel(&mut act, &staff.scope, parcel_id.0).await?;
        let parcel = parcel.ok_or_else(no_parcel)?;
        store::lock_households(&mut act, parcel.id).await?;
        let reissue = body.value.reissue;
        let addressees = store::list_due(&mut act, parcel.id, reissue, LETTERS_MAX).await?;
        let Some(due) = addressees.first().map(|first| first.due) else {
            return Err(Problem::from(Refusal::NothingToIssue).into());
        };
        let households: Vec<HouseholdId> = addressees.iter().map(|a| a.household_id).collect();
        let issued = issue(&self.0, &mut act, parcel.id, &households).await?;
        let letters: Vec<Letter> = addressees
            .into_iter()
            .zip(issued)
            .map(|(to, new)| Letter {
                household_no: to.household_no,
                holder_name: to.holder_name,
                address: to.address,
                lookup_code: new.lookup_code,
            })
            .collect();
        let left = due - i64::try_from(letters.len()).expect("at most 2,000");
        let set = LetterSet {
            parcel,
            authority: self.0.config.authority.clone(),
            authority_phone: self.0.config.authority_phone.clone(),
            page_address: body.value.page_address.clone().map(Label::into_string),
            issued_on: self.0.clock.day_of(act.at),
            left,
            letters,
        };
        act.commit_secret(set).await
    }
}
