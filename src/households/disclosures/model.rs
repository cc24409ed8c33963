//! The words of disclosures.

use poem_openapi::{Enum, Object};
use serde::{Deserialize, Serialize};

use crate::values::{Day, HouseholdId, IdDocumentKind, Instant, Note, PersonId, Relation};

/// Why somebody must see what is masked (查看事由).
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum, Serialize, Deserialize)]
#[sqlx(type_name = "disclosure_reason", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[oai(rename_all = "snake_case")]
pub enum DisclosureReason {
    /// To call the household back (回电).
    CallBack,
    /// To visit the household (上门).
    SiteVisit,
    /// To compare with documents (核对材料).
    Verification,
    /// To settle a dispute or a complaint (争议、投诉).
    Dispute,
    /// Anything else; the note says what (其他).
    Other,
    /// The glass was broken (紧急查阅); never asked for here.
    Emergency,
}

impl DisclosureReason {
    /// The name on the wire and in the trail.
    pub fn key(self) -> &'static str {
        match self {
            Self::CallBack => "call_back",
            Self::SiteVisit => "site_visit",
            Self::Verification => "verification",
            Self::Dispute => "dispute",
            Self::Other => "other",
            Self::Emergency => "emergency",
        }
    }
}

/// How much of a household is shown in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
#[oai(rename = "DisclosureExtent", rename_all = "snake_case")]
pub enum Extent {
    /// The telephone number.
    Phone,
    /// Names, address and telephone number.
    Contact,
    /// These, days of birth and numbers of documents.
    Everything,
}

impl Extent {
    /// The name on the wire and in the trail.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Contact => "contact",
            Self::Everything => "everything",
        }
    }
}

/// A request to see a household in clear.
#[derive(Debug, Clone, Object)]
pub struct NewDisclosure {
    pub reason: DisclosureReason,
    /// Kept encrypted; needed with the reason `other`.
    pub note: Option<Note>,
}

/// A household in clear, as far as the role may see it.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Disclosure {
    pub household_id: HouseholdId,
    pub household_no: String,
    pub extent: Extent,
    /// When it was shown, as the trail and the resident's case tell it.
    pub disclosed_at: Instant,
    /// Who holds the property (产权人).
    pub holder_name: Option<String>,
    pub address: Option<String>,
    /// Absent also when none is known.
    pub phone: Option<String>,
    /// Holders first; empty when only the telephone number is shown.
    pub persons: Vec<DisclosedPerson>,
}

/// A person in clear.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DisclosedPerson {
    pub id: PersonId,
    pub name: String,
    pub relation: Relation,
    /// The day of birth; absent when it is not known or not shown.
    pub birth_on: Option<Day>,
    pub document: Option<DisclosedDocument>,
}

/// An identity document (证件) in clear.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct DisclosedDocument {
    pub kind: IdDocumentKind,
    /// Absent for the kind `none`.
    pub number: Option<String>,
}
