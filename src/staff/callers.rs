//! Who presents a credential: their posts, and what each lets them see.
//!
//! What was found out about a caller is remembered under the hash of the credential, and holds as
//! long as the epoch in `authority` stands still: every change of keys, posts, units or staff
//! moves it on, so a right that was taken away is gone with the next request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ipnet::IpNet;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{PERMISSIONS, Permission, Role, Scope, known, store};
use crate::{
    App,
    http::{ClientAddress, Problem},
    needs::NeedKind,
    values::{AccountId, Day, Instant, StaffSessionId},
};

/// So many callers are remembered at once; with more, all are looked up anew.
const REMEMBERED_MAX: usize = 10_000;

/// A known caller.
#[derive(Debug)]
pub struct Known {
    /// Whose retries, pages and jobs these are: the API key's, or the person's who signed in.
    pub client_id: Uuid,
    /// The person behind it, when it is known.
    pub staff_id: Option<Uuid>,
    pub via: Via,
    pub posts: Vec<Held>,
    /// Only these permissions, when given.
    pub permissions: Option<Vec<String>>,
    /// Only from these networks, when given.
    pub(super) networks: Option<Vec<IpNet>>,
    /// What must be done first: until then no post grants anything.
    pub lacks: Option<Lack>,
    /// Until when this need not be asked again while nothing changes.
    pub(super) holds_until: Instant,
    pub(super) today: Day,
    pub(super) epoch: i64,
}

/// By what kind of credential somebody is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    ApiKey,
    Session {
        id: StaffSessionId,
        account_id: AccountId,
    },
    /// A token of the identity provider, or an order given earlier.
    Person,
}

/// What somebody who signed in must do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Choose a password in place of the one an administrator made.
    NewPassword,
    /// Set up a second factor, or sign in with it.
    SecondFactor,
}

/// A post that is held today.
#[derive(Debug, Clone)]
pub struct Held {
    pub role: Role,
    pub org_unit_id: Uuid,
    /// At an invented unit.
    pub(super) synthetic: bool,
    pub(super) reach: Reach,
}

/// What a post lets one see.
#[derive(Debug, Clone)]
pub(super) enum Reach {
    District,
    Units {
        units: Vec<Uuid>,
        above: Vec<Uuid>,
        parcels: Option<Vec<Uuid>>,
    },
}

impl Held {
    /// The kind of need it has to do with, when it is the desk for one.
    fn need_kind(&self) -> Option<NeedKind> {
        match self.role {
            Role::SchoolDesk => Some(NeedKind::Schooling),
            Role::HealthDesk => Some(NeedKind::Medical),
            _ => None,
        }
    }
}

impl Reach {
    fn holds(&self, unit: Uuid) -> bool {
        match self {
            Self::District => true,
            Self::Units { units, .. } => units.contains(&unit),
        }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::District, _) => true,
            (_, Self::District) => false,
            (_, Self::Units { units, .. }) => units.iter().all(|unit| self.holds(*unit)),
        }
    }

    /// What both reach; of those above, what both see.
    pub(super) fn within(&self, other: &Self) -> Self {
        let (own, others) = match (self, other) {
            (Self::District, reach) | (reach, Self::District) => return reach.clone(),
            (Self::Units { units, .. }, _) => (units, other),
        };
        let units: Vec<_> = own.iter().copied().filter(|u| others.holds(*u)).collect();
        let above = self.sight().filter(|unit| {
            let shared = !units.is_empty() && other.sight().any(|seen| seen == *unit);
            shared && !units.contains(unit)
        });
        let above = above.collect();
        let parcels = match (self.parcels(), other.parcels()) {
            (Some(own), Some(others)) => {
                Some(own.iter().copied().filter(|p| others.contains(p)).collect())
            }
            (one, other) => one.or(other).map(<[Uuid]>::to_vec),
        };
        Self::Units {
            units,
            above,
            parcels,
        }
    }

    /// Its units and those above.
    fn sight(&self) -> impl Iterator<Item = Uuid> {
        let (units, above) = match self {
            Self::District => (&[][..], &[][..]),
            Self::Units { units, above, .. } => (&units[..], &above[..]),
        };
        units.iter().chain(above).copied()
    }

    fn parcels(&self) -> Option<&[Uuid]> {
        match self {
            Self::District => None,
            Self::Units { parcels, .. } => parcels.as_deref(),
        }
    }
}

impl Known {
    /// A person, before anything is known of what they may do.
    pub(super) fn of_person(id: Uuid, today: Day, epoch: i64) -> Self {
        Self {
            client_id: id,
            staff_id: Some(id),
            via: Via::Person,
            posts: vec![],
            permissions: None,
            networks: None,
            lacks: None,
            holds_until: Instant::new(chrono::DateTime::UNIX_EPOCH),
            today,
            epoch,
        }
    }

    /// The posts that have a permission, before the desks among them are told apart.
    fn having<P: Permission>(&self) -> impl Iterator<Item = &Held> {
        let only = self.permissions.as_ref();
        let allowed =
            self.lacks.is_none() && only.is_none_or(|only| only.iter().any(|key| key == P::KEY));
        self.posts
            .iter()
            .filter(move |post| allowed && P::ROLES.contains(&post.role))
    }

    /// The kind of need that a post of a desk confines the permission to, unless another post covers
    /// the same units for all kinds.
    fn desk<P: Permission>(&self) -> Option<NeedKind> {
        let covered = |desk: &Held| {
            self.having::<P>()
                .any(|post| post.need_kind().is_none() && post.reach.covers(&desk.reach))
        };
        self.having::<P>()
            .filter(|post| post.need_kind().is_some() && !covered(post))
            .find_map(Held::need_kind)
    }

