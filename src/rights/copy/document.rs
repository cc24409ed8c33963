//! What a copy holds, for the contract.

use poem_openapi::{
    Object,
    registry::{MetaSchemaRef, Registry},
    types::Type,
};
use serde::{Deserialize, Serialize};

use crate::{
    agreements::{AgreementStatus, VoidReason},
    households::{DisclosureReason, StructureUse},
    housing::ReleaseReason,
    http::{Content, MediaType},
    lookup::LookupChannel,
    needs::model::{NeedKind, NeedOutcome, NeedStatus},
    rights::model::{Asker, CorrectionField, Kind, Proof, RefusalReason, State},
    staff::Role,
    values::{
        Area, DataRequestId, Day, HouseholdId, IdDocumentKind, Instant, MaskedName, Money,
        PersonId, Relation,
    },
};

/// A JSON object and its schema, the same in both encodings.
macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident $wire:literal {
        $($(#[$of:meta])* $member:ident: $kind:ty,)*
        $(? $($(#[$maybe_of:meta])* $maybe:ident: $maybe_kind:ty,)*)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Object, Serialize, Deserialize)]
        #[oai(rename = $wire, skip_serializing_if_is_none)]
        pub struct $name {
            $($(#[$of])* pub $member: $kind,)*
            $($(
                $(#[$maybe_of])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $maybe: Option<$maybe_kind>,
            )*)?
        }
    )*};
}

parts! {
    /// Everything Anju holds about one person (个人信息副本).
    DataCopy "DataCopy" {
        /// `anju-personal-data/1`
        format: String,
        data_request_id: DataRequestId,
        produced_at: Instant,
        /// Who holds it.
        authority: String,
        person: CopiedPerson,
        household: CopiedHousehold,
        /// The other members of the household, by their relation.
        others: Vec<CopiedOther>,
        agreements: Vec<CopiedAgreement>,
        flats: Vec<CopiedFlat>,
        released_flats: Vec<CopiedRelease>,
        /// What was needed, with everything that is known of it.
        needs: Vec<CopiedNeed>,
        /// Who looked the case up in lookup sessions.
        lookups: Vec<CopiedLookup>,
        /// The letters with a lookup code; never the codes.
        lookup_codes: Vec<CopiedCode>,
        /// Who of the staff saw the household in clear, when and why.
        disclosures: Vec<CopiedDisclosure>,
        /// Requests about these data, corrections among them.
        requests: Vec<CopiedRequest>,
    }

    /// A person as they are registered.
    CopiedPerson "CopiedPerson" {
        id: PersonId,
        name: String,
        /// To the head of the household (GB/T 4761).
        relation: Relation,
        /// Holds the property, alone or with others.
        holder: bool,
        id_kind: IdDocumentKind,
        ?
        id_number: String,
        birth_on: Day,
    }

    /// The household a person belongs to.
    CopiedHousehold "CopiedHousehold" {
        id: HouseholdId,
        programme_name: String,
        parcel_name: String,
        household_no: String,
        /// The person's own name, another's masked.
        holder_name: String,
        address: String,
        registered_at: Instant,
        floor_area_m2: Area,
        structures: Vec<CopiedStructure>,
        ?
        phone: String,
    }

    /// A structure of the household.
    CopiedStructure "CopiedStructure" {
        seq: i32,
        used_for: StructureUse,
        ?
        certificate_no: String,
        certificate_area_m2: Area,
        measured_area_m2: Area,
        recognised_area_m2: Area,
        built_year: i32,
    }

    /// Another member of the household.
    CopiedOther "CopiedOther" {
        name: MaskedName,
        /// To the head of the household (GB/T 4761).
        relation: Relation,
    }

    /// An agreement of the household.
    CopiedAgreement "CopiedAgreement" {
        agreement_no: String,
        status: AgreementStatus,
        floor_area_m2: Area,
        /// CNY.
        amount: Money,
        ?
        signed_on: Day,
        voided_on: Day,
        void_reason: VoidReason,
    }

    /// A flat that is assigned to the household.
    CopiedFlat "CopiedFlat" {
        estate: String,
        building: String,
        flat_no: String,
        area_m2: Area,
        ?
        assigned_on: Day,
        handed_over_on: Day,
        keys: i32,
    }

    /// A flat that the household gave back.
    CopiedRelease "CopiedRelease" {
        estate: String,
        building: String,
        flat_no: String,
        assigned_on: Day,
        released_on: Day,
        reason: ReleaseReason,
    }

    /// A need of the person.
    CopiedNeed "CopiedNeed" {
        kind: NeedKind,
        status: NeedStatus,
        due_on: Day,
        ?
        detail: String,
        provider: String,
        arranged_on: Day,
        outcome: NeedOutcome,
        closed_on: Day,
    }

    /// A lookup session.
    CopiedLookup "CopiedLookup" {
        opened_at: Instant,
        channel: LookupChannel,
        ?
        /// Name and grid of the grid worker, as given.
        assistant: String,
    }

    /// A lookup code, without the code.
    CopiedCode "CopiedCode" {
        issued_at: Instant,
        ?
        revoked_at: Instant,
    }

    /// Somebody of the staff saw the household in clear.
    CopiedDisclosure "CopiedDisclosure" {
        disclosed_at: Instant,
        role: Role,
        /// Where they worked.
        unit: String,
        reason: DisclosureReason,
    }

    /// A request about the person's data.
    CopiedRequest "CopiedRequest" {
        kind: Kind,
        asked_by: Asker,
        proof: Proof,
        received_on: Day,
        due_on: Day,
        state: State,
        ?
        field: CorrectionField,
        proposed: String,
        decided_on: Day,
        refusal: RefusalReason,
        refusal_note: String,
    }
}

impl Content for DataCopy {
    const MEDIA_TYPE: MediaType = MediaType::Json;

    fn schema_ref() -> MetaSchemaRef {
        <Self as Type>::schema_ref()
    }

    fn register(registry: &mut Registry) {
        <Self as Type>::register(registry);
    }
}
