//! What can be looked for.

use poem_openapi::{Object, types::Example};

use super::keys;
use crate::{
    http::{Problem, words},
    values::{CitizenNumber, Number, ParcelId, PersonName, Phone, PhoneTail, PinyinInitials},
};

/// What to look for: exactly one criterion, and a parcel to narrow it.
#[derive(Debug, Clone, Object)]
#[oai(example, skip_serializing_if_is_none)]
pub struct HouseholdSearch {
    /// The whole citizen number of anybody in the household.
    #[oai(write_only)]
    pub citizen_number: Option<CitizenNumber>,
    /// The whole number, however it is written.
    pub phone: Option<Phone>,
    /// The last four digits of the telephone number.
    pub phone_last4: Option<PhoneTail>,
    /// The name of the holder or of an adult of the household, or part of it: two characters at
    /// least, from any character or word on.
    pub name: Option<PersonName>,
    /// The first letters of such a name in pinyin, or the first few of them: `zxs` for 张小三.
    pub pinyin_initials: Option<PinyinInitials>,
    /// The whole number of the household.
    pub household_no: Option<Number>,
    /// The whole number of its agreement.
    pub agreement_no: Option<Number>,
    /// Only in this parcel.
    pub parcel_id: Option<ParcelId>,
}

impl Example for HouseholdSearch {
    fn example() -> Self {
        Self {
            citizen_number: None,
            phone: None,
            phone_last4: None,
            name: PersonName::parse("小三").ok(),
            pinyin_initials: None,
            household_no: None,
            agreement_no: None,
            parcel_id: None,
        }
    }
}

/// The one criterion of a search.
#[derive(Debug)]
pub(super) enum Criterion {
    CitizenNumber(CitizenNumber),
    Phone(Phone),
    PhoneTail(PhoneTail),
    /// A beginning among the keys of names.
    Name(String),
    Initials(String),
    HouseholdNo(Number),
    AgreementNo(Number),
}

impl Criterion {
    /// What the trail calls it.
    pub(super) fn key(&self) -> &'static str {
        match self {
            Self::CitizenNumber(_) => "citizen_number",
            Self::Phone(_) => "phone",
            Self::PhoneTail(_) => "phone_last4",
            Self::Name(_) => "name",
            Self::Initials(_) => "pinyin_initials",
            Self::HouseholdNo(_) => "household_no",
            Self::AgreementNo(_) => "agreement_no",
        }
    }
}

/// The criterion that is given; 422 when there is none, or more than one.
pub(super) fn criterion(search: &HouseholdSearch) -> Result<Criterion, Problem> {
    let search = search.clone();
    let name = search.name.map(|name| {
        if name.as_str().chars().count() < keys::SHORTEST {
            return Err(name_too_short());
        }
        Ok(Criterion::Name(keys::of_part(name.as_str())))
    });
    let initials = search
        .pinyin_initials
        .map(|letters| keys::of_initials(letters.as_str()));
    let mut given = [
        search.citizen_number.map(Criterion::CitizenNumber),
        search.phone.map(Criterion::Phone),
        search.phone_last4.map(Criterion::PhoneTail),
        name.transpose()?,
        initials.map(Criterion::Initials),
        search.household_no.map(Criterion::HouseholdNo),
        search.agreement_no.map(Criterion::AgreementNo),
    ]
    .into_iter()
    .flatten();
    match (given.next(), given.next()) {
        (Some(criterion), None) => Ok(criterion),
        _ => Err(Problem::invalid(
            "search-not-one-criterion",
            "查找条件应恰好填写一项",
            "A search has exactly one criterion",
        )),
    }
}

fn name_too_short() -> Problem {
    Problem::invalid(
        "search-name-too-short",
        "姓名至少填写两个字",
        "A name is searched by two characters at least",
    )
    .at("/name", words!("至少两个字", "two characters at least"))
}
