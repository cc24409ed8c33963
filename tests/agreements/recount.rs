//! What the database counts is what the definition says, whatever happened.

use std::sync::atomic::{AtomicUsize, Ordering};

use anju::{
    agreements::signing_rate::{RosterLine, Signing, recount},
    values::{Area, Day, HouseholdId},
};
use proptest::{prelude::*, test_runner::TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use super::{freeze, id, rate, text};
use crate::support::{Reply, Town, day};

const HOUSEHOLDS: usize = 6;
const DAYS: u64 = 30;

/// An agreement of one of the households, the last of which is not on the roster: signed so many
/// days after the first day, void so many days later.
#[derive(Debug, Clone)]
struct Act {
    household: usize,
    signed_after: u64,
    void_after: Option<u64>,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = (
        0..=HOUSEHOLDS,
        0..DAYS,
        prop::option::weighted(0.7, 0..12_u64),
    );
    let act = act.prop_map(|(household, signed_after, void_after)| Act {
        household,
        signed_after,
        void_after,
    });
    prop::collection::vec(act, 0..20).prop_map(one_live_each)
}

/// Only the last agreement of a household may be live; the others end up void.
fn one_live_each(mut acts: Vec<Act>) -> Vec<Act> {
    for household in 0..=HOUSEHOLDS {
        let mut own = acts.iter_mut().filter(|a| a.household == household).rev();
        own.next();
        for earlier in own {
            earlier.void_after.get_or_insert(3);
        }
    }
    acts
}

fn first_day() -> Day {
    day("2018-01-20")
}

fn after(days: u64) -> Day {
    first_day().plus_days(days).unwrap()
}

/// Households of the given areas in hundredths of a square metre, numbered from `first` on.
async fn settle(owner: &PgPool, parcel: &Value, first: usize, areas: &[i64]) -> Vec<RosterLine> {
    let mut lines = vec![];
    for (n, centi) in (first..).zip(areas) {
        let area = Decimal::new(*centi, 2);
        let household: Uuid = sqlx::query_scalar(
            "with new as (
                 insert into household (id, parcel_id, org_unit_id, household_no, holder_name, address,
                                        created_at)
                 values (gen_random_uuid(), $1, (select org_unit_id from parcel where id = $1), $2, '张小三', '大沟村', now()) returning id)
             insert into structure (id, household_id, seq, use, measured_area_m2)
             select gen_random_uuid(), id, 1, 'residential', $3 from new returning household_id",
        )
        .bind(id(parcel))
        .bind(format!("H-{n}"))
        .bind(area)
        .fetch_one(owner)
        .await
        .unwrap();
        lines.push(RosterLine {
            household_id: HouseholdId(household),
            floor_area_m2: Area::from_decimal(area).unwrap(),
        });
    }
    lines
}

async fn record(owner: &PgPool, parcel: &Value, signing: &Signing) {
    sqlx::query(
        "insert into agreement (id, household_id, parcel_id, agreement_no, status, floor_area_m2,
                                amount, signed_on, signed_at, voided_on, void_reason, created_at)
         select gen_random_uuid(), $1, $2, gen_random_uuid()::text,
                case when $4::date is null then 'signed' else 'void' end::agreement_status,
                1, 1, $3, now(), $4,
                case when $4 is not null then 'wrong_facts'::void_reason end, now()",
    )
    .bind(signing.household_id.0)
    .bind(id(parcel))
    .bind(signing.signed_on)
    .bind(signing.voided_on)
    .execute(owner)
    .await
    .unwrap();
}

/// A parcel with a frozen roster and what was signed in it.
struct Case<'a> {
    town: &'a Town,
    programme: Value,
    parcel: Value,
    roster: Vec<RosterLine>,
    signings: Vec<Signing>,
}

