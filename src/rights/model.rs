//! The words of requests about one's own data.

use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::{
    reports::ReportLanguage,
    sheets::Bilingual,
    values::{
        ActorId, DataRequestId, Day, HouseholdId, Instant, MaskedName, Note, ParcelId, PersonId,
        PersonName, Phone, PlaceName, Relation, StaffId,
    },
};

pub use crate::households::Correction;
use crate::households::GivenDocument;

/// An enum of the contract and the database: variant, key, Chinese, English.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident $sql:literal $wire:literal {
        $($(#[$of:meta])* $variant:ident $key:literal $zh:literal $en:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type, Enum, Serialize, Deserialize)]
        #[sqlx(type_name = $sql, rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        #[oai(rename = $wire, rename_all = "snake_case")]
        pub enum $name {
            $($(#[$of])* $variant,)*
        }

        impl $name {
            /// The name on the wire and in the trail.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)*
                }
            }

            /// The words people read.
            pub fn words(self) -> Bilingual {
                match self {
                    $(Self::$variant => ($zh, $en),)*
                }
            }
        }
    };
}

words! {
    /// What somebody asks for about their own data.
    Kind "data_request_kind" "DataRequestKind" {
        /// To read and copy them (查阅、复制, PIPL 45).
        Export "export" "查阅、复制" "copy";
        /// To have them corrected (更正, PIPL 46).
        Correction "correction" "更正" "correction";
        /// To have them erased (删除, PIPL 47).
        Erasure "erasure" "删除" "erasure";
    }
}

words! {
    /// How far a request is.
    State "data_request_state" "DataRequestState" {
        /// To be decided on (已受理).
        Received "received" "已受理" "received";
        /// Granted; the copy is being made (已同意).
        Accepted "accepted" "已同意" "accepted";
        /// Refused, with a reason (不予办理).
        Refused "refused" "不予办理" "refused";
        /// Done (已办结).
        Done "done" "已办结" "done";
        /// Taken back by whoever asked (已撤回).
        Withdrawn "withdrawn" "已撤回" "withdrawn";
    }
}

words! {
    /// Who asks.
    Asker "data_request_asker" "DataRequestAsker" {
        /// The person themselves (本人).
        Person "person" "本人" "the person";
        /// A guardian of the person, mostly a child (监护人).
        Guardian "guardian" "监护人" "guardian";
        /// A near relative of somebody who died (近亲属, PIPL 49).
        Heir "heir" "近亲属" "near relative of the deceased";
        /// Somebody the person sent (受托人).
        Agent "agent" "受托人" "agent";
    }
}

words! {
    /// How was proven who asks.
    Proof "identity_proof" "IdentityProof" {
        /// Their identity document was seen (核验证件原件).
        DocumentSeen "document_seen" "核验证件原件" "document seen";
        /// It was, with a document of guardianship, kinship or death (亲属关系、监护、死亡证明).
        KinshipDocument "kinship_document" "亲属、监护关系证明" "document of kinship or guardianship";
        /// It was, with a power of attorney (授权委托书).
        PowerOfAttorney "power_of_attorney" "授权委托书" "power of attorney";
        /// A lookup code and the last six characters of their document (查询码).
        LookupSession "lookup_session" "查询码及证件后六位" "lookup code and document";
    }
}

words! {
    /// What is to be corrected.
    CorrectionField "correction_field" "CorrectionField" {
        Name "name" "姓名" "name";
        BirthOn "birth_on" "出生日期" "day of birth";
        /// To the head of the household (与户主关系).
        Relation "relation" "与户主关系" "relation to the head";
        Document "document" "证件" "document";
        /// The household's telephone number (联系电话).
        Phone "phone" "联系电话" "telephone";
        /// The household's address (地址).
        Address "address" "地址" "address";
    }
}

words! {
    /// Why a request is refused.
    RefusalReason "data_request_refusal" "DataRequestRefusal" {
        /// It was not proven who asks (身份未能核实).
        IdentityNotProven "identity_not_proven" "身份未能核实" "identity not proven";
        /// What is to be corrected was checked and is right (经核实记录无误).
        RecordIsRight "record_is_right" "经核实，记录无误" "the record is right";
        /// The law asks for secrecy, or telling would hinder a duty (PIPL 18, 35, 45).
        Secrecy "secrecy" "依法应当保密或妨碍履行法定职责" "secrecy required by law";
        /// An agreement is being drafted or carried out (协议正在履行).
        LiveAgreement "live_agreement" "补偿安置协议正在履行" "an agreement is live";
        /// A home is not handed over, or a need not settled (安置尚未办结).
        OpenResettlement "open_resettlement" "安置尚未办结" "the resettlement is open";
        /// The file must still be kept (征收补偿档案保管期限未满, PIPL 47).
        RetentionPeriod "retention_period" "征收补偿档案保管期限未满" "the file must still be kept";
        /// Anything else; the note says what (其他).
        Other "other" "其他" "other";
    }
}

