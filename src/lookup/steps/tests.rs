//! The rules of stage and next step, case by case.

use super::*;
use crate::values::MaskedName;
use crate::{
    needs::model::NeedOutcome,
    values::{Area, Money},
};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn agreement(status: AgreementStatus) -> CaseAgreement {
    CaseAgreement {
        agreement_no: "A-1".into(),
        status,
        signed_on: Some(day("2018-03-04")),
        voided_on: (status == AgreementStatus::Void).then(|| day("2018-03-12")),
        floor_area_m2: Area::ZERO,
        amount: Money::parse("1.00").unwrap(),
    }
}

fn home(handed_over: bool, inspection: CaseInspection, severe_defects: i64) -> CaseHome {
    CaseHome {
        estate: String::new(),
        building: String::new(),
        flat_no: String::new(),
        area_m2: Area::ZERO,
        inspection,
        open_defects: severe_defects,
        severe_defects,
        handed_over_on: handed_over.then(|| day("2018-03-01")),
    }
}

fn need(kind: NeedKind, status: NeedStatus) -> CaseNeed {
    CaseNeed {
        kind,
        person_name: MaskedName::of("张小四"),
        status,
        due_on: day("2018-09-01"),
        overdue: false,
        provider: None,
        outcome: (status == NeedStatus::Closed).then_some(NeedOutcome::Met),
    }
}

fn on<'a>(today: &str, agreement: Option<&'a CaseAgreement>) -> Circumstances<'a> {
    Circumstances {
        signing_to: Some(day("2018-03-31")),
        moving_by: Some(day("2018-04-30")),
        parcel: ParcelStage::Demolish,
        agreement,
        homes: &[],
        needs: &[],
        today: day(today),
    }
}

fn told(now: &Circumstances<'_>) -> (NextStepCode, String, Option<i64>) {
    let step = now.next_step(Language::Chinese);
    assert_eq!(step.due_on.is_some(), step.days_left.is_some());
    (step.code, step.title, step.days_left)
}

#[test]
fn the_stage_is_what_the_household_has_under_a_signed_agreement() {
    use AgreementStatus::{Draft, Signed, Void};
    let kept = home(true, CaseInspection::Passed, 0);
    let waiting = home(false, CaseInspection::None, 0);
    let both = [kept.clone(), waiting.clone()];
    for (status, homes, stage) in [
        (None, &[][..], CaseStage::Registered),
        (Some(Draft), &[], CaseStage::Drafted),
        (Some(Signed), &[], CaseStage::Signed),
        (Some(Signed), &both, CaseStage::HomeAssigned),
        (Some(Signed), &[waiting], CaseStage::HomeAssigned),
        (Some(Signed), &[kept], CaseStage::HandedOver),
        (Some(Void), &[], CaseStage::Registered),
        (Some(Void), &both, CaseStage::Registered),
        (Some(Draft), &both, CaseStage::Drafted),
    ] {
        let agreement = status.map(agreement);
        let now = Circumstances {
            homes,
            ..on("2018-03-05", agreement.as_ref())
        };
        assert_eq!(now.stage(), stage, "{status:?} {}", homes.len());
    }
}

#[test]
fn signing_has_its_last_day_and_after_it_the_office_is_asked() {
    let draft = agreement(AgreementStatus::Draft);
    let (code, title, days) = told(&on("2018-03-05", None));
    assert_eq!((code, days), (NextStepCode::Sign, Some(26)));
    assert_eq!(title, "签订补偿安置协议");
    assert_eq!(told(&on("2018-03-31", Some(&draft))).2, Some(0));
    for agreement in [None, Some(&draft)] {
        let (code, title, days) = told(&on("2018-04-02", agreement));
        assert_eq!((code, days), (NextStepCode::AskOffice, None));
        let said = "签约期限已于2018年3月31日结束，请与改造（征收）办公室联系，了解现在怎么办理。";
        assert_eq!(title, said);
    }
}

#[test]
fn a_void_agreement_is_the_first_thing_said() {
    let void = agreement(AgreementStatus::Void);
    let homes = [home(true, CaseInspection::Passed, 0)];
    for (today, code, days) in [
        ("2018-03-20", NextStepCode::Sign, Some(11)),
        ("2018-05-01", NextStepCode::AskOffice, None),
    ] {
        let now = Circumstances {
            homes: &homes,
            ..on(today, Some(&void))
        };
        let said = "原协议（A-1）已于2018年3月12日作废，金额不再有效。请与改造（征收）办公室联系重新签订。";
        assert_eq!(told(&now), (code, said.to_owned(), days));
        assert!(
            now.next_step(Language::English)
                .title
                .contains("voided on 12 March 2018")
        );
        assert_eq!(now.moving_out(Language::Chinese), None);
    }
}

