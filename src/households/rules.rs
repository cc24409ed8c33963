//! Rules of households, persons and structures.

use chrono::Datelike as _;
use rust_decimal::Decimal;

use super::{
    documents,
    model::{
        GivenDocument, HouseholdFields, NewHousehold, NewPerson, PersonFields, StructureFields,
    },
    refusals::{Mistake, Refusal, Wrong},
};
use crate::values::{Area, Day, IdDocument, IdDocumentKind, OtherIdNumber};

pub(super) const PERSONS_MAX: i64 = 50;
pub(super) const STRUCTURES_MAX: i64 = 50;
/// No structure of a village is larger; fifty of them still fit every sum that is kept.
pub(super) const STRUCTURE_AREA_MAX_M2: u32 = 1_000_000;
const AGE_OF_MAJORITY: u32 = 18;

/// Whether somebody is of age (成年, 18 years) today; who was born on no known day counts as such.
pub fn is_adult(birth_on: Option<Day>, today: Day) -> bool {
    birth_on.is_none_or(|birth| {
        let years = today.as_date().years_since(birth.as_date());
        years.is_some_and(|years| years >= AGE_OF_MAJORITY)
    })
}

/// A document whose number was checked, and the day of birth that results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) document: IdDocument,
    pub(super) birth_on: Option<Day>,
}

/// The identities of the persons of a new household, in order; or every mistake of the body.
pub(super) fn check_new(new: &NewHousehold, today: Day) -> Result<Vec<Identity>, Refusal> {
    let mut mistakes = vec![];
    let mut identities = Vec::with_capacity(new.persons.len());
    for (at, person) in new.persons.iter().enumerate() {
        let at = format!("/persons/{at}");
        let (document, birth_on) = (&person.document, person.birth_on);
        identities.extend(identity(&at, document, birth_on, today, &mut mistakes));
    }
    for (at, structure) in new.structures.iter().enumerate() {
        structure_at(
            &format!("/structures/{at}"),
            structure,
            today,
            &mut mistakes,
        );
    }
    done(identities, mistakes)
}

/// The identity of one person, or every mistake.
pub(super) fn check_person(new: &NewPerson, today: Day) -> Result<Identity, Refusal> {
    check_identity(&new.document, new.birth_on, today)
}

/// A document and a day of birth that fit together, or every mistake.
pub(super) fn check_identity(
    document: &GivenDocument,
    birth_on: Option<Day>,
    today: Day,
) -> Result<Identity, Refusal> {
    let mut mistakes = vec![];
    match identity("", document, birth_on, today, &mut mistakes) {
        Some(identity) => done(identity, mistakes),
        None => Err(Refusal::WrongFacts(mistakes)),
    }
}

/// The document that a person is to have, if it is given, or every mistake of the replacement.
pub(super) fn check_replacement(
    fields: &PersonFields,
    today: Day,
) -> Result<Option<Identity>, Refusal> {
    if fields.birth_on.is_some() && fields.remove_birthday {
        return Err(Refusal::BirthBothWays);
    }
    let given = fields.document.as_ref();
    given
        .map(|document| check_identity(document, fields.birth_on, today))
        .transpose()
}

/// The day of birth of somebody whose document stays as it is: left out, it stays too.
pub(super) fn keep_birth(
    kind: IdDocumentKind,
    known: Option<Day>,
    fields: &PersonFields,
    today: Day,
) -> Result<Option<Day>, Refusal> {
    match (fields.birth_on, fields.remove_birthday) {
        (None, false) => Ok(known),
        (given, _) => check_birth(kind, known, given, today),
    }
}

/// The day of birth of somebody whose document stays as it is.
fn check_birth(
    kind: IdDocumentKind,
    known: Option<Day>,
    given: Option<Day>,
    today: Day,
) -> Result<Option<Day>, Refusal> {
    let refused = |wrong| {
        let pointer = "/birth_on".to_owned();
        Err(Refusal::WrongFacts(vec![Mistake { pointer, wrong }]))
    };
    match (kind, given) {
        (IdDocumentKind::CitizenNumber, Some(_)) if given != known => {
            refused(Wrong::BirthContradictsNumber)
        }
        (IdDocumentKind::CitizenNumber, _) => Ok(known),
        (_, Some(birth)) if birth > today => refused(Wrong::BirthInFuture),
        (_, given) => Ok(given),
    }
}

