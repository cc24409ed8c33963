//! Handing out a copy.

use poem_openapi::{OpenApi, param::Path};
use serde_json::json;
use uuid::Uuid;

use super::{
    document::DataCopy,
    paper,
    store::{self, Kept},
};
use crate::{
    App,
    audit::{self, Entry},
    files,
    households::{DisclosureReason, NewDisclosure, record_access},
    http::{Act, Content, Digested, FigureProblem, Problem, RequestId, Tag, Workbook},
    rights::{api::no_request, model::Kind, refusals::Refusal},
    staff::{Staff, may},
    values::DataRequestId,
};

pub struct CopiesApi(pub App);

/// Which of the two files.
#[derive(Debug, Clone, Copy)]
enum Form {
    Json,
    Xlsx,
}

#[OpenApi(tag = "Tag::Rights")]
impl CopiesApi {
    /// Hand out a copy of somebody's data as JSON
    ///
    /// For seven days after it was made. Everything is in it, in clear; each download is recorded
    /// like a disclosure, for the reason `right_of_access`.
    #[oai(
        path = "/personal-data-requests/:personal_data_request_id/json",
        method = "get",
        operation_id = "getPersonalDataJson"
    )]
    async fn get_personal_data_json(
        &self,
        staff: Staff<may::DecideDataRequests>,
        personal_data_request_id: Path<DataRequestId>,
        request_id: RequestId,
    ) -> Result<Digested<DataCopy>, FigureProblem> {
        let id = personal_data_request_id.0;
        Ok(self.hand_out(&staff, id, request_id, Form::Json).await?)
    }

    /// Hand out a copy of somebody's data as XLSX
    ///
    /// The same for people to read, recorded in the same way.
    #[oai(
        path = "/personal-data-requests/:personal_data_request_id/xlsx",
        method = "get",
        operation_id = "getPersonalDataXlsx"
    )]
    async fn get_personal_data_xlsx(
        &self,
        staff: Staff<may::DecideDataRequests>,
        personal_data_request_id: Path<DataRequestId>,
        request_id: RequestId,
    ) -> Result<Digested<Workbook>, FigureProblem> {
        let id = personal_data_request_id.0;
        Ok(self.hand_out(&staff, id, request_id, Form::Xlsx).await?)
    }
}

impl CopiesApi {
    async fn hand_out<C: Content>(
        &self,
        staff: &Staff<may::DecideDataRequests>,
        id: DataRequestId,
        request_id: RequestId,
        form: Form,
    ) -> Result<Digested<C>, Problem> {
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = store::find_kept(&mut act, &staff.scope, id).await?;
        let kept = found.ok_or_else(no_request)?;
        let (file, sha256) = self.file_of(&kept, form)?;
        let why = NewDisclosure {
            reason: DisclosureReason::RightOfAccess,
            note: None,
        };
        let household = kept.household_id;
        let seen = record_access(&self.0, &mut act, staff.role, household, &why).await?;
        let entry = Entry::new(
            "personal_data_request.handed_out",
            "personal_data_request",
            id.0,
        )
        .within(kept.parcel_id)
        .because(why.reason.key())
        .changed(json!({"disclosure_id": seen.to_string(), "sha256": hex::encode(&sha256)}));
        audit::record(&self.0, &mut act, &entry).await?;
        act.conclude(()).await?;
        let body = files::stream(&self.0, &staff.scope, file);
        Ok(Digested::new(
            body,
            paper::file_name(self.0.today()),
            &sha256,
        ))
    }

    /// 409 while there is no copy, and after it has expired.
    fn file_of(&self, kept: &Kept, form: Form) -> Result<(Uuid, Vec<u8>), Problem> {
        let (file, sha256) = match form {
            Form::Json => (kept.json, kept.json_sha256.clone()),
            Form::Xlsx => (kept.xlsx, kept.xlsx_sha256.clone()),
        };
        let (Kind::Export, Some(file), Some(sha256), Some(until)) =
            (kept.kind, file, sha256, kept.expires_at)
        else {
            return Err(Refusal::CopyNotReady.into());
        };
        if until <= self.0.clock.now() {
            return Err(Refusal::CopyExpired.into());
        }
        Ok((file, sha256))
    }
}
