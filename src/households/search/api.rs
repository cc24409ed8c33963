//! The operation that finds households.

use poem_openapi::{OpenApi, param::Query};
use serde_json::json;

use super::{
    model::{self, Criterion, HouseholdSearch},
    store::{self, Part},
};
use crate::{
    App,
    audit::{self, Entry},
    households::{documents, model::HouseholdSummary, phones},
    http::{Act, Cursor, Json, Limit, Page, Paging, RequestId, Tag, WriteProblem},
    staff::{Staff, may},
    values::{HouseholdId, IdDocument},
};

pub struct SearchApi(pub App);

#[OpenApi(tag = "Tag::Households")]
impl SearchApi {
    /// Search households
    ///
    /// By exactly one criterion, within one's scope; what is found is masked. The trail keeps the
    /// kind of criterion and how many were found, never the value. Names of children are not found.
    #[oai(
        path = "/households/search",
        method = "post",
        operation_id = "searchHouseholds"
    )]
    async fn search_households(
        &self,
        staff: Staff<may::SearchHouseholds>,
        request_id: RequestId,
        limit: Query<Limit>,
        cursor: Query<Option<Cursor>>,
        body: Json<HouseholdSearch>,
    ) -> Result<Json<Page<HouseholdSummary>>, WriteProblem> {
        let criterion = model::criterion(&body.value)?;
        // The cursor is bound to what is looked for without holding it.
        let bound = self.0.keys.fingerprint("household.search", &body.digest);
        let (key_id, cursor) = (staff.key_id, cursor.0.as_ref());
        let paging = Paging::<()>::new(&self.0, key_id, &bound, limit.0, cursor)?;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let part = Part {
            scope: &staff.scope,
            parcel: body.value.parcel_id,
            after: paging.after_id(),
            take: paging.take(),
        };
        let ids = self.find(&mut act, part, &criterion).await?;
        let rows = store::summaries(&mut act, &ids).await?;
        let page = paging.page(rows, |household| ((), household.id.0));
        let (by, count) = (criterion.key(), page.items.len());
        let (object_type, client_id) = (staff.caller.object_type(), staff.caller.client_id);
        let entry = Entry::new("household.searched", object_type, client_id)
            .because(format!("by={by} rows={count}"))
            .changed(json!({"by": by, "rows": count}));
        audit::record(&self.0, &mut act, &entry).await?;
        Ok(Json::new(act.conclude(page).await?))
    }
}

impl SearchApi {
    async fn find(
        &self,
        act: &mut Act,
        part: Part<'_>,
        criterion: &Criterion,
    ) -> sqlx::Result<Vec<HouseholdId>> {
        let keys = &self.0.keys;
        match criterion {
            Criterion::CitizenNumber(number) => {
                let document = IdDocument::CitizenNumber(number.clone());
                let hash = documents::fingerprint(keys, &document).unwrap_or_default();
                store::by_document(act, part, &hash).await
            }
            Criterion::Phone(phone) => {
                store::by_phone(act, part, &phones::fingerprint(keys, phone)).await
            }
            Criterion::PhoneTail(digits) => {
                store::by_phone_tail(act, part, &phones::tail(keys, digits.as_str())).await
            }
            Criterion::Name(beginning) | Criterion::Initials(beginning) => {
                store::by_name(act, part, beginning).await
            }
            Criterion::HouseholdNo(number) => {
                store::by_household_no(act, part, number.as_str()).await
            }
            Criterion::AgreementNo(number) => {
                store::by_agreement_no(act, part, number.as_str()).await
            }
        }
    }
}
