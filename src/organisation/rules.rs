//! Rules of the tree.

use super::model::OrgLevel;
use crate::http::{FieldError, Problem, words};

/// Why a unit cannot stand there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not below the level of the parent.
    NotBelow { level: OrgLevel, parent: OrgLevel },
    /// The whole district cannot move.
    District,
    /// An invented unit under a real one, or the other way round.
    MixedKinds,
    /// It stands there already.
    AlreadyThere,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotBelow { level, parent } => Self::invalid(
                "org-unit-not-below",
                "层级必须低于上级单位",
                "The level is not below that of the parent",
            )
            .errors(vec![FieldError::new(
                "/parent_id",
                "org-unit-not-below",
                words!(
                    "{level:?} 不在 {parent:?} 之下",
                    "{level:?} is not below {parent:?}"
                ),
            )]),
            Refusal::District => Self::invalid(
                "org-unit-is-root",
                "区级单位不能调整隶属",
                "A district stays where it is",
            ),
            Refusal::MixedKinds => Self::invalid(
                "org-unit-kinds-mixed",
                "演示单位与真实单位不能互相隶属",
                "Invented and real units do not mix",
            ),
            Refusal::AlreadyThere => Self::conflict(
                "org-unit-already-there",
                "该单位已隶属于此",
                "The unit belongs there already",
            ),
        }
    }
}

/// Whether a unit of a level may stand below one of another.
pub(super) fn stands_below(level: OrgLevel, parent: OrgLevel) -> Result<(), Refusal> {
    match (level, parent) {
        (OrgLevel::District, _) => Err(Refusal::District),
        (level, parent) if parent < level => Ok(()),
        (level, parent) => Err(Refusal::NotBelow { level, parent }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_below_any_higher_level_and_no_other() {
        use OrgLevel::{District, Grid, Subdistrict, Village};
        let all = [District, Subdistrict, Village, Grid];
        for (i, level) in all.into_iter().enumerate() {
            for (j, parent) in all.into_iter().enumerate() {
                let allowed = j < i;
                assert_eq!(
                    stands_below(level, parent).is_ok(),
                    allowed,
                    "{level:?} {parent:?}"
                );
            }
        }
    }
}