impl<'a> Case<'a> {
    async fn new(town: &'a Town, number: usize, areas: &[i64], acts: &[Act]) -> Self {
        let owner = &town.owner().await;
        let programme = town.programme_named(&format!("{number}"), false).await;
        let parcel = town.parcel(&programme, "P").await;
        let (of_roster, late) = areas.split_at(HOUSEHOLDS);
        let roster = settle(owner, &parcel, 0, of_roster).await;
        freeze(town, &parcel).await.ok(201);
        // Came after the roster was frozen: it signs as well and never counts.
        let stranger = settle(owner, &parcel, HOUSEHOLDS, late).await;
        let everyone: Vec<_> = roster.iter().chain(&stranger).collect();
        let signings = acts.iter().map(|act| Signing {
            household_id: everyone[act.household].household_id,
            signed_on: after(act.signed_after),
            voided_on: act.void_after.map(|days| after(act.signed_after + days)),
        });
        let signings: Vec<_> = signings.collect();
        for signing in &signings {
            record(owner, &parcel, signing).await;
        }
        Self {
            town,
            programme,
            parcel,
            roster,
            signings,
        }
    }

    /// The figures of a day as the API would answer them.
    fn recounted(&self, on: Day) -> Value {
        let figures = recount(&self.roster, &self.signings, on).unwrap();
        poem_openapi::types::ToJSON::to_json(&figures).unwrap()
    }

    async fn read(&self, path: &str) -> Reply {
        self.town.auditor().get(path).send().await.ok(200)
    }

    async fn series_holds(&self) {
        let (parcel, from) = (text(&self.parcel), first_day());
        let path = format!("/v1/parcels/{parcel}/signing-rate/series?from={from}");
        let series = self.read(&path).await.json;
        let days = series["days"].as_array().unwrap();
        assert_eq!(days.len(), 45, "to the day of the town");
        let mut before = 0;
        for (n, told) in (0..).zip(days) {
            let expected = self.recounted(after(n));
            assert_eq!(told["day"], after(n).to_string());
            for key in ["households", "floor_area"] {
                assert_eq!(told[key], expected[key], "{key} on {}", told["day"]);
            }
            let number = |key: &str| told[key].as_i64().unwrap();
            let signed = told["households"]["signed"].as_i64().unwrap();
            assert_eq!(before + number("newly_signed") - number("lapsed"), signed);
            before = signed;
        }
    }

    /// The figures of the parcel and, as it has no other one, of the programme.
    async fn figures_hold(&self, on: Day) {
        let expected = self.recounted(on);
        let told = rate(&self.town.auditor(), &self.parcel, &format!("?as_of={on}")).await;
        let told = told.ok(200).json;
        let programme = text(&self.programme);
        let path = format!("/v1/programmes/{programme}/signing-rates?as_of={on}");
        let total = self.read(&path).await.json["total"].clone();
        for key in ["households", "floor_area", "signed_last_7_days", "unsigned"] {
            assert_eq!(told[key], expected[key], "{key} on {on}");
            assert_eq!(total[key], expected[key], "{key} of the programme on {on}");
        }
    }

    async fn unsigned_hold(&self, on: Day) {
        let counts = |line: &&RosterLine| {
            let mut of = self.signings.iter();
            !of.any(|s| s.household_id == line.household_id && s.counts_on(on))
        };
        let expected = self.roster.iter().filter(counts);
        let expected: Vec<_> = expected.map(|l| json!(l.household_id)).collect();
        let parcel = text(&self.parcel);
        let path = format!("/v1/parcels/{parcel}/unsigned-households?as_of={on}");
        let unsigned = self.read(&path).await;
        let listed = unsigned.items().iter().map(|h| h["household_id"].clone());
        assert_eq!(listed.collect::<Vec<_>>(), expected, "unsigned on {on}");
    }
}

async fn holds(town: &Town, number: usize, areas: &[i64], acts: &[Act]) {
    let case = Case::new(town, number, areas, acts).await;
    case.series_holds().await;
    for n in [0, 6, 7, 13, 20, 28, 36, 44] {
        case.figures_hold(after(n)).await;
        case.unsigned_hold(after(n)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_counts_what_the_definition_says_on_every_day() {
    let town = Town::new().await;
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let next = AtomicUsize::new(0);
    let mut runner = TestRunner::new(config);
    let areas = prop::collection::vec(0..30_000_i64, HOUSEHOLDS + 1);
    let ended = tokio::task::block_in_place(|| {
        runner.run(&(areas, acts()), |(areas, acts)| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            tokio::runtime::Handle::current().block_on(holds(&town, number, &areas, &acts));
            Ok(())
        })
    });
    ended.unwrap();
}
