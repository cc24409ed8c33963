//! Why something about a request is refused, and how that is told.

use super::model::{RefusalReason, State};
use crate::http::{FieldError, Problem, Words, words};

/// Why something about a request is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A guardian is proven by another document than an agent.
    ProofMismatch,
    /// A correction is of exactly one field.
    OneField,
    /// Only a correction has a field.
    NothingToCorrect,
    /// It says not whose data.
    PersonMissing,
    /// The same waits for an answer already.
    AskedAlready,
    /// A refusal has a reason.
    ReasonMissing,
    /// An acceptance has none.
    ReasonOfAcceptance,
    /// The reason needs a note.
    NoteMissing,
    /// The reason is for another kind of request.
    ReasonOfAnotherKind,
    /// The law does not ask for what the reason says.
    ReasonDoesNotApply,
    /// What cannot follow on this state.
    NotOpen(State),
    /// Whoever entered an erasure does not decide on it.
    SamePerson,
    /// The law wants the data kept.
    MustBeKept(Vec<RefusalReason>),
    /// There is no copy yet.
    CopyNotReady,
    /// The copy was there long enough.
    CopyExpired,
    /// Two people of the household have a document that ends so.
    SessionOfTwo,
}

fn incomplete(pointer: &str, told: Words) -> Problem {
    Problem::invalid(
        "data-request-incomplete",
        "请求内容与种类不符",
        "The content does not fit the kind of the request",
    )
    .at(pointer, told)
}

fn reason(told: Words) -> Problem {
    Problem::invalid(
        "refusal-mismatch",
        "答复与理由不符",
        "Decision and reason do not fit",
    )
    .at("/refusal", told)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::ProofMismatch => Self::invalid(
                "proof-mismatch",
                "核验方式与申请人不符",
                "The proof does not fit who asks",
            )
            .at(
                "/proof",
                words!(
                    "本人核验证件，监护人、近亲属核验关系证明，受托人核验授权委托书",
                    "document_seen of the person, kinship_document of guardians and relatives, \
                     power_of_attorney of agents"
                ),
            ),
            Refusal::OneField => incomplete(
                "/correction",
                words!(
                    "请填写一项要更正的内容",
                    "give exactly one field to correct"
                ),
            ),
            Refusal::NothingToCorrect => incomplete(
                "/correction",
                words!("只有更正请求才填写", "only a correction has one"),
            ),
            Refusal::PersonMissing => incomplete(
                "/person_id",
                words!(
                    "须指明是谁的信息；只有联系电话和地址属于整户",
                    "say whose data; only telephone and address are the household's"
                ),
            ),
            Refusal::ReasonMissing => reason(words!("请选择理由", "a refusal has a reason")),
            Refusal::ReasonOfAcceptance => reason(words!(
                "同意办理时不填理由和说明",
                "an acceptance has neither reason nor note"
            )),
            Refusal::NoteMissing => reason(words!(
                "理由为“其他”时须说明",
                "the reason `other` needs a note"
            )),
            Refusal::ReasonOfAnotherKind => reason(words!(
                "该理由不适用于此类请求",
                "this reason is for another kind of request"
            )),
            present => of_state(present),
        }
    }
}

/// What depends on the present state.
fn of_state(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::AskedAlready => Problem::conflict(
            "data-request-open-already",
            "相同的请求正在办理",
            "The same request is open already",
        ),
        Refusal::NotOpen(state) => Problem::conflict(
            "data-request-not-open",
            "该请求不在可办理状态",
            "The request is not open for this",
        )
        .allowed(state.next().iter().copied()),
        Refusal::SamePerson => Problem::conflict(
            "decided-by-same-person",
            "删除请求须由登记人以外的人决定",
            "Who entered an erasure does not decide on it",
        )
        .detail(words!(
            "请由另一人决定；同一人换用别的密钥或由他人代办均不算另一人",
            "let somebody else decide; another key of the same person is nobody else"
        )),
        Refusal::MustBeKept(reasons) => must_be_kept(reasons),
        Refusal::ReasonDoesNotApply => Problem::conflict(
            "refusal-does-not-apply",
            "该法定理由目前不成立",
            "The law does not ask for that now",
        ),
        Refusal::CopyNotReady => Problem::conflict(
            "copy-not-ready",
            "个人信息副本尚未生成",
            "There is no copy yet",
        ),
        Refusal::CopyExpired => Problem::conflict(
            "copy-expired",
            "个人信息副本已过期清除",
            "The copy has expired",
        )
        .detail(words!("请重新登记请求", "enter a new request")),
        _ => Problem::conflict(
            "session-of-two",
            "无法确定是家中哪一位",
            "It is not clear who of the household asks",
        )
        .detail(words!(
            "家中有两位证件后六位相同，请到改造（征收）办公室办理",
            "two documents end alike; please ask at the office"
        )),
    }
}

fn must_be_kept(reasons: Vec<RefusalReason>) -> Problem {
    let told = reasons.into_iter().map(|reason| {
        let (zh, en) = reason.words();
        FieldError::new("/accepted", reason.key(), Words::new(zh, en))
    });
    Problem::conflict(
        "data-must-be-kept",
        "依法须保存，不能删除",
        "The law wants the data kept",
    )
    .detail(words!(
        "请以所列理由答复；在此期间只作存储和必要的安全保护（个人信息保护法第47条）",
        "refuse with a reason that is named; until then they are stored and protected only \
         (PIPL 47)"
    ))
    .errors(told.collect())
}
