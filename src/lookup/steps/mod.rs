//! How far a household is, and what comes next for it.

use super::model::{
    CaseAgreement, CaseHome, CaseInspection, CaseNeed, CaseStage, NextStep, NextStepCode,
};
use crate::{
    agreements::AgreementStatus,
    http::{Language, Words, words},
    needs::model::{NeedKind, NeedStatus},
    parcels::ParcelStage,
    values::Day,
};

/// What stage and next step follow from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Circumstances<'a> {
    pub(super) parcel: ParcelStage,
    pub(super) signing_to: Option<Day>,
    pub(super) moving_by: Option<Day>,
    /// The live agreement, else the last void one.
    pub(super) agreement: Option<&'a CaseAgreement>,
    pub(super) homes: &'a [CaseHome],
    pub(super) needs: &'a [CaseNeed],
    pub(super) today: Day,
}

/// A step before its language is known.
struct Step {
    code: NextStepCode,
    title: Words,
    due_on: Option<Day>,
}

impl Step {
    fn new(code: NextStepCode, zh: &'static str, en: &'static str) -> Self {
        Self {
            code,
            title: Words::new(zh, en),
            due_on: None,
        }
    }

    fn told(self, today: Day, language: Language) -> NextStep {
        NextStep {
            code: self.code,
            title: self.title.read(language).to_owned(),
            due_on: self.due_on,
            days_left: self.due_on.map(|due| due.days_since(today)),
        }
    }
}

impl Circumstances<'_> {
    /// How far the household is. Homes count under a signed agreement alone: what a void one
    /// promised is no longer promised.
    pub(super) fn stage(&self) -> CaseStage {
        let handed_over = self.homes.iter().all(|home| home.handed_over_on.is_some());
        match self.agreement.map(|agreement| agreement.status) {
            Some(AgreementStatus::Void) | None => CaseStage::Registered,
            Some(AgreementStatus::Draft) => CaseStage::Drafted,
            Some(AgreementStatus::Signed) if self.homes.is_empty() => CaseStage::Signed,
            Some(AgreementStatus::Signed) if handed_over => CaseStage::HandedOver,
            Some(AgreementStatus::Signed) => CaseStage::HomeAssigned,
        }
    }

    /// What comes next, and until when.
    pub(super) fn next_step(&self, language: Language) -> NextStep {
        let step = match self.stage() {
            CaseStage::Registered => self.signing(Words::new(
                "签订补偿安置协议",
                "Sign the compensation and resettlement agreement",
            )),
            CaseStage::Drafted => self.signing(Words::new(
                "核对并签订补偿安置协议",
                "Check and sign the compensation and resettlement agreement",
            )),
            CaseStage::Signed if self.must_vacate() => self.vacating(),
            CaseStage::Signed => Step::new(
                NextStepCode::WaitForHome,
                "等待分配安置房",
                "Wait until a new home is assigned",
            ),
            CaseStage::HomeAssigned => self.receiving_keys(),
            CaseStage::HandedOver => self.finishing(),
        };
        step.told(self.today, language)
    }

    /// Moving out of the old house while another step comes next: its deadline does not wait for
    /// the new home.
    pub(super) fn moving_out(&self, language: Language) -> Option<NextStep> {
        let meanwhile = self.stage() == CaseStage::HomeAssigned
            && self.moving_by.is_some()
            && self.must_vacate();
        meanwhile.then(|| self.vacating().told(self.today, language))
    }

    /// Whether the old house may still be lived in. Who moved out when is not on record, so nobody
    /// is told to be late: after the day, and once the parcel is cleared, this is no step any more.
    fn must_vacate(&self) -> bool {
        self.parcel <= ParcelStage::Demolish && self.moving_by.is_none_or(|day| self.today <= day)
    }

    fn vacating(&self) -> Step {
        Step {
            due_on: self.moving_by,
            ..Step::new(
                NextStepCode::Vacate,
                "腾空房屋，办理搬迁",
                "Move out and hand over the old house",
            )
        }
    }

    /// To sign, if the signing period lets one; after a void agreement that is said first.
    fn signing(&self, title: Words) -> Step {
        let ended = self.signing_to.filter(|last| *last < self.today);
        let title = match (self.voided(), ended) {
            (Some(voided), _) => voided,
            (None, Some(last)) => {
                let (zh, en) = (last.in_chinese(), last.in_english());
                words!(
                    "签约期限已于{zh}结束，请与改造（征收）办公室联系，了解现在怎么办理。",
                    "The signing period ended on {en}. Please ask the redevelopment office how to go on."
                )
            }
            (None, None) => title,
        };
        let (code, due_on) = match ended {
            Some(_) => (NextStepCode::AskOffice, None),
            None => (NextStepCode::Sign, self.signing_to),
        };
        Step {
            code,
            title,
            due_on,
        }
    }

    fn voided(&self) -> Option<Words> {
        let agreement = self.agreement?;
        let (number, day) = (&agreement.agreement_no, agreement.voided_on?);
        let (zh, en) = (day.in_chinese(), day.in_english());
        Some(words!(
            "原协议（{number}）已于{zh}作废，金额不再有效。请与改造（征收）办公室联系重新签订。",
            "The former agreement ({number}) was voided on {en}; its amount is no longer valid. Please ask the redevelopment office about signing anew."
        ))
    }

    fn receiving_keys(&self) -> Step {
        let mut waiting = self.homes.iter().filter(|h| h.handed_over_on.is_none());
        let passed = |home: &CaseHome| home.inspection == CaseInspection::Passed;
        if waiting.clone().any(|h| passed(h) && h.severe_defects == 0) {
            Step::new(
                NextStepCode::CollectKeys,
                "领取安置房钥匙",
                "Collect the keys of the new home",
            )
        } else if waiting.any(passed) {
            Step::new(
                NextStepCode::WaitForHome,
                "等待安置房问题修好",
                "Wait until the faults of the new home are put right",
            )
        } else {
            Step::new(
                NextStepCode::WaitForHome,
                "等待安置房验收合格",
                "Wait until the new home has passed its check",
            )
        }
    }

    /// After the keys: nothing, or what is still being worked on.
    fn finishing(&self) -> Step {
        let of_kind = |kind| {
            let open = |need: &&CaseNeed| need.kind == kind && need.status != NeedStatus::Closed;
            i64::try_from(self.needs.iter().filter(open).count()).unwrap_or(i64::MAX)
        };
        let repairs = self.homes.iter().map(|home| home.open_defects).sum();
        let (mut zh, mut en) = (vec![], vec![]);
        for (count, name, unit, one, many) in [
            (
                of_kind(NeedKind::Schooling),
                "子女上学",
                "件",
                "school place",
                "school places",
            ),
            (
                of_kind(NeedKind::Medical),
                "看病就医",
                "件",
                "medical need",
                "medical needs",
            ),
            (repairs, "房屋维修", "处", "repair", "repairs"),
        ] {
            if count > 0 {
                zh.push(format!("{name} {count} {unit}"));
                en.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        if zh.is_empty() {
            return Step::new(
                NextStepCode::Done,
                "安置房已交付，安置手续已办完",
                "Your new home has been handed over; the resettlement steps are complete",
            );
        }
        let (zh, en) = (zh.join("、"), en.join(", "));
        Step {
            code: NextStepCode::FollowUp,
            title: words!(
                "房子已交付。还有没办完的事：{zh}，正在办理",
                "Your home is handed over. Still open: {en}"
            ),
            due_on: None,
        }
    }
}

#[cfg(test)]
mod tests;
