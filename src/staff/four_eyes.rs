//! Four eyes (双人复核): whoever checks is another person than whoever did it.

use uuid::Uuid;

use crate::values::ActorId;

/// Whoever does something now: a key or session, and the person behind it when one is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    client_id: Uuid,
    staff_id: Option<Uuid>,
}

impl Actor {
    pub fn new(client_id: Uuid, staff_id: Option<Uuid>) -> Self {
        Self {
            client_id,
            staff_id,
        }
    }

    /// Somebody of whom nothing is known but the key.
    pub fn of_key(client_id: Uuid) -> Self {
        Self::new(client_id, None)
    }

    /// What is kept of who did it: the person when one is known, otherwise the key.
    pub fn id(self) -> ActorId {
        ActorId(self.staff_id.unwrap_or(self.client_id))
    }

    /// Whether this is another person than whoever did it then (`earlier` is what [`Actor::id`]
    /// said of them).
    ///
    /// Two keys of one person are one person, and so is a program's key that this person answers
    /// for. Where nobody is known behind a key, the key stands for a person of its own.
    pub fn is_another_than(self, earlier: ActorId) -> bool {
        self.staff_id != Some(earlier.0) && self.client_id != earlier.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_whatever_they_sign_in_with() {
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (li, wang) = (Some(Uuid::from_u128(3)), Some(Uuid::from_u128(4)));
        let actor = Actor::new;
        let another = |then: Actor, now: Actor| now.is_another_than(then.id());
        assert!(!another(actor(first, li), actor(first, li)));
        assert!(!another(actor(first, li), actor(second, li)));
        assert!(another(actor(first, li), actor(second, wang)));
        assert!(!another(actor(first, None), actor(first, None)));
        assert!(another(actor(first, None), actor(second, None)));
        assert!(another(actor(first, None), actor(second, wang)));
        assert!(another(actor(first, li), actor(second, None)));
        // A key that was nobody's and is now a person's is still the same key.
        assert!(!another(actor(first, None), actor(first, li)));
    }
}
