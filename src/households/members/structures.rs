//! Operations on the structures of a household.

use poem_openapi::{OpenApi, param::Path};
use serde_json::json;

use super::{changed, store};
use crate::{
    App, audit,
    households::{
        api::{no_household, seq_taken},
        batch::{StructureFacts, Structures},
        model::{Household, StructureFields},
        rules, store as households,
    },
    http::{
        Act, IdempotencyKey, IfMatch, Json, OnConstraint as _, Problem, RequestId, Tag, Versioned,
        WriteProblem,
    },
    staff::{Staff, may},
    values::{HouseholdId, StructureId},
};

pub struct StructuresApi(pub App);

fn no_structure() -> Problem {
    Problem::not_found("房屋", "structure")
}

#[OpenApi(tag = "Tag::Households")]
impl StructuresApi {
    /// Add a structure
    ///
    /// Needs the version of the household that was read and answers the household.
    #[oai(
        path = "/households/:household_id/structures",
        method = "post",
        operation_id = "addStructure"
    )]
    async fn add_structure(
        &self,
        staff: Staff<may::WriteHouseholds>,
        household_id: Path<HouseholdId>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<StructureFields>,
    ) -> Result<Versioned<Household>, WriteProblem> {
        rules::check_structure(&body.value, self.0.today())?;
        let mut act = Act::begin(&self.0, &staff.caller, &key, &body.digest).await?;
        let found = households::lock_place(&mut act, &staff.scope, household_id.0).await?;
        let before = found.ok_or_else(no_household)?;
        if_match.admit(before.version)?;
        let structures = store::count_structures(&mut act, before.household_id).await?;
        rules::admit_structure(structures)?;
        let id = StructureId(self.0.fresh_id());
        let mut structure = Structures::with_capacity(1);
        let facts = StructureFacts::from(&body.value);
        structure.push(id, before.household_id, facts);
        structure
            .insert(&mut act)
            .await
            .on_constraint("structure_seq_once", seq_taken)?;
        let fields =
            json!({"structure_id": id.to_string(), "structure": audit::fields(&body.value)});
        let (scope, action) = (&staff.scope, "household.structure_added");
        let answer = changed(&self.0, &mut act, scope, &before, action, fields).await?;
        act.commit(answer).await
    }

    /// Replace a structure
    ///
    /// What is left out is cleared. Needs the version of the household and
    /// answers the household.
    #[oai(
        path = "/structures/:structure_id",
        method = "put",
        operation_id = "replaceStructure"
    )]
    async fn replace_structure(
        &self,
        staff: Staff<may::WriteHouseholds>,
        request_id: RequestId,
        structure_id: Path<StructureId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        body: Json<StructureFields>,
    ) -> Result<Versioned<Household>, WriteProblem> {
        rules::check_structure(&body.value, self.0.today())?;
        let id = structure_id.0;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = households::lock_place_of_structure(&mut act, &staff.scope, id).await?;
        let before = found.ok_or_else(no_structure)?;
        if_match.admit(before.version)?;
        let mut structure = Structures::with_capacity(1);
        let facts = StructureFacts::from(&body.value);
        structure.push(id, before.household_id, facts);
        let replaced = structure
            .replace(&mut act)
            .await
            .on_constraint("structure_seq_once", seq_taken)?;
        if replaced == 0 {
            return Err(no_structure().into());
        }
        let fields =
            json!({"structure_id": id.to_string(), "structure": audit::fields(&body.value)});
        let (scope, action) = (&staff.scope, "household.structure_replaced");
        let answer = changed(&self.0, &mut act, scope, &before, action, fields).await?;
        act.commit(answer).await
    }

    /// Remove a structure
    ///
    /// Needs the version of the household and answers the household. A frozen roster keeps the
    /// area it was frozen with.
    #[oai(
        path = "/structures/:structure_id",
        method = "delete",
        operation_id = "removeStructure"
    )]
    async fn remove_structure(
        &self,
        staff: Staff<may::WriteHouseholds>,
        request_id: RequestId,
        structure_id: Path<StructureId>,
        #[oai(name = "If-Match")] if_match: IfMatch,
    ) -> Result<Versioned<Household>, WriteProblem> {
        let id = structure_id.0;
        let mut act = Act::begin_conditional(&self.0, &staff.caller, request_id).await?;
        let found = households::lock_place_of_structure(&mut act, &staff.scope, id).await?;
        let before = found.ok_or_else(no_structure)?;
        if_match.admit(before.version)?;
        if store::delete_structure(&mut act, before.household_id, id).await? == 0 {
            return Err(no_structure().into());
        }
        let fields = json!({"structure_id": id.to_string()});
        let (scope, action) = (&staff.scope, "household.structure_removed");
        let answer = changed(&self.0, &mut act, scope, &before, action, fields).await?;
        act.commit(answer).await
    }
}
