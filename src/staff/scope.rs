//! Which cases somebody may see: the first fence in every query, the second in every transaction.
//!
//! The first fence is a condition that each statement writes itself, from [`Scope::units`] or
//! [`Scope::within_sight`]. The second is PostgreSQL's row-level security: a transaction says once
//! whose it is ([`Scope::opening`]), and the policies in `migrations/*_scope.sql` show it nothing
//! else, whatever a statement asks for.

use std::{fmt::Write as _, sync::Arc};

use sqlx::{AssertSqlSafe, PgTransaction};
use uuid::Uuid;

use crate::{App, needs::NeedKind, values::HouseholdId};

/// Which cases a caller may see. Every store function that reads case data takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    reach: Reach,
    /// The caller's own units and those above: what hangs on those is shared by all below.
    sight: Arc<[Uuid]>,
    /// Whose retries these are.
    client_id: Uuid,
    /// Where the caller works: what they make is of this unit.
    home: Uuid,
    /// Of a desk for one kind of need: no other.
    need_kind: Option<NeedKind>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    /// The whole district.
    District,
    /// These units: one's own and all below them; of appraisers, only the parcels given to them.
    Units {
        units: Arc<[Uuid]>,
        parcels: Option<Arc<[Uuid]>>,
    },
    /// One household, for its own resident.
    Household(HouseholdId),
    /// Nothing but the row that this secret opens.
    Secret(Secret, [u8; 32]),
}

/// What a resident presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// A lookup code.
    Code,
    /// The token of a session.
    Token,
}

impl Secret {
    fn setting(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Token => "token",
        }
    }
}

impl Scope {
    /// The row that a secret opens, found by its hash, and nothing else.
    pub fn of_secret(secret: Secret, hash: [u8; 32]) -> Self {
        Self::seeing(Reach::Secret(secret, hash), Arc::default())
    }

    fn seeing(reach: Reach, above: Arc<[Uuid]>) -> Self {
        let sight = match &reach {
            Reach::Units { units, .. } if !units.is_empty() => {
                units.iter().chain(&*above).copied().collect()
            }
            _ => above,
        };
        Self {
            reach,
            sight,
            client_id: Uuid::nil(),
            home: Uuid::nil(),
            need_kind: None,
        }
    }

    /// For work of the machine itself, which nobody's request reaches: jobs, the command line.
    pub fn everything() -> Self {
        Self::seeing(Reach::District, Arc::default())
    }

    /// Sees no case at all.
    pub fn nothing() -> Self {
        Self::of_units(Arc::default(), None, Arc::default())
    }

    /// These units, of which the caller has named all that lie below, and those above.
    pub fn of_units(units: Arc<[Uuid]>, parcels: Option<Arc<[Uuid]>>, above: Arc<[Uuid]>) -> Self {
        Self::seeing(Reach::Units { units, parcels }, above)
    }

    /// One household and what it shares with others: its parcel, its programme, the estates.
    pub fn of_household(household: HouseholdId, above: Arc<[Uuid]>) -> Self {
        Self::seeing(Reach::Household(household), above)
    }

    /// The same, for somebody who works at a unit.
    #[must_use]
    pub fn of(mut self, client_id: Uuid, home: Uuid) -> Self {
        (self.client_id, self.home) = (client_id, home);
        self
    }

    /// The same, for a desk that has to do with one kind of need only.
    #[must_use]
    pub(super) fn of_desk(mut self, kind: Option<NeedKind>) -> Self {
        self.need_kind = kind;
        self
    }

    /// The only kind of need that may be seen; `None` for all.
    pub fn need_kind(&self) -> Option<NeedKind> {
        self.need_kind
    }

    /// Where the caller works.
    pub fn home(&self) -> Uuid {
        self.home
    }

    /// The units whose cases may be seen; `None` for all. The condition of a statement is
    /// `($n::uuid[] is null or h.org_unit_id = any($n))`.
    pub fn units(&self) -> Option<&[Uuid]> {
        match &self.reach {
            Reach::District => None,
            Reach::Units { units, .. } => Some(units),
            Reach::Household(_) | Reach::Secret(..) => Some(&[]),
        }
    }

    /// The units of which may be seen what is shared by all below: programmes, parcels, estates.
    pub fn within_sight(&self) -> Option<&[Uuid]> {
        self.units().map(|_| &*self.sight)
    }

    /// Whether a unit is the caller's own or below it.
    pub fn covers(&self, unit: Uuid) -> bool {
        self.units().is_none_or(|units| units.contains(&unit))
    }

    /// The statement that opens a transaction of this scope, in one round trip.
    ///
    /// `set local` and not `set_config`, because only that reaches the nodes of a distributed
    /// engine; built from ids alone, so that nothing in it can be anything else.
    pub fn opening(&self, mode: &str) -> String {
        let (client, home) = (self.client_id, self.home);
        let mut opening = format!(
            "begin {mode}; set local anju.client = '{client}'; set local anju.home = '{home}'"
        );
        if let Some(kind) = self.need_kind {
            write!(opening, "; set local anju.needs = '{}'", kind.key())
                .expect("a text takes more text");
        }
        let mut set = |name: &str, ids: &[Uuid]| {
            write!(opening, "; set local anju.{name} = '{{").expect("a text takes more text");
            for (position, id) in ids.iter().enumerate() {
                let comma = if position == 0 { "" } else { "," };
                write!(opening, "{comma}{}", id.simple()).expect("a text takes more text");
            }
            opening.push_str("}'");
        };
        match &self.reach {
            Reach::District => opening.push_str("; set local anju.reach = 'district'"),
            Reach::Units { units, parcels } => {
                set("units", units);
                set("sight", &self.sight);
                if let Some(parcels) = parcels {
                    set("parcels", parcels);
                }
            }
            Reach::Household(household) => {
                set("sight", &self.sight);
                write!(opening, "; set local anju.household = '{}'", household.0)
                    .expect("a text takes more text");
            }
            Reach::Secret(secret, hash) => {
                let (name, hash) = (secret.setting(), hex::encode(hash));
                write!(opening, "; set local anju.{name} = '{hash}'")
                    .expect("a text takes more text");
            }
        }
        opening
    }
}

impl App {
    /// A transaction that sees what the scope covers and nothing else.
    pub async fn begin(&self, scope: &Scope) -> sqlx::Result<PgTransaction<'static>> {
        self.begin_as(scope, "").await
    }

    /// Like [`App::begin`], in one read-only snapshot.
    pub async fn begin_snapshot(&self, scope: &Scope) -> sqlx::Result<PgTransaction<'static>> {
        self.begin_as(scope, "isolation level repeatable read, read only")
            .await
    }

    async fn begin_as(&self, scope: &Scope, mode: &str) -> sqlx::Result<PgTransaction<'static>> {
        self.db.begin_with(AssertSqlSafe(scope.opening(mode))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_opens_with_nothing_but_ids() {
        let unit = Uuid::from_u128(7);
        let scope = Scope::of_units([unit].into(), None, [Uuid::nil()].into());
        let opening = scope.opening("");
        assert!(opening.starts_with("begin ; set local anju.client = '00000000-"));
        assert!(opening.contains("set local anju.units = '{00000000000000000000000000000007}'"));
        assert!(!opening.contains("anju.reach"));
        assert!(!opening.contains("anju.parcels"));
    }

    #[test]
    fn a_resident_covers_no_unit() {
        let scope = Scope::of_household(HouseholdId(Uuid::nil()), [Uuid::max()].into());
        assert!(!scope.covers(Uuid::max()));
        assert_eq!(scope.within_sight(), Some(&[Uuid::max()][..]));
    }
}
