//! The words of staff.

use poem_openapi::Object;

use crate::values::{CitizenNumber, Day, Instant, Number, OrgUnitId, PersonName, StaffId};

/// A member of staff (工作人员).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct StaffMember {
    pub id: StaffId,
    /// The number on the badge (工号).
    pub staff_no: String,
    pub name: String,
    /// The unit that employs them; what they may do say their posts.
    pub org_unit_id: OrgUnitId,
    /// A citizen number was given when they were entered, so that they cannot be entered twice.
    pub identified: bool,
    pub created_at: Instant,
    /// The first day on which they no longer work here.
    pub left_on: Option<Day>,
    pub version: i32,
}

/// A member of staff to be entered.
#[derive(Debug, Object)]
pub(super) struct NewStaffMember {
    /// The number on the badge (工号), used once in the district.
    pub staff_no: Number,
    pub name: PersonName,
    /// The unit that employs them, one's own or one below; one's own when not said.
    pub org_unit_id: Option<OrgUnitId>,
    /// By it one person is entered once. Only a keyed hash is kept.
    #[oai(write_only)]
    pub citizen_number: Option<CitizenNumber>,
}

/// What of a member of staff can be put right.
#[derive(Debug, Object)]
pub(super) struct StaffMemberFields {
    pub name: PersonName,
    /// The unit that employs them.
    pub org_unit_id: OrgUnitId,
}

/// That somebody leaves (离职).
#[derive(Debug, Object)]
pub(super) struct NewDeparture {
    /// The first day on which they no longer work here, today or earlier. An end that is known
    /// beforehand is said at their posts.
    pub left_on: Day,
    /// Lets them go although they are still responsible for something, which stays in their name
    /// until it is handed over.
    #[oai(default)]
    pub leave_open: bool,
}