#[test]
fn moving_out_keeps_its_deadline_until_the_keys() {
    let signed = agreement(AgreementStatus::Signed);
    let (waiting, kept) = (
        [home(false, CaseInspection::Passed, 0)],
        [home(true, CaseInspection::Passed, 0)],
    );
    let moving = |now: Circumstances<'_>| {
        let step = now.moving_out(Language::Chinese)?;
        assert_eq!(
            (step.code, step.title.as_str()),
            (NextStepCode::Vacate, "腾空房屋，办理搬迁")
        );
        step.days_left
    };
    let now = on("2018-04-28", Some(&signed));
    assert_eq!(told(&now).2, Some(2), "the next step itself");
    assert_eq!(moving(now), None);
    let assigned = Circumstances {
        homes: &waiting,
        ..now
    };
    assert_eq!(told(&assigned).0, NextStepCode::CollectKeys);
    assert_eq!(moving(assigned), Some(2));
    let undated = Circumstances {
        moving_by: None,
        ..assigned
    };
    let cleared = Circumstances {
        parcel: ParcelStage::Supply,
        ..assigned
    };
    let passed = Circumstances {
        today: day("2018-05-01"),
        ..assigned
    };
    let moved = Circumstances {
        homes: &kept,
        ..assigned
    };
    assert_eq!([undated, cleared, passed, moved].map(moving), [None; 4]);

    let undated = Circumstances {
        moving_by: None,
        ..now
    };
    assert_eq!(
        (told(&undated).0, told(&undated).2),
        (NextStepCode::Vacate, None)
    );
    for waiting in [
        Circumstances {
            homes: &[],
            ..passed
        },
        Circumstances {
            homes: &[],
            ..cleared
        },
    ] {
        assert_eq!(told(&waiting).1, "等待分配安置房");
    }
}

#[test]
fn keys_wait_for_the_inspection_and_then_for_severe_defects() {
    use CaseInspection::{Failed, None, Passed};
    let signed = agreement(AgreementStatus::Signed);
    for (homes, title) in [
        (vec![home(false, None, 0)], "等待安置房验收合格"),
        (vec![home(false, Failed, 1)], "等待安置房验收合格"),
        (vec![home(false, Passed, 1)], "等待安置房问题修好"),
        (vec![home(false, Passed, 0)], "领取安置房钥匙"),
        (
            vec![home(false, Passed, 1), home(false, Passed, 0)],
            "领取安置房钥匙",
        ),
        (
            vec![home(false, None, 0), home(true, Passed, 0)],
            "等待安置房验收合格",
        ),
    ] {
        let now = Circumstances {
            homes: &homes,
            ..on("2018-06-01", Some(&signed))
        };
        assert_eq!(told(&now).1, title);
    }
}

#[test]
fn nothing_is_finished_while_a_need_or_a_defect_is_open() {
    use NeedKind::{Medical, Schooling};
    let signed = agreement(AgreementStatus::Signed);
    let (sound, faulty) = (
        [home(true, CaseInspection::Passed, 0)],
        [home(true, CaseInspection::Passed, 2)],
    );
    let closed = [need(Schooling, NeedStatus::Closed)];
    let open = [
        need(Schooling, NeedStatus::Open),
        need(Medical, NeedStatus::Arranged),
    ];
    let done = "安置房已交付，安置手续已办完";
    let some = "房子已交付。还有没办完的事：子女上学 1 件、看病就医 1 件、房屋维修 2 处，正在办理";
    let repairs = "房子已交付。还有没办完的事：房屋维修 2 处，正在办理";
    for (homes, needs, code, title) in [
        (&sound, &closed[..], NextStepCode::Done, done),
        (&faulty, &closed, NextStepCode::FollowUp, repairs),
        (&faulty, &open, NextStepCode::FollowUp, some),
    ] {
        let now = Circumstances {
            homes,
            needs,
            ..on("2018-06-01", Some(&signed))
        };
        assert_eq!(told(&now), (code, title.to_owned(), None));
    }
    let now = Circumstances {
        homes: &faulty,
        needs: &open,
        ..on("2018-06-01", Some(&signed))
    };
    let english = "Your home is handed over. Still open: 1 school place, 1 medical need, 2 repairs";
    assert_eq!(now.next_step(Language::English).title, english);
}
