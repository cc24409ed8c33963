//! The case in its two encodings.

use poem_openapi::types::ToJSON as _;

use super::model::*;
use crate::{
    agreements::AgreementStatus,
    households::DisclosureReason,
    needs::model::{NeedKind, NeedOutcome, NeedStatus},
    parcels::{ParcelKind, ParcelStage},
    staff::Role,
    values::{Area, Day, Instant, MaskedName, Money},
};

fn disclosure() -> CaseDisclosure {
    CaseDisclosure {
        at: Instant::parse("2018-03-05T02:00:00Z").unwrap(),
        role: Role::GridWorker,
        unit: "十六里河街道".into(),
        reason: DisclosureReason::SiteVisit,
    }
}

fn step(due_on: Option<Day>) -> NextStep {
    NextStep {
        code: NextStepCode::WaitForHome,
        title: "等待".into(),
        due_on,
        days_left: due_on.map(|_| 3),
    }
}

fn home(handed_over_on: Option<Day>, area: Area) -> CaseHome {
    CaseHome {
        estate: "小区".into(),
        building: "3号楼".into(),
        flat_no: "1102".into(),
        area_m2: area,
        inspection: CaseInspection::None,
        open_defects: 2,
        severe_defects: 1,
        handed_over_on,
    }
}

fn case(full: bool) -> ResidentCase {
    let day = Day::parse("2018-03-05").unwrap();
    let area = Area::parse("120.50").unwrap();
    let step = step(full.then_some(day));
    ResidentCase {
        programme: CaseProgramme {
            name: "计划".into(),
            synthetic: full,
        },
        parcel: CaseParcel {
            name: "东村".into(),
            kind: ParcelKind::OldVillage,
            stage: ParcelStage::Demolish,
        },
        household_no: "H-1".into(),
        holder: MaskedName::of("张小三"),
        floor_area_m2: area,
        as_of: day,
        stage: CaseStage::HomeAssigned,
        next_step: step.clone(),
        moving_out: full.then_some(step),
        agreement: full.then_some(CaseAgreement {
            agreement_no: "A-1".into(),
            status: AgreementStatus::Signed,
            signed_on: Some(day),
            voided_on: Some(day),
            floor_area_m2: area,
            amount: Money::parse("1250000.70").unwrap(),
        }),
        homes: vec![home(full.then_some(day), area)],
        needs: vec![CaseNeed {
            kind: NeedKind::Medical,
            person_name: MaskedName::of("张三"),
            status: NeedStatus::Arranged,
            due_on: day,
            overdue: full,
            provider: full.then(|| "医院".into()),
            outcome: full.then_some(NeedOutcome::Withdrawn),
        }],
        contacts: vec![CaseContact {
            role: ContactRole::VillageOffice,
            name: full.then(|| "办公室".into()),
            phone: full.then(|| "0531-00000000".into()),
        }],
        lookups: [LookupChannel::Household, LookupChannel::GridWorker]
            .map(|channel| CaseLookup {
                at: Instant::parse("2018-03-05T02:00:00Z").unwrap(),
                channel,
                assistant: full.then(|| "张网格".into()),
            })
            .into(),
        disclosures: vec![disclosure()],
    }
}

#[test]
fn the_fast_encoding_is_the_encoding_of_the_contract() {
    for full in [true, false] {
        let case = case(full);
        assert_eq!(serde_json::to_value(&case).ok(), case.to_json());
    }
}

#[test]
fn channels_are_called_the_same_everywhere() {
    for channel in [LookupChannel::Household, LookupChannel::GridWorker] {
        assert_eq!(channel.to_json(), Some(channel.key().into()));
    }
}