/// Everything that is wrong with a structure.
pub(super) fn check_structure(fields: &StructureFields, today: Day) -> Result<(), Refusal> {
    let mut mistakes = vec![];
    structure_at("", fields, today, &mut mistakes);
    done((), mistakes)
}

pub(super) fn check_fields(fields: &HouseholdFields) -> Result<(), Refusal> {
    if fields.phone.is_some() && fields.remove_phone {
        return Err(Refusal::PhoneBothWays);
    }
    Ok(())
}

/// Room for one person more.
pub(super) fn admit_person(persons: i64) -> Result<(), Refusal> {
    if persons < PERSONS_MAX {
        Ok(())
    } else {
        Err(Refusal::PersonsFull)
    }
}

/// Room for one structure more.
pub(super) fn admit_structure(structures: i64) -> Result<(), Refusal> {
    if structures < STRUCTURES_MAX {
        Ok(())
    } else {
        Err(Refusal::StructuresFull)
    }
}

/// One person may leave when another stays.
pub(super) fn release_person(persons: i64) -> Result<(), Refusal> {
    if persons > 1 {
        Ok(())
    } else {
        Err(Refusal::LastPerson)
    }
}

fn done<T>(checked: T, mistakes: Vec<Mistake>) -> Result<T, Refusal> {
    if mistakes.is_empty() {
        Ok(checked)
    } else {
        Err(Refusal::WrongFacts(mistakes))
    }
}

fn identity(
    at: &str,
    given: &GivenDocument,
    birth_on: Option<Day>,
    today: Day,
    mistakes: &mut Vec<Mistake>,
) -> Option<Identity> {
    let mut wrong = |member: &str, wrong| {
        let pointer = format!("{at}/{member}");
        mistakes.push(Mistake { pointer, wrong });
    };
    let number = given.number.as_ref().map(OtherIdNumber::expose);
    let document = match IdDocument::parse(given.kind, number) {
        Ok(document) => document,
        Err(refused) => {
            wrong("document/number", Wrong::Document(refused));
            return None;
        }
    };
    let stated = documents::birth_on(&document);
    if stated.is_some_and(|day| day > today) {
        wrong("document/number", Wrong::BirthInFuture);
    }
    match (stated, birth_on) {
        (Some(stated), Some(given)) if stated != given => {
            wrong("birth_on", Wrong::BirthContradictsNumber);
        }
        (None, Some(given)) if given > today => wrong("birth_on", Wrong::BirthInFuture),
        _ => {}
    }
    Some(Identity {
        document,
        birth_on: stated.or(birth_on),
    })
}

