//! Values with a meaning: whoever holds one knows that it was checked.
//!
//! Every type reads a JSON *string* (never a number or a boolean), prints one canonical form,
//! says in the contract what it accepts, and maps to one database type. The checks behind the
//! custom formats of the contract stand together in [`FORMATS`].

#[macro_use]
mod wire;
#[macro_use]
mod quantity;
#[macro_use]
mod typed;

mod area;
mod citizen;
mod date;
mod document;
mod error;
mod formats;
mod ids;
mod lookup_code;
mod mask;
mod masked;
mod measure;
mod money;
mod relation;
mod shape;
mod share;
mod text;

pub use area::Area;
pub use citizen::{CitizenNumber, Sex};
pub use date::{Day, Instant};
pub use document::{IdDocument, IdDocumentKind, LastSix, OtherIdNumber};
pub use error::ValueError;
pub use formats::{FORMATS, FormatCheck};
pub use ids::{
    ActorId, AgreementId, ApiKeyId, AuditEventId, BreakGlassAccessId, BuildingId, DefectId,
    EstateId, FlatId, HouseholdId, ImportId, InspectionId, JobId, LookupCodeId, NeedId, OrgUnitId,
    ParcelId, PersonId, PostId, ProgrammeId, ReportId, ResidentSessionId, ResponsibilityId,
    RosterId, StaffId, StructureId,
};
pub use lookup_code::LookupCode;
pub use mask::{masked_address, masked_document, masked_name, masked_phone};
pub use masked::{MaskedAddress, MaskedName, MaskedPhone};
pub use measure::Measure;
pub use money::Money;
pub use relation::Relation;
pub use share::Share;
pub use text::{
    Code, Label, Note, Number, PersonName, Phone, PhoneTail, PinyinInitials, PlaceName, RegionCode,
};
