//! What a key is for.

use serde::{Deserialize, Serialize};

/// What a sealing key is for (用途). Details of illness and of school are sealed under keys of their
/// own, so that an installation can keep them from whoever may read the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Documents, names of children, files, notes.
    General,
    /// What somebody needs for their health.
    Health,
    /// What a child needs at school.
    Schooling,
}

impl Purpose {
    /// In the order in which keys are numbered.
    pub const ALL: [Self; 3] = [Self::General, Self::Health, Self::Schooling];
}
