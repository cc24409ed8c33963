//! Why something about a household is refused, and how that is told.

use super::rules::{PERSONS_MAX, STRUCTURE_AREA_MAX_M2, STRUCTURES_MAX};
use crate::{
    http::{FieldError, Problem, Words, words},
    values::ValueError,
};

/// Why something about a household is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Everything that is wrong with its facts, in the order of the body.
    WrongFacts(Vec<Mistake>),
    /// A telephone number is given and taken away.
    PhoneBothWays,
    /// A day of birth is given and taken away.
    BirthBothWays,
    /// The last person cannot leave.
    LastPerson,
    /// It has as many persons as a household may have.
    PersonsFull,
    /// It has as many structures as a household may have.
    StructuresFull,
}

/// One wrong fact and where it stands in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) pointer: String,
    pub(super) wrong: Wrong,
}

/// What is wrong with a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    Document(ValueError),
    BirthContradictsNumber,
    BirthInFuture,
    NoArea,
    AreaImplausible,
    BuiltInFuture,
}

impl Wrong {
    /// Key and title of the problem that reports it.
    fn title(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Document(_) => (
                "document-invalid",
                "证件号码不正确",
                "An identity document is not valid",
            ),
            Self::BirthContradictsNumber => (
                "birth-contradicts-number",
                "出生日期与身份证号码不符",
                "The day of birth contradicts the citizen number",
            ),
            Self::BirthInFuture => (
                "day-in-future",
                "日期不能晚于今天",
                "The day lies in the future",
            ),
            Self::NoArea => (
                "structure-without-area",
                "房屋没有面积",
                "A structure has no area",
            ),
            Self::AreaImplausible => (
                "area-implausible",
                "房屋面积过大",
                "The area of a structure is implausible",
            ),
            Self::BuiltInFuture => (
                "built-in-future",
                "建成年份不能晚于今年",
                "A structure is built in the future",
            ),
        }
    }

    /// The key of this very mistake.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Document(refused) => refused.code,
            other => other.title().0,
        }
    }

    /// The mistake in words, without repeating what was given.
    pub fn words(&self) -> Words {
        match self {
            Self::Document(refused) => Words::new(refused.zh.clone(), refused.en.clone()),
            Self::BirthContradictsNumber => words!(
                "与身份证号码中的出生日期不一致；可以不填，由号码得出",
                "differs from the day in the citizen number; leave it out to take that one"
            ),
            Self::BirthInFuture => words!("出生日期晚于今天", "born after today"),
            Self::NoArea => words!(
                "证载、实测、认定面积至少填写一项",
                "give the certificate, the measured or the recognised area"
            ),
            Self::AreaImplausible => words!(
                "单个房屋不得超过 {STRUCTURE_AREA_MAX_M2} 平方米",
                "a structure has at most {STRUCTURE_AREA_MAX_M2} m²"
            ),
            Self::BuiltInFuture => words!("晚于今年", "after the present year"),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let full = |zh, en| Self::conflict("household-full", zh, en);
        match refusal {
            Refusal::WrongFacts(mistakes) => {
                let (code, zh, en) = mistakes
                    .first()
                    .expect("refused for a mistake")
                    .wrong
                    .title();
                let told = mistakes
                    .iter()
                    .map(|m| FieldError::new(&*m.pointer, m.wrong.code(), m.wrong.words()));
                Self::invalid(code, zh, en).errors(told.collect())
            }
            Refusal::PhoneBothWays => Self::invalid(
                "phone-both-ways",
                "电话不能既填写又删除",
                "The phone number is given and taken away",
            ),
            Refusal::BirthBothWays => Self::invalid(
                "birth-both-ways",
                "出生日期不能既填写又删除",
                "The day of birth is given and taken away",
            ),
            Refusal::LastPerson => Self::conflict(
                "last-person",
                "每户至少保留一人",
                "A household keeps at least one person",
            ),
            Refusal::PersonsFull => full(
                "该户人数已达上限",
                "The household has no room for another person",
            )
            .detail(words!(
                "每户最多 {PERSONS_MAX} 人",
                "a household has at most {PERSONS_MAX} persons"
            )),
            Refusal::StructuresFull => full(
                "该户房屋数已达上限",
                "The household has no room for another structure",
            )
            .detail(words!(
                "每户最多 {STRUCTURES_MAX} 处",
                "a household has at most {STRUCTURES_MAX} structures"
            )),
        }
    }
}