/// Which of the three areas of a structure are given or too large, by the name of their member.
pub(super) fn wrong_areas(areas: [(&'static str, Option<Area>); 3]) -> Vec<(&'static str, Wrong)> {
    if areas.iter().all(|(_, area)| area.is_none()) {
        return vec![("", Wrong::NoArea)];
    }
    let limit = Decimal::from(STRUCTURE_AREA_MAX_M2);
    let too_large = |(_, area): &(_, Option<Area>)| area.is_some_and(|a| a.as_decimal() > limit);
    let named = areas.into_iter().filter(too_large);
    named
        .map(|(name, _)| (name, Wrong::AreaImplausible))
        .collect()
}

fn structure_at(at: &str, fields: &StructureFields, today: Day, mistakes: &mut Vec<Mistake>) {
    let areas = [
        ("/certificate_area_m2", fields.certificate_area_m2),
        ("/measured_area_m2", fields.measured_area_m2),
        ("/recognised_area_m2", fields.recognised_area_m2),
    ];
    let mut wrong = |member: &str, wrong| {
        let pointer = format!("{at}{member}");
        mistakes.push(Mistake { pointer, wrong });
    };
    for (member, mistake) in wrong_areas(areas) {
        wrong(member, mistake);
    }
    if fields
        .built_year
        .is_some_and(|year| year > today.as_date().year())
    {
        wrong("/built_year", Wrong::BuiltInFuture);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "11010519491231002X";

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn today() -> Day {
        day("2018-03-05")
    }

    fn given(kind: IdDocumentKind, number: Option<&str>) -> GivenDocument {
        let number = number.map(|text| OtherIdNumber::parse(text).unwrap());
        GivenDocument { kind, number }
    }

    fn wrongs(refused: Refusal) -> Vec<(String, &'static str)> {
        match refused {
            Refusal::WrongFacts(mistakes) => mistakes
                .into_iter()
                .map(|m| (m.pointer, m.wrong.code()))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    fn structure(areas: [Option<&str>; 3], built_year: Option<i32>) -> StructureFields {
        let [certificate, measured, recognised] =
            areas.map(|text| text.map(|text| Area::parse(text).unwrap()));
        StructureFields {
            seq: 1,
            used_for: crate::households::StructureUse::Residential,
            certificate_no: None,
            certificate_area_m2: certificate,
            measured_area_m2: measured,
            recognised_area_m2: recognised,
            built_year,
        }
    }

    #[test]
    fn one_is_of_age_on_the_eighteenth_birthday() {
        for (birth, adult) in [
            ("2000-03-05", true),
            ("2000-03-06", false),
            ("1949-12-31", true),
            ("2018-03-05", false),
            ("2018-03-06", false),
        ] {
            assert_eq!(is_adult(Some(day(birth)), today()), adult, "{birth}");
        }
        assert!(
            is_adult(None, today()),
            "nobody is kept out for a missing day"
        );
    }

    #[test]
    fn a_leapling_is_of_age_on_the_first_of_march() {
        let birth = Some(day("2000-02-29"));
        assert!(!is_adult(birth, day("2018-02-28")));
        assert!(is_adult(birth, day("2018-03-01")));
    }

    #[test]
    fn the_day_of_birth_comes_from_the_citizen_number() {
        let document = given(IdDocumentKind::CitizenNumber, Some(NUMBER));
        for birth_on in [None, Some(day("1949-12-31"))] {
            let identity = check_identity(&document, birth_on, today()).unwrap();
            assert_eq!(identity.birth_on, Some(day("1949-12-31")));
        }
        let refused = check_identity(&document, Some(day("1949-12-30")), today()).unwrap_err();
        assert_eq!(
            wrongs(refused),
            [("/birth_on".to_owned(), "birth-contradicts-number")]
        );
    }

    #[test]
    fn nobody_is_born_tomorrow() {
        let none = given(IdDocumentKind::None, None);
        let refused = check_identity(&none, Some(day("2018-03-06")), today()).unwrap_err();
        assert_eq!(wrongs(refused), [("/birth_on".to_owned(), "day-in-future")]);
        let number = given(IdDocumentKind::CitizenNumber, Some(NUMBER));
        let refused = check_identity(&number, None, day("1949-12-30")).unwrap_err();
        assert_eq!(
            wrongs(refused),
            [("/document/number".to_owned(), "day-in-future")]
        );
    }

    #[test]
    fn a_kept_citizen_number_keeps_its_day_of_birth() {
        let known = Some(day("1949-12-31"));
        let number = IdDocumentKind::CitizenNumber;
        assert_eq!(check_birth(number, known, None, today()), Ok(known));
        assert_eq!(check_birth(number, known, known, today()), Ok(known));
        assert!(check_birth(number, known, Some(day("1950-01-01")), today()).is_err());
        let other = IdDocumentKind::Passport;
        assert_eq!(check_birth(other, known, None, today()), Ok(None));
        assert!(check_birth(other, known, Some(day("2018-03-06")), today()).is_err());
    }

    #[test]
    fn a_structure_has_one_plausible_area_at_least() {
        let check = |areas, built| check_structure(&structure(areas, built), today());
        assert_eq!(check([None, Some("1000000.00"), None], Some(2018)), Ok(()));
        let refused = check([Some("1000000.01"), None, Some("1")], Some(2019)).unwrap_err();
        let expected = [
            ("/certificate_area_m2".to_owned(), "area-implausible"),
            ("/built_year".to_owned(), "built-in-future"),
        ];
        assert_eq!(wrongs(refused), expected);
        let refused = check([None, None, None], None).unwrap_err();
        assert_eq!(wrongs(refused), [(String::new(), "structure-without-area")]);
    }
}