/// What one field should say: exactly one member is given.
#[derive(Debug, Clone, Default, Object)]
#[oai(rename = "ProposedCorrection", skip_serializing_if_is_none)]
pub struct Proposed {
    pub name: Option<PersonName>,
    /// Of somebody whose document states no day of birth.
    pub birth_on: Option<Day>,
    pub relation: Option<Relation>,
    pub document: Option<GivenDocument>,
    /// The household's telephone number.
    pub phone: Option<Phone>,
    /// The household's address.
    pub address: Option<PlaceName>,
}

/// A request to be entered.
#[derive(Debug, Clone, Object)]
#[oai(rename = "NewPersonalDataRequest")]
pub struct NewRequest {
    pub household_id: HouseholdId,
    /// Whose data; left out only for the telephone number or the address of the household.
    pub person_id: Option<PersonId>,
    pub kind: Kind,
    pub asked_by: Asker,
    pub proof: Proof,
    /// The day it came in: today or earlier.
    pub received_on: Day,
    /// With the kind `correction`, and only with it.
    pub correction: Option<Proposed>,
    /// In which language the copy is written.
    #[oai(default)]
    pub language: ReportLanguage,
}

/// What a resident asks for about themselves.
#[derive(Debug, Clone, Object)]
#[oai(rename = "NewOwnDataRequest")]
pub struct NewOwnRequest {
    pub kind: OwnKind,
    /// With the kind `correction`, and only with it.
    pub correction: Option<Proposed>,
}

/// What a resident can ask for in a lookup session; to be erased one asks at the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "OwnDataRequestKind", rename_all = "snake_case")]
pub enum OwnKind {
    /// A copy of one's own data (查阅、复制).
    Export,
    /// A correction (更正).
    Correction,
}

impl From<OwnKind> for Kind {
    fn from(kind: OwnKind) -> Self {
        match kind {
            OwnKind::Export => Self::Export,
            OwnKind::Correction => Self::Correction,
        }
    }
}

/// A decision on a request.
#[derive(Debug, Clone, Object)]
#[oai(rename = "NewDataRequestDecision", skip_serializing_if_is_none)]
pub struct NewDecision {
    pub accepted: bool,
    /// When it is refused, and only then.
    pub refusal: Option<RefusalReason>,
    /// Kept encrypted; needed with the reason `other`.
    pub note: Option<Note>,
}

/// A request of a person about their own data (个人信息权利请求).
#[derive(Debug, Clone, Object)]
#[oai(rename = "PersonalDataRequest", skip_serializing_if_is_none)]
pub struct DataRequest {
    pub id: DataRequestId,
    pub household_id: HouseholdId,
    pub household_no: String,
    pub parcel_id: ParcelId,
    pub person_id: Option<PersonId>,
    /// Whose data, masked.
    pub person_name: Option<MaskedName>,
    pub kind: Kind,
    pub asked_by: Asker,
    pub proof: Proof,
    pub received_on: Day,
    /// The last day to decide on it, 15 days after it came in.
    pub due_on: Day,
    /// Past its day and not answered, as of today.
    pub overdue: bool,
    pub state: State,
    /// With the kind `correction`: what is to be corrected.
    pub field: Option<CorrectionField>,
    /// What it should say, masked; absent once it was erased.
    pub proposed: Option<String>,
    pub language: ReportLanguage,
    /// Whoever has the household in their hands, and so has to see to the request.
    pub responsible_staff_id: Option<StaffId>,
    pub responsible_name: Option<String>,
    /// Who entered it: the member of staff, or the key or session while nobody is known behind it.
    pub entered_by: ActorId,
    pub decided_by: Option<ActorId>,
    pub decided_on: Option<Day>,
    pub refusal: Option<RefusalReason>,
    /// The copy that is being made or was made.
    pub copy: Option<CopyOfData>,
    pub version: i32,
}

/// Where a copy of somebody's data is.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct CopyOfData {
    /// The job that makes it; seen by who decided.
    pub job: String,
    /// From then on it is not handed out; absent until it is there.
    pub expires_at: Option<Instant>,
    /// For programs; absent until it is there.
    pub json: Option<String>,
    /// For people; absent until it is there.
    pub xlsx: Option<String>,
}

/// What is sealed of a request, in clear.
#[derive(Debug, Clone, Object)]
#[oai(rename = "PersonalDataRequestDisclosure", skip_serializing_if_is_none)]
pub struct Clear {
    pub data_request_id: DataRequestId,
    pub disclosed_at: Instant,
    pub field: Option<CorrectionField>,
    /// What the field should say; of a document its kind and its number.
    pub proposed: Option<String>,
    /// What was written with the refusal.
    pub refusal_note: Option<String>,
}
