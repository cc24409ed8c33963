//! Who sees how much, and for what.

use super::model::{DisclosureReason, Extent, NewDisclosure};
use crate::{
    http::{Problem, words},
    staff::Role,
};

/// How much a role sees in clear. Grid workers and the desks must find and address people, the
/// hotline must call them back; numbers of documents are for who enters or examines them.
pub(crate) fn extent(role: Role) -> Extent {
    match role {
        Role::DistrictAdmin | Role::SubdistrictLead | Role::CaseOfficer | Role::Auditor => {
            Extent::Everything
        }
        Role::GridWorker | Role::NeedsOfficer | Role::SchoolDesk | Role::HealthDesk => {
            Extent::Contact
        }
        _ => Extent::Phone,
    }
}

/// A reason that says nothing needs a note that does; an emergency is a matter of its own.
pub(super) fn check(new: &NewDisclosure) -> Result<(), Problem> {
    if new.reason == DisclosureReason::Emergency {
        return Err(Problem::invalid(
            "disclosure-by-breaking-glass",
            "紧急查阅须另行提出",
            "An emergency is asked for elsewhere",
        )
        .at(
            "/reason",
            words!("请使用紧急查阅", "use the break-glass accesses"),
        ));
    }
    if new.reason == DisclosureReason::Other && new.note.is_none() {
        return Err(Problem::invalid(
            "disclosure-note-missing",
            "事由为“其他”时须说明",
            "The reason `other` needs a note",
        )
        .at("/note", words!("请写明事由", "say what the reason is")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staff::{Permission as _, may};

    #[test]
    fn the_hotline_sees_the_telephone_and_grid_workers_no_documents() {
        assert_eq!(extent(Role::HotlineDesk), Extent::Phone);
        assert_eq!(extent(Role::GridWorker), Extent::Contact);
        assert_eq!(extent(Role::CaseOfficer), Extent::Everything);
        let everything = may::Disclose::ROLES
            .iter()
            .filter(|role| extent(**role) == Extent::Everything);
        assert_eq!(everything.count(), 4);
    }
}