    /// The posts that grant a permission. A scope is of one kind of need or of all, so somebody who
    /// is the desk for one kind here and for another there works as the first.
    fn granting<P: Permission>(&self) -> impl Iterator<Item = &Held> {
        let desk = self.desk::<P>();
        self.having::<P>()
            .filter(move |post| desk.is_none() || [None, desk].contains(&post.need_kind()))
    }

    /// The role that grants a permission, if one does.
    pub fn role_for<P: Permission>(&self) -> Option<Role> {
        self.granting::<P>().map(|post| post.role).next()
    }

    /// The roles that grant a permission over a unit.
    pub fn roles_over<P: Permission>(&self, unit: Uuid) -> impl Iterator<Item = Role> {
        self.granting::<P>()
            .filter(move |post| post.reach.holds(unit))
            .map(|post| post.role)
    }

    /// What may be seen with a permission: what the posts that grant it cover together.
    pub fn scope_for<P: Permission>(&self) -> Scope {
        let (mut units, mut above) = (vec![], vec![]);
        let mut parcels: Option<Vec<Uuid>> = None;
        for post in self.granting::<P>() {
            match &post.reach {
                Reach::District => {
                    return Scope::everything()
                        .of(self.client_id, post.org_unit_id)
                        .of_desk(self.desk::<P>());
                }
                Reach::Units {
                    units: own,
                    above: over,
                    parcels: only,
                } => {
                    units.extend(own);
                    above.extend(over);
                    if let Some(only) = only {
                        parcels.get_or_insert_default().extend(only);
                    }
                }
            }
        }
        let home = self.granting::<P>().map(|post| post.org_unit_id).next();
        Scope::of_units(units.into(), parcels.map(Arc::from), above.into())
            .of(self.client_id, home.unwrap_or_default())
            .of_desk(self.desk::<P>())
    }

    /// Whether a request may come from there.
    pub(super) fn admits(&self, from: ClientAddress) -> bool {
        let Some(networks) = &self.networks else {
            return true;
        };
        let from = from.0.as_ref();
        from.is_some_and(|from| networks.iter().any(|network| network.contains(from)))
    }

    /// Holds a post of this role today that reaches a unit.
    pub fn holds_over(&self, role: Role, unit: Uuid) -> bool {
        self.posts
            .iter()
            .any(|post| post.role == role && post.reach.holds(unit))
    }

    /// Works in an invented district.
    pub fn is_synthetic(&self) -> bool {
        self.posts.iter().any(|post| post.synthetic)
    }

    /// The permissions held, in the order of the table.
    pub fn rights(&self) -> impl Iterator<Item = &'static str> {
        PERMISSIONS
            .iter()
            .filter(|_| self.lacks.is_none())
            .filter(|row| self.posts.iter().any(|post| row.roles.contains(&post.role)))
            .map(|row| row.key)
            .filter(|key| {
                let only = self.permissions.as_ref();
                only.is_none_or(|only| only.iter().any(|one| one == key))
            })
    }

    /// What was found out yesterday, or before it expired, does not hold now.
    fn is_of(&self, now: Instant, today: Day) -> bool {
        self.holds_until > now && self.today == today
    }
}

/// Something remembered under the hash of a secret.
#[derive(Debug, Clone)]
pub struct Remembered<T>(Arc<Mutex<HashMap<[u8; 32], T>>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> Remembered<T> {
    pub fn get(&self, hash: &[u8; 32]) -> Option<T> {
        self.lock().get(hash).cloned()
    }

    pub fn put(&self, hash: [u8; 32], what: T) {
        let mut remembered = self.lock();
        if remembered.len() >= REMEMBERED_MAX {
            remembered.clear();
        }
        remembered.insert(hash, what);
    }

    pub fn forget(&self, hash: &[u8; 32]) {
        self.lock().remove(hash);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Callers this process remembers.
#[derive(Debug, Clone, Default)]
pub struct Callers(Remembered<Arc<Known>>);

impl Callers {
    /// Who presented this credential before; whether nothing has changed since says the epoch.
    pub(super) fn remembered(
        &self,
        hash: &[u8; 32],
        now: Instant,
        today: Day,
    ) -> Option<Arc<Known>> {
        let known = self.0.get(hash)?;
        known.is_of(now, today).then_some(known)
    }

    /// Who presents this credential, as of now.
    pub(super) async fn find(
        &self,
        conn: &mut PgConnection,
        hash: &[u8; 32],
        sought: known::Sought<'_>,
        now: Instant,
        today: Day,
    ) -> sqlx::Result<Option<Arc<Known>>> {
        if let Some(known) = self.remembered(hash, now, today)
            && known.epoch == store::epoch(conn).await?
        {
            return Ok(Some(known));
        }
        let found = known::find_known(conn, sought, now, today).await?;
        let Some(known) = found.map(Arc::new) else {
            self.0.forget(hash);
            return Ok(None);
        };
        self.0.put(*hash, Arc::clone(&known));
        Ok(Some(known))
    }
}

/// What work that was ordered earlier may see now: no more than whoever ordered it may see now.
///
/// The machine itself, which has no key, sees everything.
pub async fn scope_now<P: Permission>(
    app: &App,
    conn: &mut PgConnection,
    client_id: Uuid,
) -> Result<Scope, Problem> {
    if client_id.is_nil() {
        return Ok(Scope::everything());
    }
    let now = app.clock.now();
    let today = app.clock.day_of(now);
    let found = known::find_known(conn, known::Sought::Named(client_id), now, today).await?;
    found
        .filter(|known| known.role_for::<P>().is_some())
        .map(|known| known.scope_for::<P>())
        .ok_or_else(|| {
            Problem::forbidden(
                "key-no-longer-valid",
                "提交任务的凭据已失效或不再有权限",
                "The credential that ordered the work is no longer valid for it",
            )
        })
}
