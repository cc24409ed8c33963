//! Members of staff (工作人员): natural persons, each entered once, until they leave.
//!
//! A member of staff is seen by whoever's scope covers the unit that employs them, a unit of one of
//! their posts, or a case they are still responsible for; changed by whoever's covers the first.
//! Table: `staff`.

mod api;
mod export;
pub mod model;
mod store;

pub use api::{StaffMembersApi, gone, must_work_here, no_staff, number_taken};
pub use export::StaffExportsApi;
pub use model::StaffMember;
pub use store::{find, insert, lock_by_id, lock_for_share};
