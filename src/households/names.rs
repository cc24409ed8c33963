//! Names of persons on their way into the database and out of it again.
//!
//! The name of a child under 14 is sealed; beside it stands the masked one, which is all that
//! lists ever show. Files name persons by household and name: these are found by a keyed hash.

use crate::{
    App,
    privacy::{KeyRing, OpenError},
    values::{Day, HouseholdId, PersonId, masked_name},
};

/// What a sealed name is bound to, together with the id of the person.
pub(crate) const SEALED: &str = "person.name_sealed";
const FINGERPRINT: &str = "person.name_fingerprint";

/// Whose data are sensitive whatever they are about (PIPL 28, 31).
const CHILDHOOD_YEARS: u32 = 14;

/// Whether somebody is a child under 14 (不满十四周岁) today.
pub(super) fn is_child(birth_on: Option<Day>, today: Day) -> bool {
    birth_on.is_some_and(|birth| {
        let years = today.as_date().years_since(birth.as_date());
        years.is_none_or(|years| years < CHILDHOOD_YEARS)
    })
}

/// A name as its three columns hold it.
#[derive(Debug, Clone)]
pub(super) struct StoredName {
    /// In clear, of a child masked.
    pub(super) shown: String,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) fingerprint: Vec<u8>,
}

/// Makes the columns of a name; of a child it is sealed.
pub(super) fn stored(
    app: &App,
    household: HouseholdId,
    person: PersonId,
    name: &str,
    birth_on: Option<Day>,
) -> StoredName {
    let fingerprint = name_fingerprint(&app.keys, household, name).to_vec();
    if !is_child(birth_on, app.today()) {
        return StoredName {
            shown: name.to_owned(),
            sealed: None,
            fingerprint,
        };
    }
    let nonce = app.entropy.bytes();
    StoredName {
        shown: masked_name(name),
        sealed: Some(app.keys.seal(SEALED, person.0, name.as_bytes(), nonce)),
        fingerprint,
    }
}

/// The clear name.
pub(super) fn clear(
    keys: &KeyRing,
    person: PersonId,
    shown: String,
    sealed: Option<&[u8]>,
) -> Result<String, OpenError> {
    match sealed {
        Some(sealed) => {
            let clear = keys.open(SEALED, person.0, sealed)?;
            Ok(String::from_utf8_lossy(&clear).into_owned())
        }
        None => Ok(shown),
    }
}

/// The keyed hash by which a person of a household is found by name.
pub fn name_fingerprint(keys: &KeyRing, household: HouseholdId, name: &str) -> [u8; 32] {
    let value = [household.0.as_bytes(), name.as_bytes()].concat();
    keys.fingerprint(FINGERPRINT, &value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn childhood_ends_on_the_fourteenth_birthday() {
        let today = Day::parse("2018-03-05").unwrap();
        let born = |text| Some(Day::parse(text).unwrap());
        assert!(is_child(born("2004-03-06"), today));
        assert!(!is_child(born("2004-03-05"), today));
        assert!(is_child(born("2018-03-05"), today));
        assert!(!is_child(None, today), "of whom no day is known");
    }
}
